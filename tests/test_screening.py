"""A run shown again is heard again: what the voice is asked, at which speed, and in which drive it may not speak."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codriver import screening
from codriver.cockpit.window import Window
from codriver.core.outs import Call
from codriver.core.plan import Inputs
from codriver.loop import Drive
from codriver.playing import Projection, play
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title
from codriver.screening import Screening
from codriver.signals import Done, Signal, Start
from codriver.voice.speech import Espeak
from codriver.wake import Stop
from codriver.wires.recordings import Began


class Voice:
    """A speaker that remembers what it was asked to say."""

    def __init__(self, engine: Espeak, clock: Callable[[], float], volume: float = 1.0) -> None:
        self.engine, self.clock, self.volume = engine, clock, volume
        self.said: list[Call] = []
        self.silenced = 0
        self.closed = False

    def render_ahead(self, _: object) -> None:
        pass

    def say(self, call: Call) -> None:
        self.said.append(call)

    def silence(self) -> None:
        self.silenced += 1

    def take(self, _: float) -> list[Signal]:
        return [Done(0.0, "voice", "started 1")]  # an answer nobody may fold: the run is over

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def shown(
    tmp_path: Path, lively: tuple[Signal, ...], inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Screening]:
    """Two lively minutes of the bundled stage, on a window that SDL's dummy driver makes."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(screening, "Speaker", Voice)
    drive = Drive(tmp_path / "RUN.db", Title("stage"), patient=True)
    play(drive, [Began(Start(0.0, "", "test")), *lively], lambda _: inputs, None, Stop())
    drive.close()
    with Run.open(tmp_path / "RUN.db") as run:
        made = Screening(run, Window((800, 480), full=False, title="test"), Stop(), 1.0)
        yield made
        made.close()


def voice_of(shown: Screening) -> Voice:
    voice: object = shown._speaker
    assert isinstance(voice, Voice)
    return voice


def heard(shown: Screening) -> list[Call]:
    return voice_of(shown).said


def test_what_was_called_is_said_again(shown: Screening) -> None:
    for second in range(100):
        shown.show(Projection(float(second), 1.0))
    assert heard(shown)
    assert [call.id for call in heard(shown)] == sorted({call.id for call in heard(shown)})


def test_at_another_speed_nothing_is_said(shown: Screening) -> None:
    for second in range(100):
        shown.show(Projection(float(second), 4.0))
    assert not heard(shown)


def test_a_leap_is_not_heard(shown: Screening) -> None:
    shown.show(Projection(100.0, 1.0))
    assert not heard(shown)


def test_at_the_end_the_voice_is_let_go(shown: Screening) -> None:
    shown.close()
    assert voice_of(shown).closed
