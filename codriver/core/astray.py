"""On the course, beside it, against it, found again: where along the course the car is, as fix follows fix.

Who is surely on the course is followed along it, in its order, so that crossings, laps and a way out and back are no
traps. Who is beside it, further than his receiver, the track and the lane account for, and for long enough, is off the
course. He is found when he has gone along it, in its direction, for a while: each pass of the course by the car is a
trace to be borne out by distance and heading, and of several the one nearest to where the car was last, or to where
the trip says it is, holds. Who never was on the course is not off it; but whoever follows it the other way is told,
wherever he comes from, unless a part of it leads his way there, too. Nothing here knows the way back, and nothing may:
to drive against the course is forbidden and deadly. Metres along the course and of the odometer, seconds. Pure.
"""

from math import inf, radians, remainder, sin
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.course import Abeam, Course
from codriver.units import Degrees, Metres, Seconds

# What a car takes of a desert piste beside its line, and what a receiver without correction is off, at the worst.
LANE: Final[Metres] = 60.0
RECEIVER: Final[Metres] = 15.0
# Beside it for so long, and so far, it is off the course; on it for so long, and so far, it is on it again.
LEFT_FOR: Final[Seconds] = 3.0
LEFT_BY: Final[Metres] = 30.0
FOUND_FOR: Final[Seconds] = 4.0
FOUND_BY: Final[Metres] = 100.0
# To be found it must be nearer than to be left.
NEAR: Final[Metres] = 25.0
# The car goes along the course within this of its direction, and against it beyond that; for so far, to be told.
ALONG: Final[Degrees] = 60.0
AGAINST: Final[Degrees] = 120.0
AGAINST_BY: Final[Metres] = 60.0
# Who follows it so drifts from it by less than this share of his way; who crosses it at a slant, by more.
DRIFTS: Final = 0.35
# Looking along the course for the car: first close by, then as far as it may have come; and what counts as no move.
CLOSE: Final[Metres] = 20.0
SLACK: Final[Metres] = 60.0
STRETCH: Final = 0.05
UNMOVED: Final[Metres] = 8.0
FURTHEST: Final[Metres] = 3000.0
# The way along the course and the way of the odometer agree on a trace.
BORNE_OUT: Final = 0.25
BORNE_ROOM: Final[Metres] = 15.0
# The further a trace is from where the car should be, the longer it is to be borne out: by this share, at most so far.
ODD: Final = 0.05
ODDEST: Final[Metres] = 500.0
# Every pass of the course by the car is sought so often; so many traces are followed at once.
LOOKS: Final[Seconds] = 1.0
TRACES: Final = 4
# After a change of the trip that it contradicts, another pass is believed that is so many times nearer to what is said.
SAYS: Final = 4.0
MISPLACED: Final[Metres] = 300.0

What: TypeAlias = Literal["", "off", "found", "against"]


class Seen(NamedTuple):
    """A fix, and what else is known at it: the odometer, and where on the course the trip says that the car is.

    `heading` is that of the car's nose, None for a slow one; `back`: in reverse gear it goes the other way. `changes`
    counts those of the trip.
    """

    t: Seconds
    lat: Degrees
    lon: Degrees
    heading: Degrees | None
    odo: Metres
    trip: Metres
    changes: int = 0
    back: bool = False


class Trace(NamedTuple):
    """One place where the car may be on the course, at this reading of the odometer, and where and when it began.

    `drift` is how far its headings have led across the course since, to the right of it.
    """

    at: Metres
    odo: Metres
    from_at: Metres
    from_odo: Metres
    from_t: Seconds
    drift: Metres = 0.0


class Good(NamedTuple):
    """The last place on the course that the car was near, and the odometer there."""

    at: Metres
    odo: Metres


class Aside(NamedTuple):
    """Since when the car has been beside the course, while that may still be nothing."""

    t: Seconds
    odo: Metres


class Astray(Struct, frozen=True, array_like=True):
    """Where along the course the car was last, at which reading of the odometer; None where it never was.

    `sure` while it is followed there. `good` is where it was near the course, and `off` that place while it is off it.
    `against` is the odometer since when it goes the other way, and `told` that the crew knows, until it is found going
    along it. `traces` are where it may be, `counter` where it may be going the other way while it is not followed,
    `looked` when they were last sought.
    """

    at: Metres | None = None
    odo: Metres = 0.0
    sure: bool = False
    good: Good | None = None
    off: Good | None = None
    aside: Aside | None = None
    against: Metres | None = None
    told: bool = False
    traces: tuple[Trace, ...] = ()
    looked: Seconds | None = None
    changes: int = 0
    counter: Trace | None = None


Told: TypeAlias = tuple[Astray, What]


def restart(astray: Astray) -> Astray:
    """A new segment: where the car is must be seen anew; that it was off the course, or against it, stays."""
    fresh = Astray(off=astray.off, odo=astray.odo, changes=astray.changes)
    if not astray.told or astray.against is None:
        return fresh
    at = None if astray.at is None else Good(astray.at, astray.odo)
    return replace(fresh, against=astray.against, told=True, good=astray.good or at)


def place(astray: Astray, odo: Metres, *, back: bool = False) -> Metres | None:
    """Where along the course the car is at this reading of the odometer; None where that is not sure.

    `back`: it goes there in reverse gear.
    """
    if not astray.sure or astray.at is None or astray.aside is not None or astray.against is not None:
        return None
    gone = odo - astray.odo
    return astray.at + (-gone if back else gone)


def doubted(astray: Astray) -> bool:
    """Whether the car only seems to go against the course, which may be over with the next fix."""
    return astray.sure and astray.aside is None and astray.against is not None and not astray.told


def rests(astray: Astray, odo: Metres, changes: int) -> bool:
    """Whether a fix can tell nothing new: the car is followed, and has hardly moved since."""
    return astray.sure and astray.changes == changes and abs(odo - astray.odo) < UNMOVED


def follow(astray: Astray, course: Course, seen: Seen) -> Told:
    """What a fix tells: the place from here on, and whether the crew is to hear of it."""
    if astray.changes != seen.changes:
        astray = _as_said(replace(astray, changes=seen.changes), course, seen)
    return _go_on(astray, course, seen) if astray.sure else _seek(astray, course, seen)


def _as_said(astray: Astray, course: Course, seen: Seen) -> Astray:
    """The crew has changed the trip: where the course comes by more than once, it knows better which time it is."""
    if not astray.sure or astray.at is None or seen.heading is None or abs(seen.trip - astray.at) < MISPLACED:
        return astray
    passes = course.passes(seen.lat, seen.lon, seen.heading, _near(course), ALONG)
    best = min((one.at for one in passes), key=lambda at: abs(at - seen.trip), default=astray.at)
    if SAYS * abs(best - seen.trip) > abs(astray.at - seen.trip):
        return astray
    return replace(astray, at=round(best, 1), odo=round(seen.odo, 1), against=None, told=False)


def _go_on(astray: Astray, course: Course, seen: Seen) -> Told:
    spot = _spot(astray, course, seen)
    if spot.known and spot.miss > LANE + RECEIVER + course.rough + spot.rough:
        return _beside(astray, course, seen)
    if not spot.known and spot.miss > NEAR + RECEIVER:
        return replace(astray, aside=None), ""  # in a hole of the track nobody knows where it goes
    at, odo = round(spot.at, 1), round(seen.odo, 1)
    good = Good(at, odo) if spot.miss <= _near(course) + spot.rough else astray.good
    on = replace(astray, at=at, odo=odo, good=good, aside=None)
    if seen.heading is None:
        return on, ""
    apart = _apart(seen.heading, spot.heading)
    if apart > AGAINST and spot.known:
        return _against(on, course, seen)
    if on.against is None or apart > ALONG:
        return on, ""
    if not on.told:
        return replace(on, against=None), ""
    return replace(on, sure=False, against=None, traces=(_trace(spot, seen),), looked=seen.t), ""


def _spot(astray: Astray, course: Course, seen: Seen) -> Abeam:
    """The place abeam: close to where the car should be by now, else as far around as it can have come."""
    at = astray.at or 0.0
    gone = min(abs(seen.odo - astray.odo), FURTHEST)
    about = at + (gone if (astray.against is None) is not seen.back else -gone)
    spot = course.beside(seen.lat, seen.lon, seen.heading, about - CLOSE, about + CLOSE, about)
    if spot.miss <= NEAR and (seen.heading is None or _apart(seen.heading, spot.heading) <= ALONG):
        return spot
    slack = gone + SLACK + STRETCH * gone
    return course.beside(seen.lat, seen.lon, seen.heading, at - slack, at + slack, about)


def _beside(astray: Astray, course: Course, seen: Seen) -> Told:
    """Further beside the course than the lane is wide: perhaps for a moment, perhaps on another part of it."""
    since = astray.aside or Aside(seen.t, round(seen.odo, 1))
    astray = replace(astray, aside=since)
    if seen.t - since.t < LEFT_FOR or seen.odo - since.odo < LEFT_BY:
        return astray, ""
    if _beyond(astray, course):
        return Astray(changes=astray.changes), ""
    return _seek(replace(astray, sure=False, aside=None, against=None, told=False), course, seen)


def _beyond(astray: Astray, course: Course) -> bool:
    """Whether the course was at its end where the car left it: who has finished is not astray."""
    return astray.at is not None and course.length - astray.at <= FOUND_BY


def _against(astray: Astray, course: Course, seen: Seen) -> Told:
    """The car goes the other way: on another part of the course, perhaps, else it is told once."""
    if astray.against is None:
        return replace(astray, against=round(seen.odo, 1)), ""
    if seen.odo - astray.against < AGAINST_BY or seen.heading is None or not _looks(astray, seen):
        return astray, ""
    elsewhere = _looked(astray, course, seen, seen.heading)
    if elsewhere.traces:
        return replace(elsewhere, sure=False, against=None), ""
    return replace(elsewhere, told=True), "" if astray.told else "against"


def _seek(astray: Astray, course: Course, seen: Seen) -> Told:
    """Follow each trace, look for others, and believe the best that is borne out."""
    traces = tuple(one for trace in astray.traces if (one := _followed(trace, course, seen)) is not None)
    counter = astray.counter and _followed(astray.counter, course, seen, counter=True)
    astray = replace(astray, traces=traces, counter=counter)
    if seen.heading is not None and _looks(astray, seen):
        astray = _countered(_looked(astray, course, seen, seen.heading), course, seen, seen.heading)
    best = min(astray.traces, key=lambda trace: _oddness(astray, trace, seen), default=None)
    if best is not None and _borne_out(best, seen, _oddness(astray, best, seen)):
        good = Good(best.at, best.odo)
        found = Astray(best.at, best.odo, sure=True, good=good, looked=seen.t, changes=astray.changes)
        return found, "found"
    if astray.traces:
        return astray, ""
    if astray.counter is not None:
        return _met_against(astray, astray.counter, seen)
    if astray.told and astray.against is not None:
        return _left_against(astray, seen)
    if astray.off is not None or astray.at is None:
        return astray, ""
    return replace(astray, off=astray.good or Good(astray.at, astray.odo), told=False), "off"


def _met_against(astray: Astray, trace: Trace, seen: Seen) -> Told:
    """The car, which is not followed, goes along the course the other way, and no part of it leads its way here.

    One that was on the course is followed there again. One that never was is told, and not held to it.
    """
    astray = replace(astray, aside=None)
    gone, along = trace.odo - trace.from_odo, trace.from_at - trace.at
    long_enough = gone >= AGAINST_BY and seen.t - trace.from_t >= FOUND_FOR
    if not long_enough or abs(along - gone) > BORNE_OUT * gone + BORNE_ROOM or abs(trace.drift) > DRIFTS * gone:
        return astray, ""
    knew = astray.told and astray.against is not None
    since = astray.against if knew else trace.from_odo
    what: What = "" if knew else "against"
    if astray.at is None and astray.good is None and astray.off is None:
        return replace(astray, against=since, told=True), what
    good = Good(trace.at, trace.odo)
    changes, looked = astray.changes, astray.looked
    on = Astray(trace.at, trace.odo, True, good, against=since, told=True, changes=changes, looked=looked)
    return on, what


def _left_against(astray: Astray, seen: Seen) -> Told:
    """Who was told that he goes against the course is nowhere near it: off it, if he ever was on it."""
    if seen.heading is None:
        return astray, ""
    since = astray.aside or Aside(seen.t, round(seen.odo, 1))
    if seen.t - since.t < LEFT_FOR or seen.odo - since.odo < LEFT_BY:
        return replace(astray, aside=since), ""
    left = replace(astray, aside=None, against=None, told=False)
    return (left, "") if astray.good is None else (replace(left, off=astray.good), "off")


def _followed(trace: Trace, course: Course, seen: Seen, *, counter: bool = False) -> Trace | None:
    """The trace up to here; None where the car is not on it any more. A car that stands proves nothing.

    `counter`: it is followed the other way.
    """
    gone = seen.odo - trace.odo
    if gone < UNMOVED:
        return trace
    heading = _reversed(seen.heading) if counter else seen.heading
    about, slack = trace.at + (-gone if counter else gone), CLOSE + BORNE_OUT * gone
    spot = course.beside(seen.lat, seen.lon, heading, about - slack, about + slack, about)
    apart = 0.0 if heading is None else remainder(heading - spot.heading, 360.0)
    if spot.miss > _near(course) + spot.rough or abs(apart) > ALONG:
        return None
    drift = round(trace.drift + gone * sin(radians(apart)), 1)
    return trace._replace(at=round(spot.at, 1), odo=round(seen.odo, 1), drift=drift)


def _looks(astray: Astray, seen: Seen) -> bool:
    return astray.looked is None or seen.t - astray.looked >= LOOKS


def _looked(astray: Astray, course: Course, seen: Seen, heading: Degrees) -> Astray:
    """With the passes of the course by the car that no trace is on yet."""
    passes = course.passes(seen.lat, seen.lon, heading, _near(course), ALONG)
    new = [_trace(one, seen) for one in passes if not any(abs(one.at - old.at) < SLACK for old in astray.traces)]
    traces = sorted((*astray.traces, *new), key=lambda trace: _oddness(astray, trace, seen))
    return replace(astray, traces=tuple(traces[:TRACES]), looked=seen.t)


def _countered(astray: Astray, course: Course, seen: Seen, heading: Degrees) -> Astray:
    """With the likeliest pass of the course that leads the other way, where none is followed."""
    if astray.counter is not None:
        return astray
    passes = course.passes(seen.lat, seen.lon, (heading + 180.0) % 360.0, _near(course), ALONG)
    traces = [_trace(one, seen) for one in passes]
    return replace(astray, counter=min(traces, key=lambda trace: _oddness(astray, trace, seen), default=None))


def _oddness(astray: Astray, trace: Trace, seen: Seen) -> Metres:
    """How far a trace is from where the car was last on the course, or from where the trip says it is."""
    last = inf if astray.at is None else abs(trace.at - astray.at)
    return min(last, abs(trace.at - seen.trip))


def _borne_out(trace: Trace, seen: Seen, oddness: Metres) -> bool:
    gone, along = trace.odo - trace.from_odo, trace.at - trace.from_at
    enough = FOUND_BY + min(ODD * oddness, ODDEST)
    long_enough = gone >= enough and seen.t - trace.from_t >= FOUND_FOR
    return long_enough and abs(along - gone) <= BORNE_OUT * gone + BORNE_ROOM


def _trace(spot: Abeam, seen: Seen) -> Trace:
    at, odo = round(spot.at, 1), round(seen.odo, 1)
    return Trace(at, odo, at, odo, seen.t)


def _near(course: Course) -> Metres:
    return NEAR + RECEIVER + course.rough


def _reversed(heading: Degrees | None) -> Degrees | None:
    return None if heading is None else (heading + 180.0) % 360.0


def _apart(one: Degrees, other: Degrees) -> Degrees:
    return abs((one - other + 180.0) % 360.0 - 180.0)
