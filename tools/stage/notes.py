"""Draw the notes column of a box: danger, pictograms, the heading out, and a few short words.

Same frame as the tulip. What the tags of a box already say (danger, limit, waypoint, neutralisation) is drawn from
them, so that picture and data cannot differ. What does not fit the frame is refused.
"""

from math import fsum
from typing import Final

from stage.box import Box, Tag
from stage.glyphs import INK, PAPER, SIGNS, at
from stage.lettering import HEIGHT as LETTER
from stage.lettering import depth, line, width
from stage.tulip import frame_start
from stage.way import HEIGHT, WIDTH

_MARGIN: Final = 4.0
_ROW_GAP: Final = 9.0
_SIGN: Final = 30.0
_SIGN_GAP: Final = 4.0
_LARGEST: Final = 1.4  # signs grow into the room that words leave them
_TEXT: Final = 15.0
_SMALLEST: Final = 11.0
_CAP: Final = 21.0

Sign = tuple[float, str]  # width, SVG about (0, 0)
Row = tuple[float, str]  # height, SVG below (0, 0) and around it


def notes(box: Box, cap: int | None) -> str:
    """SVG of the notes column; `cap` in whole degrees where the book gives one."""
    words = _words(box, cap)
    taken = fsum(height + _ROW_GAP for height, _ in words)
    signs = [*_danger(box.danger), *(sign for tag in box.tags for sign in _of_tag(tag)), *map(_plain, box.signs)]
    rows = [*_signs(signs, HEIGHT - 2 * _MARGIN - taken), *words]
    y = (HEIGHT - fsum(height for height, _ in rows) - _ROW_GAP * (len(rows) - 1)) / 2
    if y < _MARGIN:
        raise ValueError(f"{box.words}: the notes are too high for their column")
    drawn = [frame_start()]
    for height, svg in rows:
        drawn.append(at(svg, WIDTH / 2, y))
        y += height + _ROW_GAP
    return "".join((*drawn, "</g></svg>"))


def _words(box: Box, cap: int | None) -> list[Row]:
    """The lines under the signs: what is large, then what is short."""
    waits = [tag.value // 60 for tag in box.tags if tag.name == "neutralization" and tag.value]
    large = [*([] if cap is None else [f"C{cap}°"]), *(f"{minutes} MIN" for minutes in waits)]
    return [*((_CAP, line(text, 0, 0, _CAP, 1.9)) for text in large), *map(_short, box.lines)]


def _short(text: str) -> Row:
    height = min(_TEXT, (WIDTH - 2 * _MARGIN) / width(text) * LETTER)
    if height < _SMALLEST:
        raise ValueError(f"{text!r} is too long for the notes column")
    return height * depth(text) / LETTER, line(text, 0, 0, height, 1.6)


def _signs(signs: list[Sign], room: float) -> list[Row]:
    """One row of signs, as large as the room allows; no row where there is no sign."""
    if not signs:
        return []
    wide = fsum(w for w, _ in signs) + _SIGN_GAP * (len(signs) - 1)
    scale = min(_LARGEST, max(room / _SIGN, 1.0), (WIDTH - 2 * _MARGIN + 2) / wide)
    if scale < 1:
        raise ValueError(f"{len(signs)} signs are {wide:.0f} wide")
    x = -wide / 2
    row = []
    for w, svg in signs:
        row.append(at(svg, x + w / 2, _SIGN / 2))
        x += w + _SIGN_GAP
    return [(_SIGN * scale, f'<g transform="scale({scale:.3g})">{"".join(row)}</g>')]


def _plain(name: str) -> Sign:
    return 28.0, SIGNS[name]


def _danger(level: int) -> list[Sign]:
    """The level in exclamation marks, heavy."""
    if not level:
        return []
    wide = 11.0 * level
    marks = (
        f'<path d="M{x - 4:g}-14.5h8l-2 19h-4z"/><circle cx="{x:g}" cy="11" r="3.6"/>'
        for x in (5.5 - wide / 2 + 11 * i for i in range(level))
    )
    return [(wide, f"<g {INK}>{''.join(marks)}</g>")]


def _of_tag(tag: Tag) -> list[Sign]:
    """How a tag looks."""
    match tag.name, tag.value:
        case "speed", int(limit):
            return [(30.0, f'<circle r="14" {PAPER} stroke-width="3"/>' + line(str(limit), 0, -6.5, 13, 1.9))]
        case "fz", _:
            return [_label("FZ"), _plain("end")]
        case "stop", _:
            octagon = f'<path {INK} d="M-6.8-16.5h13.6l9.7 9.7v13.6l-9.7 9.7h-13.6l-9.7-9.7v-13.6z"/>'
            return [(34.0, octagon + f'<g stroke="#fff">{line("STOP", 0, -4.5, 9, 1.8)}</g>')]
        case "neutralization", _:
            return [_label("DN"), _plain("clock")]
        case "fuel", _:
            return [_plain("fuel")]
        case name, _:
            return [_label(name.upper())]


def _label(text: str) -> Sign:
    """A waypoint's type, white on black, as tablets show it."""
    wide = width(text) * 1.2 + 11
    plate = f'<rect x="{-wide / 2:.1f}" y="-13" width="{wide:.1f}" height="26" rx="5" {INK}/>'
    return wide, f'{plate}<g stroke="#fff">{line(text, 0, -6, 12, 1.8)}</g>'
