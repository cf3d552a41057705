"""Which way the trip counts in reverse gear: proposed, or turned unasked, from where the gear was changed on.

A wheel probe knows no sign, so a trip counts up whichever way the car goes. Where `reversing` tells a change of gear,
the crew is offered the other way of counting, and one press counts it from there; when the car goes forwards again the
trip does so by itself. A crew that counts backwards by its own press drives back after an error: in reverse gear it
then goes along the book, and the other way is forwards. Over the crew's own count nothing is turned unasked, and its
PLUS+MINUS ends whatever was done here. Metres, seconds; pure.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import calls, found, odometer, offer, reversing, trip, whereabouts
from codriver.core.answers import Answer
from codriver.core.offer import SEEN, Offer
from codriver.core.outs import Alert, Out
from codriver.core.plan import Plan
from codriver.core.reversing import FAR
from codriver.core.state import State, Stepped
from codriver.units import KILOMETRE, MILE, Metres, Seconds

KIND: Final = "reversing"
# Who turns the count, in the rows of `trip_change`, where nobody pressed.
BY: Final = "reversing"
STANDS_FOR: Final[Seconds] = 60.0
# A crew that turns the count so near to a change of gear, before or after, has meant it.
MEANT: Final[Metres] = 10.0
# A figure on a banner that changes with every frame cannot be read.
FIVES: Final[Metres] = 5.0


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
            return _backed(plan, _withdrawn(state))
        case "forth":
            return _forth(plan, _withdrawn(state))
        case "missed":
            return _missed(_withdrawn(state))
        case "":
            return _asked(plan, state) if now.asks else (state, ())


def changed(state: State) -> State:
    """After every signal: where somebody else has changed the trip, nothing before that is counted another way.

    Who has turned the count has the last word on it.
    """
    now, basis = state.reversing, state.trip.basis
    if now.count == state.trip.count:
        return state
    odo = round(odometer.distance(state.odo), 3)
    now = replace(now, count=state.trip.count, at=odo)
    if now.backwards == basis.backwards:
        return replace(state, reversing=now)
    theirs = replace(now, backwards=basis.backwards, turned=odo, ours=False, asks=False)
    return _withdrawn(replace(state, reversing=theirs))


def accept(plan: Plan, state: State, _: Offer, t: Seconds, odo: Metres, by: str) -> Answer:
    """The crew takes what is proposed: the count is turned where the gear was changed."""
    state, outs = _turned(plan, state, t, odo, by)
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
    return _told(plan, *_turned(plan, state, state.now, odometer.distance(state.odo), BY))


def _forth(plan: Plan, state: State) -> Stepped:
    """Forwards again: what was turned for reverse gear is turned back. A crew that did so itself is asked."""
    now = state.reversing
    if now.ours:
        return _told(plan, *_turned(plan, state, state.now, odometer.distance(state.odo), BY))
    meant = now.turned is not None and now.gear.since - now.turned <= FAR + MEANT
    return _asked(plan, replace(state, reversing=replace(now, asks=meant and state.trip.basis.backwards)))


def _missed(state: State) -> Stepped:
    """No car goes like this in reverse gear: a change of gear was not seen, and nobody knows where it was."""
    now = state.reversing
    state = replace(state, reversing=replace(now, ours=False, asks=False, turned=None))
    if not now.ours:
        return state, ()
    words = f"not in reverse gear any more: STILL COUNTING {_way(state).upper()}"
    if state.trip.basis.backwards:
        text, until = "not in reverse gear any more", state.now + STANDS_FOR
        state = found.propose(state, Offer(found.FORWARDS, text, until, seen=state.now + SEEN))
    return state, (Alert(KIND, words),)


def _asked(plan: Plan, state: State) -> Stepped:
    """The offer, once no other one stands, while it still holds."""
    now, odo = state.reversing, odometer.distance(state.odo)
    if not now.asks or offer.standing(state.offer, state.now) is not None:
        return state, ()
    state = replace(state, reversing=replace(now, asks=False))
    if odo - now.gear.since > FAR:
        return state, ()
    text = f"{offered(plan, state, odo)}: count it {other(state)}"
    return replace(state, offer=Offer(KIND, text, state.now + STANDS_FOR, seen=state.now + SEEN)), ()


def _turned(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Stepped:
    """Count the other way since the change of gear, or since the last change of the trip, which stays as it is."""
    now = state.reversing
    since = min(max(now.gear.since, now.at), odo)
    new, outs = trip.turned_since(state.trip, t, odo, since, by)
    begins = now.gear.back and new.basis.backwards  # in reverse gear nobody is on his way back to a box
    state = whereabouts.changed(plan, replace(state, junction=None if begins else state.junction), new)
    now = replace(now, ours=now.gear.back, asks=False, count=new.count, backwards=new.basis.backwards)
    return replace(state, reversing=now), outs


def _told(plan: Plan, state: State, outs: tuple[Out, ...]) -> Stepped:
    """What was done unasked is heard and read."""
    words = f"{offered(plan, state, odometer.distance(state.odo))}: counting {_way(state)}"
    return replace(state, calls=calls.toned(state.calls, plan, _way(state))), (*outs, Alert(KIND, words))


def _withdrawn(state: State) -> State:
    """What was offered for the gear before holds no more."""
    return replace(state, offer=None) if state.offer is not None and state.offer.kind == KIND else state


def _gear(state: State) -> str:
    return "reversing" if state.reversing.gear.back else "forwards again"


def _way(state: State) -> str:
    return "backwards" if state.trip.basis.backwards else "forwards"


def _since(plan: Plan, state: State, odo: Metres) -> str:
    """The way since the change of gear, in the crew's units."""
    metres = max(odo - state.reversing.gear.since, 0.0)
    if plan.settings.units == "statute":
        return f"{metres / MILE:.2f} mi"
    return f"{round(metres / FIVES) * FIVES:.0f} m" if metres < KILOMETRE else f"{metres / KILOMETRE:.1f} km"
