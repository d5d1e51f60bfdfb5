"""Pages of a work list besides reading it: the table, kept lists, bulk acts."""
