"""Who signs in, what they agreed to, what they did that must be provable: users, sessions, links, limits, audit."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.kit.fields import SealedText


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from the posts they hold (grid), never from the account."""

    username = models.CharField(_("登录名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = SealedText(_("手机"), null=True, blank=True)
    phone_hash = models.BinaryField(_("手机散列"), max_length=32, null=True, unique=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("可登录"), default=True)
    joined_at = models.DateTimeField(_("开户时间"), auto_now_add=True)
    left_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("用户")

    def __str__(self) -> str:
        return self.name


class AdministratorKind(models.TextChoices):
    SYSTEM = "system", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDIT = "audit", _("审计管理员")


class Administrator(models.Model):
    """One of the three separate administrators of MLPS 8.1.4.2: the same person never holds two kinds at a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name=_("用户"))
    kind = models.CharField(_("类别"), max_length=10, choices=AdministratorKind.choices)
    since = models.DateTimeField(_("起"), auto_now_add=True)
    until = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("管理员")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(until=None), name="administrator_one_kind_a_person"),
        ]


class Session(AbstractBaseSession):
    """A signed-in browser; carries its user, so that a lost phone's sessions can be listed and ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(_("设备"), max_length=120, blank=True)
    seen_at = models.DateTimeField(_("最近使用"), auto_now=True)

    class Meta:
        verbose_name = _("登录")
        indexes = [models.Index(fields=["expire_date"], name="session_expiry")]

    @classmethod
    def get_session_store_class(cls) -> type:
        from lastmeter.accounts.sessions import SessionStore  # Django's own pattern: the store names its model

        return SessionStore


class OneTimeLink(models.Model):
    """An address that works once, for a first password or a forgotten one. Only its hash is kept."""

    class Purpose(models.TextChoices):
        FIRST = "first", _("首次设密")
        RESET = "reset", _("重设密码")

    token_hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("一次性链接")


class Count(models.Model):
    """How often something was done under a key inside a window: the rate limits of accounts/limits.py."""

    key = models.CharField(max_length=120)
    window = models.BigIntegerField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("限次")
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="count_key_window")]


class AuditEntry(models.Model):
    """Append-only: ids, kinds and hashes; no words, names or files. UPDATE and DELETE are refused by triggers."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    by_user = models.BigIntegerField(null=True)
    by_kind = models.CharField(max_length=10)
    client = models.CharField(max_length=64, blank=True)
    object_kind = models.CharField(max_length=30, blank=True)
    object_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, default="done")
    reason_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name = _("审计记录")
        indexes = [models.Index(fields=["object_kind", "object_id", "id"], name="audit_object")]


class AuditSeal(models.Model):
    """The hash of a run of audit entries chained to the seal before it."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    head = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("审计封印")


class RevealReason(models.Model):
    """Why somebody looked at a private field: the words stand beside the audit entry, so that they can be erased."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, db_constraint=False)
    words = models.CharField(_("理由"), max_length=500)

    class Meta:
        verbose_name = _("查看理由")


class Installation(models.Model):
    """This installation: one row, written when the database is created. The demo mark is never set later."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("本装置")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="installation_is_one")]
