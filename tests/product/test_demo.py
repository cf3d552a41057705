"""The demo: what it leaves behind, with a window and without; and that it leaves nothing else."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pygame
import pytest

from codriver.runlog.reader import Run
from tests.product.glass import Glass

PATIENCE = 60.0
FILES = {"drive.wire", "truth.csv", "run.db", "summary.json"}
PICTURES = {f"cockpit-{name}.png" for name in ("1-start", "2-danger", "3-night", "4-trip", "5-status")}

ALONE = ["space", "Right", "Left", "Up", "Down", "Return", "Tab", *"fprmhbsunci78"]
KEYS = [*((key,) for key in ALONE), ("Up", "Down"), ("Left", "Down"), ("space", "Return"), ("space", "Left")]


class Demo:
    """`codriver demo` on this glass, in a session of its own as on a terminal of its own."""

    def __init__(self, folder: Path, screen: Glass) -> None:
        self.out = folder / "demo"
        self.screen = screen
        self.dark = screen.look()
        environ = {**os.environ, "DISPLAY": screen.display, "SDL_AUDIODRIVER": "dummy", "XDG_STATE_HOME": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from codriver.cli import main; main()", "demo", "--out", str(self.out)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, what: Callable[[], object], patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not what():
            assert self.process.poll() is None, self.process.communicate()[0]
            assert time.monotonic() < end, "it never came about"
            select.select([], [], [], 0.05)

    def lit(self) -> None:
        """Until there is something to see, and the car is heard."""
        self.until(lambda: self.screen.look() != self.dark)
        self.until(lambda: self.count("SELECT count(*) FROM signal WHERE source = 'gps'"))

    def count(self, question: str) -> int:
        with Run.open(self.out / "run.db") as run:
            return int(run._db.execute(question).fetchone()[0])

    def feeder(self) -> psutil.Process:
        """The process that speaks for the car."""
        [car] = (
            each
            for each in psutil.process_iter(["ppid", "cmdline"])
            if each.info["ppid"] == self.process.pid and "codriver.simulate.feeder" in (each.info["cmdline"] or ())
        )
        return car

    def strike(self, *keys: str, held: float) -> None:
        """Press these keys together for so long."""
        for key in keys:
            self.screen.key(key, closed=True)
        select.select([], [], [], held)
        for key in keys:
            self.screen.key(key, closed=False)

    def said(self) -> str:
        return self.process.communicate(timeout=PATIENCE)[0]

    def away(self) -> None:
        """Cut it off without warning, unless it has ended."""
        with self.process:
            self.process.kill()


@pytest.fixture
def demo(tmp_path: Path, small: Glass) -> Iterator[Demo]:
    """A demo under way; nothing of it is left in the end."""
    demo = Demo(tmp_path, small)
    yield demo
    demo.away()


def ttys(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("tty*") if path.is_symlink())


def gone(process: psutil.Process) -> bool:
    _, alive = psutil.wait_procs([process], timeout=PATIENCE)
    return not alive


def test_ctrl_c_ends_a_demo_in_a_window_and_leaves_a_whole_run(
    demo: Demo, proved: Callable[[Path], Sequence[str]]
) -> None:
    demo.lit()
    feeder = demo.feeder()
    assert ttys(demo.out) == ["ttyGPS", "ttyPOD"]
    demo.until(lambda: demo.count("SELECT count(*) FROM signal WHERE source = 'pod'"))
    os.killpg(demo.process.pid, signal.SIGINT)
    said = demo.said()
    assert demo.process.returncode == 0, said
    assert "Traceback" not in said
    assert "  1 or space   TRIP\n" in said
    assert "\n  Escape twice leaves\n" in said
    assert f"left in {demo.out}: " in said
    assert gone(feeder)
    assert ttys(demo.out) == []
    assert {path.name for path in demo.out.iterdir()} >= FILES | {"cockpit-1-start.png", "cockpit-5-status.png"}
    assert demo.count("SELECT ended FROM run") == 1
    assert proved(demo.out / "run.db") == []


def test_a_demo_that_is_killed_leaves_no_car_behind_and_the_next_one_begins_anew(
    demo: Demo, tmp_path: Path, small: Glass
) -> None:
    demo.lit()
    feeder = demo.feeder()
    demo.away()
    assert gone(feeder)
    again = Demo(tmp_path, small)
    try:
        again.lit()
        assert again.count("SELECT count(*) FROM segment") == 1
    finally:
        again.away()


def test_headless_and_without_a_speech_engine_it_names_what_is_missing_and_leaves_everything(
    codriver: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = codriver("demo", "--headless", "--out", "demo").output
    assert "no speech engine: the calls are on the screen alone; sudo apt install espeak-ng\n" in told
    out = tmp_path / "demo"
    assert {path.name for path in out.iterdir()} >= FILES | PICTURES
    pictures = [pygame.image.load(out / name) for name in PICTURES]
    assert {picture.get_size() for picture in pictures} == {(1280, 720)}
    assert len({pygame.image.tobytes(picture, "RGB") for picture in pictures}) == len(PICTURES)
    figures = json.loads((out / "summary.json").read_text())
    assert figures["notes"] == 36  # the last of the 37 is where it stops
    assert figures["calls"] >= figures["notes"]
    assert figures["faults"] == 0
    codriver("replay", out / "run.db", "--verify")


@pytest.mark.proof
def test_a_whole_stage_with_restless_hands_replays_and_has_its_distance(
    demo: Demo, proved: Callable[[Path], Sequence[str]]
) -> None:
    """A key or two every few seconds, to the end of the stage: a quarter of an hour."""
    demo.lit()
    chance, struck = random.Random(7), 0
    while demo.process.poll() is None:
        keys = chance.choice(KEYS)
        demo.strike(*keys, held=chance.choice([0.1, 0.3, 1.2]) if len(keys) == 1 else 1.2)
        struck += 1
        select.select([], [], [], chance.uniform(1.0, 5.0))
    said = demo.said()
    assert demo.process.returncode == 0, said
    assert struck > 100
    assert demo.count("SELECT count(*) FROM press") > 0.9 * struck
    assert demo.count("SELECT count(*) FROM fault") == 0
    truth = float((demo.out / "truth.csv").read_text().splitlines()[-1].split(",")[4])
    assert json.loads((demo.out / "summary.json").read_text())["distance_m"] == pytest.approx(truth, rel=0.005)
    assert proved(demo.out / "run.db") == []
