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

    def lands(self, choice: str) -> str:
        """Where they land who chose the try with that number, or nothing in particular: then on their home."""
        known = dict(enumerate(address for _words, address in self.tries))
        return known.get(int(choice), self.home) if choice.isascii() and choice.isdigit() else self.home


PEOPLE = (
    Person(
        "resident",
        _("居民"),
        RESIDENT_NAME,
        "/",
        "me",
        (
            (_("电梯修好了：打个分，不满意就要求重办"), "/mine/"),
            (_("社区有一个问题等您回答"), "/mine/"),
            (_("再报一件：写一句话，添张照片"), "/report/"),
            (_("现在呼叫：没人接就换下一个，一直到街道"), "/g/441702006008003/call/"),
        ),
    ),
    Person(
        "worker",
        _("专职网格员"),
        "周小满",
        "/field/",
        "flag",
        (
            (_("今日：先办快到期的"), "/today/"),
            (_("就地办结：三下，不用写字"), "/found/"),
            (_("我的班：有人请您替一班"), "/shifts/"),
        ),
    ),
    Person(
        "building_head",
        _("楼长"),
        "莫秀兰",
        "/field/",
        "building",
        (
            (_("只管自己那一栋"), "/today/"),
            (_("看到楼道里不对，顺手办了"), "/found/"),
        ),
    ),
    Person(
        "clerk",
        _("社区工作人员"),
        "林知夏",
        "/desk/",
        "inbox",
        (
            (_("筛查、分派：J 下一件，回车打开，D 分派，再回车"), "/queue/"),
            (_("有了答复的：核查以后办结，或者请他再办"), "/queue/?step=answered"),
            (_("替打电话的人登记，打印回执"), "/matters/new/"),
            (_("几个人说同一件事：一起办；新来的点一下归入"), "/events/"),
            (_("值班表：一个月谁值班，缺口标红"), "/rosters/"),
            (_("没接的呼叫：写明怎么处理的"), "/calls/"),
            (_("本级办不了的：在事项页吹哨，请几家单位一起来"), "/whistles/"),
        ),
    ),
    Person(
        "dispatcher",
        _("镇街调度员"),
        "程一帆",
        "/desk/",
        "send",
        (
            (_("社区报上来的，分派给单位"), "/queue/?step=waiting&desk=4"),
            (_("职责清单写着由谁办：打开一件，按 G 就分派"), "/queue/?step=waiting"),
            (_("社区做什么、什么不得交给社区：越过它的分派会被拦下"), "/catalogue/lists/"),
            (_("被单位退回的，另找人办"), "/queue/?step=waiting&handler=returned"),
            (_("已超期的"), "/queue/?step=open&due=over"),
            (_("社区吹的哨：按职责清单分哨，一下就好"), "/whistles/"),
            (_("暂停、延期、挂账：在走的期限一张表"), "/ledger/"),
            (_("规则都在一处：现在怎么定的，什么时候变"), "/rules/"),
        ),
    ),
    Person(
        "handler",
        _("职能部门经办人"),
        "钟可",
        "/desk/",
        "check",
        (
            (_("签收、办理、答复、退回"), "/queue/?step=handling"),
            (_("办过的，诉求人怎么说"), "/queue/?step=done"),
            (_("吹哨报到：到场签到一下，离场签退一下"), "/field/"),
        ),
    ),
    Person(
        "organiser",
        _("组织员"),
        "唐若谷",
        "/desk/",
        "people",
        (
            (_("看全街道在办的事"), "/queue/?step=open"),
            (_("三率：点开一个数，看到背后的每一件"), "/rates/"),
            (_("党组织建在网格上：看一个网格的四级组织"), "/g/441702006008003/"),
        ),
    ),
    Person(
        "county",
        _("县（区）调度员"),
        "沈知节",
        "/desk/",
        "building",
        (
            (_("社区事项清单：改下一版草稿，批准以后生效"), "/catalogue/lists/"),
            (_("有人投诉街道的办理：由上一级答复"), "/grievances/"),
            (_("全区的规则，街道没有自己定的就按这里"), "/rules/"),
        ),
    ),
)
BY_KEY = {person.key: person for person in PEOPLE}
