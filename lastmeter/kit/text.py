"""Text as it comes in: cleaned once at the door, cut into bigrams for search, spelt as pinyin initials."""

import re
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<other>(?:(?![{_HAN}])[^\W_])+)")

# 织𬕂镇, Yangjiang: the character on its own is read gōng, in this name lǒng.
load_single_dict({0x2C542: "gōng,lǒng"})
load_phrases_dict({"织𬕂": [["zhī"], ["lǒng"]]})


class TooLong(ValueError):
    """The text has more characters than the field takes; `str()` is a sentence for the person who wrote it."""


def clean(text: str, limit: int, field: str | Promise) -> str:
    """The text as stored: NFC, "\\n" line ends, no control characters but newline and tab, stripped.

    Lone surrogates become U+FFFD, so that every database can store what is left. `limit` counts code points after
    cleaning; `field` is the label in the sentence. NFC, not NFKC: rare characters of names and places must survive.
    Raises TooLong.
    """
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", text))
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > limit:
        raise TooLong(
            _("“%(field)s”最多 %(limit)d 个字，现在有 %(count)d 个字，请删减后再提交。")
            % {"field": field, "limit": limit, "count": len(text)}
        )
    return text


def bigrams(text: str) -> list[str]:
    """Search terms in reading order: pairs of Han characters, overlapping (one alone stays), other words lower-case."""
    terms: list[str] = []
    for match in _WORDS.finditer(unicodedata.normalize("NFKC", text)):
        run = match.group()
        if match.lastgroup == "other":
            terms.append(run.lower())
        elif len(run) == 1:
            terms.append(run)
        else:
            terms.extend(run[at : at + 2] for at in range(len(run) - 1))
    return terms


def indexable(token: str) -> str:
    """A search token as both databases keep it whole.

    SQLite's tokenizer knows the Unicode of 2012 and would cut at a younger character such as 𬕂: it is written out.
    """
    return "".join(char if char <= "\uffff" else f"x{ord(char):x}" for char in token)


def tsquery(tokens: Iterable[str]) -> str:
    """All of these tokens as PostgreSQL asks for them; letters and digits also fit the beginning of a token."""
    quoted = ((token, "'" + indexable(token).replace("\\", "\\\\").replace("'", "''") + "'") for token in tokens)
    return " & ".join(each + (":*" if _opens(token) else "") for token, each in quoted)


def fts5(tokens: Iterable[str]) -> str:
    """The same as SQLite asks for them."""
    quoted = ((token, '"' + indexable(token).replace('"', '""') + '"') for token in tokens)
    return " ".join(each + ("*" if _opens(token) else "") for token, each in quoted)


def _opens(token: str) -> bool:
    return token.isascii() and len(token) > 1


def initials(text: str) -> str:
    """The pinyin initials of a short name, for finding it by four keys: "阳江市" → "yjs"; letters and digits stay."""
    # Asking for the readings of a text without Han characters takes as long and changes nothing.
    letters = [text] if text.isascii() else lazy_pinyin(text, style=Style.FIRST_LETTER)
    return "".join(char for char in "".join(letters).lower() if char.isalnum() and char.isascii())


def hits(text: str, words: str, *, around: int = 18) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words searched for; ("", False) never comes.

    A long text is cut to what stands around its first hit; without any hit it gives nothing.
    """
    wanted = [re.escape(each) for each in words.split() if each]
    if not wanted or not (first := re.search("|".join(wanted), text, re.IGNORECASE)):
        return []
    start, end = max(0, first.start() - around), first.end() + 2 * around
    shown = ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
    pieces = re.split(f"({'|'.join(wanted)})", shown, flags=re.IGNORECASE)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def on_record(sentence: str | Promise, **values: object) -> str:
    """A sentence of ours that is stored, in the language of the installation: others read it than whoever acts now."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(sentence) % values if values else str(sentence)
