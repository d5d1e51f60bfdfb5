"""Measurements: ratios within one run. Each module has `run() -> list[Row]`; bin/bench gives each a database of its own."""
