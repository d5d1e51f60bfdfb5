"""The WSGI entry that `lastmeter serve` hands to the server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lastmeter.project.settings")
application = get_wsgi_application()

from lastmeter.project.warming import warm  # noqa: E402 - it reads the settings

warm()
