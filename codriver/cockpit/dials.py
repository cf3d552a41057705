"""The dials: how far, how fast, which way and when, each with how far it is to be believed at `now`.

`here` asks the odometer once, carried on to `now`; the readings are made from that. What was measured a moment ago is
live; what is only carried on, what has lost its source and what nobody knows each look so. Time that runs backwards
makes everything stale. SI in, `Reading`s out; knows nothing of pictures.
"""

from math import inf
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec.structs import replace

from codriver.cockpit import figures
from codriver.cockpit.screen import Reading, Tone
from codriver.core import book, clock, odometer, trip
from codriver.core.clock import Standing
from codriver.core.odometer import ESTIMATE, GAP, NONE, Odometer
from codriver.core.plan import Plan
from codriver.core.roll import lives
from codriver.core.state import State
from codriver.units import KMH, Degrees, Metres, MetresPerSecond, Seconds

Band: TypeAlias = Literal["far", "near", "now"]

# A clock that goes back by more than this is wrong, and so is every age told by it.
BACKWARDS: Final[Seconds] = 0.1
# A speed or heading that was measured this long ago is no use to anybody.
FORGOTTEN: Final[Seconds] = 10.0
# A wheel without a pulse for so long stands, or all but.
STOOD: Final[Seconds] = 1.0
# The course over ground of a slow car is the wander of its receiver.
HEADED: Final[MetresPerSecond] = 5 * KMH
DRIFTING: Final[MetresPerSecond] = 2 * KMH
# How near the next note is: peers colour below 300 m and below 80 m (peers A2); at speed the seconds count.
NEAR: Final = (300.0, 10.0)
NOW: Final = (80.0, 3.0)
FINE_STEP: Final[Metres] = 10.0


class Here(NamedTuple):
    """Where the car is by the book at `now`: `tone` of the distances, and the speed, None where nobody knows, with its.

    `sane`: time has not run backwards.
    """

    total: Metres
    partial: Metres
    tone: Tone
    mps: MetresPerSecond | None
    pace: Tone
    sane: bool


def here(plan: Plan, state: State, now: Seconds) -> Here:
    """The odometer carried on to `now`, and what is to be made of it."""
    odo = _allowed(plan, state.odo)
    sane = now >= state.now - BACKWARDS
    metres = odometer.at(odo, now)
    mps, pace = _speed(odo, now)
    return Here(
        trip.total(state.trip, metres),
        trip.partial(state.trip, metres),
        _aged(_distance_tone(plan, state, odo, now), sane),
        mps,
        _aged(pace, sane),
        sane,
    )


def counters(plan: Plan, state: State, at: Here, now: Seconds) -> tuple[Reading, Reading]:
    """Total and partial, as they run or as the crew has frozen them."""
    measure = figures.units(plan.settings.units)
    places = 3 if plan.settings.step_m < FINE_STEP else 2
    held = frozen_for(state, now) is not None
    total, partial = (state.trip.frozen_total, state.trip.frozen_partial) if held else (at.total, at.partial)
    if at.tone == "none":
        nothing = Reading(figures.unknown(places), measure.road_name, "none")
        return nothing, nothing
    tone: Tone = "frozen" if held else at.tone
    return (
        Reading(figures.odometer(total, measure, places), measure.road_name, tone),
        Reading(figures.odometer(partial, measure, places), measure.road_name, tone),
    )


def frozen_for(state: State, now: Seconds) -> Seconds | None:
    """How much longer the display is frozen; None while it runs."""
    until = state.trip.frozen_until
    return None if until is None or until <= now else until - now


def speedometer(plan: Plan, at: Here) -> Reading:
    """The speed, a whole number."""
    measure = figures.units(plan.settings.units)
    text = "--" if at.mps is None else figures.speed(at.mps, measure)
    return Reading(text, measure.speed_name, at.pace)


def cap(plan: Plan, state: State, at: Here, now: Seconds) -> Reading:
    """The course over ground by the last fix that counted, degrees true, while the car is fast enough to have one."""
    course, tone = _course(_allowed(plan, state.odo), now)
    return Reading("---" if course is None else figures.heading(course), "°", _aged(tone, at.sane))


def rally_clock(plan: Plan, state: State, at: Here, now: Seconds) -> Reading:
    """Rally time, once UTC is trusted."""
    utc = clock.at(state.utc, now)
    if utc is None or state.utc.standing < Standing.GPS:
        return Reading("--:--:--", tone="none")
    return Reading(figures.time_of_day(utc + plan.settings.utc_offset_s), tone=_aged("live", at.sane))


def start_of(plan: Plan, index: int) -> Metres:
    """Where the way to this note begins, by the trip: at the note before, or where that one sets the trip to."""
    before = book.behind(plan.book, index)
    if before is None:
        return 0.0
    notes = plan.book.notes
    value = book.reset(plan.book, before)
    begin = notes[before].total if value is None else value
    return begin if begin <= notes[index].total else 0.0


def begins_anew(plan: Plan, index: int) -> bool:
    """Whether another count begins on the way to this note, so that distances from before mean nothing there."""
    before = book.behind(plan.book, index)
    return before is not None and start_of(plan, index) != plan.book.notes[before].total


class Approach(NamedTuple):
    """The way to the next note: what is left of it, how much of it is behind in percent, and how near it is."""

    left: Reading
    closing: int | None
    band: Band


def approach(plan: Plan, state: State, at: Here) -> Approach:
    """How the car closes in on the next note. Everything is told by the steps of the figure, so it changes with it."""
    measure = figures.units(plan.settings.units)
    behind = state.pointer >= len(plan.book.notes)
    if behind or at.tone == "none" or not plan.book.notes[state.pointer].measured:
        return Approach(Reading("-", figures.to_go(0.0, measure)[1], "none"), None, "far")
    target = plan.book.notes[state.pointer].total
    left = figures.remaining(target - at.total, measure)
    way = target - start_of(plan, state.pointer)
    closing = 100 if left <= 0.0 else round(100 * (1 - min(left / way, 1.0))) if way > 0.0 else 0
    if state.calls.astray or state.calls.wary:  # the next box lies ahead by the trip alone
        return Approach(Reading(*figures.to_go(left, measure), _aged(at.tone, sane=False)), closing, "far")
    return Approach(Reading(*figures.to_go(left, measure), at.tone), closing, _band(abs(left), at.mps))


def _band(away: Metres, mps: MetresPerSecond | None) -> Band:
    seconds = away / mps if mps else inf
    if away < NOW[0] or seconds < NOW[1]:
        return "now"
    return "near" if away < NEAR[0] or seconds < NEAR[1] else "far"


def _allowed(plan: Plan, odo: Odometer) -> Odometer:
    """What the profile lets anybody see of the odometer: no fix where positions are forbidden."""
    return odo if plan.settings.allow.gps or odo.last is None else replace(odo, last=None)


def _aged(tone: Tone, sane: bool) -> Tone:
    return tone if sane or tone == "none" else "stale"


def _distance_tone(plan: Plan, state: State, odo: Odometer, now: Seconds) -> Tone:
    allow = plan.settings.allow
    if not (allow.gps or allow.wheel):
        return "none"
    source = odometer.carried(odo, now).source
    if source == NONE:
        known = odometer.distance(odo) != 0.0 or state.trip.count > 0
        return "stale" if known else "none"
    return "estimated" if source == ESTIMATE else "live"


def _speed(odo: Odometer, now: Seconds) -> tuple[MetresPerSecond | None, Tone]:
    """By the last fix while that is fresh, else by the wheel, else what it was."""
    last, roll = odo.last, odo.roll
    age = inf if last is None else now - last.t
    if last is not None and age < GAP and (last.told or odo.source != NONE):
        return odometer.speed(odo), "estimated" if odo.source == ESTIMATE else "live"
    if roll is not None and lives(roll, now):
        return (roll.pace if now - roll.turned < STOOD else 0.0), "live"
    if last is not None and GAP <= age < FORGOTTEN:
        return odometer.speed(odo), "stale"
    if roll is not None and now - roll.heard < FORGOTTEN:
        return roll.pace, "stale"
    return None, "none"


def _course(odo: Odometer, now: Seconds) -> tuple[Degrees | None, Tone]:
    last = odo.last
    if last is None or last.course is None or last.speed < DRIFTING or now - last.t >= FORGOTTEN:
        return None, "none"
    return last.course, "live" if last.speed > HEADED and now - last.t < GAP else "stale"
