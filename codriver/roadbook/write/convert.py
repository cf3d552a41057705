"""A loaded book written into another file: the exact table, OpenRally, or plain GPX. The original is never touched.

What the new file cannot hold is told in sentences, found by reading the new file back and comparing. A file is
written whole or not at all.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from codriver.roadbook import load
from codriver.roadbook.limits import FILE_BYTES
from codriver.roadbook.model import Loaded, Roadbook, RoadbookError
from codriver.roadbook.vocabulary import STATUTE
from codriver.roadbook.write import exact, openrally, told, whole
from codriver.roadbook.write import plain as plain_gpx
from codriver.roadbook.write.drawings import drawings

PLAIN_IS_TEXT: Final = (
    "Plain GPX holds places, names and words. Distances, headings, limits and events stand in the descriptions, for "
    "the eye alone; radii, laps and drawings are left out."
)


def convert(loaded: Loaded, data: bytes, out: Path, *, plain: bool = False) -> tuple[str, ...]:
    """Write the book of the file whose bytes are `data` to `out`, in the format that its ending names.

    Gives a sentence for each thing that the new file does not hold. RoadbookError where the ending is neither .csv
    nor .gpx, where the book has no positions for a GPX, where `out` is the original, or cannot be written.
    """
    _free(out, data)
    written, sentences = _written(loaded.book, data, out, plain)
    whole.save(out, written)
    return sentences


def _written(book: Roadbook, data: bytes, out: Path, plainly: bool) -> tuple[bytes, tuple[str, ...]]:
    ending = out.suffix.lower()
    if ending == ".csv" and plainly:
        raise RoadbookError(f"{out}: plain is a kind of GPX; give the file the ending .gpx.")
    if ending == ".csv":
        written = _encoded(iter([exact.table(book)]), out)
        return written, tuple(_lost(book, data, written, out))
    if ending != ".gpx":
        raise RoadbookError(f"{out}: a roadbook is converted to .csv or .gpx; give the file one of these endings.")
    _placed(book, out)
    if plainly:
        return _encoded(plain_gpx.gpx(book), out), tuple(_plainly(book))
    written = _encoded(openrally.gpx(book, drawings(data)), out)
    return written, (*_spelt(book), *_nowhere(book), *_lost(book, data, written, out))


def _placed(book: Roadbook, out: Path) -> None:
    if book.notes and not any(note.position for note in book.notes):
        raise RoadbookError(
            f"{out}: GPX needs positions, and no box of this book has one. Convert it to "
            f"{out.with_suffix('.csv').name} instead: .csv holds it without."
        )


def _encoded(pieces: Iterator[str], out: Path) -> bytes:
    written = "".join(pieces).encode("utf-8", "replace")
    if len(written) > FILE_BYTES:
        raise RoadbookError(f"{out}: this book would be over 64 MB, which codriver does not read. Cut it into stages.")
    return written


def _lost(book: Roadbook, data: bytes, written: bytes, out: Path) -> Iterator[str]:
    """What differs when the new file is read back: the proof and the answer at once."""
    back = load.read(written, out.stem).book
    return told.lost(book, back, drawings(data), drawings(written))


def _spelt(book: Roadbook) -> Iterator[str]:
    if book.units == STATUTE.name:
        yield (
            "The units are written “statue”, as the published schema spells “statute”. A device that then counts in "
            "kilometres wants the word corrected."
        )


def _nowhere(book: Roadbook) -> Iterator[str]:
    lacking = [note for note in book.notes if note.position is None]
    if lacking:
        yield f"The position of {told.boxes(lacking)} is not known and is written 0, 0, as the standard's example does."


def _plainly(book: Roadbook) -> Iterator[str]:
    yield PLAIN_IS_TEXT
    lacking = [note for note in book.notes if note.position is None]
    if lacking:
        yield f"Without a position and left out: {told.boxes(lacking)}."


def _free(out: Path, data: bytes) -> None:
    """Whether `out` may be written: it is no folder or device, and not the original, under whatever name."""
    try:
        if out.exists() and not out.is_file():
            raise RoadbookError(f"{out} is not a file. Name the file to write.")
        if out.exists() and out.stat().st_size == len(data) and out.read_bytes() == data:
            raise RoadbookError(f"{out} is the original itself, which is never overwritten. Name another file.")
    except OSError as error:
        raise RoadbookError(f"{out}: cannot be written: {error.strerror or error}") from error
