"""Where we are: one frozen value, small for ever, and its one text form.

History lives in tables; what is here is what the next signal needs. Encoded it stays under 8 kB: canonical JSON with
a schema number, and a state of another schema is not decoded but refolded from the log.
"""

from typing import Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from codriver.core import trip
from codriver.core.agreement import Agreement
from codriver.core.astray import Astray
from codriver.core.boxes import Boxes
from codriver.core.clock import Utc
from codriver.core.display import Display
from codriver.core.form import Form
from codriver.core.intercom import Intercom
from codriver.core.learnt import Saved
from codriver.core.mile import Mile
from codriver.core.odometer import Odometer
from codriver.core.offer import Offer
from codriver.core.outs import Out
from codriver.core.reading import Reading
from codriver.core.reversing import Reversing
from codriver.core.sources import Sources
from codriver.core.spoken import Calls
from codriver.core.stick import Stick
from codriver.core.trip import Trip
from codriver.core.wheel import Probes
from codriver.decode.nmea import Receiver
from codriver.decode.pod import Pod
from codriver.decode.presses import Panel
from codriver.units import Degrees, Metres, Seconds

SCHEMA: Final = 4


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

    `wake` is when it next wants a Tick; `pointer` the index of the next note; `row_t` when the last `fix` row was
    made; `left` where the car was when the segment before ended; `notice` and `deed` what the screen tells for a
    while; `form` what the crew is filling in, `offer` what the unit proposes, `mile` what is measured, `saved` what
    is kept of the wheel; `astray` where the car is along the course, `boxes` which it has met where there is none;
    `junction` the box from which the crew began to count backwards, an index; `agreement` what is learnt of the book;
    `differs` by how much the trip is more than where the car was found, while the crew has not said which holds;
    `stick` what is known of a stick with roadbooks; `reading` the load report that is open; `reversing` whether the car
    is in reverse gear.
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
    amending: Seconds | None = None
    form: Form | None = None
    offer: Offer | None = None
    stick: Stick = Stick()
    reading: Reading | None = None
    mile: Mile = Mile()
    saved: Saved = Saved()
    astray: Astray = Astray()
    boxes: Boxes = Boxes()
    junction: int | None = None
    intercom: Intercom = Intercom()
    agreement: Agreement = Agreement()
    sources: Sources = Sources()
    reversing: Reversing = Reversing()
    differs: Metres | None = None


# What a room makes of what happens: the state after it, and what is asked for.
Stepped: TypeAlias = tuple[State, tuple[Out, ...]]


class StateError(ValueError):
    """This text is no state of this schema: refold the log instead."""


class _Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """A state as it is written down: without the changes of its trip, which are the `undos`.

    And without the last call where that is the one being said: `last`.
    """

    schema: int
    state: State
    undos: tuple[trip.Packed, ...]
    last: bool = False


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(_Paper)


def encode(state: State) -> str:
    """Canonical JSON: equal states have equal texts."""
    bare, said = replace(state, trip=replace(state.trip, changes=())), state.calls.saying
    last = said is not None and state.calls.last == said
    if last:
        bare = replace(bare, calls=replace(bare.calls, last=None))
    return _ENCODER.encode(_Paper(SCHEMA, bare, trip.packed(state.trip), last)).decode()


def decode(text: str) -> State:
    """The state that `encode` wrote. StateError for another schema or a damaged text."""
    try:
        paper = _DECODER.decode(text)
        whole = trip.unpacked(paper.state.trip, paper.undos)
    except (msgspec.MsgspecError, ValueError) as error:
        raise StateError("a damaged state, or one of another schema") from error
    if paper.schema != SCHEMA:
        raise StateError("a state of another schema")
    called = paper.state.calls
    called = replace(called, last=called.saying) if paper.last else called
    return replace(paper.state, trip=whole, calls=called)
