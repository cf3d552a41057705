"""The rows of the book around the next note: what was passed, what is next, what follows, as the crew reads it.

What a row says of its note never changes while a plan holds, so it is made once and kept for a while; only the way
that is left is the moment's. Books hold SI; the crew's units come in with a name. Pure.
"""

from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from codriver.cockpit import dials, figures
from codriver.cockpit.dials import Here
from codriver.cockpit.figures import Units
from codriver.cockpit.screen import Reading, Row, Standing
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.roadbook.model import Event, Note, Waypoint
from codriver.roadbook.turns import Turn
from codriver.units import Metres

AHEAD: Final = 4  # the next note and three more
NEAR: Final[Metres] = 300.0
# A name of more letters is no number but a note.
LONGEST_NUMBER: Final = 8
LONGEST_NAME: Final = 16  # letters of a name in a badge

# An event's badge, as the field says it; events that are not here are told by their own name in capitals.
BADGES: Final = {
    "timecontrol": "CH",
    "checkpoint": "CP",
    "medical": "MED",
    "helicopter": "HELI",
    "spectators": "PUBLIC",
    "average": "AVG",
    "free": "FREE",
    "free_end": "END FREE",
    "free_time": "FREE TIME",
}
# The points that an event makes of its box: its own badge says them already.
EVENT_POINTS: Final = frozenset({"DSS", "ASS", "DN", "DT", "FN", "FT", "CP", "DZ", "FZ"})


def rows(plan: Plan, state: State, at: Here, left: Reading) -> tuple[Row, ...]:
    """The last passed note, the next and three ahead, as many as there are. `left` is the way to the next one."""
    first, end = max(state.pointer - 1, 0), min(state.pointer + AHEAD, len(plan.book.notes))
    return tuple(_now(plan, state, at, left, index) for index in range(first, end))


def _now(plan: Plan, state: State, at: Here, left: Reading, index: int) -> Row:
    note = plan.book.notes[index]
    turn = plan.turns[index] if index < len(plan.turns) else None
    standing = _standing(index - state.pointer)
    row = _row(index, note, standing, turn, dials.start_of(plan, index), plan.settings.units)
    if standing == "passed" or at.tone == "none":
        return row
    return replace(row, to_go=left if standing == "next" else _further(plan, at, index, state.pointer))


def _standing(after: int) -> Standing:
    if after == 0:
        return "next"
    return "passed" if after < 0 else "ahead"


def _further(plan: Plan, at: Here, index: int, pointer: int) -> Reading | None:
    """The way to a note behind the next one: to one decimal, so that a row does not change for nothing.

    None where another count begins in between, or nobody knows where the note is.
    """
    notes, measure = plan.book.notes, figures.units(plan.settings.units)
    anew = any(dials.start_of(plan, each) != notes[each - 1].total for each in range(pointer + 1, index + 1))
    if anew or not notes[index].measured:
        return None
    return Reading(figures.roughly(notes[index].total - at.total, measure), measure.road_name, at.tone)


@lru_cache(maxsize=64)
def _row(index: int, note: Note, standing: Standing, turn: Turn | None, start: Metres, units: str) -> Row:
    """All of a row that its note says."""
    measure = figures.units(units)
    gap = note.total - start
    return Row(
        index=index,
        number=note.name if 0 < len(note.name) <= LONGEST_NUMBER else str(note.number),
        standing=standing,
        total=figures.printed(note.total, measure) if note.measured else figures.unknown(2),
        gap=figures.printed(gap, measure) if note.measured else "?",
        near=index > 0 and note.measured and gap < NEAR,
        danger=note.danger,
        cap="" if note.cap is None else f"{figures.heading(note.cap)}°",
        badges=badges(note, units),
        words=_words(note),
        tulip=note.tulip or turn,
        drawing=note.drawing,
        measured=note.measured,
    )


def _words(note: Note) -> tuple[str, ...]:
    """The note's text, a line each; a name that is none of a number is part of it."""
    lines = tuple(note.words.splitlines())
    if len(note.name) <= LONGEST_NUMBER or note.name in note.words:
        return lines
    return (note.name, *lines)


def badges(note: Note, units: str) -> tuple[str, ...]:
    """What there is at this note besides the way: its point to be taken, its zones and events, a few words each."""
    measure = figures.units(units)
    told = [_event(event, measure) for event in note.events]
    if note.waypoint is not None and note.waypoint.type not in EVENT_POINTS:
        told.insert(0, _point(note.waypoint, measure))
    if note.speed is not None and not any(event.kind == "dz" for event in note.events):
        told.append(f"MAX {figures.speed(note.speed, measure)}")
    return tuple(dict.fromkeys(told))


def _point(point: Waypoint, measure: Units) -> str:
    """A point with the radius that validates it: `WPM 90 m`."""
    if point.clear is None:
        return point.type
    return f"{point.type} {point.clear / measure.radius:.0f} {measure.radius_name}"


def _event(event: Event, measure: Units) -> str:
    """An event with its name and its figure: `DZ 50`, `CP 3`, `DN 15 min`."""
    parts = (BADGES.get(event.kind, event.kind.upper()), event.name[:LONGEST_NAME], _figure(event, measure))
    return " ".join(part for part in parts if part)


def _figure(event: Event, measure: Units) -> str:
    match event:
        case Event(_, None) | Event("stop", 0.0):
            return ""
        case Event("dz" | "average", float(limit)):
            return figures.speed(limit, measure)
        case Event("reset", float(metres)):
            return figures.printed(metres, measure)
        case Event(_, value):
            return figures.lasting(value or 0.0)
