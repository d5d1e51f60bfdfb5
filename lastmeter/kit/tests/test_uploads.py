"""Photos by content, not by name; files that survive a power cut."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from lastmeter.kit import uploads
from lastmeter.kit.uploads import BadPhoto, Photo, check_photo
from lastmeter.kit.zhtime import CHINA


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **options)
    return out.getvalue()


def check(raw: bytes, name: str = "照片.jpg") -> Photo:
    return check_photo(io.BytesIO(raw), name, len(raw))


def camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = "SECRET CAMERA"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:24 16:30:05"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (21.0, 51.0, 36.0), 3: "E", 4: (111.0, 58.0, 48.0)})
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg_whatever_it_is_called(kind: str) -> None:
    photo = check(picture(kind), "x.bin")
    with Image.open(io.BytesIO(photo.content)) as image:
        assert (image.format, image.size) == ("JPEG", (60, 40))
    assert photo.sha256 == hashlib.sha256(photo.content).hexdigest()
    assert (photo.position, photo.taken_at) == (None, None)


def test_a_large_picture_is_scaled_and_gets_a_thumbnail() -> None:
    photo = check(picture(size=(5000, 2500)))
    assert (photo.width, photo.height) == (2000, 1000)
    with Image.open(io.BytesIO(photo.thumb)) as thumb:
        assert thumb.size == (400, 200)


def test_place_and_time_are_read_and_the_file_forgets_them() -> None:
    photo = check(picture(exif=camera_exif(), comment=b"SECRET COMMENT"))
    assert photo.position == pytest.approx((111.98, 21.86))
    assert photo.taken_at == datetime(2026, 11, 24, 16, 30, 5, tzinfo=CHINA)
    assert (photo.width, photo.height) == (40, 60)  # turned upright
    for stored in (photo.content, photo.thumb):
        assert b"SECRET" not in stored
        with Image.open(io.BytesIO(stored)) as image:
            assert not image.getexif()


def test_the_zone_a_camera_names_is_believed() -> None:
    exif = camera_exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+09:00"
    taken = check(picture(exif=exif)).taken_at
    assert taken is not None
    assert taken.utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize("gps", [{}, {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, {1: "N", 2: 5.0}])
def test_a_camera_without_a_fix_gives_no_position(gps: dict[int, object]) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "x"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    assert check(picture(exif=exif)).position is None


def test_what_was_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(check(out.getvalue()).content)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "x")
    return out.getvalue()


def png_that_promises(width: int, height: int) -> bytes:
    """A header with this size, and no pixels behind it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b""), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (archive(), "压缩包"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"", "不是照片"),
        (b"GIF89a" + b"\0" * 40, "不是照片"),
        (picture()[:300], "损坏"),
        (b"\xff\xd8\xff" + b"\0" * 100, "损坏"),
        (png_that_promises(30_000, 30_000), "5000 万像素"),
        (png_that_promises(8000, 7000), "5000 万像素"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(BadPhoto, match=f"“照片.jpg”.*{sentence}"):
        check(raw)


def test_a_file_too_large_is_refused_whatever_it_declares() -> None:
    for declared in (uploads.MAX_BYTES + 1, 10):
        with pytest.raises(BadPhoto, match="20 MB"):
            check_photo(io.BytesIO(b"\xff" * (uploads.MAX_BYTES + 1)), "a.jpg", declared)


def test_a_file_is_stored_once_under_its_hash(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"content").hexdigest()
    folder = tmp_path / "files"
    for _twice in range(2):
        assert uploads.save(b"content", folder, digest, ".jpg") == f"{digest[:2]}/{digest[2:4]}/{digest}.jpg"
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"content"]
