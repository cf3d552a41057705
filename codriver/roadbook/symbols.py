"""The symbols beside a box whose book has no drawing there: what its words speak of, as roadbooks show it.

One SVG of one to four symbols, in the order of the text, black on white and sharp at any size. Knows no screen.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from codriver.roadbook.lexicon import BUILT_IN, SYMBOLS, Abbreviations, symbols

_CELL: Final = 100
_ROOM: Final = 112  # a cell with its margin
_LINE: Final = '<path d="{}" fill="none" stroke="#000" stroke-width="6" stroke-linejoin="round"/>'
_DASH: Final = '<path d="{}" fill="none" stroke="#000" stroke-width="6" stroke-dasharray="12 8"/>'
_FILL: Final = '<path d="{}" fill="#000"/>'


class Symbols(Struct, frozen=True):
    """The symbols of one box: ids of the lexicon, one to four."""

    ids: tuple[str, ...]


class _Paths(Struct, frozen=True, forbid_unknown_fields=True):
    line: str = ""
    dash: str = ""
    fill: str = ""


def of(words: str, event: Abbreviations = BUILT_IN) -> Symbols | None:
    """The symbols of what these words speak of; None where that is nothing that can be drawn."""
    ids = symbols(words, event)
    return Symbols(ids) if ids else None


def svg(shown: Symbols) -> str:
    """The symbols side by side, three and four of them in two rows. KeyError for an id that has no symbol."""
    ids = shown.ids[:SYMBOLS]
    wide = 2 if len(ids) > 1 else 1
    high = (len(ids) + 1) // 2
    cells = "".join(_cell(name, n % wide, n // wide) for n, name in enumerate(ids))
    size = f"{_ROOM * wide} {_ROOM * high}"
    ground = f'<path fill="#fff" d="M0 0h{_ROOM * wide}v{_ROOM * high}H0z"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">{ground}{cells}</svg>'


@cache
def drawn() -> Mapping[str, Sequence[str]]:
    """The elements of every symbol, by the lexicon's id."""
    text = resources.files(__package__).joinpath("symbols.toml").read_text("utf-8")
    known = msgspec.convert(tomllib.loads(text), dict[str, _Paths])
    return {name: [*_elements(paths)] for name, paths in known.items()}


def _elements(paths: _Paths) -> Sequence[str]:
    ways = ((_LINE, paths.line), (_DASH, paths.dash), (_FILL, paths.fill))
    return [way.format(path) for way, path in ways if path]


def _cell(name: str, column: int, row: int) -> str:
    edge = (_ROOM - _CELL) // 2
    return f'<g transform="translate({column * _ROOM + edge} {row * _ROOM + edge})">{"".join(drawn()[name])}</g>'
