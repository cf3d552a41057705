"""XML read as a stream of small records, in bounded memory and time, whatever the file holds.

Only the records asked for are built, each given out as soon as its end is read. Pictures stay in the file: of an
`opaque` element the stream tells where it stands and how it begins. Names are local and in lower case, since
prefixes are the writer's own affair. Positions are bytes of the file. Knows nothing of roadbooks.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from codriver.roadbook.encoding import Letters, sniff
from codriver.roadbook.model import RoadbookError

DEPTH: Final = 64
TAG_BYTES: Final = 8 << 20
TEXT: Final = 4096
ATTRIBUTES: Final = 32
RECORD_SIZE: Final = 500
ELEMENTS: Final = 2_000_000  # more than 64 MB of real track can hold

NAMES: Final = 1000

_CHUNK: Final = 1 << 16
_SPACES: Final = 64
_EXPAT_NAMES: Final = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}


@dataclass(slots=True)
class Element:
    """One element: its namespace (empty if undeclared), its children inside one record, its text up to `TEXT` letters.

    `span` is where an opaque element stands, from its `<` to its end tag; its text is only the first letters.
    """

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    span: tuple[int, int] = (0, 0)
    size: int = 1

    def find(self, *path: str) -> "Element | None":
        """The first descendant along these names."""
        if not path:
            return self
        return next((hit for child in self.children if child.name == path[0] if (hit := child.find(*path[1:]))), None)

    def words(self, *path: str) -> str:
        """The text at the end of `path`; empty where there is none."""
        element = self.find(*path)
        return element.text if element else ""


class BrokenError(Exception):
    """The XML cannot be read any further; the message says where and why. What was given out before it stands."""


def root(data: bytes) -> str:
    """The local name of the outermost element in lower case; empty where these bytes are not XML.

    RoadbookError where they define entities.
    """
    names: list[str] = []
    letters = sniff(data)
    parser = _parser(letters)
    parser.StartElementHandler = lambda name, _: names.append(_local(name)) if not names else None
    view = memoryview(data)[letters.begin :]
    with suppress(expat.ExpatError):
        for start in range(0, min(len(view), TAG_BYTES), _CHUNK):
            parser.Parse(view[start : start + _CHUNK])
            if names:
                break
    return names[0] if names else ""


def records(data: bytes, wanted: frozenset[str], opaque: frozenset[str]) -> Iterator[Element]:
    """Every element with a `wanted` name, at its end, with its other descendants as children.

    A record inside a record is given out and not kept by the outer one. BrokenError where the XML ends too early or
    makes no sense; RoadbookError where it defines entities, which no roadbook needs and bombs are made of.
    """
    letters = sniff(data)
    builder = _Builder(letters, wanted, opaque)
    view = memoryview(data)[letters.begin :]
    for start in range(0, len(view), _CHUNK):
        try:
            builder.feed(view[start : start + _CHUNK])
        finally:  # what was whole before the break is given out before the break is told
            yield from builder.take()
    builder.finish()
    yield from builder.take()


def content(source: str) -> tuple[str, dict[str, str], bool]:
    """(text, attributes, has elements within) of the element that `source` begins with; its end tag may be missing."""
    seen: list[dict[str, str]] = []
    texts: list[str] = []
    parser = _parser(Letters("utf-8"))
    parser.StartElementHandler = lambda _, attributes: seen.append(attributes)
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(source)
    except expat.ExpatError as error:
        raise BrokenError(expat.ErrorString(error.code)) from error
    return "".join(texts), seen[0] if seen else {}, len(seen) > 1


def _parser(letters: Letters) -> expat.XMLParserType:
    parser = expat.ParserCreate(_EXPAT_NAMES.get(letters.codec, letters.codec))
    parser.UseForeignDTD(True)  # an entity nobody defined, such as &nbsp;, is passed over and breaks nothing
    parser.StartDoctypeDeclHandler = _refuse_definitions
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _refuse_definitions(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
    if has_subset:
        raise RoadbookError(
            "This file defines its own XML entities in a DOCTYPE, which a roadbook never needs and which can hide a "
            "bomb. Remove the <!DOCTYPE …> part, or export the roadbook again."
        )


class _Builder:
    """Turns expat's calls into records. Keeps only the elements that are open and the records not yet taken."""

    def __init__(self, letters: Letters, wanted: frozenset[str], opaque: frozenset[str]) -> None:
        self._wanted, self._opaque = wanted, opaque
        self._begin = letters.begin
        self._fed = 0
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._spaces: dict[str, str] = {}
        self._seen = 0
        self._names: set[str] = set()
        self._inside = 0  # elements open within an opaque one
        self._parser = parser = _parser(letters)
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def feed(self, chunk: memoryview) -> None:
        self._parse(chunk, last=False)
        self._fed += len(chunk)
        token = self._parser.CurrentByteIndex
        if 0 <= token < self._fed - TAG_BYTES:
            raise BrokenError(f"line {self._parser.CurrentLineNumber}: one tag or comment is longer than 8 MB")

    def finish(self) -> None:
        self._parse(b"", last=True)

    def take(self) -> list[Element]:
        ready, self._ready = self._ready, []
        return ready

    def _parse(self, chunk: memoryview | bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise BrokenError(_reason(error)) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._bound(tag)
        if self._inside or (self._open and self._open[-1].name in self._opaque):
            self._inside += 1
            if not self._open[-1].text.strip():
                self._open[-1].text = "<"
            return
        kept: dict[str, str] = {}
        for key, value in attributes.items():
            if key.startswith("xmlns"):
                self._learn_space(key.partition(":")[2], value)
            elif len(kept) < ATTRIBUTES:
                kept[_local(key)] = value[:TEXT]
        prefix, _, name = tag.rpartition(":")
        element = Element(name.lower(), self._spaces.get(prefix, ""), kept)
        if element.name in self._opaque:
            element.span = (self._begin + self._parser.CurrentByteIndex, 0)
        self._open.append(element)

    def _bound(self, tag: str) -> None:
        """Stop where a file is made to exhaust; expat keeps every name that it has seen."""
        self._seen += 1
        self._names.add(tag)
        if self._seen > ELEMENTS or len(self._names) > NAMES:
            raise BrokenError(f"line {self._parser.CurrentLineNumber}: it has more elements than any roadbook")
        if len(self._open) + self._inside >= DEPTH:
            raise BrokenError(f"line {self._parser.CurrentLineNumber}: elements stand more than {DEPTH} deep")

    def _learn_space(self, prefix: str, space: str) -> None:
        """Namespaces hold for the whole file here: no program gives one prefix two meanings in one roadbook."""
        if len(self._spaces) < _SPACES:
            self._spaces[prefix] = space[:TEXT]

    def _end(self, _tag: str) -> None:
        if self._inside:
            self._inside -= 1
            return
        element = self._open.pop()
        if element.name in self._opaque:
            element.span = (element.span[0], self._begin + self._parser.CurrentByteIndex)
        if element.name in self._wanted:
            self._ready.append(element)
        elif self._open and self._open[-1].size + element.size <= RECORD_SIZE:
            self._open[-1].children.append(element)
            self._open[-1].size += element.size

    def _text(self, text: str) -> None:
        if self._inside or not self._open:
            return
        element = self._open[-1]
        if len(element.text) < TEXT:
            element.text += text[: TEXT - len(element.text)]


def _reason(error: expat.ExpatError) -> str:
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
        return f"line {error.lineno}: the file ends in the middle"
    return f"line {error.lineno}: {expat.ErrorString(error.code)}"
