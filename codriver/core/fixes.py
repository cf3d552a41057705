"""A fix is measured from the last one: integrated, taken as the end of a gap, or refused.

Doppler speed over the receiver's own time stamps is the ruler (gps-data 6); positions only bridge gaps, bear out
speeds, and stand in for receivers that print none. Metres, seconds, m/s.
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from codriver.core import gate, mending, scale, slope
from codriver.core.belief import (
    FASTEST,
    OUTLIVED,
    PATIENCE,
    chained,
    elapsed_between,
    false,
    hinted,
    interrupted,
    possible,
)
from codriver.core.bridge import AWAY, Way, tellings, weighed
from codriver.core.digits import micro
from codriver.core.gauge import CARRIED, GAP, GPS, NONE, WHEEL, Hint, Odometer, carried, distance, lost_at, wheel_way
from codriver.core.onward import ahead, flowed
from codriver.core.onward import even as steady
from codriver.core.reference import JUMP_ROOM, JUMP_SHARE, SPURT, Reference, aside, most, reference, straight, told
from codriver.core.roll import lately, lives, seen, slides
from codriver.core.winding import winds, wound
from codriver.decode.nmea import Fix
from codriver.units import Metres, MetresPerSecond, Seconds

# Bounds: Doppler's noise, or what the receiver prints at rest if that is more, over its correlation time; the scale of
# a good receiver, in which no error above 0.03 % was seen; that of positions alone (gps-data 2).
DOPPLER: Final[MetresPerSecond] = 0.07
CORRELATED: Final[Seconds] = 2 * 0.8
GPS_SHARE: Final = 0.0002
POSITION_SHARE: Final = 0.02
# What a slope from a receiver's altitude may be off, of what it makes of the way: its noise always makes it longer.
SLOPED: Final = 0.25
# What a wheel's two ends are off in a gap: a pulse, and the jitter of arrivals.
ENDS: Final[Metres] = 0.4
# What was seen of a gap alone errs to one side on one kind of road, by a share of what is longer than the chord: in
# hairpins twenty gaps of 20 s came out a tenth too long. Ours.
BENDS: Final = 0.15

# A wheel is compared with GPS where both are sure: in motion; for its scale, rolling freely (gps-data 6.6).
COMPARED: Final[MetresPerSecond] = 3.0
FREE: Final[MetresPerSecond] = 5.0
FREELY: Final = 1.5  # m/s²
# A speed between standing and going that lasts is a crawl that the gate loses: the bound has to say so.
CREEPS: Final[Seconds] = 5.0


@dataclass(frozen=True, slots=True)
class PositionGate:
    """Standing until two fixes, `sure` seconds, are faster than `go`; moving until slower than `stop` for a second."""

    stop: MetresPerSecond
    go: MetresPerSecond
    sure: Seconds


# A speed made from positions wanders with them: 1.8 m steps once a second are common in old receivers. So they are
# taken this far apart at least.
POSITIONS: Final = PositionGate(stop=1.2, go=2.5, sure=2.0)
APART: Final[Seconds] = 0.95
# A wheel turns as the car goes within this share, and what a receiver prints of one that stands.
IN_STEP: Final = 0.15
# A car that stands at both ends of a gap, beside a wheel that lives and has not turned, was carried off on a trailer
# when it is this far away; between walls places wander further than `AWAY`.
ELSEWHERE: Final[Metres] = 150.0


def measured(odo: Odometer, fix: Fix, *, sloping: bool) -> Odometer:
    """The odometer after a fix with satellites; `sloping`: along the road, not along its shadow."""
    last = odo.last
    if last is None:
        return begin(odo, fix)
    if odo.hint is not None and odo.wheel is None and interrupted(odo, odo.hint, last, fix):
        last, odo = odo.hint.fix, _halfway(odo, odo.hint, last)
    dt = elapsed_between(last, fix)
    if dt < 0.0:  # an old epoch again, or its clock was set back: let the next one go by arrival
        return replace(odo, last=replace(last, clock=None))
    if dt == 0.0:
        return odo
    if fix.speed is not None and not last.told and not odo.moving and odo.source in {NONE, WHEEL}:
        return begin(odo, fix)  # switched on in the middle of a burst: that fix had no speed, and is no word for rest
    if fix.speed is None:
        return _by_position(odo, last, fix, dt)
    return _by_speed(odo, last, fix, fix.speed, dt, sloping=sloping)


def begin(odo: Odometer, fix: Fix) -> Odometer:
    """The first fix: nothing to measure from yet."""
    if fix.speed is not None and fix.speed > FASTEST:
        return odo
    mps = fix.speed or 0.0
    alive = lives(odo.roll, fix.t)
    return Odometer(
        micro(distance(odo)),
        noise=odo.noise,
        bias=odo.bias,
        source=WHEEL if alive else NONE,
        last=reference(fix, mps),
        moving=mps > gate.GO[1],
        rest=odo.rest,
        wheel=0.0 if alive else None,
        roll=odo.roll,
        scale=odo.scale,
        flow=steady(odo.flow),
    )


def _by_speed(
    odo: Odometer, last: Reference, fix: Fix, speed: MetresPerSecond, dt: Seconds, *, sloping: bool
) -> Odometer:
    even = (last.speed + speed) / 2.0 * dt
    chord = straight(last, fix)
    room = JUMP_ROOM + SPURT * dt * dt
    jumped = chord is not None and (chord > most(even, dt) or (dt < PATIENCE and aside(last, fix, dt) > room))
    if false(odo, last, fix, speed, dt, jumped=jumped):
        hint = chained(odo, fix, speed, OUTLIVED)
        if odo.source == NONE or not possible(last, speed, dt) or hint is not None:
            return replace(_refused(odo, fix), hint=hint)
        jumped, dt = True, max(dt, GAP + 1e-6)  # others bear it out: the place before was at fault
    here = reference(fix, speed, jumped=jumped)
    if dt > GAP:
        hint = hinted(odo, last, fix, speed, dt)
        return _returned(odo, last, here, dt, chord) if hint is None else carried(replace(odo, hint=hint), fix.t)
    if odo.source == NONE:
        odo = _confessed(odo)
    climb = slope.climbed(odo.slope, fix.alt, even if odo.moving else 0.0)
    along = slope.along(climb, even)
    if sloping:
        odo, even = replace(odo, slope=climb, bias=odo.bias + SLOPED * (along - even if odo.moving else 0.0)), along
    else:  # what the car rolls further than the map shows is not counted, but known
        odo = replace(odo, slope=climb, bias=odo.bias + (along - even if odo.moving else 0.0))
    return _compared(_gated(odo, here, even, dt), odo, here, even, dt)


def _refused(odo: Odometer, fix: Fix) -> Odometer:
    """Against a fix that nothing has borne out yet the later one is as good; against all others it is false."""
    return begin(odo, fix) if odo.source == NONE else carried(odo, fix.t)


def _confessed(odo: Odometer) -> Odometer:
    """A car that is under way at its first fix has gone some way before it, and nobody knows how far."""
    last = odo.last
    if last is None or not odo.moving:
        return odo
    unseen = last.speed * min(last.t, CARRIED)
    return replace(odo, noise=odo.noise + unseen * unseen)


# One step, behind the gate.


def _gated(odo: Odometer, here: Reference, step: Metres, dt: Seconds) -> Odometer:
    """One ordinary step of a receiver that tells its speed."""
    back = here.t - odo.back
    limit = gate.gate(odo.rest, back)
    stands = gate.vetoed(odo.roll, here.t, here.speed)
    if odo.moving:
        slow = odo.waited + dt if here.speed < limit.stop else 0.0
        if stands:
            return _stepped(odo, here, 0.0, dt, moving=False)
        if slow > gate.SLOW:
            return _stepped(odo, here, step, dt, moving=False)
        return _stepped(odo, here, step, dt, moving=True, waited=slow)
    return _standing(odo, here, step, dt, limit, settled=back > gate.SETTLED, stands=stands)


def _standing(
    odo: Odometer, here: Reference, step: Metres, dt: Seconds, limit: gate.Gate, *, settled: bool, stands: bool
) -> Odometer:
    """A car that stands, until it is believed to go: then what was held since it was more than noise counts."""
    if settled:
        odo = replace(odo, rest=gate.rested(odo.rest, here.speed, limit.stop, odo.crept, dt))
    if here.speed < limit.stop:
        doubt = odo.held if odo.crept > CREEPS else 0.0
        return _stepped(odo, here, 0.0, dt, moving=False, doubt=doubt)
    was_denied = odo.waited == gate.DENIED
    held, crept = step + (0.0 if was_denied and not stands else odo.held), odo.crept + dt
    waited = (0.0 if was_denied else odo.waited) + dt if here.speed >= limit.go else 0.0
    if stands and not gate.proven(held):
        waited = gate.DENIED
    if waited < gate.SURE or odo.waited <= 0.0:
        return _stepped(odo, here, 0.0, dt, moving=False, held=held, waited=waited, crept=crept)
    return _stepped(odo, here, held, dt, moving=True)


def _stepped(
    odo: Odometer,
    here: Reference,
    count: Metres,
    dt: Seconds,
    *,
    moving: bool,
    held: Metres = 0.0,
    waited: Seconds = 0.0,
    crept: Seconds = 0.0,
    doubt: Metres = 0.0,
    share: float = GPS_SHARE,
) -> Odometer:
    roll = odo.roll
    if roll is not None and odo.last is not None:
        roll = seen(roll, here.t, here.speed, count if roll.turned <= odo.last.t else 0.0)
    flow = steady(odo.flow)
    if moving and odo.moving and odo.last is not None:
        flow = flowed(flow if not here.told else odo.flow, odo.last.speed, here.speed, dt)
    return Odometer(
        micro(odo.settled + count),
        0.0,
        micro(odo.noise + (CORRELATED * max(DOPPLER * DOPPLER, odo.rest * odo.rest / 2.0) * dt if moving else 0.0)),
        micro(odo.bias + share * count + doubt),
        GPS,
        here,
        moving,
        micro(held),
        micro(waited),
        micro(crept),
        odo.rest,
        odo.back,
        None,
        0.0 if lately(roll, here.t) else None,
        0.0 if moving else odo.crawl,
        roll,
        odo.scale,
        odo.slope,
        wound(odo.winding, here, odo.settled + count, broken=False),
        odo.mending,
        flow,
    )


def _compared(odo: Odometer, before: Odometer, here: Reference, way: Metres, dt: Seconds) -> Odometer:
    """The wheel's scale and ground, learnt from a step in which both were sure."""
    last, wheel, roll = before.last, before.wheel, before.roll
    if last is None or wheel is None or roll is None or not (odo.moving and before.moving and last.told):
        return odo
    if roll.slips is not None or odo.roll is None or odo.roll.locked or odo.roll.slips is not None:
        return odo
    slower = min(last.speed, here.speed)
    if slower < COMPARED:
        return odo
    gain = here.speed - last.speed
    free = slower > FREE and abs(gain) < FREELY * dt
    odo = replace(odo, scale=scale.compared(odo.scale, way, wheel, gain, free=free))
    return odo if odo.mending is None else _mended(odo, odo.mending, way, wheel - odo.scale.late * gain)


def _mended(odo: Odometer, gap: mending.Mending, way: Metres, wheel: Metres) -> Odometer:
    """The last gap measured anew, once enough of the ground behind it has been driven on."""
    gap = mending.compared(gap, way, wheel)
    now, before = mending.mended(gap, odo.scale), gap.counted
    if now is None:
        return replace(odo, mending=gap)
    noise = max(micro(odo.noise + now.sigma * now.sigma - before.sigma * before.sigma), 0.0)
    return replace(odo, settled=micro(odo.settled + now.metres - before.metres), noise=noise, mending=None)


# Gaps.


def _returned(odo: Odometer, last: Reference, here: Reference, dt: Seconds, chord: Metres | None) -> Odometer:
    """GPS is back after a gap."""
    wheel = None
    least = 0.0 if chord is None or here.lat is None else chord
    sliding = slides(odo.roll, here.t)
    if odo.wheel is not None and (sliding or lives(odo.roll, here.t)):
        gain = (0.0 if gate.vetoed(odo.roll, here.t, here.speed) else here.speed) - lost_at(odo, last)
        way, sigma = wheel_way(odo)
        way, sigma = way + sliding, sigma + sliding / 4.0
        late = odo.scale.late
        wheel = Way(max(way - late * gain, 0.0), sigma + ENDS + scale.lateness(odo.scale) * abs(gain))
    stands = not lost_at(odo, last) and here.speed < gate.gate(odo.rest, 0.0).go
    if stands and least < (AWAY if wheel is None or odo.wheel else ELSEWHERE):
        return settle(odo, here, _stood(odo, wheel, least))
    eyes, wheel = tellings(last, here, dt, chord, wheel, winds(odo.winding, dt), sound=_sound(odo, here.speed))
    counted = weighed(eyes, wheel)
    if wheel is None or odo.wheel is None:
        return settle(odo, here, counted, BENDS * max(counted.metres - least, 0.0))
    after = settle(odo, here, counted)
    return replace(after, mending=mending.begun(odo.scale, odo.wheel, wheel, eyes, counted))


def _sound(odo: Odometer, speed: MetresPerSecond) -> bool:
    """Whether the wheel has turned, and turns now as the car goes, or stands with it."""
    if not odo.wheel or odo.roll is None:
        return False
    return abs(scale.worth(odo.scale, odo.roll.pace) - speed) < IN_STEP * speed + gate.VETOED


def _halfway(odo: Odometer, hint: Hint, last: Reference) -> Odometer:
    """GPS was back for a moment between two gaps: better one gap up to there, and another one, than one of both."""
    there = told(hint.fix)
    after = _returned(odo, last, hint.fix, elapsed_between(last, there), straight(last, there))
    return replace(after, back=hint.since)


def _stood(odo: Odometer, wheel: Way | None, least: Metres) -> Way:
    """Standing before and after, no further apart than positions wander: unless a sound wheel says that it drove."""
    if wheel is not None and odo.roll is not None and odo.roll.excess <= 1.0:
        return wheel if wheel.metres > 0.0 else Way(0.0, 0.0)
    return Way(0.0, 0.0 if least < JUMP_ROOM else least / 2.0)


def settle(odo: Odometer, here: Reference, way: Way, bias: Metres = 0.0, *, moving: bool | None = None) -> Odometer:
    """The way of a gap is known, as far as it will be. A slow car has to prove anew that it moves."""
    roll = odo.roll
    if roll is not None:
        roll = seen(roll, here.t, here.speed, 0.0)
    return Odometer(
        settled=micro(odo.settled + way.metres),
        noise=micro(odo.noise + way.sigma * way.sigma),
        bias=micro(odo.bias + bias),
        source=GPS,
        last=here,
        moving=here.speed > (gate.VETOED if here.told else POSITIONS.go) if moving is None else moving,
        rest=odo.rest,
        back=here.t,
        wheel=0.0 if lately(roll, here.t) else None,
        roll=roll,
        scale=odo.scale,
        slope=odo.slope,
        winding=wound(odo.winding, here, odo.settled + way.metres, broken=True),
        flow=steady(odo.flow),
    )


# Positions alone.


def _by_position(odo: Odometer, last: Reference, fix: Fix, dt: Seconds) -> Odometer:
    """A receiver that prints no speed: the chord is the way, behind a gate as wide as its positions wander.

    While the car stands the chord is taken from where it stopped, so that a crawl comes through and a wander does not.
    """
    if dt <= GAP and (last.told or dt < APART):  # one that tells its speed will do so again
        return replace(odo, live=micro(ahead(odo.flow, last.speed, dt)) if odo.moving else 0.0)
    chord = straight(last, fix)
    way = last.speed * dt if chord is None else chord
    step = way if odo.moving else way - odo.held
    expected = JUMP_SHARE * last.speed * dt if odo.moving else 0.0
    if step > FASTEST * dt or (dt < PATIENCE and step > expected + SPURT * dt * dt + JUMP_ROOM):
        return _refused(odo, fix)
    here = reference(fix, abs(step) / dt)
    if odo.moving and dt > PATIENCE:
        return settle(odo, here, Way(way, min(0.1 * dt * dt, 3.0 * dt)), min(0.1 * dt * dt, 3.0 * dt, way))
    if odo.moving:
        return _by_steps(odo, here, way, dt)
    waited = odo.waited + dt if step >= POSITIONS.go * dt else 0.0
    if (waited < POSITIONS.sure or odo.waited == 0.0) and way < AWAY:
        stood = replace(here, lat=last.lat, lon=last.lon)
        return replace(odo, live=0.0, source=GPS, last=stood, held=way, waited=waited)
    return settle(odo, here, Way(way, 0.0), POSITION_SHARE * way, moving=True)


def _by_steps(odo: Odometer, here: Reference, way: Metres, dt: Seconds) -> Odometer:
    slow = odo.waited + dt if here.speed < POSITIONS.stop else 0.0
    moving = slow <= gate.SLOW
    return _stepped(odo, here, way, dt, moving=moving, waited=slow if moving else 0.0, share=POSITION_SHARE)
