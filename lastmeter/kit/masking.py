"""What may be shown of names and numbers when the reader has no reason to see them whole."""

import re

from django.utils.translation import gettext as _

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # one character for one: places stay the same
_SEPARATED = r"[ \-‐–]?"
_MOBILE = rf"1[3-9]\d{_SEPARATED}\d{{4}}{_SEPARATED}\d{{4}}"
_LANDLINE = rf"\(?0[1-9]\d{{1,2}}\)?{_SEPARATED}[2-9]\d{{6,7}}"
PHONE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_SEPARATED})?(?:{_MOBILE}|{_LANDLINE})(?!\d)")
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# The check digit is not tested: a number with a slip of the pen still points to one person.
IDENTITY = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}{_SEPARATED}(?:(?:19|20)\d\d{_MONTH_AND_DAY}{_SEPARATED}\d{{3}}[\dXx]"
    rf"|\d\d{_MONTH_AND_DAY}\d{{3}})(?![\dXx])"
)
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")


def mask_name(name: str) -> str:
    """A name, "王小明" → "王**": the first character stays; of a Latin name the first letter, whatever its length."""
    name = name.strip()
    if name[:1].isascii():
        return name[:1] + "***" if name else ""
    return name[0] + "*" * max(1, len(name) - 1)


def mask_phone(phone: str) -> str:
    """A phone number, "19900001234" → "199****1234"; of anything under eight characters only two."""
    phone = phone.strip()
    if len(phone) < 8:
        return "*" * max(0, len(phone) - 2) + phone[-2:] if len(phone) > 2 else "*" * len(phone)
    return f"{phone[:3]}****{phone[-4:]}"


def mask_words(text: str) -> str:
    """Free text with phone numbers, identity numbers (18 or 15 digits) and e-mail addresses taken out."""
    text = _cut(EMAIL, _("〔邮箱已隐去〕"), text)
    text = _cut(IDENTITY, _("〔证件号已隐去〕"), text)
    return _cut(PHONE, _("〔电话已隐去〕"), text)


def _cut(pattern: re.Pattern[str], words: str, text: str) -> str:
    """Looks through full-width forms, but leaves the rest of the text as it was written."""
    kept, start = [], 0
    for match in pattern.finditer(text.translate(_NARROW)):
        kept += [text[start : match.start()], words]
        start = match.end()
    return "".join([*kept, text[start:]])
