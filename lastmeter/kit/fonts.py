"""The font with Chinese that PDFs embed: found among what systems bring along, or named by a setting."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

# Regular and bold of the fonts that Linux, Windows and macOS bring along; the first that exists is used.
FACES = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msyhbd.ttc"),
    ("/System/Library/Fonts/PingFang.ttc", "/System/Library/Fonts/PingFang.ttc"),
)


class NoFont(RuntimeError):
    """No font with Chinese is installed; `str()` is a sentence that says what to do."""


class Face(NamedTuple):
    """A font file and which font of the collection it is (0 for a file with one)."""

    file: str
    number: int


def faces() -> tuple[Face, Face]:
    """The regular and the bold font. LASTMETER_FONT wins and serves as both. Raises NoFont."""
    pairs = ((settings.FONT, settings.FONT),) if settings.FONT else FACES
    for regular, bold in pairs:
        if Path(regular).is_file():
            return _face(regular), _face(bold if Path(bold).is_file() else regular)
    if settings.FONT:
        raise NoFont(_("设置 LASTMETER_FONT 写的字体文件“%(file)s”不存在。") % {"file": settings.FONT})
    raise NoFont(
        _("这台机器没有中文字体，还不能生成 PDF。请管理员安装 fonts-noto-cjk，或用 LASTMETER_FONT 指定一个字体文件。")
    )


@lru_cache(maxsize=8)
def _face(file: str) -> Face:
    """The simplified Chinese font of a collection: the others draw some characters the Japanese or Taiwan way."""
    from fontTools.ttLib import TTCollection, TTLibError  # heavy: only who prints pays

    try:
        names = [str(font["name"].getDebugName(4)) for font in TTCollection(file, lazy=True).fonts]
    except TTLibError:  # a file with a single font
        return Face(file, 0)
    return Face(file, next((at for at, name in enumerate(names) if name.endswith(" SC")), 0))
