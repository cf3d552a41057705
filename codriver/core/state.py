"""Where we are: one frozen value, small for ever, and its one text form.

History lives in tables; what is here is what the next signal needs. Encoded it stays under 8 kB: canonical JSON with
a schema number, and a state of another schema is not decoded but refolded from the log.
"""

from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from codriver.core.calls import Calls
from codriver.core.clock import Utc
from codriver.core.display import Display
from codriver.core.odometer import Odometer
from codriver.core.trip import Trip
from codriver.core.wheel import Probes
from codriver.decode.nmea import Receiver
from codriver.decode.pod import Pod
from codriver.decode.presses import Panel
from codriver.units import Degrees, Seconds

SCHEMA: Final = 2


class Trouble(NamedTuple):
    """A fault that has not ended: where, and what the crew is told."""

    source: str
    text: str


class Question(NamedTuple):
    """A sync that asks for a second press: which note, and until when."""

    note: int
    until: Seconds


class Place(NamedTuple):
    """The last position the receiver vouched for, and when."""

    t: Seconds
    lat: Degrees
    lon: Degrees


class Notice(NamedTuple):
    """What the crew was told last, by an alert of this kind, and when."""

    t: Seconds
    kind: str
    text: str


class Deed(NamedTuple):
    """What the crew's last gesture did, and when it was understood: on screen until its row is safe."""

    t: Seconds
    text: str


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the fold knows.

    `wake` is when it next wants a Tick; `pointer` the index of the next note; `row_t` when the last `fix` row was made;
    `left` where the car was when the segment before ended; `notice` and `deed` what the screen tells for a while.
    """

    now: Seconds = 0.0
    wake: Seconds = 0.0
    receiver: Receiver = Receiver()
    utc: Utc = Utc()
    pod: Pod = Pod()
    probes: Probes = Probes()
    panels: dict[str, Panel] = {}
    odo: Odometer = Odometer()
    trip: Trip = Trip()
    pointer: int = 0
    row_t: Seconds | None = None
    place: Place | None = None
    left: Place | None = None
    question: Question | None = None
    troubles: tuple[Trouble, ...] = ()
    calls: Calls = Calls()
    display: Display = Display()
    notice: Notice | None = None
    deed: Deed | None = None


class StateError(ValueError):
    """This text is no state of this schema: refold the log instead."""


class _Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """A state as it is written down."""

    schema: int
    state: State


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(_Paper)


def encode(state: State) -> str:
    """Canonical JSON: equal states have equal texts."""
    return _ENCODER.encode(_Paper(SCHEMA, state)).decode()


def decode(text: str) -> State:
    """The state that `encode` wrote. StateError for another schema or a damaged text."""
    try:
        paper = _DECODER.decode(text)
    except msgspec.MsgspecError as error:
        raise StateError("a damaged state, or one of another schema") from error
    if paper.schema != SCHEMA:
        raise StateError("a state of another schema")
    return paper.state
