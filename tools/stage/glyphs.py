"""The small pictures of the book: landmarks for the tulips, pictograms for the notes column.

SVG about (0, 0), y down. A landmark stays within 10 pixels of its middle, a sign within 15. Shapes and paths only: no
text, no styles, no references, so that the plainest renderer shows them.
"""

from typing import Final

INK: Final = 'fill="#000" stroke="none"'
PAPER: Final = 'fill="#fff"'


def at(glyph: str, x: float, y: float) -> str:
    """SVG of a glyph moved to (x, y)."""
    return f'<g transform="translate({x:.4g} {y:.4g})">{glyph}</g>'


def _pen(path: str, weight: float = 2.6) -> str:
    return f'<path stroke-width="{weight:g}" d="{path}"/>'


def _ink(path: str) -> str:
    return f'<path {INK} d="{path}"/>'


def _paper(path: str, weight: float = 2) -> str:
    return f'<path {PAPER} stroke-width="{weight:g}" d="{path}"/>'


def _stones(*ellipses: tuple[float, float, float, float]) -> str:
    drawn = (f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}"/>' for x, y, rx, ry in ellipses)
    return f"<g {INK}>{''.join(drawn)}</g>"


def grains(*places: tuple[float, float]) -> str:
    """Sand: a dot at each place."""
    return _stones(*((x, y, 1.6, 1.6) for x, y in places))


_FRONDS: Final = (
    "M0-3q-4-5-10 0q4-2 6-1q-4 1-5 6q3-4 5-5q2 0 4 1 2 1 5 5q-1-6-5-7 3-1 6 1-5-6-8-2q1-4-2-6 0 4-1 6q-1-1-5 2z"
)
_BATTLEMENTS: Final = "M-8-3v-5h3v2h3.5v-2h3v2h3.5v-2h3v5zM-2.5 9v-6h5v6z"
_CHEQUERS: Final = "M-9-13h5v5h5v-5h5v5h5v5h-5v5h-5v-5h-5v5h-5v-5h5v-5h-5z"

LANDMARKS: Final[dict[str, str]] = {
    "palm": _pen("M-2 10q3-7 2-13", 2) + _ink(_FRONDS),
    "tree": _pen("M0 10v-9m0 4l-5-5m5 2l4-4", 2) + _ink("M-10-1q1-8 10-8t10 8q-5-2-10-2t-10 2z"),
    "house": _paper("M-8 9v-13h16v13z") + _ink(_BATTLEMENTS),
    "cairn": _stones((0, 7, 9, 3.2), (0.5, 0.6, 6.5, 2.7), (-0.3, -5, 4.2, 2.2)),
    "rock": _paper("M-10 8l2-9 6-6 6 2 6 13z") + _pen("M-2-7l1 7-4 8m4-8l6 3", 1.5),
    "well": _paper("M-7 9v-7h14v7z") + _pen("M-6 2v-11h12v11m-6-11v8m-7 2h14", 2),
    "tank": _paper("M-8-5v8h16v-8z") + _ink("M-9-8h18v3h-18z") + _pen("M-6 3v7m12-7v7m-12 0l12-7", 2),
    "post": _pen("M-3 10v-19", 2) + _ink("M-3-9l11 4-11 4z"),
    "dune": _paper("M-11 8q9-2 12-15q2 11 10 15z") + _ink("M1-7q2 11 10 15h-13q5-5 3-15z"),
    "ruin": _pen("M-9 9v-13l4 3v-5l4 4 3-6v7l4-4 3 4v10M-3 9v-5h4v5", 2),
    "pump": _paper("M-7 9v-17h9v17z") + _pen("M-9 9h13M-4.5-4.5h4v3.5h-4zM2-5l4 3v7q0 3 2 1v-8l-4-4", 2),
}

SIGNS: Final[dict[str, str]] = {
    "dip": _pen("M-13-5h4q9 18 18 0h4"),
    "step down": _pen("M-13-4h10v11h16") + _pen("M-8-10h10v8", 2) + _ink("M-2-3h8l-4 7z"),
    "step up": _pen("M-13 7h16v-11h10") + _pen("M-4 2v-10h8", 2) + _ink("M3-12v8l7-4z"),
    "ditch": _pen("M-13-5h8l2 11h6l2-11h8") + _pen("M-2 1h4", 1.5),
    "stones": _paper("M-12 8l1-7 5-3 5 4 1 6z") + _paper("M2 8l1-5 4-2 5 3 1 4z") + _paper("M-4-3l2-6 5-2 4 4v4z"),
    "sand": grains((-9, -5), (-2, -8), (5, -5), (11, -8), (-11, 3), (-4, 0), (3, 3), (10, 0), (-6, 8), (1, 10), (8, 8)),
    "ruts": _pen("M-6 11q-3-5 0-11t0-11M6 11q-3-5 0-11t0-11"),
    "dunes": _pen("M-13 8q5-1 7-11q2 8 5 9q4-2 6-13q2 11 8 15"),
    "crest": _pen("M-13 7q11-1 15-14v14h11") + _pen("M5-9h3v6", 2) + _ink("M4-4h8l-4 7z"),
    "narrow": _pen("M-11-11q10 11 0 22M11-11q-10 11 0 22M0 10v-12") + _ink("M-5-2h10l-5-9z"),
    "climb": _pen("M-13 9h26v-14z") + _pen("M-9 0l12-6.5", 2) + _ink("M1-10l8 1-5 6z"),
    "descent": _pen("M13 9h-26v-14z") + _pen("M-6-8l11 6", 2) + _ink("M10 1l-8-1 4-6z"),
    "drop": _pen("M-13-6h14l2 17M5-4h3m-2.5 5h3m-2 5h3"),
    "parallel": _pen("M-9 11v-16M0 11v-16M9 11v-16") + _ink("M-13-4h8l-4-8zM-4-4h8l-4-8zM5-4h8l-4-8z"),
    "fuel": _paper("M-9 12v-24h12v24z", 2.4)
    + _pen("M-12 12h18M3-6l5 4v10q0 4 3 2v-12l-5-5", 2.2)
    + _ink("M-6-9h6v7h-6z"),
    "clock": f'<circle r="12" {PAPER} stroke-width="2.6"/>' + _pen("M0-8v8l5 4"),
    "end": f'<circle r="12" {PAPER} stroke-width="2.6"/>' + _pen("M-5 8l13-13M-8 5l13-13M-2 10.5l12.5-12.5", 2.2),
    "flag": _pen("M-9 13v-26h20v15h-20") + _ink(_CHEQUERS),
}
