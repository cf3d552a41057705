"""One book at the desk: the original, which is never written, and the layer beside it, which is written at once.

The layer's file is read again before each edit, so that what others write into it (a bulletin, another desk) is kept.
An edit says upon which revision of its box it was made; where the box is another one by now it is not written but told.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Final

from msgspec import Struct

from codriver.cockpit import figures
from codriver.core.phrases import phrases
from codriver.desk.boxes import Box
from codriver.desk.drawings import Drawings, UndrawnError, pictured
from codriver.desk.edits import CLASSES, HIGHLIGHTS, Edit, RefusedError, Wish, change, merged
from codriver.desk.view import View, view, written
from codriver.roadbook import amend, layer, load
from codriver.roadbook.change_table import CHANGES
from codriver.roadbook.facts import length
from codriver.roadbook.model import Note, RoadbookError
from codriver.units import Metres

_UTF8: Final = 4  # bytes that a letter may take


class StaleError(ValueError):
    """The box was changed meanwhile; `box` is what it is now."""

    def __init__(self, now: Box) -> None:
        super().__init__(f"box {now.number} was changed elsewhere")
        self.box = now


class Highlight(Struct, frozen=True):
    """A colour, and what crews mark with it."""

    name: str
    meaning: str


class Sheet(Struct, frozen=True):
    """All that the page shows. `file` names the original's bytes, `stamp` the state of the layer."""

    name: str
    facts: str
    unit: str
    file: str
    stamp: str
    highlights: tuple[Highlight, ...]
    classes: tuple[str, ...]
    boxes: tuple[Box, ...]


class Saved(Struct, frozen=True):
    """An edit that is on the disk: the box's revision now, every box that looks another one, and a word to the crew."""

    rev: str
    stamp: str
    boxes: tuple[Box, ...]
    told: str = ""


class Desk:
    """The desk of the book at `path`; what would be said of a box is in this language. Any thread may ask.

    RoadbookError where there is no book, or none with boxes.
    """

    def __init__(self, path: Path, language: str) -> None:
        self._path = path
        self._original = load.load(path).book
        self._data = path.read_bytes()
        self._measure = figures.units(self._original.units)
        self._phrases = phrases(language, self._original.units)
        self._drawings = Drawings(self._data)
        self._lock = Lock()
        self._seen: View | None = None
        if not self._now().boxes:
            raise RoadbookError(
                f"{path}: {self._original.name} has a track but no boxes; there is nothing to write into"
            )

    def sheet(self) -> Sheet:
        """The whole page."""
        now = self._now()
        return Sheet(
            self._original.name,
            f"{len(now.boxes)} boxes over {self._far(length(now.book, 0.0))}",
            self._measure.road_name,
            sha256(self._data).hexdigest()[:12],
            now.stamp,
            tuple(Highlight(*each) for each in HIGHLIGHTS.items()),
            CLASSES,
            tuple(now.boxes.values()),
        )

    def stamp(self) -> str:
        """Another one whenever the layer's file has become another one."""
        return self._now().stamp

    def told(self) -> str:
        """What became of the work, for the end."""
        own = len(self._now().own)
        boxes = "1 box carries" if own == 1 else f"{own} boxes carry"
        return f"{boxes} your notes, in {amend.sidecar(self._path).name}." if own else "Nothing was written."

    def write(self, name: str, edit: Edit) -> Saved:
        """Write an edit; it is on the disk when this returns. An edit that is there already is no conflict.

        StaleError where the box was changed meanwhile, RefusedError where there is no such box or distance,
        RoadbookError where the disk does not take it.
        """
        with self._lock:
            now = self._looked()
            before = _box(now, name)
            values = self._values(now, name, edit.set)
            if change(now.alone[name], values) == change(now.alone[name], now.own.get(name, {})):
                return Saved(before.rev, now.stamp, (before,), self._remark(now, name, edit.set))
            if edit.base != before.rev:
                raise StaleError(before)
            changes = written(now, name, values)
            if len(changes) > CHANGES or len(amend.text(changes)) > amend.MOST_BYTES // _UTF8:
                raise RefusedError("The layer is full: what is more than this would not be read again. Cut the book.")
            amend.save(self._path, changes)
            after = self._looked()
            others = tuple(box for at, box in after.boxes.items() if box != now.boxes.get(at))
            return Saved(after.boxes[name].rev, after.stamp, others, self._remark(after, name, edit.set))

    def said(self, name: str, wish: Wish) -> str:
        """What the voice would say of a box with this in it."""
        now = self._now()
        _box(now, name)
        made = change(now.alone[name], self._values(now, name, wish))
        alone = replace(now.book, notes=(now.alone[name],), track=())
        book, _ = layer.apply(alone, [made] if made else [])
        return self._phrases.note(book.notes[0], now.turns[name])

    def picture(self, name: str, part: str, size: str, scale: int) -> bytes:
        """A picture of a box as PNG. UndrawnError where there is none."""
        now = self._now()
        what = pictured(now.alone[name], now.turns[name], part) if name in now.alone else None
        if what is None:
            raise UndrawnError("The book has no drawing here.")
        return self._drawings.png(what, size, scale)

    def _values(self, now: View, name: str, wish: Wish) -> dict[str, Any]:
        """The crew's own values of a box after this wish. RefusedError where a distance in it cannot be understood."""
        partial = isinstance(wish.total, str) and wish.total.strip().startswith("+")
        before = self._before(now.book.notes, now.place(name)) if partial else 0.0
        return merged(now.own.get(name, {}), wish, before, self._measure)

    def _before(self, notes: Sequence[Note], at: int) -> Metres:
        """Where the box before this one is. RefusedError where nobody knows."""
        if at == 0:
            return self._original.begins
        if not notes[at - 1].measured:
            raise RefusedError(f"Box {notes[at - 1].label} has no distance yet: write this one from the start.")
        return notes[at - 1].total

    def _remark(self, now: View, name: str, wish: Wish) -> str:
        """What the crew should know of what it has entered."""
        at = now.place(name)
        note = now.book.notes[at]
        if isinstance(wish.danger, int) and wish.danger < note.danger:
            return f"The book has danger {note.danger} here: it can be raised, and is not lowered."
        return self._out_of_order(now.book.notes, at) if wish.total and note.measured else ""

    def _out_of_order(self, notes: Sequence[Note], at: int) -> str:
        """A sentence where a distance is less than the last one before it, or more than the first one behind."""
        here = notes[at].total
        before = next((note for note in reversed(notes[:at]) if note.measured), None)
        behind = next((note for note in notes[at + 1 :] if note.measured), None)
        if before is not None and before.total > here:
            return f"{self._far(here)} is less than box {before.label} has ({self._far(before.total)}). Is it right?"
        if behind is not None and behind.total < here:
            return f"{self._far(here)} is more than box {behind.label} has ({self._far(behind.total)}). Is it right?"
        return ""

    def _far(self, metres: Metres) -> str:
        return f"{figures.printed(metres, self._measure)} {self._measure.road_name}"

    def _now(self) -> View:
        with self._lock:
            return self._looked()

    def _looked(self) -> View:
        """The book as the layer's file has it at this moment."""
        text = amend.stored(self._path)
        if self._seen is None or self._seen.layer != text:
            self._seen = view(self._original, text, self._seen)
        return self._seen


def _box(now: View, name: str) -> Box:
    if name not in now.boxes:
        raise RefusedError("There is no such box any more.")
    return now.boxes[name]
