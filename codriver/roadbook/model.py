"""The one frozen model of a roadbook, which every reader fills and nothing else changes.

SI inside: metres from the start of the book, m/s, seconds, true degrees. What a file does not say is None or
empty, never a guess. A note is one box of the book. Knows nothing of files and formats.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

# A name of more letters is no number but a note.
LONGEST_LABEL: Final = 8


class Position(NamedTuple):
    """A place on WGS84; altitude where the source has it."""

    lat: Degrees
    lon: Degrees
    alt: Metres | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture stands: bytes `start` to `end` of the book's file, from its element's `<` to its end tag.

    What is there may be a data URL, SVG text or a link. Nothing is decoded until somebody wants to see it:
    `roadbook.pictures.read(file_bytes, picture)`.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece of a page, where the book is a PDF: points (1/72 inch) from the left and the top of the page as shown.

    `page` counts from 1. `roadbook.pdf_pages.picture(file_bytes, crop, width)` draws it.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A point to be taken: `type` in capitals as the event names it (WPM, WPE, DSS…), open to unknown kinds.

    `open` is the radius at which guidance appears, `clear` the one that validates; None where the book has none.
    """

    type: str
    name: str = ""
    open: Metres | None = None
    clear: Metres | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that begins, ends or happens at a box. `value` is SI, in the unit the kind says.

    Kinds: `dz` (speed limit, m/s or None) `fz` `dss` `ass` `dn` (neutralisation, seconds) `fn` `dt` (transfer,
    seconds or None) `ft` `stop` (seconds) `timecontrol` (seconds allowed to the next control) `checkpoint` `fuel`
    `reset` (the trip becomes this many metres) and `medical` `helicopter` `police` `fire` `spectators` `media`. For
    regularity: `average` (m/s from here on; None where the last one ends and no other begins), `free` (a zone without
    checks begins) `free_end`, `free_time` (seconds that the schedule stands still here).
    """

    kind: str
    value: Metres | Seconds | MetresPerSecond | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One box. `number` counts from 1 in book order, `name` is the file's own; `speed` is a limit that starts here.

    A box whose distance nobody knows yet is not `measured`: its `total` is that of the last measured box before it,
    or 0.0, which is the least it can be. It is shown as unknown, is not called or passed by distance, and waits for
    the crew to enter one.

    `branches` are the roads of the junction that are not taken: degrees right of straight on, left below zero.

    What the layer over a book has changed (`roadbook.layer`): `amended` is "added", "altered" or "cancelled", `changed`
    the fields that are no longer the book's, `moved_from` the distance there. A box that is cancelled keeps its words
    and pictures, for the eye alone. An added box has a number above all others, and is called by its name (`41a`).
    The crew's own: `importance` 0 to 3 in place of what the box seems to weigh, the colour of a `highlight`, and
    whether the box is `joined` to the next, so that both are called in one breath.
    """

    number: int
    total: Metres
    name: str = ""
    position: Position | None = None
    cap: Degrees | None = None
    danger: int = 0
    speed: MetresPerSecond | None = None
    words: str = ""
    events: tuple[Event, ...] = ()
    waypoint: Waypoint | None = None
    tulip: Picture | Crop | None = None
    drawing: Picture | Crop | None = None
    lap: int = 1
    show_coordinates: bool = False
    measured: bool = True
    branches: tuple[Degrees, ...] = ()
    amended: str = ""
    changed: tuple[str, ...] = ()
    moved_from: Metres | None = None
    importance: int | None = None
    highlight: str = ""
    joined: bool = False

    @property
    def label(self) -> str:
        """What the crew calls the box: the book's own name for it where that is short, else its number."""
        return self.name if 0 < len(self.name) <= LONGEST_LABEL else str(self.number)

    @property
    def numbered(self) -> str:
        """The box by its number, in words that name it; an added one by its name, since it has none in the book."""
        return self.name if self.amended == "added" else str(self.number)

    @property
    def cancelled(self) -> bool:
        """Whether a bulletin took the box out: it is shown, struck through, and neither called nor passed."""
        return self.amended == "cancelled"


@dataclass(frozen=True, slots=True)
class Roadbook:
    """A stage: its notes in book order, its track in pieces (a gap in the file stays a gap), its units as written.

    `begins` is what the trip shows at the start: 0.0, or the race mile at which a course begins.
    """

    name: str
    format: str
    units: str
    notes: tuple[Note, ...]
    track: tuple[tuple[Position, ...], ...] = ()
    length: Metres | None = None
    begins: Metres = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing the crew should know before the start: where (box number, if any), what, and what to do.

    `label` is what the crew calls the box where that is not its number.
    """

    text: str
    advice: str = ""
    note: int | None = None
    label: str = ""

    @property
    def where(self) -> str:
        """The box, for the beginning of a line; empty where the doubt is of none."""
        return "" if self.note is None else f"box {self.label or self.note}: "


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a book, in plain words: the first line is the verdict."""

    verdict: str
    lines: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `load` gives: the book as far as it goes, and the report."""

    book: Roadbook
    report: Report


READABLE: Final = (
    "codriver reads OpenRally GPX, plain GPX and Rally Blitz, courses (KML, KMZ), Tulip and box JSON, "
    "enduro route sheets (.rs), tables (CSV, XLSX), and PDF"
)


class RoadbookError(ValueError):
    """No book could be read at all; the message says what, where and what to do."""
