"""Reverse gear, told by the receiver's course: a car that all but stood and goes off the way it came has changed gear.

The course is the direction of the velocity, so in reverse gear it lies opposite to where the car points. A turning
round shows the courses between, on a way as wide as the car turns; a change of gear shows none, and the place stays
on its own line. Below walking pace a course is noise, and some receivers print none, so that a change is told once it
is borne out by some metres of the new way. Nothing here can tell a car that was spun round, or a motorcycle turned by
hand, from one in reverse gear: who asks proposes. What goes backwards is never fast, and never far. Which way a car
began is not known before it has been fast, or far without a change. Metres, seconds, m/s; pure.
"""

from math import cos, exp, hypot, inf, radians
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.gauge import GPS, Odometer
from codriver.core.reference import Reference, velocity
from codriver.decode.nmea import elapsed
from codriver.roadbook.geodesy import offset
from codriver.roadbook.model import Position
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

# Slower, the course is too much noise to go by: of 0.15 m/s, 12 degrees. A change of gear is looked for from there on.
SLOW: Final[MetresPerSecond] = 0.7
# Receivers that print no course when slow do so up to about a walk.
COURSELESS: Final[MetresPerSecond] = 1.5
COARSE: Final[Metres] = 0.3
# The way before counts by its last metres, of which there must be so many, and so straight.
LATELY: Final[Metres] = 2.0
BEFORE: Final[Metres] = 1.4
STRAIGHT: Final = 0.85
# The way after must have so many metres, told by so many fixes, and lead back: a car that turns at full lock, 5 m,
# bends both ways by 40 degrees in all.
AFTER: Final[Metres] = 3.0
FIXES: Final = 2
BACK: Final = -cos(radians(65.0))
# Forwards again, a car that reversed to get by bends less than this, all in all, and one that turns round more.
ON: Final = cos(radians(50.0))
# One that is not straight by then is looked at for so long.
PATIENCE: Final[Metres] = 9.0
# Where the car turned its way lies so near to where it became slow, and on its line, by velocity and by position;
# receivers wander.
NEAR: Final[Metres] = 2.5
ASIDE: Final[Metres] = 1.5
FAR_ASIDE: Final[Metres] = 4.0
WANDER: Final[MetresPerSecond] = 0.05
WANDERED: Final[Metres] = 2.5
# Nothing goes faster in reverse gear, or further; and who went as far without a change goes forwards.
FAST: Final[MetresPerSecond] = 7.0
FAR: Final[Metres] = 200.0
FORWARDS: Final[Metres] = 100.0
# Fixes further apart say nothing of the way between; a longer hole has room for a change that nobody saw.
HOLE: Final[Seconds] = 2.5
BLIND: Final[Seconds] = 5.0

Velocity: TypeAlias = tuple[MetresPerSecond, MetresPerSecond]
What: TypeAlias = Literal["", "back", "forth", "missed"]


class Leg(NamedTuple):
    """A piece of way: how far it led, metres east and north, and how long it was."""

    east: Metres = 0.0
    north: Metres = 0.0
    way: Metres = 0.0


class Cusp(NamedTuple):
    """The car is slow, and may change its gear: where it became so, and what it has done since.

    `since` is the way since then, `top` how far it led on along the way before, at most, and `odo` the odometer there;
    `after` is the way from there, told by so many `fixes`. `lasts` is the time, `blind` the way without a course.
    """

    lat: Degrees
    lon: Degrees
    odo: Metres
    since: Leg = Leg()
    top: Metres = 0.0
    after: Leg = Leg()
    fixes: int = 0
    lasts: Seconds = 0.0
    blind: Metres = 0.0


class Hole(NamedTuple):
    """In reverse gear, a way that nobody saw or understood: the gear may have been changed there.

    `leg` is the way before, as far as it is any use, then the odometer and the place where it began. `turned` is where
    the gear would have been changed, None while it lasts, and `sure` where that was seen.
    """

    leg: Leg
    begun: Metres
    place: Position | None = None
    turned: Metres | None = None
    sure: bool = False


class Gear(Struct, frozen=True, array_like=True):
    """Which way the car goes, `back` or forwards for all that is known, and the odometer at the last change told.

    `known` once it has shown that it goes forwards, `run` how far it went without a change; `leg` is the way of late.
    `hole` is where a change out of reverse gear would have been missed, if one was; `ahead` is the way before reverse
    gear, as long as that is known.
    """

    back: bool = False
    since: Metres = 0.0
    known: bool = False
    run: Metres = 0.0
    leg: Leg = Leg()
    cusp: Cusp | None = None
    hole: Hole | None = None
    ahead: Leg = Leg()


class Unasked(NamedTuple):
    """The count was turned without a press: when, and the odometer then."""

    t: Seconds
    odo: Metres


class Reversing(Struct, frozen=True, array_like=True):
    """The gear, and what is made of it for the trip.

    `ours`: the trip counts the other way because the car does. `asks`: the crew has still to be asked. `count` and
    `backwards` are the trip's changes and its direction as they were last seen, `at` the odometer at the last change
    that the room did not make itself, and `turned` at the crew's own last turning of the count. `unasked` is when and
    where, by the odometer, the room turned it backwards without a press.
    """

    gear: Gear = Gear()
    ours: bool = False
    asks: bool = False
    count: int = 0
    backwards: bool = False
    at: Metres = 0.0
    turned: Metres | None = None
    unasked: Unasked | None = None


class Step(NamedTuple):
    """From one fix that counted to the next: both velocities (east, north), the way, the later speed, place, odometer.

    `headed` where the receiver prints a course at its end, `blind` at neither. `moving` is the odometer's word: what a
    receiver prints of a car that stands is no way.
    """

    dt: Seconds
    begun: Velocity
    ended: Velocity
    way: Metres
    speed: MetresPerSecond
    headed: bool
    blind: bool
    from_place: Position
    place: Position
    from_odo: Metres
    odo: Metres
    moving: bool


def step(gear: Gear, before: Odometer, after: Odometer) -> Step | Seconds | None:
    """The step between the fixes of both; the seconds of a hole where they tell nothing of the way between, or None."""
    was, here = before.last, after.last
    if was is None or here is None or here is was:
        return None
    dt = here.t - was.t if was.clock is None or here.clock is None else elapsed(was.clock, here.clock)
    if not 0.0 < dt <= HOLE or after.source != GPS or not (was.told and here.told):
        return max(here.t - was.t, 0.0)
    if was.lat is None or was.lon is None or here.lat is None or here.lon is None:
        return None  # a place that jumped goes with a course that may be false
    begun, ended = velocity(was.speed, was.course), velocity(here.speed, here.course)
    headed, blind, known = ended is not None, not (begun or ended), begun or ended or _towards(gear)
    begun, ended = begun or _slowly(was, known), ended or _slowly(here, known)
    if begun is None or ended is None:
        return dt
    places = Position(was.lat, was.lon), Position(here.lat, here.lon)
    way = (was.speed + here.speed) / 2.0 * dt
    return Step(dt, begun, ended, way, here.speed, headed, blind, *places, before.settled, after.settled, after.moving)


def unseen(gear: Gear, seconds: Seconds, odo: Metres, place: Position | None) -> Gear:
    """Nobody saw the way from here on for so long: what was being looked at is lost, and in time what was known is.

    Of reverse gear the way before is kept: who goes off the other way has changed gear meanwhile.
    """
    if gear.back:
        return Gear(True, gear.since, gear.known, hole=_hole(gear, odo, place), ahead=gear.ahead)
    return Gear(False, gear.since, gear.known and seconds <= BLIND)


def restart(reversing: Reversing, before: Odometer) -> Reversing:
    """A new segment: which way the car goes has to be seen anew, but for one that was in reverse gear."""
    return replace(
        reversing, gear=unseen(reversing.gear, inf, before.settled, _place(before)), asks=False, unasked=None
    )


def leads_on(gear: Gear) -> bool:
    """Whether the car, forwards again, goes the way that it went before reverse gear: it did not turn round by it."""
    length = hypot(gear.leg.east, gear.leg.north)
    return not gear.ahead.way or _along(gear.ahead, gear.leg.east, gear.leg.north) >= ON * length


def heard(gear: Gear, before: Odometer, after: Odometer) -> tuple[Gear, What]:
    """What the fix between these two tells: the odometer has counted it, or has refused it and stayed where it was."""
    here = after.last
    if here is before.last or here is None:
        return gear, ""
    now = step(gear, before, after)
    if now is not None and not isinstance(now, Step):
        gear = unseen(gear, now, before.settled, _place(before))
    if here.speed > FAST and here.told and here.lat is not None:
        return _surely(gear, after.settled, _place(after)), "missed" if gear.back else ""
    return follow(gear, now) if isinstance(now, Step) else (gear, "")


def follow(gear: Gear, now: Step) -> tuple[Gear, What]:
    """What a step tells: a change of gear, that one was missed, or nothing."""
    if gear.hole is not None and gear.hole.turned is None:
        turned = _within(gear.hole, now.from_odo, now.from_place)
        gear = replace(gear, hole=gear.hole._replace(turned=turned))
    if gear.back and now.odo - gear.since > FAR:
        return _surely(gear, now.odo, now.place), "missed"
    if gear.cusp is None:
        if not _slows(gear, now):
            return _resumed(_ran(gear, now))
        if not _leads(gear.leg):
            # So little, and the other way: it begins anew, or nothing would ever be told again.
            anew = gear.leg.way >= BEFORE or _goes(now)
            return replace(gear, leg=Leg()) if anew else gear, ""
        gear = replace(gear, cusp=Cusp(now.from_place.lat, now.from_place.lon, now.from_odo))
    return _turning(gear, now)


def _surely(gear: Gear, odo: Metres, place: Position | None) -> Gear:
    """It goes forwards now. A change that was missed was in the last hole; without one it was no reverse gear at all.

    Else what was told of the last change stays.
    """
    return Gear(since=gear.since if gear.hole is None else _within(gear.hole, odo, place), known=True)


def _hole(gear: Gear, odo: Metres, place: Position | None) -> Hole:
    """The hole that begins at `odo`, or goes on there: too little was seen since it began."""
    before, cusp = gear.hole, gear.cusp
    if before is not None and gear.run < AFTER:
        return before if before.sure else before._replace(turned=None)
    if cusp is not None and cusp.after.way >= COARSE:
        return Hole(gear.leg, odo, None, cusp.odo, sure=True)
    return Hole(gear.leg, odo, place)


def _within(hole: Hole, odo: Metres, place: Position | None) -> Metres:
    """Where the gear was changed in a hole that ends here: on a straight way both the way and the places tell it.

    What leads on along the way before, less what leads back, is how far apart the places are. Without them it is the
    middle, where one is least wrong.
    """
    if hole.turned is not None:
        return hole.turned
    way, on = max(odo - hole.begun, 0.0), 0.0
    if hole.place is not None and place is not None:
        on = _along(hole.leg, *offset(hole.place, place))
    return _centi(hole.begun + (way + max(-way, min(on, way))) / 2.0)


def _place(odometer: Odometer) -> Position | None:
    here = odometer.last
    return None if here is None or here.lat is None or here.lon is None else Position(here.lat, here.lon)


def _resumed(gear: Gear) -> tuple[Gear, What]:
    """Seen again, in reverse gear, for a while: the way on tells whether the gear was changed in the hole."""
    hole, leg = gear.hole, gear.leg
    if hole is None or hole.turned is None or gear.run < AFTER or not (_leads(leg) and _leads(hole.leg)):
        return gear, ""
    share = _along(hole.leg, leg.east, leg.north) / hypot(leg.east, leg.north)
    if share <= BACK:
        return Gear(since=hole.turned, known=True, leg=leg, ahead=gear.ahead), "forth"
    return replace(gear, hole=None if share >= -BACK else hole._replace(leg=Leg())), ""


def _not_understood(gear: Gear, cusp: Cusp) -> Hole | None:
    """In reverse gear, the car was slow here, and what it did then is neither a change nor the way on."""
    return Hole(Leg(), cusp.odo, None, cusp.odo, sure=True) if gear.back else None


def _towards(gear: Gear) -> Velocity:
    """Where the car went of late."""
    leg = gear.leg if gear.cusp is None or gear.cusp.after.way < COARSE else gear.cusp.after
    return leg.east, leg.north


def _slowly(fix: Reference, known: Velocity) -> Velocity | None:
    """The velocity of a slow car whose receiver prints no course: as it went when there was one."""
    length = hypot(*known)
    if fix.speed > COURSELESS:
        return None
    return (known[0] * fix.speed / length, known[1] * fix.speed / length) if length else (0.0, 0.0)


def _slows(gear: Gear, now: Step) -> bool:
    """Whether the car may change its gear within this step."""
    return not _goes(now) or _along(gear.leg, *now.ended) < 0.0


def _goes(now: Step) -> bool:
    """Whether the car is fast enough to have a course."""
    return now.moving and now.headed and now.speed >= SLOW


def _ran(gear: Gear, now: Step) -> Gear:
    """The car goes on as it went."""
    moved = _moved(now)
    keep = exp(-moved.way / LATELY)
    leg = Leg(*(_centi(before * keep + more) for before, more in zip(gear.leg, moved, strict=True)))
    run = min(round(gear.run + moved.way, 1), FORWARDS)
    return replace(gear, leg=leg, run=run, known=gear.known or run >= FORWARDS)


def _turning(gear: Gear, now: Step) -> tuple[Gear, What]:
    """The car is slow, or goes off again: on as before, back, or not to be told."""
    assert gear.cusp is not None
    cusp = _onward(gear.cusp, gear.leg, now)
    if cusp.top > NEAR:  # on as before; the leg is made anew, but not of guesses
        return replace(gear, cusp=None, leg=Leg() if _guessed(cusp) else cusp.since), ""
    if cusp.after.way < AFTER or cusp.fixes < FIXES or not now.moving or now.speed < SLOW:
        return replace(gear, cusp=cusp), ""
    if _guessed(cusp) or not _leads(cusp.after):
        if cusp.after.way < PATIENCE:
            return replace(gear, cusp=cusp), ""
        return replace(gear, cusp=None, leg=Leg(), hole=_not_understood(gear, cusp)), ""
    leg = cusp.after
    if _along(gear.leg, leg.east, leg.north) > BACK * hypot(leg.east, leg.north) or not _near(gear.leg, cusp, now):
        return replace(gear, cusp=None, leg=leg, hole=_not_understood(gear, cusp)), ""
    if not gear.known:
        return Gear(since=gear.since, leg=leg), ""
    ahead = gear.ahead if gear.back else gear.leg
    return Gear(not gear.back, cusp.odo, known=True, leg=leg, ahead=ahead), "forth" if gear.back else "back"


def _guessed(cusp: Cusp) -> bool:
    """Whether most of the way was without a course: held to the one before, it may have led anywhere."""
    return cusp.blind > cusp.since.way / 2.0


def _onward(cusp: Cusp, leg: Leg, now: Step) -> Cusp:
    """The same, a step on. Where it turned round within the step each part counts by itself."""
    lasts = round(cusp.lasts + now.dt, 2)
    if not now.moving:
        return cusp._replace(lasts=lasts)
    moved = _moved(now)
    cusp = cusp._replace(blind=_centi(cusp.blind + moved.way)) if now.blind else cusp
    since = _and(cusp.since, moved)
    at = _along(leg, since.east, since.north)
    a, b = _along(leg, *now.begun), _along(leg, *now.ended)
    if a > 0.0 > b:
        share = a / (a - b)
        top = at - b * (1.0 - share) * now.dt / 2.0
        odo = now.from_odo + (now.odo - now.from_odo) * a * a / (a * a + b * b)
        if top >= cusp.top:
            later = Leg(*(_centi(each * (1.0 - share) * now.dt / 2.0) for each in now.ended))
            later = later._replace(way=_centi(hypot(later.east, later.north)))
            return cusp._replace(since=since, top=_centi(top), odo=_centi(odo), after=later, fixes=1, lasts=lasts)
    if at >= cusp.top:
        return cusp._replace(since=since, top=_centi(at), odo=_centi(now.odo), after=Leg(), fixes=0, lasts=lasts)
    return cusp._replace(since=since, after=_and(cusp.after, moved), fixes=cusp.fixes + 1, lasts=lasts)


def _near(leg: Leg, cusp: Cusp, now: Step) -> bool:
    """Whether the car turned its way on its own line, and the positions say the same as the velocities.

    Who has turned round has come elsewhere meanwhile, seen or unseen.
    """
    if _aside(leg, cusp.since.east - cusp.after.east, cusp.since.north - cusp.after.north) > ASIDE:
        return False
    east, north = offset(Position(cusp.lat, cusp.lon), now.place)
    apart = hypot(east - cusp.since.east, north - cusp.since.north)
    wander = min(WANDER * cusp.lasts, WANDERED)
    if apart > NEAR + wander + COURSELESS * cusp.lasts:
        return True  # no slow car went there: a place has jumped, and says nothing
    return apart <= NEAR + wander and _aside(leg, east, north) <= FAR_ASIDE + wander / 2.0


def _leads(leg: Leg) -> bool:
    """Whether the leg has a direction."""
    return leg.way >= BEFORE and hypot(leg.east, leg.north) >= STRAIGHT * leg.way


def _along(leg: Leg, east: float, north: float) -> float:
    """How far this leads along the leg's direction."""
    return (leg.east * east + leg.north * north) / (hypot(leg.east, leg.north) or 1.0)


def _aside(leg: Leg, east: float, north: float) -> float:
    """How far this leads aside of the leg's direction."""
    return abs(leg.east * north - leg.north * east) / (hypot(leg.east, leg.north) or 1.0)


def _moved(now: Step) -> Leg:
    """How far the step led: between two fixes the velocity changes evenly."""
    east, north = ((a + b) / 2.0 * now.dt for a, b in zip(now.begun, now.ended, strict=True))
    return Leg(_centi(east), _centi(north), _centi(now.way))


def _and(one: Leg, other: Leg) -> Leg:
    return Leg(*(_centi(a + b) for a, b in zip(one, other, strict=True)))


def _centi(metres: float) -> float:
    """Millimetres are enough, and keep the state small."""
    return round(metres, 3) + 0.0
