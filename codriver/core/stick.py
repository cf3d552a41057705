"""The stick and the book that was copied from it: what the state knows of them, told by the signals `load`.

Small, whatever lies on the stick: the newest books by their paths, and of the copied one's report a page. Knows no
files.
"""

from itertools import accumulate
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

SHOWN: Final = 10
FARTHEST: Final = 120  # letters of a path
LONGEST: Final = 60  # letters of a name
LINES: Final = 7
WIDTH: Final = 80
BYTES: Final = 480  # of all the paths, and WIDTH of a line: letters that are not Latin take two to four


class Checked(Struct, frozen=True):
    """A book that was copied and can be taken into use: `file` in the state folder, its `name` on the stick.

    Its report has so many `pages`; of these the state holds one, `lines`, and asks for another when it is turned to.
    """

    file: str
    name: str
    pages: int = 1
    page: int = 0
    lines: tuple[str, ...] = ()


class Stick(Struct, frozen=True, omit_defaults=True):
    """Whether there is one, the newest `books` on it and how many `more`; the one being `copied`; the one `checked`."""

    here: bool = False
    books: tuple[str, ...] = ()
    more: int = 0
    copied: str = ""
    checked: Checked | None = None


class _Seen(Struct):
    """What a look at the sticks has found, as the signal says it."""

    here: bool = False
    books: tuple[str, ...] = ()
    more: int = 0


class _Leaf(Struct):
    """A page of the report, as the signal says it."""

    page: int
    lines: tuple[str, ...]


def seen(stick: Stick, text: str) -> Stick:
    """What is on the stick now. A text that says nothing changes nothing: it may come from any file."""
    try:
        found = msgspec.json.decode(text, type=_Seen)
    except msgspec.MsgspecError:
        return stick
    paths = [path for path in found.books if len(path) <= FARTHEST][:SHOWN]
    books = paths[: sum(so_far <= BYTES for so_far in accumulate(len(path.encode()) for path in paths))]
    return replace(stick, here=found.here, books=tuple(books), more=found.more + len(paths) - len(books))


def ready(stick: Stick, text: str) -> Stick | None:
    """A book is copied and checked; None where the text says nothing of the kind."""
    try:
        checked = msgspec.json.decode(text, type=Checked)
    except msgspec.MsgspecError:
        return None
    if len(checked.file) > 2 * LONGEST:
        return None
    short = replace(checked, name=checked.name[:LONGEST], pages=max(checked.pages, 1), lines=_bounded(checked.lines))
    return replace(stick, copied="", checked=short)


def turned(stick: Stick, text: str) -> Stick:
    """Another page of the report of the book that was checked."""
    try:
        leaf = msgspec.json.decode(text, type=_Leaf)
    except msgspec.MsgspecError:
        return stick
    if stick.checked is None:
        return stick
    return replace(stick, checked=replace(stick.checked, page=leaf.page, lines=_bounded(leaf.lines)))


def _bounded(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line.encode()[:WIDTH].decode(errors="ignore") for line in lines[:LINES])
