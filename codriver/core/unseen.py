"""Metres that were driven while nobody looked: this computer was down, and the pod or the next fix tells of them.

They count, by the least that they can be, and the crew may undo them. Metres and seconds.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import book, odometer, trip
from codriver.core.outs import Alert
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.decode.nmea import Fix
from codriver.roadbook.geodesy import chord
from codriver.units import KILOMETRE, Metres, Seconds

# After a power cut: nearer is a receiver's wander, further is no drive.
WANDER: Final[Metres] = 30.0
TOWED: Final[Metres] = 5000.0


def seen_again(plan: Plan, state: State, fix: Fix) -> Stepped:
    """The first fix after a power cut that no pod counted through: the straight line is the least that was driven.

    Nearer than a receiver wanders it is nothing; further than a drive through a power cut it is a tow, and only told.
    """
    left, state = state.left, replace(state, left=None) if state.left is not None else state
    if left is None or state.pod.boot is not None:
        return state, ()
    metres = round(chord(left.lat, left.lon, fix.lat, fix.lon), 1)
    if metres < WANDER:
        return state, ()
    if metres > TOWED:
        return state, (Alert("moved", f"{metres / KILOMETRE:.1f} km from where the power was cut; not counted"),)
    state, outs = _added(plan, state, fix.t, metres, "moved while down", "gps")
    return state, (
        *outs,
        Alert("moved", f"+{metres:.0f} m in a straight line while the power was cut; BACK+MINUS undoes"),
    )


def caught_up(plan: Plan, state: State, t: Seconds, metres: Metres) -> Stepped:
    """Metres made while this computer was down are real, by the pod's count; the crew may undo them."""
    return _added(plan, state, t, metres, "wheel while down", "pod") if metres > 0.0 else (state, ())


def _added(plan: Plan, state: State, t: Seconds, metres: Metres, what: str, by: str) -> Stepped:
    odo = odometer.added(state.odo, metres)
    here = odometer.distance(odo)
    changed, outs = trip.unseen(state.trip, t, here, metres, what, by)
    ahead = book.seek(plan.book, trip.total(changed, here), state.pointer)
    return replace(state, odo=odo, trip=changed, pointer=max(state.pointer, ahead)), outs
