"""报名: who comes with how many, in which place of the line; who came, and what they thought of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.kit.fields import SealedText
from lastmeter.occasions.models.occasion import Occasion


class SignUp(models.Model):
    """报名: one person for an occasion, with as many seats as come along; all of them are had or none.

    Who is brought along is not written down: a seat needs no name. `user` is None for somebody signed up at the
    counter. The span is copied from the occasion so that the database can refuse two at once (migration 0002).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        OFFERED = "offered", _("有名额了，等确认")
        SEATED = "seated", _("已报上")
        CAME = "came", _("已到场")
        ABSENT = "absent", _("没有来")
        CANCELLED = "cancelled", _("已取消")
        LAPSED = "lapsed", _("没有及时确认")
        CALLED_OFF = "called_off", _("活动取消")

    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="signups")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="signups")
    name = SealedText(_("姓名"), null=True)
    phone = SealedText(_("电话"), null=True)
    seats = models.PositiveSmallIntegerField(_("几位"), default=1)
    number = models.PositiveIntegerField(_("第几个报名"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    at = models.DateTimeField(_("报名时间"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(_("确认截止"), null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("报名")
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "user"],
                condition=Q(state__in=["waiting", "offered", "seated", "came", "absent"]),
                name="signup_once",
            ),
            models.UniqueConstraint(fields=["occasion", "number"], name="signup_in_line"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="signup_takes_seats"),
            models.CheckConstraint(
                condition=Q(state="offered", expires_at__isnull=False) | (~Q(state="offered") & Q(expires_at=None)),
                name="signup_offer_expires",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="signup_of_user"),
            models.Index(fields=["expires_at"], condition=Q(state="offered"), name="signup_offers"),
        ]


class CheckIn(models.Model):
    """签到: a sign-up was used, once. `client_ref` is the door's own id: what it sends again changes nothing."""

    signup = models.OneToOneField(SignUp, on_delete=models.CASCADE, related_name="check_in")
    client_ref = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(_("到场时间"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = _("签到")


class Feedback(models.Model):
    """活动反馈: stars and words of somebody who came; said again it replaces what was said."""

    signup = models.OneToOneField(SignUp, on_delete=models.CASCADE, related_name="feedback")
    stars = models.PositiveSmallIntegerField(_("几颗星"))
    words = models.CharField(_("想说的话"), max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("活动反馈")
        constraints = [models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="feedback_stars")]
