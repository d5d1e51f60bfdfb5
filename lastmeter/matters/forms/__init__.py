"""The forms of matters: what a page asks, cleaned; they never act."""
