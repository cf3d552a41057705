"""Moments told anew: the same state, with its times counted from another beginning.

A new plan in mid-drive opens a segment, and a segment's time begins at 0. Nothing has happened but that: the car
rolls, contacts are closed, a call is being said. So every moment the state holds is taken back by as much, and what
was before the Start lies below zero. Which fields are moments stands here, and a test holds it against the sources.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.astray import Aside, Astray, Trace
from codriver.core.clock import Utc
from codriver.core.display import Display
from codriver.core.form import Form
from codriver.core.intercom import Intercom
from codriver.core.mile import Count, Mile, Post
from codriver.core.odometer import Hint, Odometer, Reference
from codriver.core.offer import Offer
from codriver.core.reading import Reading
from codriver.core.reversing import Unasked
from codriver.core.roll import Roll
from codriver.core.sources import Sources
from codriver.core.spoken import Aimed, Calls, Said, Saying, Warned
from codriver.core.state import Deed, Notice, Place, Question, State
from codriver.core.trip import Trip
from codriver.decode import nmea, pod, presses
from codriver.signals import stamp
from codriver.units import Seconds

# By type, the fields that are seconds since the segment's Start. UTC's offset is one turned round.
MOMENTS: Final[Mapping[type, tuple[str, ...]]] = {
    State: ("now", "wake", "row_t", "amending"),
    Place: ("t",),
    Question: ("until",),
    Notice: ("t",),
    Deed: ("t",),
    Form: ("until", "changed"),
    Unasked: ("t",),
    Offer: ("until", "seen"),
    Reading: ("until", "sure", "seen"),
    Mile: ("until",),
    Count: ("t",),
    Post: ("t",),
    Display: ("menu_until",),
    Trip: ("frozen_until",),
    Utc: ("since",),
    Intercom: ("busy",),
    Calls: ("at", "fund_t"),
    Aimed: ("t",),
    Warned: ("t",),
    Saying: ("t", "passed"),
    Said: ("t",),
    Odometer: ("back",),
    Hint: ("since", "first"),
    Reference: ("t",),
    Roll: ("heard", "turned", "slips", "began"),
    Sources: ("since",),
    Astray: ("looked",),
    Aside: ("t",),
    Trace: ("from_t",),
    nmea.Receiver: ("t", "heard"),
    pod.Clock: ("t",),
    pod.Early: ("t", "until"),
    pod.Contacts: ("t",),
    pod.Pod: ("heard",),
    presses.Contact: ("changed", "at", "heard"),
}
TURNED: Final[Mapping[type, tuple[str, ...]]] = {Utc: ("offset", "candidate")}


def renamed(state: State, by: Seconds) -> State:
    """The state with each of its moments `by` seconds earlier."""
    told: State = _told(state, by)
    return told


def _told(value: Any, by: Seconds) -> Any:
    """A value of the state with all that is in it; what holds no moment stays the very same value."""
    if isinstance(value, Struct):
        return _with(value, by, value.__struct_fields__, partial(replace, value))
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is not None:
            return _with(value, by, fields, value._replace)  # type: ignore[attr-defined]  # a NamedTuple
        told = tuple(_told(each, by) for each in value)
        return told if any(new is not old for new, old in zip(told, value, strict=True)) else value
    if isinstance(value, dict):
        return {key: _told(each, by) for key, each in value.items()}
    return value


def _with(value: Any, by: Seconds, fields: tuple[str, ...], make: Callable[..., Any]) -> Any:
    moments, turned = MOMENTS.get(type(value), ()), TURNED.get(type(value), ())
    changed = {}
    for name in fields:
        old = getattr(value, name)
        new = _earlier(old, by) if name in moments else _earlier(old, -by) if name in turned else _told(old, by)
        if new is not old:
            changed[name] = new
    return make(**changed) if changed else value


def _earlier(moment: Any, by: Seconds) -> Any:
    """A moment, none, or a tuple of these."""
    if isinstance(moment, tuple):
        return tuple(_earlier(each, by) for each in moment)
    return None if moment is None else stamp(moment - by)
