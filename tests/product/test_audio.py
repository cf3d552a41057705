"""What the crew hears, by program: SDL's disk driver captures the whole product's calls, held against the call table.

The capture's clock is not ours and slower on a busy machine, so its growth is watched while the car drives, and lengths
too are taken from there. The unit's clock begins at its Start, whose wall time is in the log.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codriver.runlog.reader import Run
from codriver.signals import Start
from codriver.units import Seconds
from tests.daemon.conftest import Car
from tests.product.conftest import Seat
from tests.voice.hearing import PAUSE, Tape, hear, taping

NEAR = 0.05
PLUS, REPEAT = 4, 6
READY = "SELECT count(*) FROM signal WHERE source = 'voice' AND payload = 'ready'"


class Stretch(NamedTuple):
    """Speech without a pause in it: when it begins, and how long it lasts."""

    t: Seconds
    length: Seconds


def told(car: Car) -> list[Stretch]:
    """The stretches of speech by the `call` table. A chain is as long as its last note."""
    found: list[Stretch] = []
    for t, length in car.rows("SELECT t, max(speech_s) FROM call GROUP BY coalesce(chain, id) ORDER BY t"):
        last = found[-1] if found else Stretch(-1.0, 0.0)
        if t - last.t - last.length < PAUSE:
            found[-1:] = [Stretch(last.t, t + length - last.t)]
        else:
            found.append(Stretch(t, length))
    return found


def begun(log: Path) -> Seconds:
    """When the segment began, by CLOCK_MONOTONIC."""
    with Run.open(log) as run:
        start = next(logged.signal for logged in run.signals())
    assert isinstance(start, Start)
    assert start.wall is not None
    return start.wall - time.time() + time.monotonic()


def agree(car: Car, tape: Tape) -> None:
    """What was heard is what was told: as many stretches, each at its time and of its length."""
    heard, calls, zero = hear(tape.read()), told(car), begun(car.log)
    assert len(heard) == len(calls)
    for utterance, call in zip(heard, calls, strict=True):
        onset, end = (tape.moment(sample) for sample in (utterance.start, utterance.end))
        assert onset - zero == pytest.approx(call.t, abs=NEAR)
        assert end - onset == pytest.approx(call.length, abs=NEAR)


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sound goes."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("no espeak-ng: sudo apt install espeak-ng")
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "cap.raw"))
    return tmp_path / "cap.raw"


def until_said(car: Car, kind: str, count: int = 1) -> None:
    """Until so many calls of this kind are in the log; and a breath more, so that the next is heard apart."""
    car.until(lambda: len(car.rows(f"SELECT id FROM call WHERE kind = '{kind}'")) >= count)
    car.drive_for(PAUSE)


@pytest.mark.proof
def test_each_call_is_heard_when_and_for_as_long_as_the_log_says(
    car: Car, capture: Path, verified: Callable[[Path], Any]
) -> None:
    """Two calls that are asked for, and between them two notes, to which steps of 250 m bring the car."""
    with taping(capture) as tape:
        car.start("--headless", "--set", "trip.step_m=250")
        car.until(car.known(READY))
        car.tap(REPEAT)
        until_said(car, "repeat")
        for steps, notes in ((1, 1), (3, 2)):
            for _ in range(steps):
                car.tap(PLUS)
                car.drive_for(0.1)
            until_said(car, "note", notes)
        car.tap(REPEAT)
        until_said(car, "repeat", 2)
        car.stop()
    agree(car, tape)
    verified(car.log)


@pytest.mark.proof
def test_with_a_window_each_call_is_heard_when_and_for_as_long_as_the_log_says(seat: Seat, capture: Path) -> None:
    """And the words are on the screen."""
    with taping(capture) as tape:
        seat.sit()
        seat.until(seat.known(READY))
        silent = seat.see("call")
        for count in (1, 2, 3):
            seat.strike("r")
            until_said(seat, "repeat", count)
            assert seat.see("call") != silent
        seat.strike("h")
        until_said(seat, "alert")
        seat.stop()
    agree(seat, tape)


def test_without_a_sound_device_that_is_told_once_and_the_calls_are_on_the_screen(
    seat: Seat, verified: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "nonsense")
    seat.sit()
    seat.until(seat.known("SELECT count(*) FROM fault WHERE source = 'voice'"))
    before = seat.see("call")
    [done] = seat.strike("r")
    seat.until(lambda: seat.see("call") != before)
    seat.photograph()
    seat.strike("h")  # what is being said
    seat.strike("h")  # and all that is to come
    until_said(seat, "alert")
    seat.stop()

    [(words,)] = seat.rows("SELECT text FROM fault WHERE source = 'voice'")
    assert "the calls are on the screen alone" in words
    assert "\n" not in words
    assert seat.rows("SELECT 'say again: ' || words FROM call WHERE kind = 'repeat'") == [(done,)]
    assert seat.drawn_again(seat.photographs[0])
    assert seat.state().calls.voice == "dead"
    verified(seat.log)
