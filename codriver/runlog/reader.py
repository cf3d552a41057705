"""The reader: a run, read-only, also while it is written and from a medium that cannot be written.

Everything comes in the order it was folded, a few thousand rows at a time: a long-held read would keep the writer's log
file from being folded in. Whatever SQLite says of the file comes out as a RunError with a sentence.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from sqlite_utils import Database

from codriver import signals
from codriver.core.plan import Inputs
from codriver.runlog import plans, schema
from codriver.runlog.database import RunError, connect, explained
from codriver.signals import Signal
from codriver.units import Seconds

ROWS_AT_ONCE: Final = 5000
_SIGNALS: Final = "SELECT id, segment, t, source, payload FROM signal WHERE id > ? ORDER BY id LIMIT ?"
_CHECKPOINTS: Final = (
    "SELECT signal_id, segment, t, state FROM checkpoint WHERE signal_id > ? ORDER BY signal_id LIMIT ?"
)


class Logged(NamedTuple):
    """One signal of the log. Where `id` jumps, signals were lost, and a checkpoint with the id before leads on."""

    id: int
    segment: int
    signal: Signal


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch under one plan; `end_t` is the state's own now at its last commit."""

    id: int
    plan_id: int
    boot_id: str
    reason: str
    utc_offset_s: Seconds | None
    version: str
    first_signal: int
    end_t: Seconds


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An encoded state, after the signal with this id; `t` is its own now."""

    signal_id: int
    segment: int
    t: Seconds
    state: str


class Run:
    """One run. `with Run.open(path) as run: ...`"""

    def __init__(self, path: Path, db: Database, copy: "TemporaryDirectory[str] | None" = None) -> None:
        self.path = path
        self._db = db
        self._copy = copy

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the run at `path`. RunError with a sentence where there is none, or none that this codriver can read."""
        if not path.is_file():
            raise RunError(f"{path}: there is no such run")
        with explained(path):
            run = cls(path, *_connect(path))
        try:
            run._check()
        except RunError:
            run.close()
            raise
        return run

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        if self._copy is not None:
            self._copy.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def title(self) -> dict[str, Any]:
        """The `run` row: roadbook, profile, vehicle, version, ended, and started_utc, None until it was trusted."""
        return next(self.rows("run"))

    def plans(self) -> dict[int, Inputs]:
        """The inputs of every plan, by its id in `segment`."""
        with explained(self.path):
            return dict(plans.fetch(self._db))

    def segments(self) -> tuple[Segment, ...]:
        """The segments in order."""
        return tuple(Segment(**row) for row in self.rows("segment"))

    def signals(self, after: int = 0, until: int | None = None) -> Iterator[Logged]:
        """The signals in fold order, those with `after` < id <= `until`."""
        for signal_id, segment, t, source, payload in self._in_order(_SIGNALS, after):
            if until is not None and signal_id > until:
                return
            yield Logged(signal_id, segment, self._read(signal_id, t, source, payload))

    def checkpoints(self, after: int = 0) -> Iterator[Checkpoint]:
        """The checkpoints in order, those with `after` < signal_id."""
        return (Checkpoint(*row) for row in self._in_order(_CHECKPOINTS, after))

    def resume(self) -> Checkpoint | None:
        """Where the run stood at the last commit; None before the first."""
        for row in self.rows("resume"):
            return Checkpoint(row["signal_id"], row["segment"], row["t"], row["state"].rstrip())
        return None

    def tables(self) -> list[str]:
        """The names of the tables, without the views."""
        with explained(self.path):
            return self._db.table_names()

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table in the order written, as column: value."""
        last = 0
        while True:
            with explained(self.path):
                found = list(
                    self._db.table(table).rows_where(
                        "rowid > ?", [last], select="rowid AS written, *", order_by="rowid", limit=ROWS_AT_ONCE
                    )
                )
            for row in found:
                last = row.pop("written")
                yield row
            if len(found) < ROWS_AT_ONCE:
                return

    def _in_order(self, query: str, after: int) -> Iterator[tuple[Any, ...]]:
        """What the query finds after this key, which comes first in each row."""
        while True:
            with explained(self.path):
                found = self._db.execute(query, [after, ROWS_AT_ONCE]).fetchall()
            yield from found
            if len(found) < ROWS_AT_ONCE:
                return
            after = found[-1][0]

    def _read(self, signal_id: int, t: Seconds, source: str, payload: str) -> Signal:
        try:
            return signals.read(float(t), source, payload)
        except (ValueError, TypeError) as error:
            raise RunError(f"{self.path}: signal {signal_id} cannot be read: {error}") from error

    def _check(self) -> None:
        """Refuse what is no run, or a newer one's."""
        with explained(self.path):
            tables = self._db.table_names()
            if "run" not in tables or next(self.rows("run"), None) is None:
                raise RunError(f"{self.path}: there is no run in it")
            if schema.is_newer(self._db):
                raise RunError(f"{self.path}: this run was made by a newer codriver; update this one to read it")


def _connect(path: Path) -> tuple[Database, "TemporaryDirectory[str] | None"]:
    """A connection that sees the newest schema. What cannot be read in place, or is older, is read from a copy."""
    db, copy = _connect_as_it_is(path)
    try:
        if "run" not in db.table_names() or not schema.MIGRATIONS.pending(db):
            return db, copy
        return _migrated(db, path.name)
    except sqlite3.Error:
        db.close()
        raise


def _connect_as_it_is(path: Path) -> tuple[Database, "TemporaryDirectory[str] | None"]:
    """Beside a writer; or, where nobody can write, the file alone, or a copy with the log file that goes with it."""
    db = connect(path, "ro")
    try:
        db.table_names()
    except sqlite3.OperationalError:
        db.close()
    except sqlite3.Error:
        db.close()
        raise
    else:
        return db, None
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return connect(path, "immutable"), None
    copy = TemporaryDirectory(prefix="codriver-")
    for file in (path, log):
        shutil.copyfile(file, Path(copy.name, file.name))
    return connect(Path(copy.name, path.name), "rw"), copy


def _migrated(older: Database, name: str) -> tuple[Database, "TemporaryDirectory[str]"]:
    copy = TemporaryDirectory(prefix="codriver-")
    db = connect(Path(copy.name, name), "rwc")
    older.conn.backup(db.conn)
    older.close()
    schema.migrate(db)
    return db, copy
