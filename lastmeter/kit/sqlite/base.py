"""The database backend named in settings for `sqlite:` addresses."""

import importlib
import sys

if "sqlite3" not in sys.modules or sys.modules["sqlite3"].__name__ == "sqlite3":
    try:
        # Django imports the standard module by name, so the wheel has to take that name before the backend is loaded.
        sys.modules["sqlite3"] = importlib.import_module("pysqlite3")
        sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:  # no wheel for this platform: Python's own, and a system check says so
        pass

from django.db.backends.sqlite3.base import DatabaseWrapper

__all__ = ["DatabaseWrapper"]
