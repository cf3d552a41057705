"""The one door to roadbooks: a file or its bytes in, the book and its report out, whatever the format.

The format is told by the content, never by the file's ending. A reader gives what can be had of a book; only where
that is nothing does RoadbookError say what was seen and what to do.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from codriver.roadbook import (
    box_json,
    course_notes,
    gpx,
    kml,
    layer,
    markup,
    pdf_apart,
    route_sheet,
    speeds,
    table,
    tulip_json,
    workbook,
)
from codriver.roadbook.encoding import sniff
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import FILE_BYTES
from codriver.roadbook.model import READABLE, Loaded, Roadbook, RoadbookError
from codriver.roadbook.report import report


class Reader(Protocol):
    """A module that reads one kind of file."""

    def mine(self, data: bytes) -> bool:
        """Whether these bytes, or a file that begins with them, are of this kind."""

    def read(self, data: bytes, name: str) -> tuple[Roadbook, Findings]:
        """The book in these bytes as far as it goes. RoadbookError where there is none."""


# Those that know their own by its content, asked in this order, by what a file looks like at its first letter. GPX and
# tables take what is left.
_PACKED: Final[tuple[Reader, ...]] = (kml, workbook)
_MARKUP: Final[tuple[Reader, ...]] = (kml,)
_JSON: Final[tuple[Reader, ...]] = (box_json, tulip_json)
_TEXT: Final[tuple[Reader, ...]] = (table, route_sheet, speeds, course_notes)

_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive, but neither KMZ nor XLSX: unpack it, or save as GPX or CSV"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\x00", "a database"),
)
_OTHER_XML: Final = {
    "html": "a web page, perhaps saved in place of the file it links to",
    "svg": "a drawing",
    "trainingcenterdatabase": "a TCX activity",
}
_BROKEN: Final = "XML that is broken from its first line"
_HEAD: Final = 4096
_PREAMBLE: Final = 1024  # PDF's own rule: within so many bytes it has to say what it is
_BEGINNING: Final = 1 << 16
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"
_SOMETHING = re.compile(rb"[^\0\s]")
_PDF: Final = b"%PDF-"
_ARCHIVE: Final = b"PK\x03\x04"


def load(path: Path, changes: str = "") -> Loaded:
    """The book in the file at `path`, with this layer over it.

    RoadbookError where the file cannot be opened, is over 64 MB or holds no book.
    """
    try:
        if path.is_dir():
            raise RoadbookError(f"{path} is a folder. Name the roadbook's file in it.")
        if path.exists() and not path.is_file():
            raise RoadbookError(f"{path} is a device, not a file. Name the roadbook's file.")
        if path.stat().st_size > FILE_BYTES:
            raise RoadbookError(_too_large(str(path)))
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise RoadbookError(f"{path} is not there. Check the name, and that the stick is in.") from error
    except OSError as error:
        raise RoadbookError(f"{path} cannot be read ({error.strerror}). Copy the roadbook again.") from error
    return read(data, path.stem, changes)


@lru_cache(maxsize=2)
def read(data: bytes, name: str, changes: str = "") -> Loaded:
    """The book in these bytes, called `name` unless it names itself. RoadbookError where they hold no book.

    `changes` is the text of a layer to be laid over it. The last books are kept: a start asks for its book to judge it,
    to measure its words and to lay out the plan.
    """
    book, findings = original(data, name)
    findings = findings.copy()
    if changes:
        changed, doubts = layer.read(changes.encode("utf-8", "replace"), book.units)
        findings.take(doubts)
        book, doubts = layer.apply(book, changed)
        findings.take(doubts)
    return Loaded(book, report(book, findings))


@lru_cache(maxsize=2)
def original(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book as its file has it; read once, however often its layer changes."""
    if len(data) > FILE_BYTES:
        raise RoadbookError(_too_large(name))
    if not _SOMETHING.search(data):
        raise RoadbookError(f"{name} is empty. Copy the roadbook again.")
    book, findings = _read(data, name)
    if not data.startswith((_ARCHIVE, _PDF)) and sniff(data).guessed:
        what = "The file does not say truly which letters it is written in."
        findings.doubt(what, "They were read as Western European: accents in the notes may be wrong.")
    return book, findings


def _read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """By the reader whose these bytes are. RoadbookError where they are nobody's."""
    if _PDF in data[:_PREAMBLE]:
        return pdf_apart.read(data, name)
    reader = _reader(data)
    if reader is not None:
        return reader.read(data, name)
    foreign = _foreign(data)
    if foreign:
        raise RoadbookError(f"{name} is {foreign}. {READABLE}: ask for one of these, or convert it before the start.")
    return gpx.read(data, name) if _is_markup(data) else table.read(data, name)


def _reader(data: bytes) -> Reader | None:
    """The one that knows these bytes as its own; None where they are left to GPX and tables, or nobody's."""
    if data.startswith(_ARCHIVE):
        asked, shown = _PACKED, data
    elif _is_markup(data):
        asked, shown = _MARKUP, data
    elif data[:_HEAD].lstrip(_BLANK)[:1] in (b"{", b"["):
        asked, shown = _JSON, data
    else:  # of a text that may be anything a look at its beginning must do
        asked, shown = _TEXT, data[:_BEGINNING]
    return next((one for one in asked if one.mine(shown)), None)


def _too_large(name: str) -> str:
    return f"{name} is over 64 MB, which no roadbook is. Check that it is the right file."


def _is_markup(data: bytes) -> bool:
    letters = sniff(data)
    return data[letters.begin : letters.begin + 8].decode(letters.codec, "replace").lstrip().startswith("<")


def _foreign(data: bytes) -> str:
    """What these bytes are in plain words, if they are something that no reader here is for."""
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return what
    if _is_markup(data):
        name = markup.root(data)
        return "" if name == "gpx" else _OTHER_XML.get(name, f"XML of another kind (<{name}>)" if name else _BROKEN)
    head = data[:_HEAD]
    if head.lstrip(_BLANK)[:1] in (b"{", b"["):
        return "JSON of another kind"
    return "binary data of an unknown kind" if b"\0" in head and sniff(data).codec == "utf-8" else ""
