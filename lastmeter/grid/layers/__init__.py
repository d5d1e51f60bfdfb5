"""多网合一, the first half: the grids that departments drew are loaded, mended and measured against each other."""
