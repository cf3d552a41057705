"""Agreement with the book: what this drive learns of where the book has it, and of how long the book's metres are.

Landmarks are places of notes that the car passes, turns that its heading shows, and what the crew says by its presses.
One that lies further off than three sigma is counted and not believed; two in a row that agree with one another open
the question anew. What the crew sets is the crew's: it may surprise the reckoning, and is not refused. Metres; pure.
"""

from math import sqrt
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import passing, reckoning
from codriver.core.landmarks import Corner, Landmarks, turned
from codriver.core.learnt import Book
from codriver.core.passing import Approach, Fixed, Heading, Turned
from codriver.core.plan import Plan
from codriver.core.reckoning import GATE, Driven, Reckoning, Sighting
from codriver.roadbook.model import Roadbook
from codriver.roadbook.turns import Turn
from codriver.units import Degrees, Metres

# Before anything is learnt: the total at the start; the book's scale, by GPS and by a wheel as configured.
BEGUN: Final[Metres] = 50.0
PRIOR: Final = 0.005
WHEEL_PRIOR: Final = 0.02
# What was learnt on another day holds less: tyres, lines, weather.
ANOTHER_DAY: Final = 0.0005
REOPENED: Final = 0.002
# How well a book knows the place of its own box, and a car the middle of a turn.
BOX: Final[Metres] = 8.0
BEND: Final[Metres] = 10.0
# Further off is another passage of the same place, or another part of the day.
REACH: Final[Metres] = 3000.0
# Another passage of the course by the same place, or another turn, is told apart from so far on.
ROOM: Final[Metres] = 60.0
WIDEST: Final[Metres] = 250.0
ACROSS: Final[Degrees] = 60.0
EXIT: Final[Degrees] = 20.0
ENTRY: Final[Degrees] = 30.0


class Doubted(NamedTuple):
    """The last landmark that was not believed, and how far off it lay."""

    seen: Sighting
    off: Metres


class Taken(NamedTuple):
    """A turn that fits a corner of the book, where, and how many have fitted it: two say nothing."""

    corner: int
    total: Metres
    odo: Metres
    times: int = 1


class Nudged(NamedTuple):
    """Steps of PLUS and MINUS that are not yet understood: metres in all, and where the last one was."""

    metres: Metres
    odo: Metres


class Agreement(Struct, frozen=True, array_like=True):
    """What is learnt, and what is being recognised.

    `last` is the last note believed; `fresh` how many landmarks were since the total was set, `lessons` since the scale
    was; `offered` the odometer at the last proposal; `refused` says that the crew has undone an agreement; `changes`
    counts those of the trip that are understood; `waits` says that there may be something to apply or to propose.
    Up to `until`, by the odometer, no turn of the book can be near.
    """

    reckoning: Reckoning | None = None
    near: tuple[Approach, ...] = ()
    headings: tuple[Heading, ...] = ()
    corners: tuple[Taken, ...] = ()
    doubted: Doubted | None = None
    nudged: Nudged | None = None
    last: int = -1
    fresh: int = 0
    lessons: int = 0
    believed: int = 0
    outliers: int = 0
    offered: Metres | None = None
    refused: bool = False
    saved: Book | None = None
    changes: int = 0
    waits: bool = False
    until: Metres = 0.0


def begun(plan: Plan, total: Metres, driven: Driven, changes: int = 0) -> Agreement:
    """A learner that has seen nothing yet: the total as it is, and the scale as set, learnt before, or one."""
    known = plan.learnt.book
    scale, doubt = untaught(plan, plan.settings.book_scale)
    start = Reckoning(total, driven.odo, scale, BEGUN**2, doubt**2, noise=driven.noise, bias=driven.bias)
    return Agreement(reckoning=start, saved=known, changes=changes, waits=known is not None)


def untaught(plan: Plan, scale: float) -> tuple[float, float]:
    """The book's scale as it is known before this drive, with its sigma: learnt before, else `scale` and its doubt."""
    known = plan.learnt.book
    return (scale, prior(plan)) if known is None else (known.scale, sqrt(known.sigma**2 + ANOTHER_DAY**2))


def prior(plan: Plan) -> float:
    """One sigma of a book's scale before anything is learnt of it."""
    return PRIOR if plan.settings.allow.gps else WHEEL_PRIOR


def restarted(learner: Agreement) -> Agreement:
    """A new segment: what was being recognised is cut off."""
    return replace(learner, near=(), headings=(), corners=(), until=0.0)


def carried(learner: Agreement, old: Roadbook, new: Roadbook) -> Agreement:
    """In another book: an amended one has the same metres, and what is known of notes by index is dropped.

    A book that shares fewer than half of its distances with the one before is another, and all begins anew.
    """
    before = {note.total for note in old.notes}
    if 2 * sum(note.total in before for note in new.notes) < len(new.notes):
        return Agreement()
    return replace(restarted(learner), doubted=None, last=-1)


def seen(
    learner: Agreement, plan: Plan, leg: int, was: Fixed, now: Fixed, course: Degrees | None
) -> tuple[Agreement, tuple[Sighting, ...]]:
    """The learner after this piece of road, and the landmarks on it."""
    marks, current = plan.landmarks, learner.reckoning
    assert current is not None
    going, over = passing.near(marks, plan.book.notes, learner.near, was, now)
    if going != learner.near:
        learner = replace(learner, near=going)
    sightings = tuple(
        found for approach in over if (found := _passed(current, learner.last, plan, leg, approach)) is not None
    )
    if course is not None and leg in marks.corners:
        learner, turns = _turned(learner, current, marks, leg, now.odo, course)
        sightings += turns
    return learner, sightings


def believe(learner: Agreement, seen: Sighting, driven: Driven) -> Agreement:
    """What a landmark teaches; nothing where it lies too far off, unless it bears out the one before."""
    assert learner.reckoning is not None
    now = reckoning.carried(learner.reckoning, driven)
    off, _ = reckoning.surprise(now, seen)
    agreed = 1
    if not reckoning.expected(now, seen):
        if learner.doubted is None or not _bears_out(now, learner.doubted, seen, off):
            return replace(learner, reckoning=now, doubted=Doubted(seen, off), outliers=learner.outliers + 1)
        now, agreed = reckoning.reopened(now, off, REOPENED), 2
    return replace(
        learner,
        reckoning=reckoning.corrected(now, seen),
        doubted=None,
        last=learner.last if seen.note is None else max(learner.last, seen.note),
        fresh=learner.fresh + agreed,
        lessons=learner.lessons + agreed,
        believed=learner.believed + agreed,
        waits=True,
    )


def told(learner: Agreement, seen: Sighting, driven: Driven) -> Agreement:
    """What the crew's word for the total teaches. Where it is a surprise the count begins anew with it."""
    assert learner.reckoning is not None
    if reckoning.expected(reckoning.carried(learner.reckoning, driven), seen):
        return replace(believe(learner, seen, driven), fresh=0, nudged=None)
    return replace(placed(learner, seen, driven), outliers=learner.outliers + 1)


def placed(learner: Agreement, seen: Sighting, driven: Driven) -> Agreement:
    """The count begins anew, with this total here; what is known of the scale stays."""
    assert learner.reckoning is not None
    now = reckoning.placed(reckoning.carried(learner.reckoning, driven), seen)
    return replace(restarted(learner), reckoning=now, doubted=None, nudged=None, last=-1, fresh=0)


def _bears_out(now: Reckoning, before: Doubted, seen: Sighting, off: Metres) -> bool:
    """Whether two landmarks that were not believed say the same of where the book has the car."""
    if seen.note is not None and before.seen.note is not None and seen.note <= before.seen.note:
        return False
    between = abs(seen.odo - before.seen.odo) * max(now.scale_sigma, REOPENED)
    doubt = sqrt(before.seen.sigma**2 + seen.sigma**2 + between**2)
    return abs(off - before.off) <= GATE * doubt


def _passed(now: Reckoning, last: int, plan: Plan, leg: int, by: Approach) -> Sighting | None:
    """The landmark that an approach was: of this leg, not passed before, by its own road, and at no other time."""
    note, marks = plan.book.notes[by.note], plan.landmarks
    if by.miss > passing.ASIDE or by.note <= last or marks.legs[by.note] != leg or now.backwards:
        return None
    found = Sighting(by.odo, note.total, sqrt(BOX**2 + (by.miss / 2.0) ** 2), by.note)
    off, doubt = reckoning.surprise(now, found)
    if abs(off) > max(REACH, GATE * doubt) or not _along(plan.turns[by.note], by.heading):
        return None
    here = reckoning.place(now, by.odo)
    elsewhere = max(abs(off), GATE * doubt + ROOM)
    if any(abs(other - here) <= elsewhere for other in marks.again.get(by.note, ())):
        return None
    return found


def _along(turn: Turn, heading: Degrees) -> bool:
    """Whether a car that passes with this heading follows the book."""
    known = [each for each in (turn.entry, turn.exit) if each is not None] if turn.sure else []
    return not known or any(abs(turned(each, heading)) <= ACROSS for each in known)


def _turned(
    learner: Agreement, now: Reckoning, marks: Landmarks, leg: int, odo: Metres, course: Degrees
) -> tuple[Agreement, tuple[Sighting, ...]]:
    """The turns of the book that this heading shows. One counts when the car is past where it might have been."""
    if odo < learner.until or (learner.headings and 0.0 <= odo - learner.headings[-1].odo < passing.EVERY):
        return learner, ()
    here, reach = reckoning.place(now, odo), GATE * reckoning.sigma(now, odo) + ROOM
    ahead = marks.corners_within(leg, here - reach, here + reach) if reach <= WIDEST and not now.backwards else ()
    if not ahead and not learner.corners and not learner.headings:
        return replace(learner, until=odo + marks.clear(leg, here + reach) / 2.0), ()
    headings = passing.onward(learner.headings, odo, course) if ahead else ()
    taken = learner.corners
    turn = passing.turn(headings)
    if turn is not None:
        headings = headings[-1:]
        for corner in [each for each in ahead if each.note > learner.last and _fits(each, turn)]:
            taken = _taken(taken, corner, turn)
    over = tuple(each for each in taken if each.total < here - reach or not ahead)
    sightings = tuple(Sighting(each.odo, each.total, BEND, each.corner) for each in over if _alone(each, taken))
    left = tuple(each for each in taken if each not in over)
    return replace(learner, headings=headings, corners=left), sightings


def _fits(corner: Corner, turn: Turned) -> bool:
    known = corner.entry is None or abs(turned(corner.entry, turn.entry)) <= ENTRY
    return known and abs(turned(corner.exit, turn.exit)) <= EXIT


def _taken(taken: tuple[Taken, ...], corner: Corner, turn: Turned) -> tuple[Taken, ...]:
    before = next((each for each in taken if each.corner == corner.note), None)
    if before is None:
        return (*taken, Taken(corner.note, corner.total, turn.odo))[-4:]
    return tuple(each._replace(times=each.times + 1) if each is before else each for each in taken)


def _alone(one: Taken, taken: tuple[Taken, ...]) -> bool:
    """Whether one turn of the car fitted this corner of the book, and no other."""
    return one.times == 1 and not any(each.odo == one.odo and each is not one for each in taken)
