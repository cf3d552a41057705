"""Connections to a run database, and SQLite's errors as sentences. Knows no table.

A writing connection commits for good: in a real power cut `synchronous=FULL` kept every committed row and `NORMAL`
none. Pages are small, for each commit writes whole pages of which the drive has filled a few hundred bytes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from codriver.units import Seconds

# At 30 sentences, 20 pod lines and 10 fixes a second, committed each second with 2 kB of state (test_log_size), an
# hour writes 63 MB in pages of 1024 bytes, 84 in 2048 and 110 in 4096, and keeps 18.0, 17.4 and 17.4 MB.
PAGE_BYTES: Final = 1024
CHECKPOINT_PAGES: Final = 2048
WAL_LIMIT_BYTES: Final = 4_000_000
BUSY_TIMEOUT: Final[Seconds] = 1.0


class RunError(ValueError):
    """This file cannot be read, or written, as a run; the message says what and what to do."""


def connect(path: Path, mode: str) -> Database:
    """A connection: `rwc` makes an absent file, `rw` writes, `ro` reads, `immutable` reads what nobody can write."""
    how = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_TIMEOUT)
    return Database(connection, recursive_triggers=False, execute_plugins=False)


def connect_to_write(path: Path, mode: str = "rw") -> Database:
    """A connection that commits for good, and whose log file stays small."""
    db = connect(path, mode)
    try:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.enable_wal()
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def sentence(error: sqlite3.Error) -> str:
    """What SQLite says, in a crew's words."""
    code = getattr(error, "sqlite_errorname", "")
    for prefix, words in _SENTENCES.items():
        if code.startswith(prefix):
            return f"{words} ({error})"
    return str(error)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises on this file into a RunError with a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise RunError(f"{path}: {sentence(error)}") from error


_SENTENCES: Final = {
    "SQLITE_FULL": "the card is full",
    "SQLITE_IOERR": "the card does not answer",
    "SQLITE_CANTOPEN": "it cannot be opened: is the card there, and may this user write to it?",
    "SQLITE_READONLY": "it cannot be written: is the card locked?",
    "SQLITE_NOTADB": "this is no run: not a SQLite file",
    "SQLITE_CORRUPT": "the file is torn; `sqlite3 FILE .recover` may save the most of it",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_LOCKED": "another program holds the file",
}
