"""A box of the book as the page shows it: texts in the book's own units, to be shown as text and nothing else."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from msgspec import Struct

from codriver.cockpit.figures import Units, heading, printed, units
from codriver.cockpit.rows import NEAR, badges
from codriver.desk.drawings import pictured
from codriver.desk.edits import CLASSES
from codriver.roadbook.change import of
from codriver.roadbook.model import Note
from codriver.roadbook.turns import Turn
from codriver.units import Metres


class Box(Struct, frozen=True, rename="camel"):
    """One row of the page. `rev` names what an edit of it is made upon; `own` is what the crew itself has entered.

    `asks` is whether the crew may enter a distance, since the book has none. Empty texts are what nobody knows.
    """

    key: str
    number: str
    total: str
    partial: str
    near: bool
    asks: bool
    cap: str
    badges: tuple[str, ...]
    danger: int
    words: str
    highlight: str
    importance: int | None
    class_name: str
    joined: bool
    tulip: bool
    drawing: bool
    cancelled: bool
    changed: str
    own: dict[str, Any]
    rev: str


def key(note: Note) -> str:
    """What a box is called between page and desk, as in the layer: it stays when others are added."""
    return of(note, "note").box


def box(note: Note, alone: Note, before: Note | None, turn: Turn, values: dict[str, Any], written_in: str) -> Box:
    """The row of a note. `alone` is the note without the crew's own `values`, `before` the one before it.

    Figures are in the units that the book is `written_in`.
    """
    gap, measure = None, units(written_in)
    if before is not None and before.measured and note.measured and note.total >= before.total:
        gap = note.total - before.total
    return Box(
        key=key(note),
        number=note.label,
        total=printed(note.total, measure) if note.measured else "",
        partial="" if gap is None else printed(gap, measure),
        near=gap is not None and gap < NEAR,
        asks=not alone.measured,
        cap="" if note.cap is None else f"{heading(note.cap)}°",
        badges=(*_name(note), *badges(replace(note, joined=False, amended=""), written_in)),  # the page draws these two
        danger=note.danger,
        words=note.words,
        highlight=note.highlight,
        importance=note.importance,
        class_name="" if note.importance is None else CLASSES[note.importance],
        joined=note.joined,
        tulip=pictured(note, turn, "tulip") is not None,
        drawing=pictured(note, turn, "drawing") is not None,
        cancelled=note.amended == "cancelled",
        changed=_changed(alone),
        own=values | ({"total": _typed(values["total"], measure)} if "total" in values else {}),
        rev=_revision(alone, values),
    )


def _name(note: Note) -> tuple[str, ...]:
    """A name that is no number, where the words do not say it."""
    return () if note.name in note.words or note.name == note.label else (note.name,)


def _typed(metres: Metres, measure: Units) -> str:
    """A distance to be entered again: to the metre, two decimals at least."""
    text = f"{metres / measure.road:.3f}"
    return text.removesuffix("0")


def _changed(note: Note) -> str:
    """What a bulletin has done to the box."""
    if note.amended == "altered":
        return f"amended: {', '.join(note.changed)}"
    return note.amended


def _revision(alone: Note, values: dict[str, Any]) -> str:
    """The same for the same box, whoever asks and whenever; what other boxes say is no part of it."""
    parts = (sorted(values.items()), alone.words, alone.danger, alone.amended, alone.changed)
    return sha256(repr(parts).encode()).hexdigest()[:12]
