"""Calibration as a crew does it: a recorded run against a known way, a measured mile, and the next drive that knows.

A simulated car tells the truth beside what its probes count; the configuration is told something else.
"""

import csv
import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from codriver import assemble
from codriver.assemble import Asked
from codriver.cli import main
from codriver.core.plan import build
from codriver.runlog.reader import Run
from codriver.units import Metres, Seconds
from codriver.wake import Stop
from codriver.wires.lines import frame

Command = Callable[..., Result]

FIRST, SECOND = 0.4812, 0.5240
LASTS = 200.0
NAMED = ("--set", "vehicle.name=Car 412")


class Drive(NamedTuple):
    """A wire log's lines, and where the car was: times and metres."""

    lines: list[tuple[Seconds, str]]
    times: list[Seconds]
    metres: list[Metres]

    def when(self, metres: Metres) -> Seconds:
        """When the car had come so far."""
        here = bisect_left(self.metres, metres)
        before, after = self.metres[here - 1], self.metres[here]
        share = (metres - before) / (after - before)
        return self.times[here - 1] + share * (self.times[here] - self.times[here - 1])

    def where(self, t: Seconds) -> Metres:
        """How far it had come then."""
        here = bisect_left(self.times, t)
        before, after = self.times[here - 1], self.times[here]
        return self.metres[here - 1] + (t - before) / (after - before) * (self.metres[here] - self.metres[here - 1])

    def write(self, path: Path, crew: Sequence[tuple[Seconds, str]] = (), *, gps: bool = True) -> None:
        """As a wire log, with what a crew does; `gps` False leaves the receiver out."""
        heard = [(t, line) for t, line in self.lines if gps or not line.startswith("gps ")]
        told = sorted([*heard, *crew], key=lambda line: line[0])
        path.write_text("".join(f"({t:.6f}) {line}\n" for t, line in told), encoding="ascii")


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Drive:
    """Two hundred seconds of the bundled stage; the wheels count right, and the configuration is wrong."""
    folder = tmp_path_factory.mktemp("drive")
    with as_file(files("codriver.simulate") / "stages" / "black-reg.gpx") as stage:
        words = ["simulate", stage, "-o", folder / "x.wire", "--truth", folder / "t.csv", "--wheel", "--noise", "quiet"]
        sets = [f"vehicle.wheel.probe1_m_per_pulse={FIRST}", f"vehicle.wheel.probe2_m_per_pulse={SECOND}"]
        asked = [str(word) for word in [*words, "--set", sets[0], "--set", sets[1]]]
        result = CliRunner().invoke(main, asked, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    lines = []
    for text in (folder / "x.wire").read_text(encoding="ascii").splitlines():
        stamp, _, rest = text.partition(") ")
        if text.startswith("(") and not rest.startswith("start") and float(stamp[1:]) < LASTS:
            lines.append((float(stamp[1:]), rest))
    with (folder / "t.csv").open(encoding="ascii") as file:
        rows = [(float(row["t"]), float(row["distance_m"])) for row in csv.DictReader(file)]
    return Drive(lines, [t for t, _ in rows], [metres for _, metres in rows])


def counting(drive: Drive, counts: Callable[[Seconds, int, int], tuple[int, int]]) -> Drive:
    """The same drive with a pod that counts otherwise."""
    lines = []
    for t, line in drive.lines:
        if line.startswith("pod $PCDRW,"):
            at, first, second = line.removeprefix("pod $PCDRW,").partition("*")[0].split(",")
            first, second = map(str, counts(t, int(first), int(second)))
            told = frame(f"PCDRW,{at},{first},{second}").rstrip()
            lines.append((t, f"pod {told}"))
        else:
            lines.append((t, line))
    return Drive(lines, drive.times, drive.metres)


def pressed(t: Seconds, button: int, held: Seconds = 0.2) -> list[tuple[Seconds, str]]:
    return [(t, f"gpio {button} 1"), (t + held, f"gpio {button} 0")]


def entered(t: Seconds, entry: str) -> list[tuple[Seconds, str]]:
    return [(t, f"key {entry} 1"), (t + 0.01, f"key {entry} 0")]


def run(codriver: Command, wire: str, log: str, *more: object, code: int = 0) -> Result:
    return codriver("run", "--wire", wire, "--log", log, "--state", "state", "--speed", "max", *more, code=code)


def calibrated(codriver: Command, log: str, distance: Metres, *more: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(codriver("calibrate", log, "--distance", distance, "--json", *more).stdout)
    return found


def summary(codriver: Command, log: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(codriver("summary", log, "--json").output)
    return figures


def kept(folder: Path) -> dict[str, Any]:
    [path] = (folder / "state" / "learnt").glob("*.json")
    told: dict[str, Any] = json.loads(path.read_text())
    return told


@pytest.fixture
def marked(codriver: Command, drive: Drive, tmp_path: Path) -> Metres:
    """RUN.db with a mark at either end of a known way, pressed at speed; the way's length."""
    begin, end = drive.when(800.0), drive.when(2300.0)
    drive.write(tmp_path / "marked.wire", [*pressed(begin, 7), *pressed(end, 7)])
    run(codriver, "marked.wire", "RUN.db", *NAMED)
    return 1500.0


# codriver calibrate.


def test_wrong_factors_are_recovered_between_two_marks_to_a_thousandth(codriver: Command, marked: Metres) -> None:
    found = calibrated(codriver, "RUN.db", marked)
    assert found["by"] == "marks"
    first, second = found["probes"]
    assert first["m_per_pulse"] == pytest.approx(FIRST, rel=1e-3)
    assert second["m_per_pulse"] == pytest.approx(SECOND, rel=1e-3)
    assert first["pulses_per_km"] == pytest.approx(1000 / FIRST, rel=1e-3)
    assert first["scale"] == pytest.approx(FIRST / 0.5, rel=1e-3)
    assert found["odo_scale"] == pytest.approx(1.0, abs=2e-3)
    assert found["gps_share"] == pytest.approx(1.0, abs=0.01)
    assert 0.0005 < found["sigma"] < 0.005


def test_between_two_times_and_over_the_whole_run(codriver: Command, marked: Metres, drive: Drive) -> None:
    assert marked
    between = calibrated(codriver, "RUN.db", drive.where(150.0) - drive.where(60.0), "--from", 60, "--to", 150)
    assert between["by"] == "times"
    assert between["probes"][0]["m_per_pulse"] == pytest.approx(FIRST, rel=1e-3)
    drive.write(Path("plain.wire"))
    run(codriver, "plain.wire", "PLAIN.db")
    whole = calibrated(codriver, "PLAIN.db", drive.where(LASTS))
    assert whole["by"] == "run"
    assert whole["probes"][1]["m_per_pulse"] == pytest.approx(SECOND, rel=1e-3)


def test_it_says_what_it_found_how_sure_that_is_and_how_to_use_it(codriver: Command, marked: Metres) -> None:
    said = codriver("calibrate", "RUN.db", "--distance", marked).output
    assert "first mark to last" in said
    assert "pulses a km" in said
    assert "0.1 s of a hand" in said
    assert f"--set vehicle.wheel.probe1_m_per_pulse={FIRST:.2f}" in said


def test_a_way_across_two_segments_counts_all_its_pulses(codriver: Command, drive: Drive, tmp_path: Path) -> None:
    """The unit was off for a moment in between; the pod went on counting."""
    begin, cut, end = drive.when(800.0), drive.when(1500.0), drive.when(2300.0)
    crew = [*pressed(begin, 7), *pressed(end, 7)]
    drive.write(tmp_path / "a.wire", crew)
    lines = (tmp_path / "a.wire").read_text().splitlines()
    later = [line for line in lines if float(line[1:].partition(")")[0]) > cut]
    first = lines[: len(lines) - len(later)]
    moved = [f"({float(line[1:].partition(')')[0]) - cut:.6f}) {line.partition(') ')[2]}" for line in later]
    (tmp_path / "two.wire").write_text("\n".join([*first, "(0.000000) start", *moved]) + "\n")
    run(codriver, "two.wire", "TWO.db")
    found = calibrated(codriver, "TWO.db", 1500.0)
    assert (found["from"]["segment"], found["to"]["segment"]) == (1, 2)
    assert found["probes"][0]["m_per_pulse"] == pytest.approx(FIRST, rel=1.5e-3)


def test_a_run_without_a_wheel_compares_the_odometer_alone(codriver: Command, drive: Drive, tmp_path: Path) -> None:
    without = Drive([line for line in drive.lines if not line[1].startswith("pod ")], drive.times, drive.metres)
    without.write(tmp_path / "x.wire")
    run(codriver, "x.wire", "X.db", *NAMED)
    found = calibrated(codriver, "X.db", drive.where(LASTS))
    assert "m_per_pulse" not in found["probes"][0]
    assert found["odo_scale"] == pytest.approx(1.0, abs=2e-3)
    assert "no pulse" in codriver("calibrate", "X.db", "--distance", 2000).output
    refused = codriver("calibrate", "X.db", "--distance", 2000, "--keep", "--state", "state", code=1)
    assert "neither probe gave a pulse" in refused.output


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("--distance 1500 --from 50 --to 40", 1, "choose two times in it"),
        ("--distance 1500 --to 9999", 1, "choose two times in it"),
        ("--distance 1500 --from nan", 1, "choose two times in it"),
        ("--distance 1500 --from 0 --to 0.5", 1, "did not move"),
        ("--distance 0", 2, "not in the range"),
        ("--distance nan", 1, "no number"),
        ("", 2, "--distance"),
        ("--distance 15000 --keep --state state", 1, "too far off to be kept"),
    ],
)
@pytest.mark.usefixtures("marked")
def test_what_cannot_be_measured_is_a_sentence(codriver: Command, words: str, code: int, says: str) -> None:
    result = codriver("calibrate", "RUN.db", *words.split(), code=code)
    assert says in result.output


def test_a_car_without_a_name_keeps_nothing_and_is_told_what_to_do(
    codriver: Command, drive: Drive, tmp_path: Path
) -> None:
    drive.write(tmp_path / "plain.wire")
    run(codriver, "plain.wire", "PLAIN.db")
    refused = codriver("calibrate", "PLAIN.db", "--distance", drive.where(LASTS), "--keep", "--state", "state", code=1)
    assert "write the factors into codriver.toml" in refused.output
    assert not (tmp_path / "state" / "learnt").exists()


@pytest.mark.usefixtures("marked")
def test_a_length_that_gps_denies_is_doubted_not_advised_and_kept_only_by_force(
    codriver: Command, tmp_path: Path
) -> None:
    """GPS measured the whole way, and somebody gives it 9 % longer: the wrong post."""
    assert calibrated(codriver, "RUN.db", 1635.0)["doubted"]
    told = codriver("calibrate", "RUN.db", "--distance", 1635.0).output
    assert "The right posts?" in told
    assert "to use it" not in told
    refused = codriver("calibrate", "RUN.db", "--distance", 1635.0, "--keep", "--state", "other", code=1)
    assert "Nothing is kept; --force keeps it" in refused.output
    assert not (tmp_path / "other").exists()
    codriver("calibrate", "RUN.db", "--distance", 1635.0, "--keep", "--force", "--state", "other")
    assert list((tmp_path / "other" / "learnt").glob("*.json"))


@pytest.mark.usefixtures("marked")
def test_factors_that_no_tyre_has_are_doubted_and_not_advised(codriver: Command) -> None:
    told = codriver("calibrate", "RUN.db", "--distance", 15_000.0).output
    assert told.count("too far off for a tyre or a load") == 2
    assert "to use it" not in told


def test_on_another_ground_each_stretch_is_right_and_the_bound_says_how_far_they_are_apart(
    codriver: Command, drive: Drive, tmp_path: Path
) -> None:
    """Past 2300 m the wheel slips by a tenth, as in sand: each ground has its factor, and the mean is neither."""
    sand = drive.when(2300.0)
    begin: list[tuple[int, int]] = []

    def slipping(t: Seconds, first: int, second: int) -> tuple[int, int]:
        if t < sand:
            return first, second
        begin.append((first, second))
        return int(begin[0][0] + (first - begin[0][0]) * 1.1), int(begin[0][1] + (second - begin[0][1]) * 1.1)

    counting(drive, slipping).write(tmp_path / "sand.wire")
    run(codriver, "sand.wire", "SAND.db")
    firm = calibrated(codriver, "SAND.db", drive.where(sand) - drive.where(20.0), "--from", 20, "--to", sand)
    both = calibrated(codriver, "SAND.db", drive.where(LASTS) - drive.where(20.0), "--from", 20, "--to", LASTS - 0.1)
    assert firm["probes"][0]["m_per_pulse"] == pytest.approx(FIRST, rel=4e-3)
    assert firm["sigma"] < 0.004
    apart = firm["probes"][0]["m_per_pulse"] / both["probes"][0]["m_per_pulse"] - 1.0
    assert apart > 0.01
    assert both["sigma"] > apart / 3.0


# What is kept, and the next drive.


def by_wheel_alone(codriver: Command, drive: Drive, log: str, *more: object) -> float:
    """What a drive without a receiver makes of its way, over the truth."""
    drive.write(Path("blind.wire"), gps=False)
    run(codriver, "blind.wire", log, *more)
    return float(summary(codriver, log)["distance_m"]) / drive.where(LASTS)


def test_what_is_kept_makes_the_next_drive_right_and_a_factor_set_by_hand_discards_it(
    codriver: Command, marked: Metres, drive: Drive
) -> None:
    said = codriver("calibrate", "RUN.db", "--distance", marked, "--keep", "--state", "state").output
    assert "kept in" in said
    mean = 0.5 / ((FIRST + SECOND) / 2)
    assert by_wheel_alone(codriver, drive, "A.db", *NAMED) == pytest.approx(1.0, abs=1.5e-3)
    assert summary(codriver, "A.db")["wheel_scale"] == pytest.approx(1 / mean, rel=1e-3)
    assert by_wheel_alone(codriver, drive, "B.db") == pytest.approx(mean, abs=2e-2)
    by_hand = ("--set", "vehicle.wheel.probe1_m_per_pulse=0.5")
    assert by_wheel_alone(codriver, drive, "C.db", *NAMED, *by_hand) == by_wheel_alone(codriver, drive, "D.db")
    assert "wheel_scale" not in summary(codriver, "D.db")
    for log in ("A.db", "C.db"):
        codriver("replay", log, "--verify")


def test_a_probe_that_gave_no_pulse_keeps_the_factor_that_it_had(
    codriver: Command, marked: Metres, drive: Drive, tmp_path: Path
) -> None:
    codriver("calibrate", "RUN.db", "--distance", marked, "--keep", "--state", "state")
    before = kept(tmp_path)["wheel"]["learnt"]
    crew = [*pressed(drive.when(800.0), 7), *pressed(drive.when(2300.0), 7)]
    counting(drive, lambda _, first, __: (first, 0)).write(tmp_path / "dead.wire", crew)
    run(codriver, "dead.wire", "DEAD.db", *NAMED, "--state", "elsewhere")
    codriver("calibrate", "DEAD.db", "--distance", marked * 1.01, "--keep", "--state", "state")
    after = kept(tmp_path)["wheel"]["learnt"]
    assert after["probe1"] == pytest.approx(before["probe1"] * 1.01, rel=1e-3)
    assert after["probe2"] == before["probe2"] * before["scale"]
    assert after["scale"] == 1.0


def test_a_drive_with_gps_teaches_the_next_one(codriver: Command, drive: Drive, tmp_path: Path) -> None:
    drive.write(tmp_path / "x.wire")
    run(codriver, "x.wire", "X.db", *NAMED)
    learnt = kept(tmp_path)["wheel"]["learnt"]
    true = (FIRST + SECOND) / 2 / 0.5
    assert learnt["scale"] == pytest.approx(true, rel=5e-3)
    assert summary(codriver, "X.db")["wheel_scale"] == pytest.approx(true, rel=5e-3)
    assert by_wheel_alone(codriver, drive, "A.db", *NAMED) == pytest.approx(1.0, abs=5e-3)


def test_an_exported_drive_driven_again_teaches_nothing_and_is_equal(
    codriver: Command, marked: Metres, drive: Drive, tmp_path: Path
) -> None:
    codriver("calibrate", "RUN.db", "--distance", marked, "--keep", "--state", "state")
    drive.write(tmp_path / "x.wire")
    run(codriver, "x.wire", "X.db", *NAMED)
    codriver("export", "X.db", "-o", "again.wire")
    before = kept(tmp_path)
    codriver("calibrate", "RUN.db", "--distance", marked * 1.02, "--keep", "--state", "state")
    changed = kept(tmp_path)
    assert changed != before
    run(codriver, "again.wire", "Y.db")
    assert kept(tmp_path) == changed
    assert states(tmp_path / "Y.db") == states(tmp_path / "X.db")


def states(path: Path) -> list[Any]:
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT state FROM resume").fetchall() + db.execute("SELECT * FROM fix").fetchall()
    finally:
        db.close()


def test_an_old_run_is_refolded_with_a_new_factor(codriver: Command, marked: Metres, drive: Drive) -> None:
    """The pod's raw counts are in the log: export it, and drive it again with what was found."""
    assert by_wheel_alone(codriver, drive, "OLD.db") != pytest.approx(1.0, abs=3e-3)
    first, second = (probe["m_per_pulse"] for probe in calibrated(codriver, "RUN.db", marked)["probes"])
    codriver("export", "OLD.db", "-o", "OLD.wire")
    sets = (f"vehicle.wheel.probe1_m_per_pulse={first}", f"vehicle.wheel.probe2_m_per_pulse={second}")
    run(codriver, "OLD.wire", "NEW.db", "--set", sets[0], "--set", sets[1])
    assert summary(codriver, "NEW.db")["distance_m"] == pytest.approx(drive.where(LASTS), rel=1.5e-3)
    codriver("replay", "NEW.db", "--verify")


# The mile in the cockpit.


def test_a_mile_measured_with_buttons_is_kept_and_makes_the_next_drive_right(
    codriver: Command, drive: Drive, tmp_path: Path
) -> None:
    begin, end = drive.when(900.0), drive.when(1900.0)
    crew = [
        *entered(2.0, "do=mile"),
        *pressed(4.0, 6),
        *pressed(begin, 6, held=0.5),
        *pressed(end, 6, held=0.1),
        *pressed(end + 5.0, 6),
    ]
    drive.write(tmp_path / "mile.wire", crew)
    run(codriver, "mile.wire", "MILE.db", *NAMED)
    db = sqlite3.connect(tmp_path / "MILE.db")
    changes = db.execute("SELECT what, before_m, after_m FROM trip_change").fetchall()
    db.close()
    [(what, _, after)] = changes
    assert what == "wheel factor"
    assert after == pytest.approx((FIRST + SECOND) / 2 / 0.5, rel=1e-3)
    learnt = kept(tmp_path)["wheel"]["learnt"]
    assert learnt["probe1"] == pytest.approx(FIRST / 0.5, rel=1e-3)
    assert learnt["probe2"] == pytest.approx(SECOND / 0.5, rel=1e-3)
    codriver("replay", "MILE.db", "--verify")
    assert by_wheel_alone(codriver, drive, "A.db", *NAMED) == pytest.approx(1.0, abs=2e-3)


def test_a_damaged_file_is_told_and_the_drive_goes_on(codriver: Command, marked: Metres, drive: Drive) -> None:
    codriver("calibrate", "RUN.db", "--distance", marked, "--keep", "--state", "state")
    [path] = Path("state", "learnt").glob("*.json")
    path.write_bytes(b"\x00" * 100)
    drive.write(Path("x.wire"), gps=False)
    result = run(codriver, "x.wire", "X.db", *NAMED)
    assert "what the car had learnt begins anew" in result.stderr
    assert summary(codriver, "X.db")["distance_m"] > 0


def test_a_live_drive_begins_with_what_the_car_has_learnt(codriver: Command, marked: Metres, tmp_path: Path) -> None:
    codriver("calibrate", "RUN.db", "--distance", marked, "--keep", "--state", "state")

    def at_once(stop: Stop) -> None:
        stop.asked = stop.ended = True

    asked = Asked(log=tmp_path / "LIVE.db", state=tmp_path / "state", sets=[NAMED[1]], headless=True)
    assemble.run(asked, lambda _: None, until=at_once)
    with Run.open(tmp_path / "LIVE.db") as run_:
        [inputs] = run_.plans().values()
    assert build(inputs).learnt.wheel is not None
    assert summary(codriver, "LIVE.db")["wheel_scale"] == pytest.approx((FIRST + SECOND) / 2 / 0.5, rel=1e-3)
