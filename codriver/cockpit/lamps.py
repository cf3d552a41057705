"""The lamps: each source and service in a word, and the banners: whatever makes the rest of the screen mean less.

A lamp is always there; a banner stays as long as what it tells of. Silence must never look like a clear road: calls
that are off and a book without danger marks say so for as long as they are. Pure.
"""

from collections.abc import Iterator
from math import ceil
from typing import Final

from codriver.cockpit import dials, figures
from codriver.cockpit.figures import Units
from codriver.cockpit.outside import Outside
from codriver.cockpit.screen import Banner, Lamp, Level
from codriver.core import counting, faults, found, mile, odometer, offer, spoken, whereabouts
from codriver.core.odometer import GAP
from codriver.core.plan import Plan
from codriver.core.roll import lives
from codriver.core.state import State
from codriver.units import Metres, Seconds

# So many banners leave room for the book; the rest are counted.
SHOWN: Final = 4
# Where the faults of a source come from: the wire that lost its port, and the room that hears nothing.
RECEIVER: Final = frozenset({"gps", faults.RECEIVER})


# What MARK does with an offer, where that is more than taking it.
_TAKES: Final = {found.FORWARDS: "MARK counts forwards"}


def lamps(plan: Plan, state: State, outside: Outside, now: Seconds) -> tuple[Lamp, ...]:
    """Receiver, wheel, log and voice."""
    return (
        Lamp("GPS", *_gps(plan, state, now)),
        Lamp("WHEEL", *_wheel(plan, state, now)),
        Lamp("LOG", *_log(outside)),
        Lamp("VOICE", *_voice(plan, state)),
    )


def banners(plan: Plan, state: State, outside: Outside, now: Seconds) -> tuple[Banner, ...]:
    """What changes the meaning of the figures first, then the faults, then what will not be said."""
    every = list(_banners(plan, state, outside, now))
    if len(every) <= SHOWN:
        return tuple(every)
    hidden = every[SHOWN - 1 :]
    worst: Level = next((level for level in _WORST if any(each.level == level for each in hidden)), "info")
    return (*every[: SHOWN - 1], Banner(f"+{len(hidden)} more", worst, count=len(hidden)))


_WORST: Final[tuple[Level, ...]] = ("bad", "warn")


def _gps(plan: Plan, state: State, now: Seconds) -> tuple[str, Level]:
    if not plan.settings.allow.gps:
        return "forbidden", "off"
    heard, place = state.receiver.heard, state.place
    if place is not None and now - place.t < GAP:
        return "ok", "ok"
    if any(trouble.source in RECEIVER for trouble in state.troubles):
        return "silent", "bad"
    if heard is None:
        return "off", "off"
    return ("silent", "bad") if now - heard >= faults.SILENT else ("no fix", "warn")


def _wheel(plan: Plan, state: State, now: Seconds) -> tuple[str, Level]:
    """A wheel that has not turned yet may be missing, or stand: that is not known, and no fault."""
    if not plan.settings.allow.wheel:
        return "forbidden", "off"
    roll = state.odo.roll
    if roll is not None:
        return ("ok", "ok") if lives(roll, now) else ("dead", "bad")
    if any(trouble.source == "pod" for trouble in state.troubles):
        return "dead", "bad"
    return ("off", "off") if state.pod.heard is None else ("no pulse", "off")


def _log(outside: Outside) -> tuple[str, Level]:
    if outside.recorded is None:
        return "off", "off"
    return ("LATE", "bad") if outside.late else ("ok", "ok")


def _voice(plan: Plan, state: State) -> tuple[str, Level]:
    if not plan.settings.allow.voice:
        return "forbidden", "off"
    mode = spoken.mode(state.calls, plan)
    if mode == "off":
        return "OFF", "warn"
    if state.calls.voice == "dead":
        return "no voice", "bad"
    if state.calls.astray:
        return "held", "warn"
    if state.calls.wary:
        return mode, "warn"
    if state.intercom.rendering is not None:
        done, of = state.intercom.rendering
        return f"{done}/{of}", "info"
    return mode, "ok" if state.calls.voice == "ready" else "info"


def _banners(plan: Plan, state: State, outside: Outside, now: Seconds) -> Iterator[Banner]:
    frozen = dials.frozen_for(state, now)
    offered = offer.standing(state.offer, now)
    if offered is not None:
        taken = whereabouts.context(plan, state, now) == "offer"
        yield Banner(_offered(plan, state, offered, odometer.at(state.odo, now), taken=taken), "warn", "offer")
    if mile.running(state.mile, now):
        yield Banner(_mile(state, figures.units(plan.settings.units), now), "warn", "mile")
    lost = found.told(plan, state, odometer.at(state.odo, now))
    if lost:
        yield Banner(lost, "bad", "astray")
    if (offered is None or offered.kind != offer.FOUND) and (differs := found.differing(plan, state, now)):
        yield Banner(differs, "warn", "found")
    turned = counting.told(plan, state, odometer.at(state.odo, now))
    if turned or state.trip.basis.backwards:
        yield Banner(turned or found.counting(plan, state), "warn", "backwards")
    if frozen is not None:
        yield Banner(f"FROZEN {ceil(frozen)} s", "warn", "frozen")
    if outside.recorded is not None and outside.late:
        yield Banner("card 5 s late: drive on, press on", "bad", "log")
    for trouble in reversed(state.troubles):
        yield Banner(f"{trouble.source}: {trouble.text}", "bad", "fault")
    yield from _unsaid(plan, state)


def _offered(plan: Plan, state: State, offered: offer.Offer, odo: Metres, *, taken: bool) -> str:
    """The offer, and what a press makes of it, where the press is for it."""
    if offered.kind == counting.KIND:
        words = counting.offered(plan, state, odo)
        return f"{words}: MARK counts it {counting.other(state)}" if taken else words
    return f"{offered.text}: {_TAKES.get(offered.kind, 'MARK takes it')}" if taken else offered.text


def _mile(state: State, measure: Units, now: Seconds) -> str:
    """What the measured mile waits for, and how far the car has come in it."""
    length = f"{figures.printed(state.mile.metres or 0.0, measure)} {measure.road_name}"
    if state.mile.start is None:
        return f"MEASURED MILE {length}: MARK at its beginning"
    driven = odometer.at(state.odo, now) - state.mile.start.odo
    return f"MEASURED MILE {figures.odometer(driven, measure, 2)} of {length}: MARK at its end"


def _unsaid(plan: Plan, state: State) -> Iterator[Banner]:
    """What nobody will call, though it may be there."""
    if not plan.book.notes:
        yield Banner("no roadbook", "info", "book")
        return
    if not plan.settings.allow.voice:
        yield Banner("no calls: the profile forbids the voice", "info", "calls")
    elif spoken.mode(state.calls, plan) == "off":
        yield Banner("CALLS OFF", "warn", "calls")
    if not any(note.danger for note in plan.book.notes):
        yield Banner("this book marks no dangers", "info", "dangers")
