"""Where everything stands: the screen cut into boxes, in proportion to its size. Boxes of one page never overlap.

A unit is the 480th part of the height; every length here is in units or a share. What a page shows where is fixed, so
that an eye finds it without searching: a banner or a call never moves a figure. Knows nothing of colours and letters.
"""

from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from msgspec import Struct
from pygame import Rect

from codriver.cockpit.screen import Page

UNITS: Final = 480
WORST: Final = 3  # marks of the danger that is shouted loudest
AHEAD: Final = 3  # notes after the next one
LEFT: Final = 0.4  # the part of the width that the car's own figures take
DISTANCE: Final = 0.4  # the least part of the next note's width that its distance keeps
Boxes: TypeAlias = dict[str, Rect]


class Shape(Struct, frozen=True):
    """What of a Screen decides where things stand: page, menu, hints, and what there is to show of the next note.

    `share` is above 0.0 where that is known by its picture alone: the part of the width that its tulip takes, 1.0
    where it has no drawing.
    """

    page: Page = "road"
    menu: bool = False
    hints: bool = True
    marks: int = 0
    drawing: bool = False
    words: bool = True
    share: float = 0.0


class Plan:
    """A screen of this size, ready to be cut. Gaps between boxes show the colour of rules."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.box = Rect((0, 0), size)
        self._unit = size[1] / UNITS
        self.gap = max(1, round(1.5 * self._unit))

    def px(self, units: float) -> int:
        """Units as pixels."""
        return round(units * self._unit)

    def rows(self, box: Rect, *heights: float | None, gap: bool = True) -> list[Rect]:
        """The box cut from top to bottom. Heights are units; those that are None share what is left."""
        cuts = self._cut(box.top, box.height, heights, self.gap if gap else 0)
        return [Rect(box.left, top, box.width, height) for top, height in cuts]

    def columns(self, box: Rect, *widths: float | None, gap: bool = True) -> list[Rect]:
        """The box cut from left to right, as `rows`."""
        cuts = self._cut(box.left, box.width, widths, self.gap if gap else 0)
        return [Rect(left, box.top, width, box.height) for left, width in cuts]

    def units(self, pixels: float) -> float:
        """Pixels as units."""
        return pixels / self._unit

    def inset(self, box: Rect, units: float) -> Rect:
        """The box without a margin all around."""
        return box.inflate(-2 * self.px(units), -2 * self.px(units))

    def _cut(self, start: int, length: int, sizes: tuple[float | None, ...], gap: int) -> list[tuple[int, int]]:
        left = length / self._unit - sum(size or 0.0 for size in sizes)
        each = left / max(1, sizes.count(None))
        edges = [
            start + self.px(at) for at in accumulate((each if size is None else size for size in sizes), initial=0)
        ]
        edges[-1] = start + length
        return [(a, b - a - (gap if b != edges[-1] else 0)) for a, b in pairwise(edges)]


def boxes(size: tuple[int, int], shape: Shape) -> Boxes:
    """Every box of this page by its name."""
    plan = Plan(size)
    top, middle, *hints = plan.rows(plan.box, 44, None, *([54] if shape.hints else []))
    clock, lamps = plan.columns(top, 166, None)
    common = {"clock": clock, "lamps": lamps} | ({"hints": hints[0]} if hints else {})
    if shape.page == "trip" and not shape.menu:
        return common | _trip(plan, middle, shape)
    if shape.page == "calls" and not shape.menu:
        return common | _driver(plan, middle, shape)
    if shape.page in {"status", "report"} and not shape.menu:
        return common | _status(plan, middle)
    left, right = plan.columns(middle, plan.units(middle.width * LEFT), None)
    if shape.menu:
        return common | _left(plan, left, "messages") | _menu(plan, right, shape)
    return common | _left(plan, left, "banners") | _notes(plan, right, shape)


def cells(box: Rect, count: int) -> list[Rect]:
    """The box cut into this many columns, without gaps: a finger between two buttons still hits one."""
    edges = [box.left + box.width * n // count for n in range(count + 1)]
    return [Rect(a, box.top, b - a, box.height) for a, b in pairwise(edges)]


def _left(plan: Plan, box: Rect, news: str) -> Boxes:
    total, partial, fast, messages = plan.rows(box, 92, 108, 86, None)
    speed, cap = plan.columns(fast, None, None)
    return {"total": total, "partial": partial, "speed": speed, "cap": cap, news: messages}


def _notes(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    """The note behind (or a notice in its place), the next one, three ahead side by side, and the call."""
    passed, following, ahead, call = plan.rows(box, 28, None, 96, 58)
    cards = {f"ahead{n}": card for n, card in enumerate(plan.columns(ahead, *[None] * AHEAD))}
    return {"passed": passed, "call": call} | _next(plan, following, shape) | cards


def _next(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    """The next note: a frame, and in it a head, the danger, the tulip, the distance with its bar, and the words.

    The book's second drawing stands beside the tulip as on paper; where danger takes that room, or the distance would
    be cramped, it shares the words'. The distance takes the room of words that there are not. Where nobody knows the
    distance, the pictures take all of it.
    """
    inside = plan.inset(box, 4)
    head, body = plan.rows(inside, 32, None, gap=False)
    found = {"frame": box, "head": head}
    if shape.marks:
        body, found["marks"] = plan.columns(body, None, _marks(shape), gap=False)
    if shape.share:
        return found | _pictured(plan, head, body, shape.share)
    body, bar = plan.rows(body, None, 18, gap=False)
    found["tulip"], right = plan.columns(body, plan.units(body.height), None, gap=False)
    drawn = round(body.height * 0.75)
    beside = shape.drawing and not shape.marks and right.width - drawn >= body.width * DISTANCE
    if beside:
        found["drawing"], right = plan.columns(right, plan.units(drawn), None, gap=False)
    below = shape.drawing and not beside
    found["bar"] = bar
    if not shape.words and not below:
        return found | {"to_next": right}
    distance, words = plan.rows(right, plan.units(body.height * (0.54 if below else 0.62)), None, gap=False)
    if below:
        words, found["drawing"] = plan.columns(words, None, plan.units(words.width * 0.4), gap=False)
    return found | {"to_next": distance, "words": words}


def _pictured(plan: Plan, head: Rect, body: Rect, share: float) -> Boxes:
    """A next note that is known by its picture alone: a small sign of that in the head, and below it the page."""
    head, sign = plan.columns(head, None, 84, gap=False)
    found = {"head": head, "unknown": sign, "tulip": body}
    if share < 1.0:
        found["tulip"], found["drawing"] = plan.columns(body, plan.units(body.width * share), None, gap=False)
    return found


def _marks(shape: Shape) -> float:
    """The width of the danger's block in units."""
    return 20 + 22 * shape.marks


def _menu(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    """An open menu keeps the distance to the next note, its danger and the call in sight."""
    following, items, call = plan.rows(box, 62, None, 58)
    return {"menu": items, "call": call} | _strip(plan, following, shape)


def _strip(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    found = {}
    if shape.marks:
        box, found["marks"] = plan.columns(box, None, _marks(shape), gap=False)
    distance, head = plan.columns(box, plan.units(box.width * 0.5), None, gap=False)
    return found | {"to_next": distance, "head": head}


def _trip(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    upper, lower, following, strip = plan.rows(box, 106, None, 84, 54)
    total, speed = plan.columns(upper, plan.units(box.width * 0.62), None)
    partial, cap = plan.columns(lower, plan.units(box.width * 0.62), None)
    messages, call = plan.columns(strip, plan.units(box.width * LEFT), None)
    found = {"total": total, "partial": partial, "speed": speed, "cap": cap, "messages": messages, "call": call}
    if shape.marks:
        following, found["marks"] = plan.columns(following, None, _marks(shape), gap=False)
    left, right = plan.columns(following, plan.units(box.width * LEFT), None, gap=False)
    distance, bar = plan.rows(left, None, 16, gap=False)
    head, words = plan.rows(right, 34, None, gap=False)
    return found | {"to_next": distance, "bar": bar, "head": head, "words": words}


def _driver(plan: Plan, box: Rect, shape: Shape) -> Boxes:
    """The driver's words above all else, the way to their note, and what will be said after them."""
    words, way, first, second, strip = plan.rows(box, None, 78, 38, 38, 58)
    total, partial, messages = plan.columns(strip, plan.units(box.width * 0.28), plan.units(box.width * 0.24), None)
    found = {"call": words, "coming0": first, "coming1": second}
    found |= {"total": total, "partial": partial, "messages": messages}
    if shape.marks:
        way, found["marks"] = plan.columns(way, None, _marks(shape), gap=False)
    distance, countdown = plan.columns(way, plan.units(box.width * LEFT), None, gap=False)
    return found | {"to_next": distance, "countdown": countdown}


def _status(plan: Plan, box: Rect) -> Boxes:
    upper, lower, strip = plan.rows(box, 70, None, 58)
    total, partial, distance = plan.columns(upper, None, None, None)
    messages, call = plan.columns(strip, plan.units(box.width * LEFT), None)
    return {
        "total": total,
        "partial": partial,
        "following": distance,
        "lines": lower,
        "messages": messages,
        "call": call,
    }
