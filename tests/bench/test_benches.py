"""A short slice of each bench: that it runs, and measures what its name says. No figure is judged here."""

import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the benches drive through Linux's ttys", allow_module_level=True)

import pygame
from pygame import Rect

from codriver.core.plan import build
from codriver.signals import Line, read
from codriver.wake import Stop
from tests.bench import cockpit, drive, pixels, soak, starts, voice
from tests.bench.driving import folded, hour, load, stage
from tests.bench.figures import Figure
from tests.bench.glass import glass


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No voice has been rendered before: that takes longer than all the rest."""
    monkeypatch.setattr(pixels, "rendered", lambda *_: None)
    monkeypatch.setattr(starts, "rendered", lambda *_: None)


@pytest.fixture
def driver() -> Iterator[str]:
    with glass() as found:
        yield found


def sane(figures: list[Figure]) -> dict[str, Figure]:
    """The figures by name: each is a number, and none stands twice."""
    assert all(isfinite(each.value) for each in figures)
    named = {each.what: each for each in figures}
    assert len(named) == len(figures)
    return named


def test_the_load_is_fifty_sentences_and_twenty_pod_lines_a_second() -> None:
    heard = [each for each in load(stage(), 60.0) if isinstance(each, Line) and each.t >= 30.0]
    kinds = [each.text[3:6] if each.source == "gps" else "pod" for each in heard]
    per_second = {kind: kinds.count(kind) / 30.0 for kind in ("RMC", "VTG", "GGA", "pod")}
    assert per_second == pytest.approx({"RMC": 10.0, "VTG": 10.0, "GGA": 10.0, "pod": 21.0}, rel=0.05)
    assert sum(kind != "pod" for kind in kinds) / 30.0 >= 48.0


def test_an_hour_is_lap_after_lap_by_one_pod_and_each_lap_passes_its_notes() -> None:
    """Times never go back, the pod's counts neither, and the crew zeroes the total at each start."""
    plan = build(stage())
    heard = [signal for signal in hour(stage(), plan, 17.0) if isinstance(signal, Line)]
    assert [each.t for each in heard] == sorted(each.t for each in heard)
    counts = [int(each.text.split(",")[2]) for each in heard if each.text.startswith("$PCDRW")]
    assert counts == sorted(counts)
    state = folded(plan, heard)
    assert state.odo.settled > 17_000.0  # a lap has 15 km
    assert 3 < state.pointer < 15


def test_what_a_drive_costs_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "LINES", 50)
    monkeypatch.setattr(drive, "EDGES", 20)
    figures = sane(drive.measured(tmp_path, 0.2))
    assert figures["state, encoded"].value > 500.0
    assert figures["run database, an hour"].value > 1.0


def test_what_the_screen_costs_is_measured_on_frames_that_were_drawn() -> None:
    figures = sane(cockpit.measured(0.3))
    drawn = next(each for what, each in figures.items() if what.startswith("1280x720") and "drawn frame, p99" in what)
    assert int(drawn.note.removeprefix("of ")) > 20
    slowest = next(each for what, each in figures.items() if "drawn frame, slowest" in what)
    assert "computing) at" in slowest.note


def test_pixels_change_after_each_burst_and_after_each_edge(tmp_path: Path) -> None:
    with glass() as driver:
        figures = sane(pixels.measured(tmp_path, 2.0, driver))
    for what in ("NMEA last byte to changed pixels, p99", "button edge to changed pixels, p99"):
        seen, _, sent, *_ = figures[what].note.split()
        assert 2 <= int(seen) <= int(sent), what
    assert figures[f"turns of the screen a second, at rest, {driver}"].value > 1.0


def test_the_eye_tells_when_a_part_of_the_glass_is_another_one(driver: str) -> None:
    assert driver
    surface = pygame.display.set_mode((40, 20))
    eye = pixels.Eye({"left": Rect(0, 0, 20, 20), "right": Rect(20, 0, 20, 20)}, lambda: False)
    for x, colour in ((0, "black"), (0, "black"), (21, "red"), (21, "red"), (1, "red")):
        surface.set_at((x, 5), colour)
        eye(Stop())
    assert [change.part for change in eye.changes] == ["right", "left"]
    assert eye.frames == 5


def test_a_delay_is_the_first_change_after_its_moment_and_not_too_long_after() -> None:
    eye = pixels.Eye({}, lambda: False)
    eye.changes += [pixels.Change(1.02, "cap"), pixels.Change(1.03, "cap"), pixels.Change(2.5, "cap")]
    assert eye.after("cap", [1.0, 2.0], within=0.1) == pytest.approx([0.02])
    assert eye.after("hints", [1.0], within=0.1) == []


def test_each_burst_of_the_schedule_heads_elsewhere() -> None:
    rows = list(pixels.schedule(stage(), 3.0))
    headed = [row.text.split(",")[8] for row in rows if row.text[3:6] == "RMC"]
    assert len(headed) >= 28
    assert all(abs(float(a) - float(b)) > 1.0 for a, b in pairwise(headed))
    assert [row.marked for row in rows] == [row.text[3:6] == "GGA" for row in rows]
    assert all(isinstance(read(row.t, row.source, row.text), Line) for row in rows)


def test_a_start_is_over_with_the_first_frame(tmp_path: Path, driver: str) -> None:
    assert driver
    book = starts.books(tmp_path)[0]
    starts.driven(book, tmp_path / "run.db", 10.0)
    assert 0.0 < starts.first_frame(tmp_path, book, "run.db") < starts.PATIENCE
    assert 0.0 < starts.first_frame(tmp_path, book, "new.db") < starts.PATIENCE


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng: sudo apt install espeak-ng")
def test_a_call_is_heard_after_it_was_decided_on(tmp_path: Path) -> None:
    figures = sane(voice.measured(tmp_path, 3))
    assert figures["decision to first sample out, p50"].value > 0.0
    assert 0.0 <= figures["planned against heard end of speech, p95"].value < 5.0


def test_a_soak_reads_memory_while_the_product_drives(tmp_path: Path, driver: str) -> None:
    found, samples = soak.measured(tmp_path, 4.0, driver, every=0.5, settled=1.0)
    figures = sane(found)
    assert len(samples) >= 5
    assert all(sample.rss > 20.0 for sample in samples)
    assert "of fix" in figures["growth of resident memory"].note
    assert " 0 of fix" not in figures["growth of resident memory"].note
