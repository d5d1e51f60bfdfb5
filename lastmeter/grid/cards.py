"""What the grid shows in the desk's menu, and to whom."""

from lastmeter.grid import history_views

GATES = {"/grid/changes/": history_views.keeps_ground}
