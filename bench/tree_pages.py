"""The pages of the grid that each of four people may open, on the tree of bench/tree.py."""

from bench.tree_people import CITY, CLERK, GRID, OFFICIAL, STREET, VILLAGE, WORKER

VISITOR = "访客"
WHO = (VISITOR, WORKER, CLERK, OFFICIAL)
PLACES = ("44", CITY, "441702", STREET, VILLAGE, GRID)
KINDS = ("split", "merge", "redraw", "reparent", "rename", "retire")
WORDS = ("鸳鸯湖", "社区", "村", "东风 社区", "yyh", "没有这样的地方")
TILES = ("10/830/449", "13/6645/3598", "16/53160/28785")


def of(who: str) -> list[str]:
    """The addresses, first those that nobody has to sign in for."""
    ids = _ids()
    if who == VISITOR:
        return _public(ids)
    own = ["/g/", f"/g/{GRID}/", f"/map/?at={GRID}", "/duty/", "/shifts/", "/acting/", f"/queue/?node={ids[GRID]}"]
    if who == WORKER:
        return ["/field/", "/map/", "/addresses/", *own]
    top = STREET if who == CLERK else CITY
    merging = ["/grid/proposals/"] if who == CLERK else []  # a street's own business
    return ["/desk/", *own, *_shown(top, ids), *_coverage(), *_staff(ids), *_ground(ids), *merging]


def _ids() -> dict[str, int]:
    from lastmeter.grid import tree

    return {code: node.pk for code in PLACES if (node := tree.named(code))}


def _public(ids: dict[str, int]) -> list[str]:
    from lastmeter.grid.models import Plate

    token = Plate.objects.values_list("token", flat=True)[0]
    return [
        *("/", "/g/", f"/q/{token}/", *(f"/g/{code}/" for code in PLACES)),
        *("/map/", *(f"/map/?at={code}" for code in PLACES), *(f"/map/?q={words}" for words in WORDS)),
        *("/places/", *(f"/places/?in={pk}" for pk in ids.values()), *(f"/places/?q={words}" for words in WORDS)),
        *(f"/g/{VILLAGE}/directory/", f"/g/{GRID}/call/", f"/g/{GRID}/qr.svg", "/divisions/", "/openings/"),
        *(f"/tiles/grid/{square}.mvt" for square in TILES),
    ]


def _shown(top: str, ids: dict[str, int]) -> list[str]:
    """The map and the lists of matters from the top place of somebody's ground down."""
    layers = "&show=posts&show=gaps"
    under = [code for code in PLACES if code.startswith(top)]
    return [
        *("/map/", f"/map/?{layers}", *(f"/map/?at={code}{layers}" for code in under), f"/map/?q=社区{layers}"),
        *(f"/map/gaps/?at={code}" for code in under),
        *(f"/queue/?node={ids[code]}" for code in under),
        *(f"/tiles/{layer}/{square}.mvt" for layer in ("coverage", "gaps") for square in TILES),
    ]


def _coverage() -> list[str]:
    from lastmeter.grid.coverage import gaps

    return ["/coverage/", *(f"/coverage/?gap={name}" for name in gaps.names())]


def _staff(ids: dict[str, int]) -> list[str]:
    from lastmeter.grid.models import Post, Roster

    post = Post.objects.filter(node=ids[GRID]).values_list("pk", flat=True)[0]
    roster = Roster.objects.values_list("pk", flat=True)[0]
    return [
        *("/posts/", "/posts/?state=vacant", f"/posts/new/?node={ids[GRID]}", f"/posts/{post}/", "/posts/openings/"),
        *("/posts/rules/", f"/posts/rules/{ids[STREET]}/", "/rules/", f"/rules/{ids[STREET]}/"),
        *("/rosters/", f"/rosters/{roster}/", f"/rosters/{roster}/print/", f"/rosters/at/{ids[STREET]}/", "/calls/"),
    ]


def _ground(ids: dict[str, int]) -> list[str]:
    from lastmeter.grid.models import Building

    building = Building.objects.order_by("pk").values_list("pk", flat=True)[0]
    new = "/grid/changes/new"
    return [
        *("/addresses/", "/addresses/?q=和平路12号", f"/addresses/buildings/{building}/", "/addresses/new/"),
        *(f"/addresses/buildings/{building}/place/", "/addresses/import/"),
        *("/grid/changes/", *(f"{new}/{kind}/" for kind in KINDS)),
        *(f"{new}/{kind}/?in={ids[STREET]}" for kind in KINDS),
        *(f"{new}/{kind}/?node={ids[GRID]}" for kind in KINDS),
        *("/layers/", "/layers/new/", "/plates/", f"/plates/{ids[GRID]}/"),
    ]
