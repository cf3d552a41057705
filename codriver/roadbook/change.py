"""One change to a book: what a bulletin, or the crew itself, says of one box. A layer is a tuple of them, in order.

A box is named as the original has it: by its distance, by what the crew calls it, or by both, which are then checked
against each other. SI; a field that is None, empty or False is left as it is, while a `danger` of 0 takes one off.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from codriver.roadbook.model import Event, Note, Position, Waypoint
from codriver.units import Degrees, Metres, MetresPerSecond

# `put`: the box that is there gets this, and where none is one is added. `note`: the crew's own, not a bulletin's.
Op: TypeAlias = Literal["add", "cancel", "alter", "put", "note"]
OPS: Final[tuple[Op, ...]] = ("add", "cancel", "alter", "put", "note")
COLOURS: Final = ("yellow", "orange", "pink", "green", "blue")


@dataclass(frozen=True, slots=True)
class Change:
    """`total` is where the original has the box, or where a new one is; `box` its label, its name, or `#` its number.

    `moved` is its new distance, or the first one of a box that was not measured. `events` replace those of the same
    kind; `without` names what is taken away: fields, kinds of events, or the `zone` that begins here, with its end. A
    `note` raises a danger and never lowers it.
    """

    op: Op
    total: Metres | None = None
    box: str = ""
    moved: Metres | None = None
    cap: Degrees | None = None
    danger: int | None = None
    speed: MetresPerSecond | None = None
    words: str = ""
    events: tuple[Event, ...] = ()
    waypoint: Waypoint | None = None
    position: Position | None = None
    importance: int | None = None
    highlight: str = ""
    joined: bool = False
    without: tuple[str, ...] = ()


def of(note: Note, op: Op, **fields: Any) -> Change:
    """A change of this very box, as it can be found again in the original; an added one has no number that stays."""
    total = note.total if note.moved_from is None else note.moved_from
    box = note.name if note.amended == "added" else f"#{note.number}"
    return Change(op, total=total if note.measured else None, box=box, **fields)
