"""The crew's seats: each is there as far as this machine has it, and what is missing is said once."""

import io
import json
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from codriver import config
from codriver.cabin import RETRY, Cabin
from codriver.cockpit import window as window_module
from codriver.cockpit.screen import Banner, Lamp, Screen
from codriver.config import Config
from codriver.core.plan import Inputs
from codriver.core.state import Trouble
from codriver.loop import IDLE, Drive
from codriver.runlog.runs import Title
from codriver.signals import Start
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Espeak
from codriver.wake import Stop
from codriver.wires.keys import Keys

OPEN = Config()
NOWHERE: Mapping[str, str] = {}

MakeDrive = Callable[..., Drive]
MakeCabin = Callable[..., Cabin]


@pytest.fixture
def drive(tmp_path: Path, inputs: Inputs) -> Iterator[MakeDrive]:
    """A drive of the bundled stage under these settings, begun."""
    made: list[Drive] = []

    def make(settings: Config = OPEN, begun: bool = True) -> Drive:
        made.append(Drive(tmp_path / f"RUN{len(made)}.db", Title()))
        plan = json.dumps(config.plan_settings(settings))
        if begun:
            made[-1].begin(Start(0.0, "", "test"), Inputs(plan, roadbook_name="b.gpx", roadbook=inputs.roadbook))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def said() -> list[str]:
    """What the crew was told."""
    return []


@pytest.fixture
def seats(said: list[str]) -> Iterator[MakeCabin]:
    """Make a cabin; it is closed in the end."""
    made: list[Cabin] = []

    def make(settings: Config = OPEN, environ: Mapping[str, str] = NOWHERE, **how: Any) -> Cabin:
        made.append(Cabin(settings, said.append, environ, **{"windowed": True, "voice": None, **how}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def dark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with neither a desktop nor a screen."""
    for name in window_module.SERVERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(window_module, "SCREENS", Path("/nowhere"))
    if not sys.platform.startswith("linux"):
        monkeypatch.setenv("SDL_VIDEODRIVER", "nonsense")


@pytest.fixture
def lit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a screen that nobody sees."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


def screen_of(cabin: Cabin) -> Screen:
    assert cabin._cockpit is not None
    assert cabin._cockpit.screen is not None
    return cabin._cockpit.screen


@pytest.mark.usefixtures("dark")
def test_without_a_display_that_is_said_once_and_the_drive_goes_on(
    seats: MakeCabin, drive: MakeDrive, said: list[str]
) -> None:
    cabin, driving = seats(), drive()
    for n in range(40):
        cabin.show(driving, n * 0.5)
    assert cabin._cockpit is None
    [words] = said
    assert words.startswith("no display to open a window on: ")
    assert words.endswith("; the drive goes on without it")


@pytest.mark.usefixtures("dark")
def test_a_screen_that_comes_late_is_found(
    seats: MakeCabin, drive: MakeDrive, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cabin, driving = seats(), drive()
    cabin.show(driving, 1.0)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    cabin.show(driving, 1.0 + RETRY - 0.01)
    assert cabin._cockpit is None
    cabin.show(driving, 1.0 + RETRY)
    assert screen_of(cabin).rows[0].number == "1"
    assert len(said) == 1


@pytest.mark.usefixtures("lit")
def test_the_window_is_of_the_size_that_is_set(seats: MakeCabin, said: list[str]) -> None:
    for size in ("800x480", "1280x720"):
        cabin = seats(config.load(None, [f"display.size={size}"]))
        assert cabin._cockpit is not None
        assert str(cabin._cockpit.size) == size
        cabin.close()
    assert said == []


@pytest.mark.usefixtures("lit")
def test_headless_there_is_no_window_no_key_and_no_word(seats: MakeCabin, drive: MakeDrive, said: list[str]) -> None:
    cabin, driving = seats(windowed=False), drive()
    cabin.show(driving, 1.0)
    assert cabin.sit(driving, Stop(), lambda: 1.0) == []
    assert cabin._cockpit is None
    assert said == []


@pytest.mark.usefixtures("lit")
def test_the_crew_leaves_by_the_keyboard_and_the_run_is_ended(
    seats: MakeCabin, drive: MakeDrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    cabin, driving, stop = seats(), drive(), Stop()
    [keys] = cabin.sit(driving, stop, lambda: 1.0)
    assert isinstance(keys, Keys)
    assert cabin._cockpit is not None
    monkeypatch.setattr(cabin._cockpit.window, "events", lambda: [("key escape", True), ("key escape", False)])
    assert keys.take(1.0) == []
    assert stop == Stop()
    assert keys.take(2.0) == []
    assert stop == Stop(asked=True, ended=True)


@pytest.mark.usefixtures("dark")
def test_a_screen_that_is_not_there_yet_has_no_keys(seats: MakeCabin, drive: MakeDrive) -> None:
    [keys] = seats().sit(drive(), Stop(), lambda: 1.0)
    assert keys.take(1.0) == []


def test_the_voice_sits_with_the_crew_and_is_given_the_words_of_the_book(
    seats: MakeCabin, drive: MakeDrive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    monkeypatch.setattr("codriver.voice.speaker.Speaker.render_ahead", lambda _, texts: asked.extend(texts))
    driving = drive()
    [speaker] = seats(windowed=False, voice=Espeak("en", tmp_path / "voice")).sit(driving, Stop(), lambda: 1.0)
    assert isinstance(speaker, Speaker)
    assert driving.voice == speaker
    assert driving.plan is not None
    assert asked == [*driving.plan.fragments]
    speaker.close()


def test_a_terminal_has_one_line_ten_times_a_second_and_a_pipe_nothing(
    seats: MakeCabin, drive: MakeDrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    cabin, driving, terminal = seats(windowed=False), drive(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    cabin.show(driving, 1.0)
    assert terminal.getvalue() == ""
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    for t in (1.0, 1.0 + IDLE / 2, 1.0 + IDLE):
        cabin.show(driving, t)
    assert terminal.getvalue().count("\r") == 2
    assert "\n" not in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux's")
def test_the_supervisor_hears_of_the_first_frame_of_each_beat_and_of_the_end(
    seats: MakeCabin, drive: MakeDrive, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000000"}
        cabin = seats(environ=environ, windowed=False)
        cabin.show(drive(begun=False), 0.0)  # nothing is driven yet, so nothing is shown
        for t in (0.0, 1.0, 5.0, 9.0, 10.0):
            cabin.show(drive(), t)
        cabin.close()
        heard = [systemd.recv(4096).decode().partition("\n")[0] for _ in range(5)]
        assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]
        with pytest.raises(BlockingIOError):
            systemd.recv(4096)


# Silence never looks like a clear road.


def shown(seats: MakeCabin, drive: MakeDrive, *sets: str) -> Screen:
    settings = config.load(None, sets)
    cabin = seats(settings)
    cabin.show(drive(settings), 1.0)
    return screen_of(cabin)


@pytest.mark.usefixtures("lit")
def test_calls_that_are_off_say_so_for_as_long_as_they_are(seats: MakeCabin, drive: MakeDrive) -> None:
    screen = shown(seats, drive, "voice.mode=off")
    assert Lamp("VOICE", "OFF", "warn") in screen.lamps
    assert Banner("CALLS OFF", "warn", "calls") in screen.banners
    assert Banner("CALLS OFF", "warn", "calls") not in shown(seats, drive).banners


@pytest.mark.usefixtures("lit")
def test_a_profile_that_forbids_the_voice_says_so(seats: MakeCabin, drive: MakeDrive) -> None:
    screen = shown(seats, drive, "profile=authentic")
    assert Lamp("VOICE", "forbidden", "off") in screen.lamps
    assert Banner("no calls: the profile forbids the voice", "info", "calls") in screen.banners


@pytest.mark.usefixtures("lit")
def test_a_voice_that_is_dead_says_so(seats: MakeCabin, drive: MakeDrive) -> None:
    cabin, driving = seats(), drive()
    driving.state = replace(driving.state, calls=replace(driving.state.calls, voice="dead"))
    cabin.show(driving, 1.0)
    assert Lamp("VOICE", "no voice", "bad") in screen_of(cabin).lamps


@pytest.mark.usefixtures("lit")
def test_what_is_no_real_drive_is_marked(seats: MakeCabin, drive: MakeDrive) -> None:
    cabin = seats(watermark="DEMO")
    cabin.show(drive(), 1.0)
    assert screen_of(cabin).watermark == "DEMO"


def test_without_screen_and_terminal_each_fault_is_told_once_as_it_begins(
    seats: MakeCabin, drive: MakeDrive, said: list[str]
) -> None:
    """A service's journal must say why there is no distance."""
    cabin, driving = seats(windowed=False), drive()
    gone, late = Trouble("gps", "no GPS receiver"), Trouble("log", "late")
    for troubles in ((gone,), (gone,), (gone, late), (late,), (late, gone)):
        driving.state = replace(driving.state, troubles=troubles)
        cabin.show(driving, 1.0)
    assert said == ["gps: no GPS receiver", "log: late", "gps: no GPS receiver"]
