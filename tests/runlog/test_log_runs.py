"""Which file a drive goes to: the run that is under way, or the next number; never somebody else's database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlite_utils import Database

from codriver.runlog import schema
from codriver.runlog.database import RunError, connect
from codriver.runlog.reader import Run
from codriver.runlog.runs import Opened, Title, choose, open_run

MakeDrive: TypeAlias = Callable[..., Any]


def test_the_first_run_is_number_one(tmp_path: Path) -> None:
    assert choose(tmp_path, "stage4") == tmp_path / "0001-stage4.db"


def test_a_run_without_a_roadbook_has_its_number_alone(tmp_path: Path) -> None:
    assert choose(tmp_path) == tmp_path / "0001.db"


def test_a_run_that_was_not_ended_goes_on_whatever_the_book(tmp_path: Path) -> None:
    open_run(tmp_path / "0001-monday.db", Title())
    assert choose(tmp_path, "tuesday") == tmp_path / "0001-monday.db"


def test_after_an_ended_run_comes_the_next_number(drive: MakeDrive, tmp_path: Path) -> None:
    open_run(tmp_path / "0008-old.db", Title())
    one = drive("0009-monday.db")
    one.begin()
    one.writer.end_run()
    one.close()
    assert choose(tmp_path, "tuesday") == tmp_path / "0010-tuesday.db"


def test_a_run_that_is_taken_up_again_is_not_ended(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.writer.end_run()
    one.close()
    again = drive()
    again.begin()
    again.close()
    with Run.open(again.path) as run:
        assert run.title()["ended"] == 0


def test_numbers_go_on_beyond_four_digits(tmp_path: Path) -> None:
    (tmp_path / "9999-x.db").write_text("torn")
    assert choose(tmp_path, "x").name == "10000-x.db"


def test_a_run_that_cannot_be_read_does_not_hold_up_the_start(tmp_path: Path) -> None:
    (tmp_path / "0003-torn.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert choose(tmp_path, "x") == tmp_path / "0004-x.db"


def test_a_file_cut_before_anything_was_in_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "0001-x.db").touch()
    assert choose(tmp_path, "x") == tmp_path / "0001-x.db"
    assert open_run(tmp_path / "0001-x.db", Title()) == Opened(tmp_path / "0001-x.db")


def test_the_books_name_becomes_a_file_name_that_every_card_can_hold(tmp_path: Path) -> None:
    assert choose(tmp_path, "Étape 4: Ouarzazate / Zagora?").name == "0001-Étape-4-Ouarzazate-Zagora.db"
    assert len(choose(tmp_path, "x" * 300).name) < 80


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.db").touch()
    (tmp_path / "0007-x.db-wal").touch()
    assert choose(tmp_path, "x") == tmp_path / "0001-x.db"


def test_a_new_run_stands_at_nothing_and_has_its_title(tmp_path: Path) -> None:
    path = tmp_path / "RUN.db"
    assert open_run(path, Title("Stage 4", "raid", "T2", "0.1.0")) == Opened(path)
    with Run.open(path) as run:
        assert run.title() == {
            "id": 1,
            "started_utc": None,
            "roadbook": "Stage 4",
            "profile": "raid",
            "vehicle": "T2",
            "version": "0.1.0",
            "ended": 0,
        }


def test_a_run_goes_on_where_it_stood_and_keeps_its_title(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(5)
    one.close()
    opened = open_run(one.path, Title("another"))
    assert (opened.signal_id, opened.segment) == (6, 1)
    assert json.loads(str(opened.state)) == {"folded": 6}
    assert opened.inputs is not None
    assert opened.inputs.roadbook_name == "stage4.gpx"
    again = drive()
    again.begin(reason="power")
    again.go(1)
    again.close()
    with Run.open(one.path) as run:
        assert [entry.id for entry in run.signals()] == list(range(1, 9))
        assert [segment.reason for segment in run.segments()] == ["test", "power"]
        assert run.title()["roadbook"] == "Stage 4"


def migrations() -> list[str]:
    with Database(memory=True, execute_plugins=False) as empty:
        return [migration.name for migration in schema.MIGRATIONS.pending(empty)]


@pytest.mark.parametrize("made", migrations())
def test_a_run_that_was_cut_while_it_was_made_is_finished(tmp_path: Path, made: str) -> None:
    path = tmp_path / "RUN.db"
    with connect(path, "rwc") as db:
        schema.MIGRATIONS.apply(db, stop_before=made)
    assert open_run(path, Title("x")) == Opened(path)
    with Run.open(path) as run:
        assert run.title()["roadbook"] == "x"


def test_somebody_elses_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "cows.db"
    with Database(path, execute_plugins=False) as db:
        db.table("cow").insert({"name": "Clarabelle"})
    before = path.read_bytes()
    with pytest.raises(RunError, match="no run of codriver"):
        open_run(path, Title())
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear scrutineers, " * 100)
    with pytest.raises(RunError, match="not a SQLite file"):
        open_run(path, Title())
    assert path.read_text().startswith("Dear scrutineers")


def test_a_run_of_a_newer_codriver_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "RUN.db"
    open_run(path, Title())
    with connect(path, "rw") as db:
        db.table("_sqlite_migrations").insert({"migration_set": "codriver", "name": "m999_the_future"})
    with pytest.raises(RunError, match="newer codriver"):
        open_run(path, Title())
    with pytest.raises(RunError, match="newer codriver"):
        Run.open(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no folder"):
        open_run(tmp_path / "stick" / "RUN.db", Title())
