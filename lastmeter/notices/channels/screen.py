"""The demonstration's channel: a code is shown on the page instead of being sent. It exists in the demo alone."""

from django.conf import settings

from lastmeter.accounts.models import Installation


def available() -> bool:
    """Whether this process runs as the demo and the database was created as one.

    The third condition, loopback without a proxy, stops the start otherwise (system check lastmeter.E001).
    """
    return bool(settings.DEMO) and Installation.objects.filter(demo=True).exists()
