"""How a car goes on that nobody sees and no wheel counts: from its last speed back to its usual one.

A car that was lost in a hairpin does not stay as slow, one that was lost on a straight has to brake for the next bend.
What it was about to do lasts a second or two, the speed of the moment some seconds, and then all that is left is how
fast it goes on this road. m/s, seconds, metres. Knows nothing of fixes and gaps.
"""

from math import exp
from typing import Final

from msgspec import Struct

from codriver.core.digits import micro
from codriver.units import Metres, MetresPerSecond, Seconds

# A speed goes back to the usual one within this time, what changes it fades within that: on four courses a way of 5 to
# 40 s is foretold best with 4 to 10 s and 1 to 2. A bend each 100 m says the same.
REVERTS: Final[Seconds] = 6.0
FADES: Final[Seconds] = 1.5
# The usual speed is that of so many seconds in motion; before half a minute is known, it is rather the speed of now.
REMEMBERED: Final[Seconds] = 160.0
KNOWN: Final[Seconds] = 60.0
# Nobody goes much faster than he has done of late: who crawls over rocks goes on crawling.
LATELY: Final[Seconds] = 6.0
RISES: Final = 1.5
# Who is slower than this comes to a stand or sets off; nobody knows which, and he is not taken to be under way again.
HALTS: Final[MetresPerSecond] = 1.0
# A change of speed is what it was in the last half second or so.
SMOOTHED: Final[Seconds] = 0.5
# What this change does to the speed at most, for each m/s² of it: after 2.8 s.
_OVERLAP: Final = 1.0 / (1.0 / FADES - 1.0 / REVERTS)
_MOST: Final[Seconds] = 0.945

# One sigma of a way so foretold: at first as the square of the time (the simulated car strays 15 to 17 m in 5 s), then
# a share of the usual way that grows to a half, which is that of a car that may have stopped (20 to 22 % in 10 s, 23
# to 26 in 20, 28 to 33 in 40).
SPREADS: Final = 0.65
SHARE: Final = 0.2
SHARE_GROWS: Final = 0.003
SHARE_MOST: Final = 0.5
SLOWEST: Final[MetresPerSecond] = 8.0
UNKNOWN: Final[MetresPerSecond] = 20.0  # how fast a car may usually go that nobody has seen going


class Flow(Struct, frozen=True, omit_defaults=True):
    """The `usual` speed in motion, over how many seconds it is `known`, that of `late`, and how it `changes`, m/s²."""

    usual: MetresPerSecond = 0.0
    known: Seconds = 0.0
    changes: float = 0.0
    late: MetresPerSecond = 0.0


def flowed(flow: Flow, before: MetresPerSecond, now: MetresPerSecond, dt: Seconds) -> Flow:
    """A step in motion, from the one speed to the other."""
    known = min(flow.known + dt, REMEMBERED)
    mean = (before + now) / 2.0
    usual = flow.usual + (mean - flow.usual) * min(dt / known, 1.0)
    late = flow.late + (mean - flow.late) * min(dt / min(known, LATELY), 1.0)
    changes = flow.changes + ((now - before) / dt - flow.changes) * dt / (dt + SMOOTHED)
    return Flow(micro(usual), micro(known), micro(changes), micro(late))


def even(flow: Flow) -> Flow:
    """The same for a car whose change of speed is not known: it stood, or nobody saw it."""
    return Flow(flow.usual, flow.known, 0.0, flow.late) if flow.changes else flow


def ahead(flow: Flow, speed: MetresPerSecond, dt: Seconds) -> Metres:
    """The way of a car within `dt` that had this speed in motion."""
    usual = _usual(flow, speed)
    back, faded = REVERTS * (1.0 - exp(-dt / REVERTS)), FADES * (1.0 - exp(-dt / FADES))
    return usual * dt + (speed - usual) * back + _changes(flow, speed, usual) * _OVERLAP * (back - faded)


def speed_after(flow: Flow, speed: MetresPerSecond, dt: Seconds) -> MetresPerSecond:
    """The speed with which that way grows at its end; never below zero."""
    usual = _usual(flow, speed)
    back, faded = exp(-dt / REVERTS), exp(-dt / FADES)
    return max(usual + (speed - usual) * back + _changes(flow, speed, usual) * _OVERLAP * (back - faded), 0.0)


def stray(flow: Flow, speed: MetresPerSecond, dt: Seconds) -> Metres:
    """One sigma of a way foretold so, or of one that a car that stood has gone."""
    usual = flow.usual if flow.known >= KNOWN else UNKNOWN
    return min(SPREADS * dt * dt, max(usual, speed, SLOWEST) * dt * min(SHARE + SHARE_GROWS * dt, SHARE_MOST))


def _usual(flow: Flow, speed: MetresPerSecond) -> MetresPerSecond:
    if speed < HALTS:
        return speed
    usual = min(flow.usual, RISES * max(flow.late, speed))
    return speed + (usual - speed) * min(flow.known / KNOWN, 1.0)


def _changes(flow: Flow, speed: MetresPerSecond, usual: MetresPerSecond) -> float:
    """Braking ends where the car stands."""
    return max(flow.changes, -min(speed, usual) / _MOST)
