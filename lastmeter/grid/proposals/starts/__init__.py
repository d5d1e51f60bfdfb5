"""Where a proposal starts: the cells, households and work of today's grids, or of layers cut over them."""
