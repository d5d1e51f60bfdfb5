"""Settings of measurements: the product's own, without whitenoise's manifest and without the log."""

from lastmeter.project.settings import *  # noqa: F403
from lastmeter.project.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LOGGING = {"version": 1, "disable_existing_loggers": True}
