"""Pages of the catalogues, one file for each."""
