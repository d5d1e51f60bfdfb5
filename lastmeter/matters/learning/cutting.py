"""A text in pieces a model can weigh: runs of one to four characters, words of other scripts. No Django, no dictionary.

Digits never become a piece: neither a phone, a house number nor a date can get into a vocabulary.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_READ = 3_000  # characters of a text that are looked at
LONGEST_WORD = 20
_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A word with a digit in it is one token, and is left out; single blanks between characters come from word cutting.
_TOKENS = re.compile(
    rf"(?P<numbered>[A-Za-z_]*\d(?:(?![{_HAN}])\w)*)"
    rf"|(?P<han>[{_HAN}]+(?: [{_HAN}]+)*)"
    rf"|(?P<word>(?:(?![{_HAN}])[^\W\d_])+)"
)
# Characters that stand everywhere and say nothing: left out, so that a text that was cleaned of them reads the same.
_EVERYWHERE = str.maketrans(dict.fromkeys(" 的了我们你您他她它这那也都就还又很吗呢吧啊呀着是在有和与及或", ""))


@dataclass(frozen=True, slots=True)
class Cut:
    """How texts are cut: the longest run of characters, and how often what stands in the beginning counts."""

    longest: int = 4
    head: int = 25
    head_counts: float = 2.0


def pieces(text: str, cut: Cut) -> dict[str, float]:
    """Piece → how often it occurs; those in the first `cut.head` characters count `cut.head_counts` times.

    What a text is about stands in its first sentence or its title; a title is put before the text by the caller.
    """
    found: dict[str, float] = {}
    read = 0
    before = ""
    for token in _TOKENS.finditer(unicodedata.normalize("NFKC", text[:LONGEST_READ]).lower()):
        sort = token.lastgroup
        if sort == "han":
            run = token.group().translate(_EVERYWHERE)
            _runs(run, cut, read, found)
            read += len(run)
            before = ""
        elif sort == "word":
            word = token.group()[:LONGEST_WORD]
            counts = cut.head_counts if read < cut.head else 1.0
            for piece in (word, f"{before} {word}") if before else (word,):
                found[piece] = found.get(piece, 0.0) + counts
            read += len(word)
            before = word
    return found


def _runs(run: str, cut: Cut, read: int, found: dict[str, float]) -> None:
    head = cut.head - read
    for length in range(1, cut.longest + 1):
        for at in range(len(run) - length + 1):
            piece = run[at : at + length]
            found[piece] = found.get(piece, 0.0) + (cut.head_counts if at < head else 1.0)
