"""From what the crew enters at the desk to a change of the layer, and back. Pure.

The desk writes changes of the kind `note`, one a box, and leaves all others as they are: what a bulletin says is no
matter of the crew's taste. Distances are entered in the units of the book.
"""

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from codriver.cockpit.figures import Units, printed
from codriver.roadbook.change import Change, of
from codriver.roadbook.limits import WORDS
from codriver.roadbook.model import Note
from codriver.units import Metres

# The colours in which crews mark their paper, and what each of them stands for on it (domain 3.1).
HIGHLIGHTS: Final = {"yellow": "landmark", "orange": "danger", "green": "waypoint", "blue": "way", "pink": "other"}
# The classes in which notes are called, the first the latest.
CLASSES: Final = ("information", "caution", "like !!", "like !!!")

_FARTHEST: Final[Metres] = 10_000_000.0
_DISTANCE: Final = re.compile(r"(\+?)\s*(\d{1,5}(?:[.,]\d{0,3})?|[.,]\d{1,3})", re.ASCII)
_SPACES: Final = re.compile(r"\s+")

Words: TypeAlias = Annotated[str, Meta(max_length=WORDS)]
Colour: TypeAlias = Literal["", "yellow", "orange", "green", "blue", "pink"]


class RefusedError(ValueError):
    """What was entered cannot be written; the message says why."""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """What the crew wants of some fields of a box; None is "as it is without me", and an unset field stays."""

    words: Words | UnsetType | None = UNSET
    danger: Annotated[int, Meta(ge=0, le=3)] | UnsetType | None = UNSET
    importance: Annotated[int, Meta(ge=0, le=3)] | UnsetType | None = UNSET
    highlight: Colour | UnsetType | None = UNSET
    joined: bool | UnsetType | None = UNSET
    total: Annotated[str, Meta(max_length=20)] | UnsetType | None = UNSET

    @property
    def fields(self) -> dict[str, Any]:
        """Those that are set."""
        return {name: value for name, value in asdict(self).items() if value is not UNSET}


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """A wish, and the revision of the box that it was made upon."""

    base: str
    set: Wish


def own(change: Change) -> dict[str, Any]:
    """The crew's own values of a box, as a `Wish` has them; `total` in metres."""
    found: dict[str, Any] = {"words": change.words or None, "danger": change.danger, "importance": change.importance}
    found |= {"highlight": change.highlight or None, "joined": change.joined or None, "total": change.moved}
    found |= {name: nothing for name, nothing in _NOTHING.items() if name in change.without}
    return {name: value for name, value in found.items() if value is not None}


_NOTHING: Final[dict[str, Any]] = {"words": "", "highlight": "", "joined": False}


def change(note: Note, values: dict[str, Any]) -> Change | None:
    """The change by which a box, `note` without the crew's own, gets these values; None where that is none."""
    kept = {name: value for name, value in values.items() if _counts(note, name, value)}
    if not kept:
        return None
    without = tuple(name for name, nothing in _NOTHING.items() if name in kept and kept[name] == nothing)
    made = {name: value for name, value in kept.items() if name not in without and name != "total"}
    return of(note, "note", moved=kept.get("total"), without=without, **made)


def merged(values: dict[str, Any], wish: Wish, before: Metres, measure: Units) -> dict[str, Any]:
    """The crew's own values after this wish. RefusedError where a distance is none; `before` is the box before it."""
    wanted = wish.fields
    if wanted.get("total") is not None:
        wanted["total"] = distance(wanted["total"], before, measure) if wanted["total"].strip() else None
    if wanted.get("words") is not None:
        wanted["words"] = tidy(wanted["words"])
    return {name: value for name, value in (values | wanted).items() if value is not None}


def distance(text: str, before: Metres, measure: Units) -> Metres:
    """A distance as typed: `12.34`, `12,34`, or `+0.42` from the box before. RefusedError where it is none."""
    found = _DISTANCE.fullmatch(text.strip())
    if found is None:
        raise RefusedError(f"“{text}” is no distance: write 12.34, or +0.42 from the box before.")
    metres = float(found[2].replace(",", ".")) * measure.road + (before if found[1] else 0.0)
    if metres > _FARTHEST:
        raise RefusedError(f"{printed(metres, measure)} {measure.road_name} is further than any rally goes.")
    return round(metres, 3)


def tidy(words: str) -> str:
    """Words as a layer keeps them: without what cannot be printed, and spaces that say nothing."""
    lines = (_SPACES.sub(" ", "".join(filter(str.isprintable, line))).strip() for line in words.splitlines())
    return "\n".join(line for line in lines if line)


def _counts(note: Note, name: str, value: Any) -> bool:
    """Whether this value makes the box another one; a danger can be raised and not lowered."""
    if name == "total":
        return True
    if name == "danger":
        return bool(value > note.danger)
    return bool(value != getattr(note, name))
