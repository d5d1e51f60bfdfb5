"""Training from this installation's closed matters: a new model takes over only where it does not do worse."""

import hashlib
import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from lastmeter.accounts import limits
from lastmeter.matters.learning import asking, gathering, measuring, training
from lastmeter.matters.learning.gathering import Gathered
from lastmeter.matters.learning.model import Floats, TextModel
from lastmeter.matters.models import Closure, LearnedModel

log = logging.getLogger(__name__)
What, State = LearnedModel.What, LearnedModel.State
FEWEST_LESSONS, FEWEST_EXAMINED = 200, 40
FEWEST_NEW = 20  # closings since the last training: with fewer there is nothing to learn again
DAY = 86_400
MOST_KEPT = 5  # models of a kind that are no longer in use


def start(now: datetime) -> int:
    """Once a day, when enough was closed since: train in a thread beside the timetable. Returns 1 when it began."""
    if not enough_new():
        return 0
    try:
        limits.hit("learning", 1, DAY, now)
    except limits.TooMany:  # another worker has begun
        return 0
    threading.Thread(target=_in_thread, name="learning", daemon=True).start()
    return 1


def enough_new() -> bool:
    """Whether enough matters were closed since the last training, and at all."""
    closings = Closure.objects.filter(reopened_at=None)
    last = LearnedModel.objects.order_by("-trained_at").values_list("trained_at", flat=True).first()
    if last is None:
        return closings.count() >= FEWEST_LESSONS
    return closings.filter(at__gt=last).count() >= FEWEST_NEW


def _in_thread() -> None:
    try:
        train_all(now=timezone.now())
    except Exception:
        log.exception("training failed; it is tried again tomorrow")
    finally:
        connection.close()


def train_all(*, now: datetime, seed: int = 0) -> list[LearnedModel]:
    """Train what the closed matters allow: categories of each scheme, handling units, urgency words."""
    rows = gathering.closed()
    kinds = [(What.CATEGORY, scheme) for scheme in gathering.schemes(rows)]
    found = [
        train_one(what, gathering.gather(what, rows, scheme_id=scheme), scheme_id=scheme, now=now, seed=seed)
        for what, scheme in [*kinds, (What.UNIT, None), (What.URGENCY, None)]
    ]
    return [each for each in found if each is not None]


def train_one(
    what: LearnedModel.What, gathered: Gathered, *, scheme_id: int | None, now: datetime, seed: int = 0
) -> LearnedModel | None:
    """Train one model and examine it beside the one in use; None when there is too little to learn from."""
    if len(gathered.lessons.texts) < FEWEST_LESSONS or len(gathered.exam.texts) < FEWEST_EXAMINED:
        return None
    try:
        made = training.train(gathered.lessons, seed=seed)
    except training.CannotLearn as error:
        log.info("nothing learned of %s: %s", what, error)
        return None
    report = examine(made, gathered, seed=seed)
    standing = LearnedModel.objects.filter(what=what, scheme=scheme_id, state=State.IN_USE).first()
    old = asking.model_of(standing) if standing else None
    against = examine(old, gathered, seed=seed)["macro_f1"] if old else None
    made.report.clear()
    made.report.update(report)
    return _keep(made, what, scheme_id, standing, against, rows=len(gathered.lessons.texts), now=now)


def examine(made: TextModel, gathered: Gathered, *, seed: int) -> dict[str, Any]:
    """The report of a model on the set-aside matters. A label it does not know counts as never guessed right."""
    exam = gathered.exam
    labels = sorted({*exam.labels, *made.shape.labels})
    number = {label: n for n, label in enumerate(labels)}
    wanted = np.array([number[label] for label in exam.labels], np.intp)
    report = measuring.report(wanted, _spread(made, exam.texts, number), labels, seed=seed)
    report |= {"sure": made.shape.sure, "seed": seed, "pieces": len(made.names), "left_out": {}}
    return report


def _spread(made: TextModel, texts: Sequence[str], number: dict[str, int]) -> Floats:
    chances = np.zeros((len(texts), len(number)), np.float32)
    columns = [number[label] for label in made.shape.labels]
    for row, text in enumerate(texts):
        chances[row, columns] = made.chances(text)
    return chances


@transaction.atomic
def _keep(
    made: TextModel,
    what: LearnedModel.What,
    scheme_id: int | None,
    standing: LearnedModel | None,
    against: float | None,
    *,
    rows: int,
    now: datetime,
) -> LearnedModel:
    """The new model's row and file; it takes over unless the one in use did better on the same matters."""
    data = made.dumps()
    name = f"models/{hashlib.sha256(data).hexdigest()[:32]}.npz"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))
    better = against is None or made.report["macro_f1"] >= against
    if better and standing:
        LearnedModel.objects.filter(pk=standing.pk).update(state=State.BEFORE)
    kept = LearnedModel.objects.create(
        what=what,
        scheme_id=scheme_id,
        state=State.IN_USE if better else State.WORSE,
        trained_at=now,
        rows=rows,
        macro_f1=made.report["macro_f1"],
        against=against,
        file=name,
        size=len(data),
        report=made.report,
    )
    _forget_oldest(what, scheme_id)
    return kept


def _forget_oldest(what: LearnedModel.What, scheme_id: int | None) -> None:
    past = LearnedModel.objects.filter(what=what, scheme=scheme_id).exclude(state=State.IN_USE).order_by("-pk")
    for each in past[MOST_KEPT:]:
        name = each.file
        each.delete()
        if not LearnedModel.objects.filter(file=name).exists():
            transaction.on_commit(partial(default_storage.delete, name))
