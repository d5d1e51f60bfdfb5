"""多网合一, second half: a merged layer of grids is proposed, explained, changed by hand, handed over."""
