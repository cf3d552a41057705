"""The command line as other programs and tired people use it: what it makes, what it refuses, and how it says so."""

import csv
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from lxml import etree

from codriver.cli import main
from codriver.roadbook import load
from codriver.runlog.compare import differences
from codriver.signals import Line, Signal, write, write_line

Command = Callable[..., Result]

# Blueprint 3: the keys of `summary --json`; those not known are absent.
ALWAYS = {"distance_m", "duration_s", "moving_s", "notes", "calls", "calls_late", "stops", "faults", "segments"}
SOMETIMES = {
    "max_speed_mps",
    "waypoints_validated",
    "waypoints_missed",
    "zone_excursions",
    "wheel_scale",
    "book_scale",
    "laps",
    "regularity_score",
}


# No file may grow beyond 120 kB.
SMALL_CARD = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, resource.RLIM_INFINITY))
from codriver.cli import main
main(prog_name="codriver")
"""


@pytest.fixture
def files(tmp_path: Path, stage: bytes, lively: tuple[Signal, ...]) -> Path:
    """A folder with 34 s of the lively drive as a wire log and as two recordings, its book, and other files.

    Both recordings begin when the receiver knows its time: what they hold before that could not be set side by side.
    """
    heard = [signal for signal in lively if 6.0 <= signal.t < 40.0]
    (tmp_path / "drive.wire").write_text("".join(write_line(s.t, *write(s)) + "\n" for s in heard))
    for source in ("gps", "pod"):
        lines = [signal.text for signal in heard if isinstance(signal, Line) and signal.source == source]
        (tmp_path / f"{source}.log").write_bytes("".join(line + "\r\n" for line in lines).encode("latin-1"))
    (tmp_path / "book.gpx").write_bytes(stage)
    (tmp_path / "letter.txt").write_text("Dear crew,\nthe start is at six.\n")
    (tmp_path / "binary.log").write_bytes(random.Random(1).randbytes(5000))
    (tmp_path / "folder").mkdir()
    db = sqlite3.connect(tmp_path / "other.db")
    db.execute("CREATE TABLE recipe (name TEXT)")
    db.close()
    return tmp_path


@pytest.fixture
def run_db(files: Path, codriver: Command) -> Path:
    """A run of that drive."""
    codriver("run", "--wire", "drive.wire", "--roadbook", "book.gpx", "--log", "RUN.db", "--speed", "max")
    return files / "RUN.db"


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def count(path: Path, question: str) -> int:
    db = sqlite3.connect(path)
    [(number,)] = db.execute(question)
    db.close()
    return int(number)


# Asking for help.


@pytest.mark.parametrize("command", list(commands(main)), ids=" ".join)
def test_every_command_shows_an_example_of_itself(codriver: Command, command: tuple[str, ...]) -> None:
    told = " ".join(codriver(*command, "--help").output.split())
    assert f"Example: codriver {' '.join(command)} " in told


def test_the_house_lists_its_commands_and_its_version(codriver: Command) -> None:
    told = codriver("--help").output
    assert all(command[0] in told for command in commands(main))
    assert "version 0." in codriver("--version").output


# Driving from files.


def test_a_receivers_log_is_a_drive(codriver: Command, files: Path) -> None:
    assert codriver("run", "--gps", "gps.log", "--headless", "--speed", "max", "--log", "RUN.db").output == ""
    figures = json.loads(codriver("summary", "RUN.db", "--json").output)
    assert figures["distance_m"] > 100.0
    assert set(figures) >= ALWAYS
    assert set(figures) <= ALWAYS | SOMETIMES
    assert count(files / "RUN.db", "SELECT count(DISTINCT source) FROM signal WHERE source != 'start'") == 1


def test_receiver_and_pod_recorded_apart_are_one_drive(codriver: Command, files: Path) -> None:
    codriver("run", "--gps", "gps.log", "--pod", "pod.log", "--speed", "max", "--log", "both.db")
    codriver("run", "--pod", "pod.log", "--speed", "max", "--log", "pod.db")
    driven = [json.loads(codriver("summary", name, "--json").output)["distance_m"] for name in ("both.db", "pod.db")]
    assert driven[0] == pytest.approx(driven[1], rel=0.05)
    assert count(files / "both.db", "SELECT count(DISTINCT source) FROM signal WHERE source != 'start'") == 2
    codriver("replay", "both.db", "--verify")


def test_a_wire_log_with_damaged_lines_is_driven_without_them(codriver: Command, files: Path) -> None:
    wire = files / "drive.wire"
    wire.write_text("not a line\n" + wire.read_text() + "(1.0) gpio sideways\n(99999999.0) gps late\n")
    told = codriver("run", "--wire", "drive.wire", "--log", "RUN.db", "--speed", "max").stderr
    assert told.startswith("3 lines of the wire log were left out; the first: not '(<seconds>")
    codriver("replay", "RUN.db", "--verify")


@pytest.mark.parametrize("name", ["letter.txt", "binary.log", "other.db"])
def test_a_file_with_no_fix_is_a_drive_with_one_sentence(codriver: Command, files: Path, name: str) -> None:
    told = codriver("run", "--gps", files / name, "--log", "RUN.db", "--speed", "max")
    assert told.stdout == ""
    assert told.stderr.startswith("no fix in the recording: ")
    assert told.stderr.count("\n") == 1
    codriver("replay", "RUN.db", "--verify")


def test_runs_are_numbered_in_their_folder(codriver: Command, files: Path) -> None:
    for _ in range(2):
        codriver("run", "--gps", "gps.log", "--roadbook", "book.gpx", "--runs", "runs", "--speed", "max")
    assert sorted(path.name for path in (files / "runs").glob("*.db")) == ["0001-book.db", "0002-book.db"]


def test_a_recording_is_no_part_of_the_crews_own_drive(codriver: Command, run_db: Path) -> None:
    """The drive that the ignition interrupted waits for the next ignition, whatever is played meanwhile."""
    own = run_db.parent / "runs" / "0001-book.db"
    own.parent.mkdir()
    shutil.copy(run_db, own)
    db = sqlite3.connect(own)
    with db:
        db.execute("UPDATE run SET ended = 0")
    db.close()
    codriver("run", "--gps", "gps.log", "--runs", "runs", "--speed", "max")
    assert count(own, "SELECT ended FROM run") == 0
    assert count(own, "SELECT count(*) FROM segment") == 1
    assert count(own.with_name("0002.db"), "SELECT count(*) FROM segment") == 1


# After the drive.


def test_a_run_exported_as_a_wire_log_and_driven_again_is_the_same(codriver: Command, run_db: Path) -> None:
    codriver("export", "RUN.db", "-o", "again.wire")
    codriver("run", "--wire", "again.wire", "--log", "again.db", "--speed", "max")
    assert list(differences(run_db, run_db.with_name("again.db"))) == []


def test_a_run_exported_as_gpx_is_a_track_that_others_and_we_can_read(codriver: Command, run_db: Path) -> None:
    codriver("export", "RUN.db", "-o", "RUN.GPX")
    path = run_db.with_name("RUN.GPX")
    points = etree.parse(path).getroot().findall(".//{http://www.topografix.com/GPX/1/1}trkpt")
    assert len(points) == count(run_db, "SELECT count(lat) FROM fix")
    assert sum(len(piece) for piece in load.load(path).book.track) == pytest.approx(len(points), abs=5)


def test_a_run_exported_as_csv_is_its_fix_table(codriver: Command, run_db: Path) -> None:
    codriver("export", "RUN.db", "-o", "RUN.csv")
    with run_db.with_name("RUN.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count(run_db, "SELECT count(*) FROM fix")
    odo = [float(row["odo_m"]) for row in rows]
    assert odo[-1] > 100.0
    assert all(before <= after for before, after in pairwise(odo))


def test_a_replay_tells_the_drive_and_where_it_stood(codriver: Command, run_db: Path) -> None:
    told = codriver("replay", "RUN.db").output.splitlines()
    assert len(told) > count(run_db, "SELECT count(*) FROM press")
    assert " km " in codriver("replay", run_db, "--at", "30").output


def test_a_summary_for_people_names_the_book(codriver: Command, run_db: Path) -> None:
    assert "book.gpx" in codriver("summary", run_db).output


def test_a_book_is_checked_in_words_and_in_json(codriver: Command, files: Path) -> None:
    words = codriver("roadbook", "check", files / "book.gpx").output
    known = json.loads(codriver("roadbook", "check", "book.gpx", "--json").output)
    assert words.startswith("37 boxes over 15.24 km")
    assert isinstance(known, dict)
    assert known


def test_a_simulated_drive_is_the_same_for_the_same_seed_and_has_its_truth(codriver: Command, files: Path) -> None:
    for name, seed, *truth in (("one", 7, "--truth", "one.csv"), ("two", 7), ("other", 8)):
        codriver("simulate", "book.gpx", "-o", f"{name}.wire", "--wheel", "--hz", 1, "--seed", seed, *truth)
    one, two, other = (files.joinpath(f"{name}.wire").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other
    assert {line.split(b" ")[1] for line in one.splitlines()} == {b"gps", b"pod"}
    head, *rows = (files / "one.csv").read_text().splitlines()
    assert head.split(",")[:4] == ["t", "utc", "lat", "lon"]
    assert float(rows[-1].split(",")[4]) > 15_000.0


def test_the_demo_leaves_a_whole_drive_that_agrees_with_its_truth(codriver: Command, tmp_path: Path) -> None:
    codriver("demo", "--headless", "--out", "demo")
    out = tmp_path / "demo"
    assert {"drive.wire", "truth.csv", "run.db", "summary.json"} <= {path.name for path in out.iterdir()}
    truth = float((out / "truth.csv").read_text().splitlines()[-1].split(",")[4])
    assert json.loads((out / "summary.json").read_text())["distance_m"] == pytest.approx(truth, rel=0.005)
    codriver("replay", out / "run.db", "--verify")


# What is refused.

USAGE = [
    "run --wire nowhere.wire",
    "run --roadbook nowhere.gpx",
    "run --config nowhere.toml",
    "run --wire folder",
    "run --gps gps.log --speed sideways",
    "run --gps gps.log --speed 0",
    "run --gps gps.log --speed nan",
    "run --sideways",
    "drive",
    "roadbook",
    "roadbook check nowhere.gpx",
    "summary nowhere.db",
    "replay nowhere.db --verify",
    "export RUN.db",
    "simulate book.gpx",
    "simulate book.gpx -o x.wire --noise loud",
    "simulate book.gpx -o x.wire --hz 50",
]


@pytest.mark.parametrize("words", USAGE)
def test_what_cannot_be_meant_is_a_usage_error(codriver: Command, files: Path, words: str) -> None:
    before = sorted(files.iterdir())
    codriver(*words.split(), code=2)
    assert sorted(files.iterdir()) == before


REFUSED = {
    "run --gps nowhere.nmea": "there is no such port or file",
    "run --gps folder": "this is a folder",
    "run --gps gps.log --pod /dev/ttyNOWHERE": "both be ports or both be files",
    "run --gps /dev/ttyNOWHERE --pod pod.log": "both be ports or both be files",
    "run --wire drive.wire --gps gps.log": "leave --gps and --pod out",
    "run --gps gps.log --log other.db": "no run of codriver",
    "run --gps gps.log --log letter.txt": "not a SQLite file",
    "run --gps gps.log --log folder": "cannot be opened",
    "run --gps gps.log --log none/RUN.db": "there is no folder",
    "run --gps gps.log --runs letter.txt": "no folder for the runs",
    "run --gps gps.log --roadbook letter.txt": "letter",
    "run --gps gps.log --roadbook other.db": "a database",
    "run --gps gps.log --profile dakkar": "dakkar",
    "roadbook check letter.txt": "letter",
    "roadbook check other.db": "a database",
    "summary letter.txt": "not a SQLite file",
    "summary other.db": "there is no run in it",
    "replay other.db --verify": "there is no run in it",
    "export other.db -o x.gpx": "there is no run in it",
    "simulate letter.txt -o x.wire": "letter",
    "simulate book.gpx -o folder": "cannot be written",
    "simulate book.gpx -o x.wire --pace sideways": "no pace 'sideways'",
    "simulate book.gpx -o x.wire --pace 9": "is not driven",
    "demo --out letter.txt": "cannot be made",
}


@pytest.mark.parametrize(("words", "why"), REFUSED.items())
def test_what_cannot_be_done_is_said_and_nothing_is_harmed(
    codriver: Command, files: Path, words: str, why: str
) -> None:
    before = {path: path.read_bytes() for path in files.iterdir() if path.is_file()}
    told = codriver(*words.split(), code=1)
    assert told.stdout == ""
    assert why in told.stderr
    assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.parametrize("ending", ["kml", "db", ""])
def test_a_run_is_not_exported_to_an_ending_nobody_knows(codriver: Command, run_db: Path, ending: str) -> None:
    told = codriver("export", run_db, "-o", f"out.{ending}", code=1).stderr
    assert ".csv, .gpx, .wire" in told
    assert not run_db.with_name(f"out.{ending}").exists()
    codriver("export", run_db, "-o", "none/RUN.gpx", code=1)


def test_all_faults_of_a_configuration_are_told_together(codriver: Command, files: Path) -> None:
    (files / "codriver.toml").write_text("[gps]\nbaud = 9601\n")
    sets = ["vehicle.wheel.probe1_m_per_puls=0.5", "display.units=imperial", "nonsense"]
    words = [word for each in sets for word in ("--set", each)]
    told = codriver("run", "--gps", "gps.log", "--config", "codriver.toml", *words, code=1).stderr
    for fault in ("9601", "probe1_m_per_pulse", "imperial", "nonsense"):
        assert fault in told
    assert not list(files.glob("*.db-wal"))


def test_a_moment_beyond_the_drive_is_refused(codriver: Command, run_db: Path) -> None:
    for t in ("-1", "1e9", "nan"):
        assert "segment 1 runs from 0 to" in codriver("replay", run_db, "--at", t, code=1).stderr


def test_a_torn_run_is_a_sentence(run_db: Path) -> None:
    """Cut anywhere, or with a stretch of it overwritten: whatever is asked of it works or is refused in words."""
    whole, torn, chance = run_db.read_bytes(), run_db.with_name("torn.db"), random.Random(20)
    refused = 0
    for _ in range(25):
        at = chance.randrange(len(whole))
        rubbish = chance.randbytes(chance.choice([1, 30, 3000]))
        torn.write_bytes(whole[:at] if chance.random() < 0.3 else whole[:at] + rubbish + whole[at + len(rubbish) :])
        for words in (
            ["replay", torn, "--verify"],
            ["replay", torn],
            ["summary", torn],
            ["export", torn, "-o", "x.gpx"],
        ):
            result = CliRunner().invoke(main, [str(word) for word in words])
            assert result.exit_code in {0, 1}, words
            assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exc_info)
            refused += result.exit_code
    assert refused > 10


def test_a_plan_that_is_damaged_is_a_sentence(codriver: Command, run_db: Path) -> None:
    for number, damage in enumerate(
        [
            "UPDATE plan SET settings = '{'",
            "UPDATE plan SET settings = '[]'",
            "UPDATE blob SET bytes = x'00'",
            "DELETE FROM plan",
            "DELETE FROM segment",
            "UPDATE signal SET source = 'sideways' WHERE id = 9",
            "UPDATE signal SET segment = 7 WHERE id = 9",
            "UPDATE signal SET payload = NULL WHERE id = 9",
            "UPDATE signal SET t = 'noon' WHERE id = 9",
        ]
    ):
        path = run_db.with_name(f"damaged{number}.db")
        shutil.copy(run_db, path)
        db = sqlite3.connect(path)
        with db:
            db.execute(damage)
        db.close()
        assert codriver("replay", path, "--verify", code=1).stderr, damage


def test_a_recording_that_does_not_fit_on_the_card_fails_in_words(tmp_path: Path, lively: tuple[Signal, ...]) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no limits to fill a card with")
    lines = [signal.text for signal in lively if isinstance(signal, Line) and signal.source == "gps"]
    (tmp_path / "long.log").write_text("\n".join(lines), encoding="latin-1")
    done = subprocess.run(
        [sys.executable, "-c", SMALL_CARD, "run", "--gps", "long.log", "--log", "RUN.db", "--speed", "max"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("RUN.db: the end of the drive is not in it: ")
    assert done.stderr.count("\n") == 1
