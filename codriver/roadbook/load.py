"""The one door to roadbooks: a file or its bytes in, the book and its report out, whatever the format.

The format is told by the content, never by the file's ending. A reader gives what can be had of a book; only where
that is nothing does RoadbookError say what was seen and what to do.
"""

import re
from pathlib import Path
from typing import Final

from codriver.roadbook import gpx, markup, table
from codriver.roadbook.encoding import sniff
from codriver.roadbook.limits import FILE_BYTES
from codriver.roadbook.model import Loaded, RoadbookError
from codriver.roadbook.report import report

READABLE: Final = "codriver reads OpenRally GPX, plain GPX and tables (CSV)"

_SIGNATURES: Final = (
    (b"%PDF", "a PDF, which is made to be printed"),
    (b"PK\x03\x04", "a ZIP archive (KMZ, XLSX and ODS are such): unpack it, or save as GPX or CSV"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3\x00", "a database"),
)
_OTHER_XML: Final = {
    "kml": "a KML course",
    "html": "a web page, perhaps saved in place of the file it links to",
    "svg": "a drawing",
    "trainingcenterdatabase": "a TCX activity",
}
_BROKEN: Final = "XML that is broken from its first line"
_HEAD: Final = 4096
_SOMETHING = re.compile(rb"[^\0\s]")
_ROUTE_SHEET = re.compile(
    rb"\s*#\s*enduro|^\s*(?:speed|reset|note|start|free_zone)\s+\d+\.\d+\s", re.IGNORECASE | re.MULTILINE
)


def load(path: Path) -> Loaded:
    """The book in the file at `path`. RoadbookError where it cannot be opened, is over 64 MB or holds no book."""
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
    return read(data, path.stem)


def read(data: bytes, name: str) -> Loaded:
    """The book in these bytes, called `name` unless it names itself. RoadbookError where they hold no book."""
    if len(data) > FILE_BYTES:
        raise RoadbookError(_too_large(name))
    if not _SOMETHING.search(data):
        raise RoadbookError(f"{name} is empty. Copy the roadbook again.")
    foreign = _foreign(data)
    if foreign:
        raise RoadbookError(f"{name} is {foreign}. {READABLE}: ask for one of these, or convert it before the start.")
    book, findings = gpx.read(data, name) if _is_markup(data) else table.read(data, name)
    if sniff(data).guessed:
        what = "The file does not say truly which letters it is written in."
        findings.doubt(what, "They were read as Western European: accents in the notes may be wrong.")
    return Loaded(book, report(book, findings))


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
    if head.lstrip()[:1] in (b"{", b"["):
        return "JSON"
    if _ROUTE_SHEET.search(head):
        return "an enduro route sheet (.rs)"
    return "binary data of an unknown kind" if b"\0" in head and sniff(data).codec == "utf-8" else ""
