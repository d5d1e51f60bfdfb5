"""Photos that outlive a form with a mistake in it: stored at once, named in a signed field, read back next time."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core import signing

from lastmeter.dossiers.attachments import keep_files
from lastmeter.kit.uploads import Photo

SALT = "lastmeter kept photos"
TERM = 24 * 3600  # seconds; a phone whose battery died at noon still has its photos in the evening


def keep(photos: Sequence[Photo]) -> str:
    """Store the photos and name them in a text that only we can have made."""
    if not photos:
        return ""
    files = keep_files(photos)
    named = [
        (path, thumb, photo.sha256, photo.width, photo.height, photo.position)
        for photo, (path, thumb) in zip(photos, files, strict=True)
    ]
    return signing.dumps(named, salt=SALT, compress=True)


def recall(text: str) -> tuple[Photo, ...]:
    """The photos that `keep` named; none when the text is forged, too old, or the files are gone."""
    if not text:
        return ()
    try:
        named = signing.loads(text, salt=SALT, max_age=TERM)
        return tuple(_read(*each) for each in named)
    except (signing.BadSignature, OSError, TypeError, ValueError):
        return ()


def _read(path: str, thumb: str, sha256: str, width: int, height: int, position: list[float] | None) -> Photo:
    folder = Path(settings.MEDIA_ROOT)
    return Photo(
        content=(folder / path).read_bytes(),
        thumb=(folder / thumb).read_bytes(),
        sha256=sha256,
        width=width,
        height=height,
        position=(position[0], position[1]) if position else None,
        taken_at=None,
    )
