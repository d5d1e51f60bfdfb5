"""Django's SQLite backend on a current SQLite: Debian's and Python's own 3.40 has the WAL-reset corruption bug."""
