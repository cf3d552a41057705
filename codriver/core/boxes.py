"""Boxes met, where a book has their places and no track: whether the next one was where the trip has it, and which was.

A box that the car passes where the trip has it is good. The next one, if the car has come further since than the book
says and has not come near it, is missed: the way since the good one may be wrong. A box met where the trip has it not
may be another passage of the same place, so it counts if one was missed before, or if it and the one before bear each
other out.
Metres of the odometer and of the book. Pure.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import passing
from codriver.core.landmarks import Landmarks
from codriver.core.passing import ASIDE, LEAP, Approach, Fixed
from codriver.roadbook.model import Note
from codriver.units import Metres

# Fixes are looked at so far apart, at least.
APART: Final[Metres] = 5.0
# The trip may be off at a box by this share of the way since the last one, and by this; a box is missed so far beyond.
SHARE: Final = 0.01
ROOM: Final[Metres] = 60.0
MISSED_BY: Final[Metres] = 150.0
# Two boxes bear each other out if the way between them is the book's to this share of it, and this.
BORNE_OUT: Final = 0.05
BORNE_ROOM: Final[Metres] = 60.0

What: TypeAlias = Literal["", "off", "found"]


class Met(NamedTuple):
    """A box, an index, and what the odometer read at it."""

    note: int
    odo: Metres


class Counted(NamedTuple):
    """What the trip says at a fix: the total there, and its metres for each of the odometer's."""

    total: Metres
    scale: float


class Boxes(Struct, frozen=True, omit_defaults=True):
    """The approaches under way, the last fix, and since when fixes have followed each other.

    `good` is the last box met that is believed, `odd` one that is not yet; `missed` the box that did not come after the
    good one. `offered` is by how much the trip differed when that was last told.
    """

    near: tuple[Approach, ...] = ()
    was: Fixed | None = None
    since: Metres = 0.0
    good: Met | None = None
    odd: Met | None = None
    missed: int | None = None
    offered: Metres | None = None


Told: TypeAlias = tuple[Boxes, What]


def follow(boxes: Boxes, marks: Landmarks, notes: Sequence[Note], now: Fixed, trip: Counted) -> Told:
    """What a fix tells: the boxes met by now, and whether the crew is to hear of it. Not while it counts backwards."""
    was = boxes.was
    if was is None or not 0.0 <= now.odo - was.odo <= LEAP:
        return replace(boxes, was=now, near=(), since=round(now.odo, 1)), ""
    if now.odo - was.odo < APART:
        return boxes, ""
    near, over = passing.near(marks, notes, boxes.near, was, now)
    boxes = replace(boxes, was=now, near=near)
    if over:
        return _met(boxes, notes, over, now, trip)
    if near or boxes.missed is not None or boxes.good is None:
        return boxes, ""
    missed = _missed(boxes, boxes.good, notes, now, trip.scale)
    return (boxes, "") if missed is None else (replace(boxes, missed=missed), "off")


def _met(boxes: Boxes, notes: Sequence[Note], over: Sequence[Approach], now: Fixed, trip: Counted) -> Told:
    """Approaches are over: one where the trip has it is good however far aside; any other has to be a passage."""

    def off(by: Approach) -> Metres:
        return abs(trip.total - trip.scale * (now.odo - by.odo) - notes[by.note].total)

    best = min(over, key=off)
    if off(best) <= _doubt(boxes, best.odo):
        return _believed(boxes, best), "" if boxes.missed is None else "found"
    passed = [by for by in over if by.miss <= ASIDE]
    before = [met for met in (boxes.good, boxes.odd) if met is not None]
    borne = [by for by in passed if any(_bears_out(notes, met, by, trip.scale) for met in before)]
    if borne or (passed and boxes.missed is not None):
        return _believed(boxes, min(borne or passed, key=off)), "found"
    if not passed:
        return boxes, ""
    odd = min(passed, key=off)
    return replace(boxes, odd=Met(odd.note, round(odd.odo, 1))), ""


def _believed(boxes: Boxes, by: Approach) -> Boxes:
    return replace(boxes, good=Met(by.note, round(by.odo, 1)), odd=None, missed=None)


def _bears_out(notes: Sequence[Note], before: Met, by: Approach, scale: float) -> bool:
    way, driven = notes[by.note].total - notes[before.note].total, scale * (by.odo - before.odo)
    return by.note > before.note and abs(way - driven) <= BORNE_OUT * driven + BORNE_ROOM


def _missed(boxes: Boxes, good: Met, notes: Sequence[Note], now: Fixed, scale: float) -> int | None:
    """The next box with a place, if the car is well beyond it without having come near, and was seen all the way."""
    placed = (index for index in range(good.note + 1, len(notes)) if notes[index].position and notes[index].measured)
    index = next(placed, None)
    way = 0.0 if index is None else notes[index].total - notes[good.note].total
    if way <= 0.0:
        return None  # none, or it is counted from somewhere else
    doubt = _doubt(boxes, now.odo)
    beyond = scale * (now.odo - good.odo) - way
    seen = good.odo + (way - doubt) / scale >= boxes.since or good.odo >= boxes.since
    return index if seen and beyond > doubt + MISSED_BY else None


def _doubt(boxes: Boxes, odo: Metres) -> Metres:
    since = odo - (boxes.good.odo if boxes.good is not None else 0.0)
    return ROOM + SHARE * max(since, 0.0)
