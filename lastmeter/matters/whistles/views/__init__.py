"""Pages of whistles: the list, one whistle, a conference, the ledger, the levels."""
