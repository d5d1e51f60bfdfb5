"""消息模板: which words hold at a place today, and changing them: a new version from today, the old one kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, ground, scope
from lastmeter.grid.models import Level, Node, Role, lineage, valid_on
from lastmeter.grid.policy import Known
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.models import Category, Matter, Template
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.talking import placeholders, rules
from lastmeter.matters.talking.occasions import OCCASIONS

KEEPERS = (Role.DISPATCHER, Role.SECRETARY, Role.ORGANISER)
MOST = 1000  # characters of a template


class BadTemplate(ValueError):
    """The words cannot be used; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words that hold for a case, and the row they come from (None: shipped with the product)."""

    template_id: int | None
    text: str


def words_for(matter: Matter, occasion: str, way: str, *, now: datetime) -> Words:
    """The words for a matter: the row that wins, else the shipped ones in the city's language. "" sends nothing."""
    category = matter.category
    wording = rules.choose(
        current(now),
        path=matter.dossier.path,
        occasion=occasion,
        profile=matter.profile,
        categories=lineage_of(category) if category else (),
        way=way,
    )
    return Words(wording.id, wording.words) if wording else Words(None, shipped(occasion, way))


def shipped(occasion: str, way: str) -> str:
    """The words that come with the product; "" for an occasion or way without any."""
    found = OCCASIONS.get(occasion)
    return on_record(found.shipped(way)) if found else ""


def lineage_of(category: Category) -> tuple[int, ...]:
    """The category's id and that of the one above it, for which rows may be written too."""
    return (category.pk, category.parent_id) if category.parent_id else (category.pk,)


def current(now: datetime) -> list[rules.Wording]:
    """All rows valid today (China date): kept by the process until `ground.bump` announces a change."""
    return _known.on(now.astimezone(CHINA).date())


def _read(today: date) -> list[rules.Wording]:
    columns = ("pk", "node__path", "occasion", "profile", "category", "way", "words")
    return [rules.Wording(*row) for row in Template.objects.filter(valid_on(today)).values_list(*columns)]


_known = Known(_read)


def grounds(actor: Actor) -> list[str]:
    """The outermost paths where the actor may change the words: communities and above."""
    return scope.grounds(actor, KEEPERS, Level.COMMUNITY)


def places(actor: Actor) -> list[Node]:
    """The places for which the actor may write words, from the top down to the communities."""
    found = Node.objects.filter(scope.inside(grounds(actor)), valid_to=None, level__lte=Level.COMMUNITY)
    return list(found.order_by("path")[:500])


def in_force(node: Node, *, today: date) -> list[Template]:
    """The rows that speak at a place today, its own and those from above, the nearest first."""
    rows = Template.objects.filter(valid_on(today), node__path__in=lineage(node.path))
    return list(rows.select_related("node", "category", "by").order_by("-node__path", "pk"))


def history(node: Node, occasion: str) -> list[Template]:
    """Every version of an occasion's words at a place and above it, the newest first."""
    rows = Template.objects.filter(occasion=occasion, node__path__in=lineage(node.path))
    return list(rows.select_related("node", "category", "by").order_by("-at", "-pk")[:100])


@transaction.atomic
def write(
    *,
    node: Node,
    occasion: str,
    words: str,
    profile: str = "",
    category: Category | None = None,
    way: str = "",
    by: Actor,
    now: datetime,
) -> Template:
    """New words from today on; the row they replace ends today and stays. Empty words send nothing.

    Raises NotAllowed outside the actor's ground, BadTemplate for words that cannot be filled in.
    """
    if not any(node.path.startswith(path) for path in grounds(by)):
        raise NotAllowed(_("您现在的岗位不能改这里的模板。"))
    if wrong := placeholders.wrong_with(words, way):
        raise BadTemplate(wrong)
    today = now.astimezone(CHINA).date()
    same = _same(node, occasion, profile, category, way)
    same.update(valid_to=today)
    try:
        with transaction.atomic():
            made = Template.objects.create(
                node=node, occasion=occasion, profile=profile, category=category, way=way, words=words,
                by_id=by.user_id, at=now, valid_from=today,
            )  # fmt: skip
    except IntegrityError:
        raise BadTemplate(_("刚才有人改了同一个模板，请刷新后再改。")) from None
    audit.record("template.changed", by=by, object_kind="template", object_id=made.pk, now=now)
    ground.bump()
    return made


@transaction.atomic
def withdraw(template: Template, *, by: Actor, now: datetime) -> None:
    """Back to the words from above, from today on. Raises NotAllowed; a row that has ended stays as it is."""
    if not any(template.node.path.startswith(path) for path in grounds(by)):
        raise NotAllowed(_("您现在的岗位不能改这里的模板。"))
    ended = Template.objects.filter(pk=template.pk, valid_to=None).update(valid_to=now.astimezone(CHINA).date())
    if ended:
        audit.record("template.withdrawn", by=by, object_kind="template", object_id=template.pk, now=now)
        ground.bump()


def _same(node: Node, occasion: str, profile: str, category: Category | None, way: str) -> "QuerySet[Template]":
    return Template.objects.filter(
        Q(category=category) if category else Q(category=None),
        node=node, occasion=occasion, profile=profile, way=way, valid_to=None,
    )  # fmt: skip


def _put(keys: "Sequence[int] | QuerySet[Any, Any]", old: int, new: int) -> int:
    """Move rows to another node; where that one has words of its own for the same case, those go on and these end."""
    columns = ("occasion", "profile", "category", "way")
    theirs = set(Template.objects.filter(node=new, valid_to=None).values_list(*columns))
    moving = Template.objects.filter(node=old, pk__in=keys)
    doubled = [pk for pk, *case in moving.filter(valid_to=None).values_list("pk", *columns) if tuple(case) in theirs]
    Template.objects.filter(pk__in=doubled).update(valid_to=timezone.localdate())
    return moving.update(node=new)


FOLLOWER = replace(followers.of_model(Template, gettext_lazy("消息模板")), put=_put)
