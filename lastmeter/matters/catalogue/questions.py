"""提问: what is asked about a category, some only after an answer, some stopping first — and the answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from lastmeter.grid.ground import Kept
from lastmeter.matters.catalogue import finding
from lastmeter.matters.models import Answer, Matter, Question
from lastmeter.matters.steps import Overtaken, tell_story
from lastmeter.matters.talking import tell


def _build() -> dict[int, list[Question]]:
    found: dict[int, list[Question]] = {}
    for row in Question.objects.select_related("category", "only_if").order_by("pk"):
        found.setdefault(row.category_id, []).append(row)
    return found


_all: Kept[dict[int, list[Question]]] = Kept(_build)


def of_category(category_id: int | None) -> list[Question]:
    """The questions of a category and those above it, general ones first, ended ones too; kept like the tree."""
    known = _all.get()
    chain = reversed(list(finding.chain(category_id)))
    return [question for pk in chain for question in known.get(pk, [])]


def answers(matter: Matter) -> list[Answer]:
    """What was answered, in the order of the questions; asks nothing when the category has no questions."""
    if not of_category(matter.category_id):
        return []
    return list(Answer.objects.filter(matter=matter).select_related("question").order_by("question_id"))


def to_ask(matter: Matter, today: date) -> list[Question]:
    """What can be asked now: open, not answered, and its condition holds. Nothing of a matter that has ended."""
    wanted = [each for each in of_category(matter.category_id) if each.ended_on is None or each.ended_on > today]
    if not wanted or not matter.dossier.is_open:
        return []
    known = dict(Answer.objects.filter(matter=matter).values_list("question_id", "text"))
    return [each for each in wanted if each.pk not in known and _holds(each, known)]


def _holds(question: Question, known: Mapping[int, str]) -> bool:
    return question.only_if_id is None or known.get(question.only_if_id) == question.only_answer


def answer(matter: Matter, given: Sequence[tuple[Question, str]], *, by: Actor, now: datetime) -> list[str]:
    """Write the answers down; the handler and the desk are told once. Returns what to do first, after a stopping one.

    Raises Overtaken when the matter has ended or a question was answered meanwhile.
    """
    if not given:
        return []
    if not matter.dossier.is_open:
        raise Overtaken(_("这件事已经结束，不能再补充；没有解决可以要求重办。"))
    rows = [Answer(matter=matter, question=each, text=text, by_id=by.user_id, at=now) for each, text in given]
    try:
        with transaction.atomic():
            Answer.objects.bulk_create(rows)
            words = "\n".join(f"{each.text} {text}" for each, text in given)
            tell_story(matter, "answered", words[:4000], by=by, now=now, public=True)
            told = tell.assigned if matter.unit_id or matter.handler_id else tell.desk
            told([matter], "answered", gettext_lazy("诉求人补充了情况"), by=by, now=now)
    except IntegrityError:
        raise Overtaken(_("这几问刚才已经有人答过了。")) from None
    return [each.stop_words for each, text in given if each.stop_answer and each.stop_answer == text]


@transaction.atomic
def add(question: Question, *, by: Actor, now: datetime) -> Question:
    """Ask this of the category from now on."""
    question.save()
    audit.record("question.add", by=by, object_kind="question", object_id=question.pk, now=now)
    ground.bump()
    return question


@transaction.atomic
def end(question: Question, *, today: date, by: Actor, now: datetime) -> None:
    """Ask it no more; what was answered stays."""
    Question.objects.filter(pk=question.pk, ended_on=None).update(ended_on=today)
    audit.record("question.end", by=by, object_kind="question", object_id=question.pk, now=now)
    ground.bump()
