"""计时: what lets a matter's dates stand still or move, and what presses for an answer."""
