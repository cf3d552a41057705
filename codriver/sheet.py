"""A sheet of settings: TOML in, a frozen dataclass out, with all that is wrong told at once.

A fault carries the source, the line where it can be found, the key, what is wrong and what to do. Several sheets can
lie over each other; each is checked alone. What values may be is told in kinds; which keys there are, by whoever asks.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, Final, TypeVar

import cattrs

from codriver.kinds import DOOR, RefusedError, keys

T = TypeVar("T")

DEEPEST: Final = 5
"""Tables within tables that are looked into for unknown keys; deeper ones are named whole."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a sheet: where it stands, and what to do about it."""

    source: str
    line: int | None
    key: str
    wrong: str
    advice: str

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}, line {self.line}"
        return f"{where}: {f'{self.key} {self.wrong}'.strip()}; {self.advice}"


class SheetError(ValueError):
    """All that is wrong in a sheet, or in several: one line a fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a source says: its tree, the line of each key, the folder its relative paths start from, and its text."""

    source: str
    tree: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    folder: Path = Path()
    text: str = ""

    def fault(self, key: str, wrong: str, advice: str) -> Fault:
        """A fault at this key, with the line of the key or of the nearest table around it."""
        above = key
        while above and above not in self.lines:
            above = above.rpartition(".")[0]
        return Fault(self.source, self.lines.get(above), key, wrong, advice)


def read(path: Path) -> Sheet:
    """The sheet in a TOML file. SheetError where it cannot be opened or is no TOML."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        reason = getattr(error, "strerror", None) or str(error)
        raise SheetError([Fault(str(path), None, "", f"cannot be read ({reason})", "check the path")]) from error
    return parse(content, str(path), path.parent)


def parse(content: bytes, source: str, folder: Path = Path()) -> Sheet:
    """The sheet in these bytes of UTF-8, with or without a byte order mark. SheetError where they are no TOML."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return Sheet(source, tomllib.loads(text), _lines(text), folder, text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SheetError([Fault(source, line, "", "this is not UTF-8 text", "save the file as UTF-8")]) from error
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more than 4300 digits
        raise SheetError([_no_toml(source, str(error))]) from error


def structure(sheet: Sheet, kind: type[T]) -> T:
    """The sheet as a `kind`, defaults where it is silent. SheetError with everything that is wrong in it."""
    try:
        return DOOR.structure(sheet.tree, kind)
    except (cattrs.ClassValidationError, RefusedError) as error:  # the latter: no table at all
        found = [fault for path, inner in _flat(error, ()) for fault in _faults(sheet, kind, path, inner)]
        raise SheetError(sorted(found, key=lambda fault: fault.line or 0)) from None


def over(under: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Two trees in one, key by key; `top` wins."""
    tables = {key: over(under.get(key, {}), value) for key, value in top.items() if isinstance(value, Mapping)}
    return {**under, **top, **tables}


def leaves(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    """The dotted key of every value in a tree, of tables within tables too."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, name))
        else:
            yield _dotted((*above, name))


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The question that helps with a slip of the pen, or `otherwise` where nothing known is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else otherwise


def _no_toml(source: str, reason: str) -> Fault:
    """tomllib tells the place in brackets at the end of its sentence."""
    sentence, _, place = reason.partition(" (at line ")
    line = re.match(r"\d+", place)
    wrong, advice = f"this is not TOML ({sentence})", "write KEY = VALUE, with text in double quotes"
    return Fault(source, int(line[0]) if line else None, "", wrong, advice)


def _flat(error: Exception, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Exception]]:
    """The leaves of cattrs' tree of exceptions, each with the path of its key."""
    if not isinstance(error, cattrs.ClassValidationError):
        yield path, error
        return
    named, others = error.group_exceptions()
    for inner, note in named:
        yield from _flat(inner, (*path, note.name))
    for inner in others:
        yield path, inner


def _faults(sheet: Sheet, kind: type, path: tuple[str, ...], error: Exception) -> Iterator[Fault]:
    match error:
        case RefusedError(wrong=wrong, advice=advice):
            yield sheet.fault(_dotted(path), wrong, advice)
        case cattrs.ForbiddenExtraKeysError(extra_fields=extra):
            table = reduce(getitem, path, sheet.tree)
            for name in sorted(extra):
                yield from _unknown(sheet, kind, table[name], (*path, name))
        case _:
            raise error  # no fault of the sheet's writer but of ours


def _unknown(sheet: Sheet, kind: type, value: object, path: tuple[str, ...]) -> Iterator[Fault]:
    """A fault for each key under an unknown name: where a table is misspelt, each is told where it belongs."""
    if isinstance(value, Mapping) and value and len(path) < DEEPEST:
        for name, below in value.items():
            yield from _unknown(sheet, kind, below, (*path, name))
    else:
        key, known = _dotted(path), [each.key for each in keys(kind)]
        yield sheet.fault(key, "is not a key", did_you_mean(key, known, "take it out"))


def _dotted(path: Iterable[str]) -> str:
    return ".".join(part if re.fullmatch(r"[\w-]+", part, re.ASCII) else json.dumps(part) for part in path)


# tomllib keeps no lines, so they are looked for as a reader's eye would; what it misses goes without.
_PART: Final = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_NAME: Final = rf"({_PART}(?:\s*\.\s*{_PART})*)"
_HEADER: Final = re.compile(rf"\s*\[\[?\s*{_NAME}\s*\]")
_ASSIGNMENT: Final = re.compile(rf"\s*{_NAME}\s*=")


def _lines(text: str) -> dict[str, int]:
    """The line of each header and each assignment, by dotted key."""
    lines: dict[str, int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            path = table = _parts(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            path = (*table, *_parts(assignment[1]))
        else:
            continue
        lines[_dotted(path)] = number
    return lines


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))
