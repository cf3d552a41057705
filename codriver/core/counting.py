"""Which way the trip counts in reverse gear: proposed, or turned unasked, from where the gear was changed on.

A wheel probe knows no sign, so a trip counts up whichever way the car goes. Where `reversing` tells a change of gear,
the crew is offered the other way of counting, and one press counts it from there; when the car goes forwards again the
trip does so by itself. A crew that counts backwards by its own press drives back after an error: in reverse gear it
then goes along the book, and the other way is forwards. Over the crew's own count nothing is turned unasked, and its
PLUS+MINUS ends whatever was done here. Metres, seconds; pure.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import calls, found, lengths, odometer, offer, reversing, trip, whereabouts
from codriver.core.answers import Answer
from codriver.core.offer import SEEN, Offer
from codriver.core.outs import Alert, Out, TripChanged
from codriver.core.plan import Plan
from codriver.core.reversing import FAR, Reversing, Unasked
from codriver.core.state import State, Stepped
from codriver.units import KILOMETRE, MILE, YARD, Metres, Seconds

KIND: Final = offer.REVERSING
# Who turns the count, in the rows of `trip_change`, where nobody pressed.
BY: Final = "reversing"
STANDS_FOR: Final[Seconds] = 60.0
# A crew that turns the count so near to a change of gear, before or after, has meant it.
MEANT: Final[Metres] = 10.0
# And who turns it so soon, or so near, after it was turned unasked, wanted the same.
MEANS: Final[Seconds] = 10.0
# A figure on a banner that changes with every frame cannot be read.
FIVES: Final = 5.0


def followed(plan: Plan, before: State, state: State) -> Stepped:
    """A fix came, and the odometer has counted it: what the gear means for the trip."""
    if plan.settings.reversing == "off":
        return state, ()
    now = state.reversing
    gear, what = reversing.heard(now.gear, before.odo, state.odo)
    if gear is not now.gear:
        state = replace(state, reversing=replace(now, gear=gear))
    match what:
        case "back":
            return _backed(plan, found.withdrawn(state, KIND))
        case "forth":
            return _forth(plan, found.withdrawn(state, KIND))
        case "missed":
            return _missed(plan, found.withdrawn(state, KIND))
        case "":
            return _asked(plan, state) if now.asks else (state, ())


def changed(state: State, outs: tuple[Out, ...]) -> State:
    """After every signal: where somebody else has changed the total, nothing before that is counted another way.

    Who has turned the count has the last word on it.
    """
    now, basis = state.reversing, state.trip.basis
    if now.count == state.trip.count:
        return state
    odo = round(odometer.distance(state.odo), 3)
    total = any(isinstance(out, TripChanged) and out.kind != "partial" for out in outs)
    now = replace(now, count=state.trip.count, at=odo if total else now.at)
    if now.backwards == basis.backwards:
        return replace(state, reversing=now)
    theirs = replace(now, backwards=basis.backwards, turned=odo, ours=False, asks=False)
    return found.withdrawn(replace(state, reversing=theirs), KIND)


def restarted(state: State) -> Reversing:
    """A new segment: an offer that was not answered is made again."""
    return replace(reversing.restart(state.reversing, state.odo), asks=_unanswered(state))


def carried(state: State) -> State:
    """Another book takes the offers away: one that was not answered is made again."""
    return replace(state, reversing=replace(state.reversing, asks=_unanswered(state)))


def turn(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew turns the count. Where that was done unasked just now it meant the same, and has the count."""
    now = state.reversing
    if not (now.ours and now.unasked and now.gear.back):
        return found.turn(plan, state, t, odo, by)
    if t - now.unasked.t > MEANS and odo - now.unasked.odo > MEANT:
        return found.turn(plan, state, t, odo, by)
    theirs = replace(now, ours=False, asks=False, turned=round(odo, 3), unasked=None)
    junction = state.pointer - 1 if state.pointer else None
    return replace(state, reversing=theirs, junction=junction), (), "backwards already: until you turn it"


def accept(plan: Plan, state: State, offered: Offer, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes what is proposed: the count is turned where the gear was changed."""
    state, outs = _turned(plan, state, t, odo, by, offered.value)
    return state, outs, _way(state)


def told(plan: Plan, state: State, odo: Metres) -> str:
    """What stays on the screen while the trip counts the other way because the car does; else empty."""
    if not state.reversing.ours:
        return ""
    return f"REVERSING since {_since(plan, state, odo)}: COUNTING {_way(state).upper()}"


def offered(plan: Plan, state: State, odo: Metres) -> str:
    """The offer's own words, with how far the car has gone since."""
    return f"{_gear(state)} since {_since(plan, state, odo)}"


def other(state: State) -> str:
    """The way of counting that is offered."""
    return "forwards" if state.trip.basis.backwards else "backwards"


def _backed(plan: Plan, state: State) -> Stepped:
    """In reverse gear: the crew is asked, unless it has turned the count for that already."""
    now = state.reversing
    meant = now.turned is not None and abs(now.gear.since - now.turned) <= MEANT
    state = replace(state, reversing=replace(now, ours=False, asks=not meant))
    if meant or plan.settings.reversing != "automatic" or state.trip.basis.backwards:
        return _asked(plan, state)
    odo = odometer.distance(state.odo)
    state, outs = _turned(plan, state, state.now, odo, BY, now.gear.since)
    state = replace(state, reversing=replace(state.reversing, unasked=Unasked(state.now, round(odo, 3))))
    return _told(plan, state, outs)


def _forth(plan: Plan, state: State) -> Stepped:
    """Forwards again: what was turned for reverse gear is turned back. A crew that did so itself is asked.

    But not one that has turned round by it, and drives back as it counts.
    """
    now = state.reversing
    if now.ours:
        return _told(plan, *_turned(plan, state, state.now, odometer.distance(state.odo), BY, now.gear.since))
    meant = now.turned is not None and now.gear.since - now.turned <= FAR + MEANT
    asks = meant and state.trip.basis.backwards and reversing.leads_on(now.gear)
    return _asked(plan, replace(state, reversing=replace(now, asks=asks)))


def _missed(plan: Plan, state: State) -> Stepped:
    """No car goes like this in reverse gear: a change was not seen, and where it was is a guess.

    What was turned for reverse gear is turned back there: left alone it would be wrong by twice the way from here on.
    """
    now = state.reversing
    state = replace(state, reversing=replace(now, ours=False, asks=False, turned=None))
    if not now.ours:
        return state, ()
    state, outs = _turned(plan, state, state.now, odometer.distance(state.odo), BY, now.gear.since)
    words = f"not in reverse gear any more: counting {_way(state)}, CHECK THE TOTAL"
    return _heard(plan, state, outs, words)


def _asked(plan: Plan, state: State) -> Stepped:
    """The offer, once no other one stands but a lesser one, while it still holds."""
    now, odo = state.reversing, odometer.distance(state.odo)
    standing = offer.standing(state.offer, state.now)
    if not now.asks or (standing is not None and standing.kind != found.FORWARDS):
        return state, ()
    state = replace(state, reversing=replace(now, asks=False))
    if odo - now.gear.since > FAR:
        return state, ()
    text = f"{offered(plan, state, odo)}: count it {other(state)}"
    made = Offer(KIND, text, state.now + STANDS_FOR, now.gear.since, seen=state.now + SEEN)
    return replace(state, offer=made), ()


def _turned(plan: Plan, state: State, t: Seconds, odo: Metres, by: str, at: Metres) -> Stepped:
    """Count the other way since the change of gear `at`, or since the last change of the trip, which stays as it is."""
    now = state.reversing
    since = min(max(at, now.at), odo)
    new, outs = trip.turned_since(state.trip, t, odo, since, by)
    new = trip.closed(new) if now.ours else new
    begins = now.gear.back and new.basis.backwards  # in reverse gear nobody is on his way back to a box
    state = whereabouts.changed(plan, replace(state, junction=None if begins else state.junction), new)
    now = replace(now, ours=now.gear.back, asks=False, count=new.count, backwards=new.basis.backwards)
    return replace(state, reversing=now), outs


def _told(plan: Plan, state: State, outs: tuple[Out, ...]) -> Stepped:
    """What was done unasked is heard and read."""
    return _heard(plan, state, outs, f"{offered(plan, state, odometer.distance(state.odo))}: counting {_way(state)}")


def _heard(plan: Plan, state: State, outs: tuple[Out, ...], words: str) -> Stepped:
    return replace(state, calls=calls.toned(state.calls, plan, _way(state))), (*outs, Alert(KIND, words))


def _unanswered(state: State) -> bool:
    standing = offer.standing(state.offer, state.now)
    return state.reversing.asks or (standing is not None and standing.kind == KIND)


def _gear(state: State) -> str:
    return "reversing" if state.reversing.gear.back else "forwards again"


def _way(state: State) -> str:
    return "backwards" if state.trip.basis.backwards else "forwards"


def _since(plan: Plan, state: State, odo: Metres) -> str:
    """The way since the change of gear that is or would be counted the other way, in the crew's units."""
    metres = max(odo - max(state.reversing.gear.since, state.reversing.at), 0.0)
    if plan.settings.units == "statute":
        return f"{_fives(metres / YARD)} yd" if metres < MILE / 10.0 else lengths.miles(metres)
    return f"{_fives(metres)} m" if metres < KILOMETRE else lengths.road(metres, plan.settings.units)


def _fives(value: float) -> str:
    return f"{round(value / FIVES) * FIVES:.0f}"
