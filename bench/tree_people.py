"""A street of the large tree as it is used: borders, posts, a roster, plates, an address book; and who looks at it."""

from datetime import date, time
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from lastmeter.accounts.models import User
    from lastmeter.grid.models import Node, Role

CITY, STREET, VILLAGE, GRID = "4417", "441702006", "441702006008", "441702006008001"
WORKER, CLERK, OFFICIAL = "网格员", "街道干部", "市级管理员"
SIDE = 0.002  # degrees, of a grid
WEST, SOUTH = 111.95, 21.84
EVERY = 3  # of the street's grids so many have somebody


def settle_in(today: date) -> None:
    """Give the street its borders and people; the city an official."""
    from lastmeter.grid import ground, tree
    from lastmeter.grid.models import Level, Node, Role

    places = {code: tree.resolve_code(code) for code in (CITY, STREET, GRID)}
    city, street, grid = (place for code in (CITY, STREET, GRID) if (place := places[code]) is not None)
    grids = list(Node.objects.filter(level=Level.GRID).below(street.path).order_by("path"))
    _draw(street, grids, today)
    _appoint(WORKER, grid, Role.GRID_WORKER, today)
    clerk = _appoint(CLERK, street, Role.DISPATCHER, today)
    _appoint(OFFICIAL, city, Role.DISPATCHER, today)
    for number, each in enumerate(grids[1::EVERY]):
        _appoint(f"网格员{number}", each, Role.GRID_WORKER, today)
    _roster(street, clerk, today)
    _book(grid, clerk)
    ground.bump()


def _draw(street: "Node", grids: "list[Node]", today: date) -> None:
    """Every grid a square, a village a row of squares, the street the whole."""
    from lastmeter.grid.models import Node, Shape

    villages = {pk: row for row, pk in enumerate(dict.fromkeys(grid.parent_id for grid in grids))}
    cells: dict[int | None, list[shapely.Geometry]] = {pk: [] for pk in villages}
    shapes: dict[int, shapely.Geometry] = {}
    for grid in grids:
        row, column = villages[grid.parent_id], len(cells[grid.parent_id])
        west, south = WEST + column * SIDE, SOUTH + row * SIDE
        shapes[grid.pk] = shapely.box(west, south, west + SIDE, south + SIDE)
        cells[grid.parent_id].append(shapes[grid.pk])
    for village in Node.objects.filter(pk__in=[pk for pk in villages if pk]):
        shapes[village.pk] = shapely.union_all(cells[village.pk], grid_size=1e-9)
    shapes[street.pk] = shapely.union_all(list(shapes.values()), grid_size=1e-9)
    rows = []
    for pk, shape in shapes.items():
        west, south, east, north = shape.bounds
        box = {"west": west, "south": south, "east": east, "north": north}
        rows.append(Shape(node_id=pk, wkb=shape.wkb, valid_from=today, **box))
    Shape.objects.bulk_create(rows)


def _appoint(name: str, node: "Node", role: "Role", today: date) -> "User":
    from lastmeter.accounts.models import User
    from lastmeter.grid.models import Post, Tenure

    user = User.objects.create(username=name, name=name)
    post = Post.objects.create(role=role, node=node, public_phone="19900000001")
    Tenure.objects.create(post=post, user=user, since=today)
    return user


def _roster(street: "Node", clerk: "User", today: date) -> None:
    from lastmeter.grid.models import DayType, Roster, RosterMember, RosterSlot

    roster = Roster.objects.create(node=street, name="街道值班", valid_from=today)
    RosterMember.objects.create(roster=roster, position=0, user=clerk)
    RosterSlot.objects.bulk_create(
        RosterSlot(roster=roster, days=kind, position=at, starts=starts, minutes=720)
        for kind in (DayType.WORKDAY, DayType.WEEKEND, DayType.HOLIDAY, DayType.MAKEUP)
        for at, starts in enumerate((time(8), time(20)))
    )


def _book(grid: "Node", clerk: "User") -> None:
    from django.utils import timezone

    from lastmeter.accounts.actors import Actor
    from lastmeter.grid.addresses import book
    from lastmeter.grid.plates import making

    by, now = Actor.of(clerk, "bench"), timezone.now()
    for number in range(1, 200):
        book.open_building(f"和平路{number}号", node=grid, households=10, by=by, now=now)
    making.make([grid], by=by, now=now)
