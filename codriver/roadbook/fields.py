"""JSON read field by field in bounded memory: what nobody asks for is never built, and what nobody asked for is known.

A file that breaks off, or is damaged inside, gives the entries of its list that are whole. Knows nothing of roadbooks
but that a book is an object with a list of entries in it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from msgspec import Raw
from msgspec.json import decode

from codriver.roadbook.encoding import sniff
from codriver.roadbook.figures import decimal
from codriver.roadbook.limits import NOTES
from codriver.roadbook.model import RoadbookError

VALUES: Final = 2_000_000  # a track of half a million points has as many
ENTRIES: Final = 10 * NOTES  # boxes and the points between them

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\]]', re.DOTALL)
_NOT_A_NUMBER = re.compile(rb"(?<=[:,\[\s])-?(?:NaN|Infinity)(?=\s*[,\]}])")
_BEGIN = re.compile(rb"\s*\{")


@dataclass(slots=True)
class Part:
    """One object of the file. Asking for a field that is missing, or of another kind, gives nothing, never an error."""

    _fields: dict[str, Raw]
    _path: str = ""
    _asked: set[str] = field(default_factory=set)
    _inner: list["Part"] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str:
        """The text or the number that stands there, as text; empty where there is neither."""
        raw = bytes(self._raw(name)).strip()
        if raw[:1] == b'"':
            return _decoded(raw, str) or ""
        return raw.decode("ascii", "replace") if raw[:1] in b"-0123456789" else ""

    def number(self, *names: str) -> float | None:
        """The first number under these names, be it written as one or as text."""
        return next((found for name in names if (found := decimal(self.text(name))) is not None), None)

    def flag(self, name: str) -> bool | None:
        """Whether the field says true; None where it says neither true nor false."""
        return {b"true": True, b"false": False}.get(bytes(self._raw(name)).strip())

    def part(self, name: str) -> "Part":
        """The object that stands there, empty where there is none."""
        inner = Part(_decoded(self._raw(name), dict[str, Raw]) or {}, f"{self._path}{name}.")
        self._inner.append(inner)
        return inner

    def parts(self, name: str) -> "list[Part]":
        """The objects of the list that stands there; what is unasked of them is theirs to tell."""
        return list(_parts(self.items(name)))

    def items(self, name: str) -> list[Raw]:
        """The items of the list that stands there, not yet decoded."""
        return _decoded(self._raw(name), list[Raw]) or []

    def unasked(self) -> Iterator[str]:
        """The name of each field that says something and that nobody asked for, with those of the objects opened."""
        for name, raw in self._fields.items():
            if name not in self._asked and bytes(raw) not in _NOTHING:
                yield f"{self._path}{name}"
        for inner in self._inner:
            yield from inner.unasked()

    def _raw(self, name: str) -> Raw:
        self._asked.add(name)
        return self._fields.get(name, _NULL)


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its outermost object, those of its list, each built when its turn comes, and where it breaks off."""

    top: Part
    entries: Iterable[Part]
    cut: str = ""


_NULL: Final = Raw(b"null")
_NOTHING: Final = frozenset({b"null", b'""', b"[]", b"{}"})


def plain(data: bytes) -> bytes:
    """These bytes as the UTF-8 of a JSON object; empty where they are none."""
    letters = sniff(data)
    if letters.codec != "utf-8":
        data = data[letters.begin :].decode(letters.codec, "replace").encode()
    elif letters.begin:
        data = data[letters.begin :]
    return data if _BEGIN.match(data) else b""


def items(raw: Raw, kind: type) -> list[Any]:
    """The list that `raw` is, of values of one kind; empty where it is not such a list."""
    found: list[Any] = _decoded(raw, list[kind]) or []  # type: ignore[valid-type]
    return found


def document(data: bytes, name: str, lists: tuple[str, ...]) -> Document:
    """The object in these bytes and the entries of the first of its `lists` that it has.

    RoadbookError where there is no such list to be had, or more values than any roadbook has.
    """
    text = plain(data)
    if text.count(b",") + text.count(b"[") + text.count(b"{") > VALUES:
        raise RoadbookError(f"{name} is JSON with over two million values, which no roadbook has. Cut it into stages.")
    top = _decoded(text, dict[str, Raw]) or _decoded(_NOT_A_NUMBER.sub(b"null", text), dict[str, Raw])
    if top is None:
        return _salvaged(text, name, lists)
    part = Part(top)
    found = part.items(next((one for one in lists if one in top), ""))
    cut = f"it has more than {ENTRIES} boxes or points" if len(found) > ENTRIES else ""
    return Document(part, _parts(found[:ENTRIES]), cut)


def _parts(found: Iterable[Raw | bytes]) -> Iterator[Part]:
    return (Part(fields) for raw in found if (fields := _decoded(raw, dict[str, Raw])) is not None)


def _decoded(raw: Raw | bytes, kind: Any) -> Any:
    try:
        return decode(raw, type=kind)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors, and so are broken letters
        return None


def _salvaged(text: bytes, name: str, lists: tuple[str, ...]) -> Document:
    """What is whole of a file that is not: the fields before its list, and the entries of the list."""
    begin = re.search(rb'"(?:%s)"\s*:\s*\[' % b"|".join(one.encode() for one in lists), text)
    if begin is None:
        raise RoadbookError(f"{name} is JSON that cannot be read. Copy it again from where it came.")
    head = text[: begin.start()].rstrip().removesuffix(b",") + b"}"
    top = Part(_decoded(head, dict[str, Raw]) or {})
    found = list(islice(_objects(text, begin.end()), ENTRIES))
    return Document(top, _parts(found), f"its JSON is broken: {len(found)} entries were whole")


def _objects(text: bytes, begin: int) -> Iterator[bytes]:
    """Each object of the list whose `[` ends at `begin`, as far as they go."""
    depth, start = 0, begin
    for token in _TOKEN.finditer(text, begin):
        match token[0]:
            case b"{" | b"[":
                if not depth:
                    start = token.start()
                depth += 1
            case b"}" | b"]":
                depth -= 1
                if depth < 0:
                    return
                if not depth:
                    yield text[start : token.end()]
