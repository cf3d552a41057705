"""How the wheel is reckoned: what its configured factors are multiplied with, from where, and when that is kept.

Each probe has its own part, by a measured mile; the rest is one scale, learnt against GPS. A save is a write to the
card, so it comes every few kilometres at most: when the scale is clearly surer or has moved, or the car stands.
"""

from typing import Final

from msgspec.structs import replace

from codriver.config import Wheel
from codriver.core import learnt, odometer, wheel
from codriver.core.learnt import LearntError, Saved
from codriver.core.mile import Factors, Mile
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.units import Metres

EVERY: Final[Metres] = 2000.0
# A scale that is less sure than this is not worth beginning with.
WORTH: Final = 0.005
SURER: Final = 0.8


def factors(state: State) -> Factors:
    """How the wheel is reckoned now."""
    scale, sigma, _ = odometer.wheel_scale(state.odo)
    return Factors(state.probes.scale1, state.probes.scale2, scale, sigma)


def reckoned(state: State, now: Factors) -> State:
    """The wheel is reckoned so from here on; what was driven stays."""
    probes = wheel.scaled(state.probes, now.probe1, now.probe2)
    return replace(state, probes=probes, odo=odometer.taught(state.odo, now.scale, now.sigma))


def metres(state: State, configured: Wheel) -> tuple[Metres, Metres]:
    """Metres a pulse of both probes, as they are reckoned now."""
    now = factors(state)
    first, second = learnt.factors(learnt.Wheel(now.scale, now.sigma, now.probe1, now.probe2), configured)
    return round(first, learnt.DIGITS), round(second, learnt.DIGITS)


def mean(now: Factors, configured: Wheel) -> float:
    """The whole scale, over the probes that are fitted: metres of the car for each of the configured wheel."""
    fitted = ((configured.probe1_m_per_pulse, now.probe1), (configured.probe2_m_per_pulse, now.probe2))
    parts = [part for metres, part in fitted if metres > 0.0] or [1.0]
    return now.scale * sum(parts) / len(parts)


def known(state: State, configured: Wheel) -> float | None:
    """The whole scale, learnt over configured; None where nothing has been learnt of it."""
    untaught = Factors(1.0, 1.0, *odometer.wheel_scale(odometer.begun())[:2])
    return None if factors(state) == untaught else mean(factors(state), configured)


def begun(old: Plan | None, new: Plan, state: State) -> State:
    """How the wheel is reckoned at a Start: as this run already knows, else as the plan has learnt.

    The plan knows better where somebody else has kept something since, as a calibration does. Other factors in the
    configuration, or some set by hand for this drive, let what was known count for nothing.
    """
    taught = new.learnt.wheel
    if old is None:
        return state if taught is None else _learnt(state, taught)
    by_hand = "wheel" in new.learnt.given and "wheel" not in old.learnt.given
    if not by_hand and old.settings.vehicle == new.settings.vehicle:
        news = taught not in {None, old.learnt.wheel, _saved(state)}
        return _learnt(state, taught) if taught is not None and news else state
    state = replace(state, mile=Mile(), saved=Saved())
    if taught is not None:
        return _learnt(state, taught)
    return reckoned(state, Factors(1.0, 1.0, *odometer.wheel_scale(odometer.begun())[:2]))


def drove(plan: Plan, state: State) -> Stepped:
    """The car has gone on or stands: keep what was learnt on the way, if it is worth it."""
    here = odometer.distance(state.odo)
    if not plan.settings.vehicle.name or here - state.saved.at < EVERY:
        return state, ()
    scale, sigma, seen = odometer.wheel_scale(state.odo)
    before = state.saved
    if seen <= 0.0 or sigma > WORTH:
        return state, ()
    news = sigma < SURER * before.sigma or abs(scale - before.scale) > sigma
    stands = odometer.speed(state.odo) == 0.0 and scale != before.scale
    return kept(plan, state) if news or stands else (state, ())


def kept(plan: Plan, state: State) -> Stepped:
    """Keep how the wheel is reckoned now, for the vehicle's next drive; nothing where the car has no name."""
    if not plan.settings.vehicle.name:
        return state, ()
    now = factors(state)
    state = replace(state, saved=Saved(now.scale, now.sigma, round(odometer.distance(state.odo), 1)))
    try:
        return state, (learnt.save(learnt.Wheel(now.scale, now.sigma, now.probe1, now.probe2)),)
    except LearntError:  # so far off that nobody should begin with it
        return state, ()


def _saved(state: State) -> learnt.Wheel:
    """What this run itself has kept last."""
    return learnt.Wheel(state.saved.scale, state.saved.sigma, state.probes.scale1, state.probes.scale2)


def _learnt(state: State, taught: learnt.Wheel) -> State:
    at = round(odometer.distance(state.odo), 1)
    state = replace(state, saved=Saved(taught.scale, taught.sigma, at))
    return reckoned(state, Factors(taught.probe1, taught.probe2, taught.scale, taught.sigma))
