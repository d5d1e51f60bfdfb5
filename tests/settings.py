"""Settings of the test run: the product's own, with a throwaway folder, cheap password hashing and no manifest."""

import os
import tempfile

os.environ.setdefault("LASTMETER_VAR", tempfile.mkdtemp(prefix="lastmeter-test-"))
os.environ.setdefault("LASTMETER_SECRET_KEY", "not secret: for tests only, never used elsewhere")

from lastmeter.project.settings import *  # noqa: F403
from lastmeter.project.settings import DATABASES, MIDDLEWARE, STORAGES, VAR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [each for each in MIDDLEWARE if not each.startswith("whitenoise")]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": True}
if DATABASES["default"]["ENGINE"] == "lastmeter.kit.sqlite":
    # A file, not memory: races need several connections.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
