"""Lost and found: what a crew off the course is told, and what is proposed when it is found again.

By the course along the book's track, where there is one and the rules allow positions: `astray` follows the car, and
what the book counts at the place where it is found is offered. Where only the boxes have places, `boxes` tells which
were met. Without either the crew counts backwards, and is offered to count forwards at each box that the total is back
at. Words tell where the car is in the book and never where it should go: nothing here may send a car back along the
course. Metres, seconds; pure.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from codriver.core import astray, book, boxes, lengths, measuring, odometer, offer, trip, whereabouts
from codriver.core.answers import Answer
from codriver.core.astray import Astray, Seen
from codriver.core.boxes import Boxes, Counted, Met
from codriver.core.odometer import RECKONED
from codriver.core.offer import FOUND, SEEN, Offer
from codriver.core.outs import Alert, Out, TripChanged
from codriver.core.passing import Fixed
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.decode.nmea import Fix
from codriver.roadbook.model import Note
from codriver.units import KILOMETRE, Degrees, Metres, MetresPerSecond, Seconds

FORWARDS: Final = "forwards"
# What the crew began: a measured mile.
ASKED_FOR: Final = frozenset({measuring.MEASURED})
STANDS_FOR: Final[Seconds] = 60.0
CREW: Final = "crew"
# Who was off the course is told of a trip that is off by more; who only begins, by more than the trip's own doubt.
AGREES: Final[Metres] = 30.0
# Who has come so near to a box before he lost the course has been there.
REACHED: Final[Metres] = 20.0
# The course over ground of a slow car is the wander of its receiver.
HEADED: Final[MetresPerSecond] = 2.0
# What a crew hears that takes a place too early.
NOT_NOW: Final = "the place is not sure while the car goes back or turns: nothing was changed"
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


def changed(plan: Plan, before: State, state: State, outs: Sequence[Out]) -> State:
    """The crew has said where it is, on the way from `before`: that holds, whatever was found or missed.

    An undo says only where it is not; and a step of PLUS or MINUS, that it knows better than the trip, by a little.
    """
    state = turned(before, state)
    rows = (out for out in outs if isinstance(out, TripChanged) and out.by == CREW and out.undoes is None)
    if state.trip.basis.total_at == before.trip.basis.total_at or not any(rows):
        return state
    odo = odometer.distance(state.odo)
    moved = abs(trip.total(state.trip, odo) - trip.total(before.trip, odo))
    state = withdrawn(replace(state, differs=None))
    if state.boxes.missed is None and moved <= boxes.ROOM:
        return state
    return replace(state, boxes=boxes.said(state.boxes, _behind(plan, state, odo)))


def turned(before: State, state: State) -> State:
    """Where the trip has turned its count since `before`, or took a turning back, the way since the boxes turns, too.

    At the same place, which may lie behind: there both ways of counting read the same.
    """
    now, was = state.trip.basis, before.trip.basis
    if state.boxes.backwards == now.backwards:
        return state
    odo = odometer.distance(state.odo)
    if was.backwards != now.backwards and was.partial_at == now.partial_at:
        back, forth = (now, was) if now.backwards else (was, now)
        odo = now.partial_at + (back.partial - forth.partial) / (back.scale + forth.scale)
    return replace(state, boxes=boxes.turned(state.boxes, odo))


def _behind(plan: Plan, state: State, odo: Metres) -> Met | None:
    """The box behind, and what the odometer read at it, by the trip alone."""
    index, basis = book.behind(plan.book, state.pointer), state.trip.basis
    while index is not None and not plan.book.notes[index].measured:
        index = book.behind(plan.book, index)
    if index is None or basis.backwards:
        return None
    since = trip.total(state.trip, odo) - _count(plan, index)
    return Met(index, round(odo - max(since, 0.0) / basis.scale, 1))


def _count(plan: Plan, index: int) -> Metres:
    """What the trip shows from this box on."""
    value = book.reset(plan.book, index)
    return plan.book.notes[index].total if value is None else value


def _followed(plan: Plan, state: State, fix: Fix, heading: Degrees | None) -> Stepped:
    before, odo, changes = state.astray, odometer.distance(state.odo), state.trip.count
    if astray.rests(before, odo, changes):
        return state, ()
    says = plan.course.place(trip.total(state.trip, odo), state.pointer)
    back = state.reversing.gear.back
    if back and heading is not None:
        heading = (heading + 180.0) % 360.0  # the car points along the course still
    now = Seen(fix.t, fix.lat, fix.lon, heading, odo, says, changes, back)
    after, what = astray.follow(before, plan.course, now)
    state = _compared(plan, replace(state, astray=after), odo)
    match what:
        case "off":
            return _lost(state), (Alert("astray", _off(plan, after, odo)),)
        case "against":
            return _lost(state), (Alert("astray", _against(plan, after, odo)),)
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
    here, believed = Fixed(fix.lat, fix.lon, odo), state.agreement.believed
    after, what = boxes.follow(before, plan.boxes, plan.book.notes, here, counted, believed)
    if after is before:
        return state, ()
    state = _compared(plan, replace(state, boxes=after), odo)
    if what == "off":
        return _lost(state), (Alert("astray", _missed(plan, after, odo)),)
    there = _at_box(plan, state, odo) if what == "found" else None
    if there is None:
        return state, ()
    differs = trip.total(state.trip, odo) - there.total
    if after.offered is not None and abs(differs - after.offered) <= AGREES and before.missed is None:
        return state, ()  # the crew has heard of it at the box before, and wants it so
    state = replace(state, boxes=replace(after, offered=round(differs, 1)))
    return _found(plan, state, odo, there, lost=before.missed is not None)


def carried(old: Plan, new: Plan, state: State) -> State:
    """In another book: a place on the course holds on the same track, and a box where it is in both.

    An amended book is the same book: what was missed is missed there, too, but for a box that is cancelled.
    """
    same, amended = new.book.track == old.book.track, bool(new.source) and new.source == old.source
    indexes = [_index(note, new.book.notes, amended=amended) for note in old.book.notes]
    at = state.junction
    if at is not None:
        at = indexes[at] if at < len(indexes) else None
    return replace(
        state,
        junction=at,
        astray=state.astray if same else Astray(),
        boxes=boxes.carried(state.boxes, indexes) if amended else Boxes(),
        differs=state.differs if amended else None,
    )


def _index(note: Note, notes: Sequence[Note], *, amended: bool) -> int | None:
    """Where this box is in another book; None where it is not there.

    In an `amended` one it may have changed, and is known by its number or, if it was added, by its name.
    """
    added = note.amended == "added"

    def same(other: Note) -> bool:
        if not amended:
            return other == note
        alike = other.name == note.name if added else other.number == note.number
        return alike and (other.amended == "added") == added and other.total == note.total and not other.cancelled

    return next((at for at, other in enumerate(notes) if same(other)), None)


def told(plan: Plan, state: State, odo: Metres) -> str:
    """What stays on the screen while the car is off the course or goes against it; empty while it is neither."""
    if state.astray.off is not None:
        return _off(plan, state.astray, odo)
    if state.astray.told and state.astray.against is not None:
        return _against(plan, state.astray, odo)
    return "" if state.boxes.missed is None else _missed(plan, state.boxes, odo)


def differing(plan: Plan, state: State, t: Seconds) -> str:
    """What stays on the screen after an offer was let pass, until the crew says where it is, or the trip agrees."""
    if state.differs is None:
        return ""
    there = _here(plan, state, odometer.at(state.odo, t))
    take = "; menu: take the place" if there is not None else ""
    return f"trip {_signed(plan, state.differs)} by the {'course' if plan.course else 'boxes'}{take}"


def rejoin(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes the place that was found after it had let the offer pass."""
    if state.differs is None:
        return state, (), "no place was found that differs from the trip"
    return accept(plan, state, None, t, odo, by)


def accept(plan: Plan, state: State, offered: Offer | None, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes the place that was found: the total becomes what the book counts there, where the car is now.

    Where that is not sure for the moment, what was offered stands.
    """
    there = _here(plan, state, odo)
    if there is None and _for_now(plan, state):
        return replace(state, offer=offered), (Alert("astray", NOT_NOW),), NOT_NOW
    if there is None:
        words = "not on the course any more: nothing was changed"
        return state, (Alert("astray", words),), words
    box = _before(plan, there)
    # In reverse gear a count that goes backwards goes on so, until the car does not.
    reverses = state.reversing.gear.back and state.trip.basis.backwards
    take = trip.set_total if reverses else trip.rejoined
    changed, outs = take(state.trip, t, odo, there.total, f"found {box}", by)
    moved = whereabouts.sought(plan, replace(state, trip=changed), there.ahead)
    return moved, (*outs, *whereabouts.skipped(plan, state.pointer, moved.pointer, "find")), f"found: {box}"


def turn(_: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """Count the other way. What was passed last is told as where that began; the error may lie further back."""
    changed, outs = trip.turn(state.trip, t, odo, by)
    if not changed.basis.backwards:
        return withdrawn(replace(state, trip=changed), FORWARDS), outs, "forwards"
    junction = state.pointer - 1 if state.pointer else None
    return replace(state, trip=changed, junction=junction), outs, "backwards"


def forwards(plan: Plan, state: State, _: Offer, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes the offer to count forwards again, unless it does already."""
    if not state.trip.basis.backwards:
        return state, (), "counting forwards already"
    return turn(plan, state, t, odo, by)


def receded(plan: Plan, state: State, before: Metres, after: Metres) -> State:
    """The total fell: at each box that the crew counts back to it is offered to stop. Any may be the one missed.

    Not in reverse gear: there the count goes forwards again by itself, or what is offered for it is the better word.
    """
    standing = offer.standing(state.offer, state.now)
    better = standing is not None and standing.kind in {FOUND, offer.REVERSING}
    reverses = state.reversing.ours or (state.reversing.gear.back and plan.settings.reversing != "off")
    if not state.trip.basis.backwards or reverses or better:
        return state
    index = _back_at(plan, state, before, after)
    if index is None:
        return state
    text = f"back at box {plan.book.notes[index].numbered}"
    return propose(state, Offer(FORWARDS, text, state.now + STANDS_FOR, note=index, seen=state.now + SEEN))


def _back_at(plan: Plan, state: State, before: Metres, after: Metres) -> int | None:
    """The last box that the total fell to, of those in the count of now that the crew passed before it turned round."""
    last, found = max(state.pointer, 0 if state.junction is None else state.junction + 1), None
    for index in range(min(last, len(plan.book.notes)) - 1, -1, -1):
        note = plan.book.notes[index]
        if note.measured and not note.cancelled:
            if note.total < after:
                break
            found = index if note.total < before else found
        if book.begins_leg(plan.book, index):
            break
    return found


def counting(plan: Plan, state: State) -> str:
    """What stays on the screen while the crew counts backwards."""
    if state.junction is None or state.junction >= len(plan.book.notes):
        return "COUNTING BACKWARDS"
    return f"COUNTING BACKWARDS since box {plan.book.notes[state.junction].numbered}"


def _here(plan: Plan, state: State, odo: Metres) -> _Place | None:
    """Where the car is in the book by what was found; None where that is not sure any more."""
    if not plan.course:
        return _at_box(plan, state, odo)
    at = astray.place(state.astray, odo, back=state.reversing.gear.back)
    return None if at is None else _Place(plan.course.total(at), plan.course.ahead(at))


def _for_now(plan: Plan, state: State) -> bool:
    """Whether the place is not sure only while the car goes back, or turns."""
    if plan.course:
        return astray.doubted(state.astray)
    return state.boxes.good is not None and (state.boxes.backwards or state.reversing.gear.back)


def _at_box(plan: Plan, state: State, odo: Metres) -> _Place | None:
    """By the last box met that is believed, and the way since; None where that is long ago, or the car goes back."""
    met = state.boxes.good
    if met is None or met.note >= len(plan.book.notes) or state.boxes.backwards or state.reversing.gear.back:
        return None
    since = boxes.since(state.boxes, met, odo)
    if not 0.0 <= since <= SINCE:
        return None
    return _Place(_count(plan, met.note) + state.trip.basis.scale * since, met.note + 1)


def _found(plan: Plan, state: State, odo: Metres, there: _Place, *, lost: bool) -> Stepped:
    """The car is on the course, again or at first: told to who was off it, proposed where the trip differs."""
    differs = trip.total(state.trip, odo) - there.total
    box = _before(plan, there)
    outs: tuple[Out, ...] = (Alert("found", f"on the course: {_road(plan, there.total)}, {box}"),) if lost else ()
    if abs(differs) <= (_agrees(plan) if lost or state.differs is not None else whereabouts.doubt(state, odo)):
        return replace(state, differs=None), outs
    state = replace(state, differs=round(differs, 1))
    text = f"found: {_road(plan, there.total)}, {box}, trip is {_signed(plan, differs)}"
    offered = Offer(FOUND, text, state.now + STANDS_FOR, round(there.total, 1), there.ahead, state.now + SEEN)
    return propose(state, offered), outs


def propose(state: State, offered: Offer) -> State:
    """The state with this offer standing, but for what the crew itself asked for and has not answered yet."""
    other = offer.standing(state.offer, state.now)
    return state if other is not None and other.kind in ASKED_FOR else replace(state, offer=offered)


def withdrawn(state: State, kind: str = FOUND) -> State:
    """What was offered, on the course or of another kind, holds no more."""
    return replace(state, offer=None) if state.offer is not None and state.offer.kind == kind else state


def _lost(state: State) -> State:
    """The car is not where it was found any more: neither the offer holds, nor what it said of the trip."""
    return withdrawn(replace(state, differs=None))


def _compared(plan: Plan, state: State, odo: Metres) -> State:
    """What is known to be wrong with the trip, as it is by now; nothing once it agrees, by whatever way."""
    there = None if state.differs is None else _here(plan, state, odo)
    if there is None:
        return state
    differs = round(trip.total(state.trip, odo) - there.total, 1)
    if abs(differs) <= _agrees(plan):
        return _lost(state)
    return state if differs == state.differs else replace(state, differs=differs)


def _agrees(plan: Plan) -> Metres:
    return AGREES + plan.course.rough


def _off(plan: Plan, now: Astray, odo: Metres) -> str:
    left = now.off
    assert left is not None
    behind = plan.course.ahead(left.at + REACHED)
    box = f"; last box {plan.book.notes[behind - 1].numbered}," if behind else ""
    return f"OFF COURSE{box} since {_short(plan, odo - left.odo)}"


def _against(plan: Plan, now: Astray, odo: Metres) -> str:
    since = odo if now.against is None else now.against
    return f"AGAINST THE COURSE since {_short(plan, odo - since)}: others may come"


def _missed(plan: Plan, now: Boxes, odo: Metres) -> str:
    assert now.missed is not None
    more = f" (+{now.count - 1})" if now.count > 1 else ""
    told = f"BOX {plan.book.notes[now.missed].numbered}{more} NOT MET"
    if now.good is None:
        return told
    since, box = _short(plan, max(boxes.since(now, now.good, odo), 0.0)), plan.book.notes[now.good.note].numbered
    return f"{told}; last box {box}, {since} ago"


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
