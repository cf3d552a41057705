"""What stands in each box beside the notes: figures, clock, lamps, call, messages, hints, menu, lines.

Each drawing takes the brush, its box and the part of the Screen it shows, and nothing else.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final, Literal, NamedTuple, TypeAlias

import pygame
from msgspec import Struct
from msgspec.structs import replace
from pygame import Rect

from codriver.cockpit.brush import LEGIBLE, Brush
from codriver.cockpit.layout import WORST, cells
from codriver.cockpit.screen import Banner, Call, Coming, Hint, Lamp, Menu, Reading, Tone
from codriver.cockpit.theme import Pair

Meter: TypeAlias = Callable[[Brush, Rect, Reading], None]

# How true a figure is, in a word above it, or a sign beside it; "≈" becomes what the face has for it.
_TAGS: Final[dict[Tone, str]] = {"live": "", "estimated": "≈ estimated", "stale": "old", "frozen": "FROZEN", "none": ""}
_SIGNS: Final[dict[Tone, str]] = {"live": "", "estimated": "≈", "stale": "old", "frozen": "held", "none": "?"}
LABEL: Final = 18  # units: the height of a label's line
TALLEST: Final = 40  # units: a line of the news; one alone must not light up half the car
NEARLY: Final = 25  # percent of the way: the note is all but here
DEGREE: Final = "°"  # the one unit that belongs to its figure


class Ahead(Struct, frozen=True):
    """The distance to the next note, and how near that is; `nothing`: there is no next note."""

    reading: Reading
    band: Literal["far", "near", "now"]
    nothing: bool = False


class Bar(Struct, frozen=True):
    """The closing bar: percent of the way behind."""

    closing: int | None
    band: Literal["far", "near", "now"]


class Told(Struct, frozen=True):
    """A call, and whether the page is made for its words."""

    call: Call | None
    large: bool = False


class News(Struct, frozen=True):
    """What there is to say: the most urgent first."""

    notice: Banner | None
    chords: tuple[str, ...]
    banners: tuple[Banner, ...]
    done: str
    recorded: bool | None
    held: tuple[str, ...]


def margin(brush: Brush, box: Rect, across: float = 6, down: float = 0) -> Rect:
    """The box without its left and right edge, and top and bottom if wanted; units."""
    return box.inflate(-2 * brush.px(across), -2 * brush.px(down) if down else 0)


def top(brush: Brush, box: Rect, units: float) -> tuple[Rect, Rect]:
    """The box cut in two, this far below its top."""
    high = min(box.height, brush.px(units))
    return Rect(box.topleft, (box.width, high)), Rect(box.left, box.top + high, box.width, box.height - high)


def side(brush: Brush, box: Rect, units: float) -> tuple[Rect, Rect]:
    """The box cut in two, this far right of its left edge; from the right edge if negative."""
    wide = min(box.width, brush.px(abs(units)))
    cut = wide if units > 0 else box.width - wide
    return Rect(box.topleft, (cut, box.height)), Rect(box.left + cut, box.top, box.width - cut, box.height)


def meter(label: str, template: str) -> Meter:
    """A figure under its label, its unit and a word of how true it is."""

    def draw(brush: Brush, box: Rect, reading: Reading) -> None:
        pair = brush.theme.tone(reading.tone)
        small = pair if reading.tone == "frozen" else brush.theme.dim
        brush.fill(box, pair.ground)
        line, rest = top(brush, margin(brush, box, 7), LABEL)
        degrees = reading.unit == DEGREE
        line = flow(brush, line, label if degrees else f"{label} {reading.unit}", small, LEGIBLE)
        word = _TAGS[reading.tone].replace("≈", brush.faces.about)
        brush.words(line, word, pair, biggest=LABEL, smallest=11, align="right")
        shown = replace(reading, text=reading.text + DEGREE) if degrees and reading.tone != "none" else reading
        brush.figure(rest.inflate(0, -2 * brush.px(5)), shown, pair, template)

    return draw


def flow(brush: Brush, box: Rect, text: str, pair: Pair, units: float) -> Rect:
    """A text as wide as it is, and what is left of the box beside it."""
    if not text:
        return box
    wide = min(box.width, brush.faces.size(text, brush.px(units))[0] + 1)
    brush.label(Rect(box.topleft, (wide, box.height)), text, pair, units=units)
    left = min(box.right, box.left + wide + brush.px(10))
    return Rect(left, box.top, box.right - left, box.height)


def clock(brush: Brush, box: Rect, reading: Reading) -> None:
    """Rally time; one that is not to be trusted carries the sign for "about"."""
    pair = brush.theme.tone(reading.tone)
    brush.fill(box, pair.ground)
    about = reading.tone in {"estimated", "stale"}
    inside = margin(brush, box, 6, 5)
    if about:
        sign, inside = side(brush, inside, 22)
        brush.words(sign, brush.faces.about, pair)
    brush.figure(inside, reading, pair, "88:88:88", "left")


def to_next(brush: Brush, box: Rect, ahead: Ahead) -> None:
    """The distance to the next note, its unit beside it. The nearer, the stronger its ground."""
    theme, tone = brush.theme, ahead.reading.tone
    near = {"far": theme.plain, "near": theme.close, "now": theme.now}[ahead.band]
    pair = near if tone == "live" else theme.tone(tone)
    brush.fill(box, pair.ground)
    if ahead.nothing:
        return
    figure, beside = side(brush, margin(brush, box, 6, 7), -48)
    brush.figure(figure, ahead.reading, pair, "8.88")
    upper, lower = top(brush, margin(brush, beside, 3), 32)
    brush.label(upper, ahead.reading.unit, pair, units=28)
    brush.words(lower, _SIGNS[tone].replace("≈", brush.faces.about), pair, biggest=40, smallest=12)


def bar(brush: Brush, box: Rect, closing: Bar) -> None:
    """How much of the way to the next note is behind: full when it is here."""
    theme = brush.theme
    brush.fill(box, theme.plain.ground)
    box = margin(brush, box, 4, 4)
    brush.fill(box, theme.track if closing.band == "far" else theme.close.ground)
    if closing.closing is not None:
        colour = theme.bar if closing.band == "now" else theme.plain.ink
        share = min(100, max(0, closing.closing))
        brush.fill(Rect(box.topleft, (box.width * share // 100, box.height)), colour)


def marks(brush: Brush, box: Rect, danger: int) -> None:
    """The danger of the next note."""
    brush.marks(box, danger, brush.theme.danger)


def lamps(brush: Brush, box: Rect, seen: tuple[str, tuple[Lamp, ...]]) -> None:
    """One lamp beside another; a watermark before them if this is no live drive."""
    watermark, shown = seen
    brush.fill(box, brush.theme.plain.ground)
    if watermark:
        pill, box = side(brush, box, 96)
        brush.fill(pill.inflate(-brush.px(4), -brush.px(8)), brush.theme.note.ground)
        brush.label(pill.inflate(-brush.px(12), -brush.px(8)), watermark, brush.theme.note, align="centre", units=19)
    for lamp, cell in zip(shown, cells(box, len(shown) or 1), strict=False):
        _lamp(brush, cell.inflate(-brush.px(4), -brush.px(4)), lamp)


def _lamp(brush: Brush, box: Rect, lamp: Lamp) -> None:
    theme = brush.theme
    loud = lamp.level in {"warn", "bad"}
    pair = theme.level(lamp.level) if loud else theme.plain
    brush.fill(box, pair.ground)
    sign, text = side(brush, margin(brush, box, 4), 18)
    shape = theme.level(lamp.level) if lamp.level in {"ok", "off"} or loud else theme.plain
    brush.lamp(
        Rect(0, 0, brush.px(15), brush.px(15)).move(sign.left, sign.centery - brush.px(15) // 2), lamp.level, shape
    )
    name, value = top(brush, margin(brush, text, 3), 17)
    brush.label(name, lamp.name, pair if loud else theme.dim, units=13)
    brush.words(value, lamp.text, theme.dim if lamp.level == "off" else pair, biggest=18, smallest=12)


def call(brush: Brush, box: Rect, told: Told) -> None:
    """The words for the driver, as big as they go; while they are spoken on a ground of their own."""
    theme, said = brush.theme, told.call
    pair = theme.called if said and said.speaking else theme.plain
    brush.fill(box, pair.ground)
    if said is None:
        return
    if danger := min(WORST, said.danger):
        block, box = side(brush, box, (20 + 22 * danger) if told.large else (12 + 14 * danger))
        brush.marks(block, danger, theme.danger)
    if told.large:
        brush.words(margin(brush, box, 10, 4), said.words, pair)
        return
    sign, text = side(brush, margin(brush, box, 5, 2), 22)
    _mouth(brush, sign, pair, speaking=said.speaking)
    brush.words(margin(brush, text, 4), said.words, pair, biggest=46)


def countdown(brush: Brush, box: Rect, left: int | None) -> None:
    """What is left of the way from where the call began to its note: it runs out as the note comes."""
    theme = brush.theme
    brush.fill(box, theme.plain.ground)
    if left is None:
        return
    inside = margin(brush, box, 8, 22)
    brush.fill(inside, theme.track)
    near = theme.bar if left <= NEARLY else theme.plain.ink
    brush.fill(Rect(inside.topleft, (inside.width * left // 100, inside.height)), near)


def coming(brush: Brush, box: Rect, ahead: Coming | None) -> None:
    """A note that will be called: how far, its danger, its words."""
    theme = brush.theme
    brush.fill(box, theme.plain.ground)
    if ahead is None:
        return
    distance, box = side(brush, box, 92)
    brush.words(margin(brush, distance, 6), ahead.distance, theme.dim, biggest=26)
    if danger := min(WORST, ahead.danger):
        block, box = side(brush, box, 12 + 14 * danger)
        brush.marks(block, danger, theme.danger)
    brush.words(margin(brush, box, 6, 2), ahead.words, theme.plain, biggest=30, bold=False)


def _mouth(brush: Brush, box: Rect, pair: Pair, *, speaking: bool) -> None:
    """A triangle: full while it speaks, an outline when it has spoken."""
    side_ = min(box.width, box.height) // 2 - 1
    x, y = box.center
    corners = [(x - side_, y - side_), (x + side_, y), (x - side_, y + side_)]
    pygame.draw.polygon(brush.surface, pair.ink, corners, 0 if speaking else max(1, brush.px(2)))


def messages(brush: Brush, box: Rect, news: News) -> None:
    """A notice, the chords of what is held, the banners; below them what is held, and the last press."""
    brush.fill(box, brush.theme.plain.ground)
    quiet = not news.done and not news.held and news.recorded is None
    room, last = top(brush, box, brush.units(box.height) - (0 if quiet else 22))
    _told(brush, room, _said(brush, news))
    if not quiet:
        _done(brush, margin(brush, last), news)


class _Said(NamedTuple):
    """A sentence of the news, how it is written, and how many it stands for."""

    text: str
    pair: Pair
    stands_for: int = 1


def _said(brush: Brush, news: News) -> list[_Said]:
    """In order of weight; an offer before what only informs, since nobody may take what cannot be read."""
    banners = [*([news.notice] if news.notice else []), *news.banners]
    if len(banners) > 1 and banners[1].kind == "offer" and banners[0].level != "bad":
        banners[:2] = reversed(banners[:2])
    said = [_Said(banner.text, brush.theme.level(banner.level), banner.count) for banner in banners]
    first = 1 if news.notice else 0
    return [*said[:first], *(_Said(chord, brush.theme.strong) for chord in news.chords), *said[first:]]


def _told(brush: Brush, box: Rect, said: Sequence[_Said]) -> None:
    """As many as can be read, each as high as it needs while there is room, and how many more there are."""
    room = max(1, box.height // brush.line())
    shown = list(said[:room])
    if hidden := sum(each.stands_for for each in said[room:]):
        shown[-1] = shown[-1]._replace(text=f"+{hidden}: {shown[-1].text}")
    high = _heights(brush, box, room, [each.text for each in shown])
    edges = list(accumulate(high, initial=0))
    whole = min(box.height, edges[-1] * brush.px(TALLEST))
    for (text, pair, _), up, down in zip(shown, edges, edges[1:], strict=False):
        first, end = (box.top + whole * edge // (edges[-1] or 1) for edge in (up, down))
        row = Rect(box.left, first, box.width, end - first - 1)
        brush.fill(row, pair.ground)
        brush.words(margin(brush, row), text, pair, biggest=24)


def _heights(brush: Brush, box: Rect, room: int, texts: list[str]) -> list[int]:
    """How many lines each text gets: one at least, and those that are long more, the first first."""
    given = [1] * len(texts)
    for n, text in enumerate(texts):
        wanted = brush.lines(text, margin(brush, box).width)
        given[n] += max(0, min(wanted - 1, room - sum(given)))
    return given


def _done(brush: Brush, box: Rect, news: News) -> None:
    theme = brush.theme
    if news.recorded is not None:
        sign, box = side(brush, box, 20)
        side_ = brush.px(15)
        brush.dot(Rect(sign.left, sign.centery - side_ // 2, side_, side_), full=news.recorded, pair=theme.plain)
    if news.held:
        names = " + ".join(news.held)
        wide = min(box.width, brush.faces.size(names, brush.px(LEGIBLE))[0] + brush.px(10))
        pill, box = Rect(box.topleft, (wide, box.height)), Rect(box.left + wide, box.top, box.width - wide, box.height)
        brush.fill(pill, theme.strong.ground)
        brush.label(margin(brush, pill, 4), names, theme.strong)
    brush.label(margin(brush, box, 4), news.done, theme.plain, units=17)


def hints(brush: Brush, box: Rect, shown: tuple[Hint, ...]) -> None:
    """One button beside another: its name, what a press does, what a long press does. A held one is inverted."""
    brush.fill(box, brush.theme.rule)
    for hint, cell in zip(shown, cells(box, len(shown) or 1), strict=False):
        plain, dim = (brush.theme.strong,) * 2 if hint.held else (brush.theme.plain, brush.theme.dim)
        button = Rect(cell.left, cell.top, cell.width - brush.px(1.5), cell.height)
        brush.fill(button, plain.ground)
        name, rest = top(brush, margin(brush, button, 5), 20)
        press, long = top(brush, rest, 18)
        brush.label(name, hint.name, plain, units=16)
        brush.label(press, hint.press, plain, units=14)
        brush.label(long, f"long: {hint.long}" if hint.long else "", dim, units=13)


def menu(brush: Brush, box: Rect, shown: Menu) -> None:
    """The items and what they are set to, the chosen one inverted; a long menu moves with it."""
    brush.fill(box, brush.theme.plain.ground)
    if shown.title:
        head, box = top(brush, box, 34)
        brush.words(margin(brush, head, 10), shown.title, brush.theme.dim, biggest=20)
    room = max(1, min(len(shown.items), box.height // brush.px(25)))
    first = min(max(0, shown.at - room // 2), len(shown.items) - room)
    high = min(brush.px(44), box.height // room)
    for n, (name, value) in enumerate(shown.items[first : first + room]):
        pair = brush.theme.strong if first + n == shown.at else brush.theme.plain
        row = Rect(box.left, box.top + n * high, box.width, high)
        brush.fill(row, pair.ground)
        left, right = side(brush, margin(brush, row, 10), brush.units(row.width * 0.6))
        brush.words(left, name, pair, biggest=24)
        brush.words(right, value, pair, biggest=24, align="right")


def lines(brush: Brush, box: Rect, shown: tuple[str, ...]) -> None:
    """Plain sentences, one below the other, as big as all of them can be."""
    brush.fill(box, brush.theme.plain.ground)
    inside = margin(brush, box, 12, 6)
    room = max(1, inside.height // brush.px(LEGIBLE * 1.2))
    texts = shown if len(shown) <= room else (*shown[: room - 1], f"and {len(shown) - room + 1} more")
    high = min(brush.px(40), inside.height // max(1, len(texts)))
    for n, text in enumerate(texts):
        row = Rect(inside.left, inside.top + n * high, inside.width, high)
        brush.words(row, text, brush.theme.plain, biggest=22, smallest=13, bold=False)
