from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pynmea2
import pytest

from codriver import signals
from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Roadbook
from codriver.simulate.drive import Drive, Options, WireRow, drive, write_truth, write_wire
from codriver.units import KNOT

HARSH = Options(hz=10, wheel=True, noise="harsh", seed=7, probe1_m_per_pulse=0.4, probe2_m_per_pulse=0.31)
QUIET = replace(HARSH, noise="quiet")


@pytest.fixture(scope="module")
def quiet(piste: Roadbook) -> Drive:
    return drive(piste, QUIET)


@pytest.fixture(scope="module")
def harsh(piste: Roadbook) -> Drive:
    return drive(piste, HARSH)


@pytest.fixture(scope="module")
def quiet_rows(quiet: Drive) -> list[WireRow]:
    return list(quiet.wire())


@pytest.fixture(scope="module")
def harsh_rows(harsh: Drive) -> list[WireRow]:
    return list(harsh.wire())


def test_every_receiver_sentence_is_one_that_others_read(harsh_rows: list[WireRow]) -> None:
    types = {type(pynmea2.parse(text, check=True)).__name__ for _, source, text in harsh_rows if source == "gps"}
    assert types == {"RMC", "VTG", "GGA", "GSA", "GSV"}


def test_every_pod_sentence_is_framed_with_its_checksum(harsh_rows: list[WireRow]) -> None:
    kinds = set()
    for _, source, text in harsh_rows:
        if source == "pod":
            body, _, checksum = text[1:].partition("*")
            assert pynmea2.NMEASentence.checksum(body) == int(checksum, 16)
            kinds.add(body.split(",")[0])
    assert kinds == {"PCDRI", "PCDRW", "PCDRP"}


def test_rows_come_in_time_order_to_the_microsecond(harsh_rows: list[WireRow]) -> None:
    times = [t for t, _, _ in harsh_rows]
    assert times == sorted(times)
    assert times == [signals.stamp(t) for t in times]


def test_rows_survive_the_wire_log(harsh_rows: list[WireRow]) -> None:
    for t, source, payload in harsh_rows:
        assert signals.read_line(signals.write_line(t, source, payload)) == (t, source, payload)
        assert signals.write(signals.read(t, source, payload)) == (source, payload)


def test_the_same_seed_gives_the_same_bytes(piste: Roadbook, tmp_path: Path) -> None:
    for name in ("a", "b"):
        made = drive(piste, HARSH)
        write_wire(made, tmp_path / f"{name}.wire")
        write_truth(made, tmp_path / f"{name}.csv")
    assert (tmp_path / "a.wire").read_bytes() == (tmp_path / "b.wire").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_another_seed_is_another_drive(piste: Roadbook, harsh_rows: list[WireRow]) -> None:
    assert list(drive(piste, replace(HARSH, seed=8)).wire()) != harsh_rows


def test_a_wheel_changes_nothing_that_the_receiver_says(piste: Roadbook, harsh_rows: list[WireRow]) -> None:
    without = drive(piste, replace(HARSH, wheel=False))
    assert list(without.wire()) == [row for row in harsh_rows if row[1] == "gps"]


def test_a_quiet_receiver_is_right_to_the_digits_it_prints(quiet: Drive, quiet_rows: list[WireRow]) -> None:
    seen = 0
    for _, source, text in quiet_rows:
        if source == "gps" and "RMC" in text:
            rmc = pynmea2.parse(text, check=True)
            t = (rmc.datetime - quiet.options.start).total_seconds()
            metres, speed = quiet.car.at(t)
            place = quiet.course.at(metres)
            assert chord(rmc.latitude, rmc.longitude, place.lat, place.lon) < 0.001
            assert rmc.spd_over_grnd * KNOT == pytest.approx(speed, abs=0.0005)
            seen += 1
    assert seen == int(quiet.duration * quiet.options.hz) + 1


def test_a_quiet_wheel_counts_the_metres_it_was_told(quiet: Drive, quiet_rows: list[WireRow]) -> None:
    (*_, last) = (text for _, source, text in quiet_rows if source == "pod" and "PCDRW" in text)
    count1, count2 = (int(field) for field in last.partition("*")[0].split(",")[2:])
    assert count1 == int(quiet.course.length / 0.4)
    assert count2 == int(quiet.course.length / 0.31)


def test_wheel_lines_come_twenty_times_a_second_in_motion_and_once_at_rest(
    quiet: Drive, quiet_rows: list[WireRow]
) -> None:
    times = [t for t, source, text in quiet_rows if source == "pod" and "PCDRW" in text]
    standing = quiet.options.standing
    assert sum(t < standing for t in times) == pytest.approx(standing, abs=1)
    first, second = standing + 5.0, standing + 15.0
    assert quiet.car.at(first).speed > 1.0
    assert sum(first <= t < second for t in times) == 200


def test_the_pod_says_who_it_is_at_once_and_every_ten_seconds(quiet_rows: list[WireRow]) -> None:
    times = [t for t, source, text in quiet_rows if source == "pod" and "PCDRI" in text]
    assert times[0] < 0.01
    assert {round(b - a, 3) for a, b in pairwise(times)} == {10.0}


def test_sentences_follow_each_other_as_the_baud_rate_lets_them(harsh_rows: list[WireRow]) -> None:
    """A byte takes ten bits: no sentence ends sooner after the last than its own length at 38400 baud."""
    rows = [(t, text) for t, source, text in harsh_rows if source == "gps"]
    for (before, _), (after, text) in pairwise(rows):
        assert after - before >= (len(text) + 2) * 10 / 38400 - 2e-6


def test_even_a_slow_line_does_not_fall_behind_for_long(harsh: Drive, harsh_rows: list[WireRow]) -> None:
    for t, source, text in harsh_rows:
        if source == "gps" and "RMC" in text and (rmc := pynmea2.parse(text, check=True)).timestamp:
            assert t - (rmc.datetime - harsh.options.start).total_seconds() < 1.0


@pytest.mark.parametrize("hz", [1, 3, 4, 5, 7, 10])
def test_epochs_lie_on_the_receivers_own_clock(piste: Roadbook, hz: int) -> None:
    made = drive(piste, Options(hz=hz, noise="quiet"))
    seconds = [text.split(",")[1] for _, _, text in made.wire() if "RMC" in text]
    assert len(seconds) == int(made.duration * hz) + 1
    assert seconds[:hz] == [f"0630{round(k / hz, 2):05.2f}" for k in range(hz)]


def test_without_a_fix_the_receiver_says_so_and_nothing_else(harsh_rows: list[WireRow]) -> None:
    voids = [text for _, _, text in harsh_rows if "RMC" in text and ",V," in text]
    assert any(text.startswith("$GNRMC,,V") for text in voids)
    assert any(not text.startswith("$GNRMC,,V") for text in voids)
    assert all(text.split(",")[3:9] == [""] * 6 for text in voids)


def test_the_truth_tells_where_there_was_no_fix(harsh: Drive, harsh_rows: list[WireRow]) -> None:
    start = harsh.options.start
    fixed = {
        rmc.datetime
        for _, _, text in harsh_rows
        if "RMC" in text and (rmc := pynmea2.parse(text, check=True)).status == "A"
    }
    blind = {row.t for row in harsh.truth() if not row.gps}
    assert blind
    assert not blind & {round((moment - start).total_seconds(), 1) for moment in fixed}


def test_the_truth_file_has_its_columns_ten_times_a_second(quiet: Drive, tmp_path: Path) -> None:
    write_truth(quiet, tmp_path / "truth.csv")
    header, *rows = (tmp_path / "truth.csv").read_text(encoding="ascii").splitlines()
    assert header == "t,utc,lat,lon,distance_m,speed_mps,course_deg,surface,gps"
    assert len(rows) == int(quiet.duration * 10) + 1
    assert rows[1].startswith("0.1,2026-01-10T06:30:00.100Z,31.20000000,-4.10000000,0.000,0.000,")
    integral = sum(float(row.split(",")[5]) for row in rows) / 10
    assert integral == pytest.approx(float(rows[-1].split(",")[4]), rel=1e-3)


def test_progress_is_told_up_to_the_end(quiet: Drive, tmp_path: Path) -> None:
    told: list[float] = []
    write_wire(quiet, tmp_path / "x.wire", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert 90 < len(told) < 110


def test_midnight_turns_the_date(piste: Roadbook) -> None:
    late = datetime(2026, 12, 31, 23, 59, 50, tzinfo=UTC)
    made = drive(piste, Options(noise="quiet", hz=1, start=late))
    texts = [text for _, _, text in made.wire() if "RMC" in text]
    assert ",311226," in texts[9]
    assert texts[10].startswith("$GNRMC,000000.00,")
    assert ",010127," in texts[10]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hz": 20}, "1 to 10 fixes a second"),
        ({"noise": "loud"}, "quiet, real, harsh"),
        ({"wheel": True}, "metres per pulse of at least one probe"),
        ({"probe1_m_per_pulse": -1.0}, "above 0"),
        ({"pace": "brisk"}, "slow, rally, flat out"),
        ({"neutralised": 2.0}, "from 0 to 1"),
        ({"start": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - the fault under test
    ],
)
def test_options_that_cannot_be_driven_are_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Options(**wrong)  # type: ignore[arg-type]


def test_all_faults_of_the_options_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"fixes a second.*no noise"):
        Options(hz=0, noise="loud")
