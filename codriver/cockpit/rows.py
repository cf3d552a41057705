"""The rows of the book around the next note: what was passed, what is next, what follows, as the crew reads it.

What a row says of its note never changes while a plan holds, so it is made once and kept for a while; only the way
that is left is the moment's. Books hold SI; the crew's units come in with a name. Pure.
"""

from functools import lru_cache
from typing import Final, TypeAlias

from msgspec.structs import replace

from codriver.cockpit import dials, figures
from codriver.cockpit.dials import Here
from codriver.cockpit.figures import Units
from codriver.cockpit.screen import Reading, Row, Standing
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.roadbook import symbols
from codriver.roadbook.lexicon import Abbreviations
from codriver.roadbook.model import LONGEST_LABEL, Crop, Event, Note, Picture, Waypoint
from codriver.roadbook.symbols import Symbols
from codriver.roadbook.turns import Turn
from codriver.units import Metres

Beside: TypeAlias = Picture | Crop | Symbols | None

AHEAD: Final = 4  # the next note and three more
NEAR: Final[Metres] = 300.0
LONGEST_NAME: Final = 16  # letters of a name in a badge

# What a bulletin has made of a box, and where that is not said by its other badges, the crew's own.
AMENDED: Final = {"added": "NEW", "altered": "AMENDED", "cancelled": "CANCELLED"}
JOINED: Final = "AND NEXT"

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
    beside = _beside(note, plan.phrases.event)
    row = _row(index, note, standing, turn, beside, dials.start_of(plan, index), plan.settings.units)
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
    anew = any(dials.begins_anew(plan, each) for each in range(pointer + 1, index + 1))
    if anew or not notes[index].measured:
        return None
    return Reading(figures.roughly(notes[index].total - at.total, measure), measure.road_name, at.tone)


@lru_cache(maxsize=64)
def _row(
    index: int, note: Note, standing: Standing, turn: Turn | None, beside: Beside, start: Metres, units: str
) -> Row:
    """All of a row that its note says."""
    measure = figures.units(units)
    gap = note.total - start
    return Row(
        index=index,
        number=note.label,
        standing=standing,
        total=figures.printed(note.total, measure) if note.measured else figures.unknown(2),
        gap=figures.printed(gap, measure) if note.measured else "?",
        near=index > 0 and note.measured and gap < NEAR,
        danger=note.danger,
        cap="" if note.cap is None else f"{figures.heading(note.cap)}°",
        badges=badges(note, units),
        struck=note.cancelled,
        highlight=note.highlight,
        words=_words(note),
        tulip=note.tulip or turn,
        drawing=beside,
        measured=note.measured,
    )


@lru_cache(maxsize=64)
def _beside(note: Note, event: Abbreviations) -> Beside:
    """The right-hand column: the book's drawing, else the symbols of what its words speak of.

    A box that is known by its picture alone has its words, if any, from that picture.
    """
    if note.drawing is not None or not note.measured:
        return note.drawing
    return symbols.of(note.words, event)


def _words(note: Note) -> tuple[str, ...]:
    """The note's text, a line each; a name that is none of a number is part of it."""
    lines = tuple(note.words.splitlines())
    if len(note.name) <= LONGEST_LABEL or note.name in note.words:
        return lines
    return (note.name, *lines)


def badges(note: Note, units: str) -> tuple[str, ...]:
    """What there is at this note besides the way: that it is amended, its point, its zones and events, in few words."""
    measure = figures.units(units)
    told = [_event(event, measure) for event in note.events]
    if note.waypoint is not None and note.waypoint.type not in EVENT_POINTS:
        told.insert(0, _point(note.waypoint, measure))
    if note.speed is not None and not any(event.kind == "dz" for event in note.events):
        told.append(f"MAX {figures.speed(note.speed, measure)}")
    told = [AMENDED[note.amended], *told] if note.amended in AMENDED else told
    return tuple(dict.fromkeys([*told, JOINED] if note.joined else told))


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
