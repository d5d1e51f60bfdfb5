"""吹哨报到: several units on one matter, each with its own deadline and its own sign-off."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node, PolicyRow, Post, Unit, lasting
from lastmeter.kit.constraints import one_of
from lastmeter.matters.models.matter import Matter


class Colour(models.TextChoices):
    """How serious it is. What a colour is called and who must come is a row, see WhistleLevel."""

    BLUE = "blue", _("蓝哨")
    YELLOW = "yellow", _("黄哨")
    RED = "red", _("红哨")


class Rank(models.IntegerChoices):
    """Who of a unit must come."""

    SECTION = 1, _("科室负责人")
    DEPUTY = 2, _("分管负责人")
    HEAD = 3, _("主要负责人")


class Tier(models.TextChoices):
    """From which level up to which it is blown: 网格 → 社区 → 镇街 → 县级部门."""

    GRID = "grid", _("网格吹社区")
    COMMUNITY = "community", _("社区吹镇街")
    STREET = "street", _("镇街吹部门")


class WhistleSource(models.TextChoices):
    """哨源: how the matter came to the knowledge of whoever blows."""

    PATROL = "patrol", _("网格巡查")
    HOTLINE = "hotline", _("12345 热线")
    PETITION = "petition", _("信访")
    ONLINE = "online", _("居民网上反映")
    COUNTER = "counter", _("来电来访")


class WhistleStep(models.TextChoices):
    ASKED = "asked", _("待审核")
    APPROVED = "approved", _("待分哨")
    ROUTED = "routed", _("应哨中")
    DONE = "done", _("待评哨")
    CLOSED = "closed", _("已销哨")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")
    UPGRADED = "upgraded", _("已升级")
    VOID = "void", _("随事项结束")


class WhistleLevel(PolicyRow):
    """A colour at a place: what it is called there and which rank must come. Planted as customary [K]; timings are
    rows of `clocks.Limit` of the flow "whistle" with the colour in the place of the urgency."""

    KEY = ("colour",)

    colour = models.CharField(_("颜色"), max_length=6, choices=Colour.choices)
    word = models.CharField(_("叫什么"), max_length=20)
    rank = models.PositiveSmallIntegerField(_("应到职级"), choices=Rank.choices)

    class Meta:
        verbose_name = _("哨级规则")
        constraints = [
            models.UniqueConstraint(
                fields=["node", "colour"], condition=Q(valid_to=None), name="whistle_level_one_current"
            ),
            lasting("whistle_level_span"),
        ]


class Whistle(models.Model):
    """A whistle on a matter; a matter has one at a time, and `upgrade_of` names the one before it.

    `open_legs` counts units and decisions of conferences that are not done: it can be counted again from their rows,
    and lets the database itself refuse a whistle that is done while somebody is still at work.
    """

    class Turned(models.TextChoices):
        """Why it was turned away before anybody was called."""

        INCOMPLETE = "incomplete", _("情况没写清")
        OWN_POWER = "own_power", _("本级能办，不该吹哨")
        MISUSE = "misuse", _("随意吹哨")
        WRONG_TIER = "wrong_tier", _("应由别的层级吹")

    number = models.CharField(_("哨号"), max_length=10, unique=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="whistles")
    colour = models.CharField(_("哨级"), max_length=6, choices=Colour.choices)
    rank = models.PositiveSmallIntegerField(_("应到职级"), choices=Rank.choices)
    tier = models.CharField(_("层级"), max_length=10, choices=Tier.choices)
    source = models.CharField(_("哨源"), max_length=10, choices=WhistleSource.choices)
    step = models.CharField(_("状态"), max_length=10, choices=WhistleStep.choices, default=WhistleStep.ASKED)
    request = models.CharField(_("请他们做什么"), max_length=1000)
    attempts = models.CharField(_("已经做过什么"), max_length=1000)
    requested = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name=_("请哪些单位"))
    origin = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", verbose_name=_("吹哨单位"))
    blown_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_ref = models.CharField(max_length=64)
    asked_at = models.DateTimeField(_("吹哨时间"))
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    turned = models.CharField(_("退回原因"), max_length=12, choices=Turned.choices, blank=True)
    routed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    routed_at = models.DateTimeField(_("分哨时间"), null=True, blank=True)
    done_at = models.DateTimeField(_("联合办结时间"), null=True, blank=True)
    result = models.CharField(_("办理结果"), max_length=2000, blank=True)
    despite = models.CharField(_("还有单位没办完，为什么办结"), max_length=1000, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_words = models.CharField(_("结束说明"), max_length=1000, blank=True)
    open_legs = models.PositiveSmallIntegerField(_("没办完的"), default=0)
    upgrade_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="upgraded_to")

    class Meta:
        verbose_name = _("吹哨")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at=None), name="whistle_one_at_a_time"),
            models.UniqueConstraint(fields=["blown_by", "client_ref"], name="whistle_client_ref"),
            models.CheckConstraint(
                condition=~Q(step__in=[WhistleStep.DONE, WhistleStep.CLOSED]) | Q(open_legs=0),
                name="whistle_done_with_nobody_at_work",
            ),
        ]
        indexes = [
            models.Index(fields=["step", "id"], condition=Q(ended_at=None), name="whistle_running"),
            models.Index(fields=["asked_at"], name="whistle_asked"),
        ]

    def __str__(self) -> str:
        return self.number


class Called(models.Model):
    """A unit that was called: it signs in, arrives, works and signs off against its own deadlines.

    Its deadlines are rows of `clocks.Deadline` with `leg` = `called.leg`.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("牵头")
        ASSIST = "assist", _("配合")

    class Ending(models.TextChoices):
        DONE = "done", _("已办结")
        RELEASED = "released", _("不用再来")
        DESPITE = "despite", _("未办完，由审核人办结")
        CARRIED = "carried", _("随升级转入新哨")
        VOID = "void", _("随哨终止")

    whistle = models.ForeignKey(Whistle, on_delete=models.CASCADE, related_name="called")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="called")
    role = models.CharField(_("身份"), max_length=6, choices=Role.choices)
    rank = models.PositiveSmallIntegerField(_("应到职级"), choices=Rank.choices)
    called_at = models.DateTimeField(_("通知时间"))
    sign_by = models.DateTimeField(_("应哨期限"), null=True, blank=True)
    arrive_by = models.DateTimeField(_("应到时间"), null=True, blank=True)
    work_by = models.DateTimeField(_("办结期限"), null=True, blank=True)
    signed_at = models.DateTimeField(_("应哨时间"), null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    arrived_at = models.DateTimeField(_("实到时间"), null=True, blank=True)
    objection = models.CharField(_("不同意的理由"), max_length=1000, blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    measures = models.CharField(_("处置"), max_length=2000, blank=True)
    ending = models.CharField(_("怎样结束"), max_length=10, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("应哨单位")
        constraints = [
            models.UniqueConstraint(fields=["whistle", "unit"], name="called_once"),
            models.UniqueConstraint(
                fields=["whistle"], condition=Q(role="lead") & ~Q(ending="released"), name="called_one_lead"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False) & ~Q(ending=""),
                name="called_ends_somehow",
            ),
        ]
        indexes = [models.Index(fields=["unit"], condition=Q(ended_at=None), name="called_open")]

    @property
    def leg(self) -> str:
        """The party that its deadlines bind."""
        return f"called:{self.pk}"


class Attendance(models.Model):
    """到场: a named person of a called unit was there, from when to when. Two taps on the phone."""

    called = models.ForeignKey(Called, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("姓名"), max_length=30)
    rank = models.PositiveSmallIntegerField(_("职级"), choices=Rank.choices)
    in_at = models.DateTimeField(_("到场"))
    out_at = models.DateTimeField(_("离场"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_ref = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("到场")
        constraints = [
            models.UniqueConstraint(fields=["by", "client_ref"], name="attendance_client_ref"),
            models.UniqueConstraint(
                fields=["called", "user"],
                condition=Q(out_at=None, user__isnull=False),
                name="attendance_one_running",
            ),
        ]


class UnitRating(models.Model):
    """评哨: what the blower says of a unit — how it reported in, how it worked, what came of it — and its answer."""

    called = models.OneToOneField(Called, on_delete=models.CASCADE, related_name="rating")
    report_in = models.PositiveSmallIntegerField(_("报到"))
    handling = models.PositiveSmallIntegerField(_("办理"))
    result = models.PositiveSmallIntegerField(_("结果"))
    solved = models.BooleanField(_("解决了"))
    words = models.CharField(_("评语"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    answer = models.CharField(_("单位的说明"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("评哨")
        constraints = [
            models.CheckConstraint(
                condition=Q(report_in__range=(1, 5), handling__range=(1, 5), result__range=(1, 5)),
                name="unit_rating_one_to_five",
            )
        ]


class Conference(models.Model):
    """联席会商: for what is unclear between units; it ends with decisions, each with an owner and a date."""

    whistle = models.ForeignKey(Whistle, on_delete=models.CASCADE, related_name="conferences")
    at = models.DateTimeField(_("什么时候"))
    place = models.CharField(_("在哪里"), max_length=100)
    chair = models.CharField(_("主持人"), max_length=60)
    agenda = models.CharField(_("要定什么"), max_length=1000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    called_at = models.DateTimeField()
    held_at = models.DateTimeField(_("开完"), null=True, blank=True)
    minutes = models.CharField(_("会议记录"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("联席会商")


class Decision(models.Model):
    """议定事项: one thing that a unit, whoever holds a post, or one person does by a date.

    Its deadline is of the leg `decision.leg`.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="decisions")
    whistle = models.ForeignKey(Whistle, on_delete=models.CASCADE, related_name="decisions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("岗位"))
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("个人"))
    words = models.CharField(_("议定事项"), max_length=1000)
    due_at = models.DateTimeField(_("期限"))
    done_at = models.DateTimeField(_("办结"), null=True, blank=True)
    result = models.CharField(_("结果"), max_length=1000, blank=True)
    dropped = models.BooleanField(_("不再办理"), default=False)

    class Meta:
        verbose_name = _("议定事项")
        constraints = [one_of("decision_one_owner", "unit", "post", "user")]

    @property
    def owner(self) -> str:
        """Who does it, in words; unit, post with its place, and user are read."""
        return self.unit.name if self.unit else self.post.placed if self.post else self.user.name if self.user else ""

    @property
    def leg(self) -> str:
        """The party that its deadline binds."""
        return f"decision:{self.pk}"
