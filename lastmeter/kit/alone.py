"""Acts of a job on many rows, each in a transaction of its own: one that fails does not hold up the others."""

import logging
from collections.abc import Callable, Iterable

from django.db import transaction

log = logging.getLogger(__name__)


def each_alone(keys: Iterable[int], act: Callable[[int], int]) -> int:
    """Do the act for each key; returns how many things, all together, the acts say that they have done.

    A failure is logged with its traceback, and what it wrote is undone; the job finds the row again next time.
    """
    done = 0
    for key in keys:
        try:
            with transaction.atomic():
                done += act(key)
        except Exception:
            log.exception("%s failed for row %s; the others go on", act.__qualname__, key)
    return done
