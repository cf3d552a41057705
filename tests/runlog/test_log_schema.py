"""The tables are what the handbook promises, hold what the core gives, and open in every later version."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

import pytest
from sqlite_utils import Database

from codriver.core.outs import NotePassed, Row
from codriver.runlog import schema
from codriver.runlog.database import connect
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title, open_run
from codriver.signals import Line

MakeDrive: TypeAlias = Callable[..., Any]

FIRST_VERSION: Final = Path(__file__).with_name("first_version.sql")

PROMISED: Final = """
run(id, started_utc, roadbook, profile, vehicle, version)
plan(id, sha256)
segment(id, plan_id, boot_id, reason, utc_offset_s, version)
crew(segment, t, driver, codriver)
signal(id, segment, t, source, payload)
note(number, total_m, lat, lon, words, danger)
fix(segment, t, utc, lat, lon, alt_m, speed_mps, course_deg, quality, odo_m, odo_sigma_m, total_m, partial_m)
call(id, segment, t, utc, note, kind, words, speech_s, ends_m, lead_m, lead_s, chain)
press(segment, t, button, gesture, action)
trip_change(segment, t, what, before_m, after_m, by, undone)
passage(segment, t, utc, note, kind, name, outcome, miss_m)
zone(note, limit_mps, entry_t, exit_t, worst_mps, over_s, over_m)
stop(segment, start_t, end_t, lat, lon, total_m, tag)
fault(segment, t, source, text)
resume(signal_id, state)
checkpoint(signal_id, state)
"""


@pytest.fixture
def new(tmp_path: Path) -> Path:
    open_run(tmp_path / "new.db", Title())
    return tmp_path / "new.db"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A run as the first version left it."""
    path = tmp_path / "first.db"
    connection = sqlite3.connect(path)
    connection.executescript(FIRST_VERSION.read_text(encoding="utf-8"))
    connection.close()
    return path


def columns(path: Path) -> dict[str, list[tuple[str, str]]]:
    with connect(path, "ro") as db:
        return {table: [(column.name, column.type) for column in db.table(table).columns] for table in db.table_names()}


@pytest.mark.parametrize("promise", PROMISED.split("\n")[1:-1])
def test_a_promised_table_has_its_columns(new: Path, promise: str) -> None:
    table, _, names = promise.rstrip(")").partition("(")
    assert set(names.split(", ")) <= {name for name, _ in columns(new)[table]}


@pytest.mark.parametrize("kind", get_args(Row))
def test_a_row_of_the_core_fits_its_table(new: Path, kind: Any) -> None:
    expected = {"segment", *(field.name for field in fields(kind))}
    assert expected == {name for name, _ in columns(new)[kind.TABLE]}


def test_a_new_run_holds_no_date_of_a_computer_that_knows_none(new: Path) -> None:
    with Run.open(new) as run:
        assert {row["applied_at"] for row in run.rows("_sqlite_migrations")} == {None}
        assert run.title()["started_utc"] is None


def test_two_new_runs_are_the_same_bytes(new: Path, tmp_path: Path) -> None:
    open_run(tmp_path / "other.db", Title())
    assert new.read_bytes() == (tmp_path / "other.db").read_bytes()


def test_a_run_of_the_first_version_is_read_and_left_as_it_was(first: Path) -> None:
    before = first.read_bytes()
    with Run.open(first) as run:
        assert [entry.signal for entry in run.signals()][1:] == [Line(n / 10, "gps", f"$GPRMC,{n}*00") for n in (1, 2)]
        assert run.plans()[1].roadbook == b"<gpx/>" * 50
        resume = run.resume()
        assert resume is not None
        assert resume.signal_id == 3
    assert first.read_bytes() == before


def test_a_run_of_the_first_version_goes_on_with_todays_tables(first: Path, new: Path, drive: MakeDrive) -> None:
    one = drive("first.db")
    one.begin(reason="power")
    one.go(10)
    one.close()
    assert columns(first) == columns(new)
    with Run.open(first) as run:
        assert [entry.id for entry in run.signals()] == list(range(1, 15))
        assert [segment.reason for segment in run.segments()] == ["test", "power"]


def test_an_older_run_is_read_as_if_it_were_new_and_is_not_touched(tmp_path: Path) -> None:
    """On a laptop the file may be the only copy, on a card that nobody can write."""
    path = tmp_path / "RUN.db"
    with connect(path, "rwc") as db:
        schema.MIGRATIONS.apply(db, stop_before="m004_what_happened")
        db.table("run").insert({"id": 1, "vehicle": "T2"})
    before = path.read_bytes()
    with Run.open(path) as run:
        assert run.title()["vehicle"] == "T2"
        assert list(run.rows("fix")) == []
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["RUN.db"]


def test_a_passage_is_shown_with_its_notes_words(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.fold(Line(5.0, "gps", "x"), (NotePassed(5.0, None, 2, "WPM", "W1", "taken", 3.5),))
    one.close()
    with Database(one.path, execute_plugins=False) as db:
        (row,) = db.query("SELECT note, outcome, total_m, danger, words FROM passed")
        assert row == {"note": 2, "outcome": "taken", "total_m": 812.5, "danger": 3, "words": "!!! ditch"}
        assert [row["words"] for row in db.query("SELECT * FROM story")] == ["note 2 WPM W1: taken"]
