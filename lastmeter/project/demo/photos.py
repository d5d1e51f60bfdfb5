"""Plain drawn scenes that stand in for photos in the demonstration, so that nobody's real street is shown."""

import io
import random
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from lastmeter.kit.uploads import Photo, check_photo

WIDE, HIGH = 1200, 900
Ink = tuple[int, int, int]
NIGHT, DUSK, DAY = (38, 44, 58), (120, 122, 140), (196, 214, 226)
WALL, FLOOR, DARK, LIGHT = (214, 206, 190), (150, 146, 140), (58, 60, 64), (244, 240, 230)
RED, YELLOW, BLUE, GREEN, BROWN, STEEL = (
    (176, 58, 48),
    (236, 190, 76),
    (74, 118, 168),
    (96, 138, 84),
    (120, 92, 66),
    (128, 134, 140),
)


class Canvas:
    """A drawing in a frame of 1200×900; `jit` moves things a little, so that two photos of one scene differ."""

    def __init__(self, rng: random.Random, sky: Ink, ground: Ink, horizon: int = 560) -> None:
        self.image = Image.new("RGB", (WIDE, HIGH), sky)
        self.draw = ImageDraw.Draw(self.image)
        self.rng = rng
        self.box(0, horizon, WIDE, HIGH, ground)

    def jit(self, value: float, by: int = 40) -> float:
        return value + self.rng.randint(-by, by)

    def box(self, west: float, north: float, east: float, south: float, ink: Ink, **more: Any) -> None:
        self.draw.rectangle((west, north, east, south), fill=ink, **more)

    def round(self, x: float, y: float, wide: float, high: float, ink: Ink) -> None:
        self.draw.ellipse((x - wide, y - high, x + wide, y + high), fill=ink)

    def line(self, points: list[tuple[float, float]], ink: Ink, width: int = 8) -> None:
        self.draw.line(points, fill=ink, width=width, joint="curve")

    def houses(self, base: int, ink: Ink, window: Ink) -> None:
        """A row of buildings with windows, standing on `base`."""
        west = -30
        while west < WIDE:
            wide, high = self.rng.randint(150, 260), self.rng.randint(220, 420)
            shade = self.rng.randint(-14, 14)
            self.box(west, base - high, west + wide, base, _shade(ink, shade))
            for x in range(west + 24, west + wide - 40, 56):
                for y in range(base - high + 30, base - 50, 70):
                    self.box(x, y, x + 28, y + 36, window if self.rng.random() < 0.7 else _shade(ink, -34))
            west += wide + self.rng.randint(0, 30)

    def scooter(self, x: float, y: float, ink: Ink) -> None:
        for wheel in (x, x + 170):
            self.round(wheel, y, 38, 38, DARK)
            self.round(wheel, y, 20, 20, STEEL)
        self.draw.polygon([(x - 10, y - 40), (x + 60, y - 60), (x + 150, y - 60), (x + 190, y - 30)], fill=ink)
        self.box(x + 70, y - 96, x + 160, y - 60, DARK)
        self.line([(x, y - 20), (x - 14, y - 150), (x + 24, y - 160)], DARK, 10)


def _shade(ink: Ink, by: int) -> Ink:
    red, green, blue = (max(0, min(255, part + by)) for part in ink)
    return red, green, blue


def _lamp(rng: random.Random) -> Canvas:
    c = Canvas(rng, (52, 52, 56), (42, 42, 46), 640)
    for step in range(7):
        c.box(200 + step * 110, 800 - step * 70, WIDE, 870 - step * 70, _shade((66, 64, 62), step * 3))
    x = c.jit(420)
    c.line([(x, 0), (x, 150)], STEEL, 6)
    c.round(x, 190, 46, 46, (92, 92, 86))
    c.line([(200, 620), (980, 130)], BROWN, 14)
    return c


def _stall(rng: random.Random) -> Canvas:
    c = Canvas(rng, NIGHT, (70, 66, 64))
    c.houses(560, (58, 62, 76), YELLOW)
    for at, ink in enumerate((RED, BLUE, GREEN)):
        x = c.jit(120 + at * 360)
        c.draw.polygon([(x - 40, 480), (x + 140, 400), (x + 320, 480)], fill=ink)
        c.box(x, 480, x + 280, 660, _shade(BROWN, 20))
        c.round(x + 140, 450, 20, 20, (255, 236, 170))
    c.box(980, 520, 1090, 760, DARK)
    for y in (580, 680):
        c.round(1035, y, 38, 38, STEEL)
    return c


def _cables(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, FLOOR, 680)
    c.box(60, 60, 1140, 700, WALL)
    for x in (140, 460, 780):
        c.box(x, 120, x + 200, 330, (110, 134, 150), outline=LIGHT, width=10)
    for x in (220, 540, 860):
        x = round(c.jit(x, 20))
        c.line([(x, 330), (x + 30, 480), (x - 20, 640), (x + 40, 770)], (226, 118, 40), 9)
        c.scooter(x - 20, 800, rng.choice((RED, BLUE, DARK, GREEN)))
    return c


def _cover(rng: random.Random) -> Canvas:
    c = Canvas(rng, (128, 128, 126), (118, 118, 116), 0)
    for _ in range(500):
        c.round(rng.randint(0, WIDE), rng.randint(0, HIGH), 3, 2, _shade((118, 118, 116), rng.randint(-26, 26)))
    x, y = c.jit(600), c.jit(460)
    c.round(x, y, 250, 180, DARK)
    c.round(x + 46, y - 44, 240, 168, (92, 94, 98))
    for at in range(-3, 4):
        c.line([(x + 46 + at * 58, y - 150), (x + 46 + at * 58, y + 70)], (72, 74, 78), 10)
    return c


def _sewage(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, (132, 128, 120), 430)
    c.houses(430, WALL, (120, 140, 150))
    c.draw.polygon([(480, 450), (600, 450), (c.jit(960), 900), (c.jit(180), 900)], fill=(86, 92, 70))
    c.round(540, 520, 100, 46, DARK)
    for _ in range(40):
        c.round(rng.randint(330, 820), rng.randint(560, 880), 14, 6, (112, 116, 90))
    return c


def _flood(rng: random.Random) -> Canvas:
    c = Canvas(rng, (140, 148, 156), (112, 108, 88), 520)
    c.houses(540, (170, 168, 164), (110, 124, 136))
    x = c.jit(420)
    c.box(x, 560, x + 330, 650, BLUE)
    c.draw.polygon([(x + 50, 560), (x + 90, 490), (x + 240, 490), (x + 290, 560)], fill=(150, 176, 196))
    for _ in range(60):
        at, y = rng.randint(0, WIDE), rng.randint(630, 890)
        c.line([(at, y), (at + rng.randint(40, 160), y)], (136, 132, 112), 4)
    for _ in range(160):
        at, y = rng.randint(0, WIDE), rng.randint(0, 560)
        c.line([(at, y), (at - 8, y + 34)], (186, 192, 198), 2)
    return c


def _lift(rng: random.Random) -> Canvas:
    c = Canvas(rng, WALL, (142, 134, 124), 790)
    gap = rng.randint(20, 120)
    c.box(330, 90, 870, 790, DARK)
    c.box(350, 110, 600 - gap, 790, STEEL)
    c.box(600 + gap, 110, 850, 790, _shade(STEEL, 12))
    c.box(930, 360, 990, 520, LIGHT, outline=DARK, width=4)
    c.round(960, 410, 16, 16, RED)
    c.box(420, 300, 780, 430, YELLOW)
    c.line([(450, 340), (750, 340)], DARK, 12)
    c.line([(450, 388), (680, 388)], DARK, 12)
    return c


def _billboard(rng: random.Random) -> Canvas:
    c = Canvas(rng, DUSK, FLOOR, 760)
    c.box(180, 380, 1020, 760, WALL)
    tilt = rng.randint(20, 70)
    c.draw.polygon([(260, 180 + tilt), (940, 120), (960, 330), (280, 390 + tilt)], fill=RED)
    for x in (330, 620, 880):
        c.line([(x, 330), (x, 430)], DARK, 12)
    c.line([(340, 270 + tilt), (860, 210)], LIGHT, 22)
    c.round(100, 640, 110, 180, GREEN)
    return c


def _meal(rng: random.Random) -> Canvas:
    c = Canvas(rng, (226, 216, 198), (168, 128, 92), 240)
    x, y = c.jit(600), c.jit(540)
    c.box(x - 330, y - 200, x + 330, y + 200, STEEL, outline=(170, 176, 180), width=14)
    c.line([(x, y - 200), (x, y + 200)], (170, 176, 180), 14)
    c.round(x - 165, y, 130, 140, (250, 248, 240))
    c.round(x + 160, y - 80, 110, 74, GREEN)
    c.round(x + 160, y + 90, 110, 74, (182, 110, 62))
    return c


def _bus(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, FLOOR, 600)
    c.houses(600, WALL, (130, 150, 164))
    x = c.jit(330)
    c.line([(x, 240), (x, 760)], STEEL, 18)
    c.box(x - 120, 180, x + 120, 330, BLUE)
    c.line([(x - 80, 230), (x + 80, 230)], LIGHT, 14)
    c.line([(x - 80, 280), (x + 30, 280)], LIGHT, 14)
    c.box(620, 640, 940, 676, BROWN)
    c.line([(650, 676), (650, 770)], DARK, 14)
    c.line([(910, 676), (950, 770)], DARK, 14)
    return c


def _tap(rng: random.Random) -> Canvas:
    c = Canvas(rng, (222, 230, 232), (196, 204, 206), 640)
    for x in range(0, WIDE, 150):
        c.line([(x, 0), (x, 640)], LIGHT, 4)
    c.box(520, 240, 680, 300, STEEL)
    c.box(640, 240, 690, 400, STEEL)
    c.round(540, 220, 54, 26, _shade(STEEL, 24))
    c.line([(664, 410), (664, c.jit(560, 60))], rng.choice(((186, 150, 92), (150, 184, 206))), 8)
    c.round(640, 720, 330, 80, LIGHT)
    return c


def _dog(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, GREEN, 520)
    c.houses(520, WALL, (130, 150, 164))
    for at in (220, 660):
        x, ink = c.jit(at), rng.choice((BROWN, DARK, (206, 170, 112)))
        c.round(x + 130, 640, 140, 62, ink)
        c.round(x + 290, 570, 58, 50, ink)
        c.draw.polygon([(x + 260, 540), (x + 270, 480), (x + 300, 530)], fill=_shade(ink, -20))
        for leg in (40, 90, 190, 230):
            c.line([(x + leg, 660), (x + leg, 770)], ink, 24)
        c.line([(x, 620), (x - 60, 560)], ink, 16)
    return c


def _window(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, FLOOR, 900)
    c.box(120, 0, 900, 900, WALL)
    for top in range(40, 880, 210):
        for left in (200, 480, 700):
            c.box(left, top, left + 150, top + 130, (112, 136, 152), outline=LIGHT, width=8)
    x, y = c.jit(1000), c.jit(460, 120)
    c.draw.polygon([(x, y), (x + 50, y - 14), (x + 70, y + 60), (x + 14, y + 78)], fill=RED)
    for at in (0, 30, 60):
        c.line([(x + at, y - 40), (x + at, y - 150)], LIGHT, 5)
    return c


def _litter(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, FLOOR, 560)
    c.houses(560, WALL, (130, 150, 164))
    for at, ink in enumerate((BLUE, GREEN, RED, DARK)):
        x = 160 + at * 230
        c.box(x, 480, x + 180, 740, ink)
        c.box(x - 10, 456, x + 190, 490, _shade(ink, 24))
    for _ in range(34):
        ink = rng.choice((DARK, LIGHT, BROWN, YELLOW, (90, 110, 140)))
        c.round(rng.randint(120, 1080), rng.randint(690, 860), rng.randint(24, 64), rng.randint(18, 44), ink)
    return c


def _parking(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, (112, 112, 114), 480)
    c.houses(480, WALL, (130, 150, 164))
    for left in range(40, WIDE, 160):
        c.draw.polygon([(left, 880), (left + 60, 880), (left + 120, 790), (left + 60, 790)], fill=YELLOW)
    for at in (110, 640):
        x, ink = c.jit(at), rng.choice((STEEL, RED, BLUE, LIGHT, DARK))
        c.box(x, 590, x + 430, 720, ink)
        c.draw.polygon([(x + 60, 590), (x + 120, 500), (x + 320, 500), (x + 380, 590)], fill=_shade(ink, -16))
        c.draw.polygon([(x + 90, 585), (x + 134, 518), (x + 306, 518), (x + 350, 585)], fill=(150, 172, 186))
        for wheel in (x + 90, x + 340):
            c.round(wheel, 722, 50, 50, DARK)
            c.round(wheel, 722, 24, 24, STEEL)
    return c


def _crack(rng: random.Random) -> Canvas:
    c = Canvas(rng, LIGHT, FLOOR, 800)
    x, y, points = c.jit(500), 60.0, []
    while y < 790:
        points.append((x, y))
        x, y = x + rng.randint(-50, 66), y + rng.randint(30, 70)
    c.line(points, DARK, 14)
    c.line([(px + 60, py + 20) for px, py in points[4:9]], (110, 106, 100), 6)
    c.round(points[5][0] + 90, points[5][1], 40, 40, YELLOW)
    return c


def _pond(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, GREEN, 420)
    c.round(600, 680, c.jit(520), 190, (96, 132, 138))
    for _ in range(18):
        at, y = rng.randint(220, 960), rng.randint(590, 790)
        c.line([(at, y), (at + 70, y)], (138, 168, 172), 5)
    for at in (180, 900):
        c.round(c.jit(at), 360, 110, 130, _shade(GREEN, -26))
        c.box(at - 10, 440, at + 14, 560, BROWN)
    c.box(560, 400, 640, 520, LIGHT)
    c.line([(600, 520), (600, 600)], BROWN, 12)
    return c


def _leak(rng: random.Random) -> Canvas:
    c = Canvas(rng, LIGHT, (236, 232, 222), 300)
    x, y = c.jit(560), c.jit(240)
    for at, ink in ((300, (214, 204, 178)), (230, (196, 182, 150)), (150, (160, 148, 122))):
        c.round(x, y, at, at * 0.55, ink)
    for _ in range(26):
        c.round(c.jit(x, 220), c.jit(y, 110), 10, 8, (96, 98, 88))
    c.line([(x, y + 90), (x, y + 300)], (170, 190, 200), 5)
    c.round(x, 820, 150, 50, BLUE)
    return c


def _pothole(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, (104, 104, 106), 380)
    c.houses(380, WALL, (130, 150, 164))
    for top in (430, 540, 690, 860):
        c.box(586, top, 606, top + 60, LIGHT)
    x, y = c.jit(400), c.jit(660)
    c.round(x, y, 210, 96, (72, 68, 64))
    c.round(x + 10, y + 12, 160, 66, (122, 112, 94))
    return c


def _bench(rng: random.Random) -> Canvas:
    c = Canvas(rng, DAY, (176, 168, 152), 560)
    c.houses(520, WALL, (130, 150, 164))
    x = c.jit(260)
    c.box(x - 24, 330, x + 24, 680, BROWN)
    c.round(x, 260, 220, 170, GREEN)
    for y in (600, 640):
        c.box(560, y, 1000, y + 24, _shade(BROWN, 26))
    for leg in (600, 950):
        c.line([(leg, 660), (leg, 770)], DARK, 16)
    return c


SCENES: dict[str, Callable[[random.Random], Canvas]] = {
    "lamp": _lamp,
    "stall": _stall,
    "cables": _cables,
    "cover": _cover,
    "sewage": _sewage,
    "flood": _flood,
    "lift": _lift,
    "billboard": _billboard,
    "meal": _meal,
    "bus": _bus,
    "tap": _tap,
    "dog": _dog,
    "window": _window,
    "litter": _litter,
    "parking": _parking,
    "crack": _crack,
    "pond": _pond,
    "leak": _leak,
    "pothole": _pothole,
    "bench": _bench,
}


def take(scene: str, variant: int) -> Photo:
    """A photo of a scene, checked like any upload; the same scene and variant is the same photo, byte for byte."""
    canvas = SCENES[scene](random.Random(f"{scene}{variant}"))  # noqa: S311 - a picture, not a secret
    image = canvas.image.filter(ImageFilter.SMOOTH)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return check_photo(io.BytesIO(out.getvalue()), f"{scene}.jpg", out.tell())
