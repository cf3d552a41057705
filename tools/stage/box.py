"""The vocabulary in which a course is written: legs of piste, and the boxes that stand on them.

Metres along the course; degrees clockwise. Everything here is authored by hand in `course.py` and drawn elsewhere:
a leg says where the piste goes, a box says only what the geometry of the piste cannot know.
"""

from dataclasses import dataclass, field
from enum import Enum, auto


class Ground(Enum):
    """What one drives on, as the tulip tells it apart."""

    PISTE = auto()
    MAIN = auto()
    OFF = auto()
    ROAD = auto()


class Across(Enum):
    """What lies across the way, just at the box."""

    WASH = auto()
    DITCH = auto()
    STEP_DOWN = auto()
    CREST = auto()
    SOFT = auto()
    GATE = auto()


class Beside(Enum):
    """What runs along the way: a bank rises from it, a drop falls from it, other tracks keep it company."""

    BANK = auto()
    DROP = auto()
    TRACK = auto()


@dataclass(frozen=True, slots=True)
class Side:
    """A way not taken: its bearing at the box, clockwise from the way one came (0 is straight on)."""

    bearing: float
    ground: Ground = Ground.PISTE


@dataclass(frozen=True, slots=True)
class Mark:
    """A landmark in the tulip: a glyph's name and its place, pixels right of and below the middle of the drawing."""

    glyph: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tag:
    """One OpenRally element: `Tag("wpm", open=800, clear=90)`, `Tag("speed", 50)`."""

    name: str
    value: int | None = None
    radii: dict[str, int] = field(default_factory=dict)


def tag(name: str, value: int | None = None, **radii: int) -> Tag:
    """Write a Tag; `radii` in metres: `open` where guidance appears, `clear` where the point is validated."""
    return Tag(name, value, radii)


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of piste: straight, unless it turns (degrees to the right) or winds (`swing` degrees, `waves` times).

    `climb` is the height gained, in metres.
    """

    length: int
    turn: float = 0.0
    swing: float = 0.0
    waves: int = 1
    climb: float = 0.0
    ground: Ground = Ground.PISTE


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the book, in the middle of the leg it is `on`.

    `words` are for the crew's ears, `lines` are the same thing short, for the notes column; `signs` are pictograms
    of that column. `cap` prints the heading out, which is measured on the piste.
    """

    words: str
    on: Leg = field(default=Leg(20))
    lines: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    danger: int = 0
    cap: bool = False
    tags: tuple[Tag, ...] = ()
    sides: tuple[Side, ...] = ()
    marks: tuple[Mark, ...] = ()
    across: Across | None = None
    left: Beside | None = None
    right: Beside | None = None


Course = tuple[Leg | Box, ...]


def bends(*lengths_and_turns: tuple[int, float], climb: float = 0.0, ground: Ground = Ground.PISTE) -> tuple[Leg, ...]:
    """Legs that wind as written, (metres, degrees to the right) each; they share the climb by their lengths."""
    whole = sum(length for length, _ in lengths_and_turns)
    return tuple(
        Leg(length, turn=turn, climb=climb * length / whole, ground=ground) for length, turn in lengths_and_turns
    )
