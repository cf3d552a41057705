"""What a book has lost on its way into a file and back, in sentences. Nothing is foreseen: two books are compared."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final, TypeAlias

from codriver.roadbook.model import Note, Roadbook
from codriver.units import Metres

TOLERANCE: Final[Metres] = 1e-6  # a distance in kilometres is not always one in metres to the last bit
NAMED: Final = 8

_PICTURES: Final = frozenset({"tulip", "drawing"})
_WHAT: Final = {
    "number": "The number",
    "total": "The distance",
    "name": "The name",
    "position": "The position",
    "cap": "The heading",
    "danger": "The danger",
    "speed": "The speed limit",
    "words": "The text",
    "waypoint": "The waypoint, or its name or radii,",
    "lap": "The lap",
    "show_coordinates": "Whether coordinates may be shown",
    "measured": "That the distance is not known yet",
    "branches": "The side roads of the junction",
    "amended": "That the box is amended",
    "changed": "What was amended",
    "moved_from": "The distance before the amendment",
    "importance": "The crew's class",
    "highlight": "The crew's colour",
    "joined": "That the box is joined to the next",
}

_WHAT_OF_THE_BOOK: Final = {
    "name": "The name of the book is",
    "units": "The units are",
    "length": "The stated length is",
    "track": "The track is",
    "begins": "Where the trip begins is",
}

Pair: TypeAlias = tuple[Note, Note]
Drawings: TypeAlias = tuple[object | None, object | None]
Drawn: TypeAlias = Callable[[Note], Drawings]


def lost(book: Roadbook, back: Roadbook, drawn: Drawn, drawn_back: Drawn) -> Iterator[str]:
    """A sentence for each field that did not come back as it was, and where; the format is the file's own."""
    yield from _of_the_book(book, back)
    pairs = list(zip(book.notes, back.notes, strict=False))
    for field in fields(Note):
        if field.name in _PICTURES:
            continue
        changed = [pair for pair in pairs if not _same(field.name, *(getattr(note, field.name) for note in pair))]
        if changed:
            yield from _of_the_notes(field.name, changed)
    undrawn = [before for before, after in pairs if _lacking(before, drawn(before), drawn_back(after))]
    if undrawn:
        yield f"The drawings are not held in {boxes(undrawn)}: keep the original, or show it as a PDF."


def _of_the_book(book: Roadbook, back: Roadbook) -> Iterator[str]:
    for name, what in _WHAT_OF_THE_BOOK.items():
        if not _same(name, getattr(book, name), getattr(back, name)):
            yield f"{what} not held as before."
    if len(book.notes) != len(back.notes):
        yield f"Of {len(book.notes)} boxes {len(back.notes)} are held."


def _of_the_notes(name: str, changed: Sequence[Pair]) -> Iterator[str]:
    notes = [before for before, _ in changed]
    match name:
        case "events":
            yield f"These events are not held as they were in {boxes(notes)}: {_kinds(changed)}."
        case "words":
            yield from _words(changed)
        case _:
            yield f"{_WHAT.get(name, f'“{name}”')} is not held as it was in {boxes(notes)}."


def _words(changed: Sequence[Pair]) -> Iterator[str]:
    """A GPX reader takes a name for the words where there are none, here as elsewhere."""
    named = [before for before, after in changed if not before.words and after.words == after.name]
    others = [before for before, after in changed if before.words or after.words != after.name]
    if named:
        yield f"The name stands for the missing text in {boxes(named)}."
    if others:
        yield f"The text is not held as it was in {boxes(others)}."


def _kinds(changed: Sequence[Pair]) -> str:
    """The kinds of the events that are in one of two notes alone."""
    alone = (
        event.kind
        for before, after in changed
        for event in (*before.events, *after.events)
        if event not in before.events or event not in after.events
    )
    return ", ".join(dict.fromkeys(alone)) or "their order"


def boxes(notes: Sequence[Note]) -> str:
    """These boxes by their numbers, the first few where they are many."""
    numbers = [note.numbered for note in notes[:NAMED]]
    if len(notes) == 1:
        return f"box {numbers[0]}"
    if len(notes) > NAMED:
        return f"{len(notes)} boxes ({', '.join(numbers)} …)"
    return f"boxes {', '.join(numbers[:-1])} and {numbers[-1]}"


def _same(name: str, before: Any, after: Any) -> bool:
    """Whether two values of this field are one; distances within a bit or two of the last one."""
    if name == "events":
        pairs = zip(before, after, strict=False)
        return len(before) == len(after) and all(
            (a.kind, a.name) == (b.kind, b.name) and _same("length" if a.kind == "reset" else "", a.value, b.value)
            for a, b in pairs
        )
    if name in {"total", "length", "begins"} and before is not None and after is not None:
        return bool(abs(before - after) <= TOLERANCE)
    return bool(before == after)


def _lacking(note: Note, before: Drawings, after: Drawings) -> bool:
    """Whether a drawing of the note is not in the new file, be it that the file cannot hold it or that nothing can."""
    told = zip((note.tulip, note.drawing), before, after, strict=True)
    return any(picture is not None and (was is None or was != now) for picture, was, now in told)
