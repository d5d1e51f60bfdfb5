"""值班: who is on duty when, swaps of shifts, and calls that nobody answered."""
