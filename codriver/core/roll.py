"""What speaks for the wheel: whether one that reports no pulses stands, or is dead, and which of its metres to believe.

The odometer carries the distance by the wheel while GPS is away, so it must not believe a probe that has come off, a
wheel that spins, or interference on its wire. No car gains speed like these do. Metres are the car's, by the learnt
scale; seconds, m/s. Knows nothing of probes and counters.
"""

from math import exp
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.digits import micro
from codriver.units import Metres, MetresPerSecond, Seconds

# A wheel is alive that has turned, was heard lately, and has not stood still for so many metres of the car's.
DEAD_AFTER: Final[Seconds] = 3.0
UNTURNED: Final[Metres] = 5.0
# No car brakes harder (gps-data 6.2). None gains more on tarmac; from a stand, on a loose surface, half of that.
HARDEST: Final = 9.0  # m/s²
GAINS: Final = 6.0  # m/s²
STARTS: Final = 3.0  # m/s²
STARTING: Final[MetresPerSecond] = 5.0
# One report holds two or three pulses at speed, so that the metres of one jump by a half: a pace is an average, and a
# car may be this much faster than it.
SMOOTH: Final[Seconds] = 0.4
AHEAD: Final[MetresPerSecond] = 0.5
AHEAD_SHARE: Final = 0.1
# Pulses may come early by so much; a wheel with one magnet has two metres from pulse to pulse.
EARLY: Final[Metres] = 0.6
EARLY_PULSES: Final = 1.5
# So much more than a car can have gone is a slip.
SLIPPED: Final[Metres] = 0.4
# Wheels dig for some seconds, and interference is shorter; what lasts longer was the car itself.
DIGS: Final[Seconds] = 5.0
DIGS_IN: Final[Seconds] = 12.0  # from a stand, try after try
# One that goes on gaining like that, instead of howling on one note, was the car that pulls away hard.
PULLS: Final = (2.0, 7.0)  # m/s²
SETTLES: Final[Seconds] = 0.8
# Brakes lock a wheel for some tenths of a second, and stop the car like this.
LOCKS: Final[Seconds] = 1.5
LOCKED: Final[Seconds] = 0.15
BRAKES: Final = 5.0  # m/s²
SLID: Final[Metres] = 1.0
STOOD: Final[Seconds] = 1.0
START: Final[Metres] = 6.0
# A car that starts goes further in its second half second than in its first; a wheel that digs does not.
HALF: Final[Seconds] = 0.5
BRISK: Final[Metres] = 1.2
EVENLY: Final = 1.25
# Beyond the car's own speed: the slip of soft sand (gps-data 3), and what the car gains while a fix is on its way;
# short of it, a wheel that brakes, and what the car loses.
SAND: Final = 1.25
BRAKED: Final = 0.8
ON_ITS_WAY: Final[MetresPerSecond] = 1.5


class Roll(Struct, frozen=True, omit_defaults=True):
    """What speaks for the wheel: when it was last `heard`, when it last `turned` and how fast, so far as is believed.

    `idle` are the metres that the car has gone since, by GPS; `pace` is the speed of about half a second as it is
    believed, `spun` as it is told, `can` the most that the car may do now. `early` is how much more than that would be
    believed at once, `pulse` the least it
    ever turned, `excess` what was not believed since the last fix, `spill` what was not since it `slips`, that is,
    turns faster than the car can go; since when that is, and from which `base`. `started`: metres since it stood,
    for a while after it `began`, and in the first `half` second.
    `locked`: it turns slower than the car goes.
    """

    heard: Seconds
    turned: Seconds
    speed: MetresPerSecond = 0.0
    idle: Metres = 0.0
    pace: MetresPerSecond = 0.0
    spun: MetresPerSecond = 0.0
    can: MetresPerSecond = AHEAD
    early: Metres = EARLY
    pulse: Metres = 0.0
    excess: Metres = 0.0
    spill: Metres = 0.0
    slips: Seconds | None = None
    base: MetresPerSecond = 0.0
    started: Metres = 0.0
    began: Seconds | None = None
    half: Metres = 0.0
    locked: bool = False


class Rolled(NamedTuple):
    """The wheel after a report, and the metres of it that are believed."""

    roll: Roll | None
    metres: Metres


def turned(roll: Roll | None, t: Seconds, metres: Metres, *, alone: bool = False) -> Rolled:
    """What the wheel's next report adds to what is known of it; None until it has turned.

    Where it is `alone`, with no GPS to judge it by, only what no car can do is held back.
    """
    if roll is None:
        return Rolled(Roll(t, t, pulse=metres), metres) if metres > 0.0 else Rolled(None, 0.0)
    if metres <= 0.0:
        spun = min(roll.spun, roll.spun * exp(-max(t - roll.turned - SMOOTH, 0.0) / SMOOTH))
        pace = _braked(roll, min(spun, roll.pace), t)
        can = max(pace, (1.0 + AHEAD_SHARE) * spun + AHEAD)
        return Rolled(replace(roll, heard=t, pace=micro(pace), spun=micro(spun), can=micro(min(roll.can, can))), 0.0)
    dt = t - roll.turned
    if dt <= 0.0 or roll.speed == 0.0 == roll.pace == roll.spun:  # its first time: nothing to compare with
        speed = metres / dt if dt > 0.0 else 0.0
        return Rolled(Roll(t, t, speed, pace=speed, spun=speed, can=speed + AHEAD, pulse=metres), metres)
    return _believed(roll, t, dt, metres, alone=alone)


def _believed(roll: Roll, t: Seconds, dt: Seconds, metres: Metres, *, alone: bool) -> Rolled:
    """As many of the metres as a car can have gone; what else it told is excess."""
    share = 1.0 - exp(-dt / SMOOTH)
    metres += _slid(roll, dt, metres)
    gain = GAINS if alone else _gain(roll)
    digging = roll.slips is not None and roll.can < STARTING and not alone
    can = 0.0 if digging else roll.can + gain * dt
    early = -metres if digging else roll.early + (roll.can + can) / 2.0 * dt - metres
    good = metres + min(early, 0.0)
    pulse = min(roll.pulse, metres) if roll.pulse > 0.0 else metres
    spun = roll.spun + (metres / dt - roll.spun) * share
    spill = roll.spill + metres - good
    began, half = (t, 0.0) if dt > STOOD else (roll.began, roll.half)
    started = min(good if dt > STOOD else roll.started + good, START)
    if began is not None and half == 0.0 and t - began >= HALF:
        half = started
    slips, base, digs, owed = roll.slips, roll.base, False, 0.0
    if began is not None and t - began >= 2.0 * HALF:
        digs = slips is None and not alone and half >= BRISK and started < (1.0 + EVENLY) * half
        began = None
    if slips is None and (digs or spill > SLIPPED + pulse):
        slips, base = t, spun
        if digs or (roll.can < STARTING and not alone):  # from a stand: then nothing of it was a start
            good, spill, can = good - started, spill + started, 0.0
    elif slips is not None and spun <= max(can, AHEAD):
        slips, spill = None, 0.0
    elif slips is not None and t - slips < SETTLES:
        base = spun
    elif slips is not None and (t - slips > (DIGS_IN if digging else DIGS) or _pulls(spun - base, t - slips - SETTLES)):
        owed, spill, slips, can = spill, 0.0, None, spun  # no wheel digs for so long: it was the car
    excess = max(roll.excess + metres - good - owed, 0.0)
    pace = spun if owed else max(_braked(roll, roll.pace + (good / dt - roll.pace) * share, t), 0.0)
    can = max(min(can, (1.0 + AHEAD_SHARE) * spun + gain * SMOOTH), pace)
    early = min(max(early, 0.0), max(EARLY, EARLY_PULSES * pulse))
    spill = spill if slips is not None else spill * (1.0 - share)
    pace, spun = micro(pace), micro(spun)
    now = Roll(
        t, t, pace, 0.0, pace, spun, micro(can), micro(early), pulse, micro(excess), micro(spill),
        slips, micro(base), micro(started), began, micro(half),
    )  # fmt: skip
    return Rolled(now, good + owed)


def _pulls(gained: MetresPerSecond, dt: Seconds) -> bool:
    """Whether a wheel gains speed as a car does that pulls away hard: one that digs howls on one note."""
    return dt > 1.0 and PULLS[0] * dt < gained < PULLS[1] * dt


def _slid(roll: Roll, dt: Seconds, metres: Metres) -> Metres:
    """What the car slid on while its wheel was locked: nothing has stopped it in so short a time."""
    expected = roll.speed * dt - BRAKES / 2.0 * dt * dt
    locked = LOCKED < dt < LOCKS and expected > SLID + roll.pulse and metres < expected / 2.0
    return expected - metres if locked else 0.0


def slides(roll: Roll | None, t: Seconds) -> Metres:
    """Metres that the car has slid on a wheel which is locked at this moment."""
    return 0.0 if roll is None else _slid(roll, t - roll.turned, 0.0)


def _gain(roll: Roll) -> float:
    """How hard the car may be gaining speed, m/s²."""
    return STARTS if roll.can < STARTING or roll.slips is not None else GAINS


def _braked(roll: Roll, pace: MetresPerSecond, t: Seconds) -> MetresPerSecond:
    """This pace, or as much as brakes leave: a wheel that stops faster is locked, and will turn again with the car."""
    return max(pace, min(roll.pace, roll.pace - HARDEST * (t - roll.heard)))


def seen(roll: Roll, t: Seconds, speed: MetresPerSecond, gone: Metres) -> Roll:
    """A fix told the car's `speed`, `gone` metres after the last: a wheel that is faster slips, a slower is locked."""
    most, least = SAND * speed + ON_ITS_WAY, BRAKED * speed - ON_ITS_WAY
    slips = (t if roll.slips is None else roll.slips) if roll.spun > most else None
    pace = max(min(roll.spun, most), least)
    return Roll(
        roll.heard, roll.turned, micro(min(roll.speed, most)), micro(roll.idle + gone), micro(pace), roll.spun,
        micro(min(max(roll.can, pace), most)), roll.early, roll.pulse,
        slips=slips, base=roll.base, started=roll.started, began=roll.began, half=roll.half, locked=roll.spun < least,
    )  # fmt: skip


def lately(roll: Roll | None, t: Seconds) -> bool:
    """Whether it turns, or has not long ceased to: a locked wheel looks dead for a moment."""
    return roll is not None and (lives(roll, t) or t - roll.turned < DEAD_AFTER)


def lives(roll: Roll | None, t: Seconds) -> bool:
    """Whether a wheel that reports no pulses stands: no brakes stop a car short, and GPS says where it went on."""
    if roll is None or t - roll.heard > DEAD_AFTER:
        return False
    silent = min(roll.heard - roll.turned, roll.speed / HARDEST)
    least = roll.speed * silent - HARDEST / 2 * silent * silent
    return max(least, roll.idle) <= UNTURNED
