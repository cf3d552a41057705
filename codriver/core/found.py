"""Lost and found: what a crew off the course is told, and what is proposed when it is found again.

By the course along the book's track, where there is one and the rules allow positions: `astray` follows the car, and
what the book counts at the place where it is found is offered. Where only the boxes have places, `boxes` tells which
were met. Without either the crew counts backwards, and is offered to count forwards when the total is back at the box
where it turned round. Words tell where the car is in the book and never where it should go: nothing here may send a
car back along the course. Metres, seconds; pure.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from codriver.core import astray, book, boxes, lengths, measuring, odometer, offer, trip, whereabouts
from codriver.core.answers import Answer
from codriver.core.astray import Astray, Seen
from codriver.core.boxes import Boxes, Counted
from codriver.core.odometer import RECKONED
from codriver.core.offer import FOUND, SEEN, Offer
from codriver.core.outs import Alert, Out
from codriver.core.passing import Fixed
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.decode.nmea import Fix
from codriver.units import KILOMETRE, Degrees, Metres, MetresPerSecond, Seconds

FORWARDS: Final = "forwards"
# What the crew began: a measured mile.
ASKED_FOR: Final = frozenset({measuring.MEASURED})
STANDS_FOR: Final[Seconds] = 60.0
# Who was off the course is told of a trip that is off by more; who only begins, by more than the trip's own doubt.
AGREES: Final[Metres] = 30.0
# Who has come so near to a box before he lost the course has been there.
REACHED: Final[Metres] = 20.0
# The course over ground of a slow car is the wander of its receiver.
HEADED: Final[MetresPerSecond] = 2.0
# A figure on a banner that changes with every frame cannot be read.
TENS: Final[Metres] = 10.0

# A box that was met is no place any more after so long a way.
SINCE: Final[Metres] = 2000.0


class _Place(NamedTuple):
    """A place in the book: the total there, and the next box, an index."""

    total: Metres
    ahead: int


def seen(plan: Plan, state: State, fix: Fix) -> Stepped:
    """A fix came, and the odometer has counted it: where that is on the course, and what the crew is to hear of it.

    A fix that the odometer refused, or whose place jumped, and one that the receiver only reckoned tell nothing.
    """
    last = state.odo.last
    if last is None or last.t != fix.t or last.lat is None or fix.quality == RECKONED:
        return state, ()
    if plan.course:
        return _followed(plan, state, fix, fix.course if last.speed >= HEADED else None)
    return _met(plan, state, fix) if plan.boxes.cells else (state, ())


def _followed(plan: Plan, state: State, fix: Fix, heading: Degrees | None) -> Stepped:
    before, odo, changes = state.astray, odometer.distance(state.odo), state.trip.count
    if astray.rests(before, odo, changes):
        return state, ()
    says = plan.course.place(trip.total(state.trip, odo), state.pointer)
    now = Seen(fix.t, fix.lat, fix.lon, heading, odo, says, changes)
    after, what = astray.follow(before, plan.course, now)
    state = replace(state, astray=after)
    match what:
        case "off":
            return _withdrawn(state), (Alert("astray", _off(plan, after, odo)),)
        case "against":
            return _withdrawn(state), (Alert("astray", _against(plan, after, odo)),)
        case "found":
            at = after.at or 0.0
            lost = before.off is not None or before.told
            return _found(plan, state, odo, _Place(plan.course.total(at), plan.course.ahead(at)), lost=lost)
        case "":
            return state, ()


def _met(plan: Plan, state: State, fix: Fix) -> Stepped:
    before, odo, basis = state.boxes, odometer.distance(state.odo), state.trip.basis
    if basis.backwards:
        return (state, ()) if before.was is None else (replace(state, boxes=replace(before, was=None)), ())
    counted = Counted(trip.total(state.trip, odo), basis.scale)
    after, what = boxes.follow(before, plan.boxes, plan.book.notes, Fixed(fix.lat, fix.lon, odo), counted)
    if after is before:
        return state, ()
    state = replace(state, boxes=after)
    if what == "off":
        return _withdrawn(state), (Alert("astray", _missed(plan, after, odo)),)
    there = _at_box(plan, state, odo) if what == "found" else None
    if there is None:
        return state, ()
    differs = trip.total(state.trip, odo) - there.total
    if after.offered is not None and abs(differs - after.offered) <= AGREES:
        return state, ()  # the crew has heard of it at the box before, and wants it so
    state = replace(state, boxes=replace(after, offered=round(differs, 1)))
    return _found(plan, state, odo, there, lost=before.missed is not None)


def carried(old: Plan, new: Plan, state: State) -> State:
    """In another book: a place on the course holds on the same track, and a box where it is in both."""
    at = state.junction
    if at is not None:
        note = old.book.notes[at] if at < len(old.book.notes) else None
        at = new.book.notes.index(note) if note in new.book.notes else None
    same = new.book.track == old.book.track
    return replace(state, junction=at, astray=state.astray if same else Astray(), boxes=Boxes())


def told(plan: Plan, state: State, odo: Metres) -> str:
    """What stays on the screen while the car is off the course or goes against it; empty while it is neither."""
    if state.astray.off is not None:
        return _off(plan, state.astray, odo)
    if state.astray.told and state.astray.against is not None:
        return _against(plan, state.astray, odo)
    return "" if state.boxes.missed is None else _missed(plan, state.boxes, odo)


def accept(plan: Plan, state: State, _: Offer, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes the place that was found: the total becomes what the book counts there, where the car is now."""
    there = _here(plan, state, odo)
    if there is None:
        words = "not on the course any more: nothing was changed"
        return state, (Alert("astray", words),), words
    box = _before(plan, there)
    changed, outs = trip.rejoined(state.trip, t, odo, there.total, f"found {box}", by)
    moved = whereabouts.sought(plan, replace(state, trip=changed), there.ahead)
    return moved, (*outs, *whereabouts.skipped(plan, state.pointer, moved.pointer, "find")), f"found: {box}"


def turn(_: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """Count the other way. The box passed last before the crew counts backwards is where the error began."""
    changed, outs = trip.turn(state.trip, t, odo, by)
    if not changed.basis.backwards:
        return _withdrawn(replace(state, trip=changed), FORWARDS), outs, "forwards"
    junction = state.pointer - 1 if state.pointer else None
    return replace(state, trip=changed, junction=junction), outs, "backwards"


def forwards(plan: Plan, state: State, _: Offer, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes the offer to count forwards again, unless it does already."""
    if not state.trip.basis.backwards:
        return state, (), "counting forwards already"
    return turn(plan, state, t, odo, by)


def receded(plan: Plan, state: State, before: Metres, after: Metres) -> State:
    """The total fell: where the crew counts backwards to the box where it turned round, it is offered to stop."""
    if not state.trip.basis.backwards or state.junction is None or state.junction >= len(plan.book.notes):
        return state
    note = plan.book.notes[state.junction]
    if not note.measured or not after <= note.total < before:
        return state
    text = f"back at box {note.numbered}"
    return propose(state, Offer(FORWARDS, text, state.now + STANDS_FOR, note=state.junction, seen=state.now + SEEN))


def counting(plan: Plan, state: State) -> str:
    """What stays on the screen while the crew counts backwards."""
    if state.junction is None or state.junction >= len(plan.book.notes):
        return "COUNTING BACKWARDS"
    return f"COUNTING BACKWARDS since box {plan.book.notes[state.junction].numbered}"


def _here(plan: Plan, state: State, odo: Metres) -> _Place | None:
    """Where the car is in the book by what was found; None where that is not sure any more."""
    if not plan.course:
        return _at_box(plan, state, odo)
    at = astray.place(state.astray, odo)
    return None if at is None else _Place(plan.course.total(at), plan.course.ahead(at))


def _at_box(plan: Plan, state: State, odo: Metres) -> _Place | None:
    """By the last box met that is believed, and the way since; None where that is long ago."""
    met = state.boxes.good
    if met is None or met.note >= len(plan.book.notes) or not 0.0 <= odo - met.odo <= SINCE:
        return None
    value = book.reset(plan.book, met.note)
    begin = plan.book.notes[met.note].total if value is None else value
    return _Place(begin + state.trip.basis.scale * (odo - met.odo), met.note + 1)


def _found(plan: Plan, state: State, odo: Metres, there: _Place, *, lost: bool) -> Stepped:
    """The car is on the course, again or at first: told to who was off it, proposed where the trip differs."""
    differs = trip.total(state.trip, odo) - there.total
    box = _before(plan, there)
    outs: tuple[Out, ...] = (Alert("found", f"on the course: {_road(plan, there.total)}, {box}"),) if lost else ()
    if abs(differs) <= (AGREES + plan.course.rough if lost else whereabouts.doubt(state, odo)):
        return state, outs
    text = f"found: {_road(plan, there.total)}, {box}, trip is {_signed(plan, differs)}"
    offered = Offer(FOUND, text, state.now + STANDS_FOR, round(there.total, 1), there.ahead, state.now + SEEN)
    return propose(state, offered), outs


def propose(state: State, offered: Offer) -> State:
    """The state with this offer standing, but for what the crew itself asked for and has not answered yet."""
    other = offer.standing(state.offer, state.now)
    return state if other is not None and other.kind in ASKED_FOR else replace(state, offer=offered)


def _withdrawn(state: State, kind: str = FOUND) -> State:
    """What was offered on the course holds no more."""
    return replace(state, offer=None) if state.offer is not None and state.offer.kind == kind else state


def _off(plan: Plan, now: Astray, odo: Metres) -> str:
    left = now.off
    assert left is not None
    behind = plan.course.ahead(left.at + REACHED)
    box = f"; last good: box {plan.book.notes[behind - 1].numbered}" if behind else ""
    return f"OFF COURSE since {_short(plan, odo - left.odo)}{box}"


def _against(plan: Plan, now: Astray, odo: Metres) -> str:
    since = odo if now.against is None else now.against
    return f"AGAINST THE COURSE since {_short(plan, odo - since)}: others may come"


def _missed(plan: Plan, now: Boxes, odo: Metres) -> str:
    assert now.missed is not None
    assert now.good is not None
    since, box = _short(plan, odo - now.good.odo), plan.book.notes[now.good.note].numbered
    return f"BOX {plan.book.notes[now.missed].numbered} NOT MET; last good: box {box}, {since} ago"


def _before(plan: Plan, there: _Place) -> str:
    notes = plan.book.notes
    return f"before box {notes[there.ahead].numbered}" if there.ahead < len(notes) else "after the last box"


def _short(plan: Plan, metres: Metres) -> str:
    """A way that may be some hundred metres, in the crew's units."""
    if plan.settings.units == "statute" or metres >= KILOMETRE:
        return _road(plan, metres)
    return f"{round(metres / TENS) * TENS:.0f} m"


def _signed(plan: Plan, metres: Metres) -> str:
    return f"{'-' if metres < 0 else '+'}{_short(plan, abs(metres))}"


def _road(plan: Plan, metres: Metres) -> str:
    """A distance of the book, in the crew's units."""
    return lengths.road(metres, plan.settings.units)
