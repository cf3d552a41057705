"""The layer of a book as a file beside it, `BOOK.gpx.changes.csv`: read with the book, added to, taken back.

The book's own file is never written. What is in the layer's file may have been typed by hand; what is written is the
exact table of changes, whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codriver.roadbook import layer, load
from codriver.roadbook.change import Change
from codriver.roadbook.encoding import sniff
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Doubt, Loaded, Roadbook, RoadbookError
from codriver.roadbook.vocabulary import STATUTE
from codriver.roadbook.write import whole

ENDING: Final = ".changes.csv"
MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of new changes: a sentence for each that was done, the doubts, and the book's new verdict."""

    done: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    verdict: str


def sidecar(book: Path) -> Path:
    """Where the layer of the book at this path is kept."""
    return book.with_name(book.name + ENDING)


def stored(book: Path) -> str:
    """The text of the layer beside the book, as a plan keeps it; empty where there is none.

    RoadbookError where there is one that cannot be read.
    """
    path = sidecar(book)
    return _text(path) if path.exists() else ""


def opened(book: Path, *, original: bool = False) -> Loaded:
    """The book at this path with the layer beside it, or the `original` alone. RoadbookError as `load` raises it."""
    return load.load(book, "" if original else stored(book))


def beside(book: Path) -> str:
    """A line for the crew: which changes are laid over the book; empty where there are none."""
    changes = changes_of(book)
    if not changes:
        return ""
    count = "1 change is" if len(changes) == 1 else f"{len(changes)} changes are"
    return f"{count} laid over {book.name}, from {sidecar(book).name}"


def changes_of(book: Path) -> tuple[Change, ...]:
    """The changes beside the book, as far as they can be read."""
    text = stored(book)
    return read(text, load.load(book).book)[0] if text else ()


def read(text: str, book: Roadbook) -> tuple[tuple[Change, ...], Findings]:
    """The changes in a layer's text; a distance without a unit counts as the book's do."""
    return layer.read(text.encode("utf-8", "replace"), book.units)


def text(changes: Sequence[Change]) -> str:
    """A layer's text, as a plan keeps it; empty where nothing is changed."""
    return layer.write(changes).decode() if changes else ""


def save(book: Path, changes: Sequence[Change]) -> None:
    """Keep these changes beside the book, which is left as it is. RoadbookError where the disk does not take them."""
    whole.save(sidecar(book), layer.write(changes))


def merge(book: Path, new: Path) -> Merged:
    """Add the changes in this file to those beside the book. RoadbookError where it holds none, or is the layer."""
    if new.exists() and sidecar(book).exists() and new.samefile(sidecar(book)):
        raise RoadbookError(f"{new} is the layer of {book.name} itself. Name the file with the new changes.")
    original = load.load(book).book
    added, findings = read(_text(new), original)
    if not added:
        why = findings.doubts[0].text if findings.doubts else "It is empty."
        raise RoadbookError(f"{new} holds no changes. {why} Its first line should be: change, distance, value, words.")
    changes = merged(changes_of(book), added)
    made = layer.applied(original, changes)
    save(book, changes)
    findings.take(made.findings)
    told = dict(zip(changes, made.done, strict=True))
    return Merged(tuple(told[change] for change in added if told[change]), findings.doubts, _verdict(book))


def merged(changes: Sequence[Change], new: Sequence[Change]) -> tuple[Change, ...]:
    """The layer with new changes at its end; one that was in it already is told again, and has the last word."""
    return (*(change for change in changes if change not in new), *dict.fromkeys(new))


def take_back(book: Path, number: int | None = None) -> Merged:
    """Take back the change of this number, counted from 1, or the last one. RoadbookError where there is none."""
    changes = list(changes_of(book))
    if not changes:
        raise RoadbookError(f"{book}: no changes are laid over it.")
    number = len(changes) if number is None else number
    if not 1 <= number <= len(changes):
        raise RoadbookError(f"{book}: there is no change {number}; it has 1 to {len(changes)}.")
    statute = load.load(book).book.units == STATUTE.name
    told = f"taken back: {layer.told(changes.pop(number - 1), statute)}"
    save(book, changes)
    return Merged((told,), (), _verdict(book))


def listed(book: Path) -> list[str]:
    """Each change beside the book with its number, and whether it fits."""
    original, changes = load.load(book).book, changes_of(book)
    done = layer.applied(original, changes).done
    statute = original.units == STATUTE.name
    pairs = enumerate(zip(changes, done, strict=True), start=1)
    return [
        f"{number:3d}  {layer.told(each, statute)}{'' if fits else '  (LEFT OUT)'}" for number, (each, fits) in pairs
    ]


def told(made: Merged, book: Path) -> str:
    """What became of it, in lines: each change, the doubts with what to do, and the new verdict on the book."""
    lines = [f"  {each}" for each in made.done]
    for doubt in made.doubts:
        lines.append(f"  - {doubt.where}{doubt.text}")
        lines += [f"    {doubt.advice}"] if doubt.advice else []
    return "\n".join([*lines, f"{book.name} as amended: {made.verdict}"])


def _verdict(book: Path) -> str:
    return opened(book).report.verdict


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise RoadbookError(f"{path} is not a file. Name the table with the changes.")
        if path.stat().st_size > MOST_BYTES:
            raise RoadbookError(f"{path} is over 4 MB, which no table of changes is.")
        data = path.read_bytes()
    except OSError as error:
        raise RoadbookError(f"{path} cannot be read ({error.strerror}). Copy it again.") from error
    letters = sniff(data)
    return data[letters.begin :].decode(letters.codec, "replace")
