"""The book as a layer leaves it, box by box, with and without the crew's own. Pure; made anew for each layer.

The crew's own are the changes of the kind `note` that name a box as `change.of` does. All others, a bulletin's and
those that somebody typed into the layer's file, are the ground on which the crew writes, and stay as they are.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from codriver.desk.boxes import Box, box, key
from codriver.desk.edits import change, own
from codriver.roadbook import amend, layer
from codriver.roadbook.change import Change
from codriver.roadbook.model import Note, Roadbook
from codriver.roadbook.turns import Turn, turns


@dataclass(frozen=True, slots=True)
class View:
    """The book under a layer of this text.

    By the keys of the boxes: `alone`, each without the crew's own; `turns`; `own`, the crew's values; `boxes`, what the
    page shows, in book order.
    """

    layer: str
    changes: tuple[Change, ...]
    bulletins: tuple[Change, ...]
    alone: dict[str, Note]
    turns: dict[str, Turn]
    own: dict[str, dict[str, Any]]
    book: Roadbook
    boxes: dict[str, Box]

    @property
    def stamp(self) -> str:
        """A short name of the layer's text."""
        return sha256(self.layer.encode()).hexdigest()[:12]

    def place(self, name: str) -> int:
        """Where in the book a box stands."""
        return list(self.boxes).index(name)


def view(original: Roadbook, text: str, before: View | None) -> View:
    """The view of a book under a layer of this text; what has not changed since the view `before` is taken from it."""
    changes, _ = amend.read(text, original)
    labels = _labels(original)
    bulletins = tuple(each for each in changes if not _is_own(each, labels))
    if before is not None and bulletins == before.bulletins:
        alone, ways = before.alone, before.turns
    else:
        bare, _ = layer.apply(original, bulletins)
        alone = {key(note): note for note in bare.notes}
        ways = dict(zip(alone, turns(bare), strict=True))
    values: dict[str, dict[str, Any]] = {}
    for each in changes:
        if _is_own(each, labels):
            values[each.box] = values.get(each.box, {}) | own(each)
    book, _ = layer.apply(original, changes)
    return View(text, changes, bulletins, alone, ways, values, book, _boxes(book, alone, ways, values))


def written(seen: View, name: str, values: dict[str, Any]) -> tuple[Change, ...]:
    """The layer in which the crew's own of a box are these values, in the place of all that were."""
    made = change(seen.alone[name], values)
    bulletins = set(seen.bulletins)
    kept = tuple(each for each in seen.changes if each in bulletins or each.box != name)
    return (*kept, made) if made else kept


def _boxes(
    book: Roadbook, alone: dict[str, Note], ways: dict[str, Turn], values: dict[str, dict[str, Any]]
) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    before: Note | None = None
    for note in book.notes:
        name = key(note)
        boxes[name] = box(note, alone[name], before, ways[name], values.get(name, {}), book.units)
        before = note
    return boxes


def _labels(book: Roadbook) -> frozenset[str]:
    """What the original's boxes are called. An added box is called otherwise."""
    return frozenset(text.casefold() for note in book.notes for text in (note.label, note.name))


def _is_own(each: Change, labels: frozenset[str]) -> bool:
    named = each.box.startswith("#") or (each.box != "" and each.box.casefold() not in labels)
    return each.op == "note" and named
