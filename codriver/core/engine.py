"""The fold: step(plan, state, signal) -> (state, outs), its timers, and what crosses from one segment to the next.

Everything that happens to a drive happens here, in the order of its signals; the same signals give the same states
and outs at any speed, on any machine. Each room (receiver, pod, buttons, odometer, trip, book) does its own part;
this module only carries values between them. SI; `t` is seconds since the segment's Start.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from codriver.core import (
    agreeing,
    agreement,
    amending,
    astray,
    book,
    boxes,
    buttons,
    calls,
    clock,
    contacts,
    counting,
    display,
    factors,
    faults,
    found,
    hearing,
    intercom,
    measuring,
    mile,
    moments,
    odometer,
    rows,
    shelf,
    slim,
    sources,
    trip,
    unseen,
    wheel,
    whereabouts,
)
from codriver.core.odometer import Odometer
from codriver.core.outs import Ack, Alert, NotePassed, Out, Pressed, UtcKnown
from codriver.core.plan import Plan
from codriver.core.state import Deed, Notice, Place, State, Stepped
from codriver.decode import nmea, pod, presses
from codriver.decode.nmea import Epoch, Fix
from codriver.roadbook.model import Note
from codriver.signals import Done, Edge, Fault, Line, Signal, Start, Tick
from codriver.units import Metres, Seconds

# More letters of a fault or a press are for the log: a screen has no room, and a state must stay small.
LONGEST: Final = 160


class Folded(NamedTuple):
    """One signal folded, a Tick or one that came in: the state after it and what it asks for."""

    signal: Signal
    state: State
    outs: tuple[Out, ...]


def fold(plan: Plan, state: State, signal: Signal) -> Iterator[Folded]:
    """Fold the Ticks that are due, then the signal; one stamped before `state.now` is folded at `state.now`.

    A Start folds no Ticks before it: its time begins anew. Run its predecessor out with `run_on` first.
    """
    if not isinstance(signal, Start):
        for folded in run_on(plan, state, signal.t):
            state = folded.state
            yield folded
        if signal.t < state.now:
            signal = replace(signal, t=state.now)
    yield _whole(plan, state, signal)


def run_on(plan: Plan, state: State, until: Seconds) -> Iterator[Folded]:
    """Fold each Tick the state asks for up to `until`."""
    while state.wake <= until:
        folded = _whole(plan, state, Tick(max(state.wake, state.now)))
        state = folded.state
        yield folded


def due(state: State) -> Seconds:
    """When the state next wants a Tick: at the latest when the next `fix` row is made."""
    return state.wake


def _whole(plan: Plan, state: State, signal: Signal) -> Folded:
    """A signal with the Ticks it makes due at once: a moment is never cut in two, so no log can end inside it."""
    begun = before = state
    state, outs = step(plan, state, signal)
    state = found.changed(plan, before, state, outs)
    state = counting.changed(agreeing.changed(plan, before, _onward(plan, state), outs), outs)
    state = hearing.sounded(plan, state, outs)
    state = _aimed(plan, before, state)
    while (wake := _wake(state)) <= state.now:
        before = state
        state, more = step(plan, state, Tick(state.now))
        state = found.changed(plan, before, state, more)
        state = counting.changed(agreeing.changed(plan, before, _onward(plan, state), more), more)
        state = hearing.sounded(plan, state, more)
        state = _aimed(plan, before, state)
        outs += more
    state = replace(state, wake=wake)
    told = _told(state, outs) if outs else state
    return Folded(signal, slim.within(begun, told), hearing.routed(plan, state, outs))


def _onward(plan: Plan, state: State) -> State:
    """The next note is none that a bulletin has cancelled."""
    pointer = book.onward(plan.book, state.pointer)
    return state if pointer == state.pointer else replace(state, pointer=pointer)


def _aimed(plan: Plan, before: State, state: State) -> State:
    """The next call planned anew, where anything that it hangs on has changed."""
    if (
        _runs_on(before.odo, state.odo)
        and state.trip is before.trip
        and state.calls is before.calls
        and state.pointer == before.pointer
    ):
        return state
    state = whereabouts.since(state)
    aimed = calls.aim(state.calls, plan, whereabouts.here(state))
    return state if aimed is state.calls else replace(state, calls=aimed)


def _runs_on(before: Odometer, odo: Odometer) -> bool:
    """Whether the distance grows as it was foreseen: between two fixes the wheel is only listened to."""
    return odo is before or (odo.source == odometer.GPS and odo.last is before.last and odo.settled == before.settled)


def _told(state: State, outs: tuple[Out, ...]) -> State:
    """What the screen keeps of the outs: the last alert, and the last press in words."""
    for out in outs:
        if isinstance(out, Alert):
            state = replace(state, notice=Notice(state.now, out.kind, out.text[:LONGEST]))
        elif isinstance(out, Pressed):
            state = replace(state, deed=Deed(state.now, out.action[:LONGEST]))
    return state


def step(plan: Plan, state: State, signal: Signal) -> Stepped:
    """One signal. Its `t` is not before `state.now`, unless it is a Start."""
    match signal:
        case Line(t, "gps", text):
            return _receiver_line(plan, state, t, text)
        case Line(t, _, text):
            return _pod_line(plan, state, t, text)
        case Edge(t, source, name, closed):
            return contacts.edge(plan, state, t, source, name, closed)
        case Tick(t):
            return _tick(plan, state, t)
        case Start():
            return _start(plan, state, signal)
        case Fault(t, source, text):
            return faults.begin(replace(state, now=t), t, source, text)
        case Done(t, "voice", text) if hearing.tells_of_words(text):
            return hearing.words_ready(plan, replace(state, now=t), text)
        case Done(t, "voice", text):
            state = replace(state, now=t)
            heard, outs = calls.hear(state.calls, whereabouts.here(state), text)
            return replace(state, calls=heard), outs
        case Done(t, _, text):
            return shelf.hear(replace(state, now=t), text)
        case _:
            assert_never(signal)


def _wake(state: State) -> Seconds:
    """The earliest of what each room waits for; a receiver in mid-burst is not silent."""
    at = rows.due(state)
    receiver = nmea.due(state.receiver)
    if receiver is None:
        receiver = faults.due(state)
    for other in (receiver, pod.due(state.pod), trip.due(state.trip), calls.due(state.calls), measuring.due(state)):
        if other is not None and other < at:
            at = other
    for source, panel in state.panels.items():
        other = presses.due(panel, buttons.gestures(source))
        if other is not None and other < at:
            at = other
    return at


def carry(old: Plan | None, new: Plan, state: State) -> State:
    """What crosses from one plan to the next: distances always; the pointer is sought anew in another book.

    A run that begins with a course counts from its race mile.
    """
    odo = odometer.distance(state.odo)
    if new.book.begins and _first(old, state):
        state = replace(state, trip=trip.begun(state.trip, new.book.begins))
    if state.trip.basis.scale != new.settings.book_scale and (
        old is None or old.settings.book_scale != new.settings.book_scale
    ):
        state = replace(state, trip=trip.rescale(state.trip, odo, new.settings.book_scale))
    if old is not None and new.book != old.book:
        total = trip.total(state.trip, odo)
        same = bool(new.source) and new.source == old.source
        pointer = amending.pointer(old.book, new.book, state.pointer, total) if same else book.seek(new.book, total)
        called = calls.carried(state.calls, old.book.notes, new.book.notes, pointer)
        state = counting.carried(agreeing.restarted(state))
        state = replace(state, pointer=pointer, question=None, form=None, offer=None, calls=called)
        state = found.carried(old, new, state)
        state = replace(state, agreement=agreement.carried(state.agreement, old.book, new.book))
    return agreeing.refitted(new, state, factors.begun(old, new, state))


def _first(old: Plan | None, state: State) -> bool:
    """Whether this is the first book of a drive that has not begun: its trip is as nobody has touched it."""
    if old is None:
        return state == State()
    return not old.book.notes and not state.trip.count and odometer.distance(state.odo) < shelf.STOOD


def _start(plan: Plan, state: State, start: Start) -> Stepped:
    """A segment begins: time anew, distance kept. In a car, GPS will say how far it went meanwhile.

    Where the drive goes on without a break nothing is lost but the names of the moments.
    """
    if start.after is not None:
        return _gone_on(plan, state, start.reason, max(start.after, state.now))
    fresh = State(
        left=(state.place or state.left) if start.boot else None,
        receiver=nmea.restart(state.receiver),
        pod=pod.start(state.pod),
        probes=state.probes,
        panels={source: presses.start(panel) for source, panel in state.panels.items()},
        odo=odometer.restart(state.odo),
        trip=trip.restart(state.trip),
        pointer=state.pointer,
        calls=calls.start(state.calls, plan),
        display=display.restart(state.display),
        astray=astray.restart(state.astray),
        boxes=boxes.restart(state.boxes),
        differs=state.differs,
        junction=state.junction,
        agreement=agreeing.restarted(state).agreement,
        mile=mile.left(state.mile),
        saved=state.saved,
        intercom=intercom.restart(state.intercom),
        reversing=counting.restarted(state),
    )
    return shelf.before_start(plan, fresh), measuring.broken_off(state)


def _gone_on(plan: Plan, state: State, reason: str, after: Seconds) -> Stepped:
    """The same drive under a new plan. The log of this segment has to be told of UTC once more."""
    state = moments.renamed(state, after)
    if reason == "book":
        state = replace(state, calls=calls.unmarked(state.calls, plan))
    state = replace(state, now=0.0, amending=state.amending if reason == hearing.RENDERED else None)
    return state, () if state.utc.offset is None else (UtcKnown(state.utc.offset),)


def _receiver_line(plan: Plan, state: State, t: Seconds, text: str) -> Stepped:
    if not plan.settings.allow.gps:
        return replace(state, now=t), ()
    receiver, epochs = nmea.fold(state.receiver, t, text)
    state = replace(state, now=t, receiver=receiver)
    state, outs = faults.heard(state, t)
    if not epochs:
        return state, outs
    state, more = _epochs(plan, state, epochs)
    return state, outs + more


def _epochs(plan: Plan, state: State, epochs: tuple[Epoch, ...]) -> Stepped:
    outs: tuple[Out, ...] = ()
    for epoch in epochs:
        state, more = _epoch(plan, state, epoch)
        outs += more
    return state, outs


def _epoch(plan: Plan, state: State, epoch: Epoch) -> Stepped:
    utc = clock.hear(state.utc, epoch)
    known = () if utc.offset is None or utc.offset == state.utc.offset else (UtcKnown(utc.offset),)
    if not isinstance(epoch, Fix):
        return replace(state, utc=utc), known
    state, lately = unseen.seen_again(plan, state, epoch)
    entry, before = state, odometer.distance(state.odo)
    place = Place(epoch.t, epoch.lat, epoch.lon)
    odo = odometer.fixed(state.odo, epoch, sloping=plan.settings.along_slope)
    state = replace(state, utc=utc, odo=odo, place=place)
    state, passed = _moved(plan, state, before)
    state, turned = counting.followed(plan, entry, state)
    state, ended = measuring.geared(entry, state)
    state, placed = found.seen(plan, found.turned(entry, state), epoch)
    state, agreed = agreeing.followed(plan, entry, state)
    state, saves = factors.drove(plan, state)
    state, sourced = _sourced(state, epoch.t)
    passed += turned + ended + placed + agreed + saves + sourced
    row_t = rows.slot(state, epoch.t)
    if row_t is None:
        return state, known + lately + passed
    return replace(state, row_t=row_t), (*known, *lately, *passed, rows.fixed(state, epoch))


def _sourced(state: State, t: Seconds) -> Stepped:
    """Tell the crew, once, that the distance rests on something else now."""
    news = sources.followed(state.sources, odometer.health(state.odo, t), t)
    state = replace(state, sources=news.sources)
    more: tuple[Out, ...] = ()
    if news.dead:
        state, more = faults.begin(state, t, sources.DISTANCE, sources.ESTIMATED)
    elif news.dead is not None:
        state, more = faults.end(state, t, sources.DISTANCE, f"ok: {sources.SOURCE} again")
    return state, news.outs + more


def _moved(plan: Plan, state: State, odo_before: Metres) -> Stepped:
    """The odometer went on from `odo_before`: pass the notes that lie between, each with its moment."""
    odo = odometer.distance(state.odo)
    if odo == odo_before or not plan.book.notes:
        return state, ()
    before, after = trip.total(state.trip, odo_before), trip.total(state.trip, odo)
    if after < before:  # counting backwards, or an estimate was too long
        state = found.receded(plan, state, before, after)
        pointer = book.uncrossed(plan.book, state.pointer, before, after)
        if pointer == state.pointer:
            return state, ()
        return replace(state, pointer=pointer, calls=calls.back(state.calls, pointer)), ()
    outs: tuple[Out, ...] = ()
    while (index := book.crossed(plan.book, state.pointer, before, after)) is not None:
        note = plan.book.notes[index]
        passed = (each for each in plan.book.notes[state.pointer : index + 1] if not each.cancelled)
        outs += tuple(_passed(state, each) for each in passed)
        called, led = calls.passed(state.calls, plan, range(state.pointer, index + 1), state.now)
        state, outs = replace(state, pointer=index + 1, calls=called), outs + led
        value = book.reset(plan.book, index)
        if value is None:
            break
        # The metres driven past a box that sets the trip count from its new distance.
        before, after = value, value + after - note.total
        changed, reset = trip.set_total(state.trip, state.now, odo, after, f"reset at box {note.numbered}", "book")
        state, outs = replace(state, trip=changed), outs + reset
    return state, outs


def _passed(state: State, note: Note) -> NotePassed:
    utc = clock.text(clock.at(state.utc, state.now))
    return NotePassed(state.now, utc, note.number, "note", note.name, "passed", None)


def _pod_line(plan: Plan, state: State, t: Seconds, text: str) -> Stepped:
    frame = pod.read(text)
    if frame is None:
        return replace(state, now=t), ()
    heard, events = pod.fold(state.pod, frame, t)
    state = replace(state, now=t, pod=heard)
    return _pod_events(plan, state, events)


def _pod_events(plan: Plan, state: State, events: tuple[pod.Event, ...]) -> Stepped:
    outs: tuple[Out, ...] = ()
    for event in events:
        state, more = _pod_event(plan, state, event)
        outs += more
    return state, outs


def _pod_event(plan: Plan, state: State, event: pod.Event) -> Stepped:
    match event:
        case pod.Wheel():
            return _wheel(plan, state, event)
        case pod.Contact(t, seq, button, closed, fresh):
            state, outs = contacts.contact(plan, state, "pod", button, t, closed) if fresh else (state, ())
            return state, (*outs, Ack(seq))
        case pod.PodFault(t, code, text):
            return faults.begin(state, t, "pod", f"{code} {text}")
        case pod.PodDead(t):
            words = "silent: check its plug and supply; press on the screen meanwhile"
            return faults.begin(contacts.doubted(state, "pod", t), t, "pod", words)
        case pod.PodRestarted(t):
            return measuring.interrupted(contacts.doubted(state, "pod", t))
        case pod.PodAlive(t):
            return faults.end(state, t, "pod")
        case pod.Power():
            return state, ()
        case _:
            assert_never(event)


def _wheel(plan: Plan, state: State, event: pod.Wheel) -> Stepped:
    if not plan.settings.allow.wheel:
        return state, ()
    if state.mile.metres is not None:
        state = replace(state, mile=mile.rolled(state.mile, event.t, event.pulses1, event.pulses2))
    pace, fitted = odometer.witnessed(state.odo, event.t), plan.settings.vehicle.wheel
    probes, metres = wheel.metres(state.probes, fitted, event.pulses1, event.pulses2, event.dt, pace)
    before = odometer.distance(state.odo)
    if event.caught_up:
        return unseen.caught_up(plan, replace(state, probes=probes), event.t, metres)
    state = replace(state, probes=probes, odo=odometer.rolled(state.odo, event.t, metres))
    return _moved(plan, state, before)


def _tick(plan: Plan, state: State, t: Seconds) -> Stepped:
    receiver, epochs = nmea.tick(state.receiver, t)
    state = replace(state, now=t, receiver=receiver, trip=trip.tick(state.trip, t))
    state, outs = _epochs(plan, state, epochs)
    for stage in (_tick_row, _tick_pod, measuring.tick, contacts.tick, _tick_calls):
        state, more = stage(plan, state, t)
        outs += more
    state, more = faults.tick(state, t)
    return state, outs + more


def _tick_row(plan: Plan, state: State, t: Seconds) -> Stepped:
    """No fix for a while: carry the distance on, and say once a second where that leads."""
    if rows.due(state) > t:
        return state, ()
    entry, before = state, odometer.distance(state.odo)
    state = replace(state, odo=odometer.carried(state.odo, t))
    state, outs = _moved(plan, state, before)
    state, agreed = agreeing.followed(plan, entry, state)
    state, sourced = _sourced(state, t)
    return replace(state, row_t=t), (*outs, *agreed, *sourced, rows.blank(state, t))


def _tick_pod(plan: Plan, state: State, t: Seconds) -> Stepped:
    heard, events = pod.tick(state.pod, t)
    return _pod_events(plan, state if heard is state.pod else replace(state, pod=heard), events)


def _tick_calls(plan: Plan, state: State, t: Seconds) -> Stepped:
    at = calls.due(state.calls)
    if at is None or at > t:
        return state, ()
    after, outs = calls.tick(state.calls, plan, whereabouts.here(state))
    return replace(state, calls=after), outs
