"""Faults the crew can see: what has begun and not ended, one for each place, and a receiver that fell silent.

Wires report theirs as signals; here they become rows, alerts and the list that stays on screen. A text that begins
with "ok" ends the fault of its place.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core.outs import Alert, Faulted
from codriver.core.state import State, Stepped, Trouble
from codriver.signals import stamp
from codriver.units import Seconds

SILENT: Final[Seconds] = 5.0
RECEIVER: Final = "receiver"
MOST: Final = 8
LONGEST: Final = 120


def begin(state: State, t: Seconds, source: str, text: str) -> Stepped:
    """A fault begins; or, with "ok", ends."""
    if text.startswith("ok"):
        return end(state, t, source, text)
    others = tuple(trouble for trouble in state.troubles if trouble.source != source)
    troubles = (*others, Trouble(source[:LONGEST], shortened(text)))[-MOST:]
    return replace(state, troubles=troubles), (Faulted(t, source, text), Alert("fault", f"{source}: {text}"))


def shortened(text: str) -> str:
    """As much of it as the state keeps; what was cut off shows."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def end(state: State, t: Seconds, source: str, text: str = "ok") -> Stepped:
    """The fault of this place is over; nothing where there was none."""
    left = tuple(trouble for trouble in state.troubles if trouble.source != source)
    if len(left) == len(state.troubles):
        return state, ()
    return replace(state, troubles=left), (Faulted(t, source, text),)


def due(state: State) -> Seconds | None:
    """When a receiver that has spoken becomes one that is silent; None while it is known to be."""
    heard = state.receiver.heard
    if heard is None or (state.troubles and any(trouble.source == RECEIVER for trouble in state.troubles)):
        return None
    return stamp(heard + SILENT)


def tick(state: State, t: Seconds) -> Stepped:
    """Tell of a receiver that has been silent for too long at `t`."""
    at = due(state)
    if at is None or at > t:
        return state, ()
    words = f"no sentence for {SILENT:.0f} s: check its plug; the distance is carried on without it"
    return begin(state, t, RECEIVER, words)


def heard(state: State, t: Seconds) -> Stepped:
    """A sentence came at `t`: a silent receiver is silent no more."""
    if not state.troubles or state.receiver.heard != t:
        return state, ()
    return end(state, t, RECEIVER, "ok: sentences again")
