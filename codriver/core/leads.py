"""Leads: what is called next, in which fragments, and how far before its note the last word should fall.

So many seconds before the note, by what hangs on it, at the speed of now, within a floor and a cap in metres. Metres of
the book, seconds, m/s. Pure; what becomes of a call is the business of `calls`. `mode` is full, dangers or prompt.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from codriver.core import book
from codriver.core.clock import Utc
from codriver.core.plan import Plan
from codriver.units import Metres, MetresPerSecond, Seconds

# Seconds between the last word and the note, by how much hangs on it: 4 s is what the peers of stage rallies agree on
# for a corner; in the desert crews want danger earlier (peers.md A12, domain.md 3.6).
LEAD: Final[tuple[Seconds, ...]] = (4.0, 5.0, 7.0, 9.0)
NEAREST: Final[tuple[Metres, ...]] = (40.0, 60.0, 90.0, 120.0)
FURTHEST: Final[tuple[Metres, ...]] = (300.0, 400.0, 500.0, 600.0)
# Between two fragments, and between a sound and the words, the voice leaves so much.
PAUSE: Final[Seconds] = 0.06
# Another note whose call would have to begin within this time of the end of the last is called with it.
BREATH: Final[Seconds] = 1.0
CHAIN: Final = 3
LONGEST: Final[Seconds] = 9.0
CRAWL: Final[MetresPerSecond] = 0.5

# What the voice has besides words, and how long each lasts.
SOUNDS: Final[Mapping[str, Seconds]] = {
    "danger1": 0.25,
    "danger2": 0.45,
    "danger3": 0.7,
    "zone": 0.4,
    "waypoint": 0.3,
    "note": 0.08,
    "fault": 0.6,
    "ok": 0.25,
}


class Here(NamedTuple):
    """Where the car is: the moment, the total there, the speed, and the next note of the book by the pointer.

    `measured`: something tells how far it goes. Else the total stands still, and no note comes nearer.
    """

    t: Seconds
    total: Metres
    speed: MetresPerSecond
    pointer: int
    utc: Utc = Utc()
    backwards: bool = False
    measured: bool = True


def sought(plan: Plan, mode: str, here: Here, after: int) -> int | None:
    """The note to be called next: none before `after`, not passed, worth it in this mode; None where this leg has none.

    Sought each time: a note that was skipped counts as called by nobody, should the crew change mode or distance.
    """
    notes, dangers = plan.book.notes, mode == "dangers"
    for index in range(max(after, here.pointer), len(notes)):
        note = notes[index]
        behind = note.measured and note.total < here.total
        if (behind or index > here.pointer) and book.begins_leg(plan.book, index):
            return None  # its distances count from a box that has not been reached
        if note.measured and not behind and (note.danger or not dangers):
            return index
    return None


def needed(plan: Plan, index: int, speed: MetresPerSecond) -> Metres:
    """How far before this note its last word should fall, at this speed."""
    weight = plan.scripts[index].importance
    return min(max(NEAREST[weight], speed * LEAD[weight]), FURTHEST[weight])


def duration(plan: Plan, mode: str, here: Here, index: int) -> Seconds:
    """How long the call of this note takes, from here."""
    parts = fragments(plan, mode, index, plan.book.notes[index].total - here.total, first=True)
    return sounding(sound(plan, index)) + seconds(plan, parts)


def breath(plan: Plan, mode: str, here: Here, first: int) -> tuple[int, ...]:
    """The note that is due, with those that follow too soon for a call of their own."""
    notes = plan.book.notes
    chain = [first]
    length = duration(plan, mode, here, first)
    while len(chain) < CHAIN and (after := chain[-1] + 1) < len(notes):
        gap = notes[after].total - notes[chain[-1]].total
        if gap < 0.0 or not notes[after].measured or (mode == "dangers" and not notes[after].danger):
            break
        parts = fragments(plan, mode, after, gap, first=False)
        more = PAUSE + seconds(plan, parts)
        left = notes[after].total - here.total - here.speed * length
        room = left - needed(plan, after, here.speed) - here.speed * (more + BREATH)
        if room > 0.0 or (length + more > LONGEST and notes[after].danger < 2):
            break
        chain.append(after)
        length += more
    return tuple(chain)


def fragments(plan: Plan, mode: str, index: int, metres: Metres, *, first: bool) -> tuple[str, ...]:
    """The fragments that the voice has of a note's words; on the screen there is a colon between them.

    How far it is goes unsaid where nobody knows, and of a note that lies behind, since it is not "here".
    """
    script = plan.scripts[index]
    if mode == "prompt":
        return (script.prompt,)
    if metres < 0.0 or not plan.book.notes[index].measured:
        return (script.full,)
    far = plan.phrases.ahead(metres) if first else plan.phrases.then(metres)
    return far, script.full


def seconds(plan: Plan, parts: tuple[str, ...]) -> Seconds:
    """How long these fragments take, with the pauses between them."""
    return sum(plan.seconds[part] for part in parts) + PAUSE * (len(parts) - 1)


def sounding(sound: str) -> Seconds:
    """How long a sound takes, with the pause after it."""
    return SOUNDS[sound] + PAUSE if sound else 0.0


def sound(plan: Plan, index: int) -> str:
    """The sound before a note of this danger; empty for none."""
    danger = plan.book.notes[index].danger
    return f"danger{danger}" if danger else ""
