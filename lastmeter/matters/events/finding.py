"""热点 in the product: each new matter finds its like as it arrives; every night all are reckoned anew.

The database holds everything that is needed for it: the word table, a signature for each matter, the words by which
others find it. A process keeps only the newest word table, as long as no newer one is there.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet

from lastmeter.kit import bulk
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.events import clustering, counting, packing, words
from lastmeter.matters.events.clustering import Group, Weights
from lastmeter.matters.events.vocabulary import Signature, Vocabulary
from lastmeter.matters.models import HotIssue, Matter, Voice, VoiceWord, WordTable

WINDOW = timedelta(days=400)  # what is older is no news
CHUNK = 200  # matters a call of the job takes in
SMALL, GROWN = 1000, 1.05  # of fewer matters, or when so many times more came, the words are counted anew: it is quick
FEWEST = 2  # messages of a hot issue


# ---- the word table ------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Kept:
    pk: int = 0
    vocabulary: Vocabulary | None = None


_kept, _lock = _Kept(), threading.Lock()


def vocabulary() -> Vocabulary | None:
    """The newest word table; None before the first reckoning."""
    newest = WordTable.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return None
    with _lock:
        if _kept.pk != newest or _kept.vocabulary is None:
            row = WordTable.objects.get(pk=newest)
            _kept.pk, _kept.vocabulary = newest, packing.read_vocabulary(bytes(row.counts), row.messages)
        return _kept.vocabulary


# ---- on arrival ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Arrived:
    """How many matters were taken in, and the issues that they belong to."""

    count: int
    issues: frozenset[int] = frozenset()


def arrive(now: datetime) -> Arrived:
    """Let the matters that came since the last call find their like. Safe to repeat."""
    known = Voice.objects.aggregate(newest=Max("pk"), count=Count("pk"))
    fresh = list(_matters().filter(pk__gt=known["newest"] or 0).order_by("pk")[:CHUNK])
    if not fresh:
        return Arrived(0)
    table = vocabulary()
    if table is None or known["count"] < SMALL or known["count"] > GROWN * table.messages:
        count = rebuild(now)
        return Arrived(count, frozenset(HotIssue.objects.values_list("pk", flat=True)))
    joined = [take_in(each, table, now=now) for each in fresh]
    return Arrived(len(fresh), frozenset(issue.pk for issue in joined if issue))


def _matters() -> "QuerySet[Matter]":
    return Matter.objects.filter(dossier__closed_circle=False).select_related("dossier__community", "requester")


def _text(matter: Matter) -> tuple[str, str]:
    return words.plain(matter.dossier.title), words.place(matter.dossier.place) + words.plain(matter.text)


def _placed(matter: Matter, signature: Signature) -> Signature:
    dossier = matter.dossier
    spot = dossier.community_id or dossier.town_id
    return signature.at(dossier.opened_at.astimezone(CHINA).toordinal(), spot=f"place:{spot}" if spot else "")


@transaction.atomic
def take_in(matter: Matter, table: Vocabulary, *, now: datetime) -> HotIssue | None:
    """Give one matter its voice and, where it has its like, its hot issue."""
    [signed] = table.signatures([_text(matter)], new=True)
    signature = _placed(matter, signed)
    near = _near(signature, matter.dossier.opened_at)
    mine = Group.of(signature)
    best, found = 0.0, None
    for row, group in _groups(near):
        alike = clustering.likeness(mine, group)
        if alike > best:
            best, found = alike, (row, group)
    voice = Voice.objects.create(matter=matter, packed=packing.pack_group(mine), at=matter.dossier.opened_at)
    _write_words([(matter.pk, signature)])
    if found is None or best < clustering.TOGETHER:
        return None
    row, group = found
    joined = packing.pack_group(group.plus(mine))
    if isinstance(row, HotIssue):
        issue = row
        HotIssue.objects.filter(pk=issue.pk).update(packed=joined)
        keys = [voice.pk]
    else:
        issue = HotIssue.objects.create(
            title=matter.dossier.title, first_at=row.at, last_at=voice.at, packed=joined, updated_at=now
        )
        keys = [row.pk, voice.pk]
    Voice.objects.filter(pk__in=keys).update(issue=issue)
    issue.packed = joined
    counting.refresh([issue.pk], samples={issue.pk: counting.middle(issue)}, now=now)
    return issue


def _near(signature: Signature, at: datetime) -> list[Voice]:
    """The voices that share the weightiest words, read in one query: each word by its index, from the newest on."""
    pairs, weights = clustering.looked_up(signature)
    if not len(pairs):
        return []
    one = (
        "SELECT * FROM (SELECT voice_id, word, weight FROM matters_voiceword WHERE word = %s"
        " ORDER BY voice_id DESC LIMIT %s) AS newest"
    )
    score: dict[int, float] = defaultdict(float)
    mine = dict(zip(pairs.tolist(), weights.tolist(), strict=True))
    with connection.cursor() as cursor:
        asked = [each for pair in pairs.tolist() for each in (pair, clustering.NEWEST)]
        cursor.execute(" UNION ALL ".join([one] * len(pairs)), asked)
        for voice_id, word, weight in cursor.fetchall():
            score[voice_id] += weight * mine[word]
    likest = sorted(score, key=lambda each: (-score[each], -each))[: clustering.COMPARED]
    return list(Voice.objects.filter(pk__in=likest, at__gte=at - WINDOW).select_related("issue").order_by("pk"))


def _groups(voices: Iterable[Voice]) -> list[tuple[Voice | HotIssue, Group]]:
    issues = {voice.issue.pk: voice.issue for voice in voices if voice.issue}
    alone = [voice for voice in voices if voice.issue_id is None]
    rows: list[Voice | HotIssue] = [*issues.values(), *alone]
    return [(each, packing.read_group(bytes(each.packed))) for each in rows]


def _write_words(signed: Sequence[tuple[int, Signature]]) -> None:
    rows = (
        VoiceWord(voice_id=pk, word=word, weight=weight)
        for pk, signature in signed
        for word, weight in zip(*(each.tolist() for each in clustering.looked_up(signature)), strict=True)
    )
    bulk.create(VoiceWord, rows)


# ---- every night ---------------------------------------------------------------------------------------------------
def rebuild(now: datetime) -> int:
    """Count the words and reckon all groups anew; an issue keeps its row as long as most of its messages do."""
    rows = list(_matters().filter(dossier__opened_at__gte=now - WINDOW).order_by("dossier__opened_at", "pk"))
    texts = [_text(each) for each in rows]
    table = Vocabulary.empty().learn(texts)
    signed = [_placed(row, each) for row, each in zip(rows, table.signatures(texts), strict=True)]
    groups = [each for each in clustering.cluster(signed) if len(each) >= FEWEST]
    with transaction.atomic():
        before = dict(Voice.objects.exclude(issue=None).values_list("pk", "issue"))
        _write_voices(rows, signed)
        WordTable.objects.all().delete()
        WordTable.objects.create(at=now, messages=table.messages, counts=packing.pack_vocabulary(table))
        kept = _keep_rows([[rows[at].pk for at in group] for group in groups], before)
        _write_issues(rows, signed, groups, kept, now=now)
    return len(rows)


def _write_voices(rows: Sequence[Matter], signed: Sequence[Signature]) -> None:
    VoiceWord.objects.all().delete()
    Voice.objects.all().delete()
    bulk.create(
        Voice,
        (
            Voice(matter_id=row.pk, packed=packing.pack_signature(each), at=row.dossier.opened_at)
            for row, each in zip(rows, signed, strict=True)
        ),
    )
    _write_words([(row.pk, each) for row, each in zip(rows, signed, strict=True)])


def _keep_rows(groups: Sequence[Sequence[int]], before: dict[int, int]) -> dict[int, int]:
    """Group → the issue that most of its messages were in; of two groups the one that has more of it keeps it."""
    claims = []
    for number, group in enumerate(groups):
        counted = Counter(before[each] for each in group if each in before)
        claims += [(-count, number, issue) for issue, count in counted.items()]
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for _count, number, issue in sorted(claims):
        if number not in kept and issue not in taken:
            kept[number] = issue
            taken.add(issue)
    return kept


def _write_issues(
    rows: Sequence[Matter],
    signed: Sequence[Signature],
    groups: Sequence[Sequence[int]],
    kept: dict[int, int],
    *,
    now: datetime,
) -> None:
    HotIssue.objects.exclude(pk__in=list(kept.values())).delete()
    samples = {}
    for number, group in enumerate(groups):
        whole = reduce(Group.plus, (Group.of(signed[at]) for at in group))
        sample = max(group, key=lambda at: (_weights(signed[at]).times(whole.topics), -at))
        first, last = rows[group[0]].dossier, rows[group[-1]].dossier
        values = {"packed": packing.pack_group(whole), "updated_at": now}
        if number in kept:
            HotIssue.objects.filter(pk=kept[number]).update(**values)
            pk = kept[number]
        else:
            pk = HotIssue.objects.create(
                title=first.title, first_at=first.opened_at, last_at=last.opened_at, **values
            ).pk
        Voice.objects.filter(pk__in=[rows[at].pk for at in group]).update(issue=pk)
        samples[pk] = rows[sample]
    counting.refresh(list(samples), samples=samples, now=now)


def _weights(signature: Signature) -> Weights:
    return Weights(signature.topics, signature.topic_weights)


# ---- for proposals -------------------------------------------------------------------------------------------------
def of_one_mind(matters: Sequence[Matter], *, surely: bool) -> list[Matter]:
    """Those of some matters that each speak of what the others speak of, the one that is likest to them all first.

    `surely` asks for more than the list of hot issues does. Matters that have not been compared yet are left out.
    """
    keys = [each.pk for each in matters]
    packed = dict(Voice.objects.filter(matter__in=keys).values_list("matter", "packed"))
    known = [each for each in matters if each.pk in packed]
    measure = clustering.surely if surely else clustering.likeness
    kept = clustering.core([packing.read_group(bytes(packed[each.pk])) for each in known], measure)
    return [known[at] for at in kept]


def likeness_to(matters: Sequence[Matter], groups: Mapping[int, Sequence[int]]) -> dict[int, dict[int, float]]:
    """For each matter the groups (given by the ids of their matters) that it is like, and how much.

    It is as alike as the list of hot issues wants it, to all of a group or to the likest of its messages: one event is
    told in many words. What has not been compared yet is like nothing.
    """
    keys = {each.pk for each in matters}.union(*groups.values())
    packed = dict(Voice.objects.filter(matter__in=keys).values_list("matter", "packed"))
    known = {pk: packing.read_group(bytes(each)) for pk, each in packed.items()}
    heard = {name: [known[pk] for pk in group if pk in known] for name, group in groups.items()}
    wholes = {name: [reduce(Group.plus, said), *said] for name, said in heard.items() if said}
    return {
        each.pk: {name: alike for name, whole in wholes.items() if (alike := _alike(known[each.pk], whole))}
        for each in matters
        if each.pk in known
    }


def _alike(one: Group, others: Sequence[Group]) -> float:
    alike = max(clustering.likeness(one, other) for other in others)
    return alike if alike >= clustering.TOGETHER else 0.0
