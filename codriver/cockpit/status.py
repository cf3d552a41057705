"""The status page: what each figure rests on, what is wrong, what the book's load report doubted, in lines of text.

At most sixteen lines of eighty letters; ages in whole seconds, so that a line changes once a second. What is not known
of a source is left out. Pure.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from math import ceil
from textwrap import shorten, wrap
from typing import Final

from codriver import __version__
from codriver.cockpit import figures
from codriver.cockpit.outside import Outside
from codriver.core import agreeing, odometer, spoken
from codriver.core.clock import Standing
from codriver.core.odometer import ESTIMATE, GPS, NONE, WHEEL
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.roadbook.report import AMENDED
from codriver.units import KILOMETRE, Seconds

LINES: Final = 16
WIDTH: Final = 80
VERDICT: Final = 2  # lines

_CARRIERS: Final = {GPS: "by GPS", WHEEL: "by the wheel", ESTIMATE: "estimated from the last speed", NONE: "by nothing"}
_UTC: Final = {
    Standing.NONE: "not known yet",
    Standing.RTC: "of this computer, not trusted",
    Standing.GPS: "by GPS",
    Standing.GPS_LEAP_KNOWN: "by GPS, leap seconds known",
}


def lines(plan: Plan, state: State, outside: Outside, now: Seconds) -> tuple[str, ...]:
    """The page: the faults first, as the last lines may not be seen; what it rests on; the book as there is room."""
    every = (*_faults(state), *_sources(plan, state, now), *_services(plan, state, outside, now), _unit(plan))
    return tuple(_cut(line) for line in islice((*every, *_book(plan)), LINES))


def _unit(plan: Plan) -> str:
    allow = plan.settings.allow
    rules = {"GPS": allow.gps, "the wheel": allow.wheel, "the voice": allow.voice}
    forbidden = [name for name, allowed in rules.items() if not allowed]
    return f"codriver {__version__}, profile {plan.settings.profile}: forbids {', '.join(forbidden) or 'nothing'}"


def _sources(plan: Plan, state: State, now: Seconds) -> Iterator[str]:
    odo = odometer.carried(state.odo, now)
    metres, sigma, health = odometer.distance(odo), odometer.sigma(odo, now), odometer.health(odo, now)
    yield f"distance: {health}, {_CARRIERS[odo.source]}, {metres / KILOMETRE:.1f} km driven, sigma {ceil(sigma)} m"
    since = state.calls.since
    own = ceil(odometer.sigma_since(odo, now, odometer.Mark(since.noise, since.bias)))
    yield f"trip: sigma {own} m since it was set, book scale {state.trip.basis.scale:.4f}, {state.trip.count} changes"
    if known := agreeing.said(state):
        yield f"agreement: {known}"
    if plan.settings.allow.gps:
        fix = None if state.place is None else state.place.t
        yield f"GPS: {_ago('sentence', state.receiver.heard, now)}, {_ago('fix', fix, now)}"
    if plan.settings.allow.wheel:
        roll = state.odo.roll
        heard, turned = (None, None) if roll is None else (roll.heard, roll.turned)
        yield f"wheel: {_ago('report', heard, now)}, {_ago('pulse', turned, now)}"


def _services(plan: Plan, state: State, outside: Outside, now: Seconds) -> Iterator[str]:
    offset = plan.settings.utc_offset_s / 3600.0
    yield f"UTC: {_UTC[state.utc.standing]}; rally time is UTC{offset:+g} h"
    yield f"log: {_log(outside, now)}"
    voice = {"ready": "ready", "dead": "not to be heard"}.get(state.calls.voice, "not heard of yet")
    ready = state.intercom.rendering
    words = "" if ready is None else f", {ready[0]} of {ready[1]} phrases ready"
    yield f"voice: {voice}, calls {spoken.mode(state.calls, plan)}, {state.calls.count} said{words}"


def _faults(state: State) -> Iterator[str]:
    if not state.troubles:
        yield "faults: none"
    for trouble in reversed(state.troubles):
        yield f"fault: {trouble.source}: {trouble.text}"


def _book(plan: Plan) -> Iterator[str]:
    yield from _wrapped(f"book: {plan.report.verdict}")[:VERDICT]
    yield from (line for line in plan.report.lines if line.startswith(AMENDED))
    for doubt in plan.report.doubts:
        yield f"- {doubt.where}{doubt.text}"


def _ago(what: str, t: Seconds | None, now: Seconds) -> str:
    if t is None:
        return f"no {what} yet"
    return f"last {what} {figures.lasting(max(int(now - t), 0))} ago"


def _log(outside: Outside, now: Seconds) -> str:
    if outside.recorded is None:
        return "none, this is no live drive"
    behind = figures.lasting(max(int(now - outside.recorded), 0))
    return f"safe up to {behind} ago{', LATE' if outside.late else ''}"


@lru_cache(maxsize=64)
def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else shorten(line, WIDTH, placeholder=" …")


@lru_cache(maxsize=4)
def _wrapped(line: str) -> list[str]:
    return wrap(line, WIDTH)
