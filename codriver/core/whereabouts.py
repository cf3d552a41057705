"""Where the car is in the book, what a change of the trip makes of that, and what the crew has before it.

Whoever changes a distance, crew or unit, asks here what follows: the next note, the calls, the dangers that were
passed over. Metres and seconds; pure.
"""

from math import hypot
from typing import Final

from msgspec.structs import replace

from codriver.core import (
    agreement,
    book,
    boxes,
    buttons,
    calls,
    display,
    form,
    mile,
    odometer,
    offer,
    reading,
    reckoning,
    trip,
)
from codriver.core.leads import Here
from codriver.core.outs import Alert, Out
from codriver.core.plan import Plan
from codriver.core.spoken import Since
from codriver.core.state import State, Stepped
from codriver.units import Metres, Seconds

# A total may be off by the odometer's own bound, a share of the way for the book's error, and a landmark's size.
BOOK_SHARE: Final = 0.01
LANDMARK: Final[Metres] = 20.0
UNMOVED: Final[Metres] = 0.001  # a new scale rounds the total by less
# A total that was set so lately is set here: what the car went since the edge of the press, and its settling.
JUST: Final[Metres] = 150.0
# By more than this a trip that is known to be wrong calls the wrong notes.
VAGUE: Final[Metres] = 150.0
# A total that is put right by less brings no note back that was called already.
RECALLED: Final[Metres] = 60.0


def here(state: State) -> Here:
    """Where the car is now, for the calls."""
    odo = odometer.at(state.odo, state.now)
    total = trip.total(state.trip, odo)
    return Here(
        state.now,
        total,
        odometer.pace(state.odo, state.now),
        state.pointer,
        state.utc,
        state.trip.basis.backwards,
        state.odo.source != odometer.NONE,
        _unsure(state, odo),
        _beyond(state, odo, total),
        is_astray(state) or _unanswered(state),
        None if state.place is None else (state.place.lat, state.place.lon),
        is_doubtful(state),
        state.differs is not None,
    )


def is_astray(state: State) -> bool:
    """Whether the car is off the course, or goes against it: the book's next note is not what lies ahead."""
    now = state.astray
    return now.off is not None or (now.told and now.against is not None) or boxes.wrong(state.boxes)


def is_doubtful(state: State) -> bool:
    """Whether the car may be off the course: one box did not come, which may be the fault of its place in the book."""
    return boxes.doubted(state.boxes) and not is_astray(state)


def _unanswered(state: State) -> bool:
    """Whether the car is on the course again and has said where, and the crew has not answered: the trip is wrong.

    By a little it is only vague, once the crew has let the offer pass.
    """
    offered = offer.standing(state.offer, state.now)
    asks = offered is not None and offered.kind == offer.FOUND
    return state.calls.astray and (asks or (state.differs is not None and abs(state.differs) > VAGUE))


def _unsure(state: State, odo: Metres) -> Metres:
    """One sigma of the total since it was last set: the odometer's own, and what is not known of the book's scale."""
    now = state.agreement.reckoning
    scale = agreement.PRIOR if now is None else now.scale_sigma + abs(now.scale - state.trip.basis.scale) / 2.0
    return hypot(_own(state), scale * abs(odo - state.trip.basis.total_at))


def _own(state: State) -> Metres:
    """One sigma of the odometer's way since the total was set; what it made wrong before that is none of its errors."""
    mark = _since(state)
    return odometer.sigma_since(state.odo, state.now, odometer.Mark(mark.noise, mark.bias))


def _beyond(state: State, odo: Metres, total: Metres) -> Metres:
    """How far the car is beyond its trip by the landmarks that it has met, as far as that is more than their doubt."""
    now = state.agreement.reckoning
    if now is None or not state.agreement.fresh or state.trip.basis.backwards:
        return 0.0
    return max(reckoning.place(now, odo) - total - reckoning.sigma(now, odo), 0.0)


def since(state: State) -> State:
    """The total was set anew: from here on the odometer's errors count against it."""
    mark = _since(state)
    return state if mark == state.calls.since else replace(state, calls=replace(state.calls, since=mark))


def _since(state: State) -> Since:
    """Since when the odometer's errors count against the total.

    A total that an undo has brought back was set further back than is known: all errors may be its own. Metres that
    were taken out of the odometer's way shift it, as they shift the total.
    """
    was, at = state.calls.since, state.trip.basis.total_at
    if was.at == at:
        return was
    if odometer.distance(state.odo) - at <= JUST:
        mark = odometer.marked(state.odo)
        return Since(at, round(mark.noise, 4), round(mark.bias, 4))
    return was._replace(at=at) if at > was.at else Since(at)


def context(plan: Plan, state: State, t: Seconds) -> str:
    """What a gesture at `t` stands in: a context of the table of buttons."""
    return buttons.context(
        book=bool(plan.book.notes),
        menu=display.open_item(state.display, t) is not None,
        form=form.shown(state.form, t) is not None,
        offer=offer.taken(state.offer, t) is not None,
        report=reading.heeds(state.reading, t, odometer.distance(state.odo)),
        mile=mile.running(state.mile, t),
    )


def doubt(state: State, odo: Metres) -> Metres:
    """How far off the total may honestly be since it was last set: ours, the book's, and a landmark's size."""
    return _own(state) + BOOK_SHARE * abs(odo - state.trip.basis.total_at) + LANDMARK


def changed(plan: Plan, state: State, new: trip.Trip) -> State:
    """The trip was changed: where that moves the total the next note is sought anew, else the pointer stays."""
    odo = odometer.distance(state.odo)
    moved = abs(trip.total(new, odo) - trip.total(state.trip, odo))
    after = replace(state, trip=new)
    if moved <= UNMOVED:
        return after
    found = sought(plan, after, state.pointer)
    return replace(found, calls=state.calls) if moved < RECALLED else found


def sought(plan: Plan, state: State, near: int) -> State:
    """The next note by the total, in the leg of the note `near`; notes that lie ahead again are called again."""
    pointer = book.seek(plan.book, trip.total(state.trip, odometer.distance(state.odo)), near)
    called = calls.back(state.calls, pointer) if pointer < state.pointer else state.calls
    return replace(state, pointer=pointer, calls=called)


def nudged(plan: Plan, before: State, after: State) -> Stepped:
    """A step forward passes the notes it steps over; a step back leaves the pointer alone."""
    odo = odometer.distance(before.odo)
    index = book.crossed(plan.book, before.pointer, trip.total(before.trip, odo), trip.total(after.trip, odo))
    if index is None:
        return after, ()
    return replace(after, pointer=index + 1), skipped(plan, before.pointer, index + 1, "step")


def skipped(plan: Plan, start: int, end: int, what: str) -> tuple[Out, ...]:
    """What must not be passed over in silence."""
    return tuple(
        Alert("danger", f"danger {note.danger} at box {note.numbered} lies behind after the {what}")
        for note in plan.book.notes[start:end]
        if note.danger >= 2
    )
