"""Boxes met, where a book has their places and no track: whether the next one was where the trip has it, and which was.

A box that the car passes where the trip has it is good. The next one, if the car has come further since than the book
says and has not come near it, is missed: the way since the good one may be wrong. It may as well be that its place is:
one box missed is a doubt, which ends when a box is met, a turn fits the trip, the crew says where it is, or by itself
after a while; with the next one missed, too, it is the way that is wrong. What a bulletin cancelled is no box; one that
has a wider radius than ours is reached within that. A box met where the trip has it not
may be another passage of the same place, so it counts if one was missed before, or if it and the one before bear each
other out.
Metres of the odometer and of the book. Pure.
"""

from collections.abc import Sequence
from math import hypot
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import passing
from codriver.core.landmarks import NEAR, Landmarks
from codriver.core.passing import ASIDE, LEAP, Approach, Fixed
from codriver.roadbook.geodesy import offset
from codriver.roadbook.model import Note, Position
from codriver.units import Metres

# Fixes are looked at so far apart, at least.
APART: Final[Metres] = 5.0
# The trip may be off at a box by this share of the way since the last one, and by this; a box is missed so far beyond.
SHARE: Final = 0.01
ROOM: Final[Metres] = 60.0
MISSED_BY: Final[Metres] = 150.0
# One box missed is a doubt for so long; with this many the way is wrong.
DOUBTED_FOR: Final[Metres] = 2000.0
WRONG: Final = 2
# Two boxes bear each other out if the way between them is the book's to this share of it, and this.
BORNE_OUT: Final = 0.05
BORNE_ROOM: Final[Metres] = 60.0

What: TypeAlias = Literal["", "off", "found"]


class Met(NamedTuple):
    """A box, an index, and what the odometer read at it."""

    note: int
    odo: Metres


class _Missed(NamedTuple):
    """A box that the car is beyond, an index; it was not `seen` to pass it by where there were no fixes there."""

    note: int
    seen: bool


class Counted(NamedTuple):
    """What the trip says at a fix: the total there, and its metres for each of the odometer's."""

    total: Metres
    scale: float


class Boxes(Struct, frozen=True, omit_defaults=True):
    """The approaches under way, the last fix, and since when fixes have followed each other.

    `good` is the last box met that is believed, `odd` one that is not yet; `missed` the box that did not come after the
    good one, `count` how many did not. `offered` is by how much the trip differed when that was last told. Up to
    `last`, an index, no box is waited for: it was missed, at this reading `at` of the odometer, or reached within its
    own radius alone. `believed` is what the learner of the book had recognised then. `backwards`: the way since
    all of these is counted backwards by now, as the trip's is.
    """

    near: tuple[Approach, ...] = ()
    was: Fixed | None = None
    since: Metres = 0.0
    good: Met | None = None
    odd: Met | None = None
    missed: int | None = None
    offered: Metres | None = None
    count: int = 0
    last: int = -1
    at: Metres = 0.0
    believed: int = 0
    backwards: bool = False


Told: TypeAlias = tuple[Boxes, What]


def restart(boxes: Boxes) -> Boxes:
    """A new segment: the fixes before it are none of its own; what was met and missed stays."""
    return replace(boxes, near=(), was=None)


def said(boxes: Boxes, good: Met | None) -> Boxes:
    """The crew has said where it is: what was missed is settled, and the way is counted from there.

    The box met before may still bear out the next one, should the crew have erred.
    """
    return _settled(replace(boxes, good=good, odd=boxes.good or boxes.odd, last=-1))


def turned(boxes: Boxes, odo: Metres) -> Boxes:
    """The way is counted in the other direction from this reading of the odometer on.

    Each reading is mirrored there: who counts backwards has them ahead of him, and nears them as he goes. Once he
    counts forwards again what he went twice is in none of them. The undo of a turning mirrors in the same place.
    """

    def mirrored(met: Met | None) -> Met | None:
        return None if met is None else met._replace(odo=round(2.0 * odo - met.odo, 1))

    return replace(
        restart(boxes),
        good=mirrored(boxes.good),
        odd=mirrored(boxes.odd),
        at=0.0 if boxes.missed is None else round(2.0 * odo - boxes.at, 1),
        backwards=not boxes.backwards,
    )


def since(boxes: Boxes, met: Met, odo: Metres) -> Metres:
    """The way along the book since this box, as the trip counts it; the odometer's metres."""
    return met.odo - odo if boxes.backwards else odo - met.odo


def carried(boxes: Boxes, indexes: Sequence[int | None]) -> Boxes:
    """In an amended book, which has each old box at these indexes; None where it is cancelled, moved or not there."""

    def moved(met: Met | None) -> Met | None:
        at = None if met is None or met.note >= len(indexes) else indexes[met.note]
        return None if met is None or at is None else met._replace(note=at)

    after = replace(boxes, near=(), good=moved(boxes.good), odd=moved(boxes.odd))
    missed = None if boxes.missed is None else indexes[boxes.missed]
    last = next((at for index in range(boxes.last, -1, -1) if (at := indexes[index]) is not None), -1)
    return _settled(after) if missed is None else replace(after, missed=missed, last=max(last, missed))


def doubted(boxes: Boxes) -> bool:
    """Whether a box was missed, and that may be the box's fault."""
    return boxes.missed is not None and boxes.count < WRONG


def wrong(boxes: Boxes) -> bool:
    """Whether the boxes do not come any more: the car is somewhere else."""
    return boxes.missed is not None and boxes.count >= WRONG


def follow(boxes: Boxes, marks: Landmarks, notes: Sequence[Note], now: Fixed, trip: Counted, believed: int = 0) -> Told:
    """What a fix tells: the boxes met by now, and whether the crew is to hear of it. Not while it counts backwards.

    `believed` is how many landmarks of any kind have fitted the trip on this drive.
    """
    was = boxes.was
    if was is None or not 0.0 <= now.odo - was.odo <= LEAP:
        return replace(boxes, was=now, near=(), since=round(now.odo, 1)), ""
    if now.odo - was.odo < APART:
        return boxes, ""
    near, over = passing.near(marks, notes, boxes.near, was, now)
    boxes = _reached(replace(boxes, was=now, near=near), notes, now)
    if met := [by for by in over if not notes[by.note].cancelled]:
        return _met(boxes, notes, met, now, trip)
    if near:
        return boxes, ""
    missed = None if boxes.good is None else _missed(boxes, boxes.good, notes, now, trip.scale)
    if missed is None:
        return (_settled(boxes) if _outlived(boxes, now.odo, believed) else boxes), ""
    if not missed.seen:
        return replace(boxes, last=missed.note), ""
    return _told_of(boxes, missed.note, now.odo, believed)


def _told_of(boxes: Boxes, missed: int, odo: Metres, believed: int) -> Told:
    """One more box that did not come; the crew hears of the first."""
    first = boxes.missed is None
    boxes = replace(boxes, count=boxes.count + 1, last=missed, at=round(odo, 1), believed=believed)
    return (replace(boxes, missed=missed), "off") if first else (boxes, "")


def _outlived(boxes: Boxes, odo: Metres, believed: int) -> bool:
    """Whether the doubt of one missed box is over: a landmark has fitted the trip since, or nothing has spoken up."""
    return doubted(boxes) and (believed > boxes.believed or odo - boxes.at > DOUBTED_FOR)


def _settled(boxes: Boxes) -> Boxes:
    """Nothing is missed any more; the box that was, is waited for no longer."""
    return replace(boxes, missed=None, count=0)


def _reached(boxes: Boxes, notes: Sequence[Note], now: Fixed) -> Boxes:
    """The next box, where the car is within the radius that validates it, and that is wider than what a passage is."""
    index = None if boxes.good is None else _next(notes, max(boxes.good.note, boxes.last))
    if index is None:
        return boxes
    waypoint, place = notes[index].waypoint, notes[index].position
    if waypoint is None or place is None or (waypoint.clear or 0.0) <= NEAR:
        return boxes
    away = hypot(*offset(place, Position(now.lat, now.lon)))
    return replace(boxes, last=index) if away <= (waypoint.clear or 0.0) else boxes


def _next(notes: Sequence[Note], after: int) -> int | None:
    """The next box that has a place."""
    rest = (index for index in range(after + 1, len(notes)) if not notes[index].cancelled)
    return next((index for index in rest if notes[index].position and notes[index].measured), None)


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
    return _settled(replace(boxes, good=Met(by.note, round(by.odo, 1)), odd=None, last=-1))


def _bears_out(notes: Sequence[Note], before: Met, by: Approach, scale: float) -> bool:
    way, driven = notes[by.note].total - notes[before.note].total, scale * (by.odo - before.odo)
    return by.note > before.note and abs(way - driven) <= BORNE_OUT * driven + BORNE_ROOM


def _missed(boxes: Boxes, good: Met, notes: Sequence[Note], now: Fixed, scale: float) -> _Missed | None:
    """The next box with a place, if the car is well beyond it without having come near; whether it was seen there."""
    index = _next(notes, max(good.note, boxes.last))
    way = 0.0 if index is None else notes[index].total - notes[good.note].total
    if way <= 0.0:
        return None  # none, or it is counted from somewhere else
    doubt = _doubt(boxes, now.odo)
    beyond = scale * (now.odo - good.odo) - way
    seen = good.odo + (way - doubt) / scale >= boxes.since or good.odo >= boxes.since
    return _Missed(index, seen) if index is not None and beyond > doubt + MISSED_BY else None


def _doubt(boxes: Boxes, odo: Metres) -> Metres:
    since = odo - (boxes.good.odo if boxes.good is not None else 0.0)
    return ROOM + SHARE * max(since, 0.0)
