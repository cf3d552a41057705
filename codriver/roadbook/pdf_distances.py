"""Which of the figures in a box is its distance, and in which order the boxes are read: what makes distances rise.

Books put the total above, below, before or beside the partial, and run down the page or up it. Each way of reading is
tried on the whole book, and the one wins by which the most steps rise, and the most partials agree. Plain numbers in
the unit of the book. Knows nothing of PDF.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from codriver.roadbook.figures import decimal

RISING: Final = 0.75  # of the steps: with fewer, the figures are no totals
_EXACT: Final = 0.011  # two roundings to a hundredth
_AGREEMENT: Final = 2  # a partial that agrees says as much as two steps that rise


class Figure(NamedTuple):
    """A number with decimals in a box, and the height of its letters."""

    value: float
    height: float


@dataclass(frozen=True, slots=True)
class Printed:
    """What counts of a box here: its place on the page, and the figures that may be distances, in reading order."""

    page: int
    strip: int
    top: float
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a book is read: the indexes of its boxes in order, the total of each, and what that rests on.

    `upwards` if pages run from bottom to top; `sure` if the distances say so; `summed` if only partials are printed.
    """

    order: tuple[int, ...]
    totals: tuple[float | None, ...]
    upwards: bool = False
    sure: bool = False
    summed: bool = False


_Choice: TypeAlias = Callable[[tuple[Figure, ...]], float]
_CHOICES: Final[tuple[_Choice, ...]] = (
    lambda figures: max(figure.value for figure in figures),
    lambda figures: figures[0].value,
    lambda figures: figures[-1].value,
    lambda figures: max(figures, key=lambda figure: figure.height).value,
)


def distance(text: str) -> float | None:
    """The distance that a word is, `12.35`, `0,80`, `(1.2)` or `3.40km`; None where it is another word."""
    text = text.strip("()[]").lower()
    for unit in ("km", "mi"):
        text = text.removesuffix(unit)
    whole, point, decimals = text.replace(",", ".").partition(".")
    if not (point and 1 <= len(whole) <= 4 and 1 <= len(decimals) <= 3):
        return None
    return decimal(f"{whole}.{decimals}") if f"{whole}{decimals}".isdecimal() else None


def reading(boxes: Sequence[Printed]) -> Reading:
    """The best way to read these boxes; from the top, without totals, where no figures say anything."""
    best, most = Reading(tuple(_order(boxes, upwards=False, by_row=False)), (None,) * len(boxes)), -1.0
    for upwards in (False, True):
        for by_row in (False, True):
            order = tuple(_order(boxes, upwards=upwards, by_row=by_row))
            for choice in _CHOICES:
                totals = tuple(choice(boxes[index].figures) if boxes[index].figures else None for index in order)
                rising, agreeing, steps = _score([boxes[index] for index in order], totals)
                if rising + agreeing * _AGREEMENT > most:
                    most = rising + agreeing * _AGREEMENT
                    best = Reading(order, totals, upwards, sure=steps > 0 and rising >= RISING * steps)
    return best if best.sure else _summed(boxes, best)


def _order(boxes: Sequence[Printed], *, upwards: bool, by_row: bool) -> Iterator[int]:
    side = -1 if upwards else 1

    def place(index: int) -> tuple[float, ...]:
        box = boxes[index]
        within = (round(box.top / 8) * side, box.strip) if by_row else (box.strip, box.top * side)
        return box.page, *within

    yield from sorted(range(len(boxes)), key=place)


def _score(boxes: Sequence[Printed], totals: Sequence[float | None]) -> tuple[int, int, int]:
    """(steps that rise, steps that a partial in the box agrees with, all steps)."""
    known = [(box, total) for box, total in zip(boxes, totals, strict=True) if total is not None]
    rising = agreeing = 0
    for (_, before), (box, total) in pairwise(known):
        step = total - before
        rising += step > 0
        agreeing += step > 0 and any(abs(figure.value - step) <= _EXACT for figure in box.figures)
    return rising, agreeing, len(known) - 1


def _summed(boxes: Sequence[Printed], best: Reading) -> Reading:
    """The same, where each box has one figure that does not rise: a partial, to be added to the one before."""
    order = tuple(_order(boxes, upwards=False, by_row=False))
    alone = [boxes[index].figures[0].value for index in order if len(boxes[index].figures) == 1]
    if len(boxes) < 3 or len(alone) < len(boxes):
        return best
    totals = [0.0]
    for partial in alone:
        totals.append(totals[-1] + partial)
    return Reading(order, tuple(totals[1:]), summed=True)
