"""Work lists: one table of filters and what is done with what it finds: read, count, save, act in bulk, hand out."""
