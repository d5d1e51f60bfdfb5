"""The persons a visitor of the demonstration may be: one of each kind of user, all of them invented."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User

RESIDENT_LOGIN, RESIDENT_NAME = "suhe", "苏禾"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be: what they are, their invented name, where they land, and what to try (words, address)."""

    key: str
    what: str | Promise
    name: str
    home: str
    icon: str
    tries: tuple[tuple[str | Promise, str], ...]

    def user(self) -> User | None:
        """Their account in the demonstration's database."""
        return User.objects.filter(name=self.name, is_active=True).order_by("pk").first()


PEOPLE = (
    Person(
        "resident",
        _("居民"),
        RESIDENT_NAME,
        "/",
        "me",
        (
            (_("看自己说过的事：评价一件、回答一个问题、要求重办"), "/mine/"),
            (_("不登录也能上报：写一句话，拿到编号和查询码"), "/report/"),
        ),
    ),
    Person(
        "worker",
        _("网格员"),
        "周小满",
        "/field/",
        "flag",
        (
            (_("今日：先办快到期的"), "/today/"),
            (_("就地办结：三下，不用写字"), "/found/"),
        ),
    ),
    Person("building_head", _("楼长"), "莫秀兰", "/field/", "building", ((_("只管自己那一栋"), "/today/"),)),
    Person(
        "clerk",
        _("社区工作人员"),
        "林知夏",
        "/desk/",
        "inbox",
        (
            (_("筛查、分派：J 下一件，回车打开，D 分派，再回车"), "/queue/"),
            (_("替打电话的人登记，打印回执"), "/matters/new/"),
        ),
    ),
    Person(
        "dispatcher",
        _("镇街调度员"),
        "程一帆",
        "/desk/",
        "send",
        (
            (_("全街道的事，最急的在前"), "/queue/"),
            (_("已超期的"), "/queue/?step=open&due=over"),
        ),
    ),
    Person(
        "handler",
        _("职能部门经办人"),
        "钟可",
        "/desk/",
        "check",
        ((_("签收、办理、答复、退回"), "/queue/?step=handling"),),
    ),
    Person("organiser", _("组织员"), "唐若谷", "/desk/", "people", ((_("看全街道在办的事"), "/queue/?step=open"),)),
)
BY_KEY = {person.key: person for person in PEOPLE}
