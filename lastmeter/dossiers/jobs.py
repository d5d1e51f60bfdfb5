"""What the timetable calls for dossiers."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from lastmeter.dossiers.models import Attachment

ORPHANED = timedelta(days=2)  # longer than a form keeps its photos (matters/forms/kept.py: a day)


def sweep_files(now: datetime) -> int:
    """Delete stored photos that no row names: a form that was never sent, a transaction that rolled back; daily."""
    folder = Path(settings.MEDIA_ROOT)
    if not folder.exists():
        return 0
    limit = (now - ORPHANED).timestamp()
    swept = 0
    for path in folder.glob("*/*/*"):
        if path.stat().st_mtime < limit and not Attachment.objects.filter(sha256=path.name.split(".")[0]).exists():
            path.unlink(missing_ok=True)
            swept += 1
    return swept
