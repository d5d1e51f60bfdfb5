"""Files that a page hands out: named in any language, their type told by the ending of the name."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attachment(content: bytes, name: str) -> HttpResponse:
    """The content as a file to be saved under that name. Raises KeyError for an ending that is not in TYPES."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=TYPES[Path(name).suffix], headers={"Content-Disposition": disposition})


def written(name: str, write: Callable[[Path], object]) -> HttpResponse:
    """What `write` puts into the file it is given, a file with the ending of `name`, handed out under that name."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"file{Path(name).suffix}"
        write(path)
        return attachment(path.read_bytes(), name)
