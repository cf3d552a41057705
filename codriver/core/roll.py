"""What speaks for the wheel: whether one that reports no pulses stands, or is dead, and which of its metres to believe.

The odometer carries the distance by the wheel while GPS is away, so it must not believe a probe that has come off, a
wheel that spins, or interference on its wire. No car gains speed like these do. Metres are the car's, by the learnt
scale; seconds, m/s. Knows nothing of probes and counters.
"""

from itertools import pairwise
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
# Slow pulses come one by one, and so tell how long one is; of two probes, one may have gone: longer by so much each.
SINGLE: Final = 1.02
# Pulses may come early by so much; a wheel with one magnet has two metres from pulse to pulse.
EARLY: Final[Metres] = 0.6
EARLY_PULSES: Final = 1.5
# So much more than a car can have gone is a slip.
SLIPPED: Final[Metres] = 0.4
# Wheels dig for some seconds, and interference is shorter; what lasts longer was the car itself.
DIGS: Final[Seconds] = 5.0
DIGS_IN: Final[Seconds] = 8.0  # from a stand, try upon try
# One that goes on gaining like that, instead of howling on one note, was the car that pulls away hard.
PULLS: Final = (2.0, 7.0)  # m/s²
SETTLES: Final[Seconds] = 0.8
# One that dug has stopped dead where it misses so many of its pulses, or is down to this share: no brakes are so hard.
DEAD_STOP: Final = 2.5
STOPPED: Final[Seconds] = 0.25
DOWN: Final = 0.6
# One that turned for a moment at such a speed, and has not since, has not moved a car.
STOPS: Final[Seconds] = 0.5
TWITCHES: Final[MetresPerSecond] = 2.0
# What no wheel turns, wires make: so many pulses in one report beyond what it can have turned.
WIRED: Final = 2.5
# Brakes lock a wheel for some tenths of a second, and stop the car like this.
LOCKS: Final[Seconds] = 1.5
LOCKED: Final[Seconds] = 0.15
BRAKES: Final = 5.0  # m/s²
SLID: Final[Metres] = 1.0
STOOD: Final[Seconds] = 1.0
START: Final[Metres] = 6.0
# A start that is as brisk as a wheel which digs, so far in half a second beyond its first pulse, is tried: a car begins
# slowly, and gains speed in three times `TRIED` in a row, or evenly in four however it began; no dig is so even, nor
# are two, one upon the other.
HALF: Final[Seconds] = 0.5
BRISK: Final[Metres] = 0.9
TRIED: Final[Seconds] = 0.6
STEPS: Final = 3
SLOWLY: Final[MetresPerSecond] = 4.5
STEP: Final[MetresPerSecond] = 0.6
EVENLY: Final = 3.0
EVENER: Final = 1.8  # of two steps together: one single step is shared by two pairs, the half of it at best
STEPPED: Final[MetresPerSecond] = 2.5
# Beyond the car's own speed: the slip of soft sand (gps-data 3), and what the car gains while a fix is on its way;
# short of it, a wheel that brakes, and what the car loses.
SAND: Final = 1.25
BRAKED: Final = 0.8
ON_ITS_WAY: Final[MetresPerSecond] = 1.5


class Roll(Struct, frozen=True, omit_defaults=True):
    """What speaks for the wheel: when it was last `heard`, when it last `turned` and how fast, so far as is believed.

    `idle` are the metres that the car has gone since, by GPS; `pace` is the speed of about half a second as it is
    believed, `spun` as it is told, `can` the most that the car may do now. `early` is how much more than that would be
    believed at once, `pulse` the least it has turned, `excess` what was not believed since the last fix, `spill` what
    was not since it `slips`, that is, turns faster than the car can go; since when that is, and from which `base`.
    `started`: metres since it stood, for a while after it `began`; where it is tried, what had been spilt when a while
    `began`, and its `paces` in those before. `locked`: it turns slower than the car goes.
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
    paces: tuple[MetresPerSecond, ...] = ()
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
    if _dug(roll, t, alone=alone):
        roll = _stopped(roll)
    elif metres <= 0.0 and not alone and _twitched(roll, t):
        return Rolled(replace(_stopped(roll), heard=t, excess=micro(roll.excess + roll.started)), -roll.started)
    wired = metres - _unwired(roll, metres, t - roll.heard)
    if wired > 0.0:
        roll, metres = replace(roll, excess=micro(roll.excess + wired)), metres - wired
    if metres <= 0.0:
        spun = min(roll.spun, roll.spun * exp(-max(t - roll.turned - SMOOTH, 0.0) / SMOOTH))
        pace = _braked(roll, min(spun, roll.pace), t)
        can = max(pace, (1.0 + AHEAD_SHARE) * spun + AHEAD)
        return Rolled(replace(roll, heard=t, pace=micro(pace), spun=micro(spun), can=micro(min(roll.can, can))), 0.0)
    dt = t - roll.turned
    if dt <= 0.0 or roll.speed == 0.0 == roll.pace == roll.spun:  # its first time: nothing to compare with
        speed = metres / dt if dt > 0.0 else 0.0
        return Rolled(Roll(t, t, speed, pace=speed, spun=speed, can=speed + AHEAD, pulse=metres), metres)
    after = _believed(roll, t, dt, metres, alone=alone)
    if wired > 0.0 and after.roll is not None:
        return Rolled(replace(after.roll, pulse=roll.pulse), after.metres)
    return after


def _unwired(roll: Roll, metres: Metres, dt: Seconds) -> Metres:
    """As many of a report's metres as a wheel can have turned since the last."""
    most = (max(roll.spun, roll.can) + GAINS * dt) * dt + EARLY + WIRED * roll.pulse
    return metres if metres <= most or roll.pulse == 0.0 else max(roll.spun, roll.pace) * dt


def _dug(roll: Roll, t: Seconds, *, alone: bool) -> bool:
    """Whether a wheel that dug itself in has stopped, or all but: what comes now is another try, or the start."""
    if roll.slips is None or roll.can >= STARTING or alone or t - roll.turned < STOPPED:
        return False
    return t - roll.turned > DEAD_STOP * roll.pulse / max(roll.spun, AHEAD)


def _twitched(roll: Roll, t: Seconds) -> bool:
    """Whether it turned for less than is needed to try it, too fast for a car that stops at once."""
    if roll.began is None or roll.slips is not None or t - roll.turned < STOPS:
        return False
    return roll.started - roll.pulse > TWITCHES * max(roll.turned - roll.began, STOPPED)


def _stopped(roll: Roll) -> Roll:
    """A wheel at a stand, of which nothing is counted that it did before."""
    return replace(
        roll, pace=0.0, spun=0.0, can=AHEAD, early=EARLY, spill=0.0,
        slips=None, base=0.0, started=0.0, began=None, paces=(),
    )  # fmt: skip


def _believed(roll: Roll, t: Seconds, dt: Seconds, metres: Metres, *, alone: bool) -> Rolled:
    """As many of the metres as a car can have gone; what else it told is excess."""
    share = 1.0 - exp(-dt / SMOOTH)
    metres += _slid(roll, dt, metres)
    gain = GAINS if alone else _gain(roll)
    slow = roll.can < STARTING and not alone
    digging = slow and roll.slips is not None
    can = 0.0 if digging else roll.can + gain * dt
    early = -metres if digging else roll.early + (roll.can + can) / 2.0 * dt - metres
    good = metres + min(early, 0.0)
    spun = roll.spun + (metres / dt - roll.spun) * share
    pulse = min(roll.pulse * (SINGLE if roll.pace < STARTING else 1.0), metres) if roll.pulse > 0.0 else metres
    started, spill = roll.started if digging else min(roll.started + good, START), roll.spill + metres - good
    stands = dt > STOOD or roll.spun == 0.0 == roll.pace
    now, counted = roll, good
    if stands or roll.slips is not None or roll.began is not None or spill > SLIPPED + pulse:
        told = replace(roll, turned=t, spun=spun, can=can, pulse=pulse, spill=spill, started=started)
        told = replace(told, started=good, began=t, paces=()) if stands else told
        now, counted = (_gripping if roll.slips is None else _slipping)(told, good, slow=slow)
        can, spill, started = now.can, now.spill, now.started
    owed = counted > metres
    excess = roll.excess if owed else max(roll.excess + metres - counted, 0.0)
    pace = spun if owed else max(_braked(roll, roll.pace + (counted / dt - roll.pace) * share, t), 0.0)
    can = max(min(can, (1.0 + AHEAD_SHARE) * spun + gain * SMOOTH), pace)
    early = min(max(early, 0.0), max(EARLY, EARLY_PULSES * pulse))
    spill = spill if now.slips is not None else spill * (1.0 - share)
    pace = micro(pace)
    after = Roll(
        t, t, pace, 0.0, pace, micro(spun), micro(can), micro(early), pulse, micro(excess), micro(spill),
        now.slips, micro(now.base), micro(started), now.began, now.paces,
    )  # fmt: skip
    return Rolled(after, counted)


def _gripping(roll: Roll, good: Metres, *, slow: bool) -> tuple[Roll, Metres]:
    """A wheel that has not slipped up to now: whether it does. From a stand, nothing of it was a start then."""
    t = roll.turned
    tried = roll.began is not None and t - roll.began >= HALF
    brisk = slow and tried and roll.started - roll.pulse >= BRISK
    if not brisk and roll.spill <= SLIPPED + roll.pulse:
        return replace(roll, began=None) if tried else roll, good
    roll = replace(roll, slips=t, base=roll.spun)
    if not slow:
        return replace(roll, began=None), good
    spill = roll.spill + roll.started
    if roll.began is None:
        return replace(roll, spill=spill, can=0.0, began=t, started=spill), good - roll.started
    return replace(roll, spill=spill, can=0.0, started=roll.pulse), good - roll.started


def _slipping(roll: Roll, good: Metres, *, slow: bool) -> tuple[Roll, Metres]:
    """A wheel that turns faster than the car can go: whether it does so still, or was the car itself."""
    t = roll.turned
    slips = t if roll.slips is None else roll.slips
    if roll.spun <= max(roll.can, AHEAD):
        return replace(roll, slips=None, spill=0.0, began=None, paces=()), good
    if slow and roll.spun < DOWN * roll.base and t - slips > SETTLES:  # it has dug, and now it starts
        return replace(_stopped(roll), spun=roll.spun, began=t), good
    if t - slips > (DIGS_IN if slow else DIGS):
        return _gave_back(roll, good)  # no wheel digs for so long: it was the car
    if slow:
        return _tried(replace(roll, base=max(roll.base, roll.spun) if t - slips < SETTLES else roll.base), good)
    if t - slips < SETTLES:
        return replace(roll, base=roll.spun), good
    return _gave_back(roll, good) if _pulls(roll.spun - roll.base, t - slips - SETTLES) else (roll, good)


def _tried(roll: Roll, good: Metres) -> tuple[Roll, Metres]:
    """A start, or a wheel that digs: one that gains speed evenly is the car."""
    t, began = roll.turned, roll.began
    if began is None:
        return replace(roll, began=t, started=roll.spill), good
    if t - began < TRIED:
        return roll, good
    paces = (*roll.paces, micro((roll.spill - roll.started) / (t - began)))[-STEPS - 2 :]
    roll = replace(roll, began=t, started=roll.spill, paces=paces)
    return _gave_back(roll, good) if _starts(paces) else (roll, good)


def _starts(paces: tuple[MetresPerSecond, ...]) -> bool:
    """Whether these are the paces of a car that starts: even steps, by pairs where it did not begin slowly."""
    if len(paces) <= STEPS or paces[-1] - paces[0] < STEPPED:
        return False
    steps = [after - before for before, after in pairwise(paces)]
    if len(paces) == STEPS + 1:
        return paces[0] < SLOWLY and min(steps) > STEP and max(steps) < EVENLY * min(steps)
    pairs = [one + other for one, other in pairwise(steps)]
    return min(pairs) > 2.0 * STEP and max(pairs) < EVENER * min(pairs)


def _gave_back(roll: Roll, good: Metres) -> tuple[Roll, Metres]:
    return replace(roll, slips=None, spill=0.0, can=roll.spun, began=None, paces=()), good + roll.spill


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
        slips=slips, base=roll.base, started=0.0 if slips is not None else roll.started,
        began=None if slips is not None else roll.began, locked=roll.spun < least,
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
