"""Photos of a dossier: written and fsynced under their hash before the row that names them commits."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Attachment, Event
from lastmeter.kit.uploads import Photo, save


def keep_files(photos: Sequence[Photo]) -> list[tuple[str, str]]:
    """Write photos and thumbnails to the file store; returns their relative paths. Call before the transaction."""
    folder = Path(settings.MEDIA_ROOT)
    return [
        (
            str(save(photo.content, folder, photo.sha256, ".jpg")),
            str(save(photo.thumb, folder, photo.sha256, ".thumb.jpg")),
        )
        for photo in photos
    ]


def rows(
    dossier_id: int, photos: Sequence[Photo], paths: Sequence[tuple[str, str]], *, by: Actor, now: datetime
) -> list[Attachment]:
    """Unsaved attachment rows for photos whose files are kept already."""
    return [
        Attachment(
            dossier_id=dossier_id,
            sha256=photo.sha256,
            path=path,
            thumb_path=thumb,
            media_type="image/jpeg",
            size=len(photo.content),
            width=photo.width,
            height=photo.height,
            added_at=now,
            by_user_id=by.user_id,
        )
        for photo, (path, thumb) in zip(photos, paths, strict=True)
    ]


def attach(
    event: Event, photos: Sequence[Photo], paths: Sequence[tuple[str, str]], *, by: Actor, now: datetime
) -> None:
    """Add the photos that came with an event to its dossier; the same photo twice stays one."""
    made = rows(event.dossier_id, photos, paths, by=by, now=now)
    for row in made:
        row.event = event
    Attachment.objects.bulk_create(made, ignore_conflicts=True)


def public(dossier_id: int) -> "QuerySet[Attachment]":
    """The photos that a requester may see: those of the report itself and of public events, never of a note."""
    return Attachment.objects.filter(Q(event=None) | Q(event__public=True), dossier=dossier_id).order_by("pk")
