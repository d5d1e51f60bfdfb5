"""A text in pieces a model can weigh, in two views: runs of characters, and words. No Django, no dictionary.

Digits never become a piece: neither a phone, a house number nor a date can get into a vocabulary.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

LONGEST_READ = 2_000  # characters of a text that are looked at
LONGEST_WORD = 20
LONGEST_RUN, LONGEST_PAIR = 4, 5  # characters of a Chinese word, of two neighbours together
HEAD, HEAD_WORDS, HEAD_COUNTS = 25, 15, 2  # what stands first says what a text is about
_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A word with a digit in it is one token, and is left out; single blanks between characters come from word cutting.
_TOKENS = re.compile(
    rf"(?P<numbered>[A-Za-z_]*\d(?:(?![{_HAN}])\w)*)"
    rf"|(?P<han>[{_HAN}]+(?: [{_HAN}]+)*)"
    rf"|(?P<word>(?:(?![{_HAN}])[^\W\d_])+)"
)
# Characters that stand everywhere and say nothing: left out, so that a text that was cleaned of them reads the same.
_SILENT = "的了我们你您他她它这那也都就还又很吗呢吧啊呀着是在有和与及或"
_EVERYWHERE = str.maketrans(dict.fromkeys(f" {_SILENT}", ""))
_EVERYWHERE_BUT_BLANKS = str.maketrans(dict.fromkeys(_SILENT, ""))

Pieces = Counter[str]
View = Callable[[str], Pieces]
Lexicon = Mapping[str, float]  # Chinese word → logarithm of its share


class Token(NamedTuple):
    """A stretch of Chinese, or a word of another script; `raw` has the blanks between words that were cut."""

    han: bool
    text: str
    raw: str


def tokens(text: str) -> Iterator[Token]:
    """The stretches and words of a text, lower case, without what has a digit and without silent characters."""
    for found in _TOKENS.finditer(unicodedata.normalize("NFKC", text[:LONGEST_READ]).lower()):
        if found.lastgroup == "han":
            raw = found.group().translate(_EVERYWHERE_BUT_BLANKS)
            yield Token(True, raw.replace(" ", ""), raw)
        elif found.lastgroup == "word":
            yield Token(False, found.group()[:LONGEST_WORD], "")


# -- the view of characters --------------------------------------------------------------------------------------------


def runs(text: str, longest: int = 4) -> Pieces:
    """Every run of one to four characters → how often; those that begin in the head count twice.

    Words of other scripts count whole, and with the runs of four in them.
    """
    found: Pieces = Counter()
    head = HEAD
    for token in tokens(text):
        if token.han:
            _count_runs(found, token.text, longest, head)
        else:
            parts = [token.text, *_grams(f" {token.text} ", 4)] if len(token.text) > 3 else [token.text]
            found.update(parts * (HEAD_COUNTS if head > 0 else 1))
        head -= len(token.text)
    return found


def _count_runs(found: Pieces, run: str, longest: int, head: int) -> None:
    for length in range(1, longest + 1):
        found.update(_grams(run, length))
        if head > 0:
            found.update(_grams(run[: head + length - 1], length))


def _grams(run: str, length: int) -> Iterable[str]:
    return [run[at : at + length] for at in range(len(run) - length + 1)]


# -- the view of words -------------------------------------------------------------------------------------------------


def words_view(lexicon: Lexicon) -> View:
    """The view of words, as this lexicon knows them: each word, neighbours, and what a word is made of."""

    def view(text: str) -> Pieces:
        return _words(text, lexicon)

    return view


def _words(text: str, lexicon: Lexicon) -> Pieces:
    found: Pieces = Counter()
    seen, before = 0, ""
    for token in tokens(text):
        for word in split(token.text, lexicon) if token.han else (token.text,):
            parts = [f"{word}/"]
            if before and (not token.han or len(before) + len(word) <= LONGEST_PAIR):
                parts.append(f"{before} {word}")
            found.update(parts * (HEAD_COUNTS if seen < HEAD_WORDS else 1))
            if token.han:
                found.update(word)
                if len(word) > 2:
                    found.update(_grams(word, 2))
            seen, before = seen + 1, word
    return found


def split(run: str, lexicon: Lexicon) -> list[str]:
    """A stretch of Chinese as the likeliest words; a character the lexicon lacks stands alone."""
    unknown = -16.0
    best, came = [0.0], [0]
    for end in range(1, len(run) + 1):
        top, at = best[end - 1] + lexicon.get(run[end - 1], unknown), end - 1
        for start in range(max(0, end - LONGEST_RUN), end - 1):
            chance = lexicon.get(run[start:end])
            if chance is not None and best[start] + chance > top:
                top, at = best[start] + chance, start
        best.append(top)
        came.append(at)
    words, end = [], len(run)
    while end:
        words.append(run[came[end] : end])
        end = came[end]
    return words[::-1]


def learn_lexicon(texts: Iterable[str], common: Mapping[str, float]) -> dict[str, float]:
    """The words of these texts among the `common` runs (run → how often): where texts are cut, as they are cut.

    Else what sticks together: runs that are far more frequent than their parts let expect.
    """
    cut: Counter[str] = Counter()
    blanks = characters = 0
    for token in (token for text in texts for token in tokens(text) if token.han):
        blanks, characters = blanks + token.raw.count(" "), characters + len(token.text)
        cut.update(token.raw.split())
    counts = cut if blanks > characters / 8 else _sticking(common, characters)
    kept = {word: times for word, times in counts.items() if word in common and times > 1}
    total = sum(kept.values()) or 1
    return {word: math.log(times / total) for word, times in sorted(kept.items())}


def _sticking(common: Mapping[str, float], characters: int) -> dict[str, float]:
    """Runs whose parts meet at least eight times as often as by chance, whichever way they are halved."""

    def sticks(run: str, times: float) -> bool:
        halves = [(common.get(run[:at], 0.0), common.get(run[at:], 0.0)) for at in range(1, len(run))]
        return all(times * characters >= 8 * left * right for left, right in halves)

    return {run: times for run, times in common.items() if sticks(run, times)}
