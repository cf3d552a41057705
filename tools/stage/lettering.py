"""Letters drawn as strokes, so that a drawing needs no font: a plain SVG renderer may have none.

A letter stands on y = 10 with its top at 0. Each stroke is where the pen goes down (x, y) and how it then moves, in
relative SVG path commands.
"""

from math import fsum
from typing import Final

HEIGHT: Final = 10.0
GAP: Final = 2.7
SPACE: Final = 4.0
_DESCENDER: Final = 2.6

# Each letter with its width, then its strokes.
_LETTERS: Final[dict[str, tuple[float, tuple[tuple[float, float, str], ...]]]] = {
    "A": (6.4, ((0, 10, "l3.2-10 3.2 10"), (1.1, 6.8, "h4.2"))),
    "B": (6, ((0, 5, "h3.4a2.5 2.5 0 0 1 0 5h-3.4v-10h3.2a2.5 2.5 0 0 1 0 5"),)),
    "C": (5.8, ((5.8, 3, "a2.9 3 0 0 0-5.8 0v4a2.9 3 0 0 0 5.8 0"),)),
    "D": (6, ((0, 0, "v10h2.4a3.6 3.6 0 0 0 3.6-3.6v-2.8a3.6 3.6 0 0 0-3.6-3.6z"),)),
    "E": (5, ((5, 0, "h-5v10h5"), (0, 5, "h4.2"))),
    "F": (5, ((5, 0, "h-5v10"), (0, 5, "h4.2"))),
    "G": (6, ((5.8, 3, "a2.9 3 0 0 0-5.8 0v4a2.9 3 0 0 0 5.8 0v-1.8h-2.6"),)),
    "H": (6, ((0, 0, "v10"), (6, 0, "v10"), (0, 5, "h6"))),
    "I": (0, ((0, 0, "v10"),)),
    "J": (4.5, ((4.5, 0, "v7.4a2.25 2.6 0 0 1-4.5 0"),)),
    "K": (6, ((0, 0, "v10"), (5.8, 0, "l-5.8 6"), (2.2, 3.9, "l3.8 6.1"))),
    "L": (5, ((0, 0, "v10h5"),)),
    "M": (7.4, ((0, 10, "v-10l3.7 6 3.7-6v10"),)),
    "N": (6, ((0, 10, "v-10l6 10v-10"),)),
    "O": (6, ((0, 3, "a3 3 0 0 1 6 0v4a3 3 0 0 1-6 0z"),)),
    "P": (5.8, ((0, 10, "v-10h3a2.8 2.8 0 0 1 0 5.6h-3"),)),
    "Q": (6, ((0, 3, "a3 3 0 0 1 6 0v4a3 3 0 0 1-6 0z"), (3.6, 7.2, "l2.8 3.2"))),
    "R": (6, ((0, 10, "v-10h3.2a2.8 2.8 0 0 1 0 5.6h-3.2"), (3, 5.6, "l3 4.4"))),
    "S": (5.6, ((5.4, 2.7, "a2.6 2.6 0 0 0-5.2 0c0 3.6 5.4 1.4 5.4 4.7a2.7 2.6 0 0 1-5.6 0"),)),
    "T": (6, ((0, 0, "h6"), (3, 0, "v10"))),
    "U": (6, ((0, 0, "v7a3 3 0 0 0 6 0v-7"),)),
    "V": (6.4, ((0, 0, "l3.2 10 3.2-10"),)),
    "W": (8.4, ((0, 0, "l2.1 10 2.1-7.5 2.1 7.5 2.1-10"),)),
    "X": (6, ((0, 0, "l6 10"), (6, 0, "l-6 10"))),
    "Y": (6.4, ((0, 0, "l3.2 5.2 3.2-5.2"), (3.2, 5.2, "v4.8"))),
    "Z": (5.8, ((0, 0, "h5.8l-5.8 10h5.8"),)),
    "0": (5.6, ((0, 2.9, "a2.8 2.9 0 0 1 5.6 0v4.2a2.8 2.9 0 0 1-5.6 0z"),)),
    "1": (2.6, ((0, 2.2, "l2.6-2.2v10"),)),
    "2": (5.6, ((0.1, 2.8, "a2.7 2.8 0 0 1 5.4 0c0 2-2.4 3.8-5.5 7.2h5.6"),)),
    "3": (5.6, ((0.3, 0, "h5l-3 4a3 3 0 1 1-2.3 4.4"),)),
    "4": (6, ((4.4, 10, "v-10l-4.4 7.2h6"),)),
    "5": (5.6, ((5.2, 0, "h-4.4l-.6 4.4a3.1 3.1 0 1 1-.2 4.1"),)),
    "6": (5.6, ((4.6, 0, "c-3 1.2-4.6 4-4.6 7.1a2.8 2.9 0 1 0 5.6 0a2.8 2.9 0 1 0-5.6 0"),)),
    "7": (5.6, ((0, 0, "h5.6l-3.6 10"),)),
    "8": (5.6, ((2.8, 4.7, "a2.35 2.35 0 1 1 .1 0z"), (2.8, 4.7, "a2.7 2.65 0 1 0 .1 0z"))),
    "9": (5.6, ((1, 10, "c3-1.2 4.6-4 4.6-7.1a2.8 2.9 0 1 0-5.6 0a2.8 2.9 0 1 0 5.6 0"),)),
    "°": (3, ((0, 1.5, "a1.5 1.5 0 1 1 3 0a1.5 1.5 0 1 1-3 0"),)),
    "'": (0, ((0, 0, "v2.6"),)),
    ".": (0, ((0, 10, "h.1"),)),
    "-": (3.6, ((0, 5.4, "h3.6"),)),
    "+": (5, ((0, 5.4, "h5"), (2.5, 2.9, "v5"))),
    "/": (4, ((0, 10, "l4-10"),)),
    "k": (4.2, ((0, 0, "v10"), (4, 3.6, "l-4 3.8"), (1.6, 6, "l2.6 4"))),
    "n": (4.4, ((0, 10, "v-6.4"), (0, 6, "a2.2 2.4 0 0 1 4.4 0v4"))),
    "o": (4.8, ((0, 6.8, "a2.4 3.2 0 1 1 4.8 0a2.4 3.2 0 1 1-4.8 0"),)),
    "p": (4.8, ((0, 3.6, "v9"), (0, 6.8, "a2.4 3.2 0 1 1 4.8 0a2.4 3.2 0 1 1-4.8 0"))),
}


def width(text: str) -> float:
    """How far one line of text reaches, in letter units; a letter not drawn yet is a KeyError."""
    # fsum, not sum: Python 3.12 sums floats anew, and a tie must round alike everywhere.
    return fsum(SPACE if letter == " " else _LETTERS[letter][0] + GAP for letter in text) - GAP


def depth(text: str) -> float:
    """How far one line of text reaches below the top of its letters, in letter units."""
    return HEIGHT + (_DESCENDER if "p" in text else 0.0)


def path(text: str) -> str:
    """The path of one line of text, in letter units, its first letter at x = 0."""
    pen = 0.0
    moves: list[str] = []
    for letter in text:
        if letter == " ":
            pen += SPACE
            continue
        reach, strokes = _LETTERS[letter]
        moves.extend(f"M{pen + x:.4g} {y:.4g}{move}" for x, y, move in strokes)
        pen += reach + GAP
    return "".join(moves)


def line(text: str, x: float, y: float, height: float, weight: float = 1.5) -> str:
    """SVG of one line of text around x, its top at y, letters `height` high and strokes `weight` letter units wide."""
    scale = height / HEIGHT
    left = x - width(text) * scale / 2
    return (
        f'<path transform="translate({left:.4g} {y:.4g}) scale({scale:.3g})" '
        f'stroke-width="{weight:.3g}" d="{path(text)}"/>'
    )
