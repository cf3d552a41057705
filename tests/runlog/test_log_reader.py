"""The reader: a run can be read by anyone, at any time, from anywhere; and what is no run is said to be none."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlite_utils import Database

from codriver.core.plan import Inputs
from codriver.runlog.database import RunError, connect_to_write
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title, open_run
from codriver.signals import Done, Edge, Fault, Line, Signal, Start

MakeDrive: TypeAlias = Callable[..., Any]


def test_every_kind_of_signal_comes_back_as_it_was(drive: MakeDrive) -> None:
    sent: list[Signal] = [
        Line(0.000001, "gps", "$GPRMC,\xb0\\,\x00*00"),
        Line(0.1, "pod", ""),
        Edge(0.2, "gpio", "6", True),
        Edge(0.3, "key", "plus minus", False),
        Fault(0.4, "gps", "unplugged"),
        Done(0.5, "voice", "ended 3"),
    ]
    one = drive()
    one.begin()
    for signal in sent:
        one.fold(signal)
    one.close()
    with Run.open(one.path) as run:
        start, *others = [entry.signal for entry in run.signals()]
        assert others == sent
        assert isinstance(start, Start)
        assert run.title()["roadbook"] == "Stage 4"


def test_plans_come_back_equal_with_the_roadbooks_bytes(drive: MakeDrive) -> None:
    first = Inputs(settings='{"a":1}', roadbook_name="b.gpx", roadbook=bytes(range(256)))
    second = Inputs(settings='{"a":2}', roadbook_name="b.gpx", roadbook=bytes(range(256)))
    third = Inputs(learnt="{}", phrases='{"left":0.5}')
    one = drive()
    for inputs in (first, second, third, first):
        one.begin(inputs)
    one.close()
    with Run.open(one.path) as run:
        plans = run.plans()
        assert [plans[segment.plan_id] for segment in run.segments()] == [first, second, third, first]
        assert len(list(run.rows("blob"))) == 1


def test_a_damaged_roadbook_is_not_handed_out(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.close()
    with connect_to_write(one.path) as db:
        db.execute("UPDATE blob SET bytes = substr(bytes, 1, 8)")
    with Run.open(one.path) as run, pytest.raises(RunError, match="damaged"):
        run.plans()


def test_signals_are_given_in_ranges(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(30)
    one.close()
    with Run.open(one.path) as run:
        assert [entry.id for entry in run.signals(after=10, until=13)] == [11, 12, 13]
        assert [entry.id for entry in run.signals(after=30)] == [31]
        assert list(run.signals(after=31)) == []


def test_a_long_log_comes_whole_through_many_pieces(drive: MakeDrive) -> None:
    one = drive(patient=True)
    one.begin()
    one.go(12_000)
    one.close()
    with Run.open(one.path) as run:
        assert [entry.id for entry in run.signals()] == list(range(1, 12_002))


def test_a_run_is_read_while_it_is_written(drive: MakeDrive) -> None:
    one = drive(period=0.01)
    one.begin()
    one.go(3)
    one.wait_until(lambda: one.committed == 4)
    with Run.open(one.path) as run:
        signals = run.signals()
        assert next(signals).id == 1
        one.go(2)
        one.wait_until(lambda: one.committed == 6)
        assert [entry.id for entry in run.signals()] == [1, 2, 3, 4, 5, 6]
        resume = run.resume()
        assert resume is not None
        assert resume.signal_id == 6


def test_a_waiting_reader_holds_up_no_folding_of_the_log_file(drive: MakeDrive) -> None:
    """A replay that is paused must not make the writer's log file grow for an hour."""
    one = drive(period=0.01)
    one.begin()
    one.wait_until(lambda: one.committed == 1)
    with Run.open(one.path) as run:
        next(run.signals())
        with connect_to_write(one.path) as db:
            busy, *_ = db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        assert busy == 0


@contextmanager
def nobody_writes(folder: Path) -> Iterator[None]:
    """The folder as on a card whose lock is set: root, whom no permission stops, becomes nobody for the while."""
    folder.chmod(0o555)
    for path in folder.iterdir():
        path.chmod(0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def locked_card() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_run_is_read_from_a_locked_card(drive: MakeDrive, locked_card: Path) -> None:
    one = drive()
    one.begin()
    one.go(3)
    one.close()
    shutil.copy(one.path, locked_card)
    with nobody_writes(locked_card), Run.open(locked_card / "RUN.db") as run:
        assert len(list(run.signals())) == 4


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_cut_run_is_read_whole_from_a_locked_card(drive: MakeDrive, locked_card: Path) -> None:
    """The last minutes are in the log file beside the run, which nobody may fold in there."""
    one = drive(period=0.01)
    one.begin()
    one.go(3)
    one.wait_until(lambda: one.committed == 4)
    for path in one.path.parent.glob("RUN.db*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, locked_card)
    with nobody_writes(locked_card), Run.open(locked_card / "RUN.db") as run:
        assert len(list(run.signals())) == 4
    assert sorted(path.name for path in locked_card.iterdir()) == ["RUN.db", "RUN.db-wal"]


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    missing, letter, other, empty = (tmp_path / name for name in ("missing.db", "letter.db", "other.db", "empty.db"))
    letter.write_text("Dear scrutineers, " * 100)
    Database(other, execute_plugins=False).table("cow").insert({"name": "Clarabelle"}).db.close()
    empty.touch()
    for path, words in {missing: "no such run", letter: "not a SQLite file", other: "no run", empty: "no run"}.items():
        with pytest.raises(RunError, match=words) as caught:
            Run.open(path)
        assert str(path) in str(caught.value)


def test_a_folder_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such run"):
        Run.open(tmp_path)


def test_a_run_that_was_copied_in_part_is_said_to_be_torn(drive: MakeDrive) -> None:
    one = drive(patient=True)
    one.begin()
    one.go(500)
    one.close()
    whole = one.path.read_bytes()
    one.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="torn"):
        Run.open(one.path)


def test_a_run_with_a_bad_spot_is_read_as_far_as_it_goes(drive: MakeDrive) -> None:
    one = drive(patient=True)
    one.begin()
    for tenth in range(20_000):
        one.fold(Line(tenth / 10, "gps", "$GPRMC"))
    one.close()
    whole = one.path.read_bytes()
    middle = len(whole) // 2
    one.path.write_bytes(whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :])
    read: list[int] = []
    with Run.open(one.path) as run, pytest.raises(RunError, match="torn"):
        read.extend(entry.id for entry in run.signals())
    assert read == list(range(1, len(read) + 1))
    assert len(read) >= 5000


def test_a_payload_that_is_no_signal_is_named(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.close()
    with connect_to_write(one.path) as db:
        db.execute("INSERT INTO signal VALUES (2, 1, 0.5, 'gpio', 'six open')")
    with Run.open(one.path) as run, pytest.raises(RunError, match="signal 2"):
        list(run.signals())


def test_a_run_that_was_only_begun_has_no_place_to_resume(tmp_path: Path) -> None:
    open_run(tmp_path / "RUN.db", Title())
    with Run.open(tmp_path / "RUN.db") as run:
        assert run.resume() is None
        assert run.segments() == ()
        assert list(run.signals()) == []


def test_reading_changes_no_byte(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(10)
    one.close()
    before = one.path.read_bytes()
    with Run.open(one.path) as run, pytest.raises(sqlite3.OperationalError, match="readonly"):
        run._db.execute("DELETE FROM signal")
    assert one.path.read_bytes() == before
