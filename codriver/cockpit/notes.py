"""The notes of the book: the one behind, the next one, those ahead. Figures of the book, not of the car."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from msgspec import Struct
from pygame import Rect

from codriver.cockpit.brush import Brush
from codriver.cockpit.layout import AHEAD, WORST, Boxes
from codriver.cockpit.parts import flow, margin, side, top
from codriver.cockpit.screen import Banner, Drawn, Row, Screen, Standing
from codriver.cockpit.theme import NIGHT, Pair, highlight
from codriver.roadbook.model import Crop

Px: TypeAlias = Callable[[float], int]
Wanted: TypeAlias = tuple[Drawn, tuple[int, int], bool]

END: Final = "end of the book"
NO_BOOK: Final = "no roadbook"
UNKNOWN: Final = "to go ?"
LINE: Final = 26  # units: the height of a card's first line
CAPTION: Final = 20  # units: of that above a picture as wide as the card
STEPS: Final = 20  # of a share: boxes cut a little differently are no reason to move everything


class Head(Struct, frozen=True):
    """The first line of the next note."""

    number: str = ""
    total: str = ""
    gap: str = ""
    near: bool = False
    cap: str = ""
    badges: tuple[str, ...] = ()
    danger: bool = False
    highlight: str = ""


class Behind(Struct, frozen=True):
    """What stands above the next note."""

    notice: Banner | None
    row: Row | None


def standing(screen: Screen, standing: Standing, n: int = 0) -> Row | None:
    """The n-th of the rows that stand so."""
    found = [row for row in screen.rows if row.standing == standing]
    return found[n] if n < len(found) else None


def head_of(screen: Screen) -> Head:
    """What the head of the next note shows; where there is none, why."""
    row = standing(screen, "next")
    if row is None:
        return Head(END if screen.rows else NO_BOOK)
    return Head(row.number, row.total, row.gap, row.near, row.cap, row.badges, screen.danger > 0, row.highlight)


def pictured(row: Row) -> bool:
    """Whether a note is known by its picture alone: a piece of a page, where its distance may be seen."""
    return not row.measured and isinstance(row.tulip, Crop)


def share(row: Row | None) -> float:
    """The tulip's part of both pictures' width, so that they are of one scale; 0.0 if they are not all there is."""
    if row is None or not pictured(row):
        return 0.0
    if row.drawing is None:
        return 1.0
    tulip, drawing = _wide(row.tulip), _wide(row.drawing)
    return min(0.8, max(0.2, round(STEPS * tulip / (tulip + drawing)) / STEPS))


def _wide(what: Drawn | None) -> float:
    """How many times as wide as high a picture is."""
    return (what.right - what.left) / max(1.0, what.bottom - what.top) if isinstance(what, Crop) else 1.0


def joined(texts: Iterable[str]) -> str:
    """Texts in one line, those that are empty left out."""
    return " · ".join(text for text in texts if text.strip())


def big(px: Px, box: Rect) -> Rect:
    """Where in its box a drawing of the next note stands."""
    return box.inflate(-px(6), -px(6))


def small(px: Px, box: Rect) -> Rect:
    """Where the tulip of the note behind stands."""
    return Rect(box.left + px(6), box.top + px(1), px(36), box.height - 2 * px(1))


def middling(px: Px, box: Rect, row: Row) -> Rect:
    """Where on its card the tulip of a note ahead stands."""
    line = px(CAPTION if pictured(row) else LINE)
    high = box.height - line - 2 * px(2)
    wide = box.width - 2 * px(2) if pictured(row) else high
    return Rect(box.left + px(2), box.top + line + px(2), wide, high)


def wanted(screen: Screen, boxes: Boxes, px: Px) -> Iterator[Wanted]:
    """The pictures that these boxes show of a Screen, the next note's first."""
    following = standing(screen, "next")
    if following is not None:
        for name, what in (("tulip", following.tulip), ("drawing", following.drawing)):
            if what is not None and name in boxes:
                yield what, big(px, boxes[name]).size, screen.night
    for n in range(AHEAD):
        row = standing(screen, "ahead", n)
        if row is not None and row.tulip is not None and f"ahead{n}" in boxes:
            yield row.tulip, middling(px, boxes[f"ahead{n}"], row).size, screen.night
    row = standing(screen, "passed")
    if row is not None and row.tulip is not None and "passed" in boxes:
        yield row.tulip, small(px, boxes["passed"]).size, screen.night


def frame(brush: Brush, box: Rect, danger: bool) -> None:
    """The frame around the next note."""
    colour = brush.theme.danger.ground if danger else brush.theme.strong.ground
    thick = brush.px(4)
    upper, rest = Rect(box.topleft, (box.width, thick)), Rect(box.left, box.bottom - thick, box.width, thick)
    left = Rect(box.left, box.top, thick, box.height)
    for edge in (upper, rest, left, left.move(box.width - thick, 0)):
        brush.fill(edge, colour)


def head(brush: Brush, box: Rect, shown: Head) -> None:
    """Number, total, gap (marked when it is short), cap and badges, on the ground that says "this one"."""
    pair = brush.theme.danger if shown.danger else brush.theme.strong
    brush.fill(box, pair.ground)
    _highlight(brush, box, shown.highlight)
    rest = flow(brush, margin(brush, box, 6), shown.number, pair, 28)
    rest = _whole(brush, rest, shown.total, pair, 22)
    rest = _gap(brush, rest, shown.gap, pair, near=shown.near)
    rest = _whole(brush, rest, shown.cap, pair, 22)
    _badges(brush, rest, shown.badges, pair)


def _whole(brush: Brush, box: Rect, figure: str, pair: Pair, units: float) -> Rect:
    """A figure in one line, or none where it had to be cut: a part of it would be another figure."""
    cut = brush.faces.size(figure, brush.px(units * 0.8))[0] > box.width
    return box if cut else flow(brush, box, figure, pair, units)


def _gap(brush: Brush, box: Rect, gap: str, pair: Pair, *, near: bool) -> Rect:
    """The distance from the note before, under 300 m on green, as the field does; and the rest of the box."""
    text = f"+{gap}"
    if not gap or brush.faces.size(text, brush.px(16))[0] + brush.px(6) > box.width:
        return box
    wide = min(box.width, brush.faces.size(text, brush.px(20))[0] + brush.px(8))
    cell = Rect(box.left, box.top + brush.px(2), wide, box.height - 2 * brush.px(2))
    if near:
        pair = brush.theme.near
        brush.fill(cell, pair.ground)
    brush.label(margin(brush, cell, 3), text, pair, units=20, align="centre")
    left = min(box.right, box.left + wide + brush.px(8))
    return Rect(left, box.top, box.right - left, box.height)


def _badges(brush: Brush, box: Rect, badges: tuple[str, ...], pair: Pair) -> None:
    """Each in a box of its own, as many as there is room for, and how many more."""
    left = box.left
    for n, badge in enumerate(badges):
        wide = brush.faces.size(badge, brush.px(17))[0] + brush.px(8)
        rest = len(badges) - n
        if left + wide + (brush.px(26) if rest > 1 else 0) > box.right:
            brush.label(Rect(left, box.top, max(0, box.right - left), box.height), f"+{rest}", pair, units=17)
            return
        cell = Rect(left, box.top, wide, box.height).inflate(0, -brush.px(8))
        brush.fill(cell, pair.ink)
        brush.label(margin(brush, cell, 3), badge, pair.inverted, units=17, align="centre")
        left += wide + brush.px(4)


def unknown(brush: Brush, box: Rect, danger: bool) -> None:
    """That nobody knows how far it is to the next note, on its head's ground."""
    pair = brush.theme.danger if danger else brush.theme.strong
    brush.fill(box, pair.ground)
    brush.label(margin(brush, box, 6), UNKNOWN, pair, units=20, align="right")


def words(brush: Brush, box: Rect, shown: tuple[str, ...]) -> None:
    """The note's words, as big as they go."""
    brush.fill(box, brush.theme.plain.ground)
    brush.words(margin(brush, box, 6, 2), joined(shown), brush.theme.plain, biggest=30)


def picture(brush: Brush, box: Rect, shown: Drawn | None) -> None:
    """A drawing of the next note."""
    brush.fill(box, brush.theme.plain.ground)
    brush.picture(big(brush.px, box), shown, brush.theme.plain)


def passed(brush: Brush, box: Rect, behind: Behind) -> None:
    """The note behind, small and grey; a notice in its place, just above where the crew looks."""
    row, dim = behind.row, brush.theme.dim
    brush.fill(box, dim.ground)
    if behind.notice is not None:
        pair = brush.theme.level(behind.notice.level)
        brush.fill(box, pair.ground)
        brush.words(margin(brush, box), behind.notice.text, pair, biggest=24)
        return
    if row is None:
        return
    tulip = small(brush.px, box)
    brush.picture(tulip, row.tulip, dim, faded=True)
    left = tulip.right + brush.px(8)
    rest = Rect(left, box.top, max(0, box.right - brush.px(6) - left), box.height)
    rest = flow(brush, rest, row.number, dim, 18)
    rest = flow(brush, rest, row.total, dim, 18)
    known = ["!" * row.danger, row.cap, *row.badges, *row.words]
    brush.label(rest, joined(known), dim, units=17)
    _struck(brush, box, row, dim)


def card(brush: Brush, box: Rect, row: Row | None) -> None:
    """A note ahead: number, gap and danger above; its tulip, the distance to it, and what there is to know."""
    plain = brush.theme.plain
    brush.fill(box, plain.ground)
    if row is None:
        return
    if pictured(row):
        _page(brush, box, row)
    else:
        _card(brush, box, row)
    _highlight(brush, box, row.highlight)
    _struck(brush, box, row, plain)


def _card(brush: Brush, box: Rect, row: Row) -> None:
    plain = brush.theme.plain
    line, body = top(brush, box, LINE)
    line = _marked(brush, line, row)
    used = flow(brush, Rect(line.topleft, (line.width // 2, line.height)), row.number, plain, 21).left
    _gap(brush, Rect(used, line.top, line.right - used, line.height), row.gap, plain, near=row.near)
    tulip = middling(brush.px, box, row)
    brush.picture(tulip, row.tulip, plain)
    left = tulip.right + brush.px(6)
    _know(brush, Rect(left, body.top, box.right - brush.px(3) - left, body.height), row)


def _page(brush: Brush, box: Rect, row: Row) -> None:
    """A note ahead that is known by its picture alone: that as wide as the card, and the rest in a line above it."""
    plain = brush.theme.plain
    line, _ = top(brush, box, CAPTION)
    line = flow(brush, _marked(brush, line, row), row.number, plain, 18)
    brush.label(line, _fitting(brush, line, [*row.badges, row.cap, *row.words]), plain, units=16)
    brush.picture(middling(brush.px, box, row), row.tulip, plain)


def _highlight(brush: Brush, box: Rect, colour: str) -> None:
    """The crew's mark, a bar at the left edge."""
    marked = highlight(colour, night=brush.theme is NIGHT)
    if marked is not None:
        brush.fill(Rect(box.left, box.top, brush.px(5), box.height), marked)


def _struck(brush: Brush, box: Rect, row: Row, pair: Pair) -> None:
    """A line through a note that a bulletin has cancelled."""
    if row.struck:
        thick = max(2, brush.px(3))
        brush.fill(Rect(box.left + brush.px(4), box.centery - thick // 2, box.width - 2 * brush.px(4), thick), pair.ink)


def _fitting(brush: Brush, box: Rect, texts: Iterable[str]) -> str:
    """As many of the texts as one line has room for, each whole, and how many more: half of a DZ 30 is a DZ 3."""
    told = [text for text in texts if text.strip()]
    for count in range(len(told), -1, -1):
        more = f"+{len(told) - count}" if count < len(told) else ""
        line = joined([*told[:count], more])
        if brush.faces.size(line, brush.px(16 * 0.8))[0] <= box.width:
            return line
    return ""


def _marked(brush: Brush, line: Rect, row: Row) -> Rect:
    """The danger at the end of a card's first line, and what it leaves of that."""
    if danger := min(WORST, row.danger):
        line, block = side(brush, line, -(10 + 13 * danger))
        brush.marks(block, danger, brush.theme.danger)
    return margin(brush, line, 4)


def _know(brush: Brush, box: Rect, row: Row) -> None:
    distance, rest = top(brush, box, 26)
    if row.to_go is not None:
        pair = brush.theme.tone(row.to_go.tone)
        brush.fill(distance, pair.ground)
        sign = f"{brush.faces.about} " if row.to_go.tone in {"estimated", "stale"} else ""
        brush.words(distance, f"{sign}{row.to_go.text} {row.to_go.unit}", pair, biggest=22)
    known = [*row.badges, row.cap, *row.words]
    brush.words(rest, joined(known), brush.theme.plain, biggest=18, smallest=13)
