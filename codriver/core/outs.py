"""What to do: everything the fold asks of the loop.

Outs with a `TABLE` are rows of the run database, one column a field (the log adds the segment). The others are
deeds, done by the loop and kept in the `out` table. The core itself does nothing.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

# What a change of the trip is: one of a distance (`step` of both), of the scale, of the direction, of the wheel's
# factors, the total brought into agreement with the book, or metres that nobody saw.
Kind: TypeAlias = Literal["total", "partial", "step", "scale", "turn", "wheel", "agree", "unseen"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where we are, once an epoch and at most ten times a second; once a second while there is no fix.

    `odo_m` is the raw fused distance, untouched by trip or book. `source` says what moves it:
    `gps`, `wheel`, `estimate`, `none`.
    """

    TABLE: ClassVar[str] = "fix"
    t: Seconds
    utc: str | None
    lat: Degrees | None
    lon: Degrees | None
    alt_m: Metres | None
    speed_mps: MetresPerSecond | None
    course_deg: Degrees | None
    quality: int | None
    source: str
    odo_m: Metres
    odo_sigma_m: Metres
    total_m: Metres
    partial_m: Metres


@dataclass(frozen=True, slots=True)
class Pressed:
    """A gesture was understood; `action` is what it did, or why it did nothing."""

    TABLE: ClassVar[str] = "press"
    t: Seconds
    panel: str
    button: str
    gesture: str
    action: str


@dataclass(frozen=True, slots=True)
class TripChanged:
    """A distance, the scale or the direction was changed, `by` the crew, the book or a room.

    `what` is for people, `kind` says what it is. An undo is a change of the same kind, and `undoes` the id of the one
    that it takes back; of that one `undone` is set later.
    """

    TABLE: ClassVar[str] = "trip_change"
    id: int
    t: Seconds
    kind: Kind
    what: str
    before_m: float
    after_m: float
    by: str
    undoes: int | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """The trip change with this id no longer holds."""

    id: int


@dataclass(frozen=True, slots=True)
class NotePassed:
    """A box of the book was passed at this moment, by distance or by the crew's word."""

    TABLE: ClassVar[str] = "passage"
    t: Seconds
    utc: str | None
    note: int
    kind: str
    name: str
    outcome: str
    miss_m: Metres | None


@dataclass(frozen=True, slots=True)
class Called:
    """Words were said of a note, or of none: `t` is when they began, `speech_s` until the last one of this note.

    `ends_m` is the total at that last word. `lead_m` and `lead_s`, from there to the note, come with `Led` when it is
    passed. Notes called in one breath have a row each, with the same `t` and `chain`, the id of the first.
    """

    TABLE: ClassVar[str] = "call"
    id: int
    t: Seconds
    utc: str | None
    note: int | None
    kind: str
    words: str
    speech_s: Seconds
    ends_m: Metres
    lead_m: Metres | None
    lead_s: Seconds | None
    chain: int | None


@dataclass(frozen=True, slots=True)
class Led:
    """The note of this call is passed: how far ahead of it, and how long before, the words had ended."""

    id: int
    lead_m: Metres
    lead_s: Seconds | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Why a note was not called as it stands in the book; a row a note, when it is settled. `note` is its number.

    `what` is dropped, shortened, merged, missed, preempted or hushed.
    """

    TABLE: ClassVar[str] = "decision"
    t: Seconds
    note: int
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Call:
    """Say this: a sound (a name of `core.leads.SOUNDS`, or none), then the parts, one after the other.

    The voice answers with `started`, `ended`, `cut` or `lost` and this id; `speech_s` is how long it should take.
    `only` is who is to hear it where not everybody is: `codriver`. It is as loud as the voice is set, and `level_db`.
    """

    id: int
    kind: str
    sound: str
    parts: tuple[str, ...]
    speech_s: Seconds
    only: str = ""
    level_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop saying the call with this id."""

    id: int


@dataclass(frozen=True, slots=True)
class Marked:
    """The crew marked this place."""

    TABLE: ClassVar[str] = "mark"
    t: Seconds
    utc: str | None
    lat: Degrees | None
    lon: Degrees | None
    speed_mps: MetresPerSecond | None
    odo_m: Metres
    total_m: Metres
    by: str


@dataclass(frozen=True, slots=True)
class Amended:
    """The crew changed the book on the way: `what` (`danger`, `cancel`, `undo`), on which box, and in words.

    `total_m` is where the original has the box, or where the new one stands; None where it has no distance.
    """

    TABLE: ClassVar[str] = "amendment"
    t: Seconds
    what: str
    box: str
    total_m: Metres | None
    text: str


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault the crew can see began, or (`text` beginning "ok") ended."""

    TABLE: ClassVar[str] = "fault"
    t: Seconds
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The distance rests on something else for good: `source` is the odometer's health, `text` what the crew is told.

    `text` is empty for what is heard for the first time, which is no news.
    """

    TABLE: ClassVar[str] = "source_change"
    t: Seconds
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Ack:
    """Tell the pod that this press is safe: done by the loop when its row is committed."""

    seq: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Say something once to the crew: an id, and words for the screen."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class UtcKnown:
    """UTC is trusted from here on: it is `t` plus this offset in this segment."""

    offset_s: Seconds


@dataclass(frozen=True, slots=True)
class Save:
    """Keep this for the next drive: `kind` is `wheel` or `book`, `text` canonical JSON, made by `core.learnt.save`.

    The loop hands it to what keeps it, which files it under the vehicle, and under the book if it is the book's.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Replan:
    """Go on under a new plan, without a break: the loop makes its inputs and opens a segment with them.

    With `reason` "amended" the `text` is the whole new layer of amendments, with "book" the name of a file among the
    books of the state folder. Where no plan can be made of it, the old one goes on, and a `Done` says why.
    """

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Load:
    """Copy this file of the stick's, check it, and answer with its report; a path below the folder of the sticks."""

    path: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """Answer with this page of the report on the book that was loaded last."""

    page: int


@dataclass(frozen=True, slots=True)
class Eject:
    """Let go of the stick, so that it may be pulled out."""


Row: TypeAlias = (
    Fixed | Pressed | TripChanged | NotePassed | Called | Marked | Amended | Faulted | SourceChanged | Decided
)
Out: TypeAlias = Row | Undone | UtcKnown | Ack | Alert | Call | Silence | Led | Save | Replan | Load | Leaf | Eject
