"""Who has reported in to help, what they can do, and the calls they may accept: invited, never assigned."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Node, Unit


class Skill(models.Model):
    """特长: what somebody may be called for. Rows of the installation."""

    name = models.CharField(_("特长"), max_length=20, unique=True)
    name_en = models.CharField(_("英文"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("特长")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Slip(models.Model):
    """报到单: the Party branch of a unit offers its people to a community, which signs; the receipt goes back.

    A unit has one running slip at a community; what it brings is written there, never who comes.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="slips")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="slips", verbose_name=_("报到社区"))
    branch = models.CharField(_("党支部"), max_length=60)
    people = models.PositiveSmallIntegerField(_("党员人数"))
    work = models.CharField(_("工作意见"), max_length=1000)
    service_day = models.CharField(_("固定服务日"), max_length=60, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("填报时间"))
    client_ref = models.CharField(max_length=64)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    signed_at = models.DateTimeField(_("社区签收"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    ended_words = models.CharField(_("为什么结束"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("报到单")
        constraints = [
            models.UniqueConstraint(fields=["unit", "node"], condition=Q(ended_at=None), name="slip_one_running"),
            models.UniqueConstraint(fields=["by", "client_ref"], name="slip_client_ref"),
        ]

    def __str__(self) -> str:
        return self.branch

    @property
    def state(self) -> str:
        """waiting, signed or ended."""
        if self.ended_at:
            return "ended"
        return "signed" if self.signed_at else "waiting"


class Member(models.Model):
    """报到: a Party member, volunteer or professional who offers help in a place. Leaving ends it at once."""

    class Kind(models.TextChoices):
        PARTY = "party", _("党员")
        VOLUNTEER = "volunteer", _("志愿者")
        PROFESSIONAL = "professional", _("专业人士")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="membership")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="members")
    kind = models.CharField(_("身份"), max_length=12, choices=Kind.choices)
    works_at = models.CharField(_("工作单位"), max_length=60, blank=True)
    slip = models.ForeignKey(
        Slip, on_delete=models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("随哪个支部报到")
    )
    skills = models.ManyToManyField(Skill, related_name="members", blank=True, verbose_name=_("特长"))
    since = models.DateTimeField(_("报到时间"))
    until = models.DateTimeField(_("退出时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("报到")
        indexes = [models.Index(fields=["node"], condition=Q(until=None), name="member_active")]


class Call(models.Model):
    """召集: people wanted for one thing, at a place and a moment; whoever accepts takes a seat, until there is none.

    The sentence says all that an invited person needs; the case behind it stays with its staff.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="calls")
    title = models.CharField(_("请来做什么"), max_length=200)
    place = models.CharField(_("到哪里"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("什么时候"))
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wanted = models.PositiveSmallIntegerField(_("要几个人"))
    taken = models.PositiveSmallIntegerField(_("已答应"), default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("召集")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("wanted")), name="call_not_overfull"),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="call_wants_somebody"),
        ]


class Invitation(models.Model):
    """邀请: one person, one call, one answer; an acceptance can be taken back."""

    class State(models.TextChoices):
        ASKED = "asked", _("待答复")
        ACCEPTED = "accepted", _("已答应")
        DECLINED = "declined", _("没空")
        WITHDRAWN = "withdrawn", _("又来不了")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="invitations")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    state = models.CharField(_("答复"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("邀请")
        constraints = [models.UniqueConstraint(fields=["call", "member"], name="invitation_once")]
        indexes = [models.Index(fields=["member", "state"], name="invitation_of_member")]


class Stint(models.Model):
    """服务记录: from when to when somebody served, and the half hours credited for it.

    Whoever organises records (DOMAIN 10.3). A correction is a new row; the old one stays, void, and names the new.
    Nothing that has a price is ever recorded here: calls have none.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="stints")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="stints")
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    halves = models.PositiveSmallIntegerField(_("半小时数"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("记录时间"))
    doubt = models.CharField(_("哪里不对"), max_length=500, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="corrects")

    class Meta:
        verbose_name = _("服务记录")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="stint_lasts"),
            models.UniqueConstraint(fields=["member", "call"], condition=Q(void_at=None), name="stint_once"),
        ]

    @property
    def hours(self) -> str:
        """What is credited, in hours: 3, 2.5."""
        return f"{self.halves / 2:g}"


class Certificate(models.Model):
    """志愿服务证明: what was recorded until a moment, under a number that anybody can check. Erasure takes the name."""

    number = models.CharField(_("证明编号"), max_length=10, unique=True)
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="certificates")
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", verbose_name=_("出具单位"))
    halves = models.PositiveIntegerField(_("半小时数"))
    since = models.DateTimeField(_("第一次服务"))
    until = models.DateTimeField(_("最近一次服务"))
    handler = models.CharField(_("经办人"), max_length=60)
    at = models.DateTimeField(_("出具时间"))

    class Meta:
        verbose_name = _("志愿服务证明")
