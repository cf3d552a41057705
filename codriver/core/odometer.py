"""How far the car has gone: a raw distance that no trip, book or crew alters, with its one-sigma bound.

Doppler speed integrated over the receiver's own time stamps is the ruler (gps-data 6); positions only bridge gaps, on
the ellipsoid, and stand in for receivers that print no speed. While GPS is away the wheel carries the distance, without
a wheel the last good speed does, with a bound that grows. Metres, seconds, m/s. Knows nothing of trips and books.
"""

from dataclasses import dataclass
from math import cos, hypot, radians, sin, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.roll import HARDEST, Roll, lives, turned
from codriver.decode.nmea import Fix, elapsed
from codriver.roadbook.geodesy import chord
from codriver.signals import stamp
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

GPS, WHEEL, ESTIMATE, NONE = "gps", "wheel", "estimate", "none"

# Believable: gps-data 6.2. A position that jumped takes the credit from its speed, too.
FASTEST: Final[MetresPerSecond] = 75.0
ORDINARY: Final = 3.0  # m/s²
JUMP_SHARE: Final = 1.15
JUMP_ROOM: Final[Metres] = 12.0
SPURT: Final = ORDINARY / 4  # m/s²: faster for half of a time and slower again for the rest gains this, times t²
PATIENCE: Final[Seconds] = 6.0
RECKONED: Final = 6  # the quality of a fix without satellites, by the receiver's own sensors

# Without a fix for this long the distance is carried by something else.
GAP: Final[Seconds] = 1.5
# A sentence comes at most this much late: a receiver's clock that runs ahead of arrivals by more was set.
LATEST: Final[Seconds] = 2.5
# Up to here the cubic between two velocities is as good as having no gap (gps-data 2, gaps); beyond, it still is the
# best of the poor.
CUBIC: Final[Seconds] = 60.0
CARRIED: Final[Seconds] = 120.0


# Bounds: Doppler noise and its correlation time, scale of a good receiver, of a configured wheel on mixed ground, of
# positions alone (gps-data 2); what a fix is late by. Of a gap that was bridged by both ends' velocities and places
# (the p95 of a suburb, gps-data 2: a rally is worse), of one bridged by speeds alone, and of one still open (the
# simulated car: 6 m after 3 s, 13 after 5, 35 after 10, 80 after 20, 190 after 40): per second squared at first, as
# an unknown acceleration does, then per second, as an unknown speed.
DOPPLER_NOISE: Final = 0.07**2 * 2 * 0.8
GPS_SHARE: Final = 0.0003
WHEEL_SHARE: Final = 0.02
POSITION_SHARE: Final = 0.02
LATE: Final[Seconds] = 0.15
BRIDGED: Final = (0.1, 3.0)
EVEN: Final = (0.25, 5.0)
OPEN: Final = (0.6, 5.0)


@dataclass(frozen=True, slots=True)
class Gate:
    """Standing until two fixes, `sure` seconds, are faster than `go`; moving until slower than `stop` for a second."""

    stop: MetresPerSecond
    go: MetresPerSecond
    sure: Seconds


DOPPLER_GATE: Final = Gate(stop=0.25, go=0.5, sure=0.5)
# A speed made from positions wanders with them: 1.8 m steps once a second are common in old receivers. So they are
# taken this far apart at least.
POSITION_GATE: Final = Gate(stop=1.2, go=2.5, sure=2.0)
APART: Final[Seconds] = 0.95
# Who stood and stands has gone, unseen or at a crawl, when he is this far from where he stood; less is a wander.
AWAY: Final[Metres] = 30.0


class Reference(Struct, frozen=True):
    """The last fix that counted. A position that jumped is None; its speed still counts.

    `told`: the speed is the receiver's own word. Else it is made from positions, and the place is where the car stood.
    """

    t: Seconds
    clock: Seconds | None
    speed: MetresPerSecond
    course: Degrees | None
    lat: Degrees | None
    lon: Degrees | None
    told: bool = True


class Odometer(Struct, frozen=True):
    """`settled` metres up to the last fix, `live` beyond it; `held` are metres that count only if the car really went.

    `noise` is the variance of the random errors, `bias` the bound of those that add up along the way. `wheel` are the
    wheel's metres since the last fix, None where it was not alive then. The source is none until a second fix agrees.
    """

    settled: Metres = 0.0
    live: Metres = 0.0
    noise: float = 0.0
    bias: Metres = 0.0
    source: str = NONE
    last: Reference | None = None
    moving: bool = False
    held: Metres = 0.0
    waited: Seconds = 0.0
    wheel: Metres | None = None
    roll: Roll | None = None


def distance(odo: Odometer) -> Metres:
    """Metres driven, the best that is known now."""
    return odo.settled + odo.live


def at(odo: Odometer, t: Seconds) -> Metres:
    """`distance` at a moment near the last fix: 30 m lie between two fixes at speed, and a press falls anywhere."""
    last = odo.last
    if last is not None and t - last.t >= GAP:
        return distance(carried(odo, t))
    if last is None or odo.source != GPS or not odo.moving:
        return distance(odo)
    return odo.settled + last.speed * max(t - last.t, -GAP)


def sigma(odo: Odometer, t: Seconds) -> Metres:
    """One-sigma bound of `distance` at `t`, metres: what it may be off the car's own way at that moment."""
    unseen = late = 0.0
    if odo.source == WHEEL:
        unseen = WHEEL_SHARE * odo.live
    elif odo.last is not None and odo.moving:
        late = LATE * odo.last.speed
    if odo.source in {ESTIMATE, NONE}:
        unseen = _bound(OPEN, t - _seen(odo))
    return sqrt(odo.noise + late * late) + odo.bias + unseen + odo.held


def speed(odo: Odometer) -> MetresPerSecond | None:
    """The speed at the last fix, 0.0 when standing; None while no fix has counted."""
    if odo.last is None:
        return None
    return odo.last.speed if odo.moving else 0.0


def pace(odo: Odometer) -> MetresPerSecond:
    """The speed that the distance grows with now; 0.0 while nothing moves it."""
    if odo.source == NONE:
        return 0.0
    if odo.source == WHEEL:
        return odo.roll.pace if odo.roll is not None else 0.0
    return speed(odo) or 0.0


def fixed(odo: Odometer, fix: Fix) -> Odometer:
    """A fix came: integrate, bridge a gap, or refuse it. A refused fix moves nothing and makes the gap longer."""
    if fix.quality != RECKONED:
        return _measured(odo, fix)
    if odo.wheel is not None and lives(odo.roll, fix.t):
        return carried(odo, fix.t)  # our wheel is as good as theirs
    after = _measured(odo, fix)
    if after.source != GPS:
        return after
    return replace(after, source=ESTIMATE, bias=after.bias + POSITION_SHARE * (after.settled - odo.settled))


def rolled(odo: Odometer, t: Seconds, metres: Metres) -> Odometer:
    """The wheel was heard: `metres` since its last report. They count at once when no GPS is there to say better."""
    roll = turned(odo.roll, t, metres)
    if odo.last is None:
        settled, bias = distance(odo) + metres, odo.bias + WHEEL_SHARE * metres
        source = WHEEL if lives(roll, t) else NONE
        return replace(odo, settled=settled, live=0.0, bias=bias, source=source, roll=roll)
    odo = replace(odo, wheel=None if odo.wheel is None else odo.wheel + metres, roll=roll)
    return carried(odo, t)


def carried(odo: Odometer, t: Seconds) -> Odometer:
    """Time passed without a fix: carry on by wheel, else by the last good speed, else say that nothing moves it."""
    last = odo.last
    if last is None:
        return odo if lives(odo.roll, t) or odo.source == NONE else replace(odo, source=NONE)
    age = stamp(t - last.t)
    if age < GAP:
        return odo
    if odo.wheel is not None and lives(odo.roll, t):
        return replace(odo, live=odo.wheel, source=WHEEL)
    if age > CARRIED:
        return replace(odo, source=NONE)
    if odo.wheel is None or odo.roll is None or odo.roll.turned < last.t:
        return replace(odo, live=last.speed * age if odo.moving else 0.0, source=ESTIMATE)
    # The wheel was right up to where it died.
    return replace(odo, live=odo.wheel + odo.roll.speed * (t - odo.roll.turned), source=ESTIMATE)


def added(odo: Odometer, metres: Metres) -> Odometer:
    """Metres made while nobody looked, by the wheel's count."""
    return replace(odo, settled=odo.settled + metres, bias=odo.bias + 2 * WHEEL_SHARE * metres)


def restart(odo: Odometer) -> Odometer:
    """A new segment: what is distance stays, what hangs on time goes. An open gap stays open in the bound."""
    open_gap = odo.live / 2.0 if odo.source in {ESTIMATE, NONE} else WHEEL_SHARE * odo.live
    return Odometer(settled=distance(odo), noise=odo.noise + open_gap * open_gap, bias=odo.bias)


def _seen(odo: Odometer) -> Seconds:
    """When what the distance rests on was last seen; the segment's start where that was never."""
    fix = 0.0 if odo.last is None else odo.last.t
    rests_on_wheel = odo.last is None or odo.wheel is not None
    return max(fix, odo.roll.turned) if odo.roll is not None and rests_on_wheel else fix


def _bound(growth: tuple[float, float], dt: Seconds) -> Metres:
    """How far off a time without measurement puts the distance."""
    return min(growth[0] * dt * dt, growth[1] * dt)


def _measured(odo: Odometer, fix: Fix) -> Odometer:
    last = odo.last
    if last is None:
        return _begin(odo, fix)
    arrived = dt = fix.t - last.t
    if last.clock is not None and fix.clock is not None:
        dt = elapsed(last.clock, fix.clock)  # the receiver knows better than the wire
        if dt < 0.0:  # an old epoch again, or its clock was set back: let the next one go by arrival
            return replace(odo, last=replace(last, clock=None))
        if dt > arrived + LATEST:
            dt = arrived
    if dt <= 0.0:
        return odo
    if fix.speed is not None and not last.told and not odo.moving and odo.source in {NONE, WHEEL}:
        return _begin(odo, fix)  # switched on in the middle of a burst: that fix had no speed, and is no word for rest
    straight = None if last.lat is None or last.lon is None else chord(last.lat, last.lon, fix.lat, fix.lon)
    if fix.speed is None:
        return _by_position(odo, fix, dt, straight)
    even = (last.speed + fix.speed) / 2.0 * dt
    jumped = straight is not None and straight > JUMP_SHARE * even + SPURT * dt * dt + JUMP_ROOM
    hardest = ORDINARY if jumped else HARDEST
    parked_and_jumped = jumped and dt > GAP and not odo.moving and dt < PATIENCE
    if fix.speed > FASTEST or abs(fix.speed - last.speed) > hardest * dt + 1.0 or parked_and_jumped:
        return _refused(odo, fix)
    here = _reference(fix, fix.speed, jumped=jumped)
    if dt > GAP:
        return _bridge(odo, here, dt, even, straight)
    if odo.source == NONE:
        odo = _confessed(odo)
    return _advance(odo, here, even, dt, DOPPLER_GATE, GPS_SHARE)


def _refused(odo: Odometer, fix: Fix) -> Odometer:
    """Against a fix that nothing has borne out yet the later one is as good; against all others it is false."""
    return _begin(odo, fix) if odo.source == NONE else carried(odo, fix.t)


def _reference(fix: Fix, mps: MetresPerSecond, *, jumped: bool = False) -> Reference:
    lat, lon = (None, None) if jumped else (fix.lat, fix.lon)
    return Reference(fix.t, fix.clock, mps, fix.course, lat, lon, fix.speed is not None)


def _begin(odo: Odometer, fix: Fix) -> Odometer:
    """The first fix: nothing to measure from yet."""
    if fix.speed is not None and fix.speed > FASTEST:
        return odo
    mps = fix.speed or 0.0
    source = WHEEL if lives(odo.roll, fix.t) else NONE
    moving = mps > DOPPLER_GATE.go
    wheel = 0.0 if source == WHEEL else None
    return Odometer(
        distance(odo), 0.0, odo.noise, odo.bias, source, _reference(fix, mps), moving, wheel=wheel, roll=odo.roll
    )


def _confessed(odo: Odometer) -> Odometer:
    """A car that is under way at its first fix has gone some way before it, and nobody knows how far."""
    last = odo.last
    if last is None or not odo.moving:
        return odo
    unseen = last.speed * min(last.t, CARRIED)
    return replace(odo, noise=odo.noise + unseen * unseen)


def _advance(odo: Odometer, here: Reference, step: Metres, dt: Seconds, gate: Gate, share: float) -> Odometer:
    """One ordinary step behind the standstill gate."""
    held = waited = doubt = 0.0
    if odo.moving:
        slow = odo.waited + dt if here.speed < gate.stop else 0.0
        moving, count, waited = slow <= 1.0, step, (slow if slow <= 1.0 else 0.0)
    elif here.speed < gate.go:
        moving, count = False, 0.0
        doubt = step if here.speed > gate.stop else 0.0  # a car that crawls would lose these
    else:
        held, waited = odo.held + step, odo.waited + dt
        moving, count = waited >= gate.sure and odo.waited > 0.0, 0.0
        if moving:
            count, held, waited = held, 0.0, 0.0
    roll = odo.roll
    if roll is not None and odo.last is not None and roll.turned <= odo.last.t:
        roll = Roll(roll.heard, roll.turned, roll.speed, roll.idle + count, roll.pace)
    return Odometer(
        odo.settled + count,
        0.0,
        odo.noise + (DOPPLER_NOISE * dt if moving else 0.0),
        odo.bias + share * count + doubt,
        GPS,
        here,
        moving,
        held,
        waited,
        0.0 if lives(roll, here.t) else None,
        roll,
    )


def _bridge(odo: Odometer, here: Reference, dt: Seconds, even: Metres, straight: Metres | None) -> Odometer:
    """GPS is back: the way driven meanwhile, by the wheel if it lived, else by what the two ends say.

    `even` is the way at the average of both speeds, `straight` the chord; a place that jumped is no end.
    """
    least = 0.0 if straight is None or here.lat is None else straight
    wheel = odo.wheel if lives(odo.roll, here.t) else None
    most = JUMP_SHARE * even + SPURT * dt * dt + JUMP_ROOM
    if wheel is not None and 0.95 * least - JUMP_ROOM <= wheel <= most:
        late = 0.0 if odo.last is None else LATE * abs(here.speed - odo.last.speed)
        return _settle(odo, here, wheel, late, WHEEL_SHARE * wheel)
    if not odo.moving and here.speed < DOPPLER_GATE.go and least < AWAY:
        return _settle(odo, here, 0.0, 0.0 if least < JUMP_ROOM else least / 2.0)
    if straight is None or here.lat is None:
        return _settle(odo, here, even if dt <= CARRIED else 0.0, _bound(EVEN, dt))
    way = max(least, _cubic(odo.last, here, dt)) if dt <= CUBIC else least
    return _settle(odo, here, way, min(_bound(BRIDGED, dt), max(way, even)))


def _settle(odo: Odometer, here: Reference, way: Metres, bound: Metres, bias: Metres = 0.0) -> Odometer:
    return Odometer(
        settled=odo.settled + way,
        noise=odo.noise + bound * bound,
        bias=odo.bias + bias,
        source=GPS,
        last=here,
        moving=here.speed > (DOPPLER_GATE if here.told else POSITION_GATE).go,
        wheel=0.0 if lives(odo.roll, here.t) else None,
        roll=odo.roll,
    )


def _by_position(odo: Odometer, fix: Fix, dt: Seconds, straight: Metres | None) -> Odometer:
    """A receiver that prints no speed: the chord is the way, behind a gate as wide as its positions wander.

    While the car stands the chord is taken from where it stopped, so that a crawl comes through and a wander does not.
    """
    last = odo.last
    assert last is not None
    if dt <= GAP and (last.told or dt < APART):  # one that tells its speed will do so again
        return replace(odo, live=last.speed * dt if odo.moving else 0.0)
    way = last.speed * dt if straight is None else straight
    step = way if odo.moving else way - odo.held
    expected = JUMP_SHARE * last.speed * dt if odo.moving else 0.0
    if step > FASTEST * dt or (dt < PATIENCE and step > expected + SPURT * dt * dt + JUMP_ROOM):
        return _refused(odo, fix)
    here = _reference(fix, abs(step) / dt)
    if odo.moving and dt > PATIENCE:
        return _settle(odo, here, way, min(_bound(BRIDGED, dt), way))
    if odo.moving:
        return _advance(odo, here, way, dt, POSITION_GATE, POSITION_SHARE)
    waited = odo.waited + dt if step >= POSITION_GATE.go * dt else 0.0
    if (waited < POSITION_GATE.sure or odo.waited == 0.0) and way < AWAY:
        stood = replace(here, lat=last.lat, lon=last.lon)
        return replace(odo, live=0.0, source=GPS, last=stood, held=way, waited=waited)
    return replace(_settle(odo, here, way, 0.0, POSITION_SHARE * way), moving=True)


def _cubic(last: Reference | None, here: Reference, dt: Seconds) -> Metres:
    """Length of the cubic that leaves one fix with its velocity and meets the other with its own (Hermite).

    0 where a receiver that is slow prints no course: only the chord is left.
    """
    if last is None or last.lat is None or last.lon is None or here.lat is None or here.lon is None:
        return 0.0
    if last.course is None or here.course is None:
        return (last.speed + here.speed) / 2.0 * dt if min(last.speed, here.speed) > DOPPLER_GATE.go else 0.0
    north = chord(last.lat, last.lon, here.lat, last.lon) * (1 if here.lat >= last.lat else -1)
    east = chord(here.lat, last.lon, here.lat, here.lon) * (1 if here.lon >= last.lon else -1)
    way = 0.0
    for i in range(20):
        way += hypot(
            _slope((i + 0.5) / 20, east, *_eastward(last, here, dt)),
            _slope((i + 0.5) / 20, north, *_northward(last, here, dt)),
        )
    return way / 20


def _eastward(last: Reference, here: Reference, dt: Seconds) -> tuple[Metres, Metres]:
    return last.speed * dt * sin(radians(last.course or 0.0)), here.speed * dt * sin(radians(here.course or 0.0))


def _northward(last: Reference, here: Reference, dt: Seconds) -> tuple[Metres, Metres]:
    return last.speed * dt * cos(radians(last.course or 0.0)), here.speed * dt * cos(radians(here.course or 0.0))


def _slope(u: float, whole: Metres, start: Metres, end: Metres) -> Metres:
    """Derivative at `u` of the Hermite cubic from 0 to `whole` with these end tangents."""
    return 6 * u * (1 - u) * whole + (1 - u) * (1 - 3 * u) * start + u * (3 * u - 2) * end
