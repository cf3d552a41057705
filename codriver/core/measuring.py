"""The measured mile in the cockpit: a form for its length, a press at each post, an offer, and the undoing of it.

What is taken multiplies the configured factors at once, and is saved for the vehicle's next drives. A result that
cannot be true is told in a sentence and changes nothing. Metres and seconds.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from codriver.config import Wheel
from codriver.core import factors, learnt, mile, odometer, trip
from codriver.core.answers import Answer
from codriver.core.form import Field, Form, value
from codriver.core.mile import Factors, Found, Kept, Mile, Post
from codriver.core.offer import SEEN, Offer
from codriver.core.outs import Alert, Out
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.units import KILOMETRE, MILE, MINUTE, Metres, Seconds

# The name of the form, of what it offers, and of the row in `trip_change`.
MEASURED: Final = "mile"
CHANGE: Final = "wheel factor"
SHORTEST: Final[Metres] = 200.0
FURTHEST: Final[Metres] = 50_000.0
STANDS: Final[Seconds] = 2 * MINUTE
NONE_OPEN: Final = "no measured mile is open"
UNFITTED: Final = "no probe is configured: the mile tells you what to write into vehicle.wheel"


def form(plan: Plan, state: State) -> Form | str:
    """The form for the known length; in words why nothing can be measured."""
    if not plan.settings.allow.wheel:
        return "no measured mile: this profile forbids the wheel"
    if state.pod.heard is None:
        return "no measured mile: no pod is heard, and it counts the wheel"
    statute = plan.settings.units == "statute"
    step = 0.01 * MILE if statute else 10.0
    length = Field("length", "metres", MILE if statute else KILOMETRE, step=step, least=SHORTEST, most=FURTHEST)
    return Form(MEASURED, "Measured mile", (length,))


def begin(plan: Plan, state: State, filled: Form, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """The length is known: wait for the press at the first post."""
    metres = value(filled, "length")
    opened = mile.opened(state.mile, state.now, metres)
    told = () if mile.fitted(plan.settings.vehicle.wheel) else (Alert(MEASURED, UNFITTED),)
    return replace(state, mile=opened), told, f"measured mile of {metres:g} m: MARK at its beginning"


def post(plan: Plan, state: State, t: Seconds, odo: Metres, _by: str) -> Answer:
    """The car is at a post: the first one begins the mile, the second one ends it."""
    if not mile.running(state.mile, t):
        return state, (), NONE_OPEN
    here = _post(plan, state, t, odo)
    start, metres = state.mile.start, state.mile.metres
    if start is None or metres is None:
        return replace(state, mile=mile.begun(state.mile, here)), (), "the mile begins: MARK at its end"
    configured = plan.settings.vehicle.wheel
    driven = max(here.odo - start.odo, _metres(state, configured, start, here))
    known = mile.fitted(configured) or (start.gps and here.gps)
    if known and driven < (1.0 - mile.ABSURD) * metres:
        words = f"only {driven:.0f} of {metres:.0f} m: MARK at the end, or hold it to leave"
        return state, (Alert(MEASURED, words),), words
    return _ended(plan, state, metres, start, here)


def leave(_: Plan, state: State, t: Seconds, _odo: Metres, _by: str) -> Answer:
    """Leave the mile; nothing is changed."""
    words = "left: the measured mile" if mile.running(state.mile, t) else NONE_OPEN
    return replace(state, mile=mile.left(state.mile)), (), words


def due(state: State) -> Seconds | None:
    """When a mile that is open lapses; None where none is."""
    return mile.due(state.mile)


def tick(_: Plan, state: State, t: Seconds) -> Stepped:
    """A mile that nobody begins or ends is left, and who comes to the post has to know: MARK is none any more."""
    at = due(state)
    if at is None or at > t:
        return state, ()
    words = "not begun in time" if state.mile.start is None else "not ended in time"
    return replace(state, mile=mile.left(state.mile)), (Alert(MEASURED, f"left: the measured mile was {words}"),)


def interrupted(state: State, why: str = "the pod was without power") -> Stepped:
    """The pod began anew, and pulses are lost, or `why` else: a mile that was begun is none any more."""
    if state.mile.start is None:
        return state, ()
    return replace(state, mile=mile.left(state.mile)), (Alert(MEASURED, f"{why}: measure the mile again"),)


def geared(before: State, state: State) -> Stepped:
    """The wheel counts up in reverse gear, too: a mile that was begun has some of its way twice."""
    if before.reversing.gear.back or not state.reversing.gear.back:
        return state, ()
    return interrupted(state, "the car reversed")


def broken_off(state: State) -> tuple[Out, ...]:
    """The unit was off, and nobody counted: who was at a mile hears that there is none any more."""
    if not mile.running(state.mile, state.now):
        return ()
    return (Alert(MEASURED, "the unit was off: measure the mile again"),)


def take(plan: Plan, state: State, _offer: Offer, t: Seconds, _odo: Metres, by: str) -> Answer:
    """The crew takes what was found: the probes count by it from here on. Figures to be written down are only read."""
    found = state.mile.found
    if found is None:
        return state, (), "read: nothing was changed"
    configured, before = plan.settings.vehicle.wheel, factors.factors(state)
    now = Factors(
        _scale(found.probe1, configured.probe1_m_per_pulse, before.probe1 * before.scale),
        _scale(found.probe2, configured.probe2_m_per_pulse, before.probe2 * before.scale),
        1.0,
        found.sigma,
    )
    was, is_ = factors.mean(before, configured), factors.mean(now, configured)
    changed, rows = trip.noted(state.trip, t, "wheel", CHANGE, was, is_, by)
    kept = (*state.mile.kept, Kept(changed.count, before))[-mile.UNDOS :]
    state, saves = factors.kept(plan, replace(factors.reckoned(state, now), trip=changed, mile=Mile(kept=kept)))
    return state, rows + saves, f"{CHANGE} {mile.percent(is_ / was)}"


def undone(plan: Plan, state: State, change: int) -> Answer:
    """The trip's change of this id was taken back: where it was a mile's, the factors before it hold again."""
    kept = [each for each in state.mile.kept if each.change == change]
    if not kept:
        return state, (), f"undo {CHANGE}: what held before it is not known any more"
    others = tuple(each for each in state.mile.kept if each.change != change)
    state = replace(factors.reckoned(state, kept[0].before), mile=replace(state.mile, kept=others))
    state, saves = factors.kept(plan, state)
    return state, saves, f"undo {CHANGE}"


def _ended(plan: Plan, state: State, metres: Metres, start: Post, end: Post) -> Answer:
    found = mile.measured(metres, start, end)
    if not mile.fitted(plan.settings.vehicle.wheel):
        return _read_off(state, metres, start, end, found)
    believed = mile.believed(found, plan.settings.vehicle.wheel)
    doubts = tuple(_doubts(plan, found, believed))
    if believed.probe1 is None and believed.probe2 is None:
        return _refused(state, "; ".join(doubts))
    said = "; ".join([_told(believed, plan.settings.vehicle.wheel), *_by_gps(metres, start, end), *doubts])
    return _offered(replace(state, mile=Mile(found=believed, kept=state.mile.kept)), f"mile: {said}")


def _read_off(state: State, metres: Metres, start: Post, end: Post, found: Found) -> Answer:
    """No probe is configured, and this is what such a crew wants to know: to be written down, and not to be taken."""
    both = [
        f"probe {number} {each:.5g} m a pulse ({KILOMETRE / each:.0f} a km)"
        for number, each in ((1, found.probe1), (2, found.probe2))
        if each is not None
    ]
    if not both:
        return _refused(state, "neither probe gave a pulse")
    said = "; ".join([f"{', '.join(both)} ±{found.sigma * 100:.1f} %", *_by_gps(metres, start, end)])
    return _offered(replace(state, mile=mile.left(state.mile)), f"mile, for vehicle.wheel: {said}")


def _refused(state: State, words: str) -> Answer:
    return replace(state, mile=mile.left(state.mile)), (Alert(MEASURED, words),), f"mile refused: {words}"


def _offered(state: State, said: str) -> Answer:
    return replace(state, offer=Offer(MEASURED, said, state.now + STANDS, seen=state.now + SEEN)), (), said


def _doubts(plan: Plan, found: Found, believed: Found) -> Iterator[str]:
    """A sentence for each fitted probe that gave nothing that can be believed."""
    configured = plan.settings.vehicle.wheel
    for number, metres, kept, set_ in (
        (1, found.probe1, believed.probe1, configured.probe1_m_per_pulse),
        (2, found.probe2, believed.probe2, configured.probe2_m_per_pulse),
    ):
        if set_ <= 0.0:
            continue
        if metres is None:
            yield f"probe {number} gave no pulse"
        elif kept is None:
            yield f"probe {number} makes {metres:.4f} m a pulse, {set_:g} is configured: too far off"


def _told(found: Found, configured: Wheel) -> str:
    both = [
        f"{mile.percent(metres / set_)} ({KILOMETRE / metres:.0f} a km)"
        for metres, set_ in (
            (found.probe1, configured.probe1_m_per_pulse),
            (found.probe2, configured.probe2_m_per_pulse),
        )
        if metres is not None
    ]
    return f"{', '.join(both)} ±{found.sigma * 100:.1f} %"


def _by_gps(metres: Metres, start: Post, end: Post) -> Iterator[str]:
    """What GPS made of the mile, where it spoke at both posts."""
    if start.gps and end.gps:
        driven = end.odo - start.odo
        yield f"GPS {driven:.0f} m{': the right post?' if mile.doubted(metres, driven) else ''}"


def _post(plan: Plan, state: State, t: Seconds, odo: Metres) -> Post:
    pulses1, pulses2 = mile.at(state.mile.counts, t)
    gps = plan.settings.allow.gps and state.odo.source == odometer.GPS
    return Post(t, odo, round(pulses1, 2), round(pulses2, 2), round(odometer.pace(state.odo, state.now), 2), gps)


def _metres(state: State, configured: Wheel, start: Post, end: Post) -> Metres:
    """What the wheel, as it is reckoned now, makes of the way between two posts: by the probe that counts more."""
    now = factors.factors(state)
    way1 = (end.pulses1 - start.pulses1) * configured.probe1_m_per_pulse * now.probe1
    way2 = (end.pulses2 - start.pulses2) * configured.probe2_m_per_pulse * now.probe2
    return max(way1, way2) * now.scale


def _scale(found: Metres | None, configured: Metres, before: float) -> float:
    """A probe that was not measured counts as it did."""
    return round(before if found is None else found / configured, learnt.DIGITS)
