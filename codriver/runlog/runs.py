"""Which file a drive is logged to, and what a new segment needs in order to go on in it."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from codriver.core.plan import Inputs
from codriver.runlog import plans, schema
from codriver.runlog.database import RunError, connect, connect_to_write, explained
from codriver.runlog.reader import Run

LONGEST_STEM: Final = 60
_NUMBERED: Final = re.compile(r"(\d{4,})(-.*)?\.db")


@dataclass(frozen=True, slots=True)
class Title:
    """What the `run` row says of a new run."""

    roadbook: str = ""
    profile: str = ""
    vehicle: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A run ready for its writer, and where it stands: the next signal is `signal_id + 1`, the segment `segment + 1`.

    A new run stands at 0, with neither state nor inputs. `inputs` are those of the last segment; `books` the hashes of
    all roadbooks that it was driven by, `layers` the changes that were laid over them.
    """

    path: Path
    signal_id: int = 0
    segment: int = 0
    state: str | None = None
    inputs: Inputs | None = None
    books: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()


def choose(runs: Path, roadbook: str = "", *, go_on: bool = True) -> Path:
    """The run in this folder to go on with: the newest, unless it was ended or cannot be read; else the next number.

    `roadbook` is the stem of the book's file name. Without `go_on` it is always the next number: a recording is no
    part of the crew's own drive. No name holds a date: the car's clock may not know it.
    """
    number, newest = max(_numbered(runs), default=(0, None))
    if go_on and newest is not None and _goes_on(newest):
        return newest
    stem = re.sub(r"[^\w.-]+", "-", roadbook).strip("-.")[:LONGEST_STEM]
    return runs / (f"{number + 1:04d}-{stem}.db" if stem else f"{number + 1:04d}.db")


def open_run(path: Path, title: Title) -> Opened:
    """Make the run where it is absent, bring it to the newest schema, and say where it stands.

    RunError where that cannot be. Safe to be cut at any moment: what is half made is finished the next time.
    """
    if not path.parent.is_dir():
        raise RunError(f"{path}: there is no folder {path.parent}")
    with explained(path):
        _refuse_what_is_not_ours(path)
        db = connect_to_write(path, "rwc")
        try:
            schema.migrate(db)
            db.table("run").insert({"id": 1, **asdict(title), "ended": False}, pk="id", ignore=True)
            return _where_it_stands(db, path)
        finally:
            db.close()


def _numbered(runs: Path) -> Iterator[tuple[int, Path]]:
    for path in runs.glob("*.db"):
        match = _NUMBERED.fullmatch(path.name)
        if match is not None:
            yield int(match[1]), path


def _goes_on(path: Path) -> bool:
    """True for a run that was begun and not ended, and for a file that a power cut left before anything was in it."""
    if path.stat().st_size == 0:
        return True
    try:
        with Run.open(path) as run:
            return not run.title()["ended"]
    except RunError:
        return False


def _refuse_what_is_not_ours(path: Path) -> None:
    """Leave other people's databases, and those of a newer codriver, as they are."""
    if not path.exists():
        return
    with connect(path, "rw") as db:
        tables = db.table_names()
        if tables and schema.MIGRATIONS.migrations_table not in tables:
            raise RunError(f"{path}: this is a database, but no run of codriver; choose another name for the log")
        if schema.is_newer(db):
            raise RunError(f"{path}: this run was made by a newer codriver; update this one, or begin a new run")


def _where_it_stands(db: Database, path: Path) -> Opened:
    all_inputs = dict(plans.fetch(db))
    last_plan = db.execute("SELECT plan_id FROM segment ORDER BY id DESC LIMIT 1").fetchone()
    inputs = None if last_plan is None else all_inputs.get(last_plan[0])
    books = frozenset(each.roadbook_sha256 for each in all_inputs.values() if each.roadbook_sha256 is not None)
    layers = frozenset(each.changes for each in all_inputs.values())
    place = db.execute("SELECT signal_id, segment, state FROM resume WHERE id = 1").fetchone()
    if place is None:
        return Opened(path, inputs=inputs, books=books, layers=layers)
    return Opened(path, place[0], place[1], place[2].rstrip(), inputs, books, layers)
