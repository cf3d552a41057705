"""What speaks for the wheel: whether one that reports no pulses stands, or is dead.

The odometer carries the distance by the wheel while GPS is away, so it must not believe a probe that has come off.
Metres, seconds, m/s. Knows nothing of probes and counters.
"""

from math import exp
from typing import Final

from msgspec import Struct

from codriver.units import Metres, MetresPerSecond, Seconds

# A wheel is alive that has turned, was heard lately, and has not stood still for so many metres of the car's.
DEAD_AFTER: Final[Seconds] = 3.0
UNTURNED: Final[Metres] = 5.0
# No car brakes or gains more (gps-data 6.2).
HARDEST: Final = 9.0  # m/s²
# One report holds two or three pulses at speed, so that the metres of one jump by a half: a pace is an average.
SMOOTH: Final[Seconds] = 0.4


class Roll(Struct, frozen=True):
    """What speaks for the wheel: when it was last `heard`, when it last `turned` and how fast.

    `idle` are the metres that the car has gone since, by GPS; `pace` is the speed of about half a second.
    """

    heard: Seconds
    turned: Seconds
    speed: MetresPerSecond
    idle: Metres = 0.0
    pace: MetresPerSecond = 0.0


def turned(roll: Roll | None, t: Seconds, metres: Metres) -> Roll | None:
    """What the wheel's next report adds to what is known of it; None until it has turned."""
    if roll is None:
        return Roll(t, t, 0.0) if metres > 0.0 else None
    if metres <= 0.0:
        return Roll(t, roll.turned, roll.speed, roll.idle, min(roll.pace, _slower(roll, t)))
    dt = t - roll.turned
    if dt <= 0.0:
        return Roll(t, t, roll.speed, pace=roll.pace)
    speed = metres / dt
    return Roll(t, t, speed, pace=roll.pace + (speed - roll.pace) * (1.0 - exp(-dt / SMOOTH)))


def _slower(roll: Roll, t: Seconds) -> MetresPerSecond:
    """No pulse is news as well: a wheel that was due to turn again has slowed down."""
    return roll.pace * exp(-max(t - roll.turned - SMOOTH, 0.0) / SMOOTH)


def lives(roll: Roll | None, t: Seconds) -> bool:
    """Whether a wheel that reports no pulses stands: no brakes stop a car short, and GPS says where it went on."""
    if roll is None or t - roll.heard > DEAD_AFTER:
        return False
    silent = min(roll.heard - roll.turned, roll.speed / HARDEST)
    least = roll.speed * silent - HARDEST / 2 * silent * silent
    return max(least, roll.idle) <= UNTURNED
