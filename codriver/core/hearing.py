"""Who hears a call, how loud, and what becomes of it while somebody else speaks: between the planner and the voice.

In the mode `prompt` the calls are the co-driver's alone. While the intercom's line is taken words become a beep: there
is something to read. A danger is said all the same.
"""

from dataclasses import replace as replaced
from typing import Final

from msgspec.structs import replace

from codriver.core import calls, intercom, leads, odometer, spoken
from codriver.core.answers import Answer, Deed
from codriver.core.outs import Alert, Call, Decided, Out, Replan
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.units import Metres, Seconds

CODRIVER: Final = "codriver"
BEEP: Final = "note"
FAULT: Final = "fault"
VOICE: Final = "voice:"
# A fault's sound with the pauses around it.
ROOM: Final[Seconds] = 2.0
# What the voice says while it makes the words ready (`rendering 120/340`), and when all of them are.
RENDERING: Final = "rendering "
RENDERED: Final = "rendered"


def routed(plan: Plan, state: State, outs: tuple[Out, ...]) -> tuple[Out, ...]:
    """These outs, the calls among them as they are to be heard; `state` is the one after them."""
    if not any(isinstance(out, Call) for out in outs):
        return outs
    routed: list[Out] = []
    for out in outs:
        routed += _routed(plan, state, out) if isinstance(out, Call) else [out]
    return tuple(routed)


def _routed(plan: Plan, state: State, call: Call) -> list[Out]:
    only = CODRIVER if spoken.mode(state.calls, plan) == "prompt" else ""
    call = replaced(call, only=only, level_db=intercom.level_db(state.intercom))
    saying = state.calls.saying
    if not call.parts or saying is None or saying.id != call.id or saying.danger:
        return [call]
    if not intercom.busy(state.intercom, state.now):
        return [call]
    beep = leads.prompt(plan, saying.notes[0]) if saying.notes else BEEP
    rows = (Decided(state.now, number, "shortened", "the line is busy") for number in saying.numbers)
    return [*rows, replaced(call, sound=call.sound or beep, parts=())]


def tells_of_words(text: str) -> bool:
    """Whether this answer of the voice is about the words that it makes ready."""
    return text == RENDERED or text.startswith(RENDERING)


def words_ready(plan: Plan, state: State, text: str) -> Stepped:
    """The voice has so many words ready. When all are their lengths are known, and calls are to be planned by these.

    Where nothing is heard it does not matter how long it takes; and once the car rolls the formula does until the next
    Start, since a segment that begins in the midst of a drive is a seam in everything that is told of it.
    """
    if text != RENDERED:
        now = intercom.progressed(state.intercom, text.removeprefix(RENDERING))
        return replace(state, intercom=now), ()
    heard = state.calls.voice == "ready" and state.calls.saying is None
    wanted = plan.guessed and heard and odometer.pace(state.odo, state.now) < leads.CRAWL
    return replace(state, intercom=intercom.rendered(state.intercom)), (Replan(RENDERED, ""),) if wanted else ()


def sounded(plan: Plan, state: State, outs: tuple[Out, ...]) -> State:
    """A fault that begins is heard as well, by a sound, where the voice is; its own is not, nor two at once.

    No sound comes before a call that is about to begin: a fault is on the screen in any case.
    """
    now = state.calls
    faults = any(isinstance(out, Alert) and out.kind == "fault" and not out.text.startswith(VOICE) for out in outs)
    if not faults or now.voice != "ready" or now.queue or (now.at is not None and now.at - state.now < ROOM):
        return state
    if now.saying is not None and not any(now.saying.words):
        return state
    return replace(state, calls=calls.toned(now, plan, FAULT))


def is_line(plan: Plan, panel: str, button: int) -> bool:
    """Whether this contact is no button, but the intercom's line."""
    return plan.settings.busy == f"{panel} {button}"


def line(state: State, t: Seconds, *, closed: bool) -> State:
    """The line's contact has closed or opened."""
    return replace(state, intercom=intercom.taken(state.intercom, t, closed=closed))


def turn(by: int) -> Deed:
    """What makes the voice so many steps louder; a beep lets it be heard."""

    def turned(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        if not plan.settings.allow.voice:
            return state, (), "the profile forbids the voice"
        after = intercom.turned(state.intercom, by)
        heard = calls.toned(state.calls, plan, BEEP)
        return replace(state, intercom=after, calls=heard), (), f"volume {intercom.percent(after)} %"

    return turned
