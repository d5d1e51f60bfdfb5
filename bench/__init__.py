"""Measurements: ratios within one run. Each module has `run() -> list[Row]` and gets a database of its own."""
