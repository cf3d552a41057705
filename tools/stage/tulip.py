"""Draw a tulip: ball, way and arrow as the piste truly goes, with what stands around it.

Pixels in the frame of `way.py`. The shape of the way, the angle of its exit and the style of its line come from the
piste; tracks not taken, landmarks and what lies across or beside come from the box. A landmark that would touch a
track or the border is refused.
"""

from math import dist
from typing import Final

from stage.box import Across, Beside, Box, Ground
from stage.glyphs import INK, LANDMARKS, at, grains
from stage.piste import Piste
from stage.way import HEIGHT, WIDTH, Line, Point, Way, ahead, beside, branch, distance_to, through

_ROUTE: Final = 5.2
_ARROW: Final = 15.0
_BALL: Final = 6.0
_CASING: Final = 'stroke="#fff" stroke-width="10"'
_BESIDE: Final = 15.0
_TICK: Final = 6.0
_LANDMARK: Final = 10.0
_CLEAR: Final = 4.0


def tulip(piste: Piste, s: int, box: Box) -> str:
    """SVG of the tulip of `box`, which stands `s` metres from the start."""
    way = through(piste, s)
    sides = [(branch(way, side.bearing), side.ground) for side in box.sides]
    _refuse_overlaps(box, [way.line, *(line for line, _ in sides)])
    return "".join(
        (
            frame_start(),
            _along(way, box.left, -1) + _along(way, box.right, 1),
            _across(way, box.across),
            _stroke(way.line[:-1], _CASING),
            *(_side(line, ground) for line, ground in sides),
            _route(way),
            *(at(LANDMARKS[mark.glyph], WIDTH / 2 + mark.x, HEIGHT / 2 + mark.y) for mark in box.marks),
            "</g></svg>",
        )
    )


def frame_start() -> str:
    """The opening of any drawing of the book: its size, white paper, black round strokes."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">'
        f'<path fill="#fff" d="M0 0h{WIDTH:g}v{HEIGHT:g}H0z"/>'
        '<g fill="none" stroke="#000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    )


def _stroke(line: Line, style: str) -> str:
    path = " ".join(f"{x:.1f} {y:.1f}" for x, y in line)
    return f'<path {style} d="M{path}"/>'


def _route(way: Way) -> str:
    """The way itself: ball, line and arrow; dots where there is no piste."""
    entry, exit_ = (_style(ground) for ground in way.grounds)
    ball = '<circle cx="{:.1f}" cy="{:.1f}" r="{:g}" {}/>'.format(*way.line[0], _BALL, INK)
    tip = way.line[-1]
    shaft = (*(point for point in way.after if dist(point, tip) > _ARROW), ahead(tip, way.turn, 2 - _ARROW))
    return _stroke(way.before, entry) + _stroke(shaft, exit_) + ball + _arrow(tip, way.turn)


def _style(ground: Ground) -> str:
    if ground is Ground.OFF:
        return f'stroke-width="{_ROUTE + 0.4:g}" stroke-dasharray=".1 8.6"'
    return f'stroke-width="{_ROUTE:g}"'


def _arrow(tip: Point, bearing: float) -> str:
    turned = f"translate({tip[0]:.1f} {tip[1]:.1f}) rotate({round(bearing)})"
    return f'<path {INK} transform="{turned}" d="M0 0l8.5 {_ARROW:g}q-8.5-4-17 0z"/>'


def _side(line: Line, ground: Ground) -> str:
    match ground:
        case Ground.ROAD:
            wide = 'stroke-linecap="butt" stroke-width'
            return _stroke(line, f'{wide}="10"') + _stroke(line, f'stroke="#fff" {wide}="5.6"')
        case Ground.OFF:
            return _stroke(line, 'stroke-width="2.6" stroke-dasharray=".1 5.5"')
        case Ground.MAIN:
            return _stroke(line, 'stroke-width="3.6"')
        case Ground.PISTE:
            return _stroke(line, 'stroke-width="2.2"')


def _along(way: Way, what: Beside | None, hand: int) -> str:
    """A bank, a drop or a track along one hand (-1 left, 1 right); ticks point down the slope."""
    if what is None:
        return ""
    places = beside(way, hand * _BESIDE)
    line = tuple(place for place, _ in places)
    if what is Beside.TRACK:
        return _stroke(line, 'stroke-width="2.2"')
    down = _TICK if what is Beside.DROP else -_TICK
    ticks = (_stroke((place, ahead(place, away, down)), 'stroke-width="1.6"') for place, away in places)
    return _stroke(line, 'stroke-width="1.8"') + "".join(ticks)


def _across(way: Way, what: Across | None) -> str:
    """What lies across, drawn level at the box and turned with the way."""
    if what is None:
        return ""
    turned = f"translate({way.box[0]:.1f} {way.box[1]:.1f}) rotate({round(way.heading)})"
    return f'<g transform="{turned}">{_ACROSS[what]}</g>'


_WAVE: Final = "q5-4 10 0t10 0t10 0t10 0t10 0t10 0t10 0"
_TICKS: Final = "".join(f"M{x} 0v-7" for x in range(-32, 33, 8))
_GRAINS: Final = ((11, -9), (19, -5), (27, -9), (12, 2), (20, 6), (28, 1), (13, 12))
_ACROSS: Final[dict[Across, str]] = {
    Across.WASH: f'<path d="M-35-8{_WAVE}M-35 8{_WAVE}"/>'
    '<path stroke-width="2.4" stroke-dasharray=".1 6" d="M-32 0h64"/>',
    Across.DITCH: '<path d="M-34-4h68M-34 4h68"/>',
    Across.STEP_DOWN: f'<path d="M-35 0h70{_TICKS}"/>',
    Across.SOFT: grains(*((x * hand, y) for hand in (-1, 1) for x, y in _GRAINS)),
    Across.GATE: '<path stroke-width="2.4" stroke-dasharray="5 5" d="M-28 0h56"/>',
    Across.CREST: '<path stroke-width="2.6" d="M-38 12q38-24 76 0"/>'
    '<path stroke-width="1.6" d="M-30 8l-4-8M-22 4l-3-9M-14 1.5l-2-9M14 1.5l2-9M22 4l3-9M30 8l4-8"/>',
}


def _refuse_overlaps(box: Box, tracks: list[Line]) -> None:
    for mark in box.marks:
        place = (WIDTH / 2 + mark.x, HEIGHT / 2 + mark.y)
        room = min(place[0], WIDTH - place[0], place[1], HEIGHT - place[1])
        near = min(distance_to(place, track) for track in tracks)
        if room < _LANDMARK or near < _LANDMARK + _CLEAR:
            raise ValueError(
                f"{box.words}: the {mark.glyph} at {mark.x:g}, {mark.y:g} is {near:.1f} pixels from a track and "
                f"{room:.1f} from the border"
            )
