"""What a drive teaches of the book: its fixes, and the changes of the trip, which are a crew's words for where it is.

What is pressed at landmarks is one: a sync, a total entered, steps that bring the total to a box, the partial zeroed
there. NEXT is none: it is pressed to look ahead as often as at the box. A crew sees where it is, so the total that it
sets holds, however it surprises. Metres, seconds; pure.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import agreement, book, found, odometer, reckoning, trip, whereabouts
from codriver.core.agreement import Agreement, Nudged
from codriver.core.landmarks import cell
from codriver.core.outs import Out, TripChanged
from codriver.core.passing import Fixed
from codriver.core.plan import Plan
from codriver.core.reckoning import GATE, Driven, Sighting
from codriver.core.state import State
from codriver.units import Metres, Seconds

# Who agrees the trip with the book, in the rows of `trip_change`.
BY: Final = "agreement"
# A press at a landmark: how well one sees it, and how late one presses.
SIGHT: Final[Metres] = 15.0
REACTION: Final[Seconds] = 0.4
# Steps of PLUS and MINUS are understood when the car has gone on so far; the box they are for lies so far back at most.
STEPPED: Final[Metres] = 60.0
BEHIND: Final[Seconds] = 10.0
# The straight line over a power cut is so much shorter than the road, at most; a wheel's count is so far off.
UNSEEN: Final = {"gps": 0.3, "pod": 0.02}


def driven(plan: Plan, before: State, state: State) -> Agreement:
    """What the car has recognised on its way from `before`."""
    learner = state.agreement
    if learner.reckoning is None:
        learner = _begun(plan, before, state.trip.count)
    if learner.changes != state.trip.count:
        return learner  # a change of this very step comes first
    if before.reversing.gear.back or state.reversing.gear.back:
        return _reversed(before, state, learner)
    learner = _recognised(plan, before, state, learner)
    if learner.nudged is not None and odometer.distance(state.odo) - learner.nudged.odo > STEPPED:
        return _stepped(plan, state, learner, learner.nudged)
    return learner


def changed(plan: Plan, before: State, state: State, outs: tuple[Out, ...]) -> Agreement:
    """What the changes of the trip on the way from `before` have taught."""
    learner = state.agreement
    if learner.reckoning is None:
        learner = _begun(plan, before, before.trip.count)
    for out in outs:
        if isinstance(out, TripChanged) and out.by != BY:
            learner = _understood(plan, state, learner, out)
    return replace(_directed(plan, state, learner), changes=state.trip.count)


def _begun(plan: Plan, before: State, changes: int) -> Agreement:
    total = trip.total(before.trip, odometer.distance(before.odo))
    return agreement.begun(plan, total, _odometer(plan, before), changes)


def _odometer(plan: Plan, state: State) -> Driven:
    """The odometer. Where the wheel is all there is, its bias is what the scale is there for."""
    bias = state.odo.bias if plan.settings.allow.gps else 0.0
    return Driven(odometer.distance(state.odo), state.odo.noise, bias)


def _recognised(plan: Plan, before: State, state: State, learner: Agreement) -> Agreement:
    """What the fixes show."""
    was, now = before.odo.last, state.odo.last
    if was is None or now is None or now is was or was.lat is None or was.lon is None:
        return learner
    if now.lat is None or now.lon is None:
        return learner
    leg, marks = plan.landmarks.leg(state.pointer), plan.landmarks
    if not learner.near and leg not in marks.corners and cell(now.lat, now.lon) not in marks.cells:
        return learner
    course = now.course if now.speed > found.HEADED else None
    here = Fixed(now.lat, now.lon, state.odo.settled)
    learner, sightings = agreement.seen(learner, plan, leg, Fixed(was.lat, was.lon, before.odo.settled), here, course)
    for sighting in sightings:
        learner = agreement.believe(learner, sighting, _odometer(plan, state))
    return learner


def _reversed(before: State, state: State, learner: Agreement) -> Agreement:
    """In reverse gear nothing is recognised: the courses are the wrong way round, and the metres are driven twice.

    Where the trip has not counted them back, nobody knows what they come to.
    """
    if learner.near or learner.headings or learner.corners:
        learner = agreement.restarted(learner)
    was, now = before.reversing, state.reversing
    if now.gear.back or was.ours or learner.reckoning is None:
        return learner
    end = now.gear.since if now.gear.since > was.gear.since else odometer.distance(state.odo)
    twice = 2.0 * (end - was.gear.since)
    known = replace(learner.reckoning, place_var=learner.reckoning.place_var + twice * twice)
    return replace(learner, reckoning=known)


def _understood(plan: Plan, state: State, learner: Agreement, row: TripChanged) -> Agreement:
    """What one change of the trip means."""
    assert learner.reckoning is not None
    if row.by in UNSEEN or row.by == "book":
        return _moved(learner, row)
    taken_back, jump, odo = row.undoes is not None, row.after_m - row.before_m, odometer.at(state.odo, row.t)
    match row.kind:
        case "scale":
            known = agreement.untaught(plan, row.after_m) if taken_back else (row.after_m, agreement.prior(plan))
            return _scaled(learner, *known)
        case "wheel" if plan.settings.allow.gps:
            return learner
        case "wheel":
            return refitted(plan, learner)
        case "partial":
            zeroed = row.after_m == 0.0 and not taken_back
            return _zeroed(plan, state, learner, state.trip.basis.partial_at) if zeroed else learner
        case "turn" if not taken_back:
            return _counted(learner, jump)
        case "agree":
            return replace(learner, refused=True, fresh=0, lessons=0, offered=odometer.distance(state.odo))
        case "step":
            earlier = learner.nudged.metres if learner.nudged is not None else 0.0
            return replace(learner, nudged=Nudged(round(earlier + jump, 4), round(odo, 3)), fresh=0)
    if taken_back:
        here = Sighting(odo, trip.total(state.trip, odo), whereabouts.doubt(state, odo))
        return agreement.placed(learner, here, _odometer(plan, state))
    basis = state.trip.basis
    return agreement.told(learner, Sighting(basis.total_at, basis.total, _sight(state)), _odometer(plan, state))


def _moved(learner: Agreement, row: TripChanged) -> Agreement:
    """The book has set its own count, or metres are added that nobody saw."""
    assert learner.reckoning is not None
    now, jump = learner.reckoning, row.after_m - row.before_m
    if row.by == "book":
        return replace(agreement.restarted(learner), reckoning=replace(now, place=now.place + jump), doubted=None)
    doubt = now.place_var + (UNSEEN[row.by] * jump) ** 2
    return replace(agreement.restarted(learner), reckoning=replace(now, place_var=doubt))


def _counted(learner: Agreement, jump: Metres) -> Agreement:
    """The count was turned, from where the car changed its gear on: the book is followed the other way since then."""
    assert learner.reckoning is not None
    now = learner.reckoning
    return replace(learner, reckoning=replace(now, place=now.place + jump)) if jump else learner


def refitted(plan: Plan, learner: Agreement) -> Agreement:
    """The wheel that makes the car's metres is reckoned otherwise: the book's scale is to be learnt anew."""
    assert learner.reckoning is not None
    return _scaled(learner, learner.reckoning.scale, agreement.prior(plan))


def _scaled(learner: Agreement, scale: float, sigma: float) -> Agreement:
    """The crew has another scale, or another wheel: what was learnt of it counts for nothing."""
    assert learner.reckoning is not None
    known = replace(learner.reckoning, scale=scale, scale_var=sigma**2, both_var=0.0)
    return replace(learner, reckoning=known, lessons=0)


def _sight(state: State) -> Metres:
    return SIGHT + REACTION * odometer.pace(state.odo, state.now)


def _zeroed(plan: Plan, state: State, learner: Agreement, odo: Metres) -> Agreement:
    """The partial was zeroed: at a box, if one is where it is expected and no other is near."""
    assert learner.reckoning is not None
    here = reckoning.place(learner.reckoning, odo)
    index = book.nearest(plan.book, here, state.pointer)
    if index is None or state.trip.basis.backwards:
        return learner
    total = plan.book.notes[index].total
    at = Sighting(odo, total, _sight(state))
    alone = abs(total - here) <= book.half_gap(plan.book, index) / 2.0
    if not alone or not reckoning.expected(learner.reckoning, at):
        return learner
    return agreement.believe(learner, at, _odometer(plan, state))


def _stepped(plan: Plan, state: State, learner: Agreement, nudged: Nudged) -> Agreement:
    """Steps with a box just behind set the total to it; any others are metres that were driven too many, or too few."""
    assert learner.reckoning is not None
    total = trip.total(state.trip, nudged.odo)
    back = max(BEHIND * odometer.pace(state.odo, state.now), GATE * SIGHT)
    index = book.nearest(plan.book, total - back / 2.0, state.pointer)
    if index is not None and -back <= plan.book.notes[index].total - total <= GATE * SIGHT:
        at = Sighting(nudged.odo, total, _sight(state) + plan.settings.step_m / 2.0)
        return agreement.told(learner, at, _odometer(plan, state))
    now = learner.reckoning
    moved = replace(now, place=now.place + nudged.metres, place_var=now.place_var + nudged.metres**2)
    return replace(learner, reckoning=moved, nudged=None)


def _directed(plan: Plan, state: State, learner: Agreement) -> Agreement:
    """Where the crew counts the other way, so the book is followed."""
    assert learner.reckoning is not None
    if learner.reckoning.backwards == state.trip.basis.backwards:
        return learner
    now = reckoning.carried(learner.reckoning, _odometer(plan, state))
    return replace(agreement.restarted(learner), reckoning=replace(now, backwards=state.trip.basis.backwards))
