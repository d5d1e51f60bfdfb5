"""The one cast of the whole suite: a small town of invented people, the same in every test.

望海社区 has two grids, 石桥社区 has two; 周小满 works in the first grid of 望海, 林知夏 at its community's desk,
程一帆 dispatches for the street, 钟可 handles for the 城管执法队, 苏禾 is a resident with an account.
"""

from dataclasses import dataclass
from datetime import date

import shapely

from lastmeter.accounts.models import Administrator, AdministratorKind, User
from lastmeter.accounts.people import phone_hash
from lastmeter.grid import ground, tree
from lastmeter.grid.models import Level, Node, Post, Role, Shape, Tenure, Unit, UnitKind
from lastmeter.matters.defaults import plant_defaults
from lastmeter.matters.models import Category

FOUNDED = date(2025, 1, 1)
PASSWORD = "correct horse battery"
WEST, SOUTH, SIDE = 113.96, 22.85, 0.01

PEOPLE = {
    "worker": "周小满",
    "other_worker": "韦晓舟",
    "building_head": "莫阿婆",
    "clerk": "林知夏",
    "other_clerk": "何守拙",
    "secretary": "简思远",
    "dispatcher": "程一帆",
    "organiser": "唐若谷",
    "handler": "钟可",
    "unit_head": "罗青",
    "other_handler": "欧阳澄",
    "resident": "苏禾",
    "system_admin": "系统甲",
    "security_admin": "安全乙",
    "audit_admin": "审计丙",
}


@dataclass(frozen=True)
class Cast:
    """Ids and rows that tests speak of by name."""

    users: dict[str, User]
    nodes: dict[str, Node]
    units: dict[str, Unit]

    def __getattr__(self, name: str) -> "User | Node | Unit":
        for part in (self.users, self.nodes, self.units):
            if name in part:
                return part[name]
        raise AttributeError(name)

    def category(self, code: str) -> Category:
        return Category.objects.get(code=code)


def square(x: int, y: int, wide: int = 1, high: int = 1) -> shapely.Polygon:
    """A box of the town's plan, in cells of SIDE degrees from its south-west corner."""
    west, south = WEST + x * SIDE, SOUTH + y * SIDE
    return shapely.box(west, south, west + wide * SIDE, south + high * SIDE)


def middle(x: int, y: int) -> tuple[float, float]:
    """(lon, lat) of the middle of a cell."""
    return WEST + (x + 0.5) * SIDE, SOUTH + (y + 0.5) * SIDE


def seed() -> Cast:
    """Build the town. Called once for the whole run."""
    nodes = _nodes()
    units = _units(nodes)
    users = _people()
    _posts(users, nodes, units)
    plant_defaults(nodes["city"], today=FOUNDED)
    ground.bump()
    return Cast(users, nodes, units)


def load() -> Cast:
    """The town as it stands in the database."""
    by_name = {node.name: node for node in Node.objects.all()}
    units = {unit.name: unit for unit in Unit.objects.all()}
    return Cast(
        {user.username: user for user in User.objects.all()},
        {key: by_name[name] for key, name in _NODE_NAMES.items()},
        {key: units[name] for key, name in _UNIT_NAMES.items()},
    )


_NODE_NAMES = {
    "city": "螺洲市",
    "county": "海陵区",
    "town": "青螺街道",
    "community": "望海社区",
    "other_community": "石桥社区",
    "grid": "第一网格",
    "second_grid": "第二网格",
    "other_grid": "第三网格",
    "last_grid": "第四网格",
    "building": "湖畔小区 6 栋",
}
_UNIT_NAMES = {"urban": "城管执法队", "market": "市场监管所"}


def _nodes() -> dict[str, Node]:
    made: dict[str, Node] = {}

    def plant(key: str, parent: str | None, level: Level, code: str, shape: shapely.Polygon | None) -> None:
        made[key] = tree.plant(
            parent=made.get(parent or ""), level=level, name=_NODE_NAMES[key], today=FOUNDED, code=code, scheme="test"
        )
        if shape is not None:
            west, south, east, north = shape.bounds
            Shape.objects.create(
                node=made[key],
                wkb=shapely.to_wkb(shape),
                west=west,
                south=south,
                east=east,
                north=north,
                valid_from=FOUNDED,
            )

    plant("city", None, Level.CITY, "999900", None)
    plant("county", "city", Level.COUNTY, "999902", None)
    plant("town", "county", Level.TOWN, "999902006", square(0, 0, 2, 2))
    plant("community", "town", Level.COMMUNITY, "999902006001", square(0, 0, 1, 2))
    plant("other_community", "town", Level.COMMUNITY, "999902006002", square(1, 0, 1, 2))
    plant("grid", "community", Level.GRID, "999902006001001", square(0, 0))
    plant("second_grid", "community", Level.GRID, "999902006001002", square(0, 1))
    plant("other_grid", "other_community", Level.GRID, "999902006002001", square(1, 0))
    plant("last_grid", "other_community", Level.GRID, "999902006002002", square(1, 1))
    plant("building", "grid", Level.MICRO, "", None)
    ground.bump()
    return made


def _units(nodes: dict[str, Node]) -> dict[str, Unit]:
    return {
        key: Unit.objects.create(node=nodes["town"], name=name, kind=UnitKind.DEPARTMENT)
        for key, name in _UNIT_NAMES.items()
    }


def _people() -> dict[str, User]:
    users = {}
    for number, (username, name) in enumerate(PEOPLE.items()):
        phone = f"199000099{number:02}"
        user = User(username=username, name=name, phone=phone, phone_hash=phone_hash(phone))
        user.set_password(PASSWORD)
        user.save()
        users[username] = user
    for username, kind in (
        ("system_admin", AdministratorKind.SYSTEM),
        ("security_admin", AdministratorKind.SECURITY),
        ("audit_admin", AdministratorKind.AUDIT),
    ):
        Administrator.objects.create(user=users[username], kind=kind)
    return users


def _posts(users: dict[str, User], nodes: dict[str, Node], units: dict[str, Unit]) -> None:
    for username, role, node in (
        ("worker", Role.GRID_WORKER, "grid"),
        ("other_worker", Role.GRID_WORKER, "other_grid"),
        ("building_head", Role.BUILDING_HEAD, "building"),
        ("clerk", Role.COMMUNITY_CLERK, "community"),
        ("other_clerk", Role.COMMUNITY_CLERK, "other_community"),
        ("secretary", Role.SECRETARY, "community"),
        ("dispatcher", Role.DISPATCHER, "town"),
        ("organiser", Role.ORGANISER, "county"),
    ):
        _hold(users[username], Post.objects.create(role=role, node=nodes[node], public_phone="19900000001"))
    for username, role, unit in (
        ("handler", Role.UNIT_HANDLER, "urban"),
        ("unit_head", Role.UNIT_HEAD, "urban"),
        ("other_handler", Role.UNIT_HANDLER, "market"),
    ):
        _hold(users[username], Post.objects.create(role=role, unit=units[unit]))


def _hold(user: User, post: Post) -> None:
    Tenure.objects.create(post=post, user=user, since=FOUNDED)
