"""One file judged: read in a child that may take 10 s of processor time and 500 MB, and may touch nothing.

    sound     a book, or a sentence why there is none; the exact table gives the book back
    otherwise what went wrong, under a short `key` that is the same for the same fault

The child says what it did; what it can no longer say (it hung, it died) the parent sees.
"""

import json
import os
import resource
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from select import select
from time import process_time
from types import TracebackType
from typing import Any, Final, Self

SECONDS: Final = 10
BYTES: Final = 500 << 20
PATIENCE: Final = 120.0  # of the parent, in seconds on the wall: the child counts its own processor time

_TOUCHING: Final = """
socket. subprocess. os.exec os.fork os.posix_spawn os.system os.remove os.rename os.mkdir os.rmdir os.chmod os.chown
os.truncate os.link os.symlink os.putenv os.kill os.listdir os.scandir os.walk shutil. tempfile. glob. urllib. http.
ftplib. smtplib. webbrowser. sqlite3.
"""
_BEGINS: Final = frozenset({"subprocess.Popen", "os.posix_spawn"})  # Python 3.13 begins a process by the second
_APART: Final = "codriver.roadbook.pdf_apart"  # the one process a reader may begin
_FORBIDDEN: Final = tuple(_TOUCHING.split())


@dataclass(frozen=True, slots=True)
class Verdict:
    """`key` is empty where the file was read soundly; `outcome` is `book` or `refused` then."""

    outcome: str
    key: str = ""
    text: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


class Judge:
    """A child that reads one file after the other, started anew when it is gone. A context manager."""

    def __init__(self, *program: str) -> None:
        self._program = program or ("-m", "tests.fuzz.judge")
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._end()

    def judge(self, data: bytes) -> Verdict:
        """What the child makes of these bytes."""
        child = self._child or self._begin()
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(struct.pack(">I", len(data)) + data)
            child.stdin.flush()
            ready, _, _ = select([child.stdout], [], [], PATIENCE)
            answer = child.stdout.readline() if ready else b""
        except OSError:
            answer = b""
        if answer.endswith(b"\n"):
            return Verdict(**json.loads(answer))
        return self._gone(child)

    def _begin(self) -> "subprocess.Popen[bytes]":
        self._child = subprocess.Popen(
            [sys.executable, *self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        return self._child

    def _gone(self, child: "subprocess.Popen[bytes]") -> Verdict:
        try:
            code = child.wait(2)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        if code in (0, -signal.SIGXCPU):
            return Verdict("hung", "hung", f"no answer after {SECONDS} s of processor time")
        return Verdict("died", f"died {code}", f"the reader's process ended with {code}")

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


class Watch:
    """Notes what Python code touches while it is on: files beside the program's own, the network, other programs."""

    def __init__(self) -> None:
        self._on = False
        self.touched: list[str] = []
        self._own = tuple({f"{Path(folder).resolve()}{os.sep}" for folder in (sys.prefix, sys.base_prefix)})
        self._code = f"{Path(__file__).parents[2]}{os.sep}"
        sys.addaudithook(self._hear)

    @contextmanager
    def on(self) -> Iterator[None]:
        self.touched, self._on = [], True
        try:
            yield
        finally:
            self._on = False

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._on or (event in _BEGINS and _APART in args[1]):
            return
        if event == "open":
            if not self._is_ours(args[0], args[1]):
                self.touched.append(f"open {args[0]!r}")
        elif event.startswith(_FORBIDDEN) and not (
            event in {"os.listdir", "os.scandir"} and self._is_ours(args[0], "r")
        ):
            self.touched.append(event)

    def _is_ours(self, path: object, mode: object) -> bool:
        """Whether this is a module being imported late, or what came with a library."""
        if isinstance(path, int):
            return True
        if mode not in {"r", "rb", None} or not isinstance(path, str | bytes):
            return False
        name = os.fsdecode(path)
        code = name.startswith(self._code) and (name.endswith((".py", ".pyc", ".so")) or "/codriver" in name)
        return code or name.startswith(self._own) or name.rstrip(os.sep) + os.sep in {self._code, *self._own}


def judged(data: bytes, watch: Watch) -> Verdict:
    """Read these bytes here and now."""
    from codriver.roadbook.model import RoadbookError

    seconds, outcome = 0.0, "book"
    try:
        with watch.on():
            seconds = _read(data)
    except RoadbookError as refusal:
        if not 10 < len(str(refusal)) < 2000:
            return Verdict("faulty", "sentence", f"a refusal of {len(str(refusal))} letters")
        outcome = "refused"
    except BaseException as fault:  # noqa: BLE001 whatever it is, it is the finding
        return Verdict("faulty", _key(fault), "".join(traceback.format_exception(fault))[-3000:])
    verdict = Verdict(outcome, seconds=seconds)
    if watch.touched:
        return replace(verdict, key=f"touched {watch.touched[0][:60]}", text="\n".join(watch.touched[:20]))
    if verdict.seconds > SECONDS:
        return replace(verdict, key="slow", text=f"{verdict.seconds:.1f} s of processor time")
    return verdict


def _read(data: bytes) -> float:
    """All that a crew does with a file before the start: read it, look at report and pictures, convert it.

    Gives the seconds that the reading took.
    """
    from codriver.roadbook import load, pictures, report
    from codriver.roadbook.model import Picture, RoadbookError

    began = _spent()
    loaded = load.read(data, "fuzz")
    book, seconds = loaded.book, _spent() - began
    report.text(loaded.report)
    json.dumps(report.as_json(loaded.report, book), allow_nan=False)
    assert sorted(note.number for note in book.notes) == list(range(1, len(book.notes) + 1)), "numbers"
    for note in book.notes[:50]:
        for picture in (note.tulip, note.drawing):
            if isinstance(picture, Picture):
                with suppress(RoadbookError):
                    pictures.read(data, picture)
    _convert(loaded.book)
    return seconds


def _spent() -> float:
    """Seconds of processor time until now, those of a reader in a process of its own included."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + others.ru_utime + others.ru_stime


def _convert(book: Any) -> None:
    from codriver.roadbook import load
    from codriver.roadbook.limits import LONGEST
    from codriver.roadbook.write import exact, openrally

    if len(book.notes) > 2000 or sum(map(len, book.track)) > 20_000:
        return
    bare = replace(book, notes=tuple(replace(note, tulip=None, drawing=None) for note in book.notes))
    again = load.read(exact.table(book).encode(), "fuzz").book
    assert again == bare, f"the exact table has another {_difference(bare, again)}"
    if any(note.position for note in book.notes) and all(note.total <= LONGEST for note in book.notes):
        back = load.read("".join(openrally.gpx(book, lambda _: (None, None))).encode(), "fuzz").book
        assert len(back.notes) == len(book.notes), "OpenRally has another number of boxes"


def _difference(a: Any, b: Any) -> str:
    """The first field that is not the same in two books, or in two of their notes."""
    for field in fields(a):
        if getattr(a, field.name) != getattr(b, field.name):
            if field.name == "notes" and len(a.notes) == len(b.notes):
                return next(_difference(*pair) for pair in zip(a.notes, b.notes, strict=True) if pair[0] != pair[1])
            return field.name
    return "nothing"


def _key(fault: BaseException) -> str:
    """The kind of fault and where in this program it was raised last."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "/codriver/" in frame.filename] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "nowhere"
    told = str(fault)[:40] if isinstance(fault, AssertionError) else ""
    return f"{type(fault).__name__} {place} {told}".strip()


def _limit(watch: Watch) -> int:
    """Bound this process at what it has now and 500 MB; its resident size at its highest until now, in kB."""
    from tests.fuzz.seeds import synthetic

    for data in synthetic().values():  # what is imported late is imported now
        judged(data, watch)
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Answer each file on standard input with a line of JSON on standard output, until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    watch = Watch()
    before = _limit(watch)
    while len(size := sys.stdin.buffer.read(4)) == 4:
        data = sys.stdin.buffer.read(struct.unpack(">I", size)[0])
        limit = int(process_time()) + 3 * SECONDS  # for the conversions after the reading, too
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        verdict = judged(data, watch)
        megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        verdict = replace(verdict, megabytes=megabytes)
        answers.write(json.dumps({name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
