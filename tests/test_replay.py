"""A drive shown again: at every moment what the crew saw then, however it is sought, and in pictures to keep."""

import random
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pygame
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from codriver.cli import main
from codriver.cockpit.cockpit import Cockpit
from codriver.cockpit.outside import Outside
from codriver.core.plan import Inputs
from codriver.debrief import replay, shots
from codriver.debrief.replay import Moment, Reel
from codriver.kinds import Size
from codriver.loop import Drive
from codriver.playing import Projection, project
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title
from codriver.signals import Line, Signal, Start
from codriver.wake import Stop
from tests.product.glass import glass

Command = Callable[..., Result]

SMALL = Size(800, 480)
PATIENCE = 20.0
# What of the lively drive each segment holds: the first and the last have a checkpoint at their minute.
SEGMENTS = ((0.0, 70.0), (70.0, 90.0), (30.0, 100.0))
# Moments that are seen on the day, in the last segment.
GLANCES = (3.0, 12.34, 30.1, 61.0, 69.9)


class Film(NamedTuple):
    """A run of several segments, and what its crew saw live at the glances, as raw pixels."""

    path: Path
    seen: dict[float, bytes]


def pixels(cockpit: Cockpit, file: Path) -> bytes:
    cockpit.save(file)
    return pygame.image.tobytes(pygame.image.load(file), "RGB")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, lively: tuple[Signal, ...], inputs: Inputs) -> Film:
    """The lively drive without its wheel, in three segments, one drawing of the cockpit going on through all of it."""
    folder = tmp_path_factory.mktemp("film")
    drive, cockpit = Drive(folder / "RUN.db", Title(), patient=True), Cockpit(SMALL)
    seen: dict[float, bytes] = {}

    def look(t: float) -> None:
        assert drive.plan is not None
        drive.run_on(t)
        cockpit.show(drive.plan, drive.inputs, drive.state, t, Outside(t, watermark="REPLAY"))

    for number, (begin, end) in enumerate(SEGMENTS, 1):
        drive.begin(Start(0.0, "", f"segment {number}"), inputs)
        glances = [*GLANCES] if number == len(SEGMENTS) else []
        for signal in lively:
            if not begin <= signal.t < end or (isinstance(signal, Line) and "PCDRW" in signal.text):
                continue
            while glances and signal.t - begin > glances[0]:
                look(glances[0])
                seen[glances.pop(0)] = pixels(cockpit, folder / "live.bmp")
            drive.take(replace(signal, t=round(signal.t - begin, 6)))
            look(drive.state.now)
        drive.run_on(end - begin)
    assert drive.close(ended=True)
    assert set(seen) == {*GLANCES}
    return Film(folder / "RUN.db", seen)


@pytest.fixture(scope="module")
def straight(film: Film) -> list[tuple[float, Moment]]:
    """Every moment of the run, folded from its beginning, at its second from there."""
    with Run.open(film.path) as run:
        begins, at = {}, 0.0
        for segment in run.segments():
            begins[segment.id], at = at, at + segment.end_t
        return [(begins[moment.segment] + moment.state.now, moment) for moment in replay.moments(run)]


LENGTH = sum(end - begin for begin, end in SEGMENTS)


@given(st.lists(st.floats(-1.0, LENGTH + 1.0), min_size=1, max_size=4))
@settings(max_examples=8, deadline=None)
def test_however_a_moment_is_sought_it_is_the_one_folded_straight(
    film: Film, straight: Sequence[tuple[float, Moment]], sought: list[float]
) -> None:
    with Run.open(film.path) as run:
        reel = Reel(run)
        for at in sought:
            reel.on_to(at)
            known = bisect_right(straight, max(at, 0.0), key=lambda each: each[0])
            _, expected = straight[known - 1]
            assert (reel.moment.segment, reel.moment.state) == (expected.segment, expected.state), at


def test_between_a_checkpoint_and_the_next_signal_the_drive_stands_at_the_checkpoint(film: Film) -> None:
    with Run.open(film.path) as run:
        place = next(run.checkpoints(after=1))
        reel = Reel(run)
        reel.on_to(LENGTH)
        reel.on_to(place.t + 1e-6)
        assert (reel.moment.segment, reel.moment.state.now) == (place.segment, place.t)


def test_a_reel_that_runs_on_shows_every_out_once(film: Film, straight: Sequence[tuple[float, Moment]]) -> None:
    with Run.open(film.path) as run:
        reel = Reel(run)
        outs = [out for n in range(round(LENGTH * 10) + 1) for out in reel.on_to(n / 10)]
    assert outs == [out for _, moment in straight for out in moment.outs]


def test_a_leap_is_silent(film: Film) -> None:
    with Run.open(film.path) as run:
        reel = Reel(run)
        assert reel.on_to(100.0) == ()
        assert reel.on_to(20.0) == ()


def test_time_goes_on_between_signals_and_stands_at_the_end_of_each_segment(film: Film) -> None:
    with Run.open(film.path) as run:
        reel = Reel(run)
        first, second, third = (segment.end_t for segment in run.segments())
        assert reel.length == pytest.approx(first + second + third)
        for at in (0.05, 12.345678, first - 0.001):
            reel.on_to(at)
            assert reel.moment.t == pytest.approx(at)
        reel.on_to(first + 5.5)
        assert reel.moment.segment == 2
        assert reel.moment.t == pytest.approx(5.5)
        reel.on_to(LENGTH + 1000.0)
        assert reel.moment.segment == 3
        assert reel.moment.t == pytest.approx(third)


def test_a_run_with_checkpoints_of_another_schema_is_sought_from_its_beginning(film: Film, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(film.path, older)
    db = sqlite3.connect(older)
    with db:
        db.execute('UPDATE checkpoint SET state = \'{"schema":0,"state":{}}\'')
    db.close()
    with Run.open(film.path) as run, Run.open(older) as other:
        reel, slower = Reel(run), Reel(other)
        for at in (LENGTH, 65.0, 5.0):
            reel.on_to(at)
            slower.on_to(at)
            assert slower.moment == reel.moment


# Pictures.


def test_a_picture_of_a_moment_is_what_was_drawn_live_and_the_same_each_time(film: Film, tmp_path: Path) -> None:
    """The live one was painted bit by bit over everything before it, the picture at once."""
    with Run.open(film.path) as run:
        for moment in replay.at(run, GLANCES):
            one, other = tmp_path / "one.png", tmp_path / "other.png"
            shots.picture(moment, one, SMALL)
            shots.picture(moment, other, SMALL)
            assert one.read_bytes() == other.read_bytes()
            assert pygame.image.tobytes(pygame.image.load(one), "RGB") == film.seen[moment.t], moment.t


def test_moments_come_in_order_of_time_and_only_from_the_segment_that_is_asked(film: Film) -> None:
    with Run.open(film.path) as run:
        assert [moment.t for moment in replay.at(run, [9.0, 3.0, 3.0])] == [3.0, 3.0, 9.0]
        assert [moment.segment for moment in replay.at(run, [1.0], segment=2)] == [2]
        for times, segment in (([20.5], 2), ([-0.1], None), ([float("nan")], None), ([1.0], 9)):
            with pytest.raises(RunError):
                replay.at(run, times, segment)


def test_a_picture_that_cannot_be_written_is_said(film: Film, tmp_path: Path) -> None:
    with Run.open(film.path) as run:
        [moment] = replay.at(run, [5.0])
        for path in (tmp_path / "none" / "x.png", tmp_path):
            with pytest.raises(RunError, match="cannot be written"):
                shots.picture(moment, path, SMALL)


def test_the_telling_pictures_of_a_run_are_five(film: Film, tmp_path: Path) -> None:
    with Run.open(film.path) as run:
        made = shots.take(run, tmp_path, "DEMO", SMALL)
    assert {path.name for path in made} == {
        "cockpit-1-start.png", "cockpit-2-danger.png", "cockpit-3-night.png", "cockpit-4-trip.png",
        "cockpit-5-status.png",
    }  # fmt: skip
    assert len({path.read_bytes() for path in made}) == 5
    assert {pygame.image.load(path).get_size() for path in made} == {SMALL}


# The command.


def test_a_frame_is_a_picture_of_the_size_page_and_colours_asked_for(codriver: Command, film: Film) -> None:
    told = codriver("replay", film.path, "--at", 12.34, "--frame", "x.png", "--size", "800x480").output
    assert told == "x.png: the cockpit at 12.34 s\n"
    road = pygame.image.load("x.png")
    assert pygame.image.tobytes(road, "RGB") == film.seen[12.34]
    for words in (["--page", "status"], ["--page", "trip"], ["--night"]):
        codriver("replay", film.path, "--at", 12.34, "--frame", "y.png", "--size", "800x480", *words)
        assert Path("y.png").read_bytes() != Path("x.png").read_bytes()
    codriver("replay", film.path, "--at", 12.34, "--frame", "z.png")
    assert pygame.image.load("z.png").get_size() == (1280, 720)


@pytest.mark.parametrize(
    "words", ["--frame x.png", "--at noon", "--size 10x10 --at 1", "--size big", "--page sky", "--speed 0"]
)
def test_a_frame_of_no_moment_and_other_nonsense_are_usage_errors(codriver: Command, film: Film, words: str) -> None:
    assert "Error: " in codriver("replay", film.path, *words.split(), code=2).output
    assert not Path("x.png").exists()


def test_a_frame_that_cannot_be_written_fails_in_words(codriver: Command, film: Film) -> None:
    told = codriver("replay", film.path, "--at", 1, "--frame", "none/x.png", code=1).stderr
    assert told.startswith("none/x.png: the picture cannot be written: ")


def test_without_a_display_the_drive_is_told(codriver: Command, film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.delenv("DISPLAY", raising=False)
    told = codriver("replay", film.path).output.splitlines()
    assert [line.split()[-1] for line in told if "segment" in line.split()[2]] == ["1", "2", "3"]
    assert any("said: " in line for line in told)
    assert any("zero partial" in line for line in told)
    assert any("source GPS" in line for line in told)


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it never came about"
        select.select([], [], [], 0.02)


def test_in_a_window_a_drive_is_held_sought_and_left(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    with glass(SMALL) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        codriver = [sys.executable, "-c", "from codriver.cli import main; main()"]
        command = [*codriver, "replay", str(film.path), "--size", "800x480"]
        shown = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

        def strike(key: str) -> None:
            screen.key(key, closed=True)
            screen.key(key, closed=False)

        try:
            until(lambda: any(screen.look()))
            moving = screen.look()
            strike("space")
            until(lambda: screen.look() != moving)
            moving = screen.look()
            strike("Next")
            until(lambda: screen.look() != moving)
            strike("Escape")
            told, _ = shown.communicate(timeout=PATIENCE)
        finally:
            shown.kill()
    assert (shown.returncode, told) == (0, "")


# The projector.


def test_keys_hold_seek_and_change_the_speed() -> None:
    at = Projection(100.0, 1.0)
    for key, expected in (
        ("left", (90.0, 1.0, False)), ("right", (100.0, 1.0, False)), ("page up", (40.0, 1.0, False)),
        ("page up", (0.0, 1.0, False)), ("page down", (60.0, 1.0, False)), ("up", (60.0, 2.0, False)),
        ("down", (60.0, 1.0, False)), ("down", (60.0, 0.5, False)), ("space", (60.0, 0.5, True)),
        ("space", (60.0, 0.5, False)), ("x", (60.0, 0.5, False)),
    ):  # fmt: skip
        at.turn(key, 130.0)
        assert (at.at, at.speed, at.held) == expected, key
    for _ in range(20):
        at.turn("up", 130.0)
        at.turn("page down", 130.0)
    assert (at.at, at.speed) == (130.0, 64.0)
    for _ in range(20):
        at.turn("down", 130.0)
    assert at.speed == 0.125


def projected(projection: Projection, length: float, keys: Sequence[Sequence[str]]) -> list[float]:
    """Where the drive stood in each of as many pictures as there are keys."""
    stop, waiting, shown = Stop(), iter(keys), []

    def pressed() -> Iterator[str]:
        yield from next(waiting)

    def show(projection: Projection) -> None:
        shown.append(projection.at)
        stop.asked = len(shown) == len(keys)

    project(projection, length, pressed, show, stop)
    return shown


def test_a_projected_drive_goes_on_and_stands_at_its_end() -> None:
    shown = projected(Projection(0.0, 64.0), 2.0, [()] * 5)
    assert shown == sorted(shown)
    assert shown[0] < shown[-1] == 2.0


def test_a_held_drive_stands_and_can_be_turned() -> None:
    assert projected(Projection(50.0, 1.0, held=True), 100.0, [(), ("left",), (), ("page down",)]) == [
        50.0, 40.0, 40.0, 100.0,
    ]  # fmt: skip


def test_random_keys_never_leave_the_drive() -> None:
    chance, at = random.Random(3), Projection(0.0, 1.0)
    for _ in range(500):
        at.turn(chance.choice(["left", "right", "page up", "page down", "up", "down", "space"]), 95.0)
        assert 0.0 <= at.at <= 95.0
        assert 0.125 <= at.speed <= 64.0


def test_a_run_in_which_nothing_was_driven_is_refused(tmp_path: Path) -> None:
    Drive(tmp_path / "RUN.db", Title()).close()
    told = CliRunner().invoke(main, ["replay", str(tmp_path / "RUN.db"), "--at", "0"])
    assert told.exit_code == 1
    with Run.open(tmp_path / "RUN.db") as run, pytest.raises(RunError, match="nothing was driven"):
        Reel(run)
