"""一事一档: one dossier per case-like thing gives one number, place, visibility, timeline and search."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node, Post, Unit
from lastmeter.kit.constraints import one_of
from lastmeter.kit.fields import BytewiseCharField


class DossierKind(models.TextChoices):
    MATTER = "matter", _("事项")


class Dossier(models.Model):
    """What a matter, a mediation, a task… have in common.

    `node_then` is the place of its day and never changes; `path` and the level columns are today's. Lists filter one
    level column by equality, so that scope and keyset order share one index; closed circles are in none of them, so
    that counting reads the index alone.
    """

    kind = models.CharField(_("种类"), max_length=12, choices=DossierKind.choices)
    number = BytewiseCharField(_("编号"), max_length=10, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    step = models.CharField(_("环节"), max_length=12)
    is_open = models.BooleanField(_("未结"), default=True)
    due_at = models.DateTimeField(_("最近期限"), null=True, blank=True)
    opened_at = models.DateTimeField(_("登记时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    version = models.PositiveIntegerField(default=1)
    closed_circle = models.BooleanField(_("仅参与人可见"), default=False)

    node_then = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", verbose_name=_("当时网格"))
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="dossiers", db_index=False)
    path = BytewiseCharField(max_length=35)
    city = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    county = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    town = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    community = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    grid = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    place = models.CharField(_("地点"), max_length=200, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    # Idempotency: the same device or source sends the same thing twice and is answered with the first result.
    client = models.CharField(max_length=64)
    client_ref = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("案卷")
        constraints = [models.UniqueConstraint(fields=["client", "client_ref"], name="dossier_client_ref")]
        indexes = [
            *[
                models.Index(
                    fields=[level, "kind", "step", "due_at", "id"],
                    condition=Q(closed_circle=False),
                    name=f"dossier_{level}_step",
                )
                for level in ("city", "county", "town", "community", "grid")
            ],
            *[
                models.Index(
                    fields=[level, "kind", "due_at", "id"],
                    condition=Q(is_open=True, closed_circle=False),
                    name=f"dossier_{level}_open",
                )
                for level in ("city", "county", "town", "community", "grid")
            ],
            models.Index(
                fields=["community", "kind", "opened_at"],
                condition=Q(is_open=True, closed_circle=False),
                name="dossier_community_newest",
            ),
            models.Index(fields=["path"], name="dossier_path"),
            models.Index(fields=["node", "is_open"], name="dossier_node"),
            models.Index(fields=["opened_at"], name="dossier_opened"),
        ]

    def __str__(self) -> str:
        return self.number


class Access(models.Model):
    """Somebody outside the scope takes part: written by the act that dispatches, invites or appoints."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="access")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(_("参与身份"), max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("参与")
        constraints = [
            one_of("access_one_holder", "unit", "post", "user"),
            models.UniqueConstraint(
                fields=["dossier", "unit"], condition=Q(until=None, unit__isnull=False), name="access_unit_once"
            ),
            models.UniqueConstraint(
                fields=["dossier", "user"], condition=Q(until=None, user__isnull=False), name="access_user_once"
            ),
        ]


class Event(models.Model):
    """One thing that happened in a dossier. Append-only; words stand in `EventWords` and can be erased."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("时间"))
    kind = models.CharField(_("事件"), max_length=40)
    by_kind = models.CharField(max_length=10)
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    by_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    public = models.BooleanField(_("诉求人可见"), default=False)
    words_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = _("事件")


class EventWords(models.Model):
    """The words of an event: erasable, while the event and the hash of its words stay."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="words")
    text = models.TextField()

    class Meta:
        verbose_name = _("事件内容")


class Attachment(models.Model):
    """A photo or file of a dossier, stored under the hash of its content."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="attachments")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    thumb_path = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField()
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("附件")
        constraints = [models.UniqueConstraint(fields=["dossier", "sha256"], name="attachment_once")]


class SearchText(models.Model):
    """The searchable words of a dossier as tokens (bigrams, initials); the index beside it is the database's."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    tokens = models.TextField()

    class Meta:
        verbose_name = _("检索词")
