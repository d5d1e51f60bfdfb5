"""Marking words for the catalogue where Django may not be imported (`*.lifecycle`, `*.rules`)."""


def gettext_noop(text: str) -> str:
    """The text itself: the name tells the extractor to put it into the catalogue."""
    return text
