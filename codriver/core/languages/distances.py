"""Distances as co-drivers say them: rounded to few figures, metres and parts of a mile without their unit. Pure.

All the figures there can be are few enough to be spoken ahead of the drive.
"""

from collections.abc import Iterator
from math import floor, isfinite
from typing import Final, TypeAlias

from codriver.units import KILOMETRE, MILE, Metres

# Up to so much, in steps of so much: in metres, and in hundredths of a mile.
_Ladder: TypeAlias = tuple[tuple[int, int], ...]
_METRIC: Final[_Ladder] = (
    (200, 10),
    (300, 20),
    (500, 50),
    (2000, 100),
    (5000, 500),
    (20_000, 1000),
    (100_000, 10_000),
)
_MILES: Final[_Ladder] = ((10, 1), (30, 5), (200, 10), (500, 50), (2000, 100), (10_000, 1000))
_HUNDREDTH: Final = 100


def figure(metres: Metres, units: str, decimal: str) -> str | None:
    """The figure nearest to this distance; empty where one is there, None where it is too far for any."""
    if not metres > 0.0:
        return ""
    if not isfinite(metres):
        return None
    length = metres / (MILE / _HUNDREDTH) if units == "statute" else metres
    for top, step in _ladder(units):
        rung = floor(length / step + 0.5) * step
        if rung <= top:
            return _written(rung, units, decimal) if rung else ""
    return None


def figures(units: str, decimal: str) -> Iterator[str]:
    """Every figure there can be, the nearest first."""
    bottom = 0
    for top, step in _ladder(units):
        yield from (_written(rung, units, decimal) for rung in range(bottom + step, top + step, step))
        bottom = top


def rungs(units: str) -> Iterator[Metres]:
    """The distances of these figures, the nearest first."""
    bottom, unit = 0, MILE / _HUNDREDTH if units == "statute" else 1.0
    for top, step in _ladder(units):
        yield from (rung * unit for rung in range(bottom + step, top + step, step))
        bottom = top


def _ladder(units: str) -> _Ladder:
    return _MILES if units == "statute" else _METRIC


def _written(rung: int, units: str, decimal: str) -> str:
    if units == "statute":
        text = f"{rung / _HUNDREDTH:g}" + (" mi" if rung >= _HUNDREDTH else "")
    else:
        text = str(rung) if rung < KILOMETRE else f"{rung / KILOMETRE:g} km"
    return text.replace(".", decimal)
