"""Roadbooks on a stick: what is there, copied into the state folder, checked there, and the stick given back.

A stick is anybody's: its names are looked at and never believed, links are not followed, nothing but plain files is
opened, each for reading and up to a size, and a book is read in a process of its own with little time and memory. What
goes wrong is a sentence. All of this may wait for a slow stick: it is for a thread beside the drive. Texts are those
of the signal `load`: a word, then JSON or a sentence.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from codriver.roadbook import amend
from codriver.roadbook.leaves import leaves
from codriver.roadbook.limits import FILE_BYTES
from codriver.roadbook.model import RoadbookError

MOUNTED: Final = Path("/run/codriver/stick")
# The service that mounts sticks lets go of them when a file of this name lies in the state folder.
EJECT: Final = "stick-eject"
BOOKS: Final = "books"

ENDINGS: Final = frozenset({".gpx", ".kml", ".kmz", ".json", ".rs", ".csv", ".tsv", ".txt", ".xlsx", ".pdf", ".xml"})
SHOWN: Final = 10
LOOKED_AT: Final = 5000  # entries of a stick
DEEPEST: Final = 4  # folders, that of the stick itself included
FARTHEST: Final = 120  # letters of a path that the crew can choose by: organisers' names are long
LONGEST: Final = 60  # letters of a copy's name
KEPT: Final = 20  # books in the state folder
SPARE: Final = 64 << 20  # bytes that the log keeps of a card
CHUNK: Final = 1 << 20

SECONDS: Final = 60  # to read a book in: a hundred scanned pages, on a small computer
CPU: Final = 60
MEMORY: Final = 1 << 30  # bytes of address space, libraries included

_SENTENCE: Final = 3  # the exit code of the other process where what it writes is a sentence

_BY_NUMBER: Final = {
    errno.ENOENT: "it is not on the stick any more; plug the stick in again",
    errno.EIO: "the stick was pulled out or is damaged; plug it in again, or use another",
    errno.ENODEV: "the stick was pulled out; plug it in again",
    errno.ENXIO: "the stick was pulled out; plug it in again",
    errno.ELOOP: "it is a link to somewhere else, which is not followed; copy the file itself to the stick",
    errno.ENOTDIR: "it is a link to somewhere else, which is not followed; copy the file itself to the stick",
    errno.EACCES: "this user may not read it; copy it to a stick formatted as FAT",
}


class Found(NamedTuple):
    """A file on a stick that may be a book: its path below the folder of the sticks, and how old it is."""

    path: str
    changed: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A book of the state folder's: its name for the crew, its bytes, and the layer of changes over it."""

    name: str
    content: bytes
    changes: str


class StickError(ValueError):
    """What was wanted of the stick cannot be; the message says what and why."""


class Desk:
    """Everything that is done with sticks that are mounted below `sticks`, for a unit with this state folder."""

    def __init__(self, sticks: str, state: Path) -> None:
        self._sticks = folder(sticks)
        self._own = not sticks
        self._state = state
        self._leaves: list[list[str]] = [[]]

    def look(self) -> str:
        """`stick` and what is there: the paths of the newest `books`, and how many `more` there are; or nothing."""
        if not _somebody(self._sticks):
            return "stick {}"
        found, more = listed(self._sticks)
        return _told("stick", {"here": True, "books": [each.path for each in found], "more": more})

    def load(self, path: str) -> str:
        """`ready` and the first page of the report on the book, which is copied and checked; or `failed` and why."""
        name = path.rpartition("/")[2]
        try:
            book = copied(self._sticks, path, self._state / BOOKS)
            self._leaves = checked(book, name)
            known = {"file": book.name, "name": name, "pages": len(self._leaves), "lines": self._leaves[0]}
            return _told("ready", known)
        except (StickError, OSError) as error:
            said = str(error)
            return f"failed {said}" if said.startswith(name) else f"failed {name}: {said}"

    def leaf(self, page: int) -> str:
        """`page` and a page of the report on the book that was loaded last."""
        at = page % len(self._leaves)
        return _told("page", {"page": at, "lines": self._leaves[at]})

    def eject(self) -> str:
        """`ejected` and what the crew may do now."""
        if not self._own:
            return f"ejected nothing is held open in {self._sticks}; take the stick out as your system wants it"
        if not _somebody(self._sticks):
            return "ejected there is no stick"
        try:
            (self._state / EJECT).touch()
        except OSError as error:
            return f"ejected it was only ever read: pull it out ({error.strerror})"
        return "ejected pull the stick out"


def folder(sticks: str) -> Path:
    """Where the sticks are: in the folder that the settings name, or, if none, where the service mounts them."""
    if not sticks:
        return MOUNTED
    try:
        return Path(sticks).expanduser()
    except RuntimeError:  # ~somebody, who has no home here
        return Path(sticks)


def listed(sticks: Path) -> tuple[list[Found], int]:
    """The newest files that may be books, and how many more there are. What cannot be read is not there."""
    found = [each for each in _files(sticks) if len(each.path) <= FARTHEST]
    found.sort(key=lambda each: (-each.changed, each.path))
    return found[:SHOWN], max(len(found) - SHOWN, 0)


def copied(sticks: Path, path: str, books: Path) -> Path:
    """The book at this path of the sticks, copied whole into `books`, with the layer of changes beside it.

    StickError with a sentence where it cannot be.
    """
    try:
        with closing(_opened(sticks, path)) as source:
            book = _kept(source, path.rpartition("/")[2], books)
        _copy_layer(sticks, path, book)
    except OSError as error:
        raise StickError(_why(error)) from error
    _prune(books, book)
    return book


def _copy_layer(sticks: Path, path: str, book: Path) -> None:
    """What the desk has laid over the book comes with it.

    Where it comes without, what the cockpit laid over the same book stays: a bulletin entered by hand is not lost.
    """
    try:
        with closing(_opened(sticks, path + amend.ENDING)) as source:
            text = source.read(amend.MOST_BYTES + 1)
    except FileNotFoundError:
        return
    _write(amend.sidecar(book), [text])


def checked(book: Path, name: str) -> list[list[str]]:
    """The report on this book, page by page in lines.

    `name` is what the crew calls it. StickError where it is none, or is too much to be read.
    """
    command = [sys.executable, "-I", "-m", "codriver.stick", str(book)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired as error:
        raise StickError(_TOO_MUCH) from error
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        called = said.replace(str(book), name).replace(book.stem, Path(name).stem)[:300]
        raise StickError(called if done.returncode == _SENTENCE else _TOO_MUCH)
    pages: list[list[str]] = json.loads(said)
    return pages


_TOO_MUCH: Final = "it is too much to be read, or damaged; save it again, or use another format"


def taken(state: Path, name: str) -> Taken:
    """A book that was copied. StickError where it is not there any more."""
    if name != Path(name).name:
        raise StickError(f"{name} is no name of a book here")
    path = state / BOOKS / name
    try:
        return Taken(name.partition("-")[2], path.read_bytes(), amend.stored(path))
    except OSError as error:
        raise StickError(f"{name}: the copy cannot be read ({error.strerror}); load it from the stick again") from error


def place(state: Path, content: bytes, name: str) -> Path:
    """Where the copy of this book is, if there is one."""
    return state / BOOKS / _name(hashlib.sha256(content).hexdigest(), name)


def _name(sha256: str, name: str) -> str:
    """A name of our own: a part of the hash, and what is harmless in the file's name."""
    return f"{sha256[:8]}-{_harmless(name)}"


def _told(word: str, known: dict[str, Any]) -> str:
    return f"{word} {json.dumps(known, sort_keys=True, separators=(',', ':'))}"


def _why(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the card is full; copy the old runs from it and remove them"
    return _BY_NUMBER.get(error.errno or 0, f"it cannot be copied ({error.strerror or error})")


# What is there.


def _files(sticks: Path) -> Iterator[Found]:
    """Every plain file with the ending of a book, as far as anybody has the time to look."""
    left = [LOOKED_AT]
    yield from _below(sticks, "", DEEPEST, left)


def _below(folder: Path, prefix: str, deep: int, left: list[int]) -> Iterator[Found]:
    folders = []
    for entry in _entries(folder):
        left[0] -= 1
        if left[0] < 0:
            return
        path = prefix + entry.name
        if not _plain(entry.name) or len(path) > FARTHEST:
            continue
        with suppress(OSError):
            known = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(known.st_mode) and deep > 1:
                folders.append(path)
            elif _may_be_a_book(entry.name, known):
                yield Found(path, known.st_mtime)
    for path in sorted(folders):
        yield from _below(folder / path.removeprefix(prefix), f"{path}/", deep - 1, left)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The folder's entries, up to where it can be read."""
    with suppress(OSError), os.scandir(folder) as entries:
        yield from entries


def _plain(name: str) -> bool:
    """Whether a crew can read this name and choose by it: nothing hidden, no letters that are none."""
    hidden = name.startswith((".", "$", "__")) or name in {"System Volume Information", "FOUND.000", "LOST.DIR"}
    return not hidden and name.isprintable() and name == name.strip()


def _may_be_a_book(name: str, known: os.stat_result) -> bool:
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name, no path
    fits = stat.S_ISREG(known.st_mode) and 0 < known.st_size <= FILE_BYTES
    return fits and ending in ENDINGS and not name.endswith(amend.ENDING)


def _somebody(sticks: Path) -> bool:
    """Whether there is any stick at all: each is a folder below that of the sticks."""
    return any(True for _ in _entries(sticks))


# Copying.


def _opened(sticks: Path, path: str) -> BinaryIO:
    """The plain file at this path, gone to folder by folder, so that no link leads anywhere else."""
    *folders, name = path.split("/")
    if any(part in {"", ".", ".."} for part in (*folders, name)):
        raise StickError(f"{path} leads out of the stick")
    here = os.open(sticks, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = there
        # Without waiting: a pipe in place of a file would keep us for ever.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
    finally:
        os.close(here)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise StickError("it is no plain file; copy the roadbook itself to the stick")
    except BaseException:
        os.close(file)
        raise
    return os.fdopen(file, "rb")


def _kept(source: BinaryIO, name: str, books: Path) -> Path:
    """A copy in `books`, in which nothing is named as a stick has it."""
    books.mkdir(parents=True, exist_ok=True)
    size = os.fstat(source.fileno()).st_size
    if size > FILE_BYTES:
        raise StickError("it is over 64 MB, which no roadbook is")
    if shutil.disk_usage(books).free < size + SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    draft = books / ".copied"
    try:
        content = _write(draft, _chunks(source))
        kept = books / _name(content, name)
        draft.replace(kept)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _write(path: Path, chunks: Iterable[bytes]) -> str:
    """Put these bytes on the card, whole or not at all; their SHA-256."""
    draft, content = path.with_name(".draft"), hashlib.sha256()
    try:
        with draft.open("wb") as copy:
            for chunk in chunks:
                content.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return content.hexdigest()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    """The file's bytes, and no more than a roadbook may have: one that grows meanwhile is no file."""
    read = 0
    while chunk := source.read(CHUNK):
        read += len(chunk)
        if read > FILE_BYTES:
            raise StickError("it is over 64 MB, which no roadbook is")
        yield chunk


def _harmless(name: str) -> str:
    stem, ending = os.path.splitext(re.sub(r"[^\w. ()+-]", "_", name, flags=re.ASCII))  # noqa: PTH122 - a name, no path
    return f"{stem[: LONGEST - 12]}{ending[:6]}"


def _prune(books: Path, last: Path) -> None:
    """Leave the newest books. Each run holds its own in itself, so that nothing is lost."""
    every = (path for path in books.iterdir() if path != last and not path.name.endswith(amend.ENDING))
    for old in sorted(every, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        amend.sidecar(old).unlink(missing_ok=True)
        old.unlink(missing_ok=True)


# The other process, which reads the book.


def _limit() -> None:
    """Little time and memory from here on, and others first, where the system can say so."""
    if sys.platform != "win32":
        import resource

        os.nice(10)
        for what, most in ((resource.RLIMIT_CPU, CPU), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


def main() -> int:
    """Be the other process: the book's path is the one argument, the pages of the report go to the output."""
    _limit()
    try:
        said = json.dumps(leaves(amend.opened(Path(sys.argv[1])).report))
    except (RoadbookError, OSError) as error:
        sys.stdout.buffer.write(str(error).encode("utf-8", "replace"))
        return _SENTENCE
    sys.stdout.buffer.write(said.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
