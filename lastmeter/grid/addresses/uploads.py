"""An uploaded address list between its preview and its import: kept as a file, named by a signed word."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

SALT = "grid.addresses.upload"
KEPT = 24 * 3600  # seconds


def keep(file: "UploadedFile[bytes]", user_id: int) -> str:
    """Store the file and return the word that names it for this user, for a day.

    It lies among the photos: the daily sweep (dossiers.jobs) removes whatever no row names after two days.
    """
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    path = _path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return signing.dumps([user_id, digest], salt=SALT)


def kept(word: str, user_id: int) -> Path | None:
    """The file of that word, if it is this user's and still there."""
    try:
        owner, digest = signing.loads(word, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return None
    path = _path(digest)
    return path if owner == user_id and path.exists() else None


def _path(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:4] / f"{digest}.table"
