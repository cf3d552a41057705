"""The state stays small: what it can do without is given up, oldest first, before it outgrows what a resume row holds.

A state is measured as it is written down, when what is kept for long has changed, and else once a second: that takes
longer than to fold a sentence. Nothing of a distance, a press or a call to come is ever given up. Bytes. Pure.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec.structs import replace

from codriver.core.state import State, encode

# What the state may take (blueprint 1), and of it what may come up between two looks: an epoch, contacts, a call.
MOST: Final = 8192
ROOM: Final = 1024
# So many changes can be taken back in any case, as far as other things can be given up.
SURELY: Final = 12

Giving: TypeAlias = Callable[[State], State]


def within(before: State, state: State) -> State:
    """The state after a step, as small as it has to be."""
    if _as_it_was(before, state) or _fits(state):
        return state
    for give in (_undos(SURELY), _report, _recognition, _undos(0), _last):
        while (smaller := give(state)) is not state:
            state = smaller
            if _fits(state):
                return state
    return state


def _as_it_was(before: State, state: State) -> bool:
    return (
        state.trip.changes is before.trip.changes
        and state.stick is before.stick
        and state.form is before.form
        and state.troubles is before.troubles
        and state.calls.saying is before.calls.saying
        and int(state.now) == int(before.now)
    )


def _fits(state: State) -> bool:
    return len(encode(state).encode()) <= MOST - ROOM


def _undos(least: int) -> Giving:
    """The oldest of the changes, as long as there are more than so many."""

    def give(state: State) -> State:
        changes = state.trip.changes
        over = min(len(changes) - least, 4)
        return state if over <= 0 else replace(state, trip=replace(state.trip, changes=changes[over:]))

    return give


def _report(state: State) -> State:
    """The page of a copied book's report: turning to it asks for it again."""
    checked = state.stick.checked
    if checked is None or not checked.lines:
        return state
    return replace(state, stick=replace(state.stick, checked=replace(checked, lines=())))


def _recognition(state: State) -> State:
    """The places and turns that were about to be recognised: others come."""
    now = state.agreement
    if not (now.near or now.headings or now.corners):
        return state
    return replace(state, agreement=replace(now, near=(), headings=(), corners=()))


def _last(state: State) -> State:
    """The call to be said again: the next note is said in its place."""
    return state if state.calls.last is None else replace(state, calls=replace(state.calls, last=None))
