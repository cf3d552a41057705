"""What is said beside a note's own call: the rings before it, the beep at the last moment, the end of a zone.

Desert crews count down what must be slowed down for, "three, two, one", at tenths of a mile, and the more the further
off it begins (domain.md 3.6). Metres of the book, seconds, m/s. Pure.
"""

from math import remainder
from typing import Final, NamedTuple

from codriver.core import braking, leads
from codriver.core.leads import Here
from codriver.core.plan import Plan
from codriver.roadbook.model import Note
from codriver.units import KMH, MILE, Degrees, Metres, MetresPerSecond, Seconds

RINGS: Final = (3, 2, 1)
TENTH: Final[Metres] = MILE / 10.0
APART: Final[Seconds] = 3.0
# With so much speed to lose the rings begin at three, at two, at one.
LOSES: Final[tuple[MetresPerSecond, ...]] = (54 * KMH, 30 * KMH, 12 * KMH)
# What a turn of at least so many degrees is taken with.
TURNS: Final[tuple[tuple[Degrees, MetresPerSecond], ...]] = ((100.0, 30 * KMH), (60.0, 50 * KMH), (35.0, 70 * KMH))
# A ring that is more than this behind is not said: the next one says more.
LATE: Final = 0.5
NOTES: Final = 4
LAST: Final[Seconds] = 2.0
FOOT: Final[Seconds] = 0.5


class Ring(NamedTuple):
    """One ring: its note, its number, and the total at which it is said."""

    note: int
    number: int
    total: Metres


def following(plan: Plan, here: Here, after: int, rung: tuple[int, int] | None) -> Ring | None:
    """The next ring of a note that was called already (those before `after`), and lies ahead."""
    for index in range(here.pointer, min(after, here.pointer + NOTES)):
        note = plan.book.notes[index]
        if not note.measured or note.cancelled or note.total < here.total:
            continue
        said = rung[1] if rung is not None and rung[0] == index else RINGS[0] + 1
        numbers = [number for number in RINGS if number < said and number <= begin(plan, index, here.speed)]
        for number in numbers:
            before = distance(plan, number, here.speed)
            if note.total - here.total > before - LATE * distance(plan, 1, here.speed):
                return Ring(index, number, note.total - before)
    return None


def begin(plan: Plan, index: int, speed: MetresPerSecond) -> int:
    """At which ring the count begins at this speed; 0 where there is nothing to slow down for."""
    slow = asked(plan, index)
    if slow is None:
        return 0
    return next((number for number, loses in zip(RINGS, LOSES, strict=True) if speed - slow > loses), 0)


def distance(plan: Plan, number: int, speed: MetresPerSecond) -> Metres:
    """How far before its note a ring is."""
    return number * (TENTH if plan.settings.rings == "distance" else APART * max(speed, leads.CRAWL))


def asked(plan: Plan, index: int) -> MetresPerSecond | None:
    """The speed that a note can be passed with, by its danger, its limit and how sharply the way turns."""
    note, turn, settings = plan.book.notes[index], plan.turns[index], plan.settings
    found = [limit] if (limit := braking.limit_of(note)) is not None else []
    if note.danger >= 2:
        found.append(settings.hazard3_mps if note.danger > 2 else settings.hazard2_mps)
    if turn.sure and turn.entry is not None and turn.exit is not None:
        angle = abs(remainder(turn.exit - turn.entry, 360.0))
        found += [speed for least, speed in TURNS if angle >= least]
    return min(found, default=None)


def last_moment(plan: Plan, index: int, speed: MetresPerSecond) -> Metres:
    """How far before a danger the brakes have to be hit, at the latest."""
    slow = plan.settings.hazard3_mps if plan.book.notes[index].danger > 2 else plan.settings.hazard2_mps
    return max(FOOT * speed + braking.way(speed, slow, plan.settings.braking_mps2), LAST * speed)


def ends_zone(note: Note) -> bool:
    """Whether a limit ends at this note."""
    return not note.cancelled and any(event.kind == "fz" for event in note.events)
