"""Photos as they come in: recognised by content, kept small, without metadata; and files stored by their hash."""

import hashlib
import io
import math
import os
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps

from lastmeter.kit.zhtime import CHINA

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE, THUMB_SIDE, QUALITY = 2000, 400, 82

Point = tuple[float, float]


class BadPhoto(ValueError):
    """The upload is not a photo we take; `str()` tells the person what to do instead."""


class Readable(Protocol):
    """What an upload must offer: bytes from the start."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Photo:
    """A photo ready to be stored: JPEG without metadata, upright, at most 2000 px on its longest side.

    `position` is (lon, lat) in WGS-84 as the camera wrote it; `taken_at` is aware, China time when the camera named
    no zone. `sha256` is the hex digest of `content`.
    """

    content: bytes = field(repr=False)
    thumb: bytes = field(repr=False)
    sha256: str
    width: int
    height: int
    position: Point | None
    taken_at: datetime | None


def check_photo(file: Readable | BinaryIO, name: str, size: int) -> Photo:
    """The photo in `file`, whatever its name claims. `size` is what the sender declared, and is not believed.

    Raises BadPhoto for what is too large, not a picture, broken, or has more than 50 megapixels.
    """
    raw = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    if size > MAX_BYTES or len(raw) > MAX_BYTES:
        raise BadPhoto(_("“%(name)s”超过 20 MB。请换一张小一些的照片。") % {"name": name})
    _refuse_by_content(raw, name)
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            _refuse_by_size(image, name)
            position, taken_at = _position(image), _taken_at(image)
            upright = _upright(image)
    except BadPhoto:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(name) from None
    except Exception as error:  # a decoder fed with hostile bytes may raise anything
        raise BadPhoto(_("“%(name)s”已损坏，打不开。请重新拍照或换一张。") % {"name": name}) from error
    content = _jpeg(upright)
    thumb = upright.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    digest = hashlib.sha256(content).hexdigest()
    return Photo(content, _jpeg(thumb), digest, upright.width, upright.height, position, taken_at)


def save(content: bytes, folder: Path, sha256: str, suffix: str) -> str:
    """Stores the bytes under their hash ("ab/cd/abcd….jpg") and returns that path relative to `folder`.

    When it returns, the file survives a power cut; a reader sees all of it or nothing; the same content twice is one
    file.
    """
    relative = f"{sha256[:2]}/{sha256[2:4]}/{sha256}{suffix}"
    target = folder / relative
    if target.exists():
        return relative
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for parent in (target.parent, target.parent.parent, folder):
        _sync_folder(parent)
    return relative


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_HEIF_OPENS = "HEIF" in Image.OPEN
_FORMATS = ["JPEG", "PNG", "WEBP", *(["HEIF"] if _HEIF_OPENS else [])]


def _refuse_by_content(raw: bytes, name: str) -> None:
    if raw.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (raw[:4] == b"RIFF" and raw[8:12] == b"WEBP"):
        return
    names = {"name": name}
    if raw[4:8] == b"ftyp":
        if _HEIF_OPENS and raw[8:12] in {b"heic", b"heix", b"mif1", b"hevc"}:
            return
        raise BadPhoto(
            _("“%(name)s”是 HEIC 等暂不支持的格式。请在手机“设置 › 相机 › 格式”里选“兼容性最佳”，或截屏后再传。")
            % names
        )
    if raw.startswith(b"PK"):
        raise BadPhoto(_("“%(name)s”其实是压缩包或办公文档，不是照片。") % names)
    if b"<svg" in raw[:4096].lower():
        raise BadPhoto(_("“%(name)s”是 SVG 矢量图，不能上传。请用 JPEG、PNG 或 WebP 照片。") % names)
    raise BadPhoto(_("“%(name)s”不是照片。请用 JPEG、PNG 或 WebP 格式。") % names)


def _refuse_by_size(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(name)


def _too_many_pixels(name: str) -> BadPhoto:
    return BadPhoto(_("“%(name)s”超过 5000 万像素。请把照片缩小后再传。") % {"name": name})


def _upright(image: Image.Image) -> Image.Image:
    """The pixels alone: turned by EXIF, scaled, sRGB, on white where they were transparent."""
    profile = image.info.get("icc_profile")
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes straight to a smaller size, with less memory
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    turned = _on_white(_standard_colours(turned, profile))
    turned.info.clear()
    return turned


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image).convert("RGB")


def _standard_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):  # a bad profile only costs a little colour
        return image


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _position(image: Image.Image) -> Point | None:
    gps: dict[int, Any] = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    # Cameras without a fix write 0, 0: that point is in the sea off Africa.
    known = math.isfinite(lon + lat) and abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0, 0)
    return (lon, lat) if known else None


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).strip("\0 ").upper() == negative else value


def _taken_at(image: Image.Image) -> datetime | None:
    exif: dict[int, Any] = image.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    zone = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None
    try:
        return datetime.strptime(f"{text} {zone}", "%Y:%m:%d %H:%M:%S %z")
    except ValueError:
        return moment
