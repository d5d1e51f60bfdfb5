"""Many voices, one thing: in the demonstration one proposal waits, and one event has somebody new at its door."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import translation

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Level, Node
from lastmeter.grid.street import Street
from lastmeter.matters import dispatch, intake, screening
from lastmeter.matters.events import gathering, jobs
from lastmeter.matters.models import Category, HotIssue, Incident, Matter, Source

# Who says what, and how many hours ago.
WAITS = (
    (15, "何阿姨", "湖畔小区北门外路口的红绿灯坏了，一直闪黄灯，孩子上学过马路没人让。"),
    (13, "陆师傅", "北门外路口的红绿灯不亮了，早上汽车和电动车抢着走，差点撞到老人，快来修。"),
    (11, "白女士", "湖畔小区北门路口的红绿灯一直闪黄灯，送孩子过马路要等好久，什么时候修好？"),
    (9, "石先生", "路口的红绿灯坏了几天，湖畔小区北门这边过马路全靠胆子，请尽快派人修。"),
)
JOINED = (
    (22, "江女士", "6 栋地下水泵房夜里嗡嗡响，声音顺着墙传上来，整夜睡不着。"),
    (20, "方阿伯", "地下水泵房的水泵半夜嗡嗡响个不停，躺在床上都觉得震，请物业换减震垫。"),
    (17, "章老师", "地下水泵房噪声太大，凌晨两三点嗡嗡响，孩子高三睡不好。"),
    (14, "乔先生", "地下水泵房夜里嗡嗡响一个多月了，一楼二楼都睡不着，找物业说等配件。"),
)
NEWCOMER = ((2, "柳女士", "我住二楼，地下水泵房一到夜里就嗡嗡响，睡不着，请来测一下噪声。"),)
RECKONED, CATEGORY = 8, "env-noise"


def set_up(street: Street, now: datetime) -> int:
    """Let them speak, the machine propose, the clerk confirm one of the two; returns how many matters came of it."""
    with translation.override("zh-hans"):
        _speak(street, WAITS, now)
        joined = _speak(street, JOINED, now)[0]
        at = now - timedelta(hours=RECKONED)
        jobs.reckon(at)
        _handle_together(street, joined, at + timedelta(minutes=30))
        _speak(street, NEWCOMER, now)
        jobs.arrive(now)
    return len(WAITS) + len(JOINED) + len(NEWCOMER)


def _speak(street: Street, voices: Sequence[tuple[int, str, str]], now: datetime) -> list[Matter]:
    """Each of them reports from a building of the worker's grid, over the phone."""
    clerk = Actor.of(street.people["clerk"])
    nodes = list(Node.objects.below(street.grid.path).filter(level=Level.MICRO).order_by("path")[:4])
    said = []
    for at, (ago, name, text) in enumerate(voices):
        number = ago + 9800  # the hours tell the phones apart
        report = intake.Report(
            text=text, source=Source.PHONE, client_ref=f"demo-voice-{ago}", node_id=nodes[at % len(nodes)].pk,
            name=name, phone=f"1990000{number}", on_behalf=True, consent=f"{intake.CONSENT_VERSION}/oral",
        )  # fmt: skip
        [taken] = intake.take_in([report], by=clerk, client=f"user:{clerk.user_id}", now=now - timedelta(hours=ago))
        if isinstance(taken, intake.Refused):
            raise ValueError(taken.reason)
        said.append(Matter.objects.select_related("dossier").get(pk=taken.dossier_id))
    return said


def _handle_together(street: Street, voice: Matter, at: datetime) -> None:
    """The clerk says that it is one thing, and gives its lead to the estate's company."""
    clerk = Actor.of(street.people["clerk"])
    issue = HotIssue.objects.get(voices__matter=voice)
    incident = Incident.objects.get(issue=issue)
    matters = list(Matter.objects.filter(memberships__incident=incident).select_related("dossier", "category"))
    gathering.confirm(incident, matters=matters, lead=voice, by=clerk, now=at)
    screening.accept(voice, category=Category.objects.get(code=CATEGORY), by=clerk, now=at)
    dispatch.dispatch(
        Matter.objects.select_related("dossier", "category").get(pk=voice.pk),
        unit=street.units["城东街道综合执法队"], by=clerk, now=at + timedelta(minutes=10),
    )  # fmt: skip
