"""一张图: the tree and the map as one page."""
