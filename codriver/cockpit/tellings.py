"""What the crew is told for a while: the last alert, the last press, the call that is being said. Pure."""

from typing import Final

from codriver.cockpit import calling
from codriver.cockpit.outside import Outside
from codriver.cockpit.screen import Banner, Call, Level
from codriver.core import odometer, trip
from codriver.core.plan import Plan
from codriver.core.state import Notice, State
from codriver.units import Seconds

YOUNG: Final[Seconds] = 5.0
FAULT_YOUNG: Final[Seconds] = 10.0
DONE: Final[Seconds] = 2.0
ECHO: Final[Seconds] = 5.0
# How an alert looks; one of another kind only informs.
LEVELS: Final[dict[str, Level]] = {
    "fault": "bad",
    "danger": "bad",
    "astray": "bad",
    "sync": "warn",
    "moved": "warn",
    "touch": "warn",
    "agree": "warn",
}


def notice(state: State, now: Seconds) -> Banner | None:
    """The last alert while it is young, and a question until nobody may answer it any more."""
    said = state.notice
    if said is None or not _young(state, said, now):
        return None
    return Banner(said.text, LEVELS.get(said.kind, "info"), said.kind)


def _young(state: State, said: Notice, now: Seconds) -> bool:
    if said.kind == "sync" and state.question is not None:
        return now <= state.question.until
    return now - said.t < (FAULT_YOUNG if said.kind == "fault" else YOUNG)


def deed(state: State, outside: Outside, now: Seconds) -> tuple[str, bool | None]:
    """The last press in words until it is safe on the card, and for two seconds at least; and whether it is safe."""
    done = state.deed
    if done is None:
        return "", None
    safe = None if outside.recorded is None else outside.recorded >= done.t
    if now - done.t >= DONE and safe is not False:
        return "", None
    return done.text, safe


def call(plan: Plan, state: State, now: Seconds) -> Call | None:
    """What is being said, and for a while what was said of a note that is still ahead."""
    saying, last = state.calls.saying, state.calls.last
    if saying is not None and any(saying.words):
        return Call(calling.words(plan, saying), saying.heard, saying.danger)
    if last is None or now - (last.t + last.length) >= ECHO:
        return None
    ahead = any(state.pointer <= index < len(plan.book.notes) for index in last.notes)
    true = calling.stands(plan, last, trip.total(state.trip, odometer.at(state.odo, now)))
    return Call(calling.words(plan, last), False, last.danger) if ahead and true else None
