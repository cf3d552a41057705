"""The doctor, with healthy and sick patients: ports on real ttys, and a computer that is a folder."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codriver.config import Config, Stick, Voice, load
from codriver.doctor import computer, crew, devices, ports, senses
from codriver.doctor.examine import Asked, World, run
from codriver.doctor.finding import Finding, Verdict, as_json, fail, ok, status, text, warn
from codriver.doctor.ports import PodEar, ReceiverEar
from codriver.doctor.senses import Opened, ShutError
from codriver.kinds import Size
from codriver.simulate.pod import SimulatedPod
from codriver.wires.gps import Gps
from codriver.wires.lines import frame
from codriver.wires.pinout import panel
from codriver.wires.pod import Pod

if sys.platform == "win32":
    pytest.skip("no ttys on Windows, where nobody drives", allow_module_level=True)

from codriver.simulate.cable import Cable

NOON_2026 = 1_795_608_000.0
HD = Size(1280, 720)


def burst(n: int, *, fix: bool = True, kinds: Sequence[str] = ("RMC", "GGA", "GSV")) -> bytes:
    """The sentences of the n-th fifth of a second."""
    at = f"1200{n // 5:02d}.{n % 5 * 20:02d}"
    place = "4807.038,N,01131.000,E" if fix else ",,,"
    said = {
        "RMC": f"GNRMC,{at},{'A' if fix else 'V'},{place},{'022.4' if fix else ''},,251126,,,A",
        "GGA": f"GNGGA,{at},{place},{fix:d},{'09' if fix else '00'},1.0,545.4,M,46.9,M,,",
        "GSV": "GPGSV,1,1,11,01,40,083,46",
        "TXT": "GNTXT,01,01,02,ANTSTATUS=OK",
    }
    return "".join(frame(said[kind]) for kind in kinds).encode()


class Paddock:
    """A car that stands: whenever the doctor waits, time goes on by a fifth of a second and the devices speak."""

    def __init__(self, folder: Path) -> None:
        self.now = 1000.0
        self.gps, self.pod_cable = Cable(folder / "ttyGPS"), Cable(folder / "ttyPOD")
        self.pod = SimulatedPod(self.now)
        self.says: Callable[[int], bytes] = burst
        self.waits = 0

    def monotonic(self) -> float:
        return self.now

    def wait(self, descriptors: Sequence[int], seconds: float) -> None:
        del descriptors, seconds
        self.now += 0.2
        self.waits += 1
        if self.gps.path.is_symlink():
            self.gps.send(self.says(self.waits))
        if self.pod_cable.path.is_symlink():
            self.pod.hear(self.now, self.pod_cable.heard())
            self.pod_cable.send(self.pod.step(self.now))

    def receiver(self, seconds: float = 15.0, baud: int | None = 9600, *, running: bool = False) -> Finding:
        ear = ReceiverEar(Gps(str(self.gps.path), baud))
        ports.listen([ear], seconds, self.monotonic, self.wait)
        return ports.receiver(ear, "ttyGPS", running=running)

    def pod_found(self, seconds: float = 15.0) -> Finding:
        ear = PodEar(Pod(str(self.pod_cable.path)))
        ports.listen([ear], seconds, self.monotonic, self.wait)
        return ports.pod(ear, "ttyPOD", running=False)


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[Paddock]:
    paddock = Paddock(tmp_path)
    yield paddock
    paddock.gps.unplug()
    paddock.pod_cable.unplug()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tree of a computer without anything."""
    root = tmp_path / "computer"
    root.mkdir()
    return root


def put(root: Path, path: str, content: str = "") -> Path:
    """A file in the tree of a computer."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)
    return root / path


def silent(*_: str) -> None:
    """A computer without that command."""


def shut(*_: object) -> Any:
    raise ShutError("the library says no")


# The page


def test_a_page_has_a_line_a_check_and_below_it_what_to_do() -> None:
    page = text([ok("disk", "room"), fail("receiver", "gone", "plug it in", "or go without"), warn("clock", "late")])
    assert page == [
        "OK    disk      room",
        "FAIL  receiver  gone",
        "                -> plug it in",
        "                -> or go without",
        "WARN  clock     late",
        "",
        "1 to mend before the start, 1 to know.",
    ]


def test_the_last_line_says_how_it_stands() -> None:
    assert text([ok("disk", "room")])[-1] == "All is well."
    assert text([warn("disk", "little room")])[-1] == "Nothing to mend, 1 to know."


def test_only_what_is_to_be_mended_fails_the_command() -> None:
    assert status([ok("a", "b"), warn("c", "d")]) == 0
    assert status([ok("a", "b"), fail("c", "d")]) == 1


def test_other_programs_get_the_same() -> None:
    assert as_json([fail("disk", "full", "make room")]) == {
        "ok": False,
        "checks": [{"check": "disk", "verdict": "FAIL", "found": "full", "todo": ["make room"]}],
    }


# The receiver


def test_a_receiver_with_a_fix_is_well(paddock: Paddock) -> None:
    paddock.gps.plug()
    assert paddock.receiver() == ok(
        "receiver", "ttyGPS at 9600 baud: GGA GSV RMC; fix, 5 a second, satellites: 9 used, 11 in view"
    )
    assert paddock.waits < 20  # content after 2.5 s, it does not listen on


def test_its_rate_is_found(paddock: Paddock) -> None:
    paddock.gps.plug()
    paddock.says = lambda n: burst(n) if paddock.gps.baud == 38400 else b"\x80\xf8\x00" * 20
    assert "at 38400 baud" in paddock.receiver(baud=None).words


def test_a_receiver_in_a_garage_has_no_fix_yet(paddock: Paddock) -> None:
    paddock.gps.plug()
    paddock.says = lambda n: burst(n, fix=False)
    found = paddock.receiver(seconds=4.0)
    assert found.verdict is Verdict.WARN
    assert "no fix yet, satellites: 0 used, 11 in view" in found.words
    assert "open sky" in found.todo[0]


@pytest.mark.parametrize(
    ("says", "words", "todo"),
    [
        (lambda n: burst(n, kinds=["GSV", "TXT"]), "no position among them", "RMC and GGA"),
        (lambda n: burst(n, kinds=["GGA"]), "without a speed", "RMC or VTG"),
        (lambda _: b"\xb5b\x01\x07" * 30, "sends binary", "NMEA output"),
        (lambda _: b"", "says nothing", "supply"),
    ],
)
def test_a_receiver_that_is_set_wrong_is_told_how(
    paddock: Paddock, says: Callable[[int], bytes], words: str, todo: str
) -> None:
    paddock.gps.plug()
    paddock.says = says
    found = paddock.receiver()
    assert found.verdict is not Verdict.OK
    assert words in found.words
    assert todo in found.todo[0]


def test_a_receiver_that_is_not_there_is_told_at_once(paddock: Paddock) -> None:
    found = paddock.receiver()
    assert found.verdict is Verdict.FAIL
    assert found.todo == ("plug it in, or set gps.port",)
    assert paddock.waits == 1


def test_a_receiver_that_the_cockpit_has_is_no_fault(paddock: Paddock) -> None:
    paddock.gps.plug()
    cockpit = Gps(str(paddock.gps.path), 9600)
    cockpit.take(0.0)
    assert paddock.receiver(running=True).verdict is Verdict.WARN
    assert "systemctl stop" in paddock.receiver(running=True).todo[0]
    assert paddock.receiver(running=False).verdict is Verdict.FAIL
    cockpit.close()


# The pod


def test_a_pod_says_who_it_is_and_what_it_is_fed(paddock: Paddock) -> None:
    paddock.pod_cable.plug()
    assert paddock.pod_found() == ok("pod", "ttyPOD: firmware simulated, 13.8 V, ignition on, wheel counts 0 and 0")
    assert paddock.waits < 5


def test_what_is_doubtful_in_a_pod_is_told(paddock: Paddock) -> None:
    paddock.pod_cable.plug()
    paddock.pod.supply_mv = 10_400
    paddock.pod.contact(paddock.now, 3, closed=True)
    paddock.pod.complain(paddock.now, "probe", "probe 1 is stuck")
    found = paddock.pod_found()
    assert found.verdict is Verdict.WARN
    for words in ("10.4 V", "the battery is low", "closed: button 3", "probe 1 is stuck"):
        assert words in found.words
    assert len(found.todo) == 3


def test_a_receiver_on_the_pods_port_is_no_pod(paddock: Paddock) -> None:
    paddock.gps.plug()
    ear = PodEar(Pod(str(paddock.gps.path)))
    ports.listen([ear], 3.0, paddock.monotonic, paddock.wait)
    found = ports.pod(ear, "ttyGPS", running=False)
    assert found.verdict is Verdict.FAIL
    assert "nothing that a pod says" in found.words


def test_a_pod_that_is_not_there_fails(paddock: Paddock) -> None:
    assert paddock.pod_found().todo == ("plug it in, or set pod.port",)


# The buttons


@pytest.fixture
def factory() -> Iterator[Any]:
    mock = pytest.importorskip("gpiozero.pins.mock")
    factory = mock.MockFactory()
    yield factory
    factory.reset()


def test_buttons_nobody_asked_for_are_not_opened() -> None:
    assert ports.pins(wanted=False, factory=None).verdict is Verdict.OK


def test_open_buttons_are_well(factory: Any) -> None:
    assert ports.pins(wanted=True, factory=factory) == ok("buttons", "all 8 on this computer's own pins are open")


def test_a_button_that_is_closed_is_named() -> None:
    mock = pytest.importorskip("gpiozero.pins.mock")

    class Held(mock.MockPin):  # type: ignore[name-defined, misc]  # gpiozero is untyped
        """A contact that no pull-up opens."""

        def drive_high(self) -> None:
            self.drive_low()

    factory = mock.MockFactory()
    factory.pin(panel()[2].bcm, pin_class=Held)
    found = ports.pins(wanted=True, factory=factory)
    factory.reset()
    assert found.verdict is Verdict.FAIL
    assert "button 3 is closed" in found.words


def test_a_computer_without_pins_says_so() -> None:
    found = ports.pins(wanted=True, factory=None)
    assert found.verdict is Verdict.FAIL
    assert "buttons are dead" in found.words


# What the crew has said


def test_settings_without_a_file_are_the_defaults() -> None:
    assert crew.settings(None) == (Config(), ok("settings", "no file: every key has its default"))


def test_wrong_settings_are_told_whole_and_the_rest_is_checked_all_the_same(tmp_path: Path) -> None:
    file = put(tmp_path, "codriver.toml", '[gps]\nbauds = 9600\n[display]\nunits = "furlongs"\n')
    settings, found = crew.settings(file)
    assert settings == Config()
    assert found.verdict is Verdict.FAIL
    assert len(found.todo) == 2
    assert "did you mean gps.baud?" in found.todo[0]


def test_the_event_says_what_it_forbids() -> None:
    assert crew.event(Config()).words == "open: everything is allowed"
    assert crew.event(load(None, ["profile=gazelles-wheel"])).words.startswith(
        "gazelles-wheel: forbids satellite positions (events"
    )


def test_a_profile_of_the_crews_own_has_no_title_and_no_harm(tmp_path: Path) -> None:
    file = put(tmp_path, "ours.toml", 'name = "ours"\ntitle = "Ours"\n[allow]\nvoice = false\n')
    assert crew.event(load(None, [f"profile={file}"])).words == "ours: forbids the voice"


def test_a_good_book_is_told_in_its_own_verdict(tmp_path: Path, stage: bytes) -> None:
    book = tmp_path / "stage.gpx"
    book.write_bytes(stage)
    found = crew.book(book)
    assert found.verdict is Verdict.OK
    assert found.words.startswith("stage.gpx: 37 boxes")


def test_a_doubtful_book_says_where_to_read_on(tmp_path: Path) -> None:
    book = put(tmp_path, "stage.csv", "number,total_m,words\n1,0,start\n2,5000,left\n3,4000,right\n")
    found = crew.book(book)
    assert found.verdict is Verdict.WARN
    assert found.todo[-1].startswith("all of it: codriver roadbook check")


def test_no_book_at_all_is_no_fault_but_a_wrong_one_is(tmp_path: Path) -> None:
    assert crew.book(None).verdict is Verdict.OK
    found = crew.book(tmp_path / "stage.gpx")
    assert found.verdict is Verdict.FAIL
    assert "is not there" in found.words


def test_letters_other_than_the_cockpits_are_told(tmp_path: Path) -> None:
    assert "fonts-b612" in crew.letters([tmp_path]).todo[0]
    for style in ("Bold", "Regular"):
        put(tmp_path, f"B612-{style}.ttf")
    assert crew.letters([tmp_path]) == ok("letters", "B612")


# Screen, speaker, voice


def seen(root: Path, show: Callable[[], Opened], *missing: str, running: bool = False, **environ: str) -> Finding:
    return senses.screen(root, environ, show, lambda name: name not in missing, running=running)


def test_a_screen_that_opens_is_well(root: Path) -> None:
    assert seen(root, lambda: Opened("KMSDRM", HD)) == ok("screen", "KMSDRM, 1280x720")


def test_a_screen_too_small_to_read_is_told(root: Path) -> None:
    assert seen(root, lambda: Opened("KMSDRM", Size(480, 320))).verdict is Verdict.WARN


def test_a_screen_that_draws_into_nothing_is_none(root: Path) -> None:
    asked = seen(root, lambda: Opened("dummy", HD))
    assert asked == warn("screen", "dummy, 1280x720: nothing is shown", "unset SDL_VIDEODRIVER")


def test_a_screen_that_the_cockpit_has_is_well(root: Path) -> None:
    assert seen(root, shut, running=True).verdict is Verdict.OK


def test_the_nearest_cause_of_a_dark_screen_is_told(root: Path) -> None:
    assert "terminal on that desktop" in seen(root, shut, DISPLAY=":0").todo[0]
    assert "apt install libgbm1 libegl1" in seen(root, shut, "libgbm.so.1", "libEGL.so.1").todo[0]
    assert "vc4-kms-v3d" in seen(root, shut).todo[0]
    put(root, "dev/dri/card1")
    assert "none is plugged in" in seen(root, shut).words
    put(root, "sys/class/drm/card1-HDMI-A-1/status", "connected\n")
    assert "set-default multi-user.target" in seen(root, shut).todo[0]


def test_a_screen_of_others_groups_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "dev/dri/card0")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "groups video, render and input" in seen(root, shut).todo[0]


def test_a_speaker_that_opens_is_well() -> None:
    assert senses.speaker(Config(), lambda: None).verdict is Verdict.OK


def test_without_a_speaker_the_calls_are_on_the_screen() -> None:
    found = senses.speaker(Config(), shut)
    assert found.verdict is Verdict.WARN
    assert "the calls are on the screen only" in found.words


@pytest.mark.parametrize("sets", [["voice.mode=off"], ["profile=authentic"]])
def test_a_voice_that_is_not_wanted_is_not_looked_for(sets: list[str]) -> None:
    settings = load(None, sets)
    assert senses.speaker(settings, shut).words.startswith("not used")
    assert senses.voice(settings, shut).words.startswith("not used")


def test_a_voice_speaks_the_language_asked_for() -> None:
    french = load(None, ["voice.language=fr", "voice.mode=prompt"])
    assert senses.voice(french, lambda _: None) == ok("voice", "speaks 'fr', a beep and one word")
    sick = senses.voice(french, lambda asked: f"no voice for {asked.language}: sudo apt install espeak-ng")
    assert sick == warn("voice", "no voice for fr", "sudo apt install espeak-ng")


def test_the_cockpits_own_window_and_sound_are_what_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    assert devices.show(Size(800, 480), False) == Opened("dummy", Size(800, 480))
    devices.sound()
    monkeypatch.setenv("SDL_VIDEODRIVER", "nonesuch")
    monkeypatch.setenv("SDL_AUDIODRIVER", "nonesuch")
    with pytest.raises(ShutError, match="nonesuch"):
        devices.show(Size(800, 480), False)
    with pytest.raises(ShutError, match=r"."):
        devices.sound()


def test_without_an_engine_nothing_can_be_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "espeak-ng" in str(devices.speech(Voice()))


def test_a_natural_voice_that_is_not_there_is_told_with_what_speaks_instead() -> None:
    told = devices.speech(Voice(engine="piper", model="/nowhere.onnx"))
    assert told is not None
    assert "espeak-ng speaks" in told


def test_what_libraries_write_past_python_is_not_on_the_page(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a sound card ALSA writes a dozen lines on stderr."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    devices.show(Size(800, 480), False)
    with contextlib.suppress(ShutError):
        devices.sound()
    assert capfd.readouterr() == ("", "")


def test_a_command_that_is_not_there_or_fails_says_nothing() -> None:
    assert devices.shell("no-such-command-here") is None
    assert devices.shell("false") is None
    assert devices.shell("echo", "hello") == "hello\n"


def test_a_library_is_there_or_not() -> None:
    assert not devices.has("libnothing.so.9")


# The computer


def test_the_board_has_a_name(root: Path) -> None:
    assert computer.machine(root).words.startswith("not a Pi")
    put(root, "proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    assert computer.machine(root).words.startswith("Raspberry Pi 5 Model B Rev 1.0, Python 3.")


def test_a_disk_says_how_many_hours_fit(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(megabytes: float) -> Finding:
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=megabytes * 1e6))
        return computer.disk(root, tmp_path / "state" / "runs", lambda: 0.0)

    assert found(2_000).words == f"100 h of log fit in {tmp_path}/state/runs, a commit takes up to 0 ms"
    assert found(400).verdict is Verdict.WARN
    assert found(60).verdict is Verdict.FAIL
    assert found(64_000).words.startswith("over 500 h")
    assert list(tmp_path.iterdir()) == [root]


def test_a_folder_that_this_user_may_not_look_into_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", shut)
    found = computer.disk(root, tmp_path / "runs", lambda: 0.0)
    assert (found.verdict, found.words) == (Verdict.FAIL, f"{tmp_path}/runs cannot be written (Permission denied)")


def test_a_slow_card_is_told(root: Path, tmp_path: Path) -> None:
    clock = iter(range(100))
    found = computer.disk(root, tmp_path, lambda: float(next(clock)))
    assert found.verdict is Verdict.WARN
    assert "up to 1000 ms" in found.words


@pytest.mark.parametrize(
    ("kind", "verdict"), [("tmpfs", Verdict.FAIL), ("overlay", Verdict.WARN), ("ext4", Verdict.OK)]
)
def test_a_log_that_would_go_with_the_key_is_told(kind: str, verdict: Verdict, root: Path, tmp_path: Path) -> None:
    put(root, "proc/mounts", f"/dev/root / squashfs ro 0 0\nx {tmp_path} {kind} rw 0 0\nshort line\n")
    assert computer.disk(root, tmp_path, lambda: 0.0).verdict is verdict


def test_a_folder_that_cannot_be_written_fails(root: Path) -> None:
    found = computer.disk(root, Path("/proc/runs"), lambda: 0.0)
    assert found.verdict is Verdict.FAIL
    assert "cannot be written" in found.words


def test_a_clock_is_believed_by_net_or_battery(root: Path) -> None:
    assert computer.clock(root, NOON_2026, receiver=True).verdict is Verdict.WARN
    put(root, "dev/rtc0")
    assert "battery" in computer.clock(root, NOON_2026, receiver=True).words
    put(root, "run/systemd/timesync/synchronized")
    assert computer.clock(root, NOON_2026, receiver=True) == ok(
        "clock", "2026-11-25 12:00 UTC, synchronised with the net"
    )


def test_a_clock_that_is_plainly_wrong_is_set_by_the_receiver_or_by_hand(root: Path) -> None:
    put(root, "dev/rtc0")
    assert "the receiver will" in computer.clock(root, 86400.0, receiver=True).todo[0]
    assert "timedatectl" in computer.clock(root, 86400.0, receiver=False).todo[0]


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        ("0", Verdict.OK, "good now"),
        ("50005", Verdict.FAIL, "too little voltage now"),
        ("50000", Verdict.WARN, "since power-up"),
        ("8", Verdict.WARN, "heat"),
        ("throttled=0x4", Verdict.WARN, "throttled"),
    ],
)
def test_the_firmware_tells_of_the_supply(told: str, verdict: Verdict, words: str, root: Path) -> None:
    put(root, "sys/devices/platform/soc/soc:firmware/get_throttled", f"{told}\n")
    found = computer.supply(root, silent)
    assert found.verdict is verdict
    assert words in found.words
    assert computer.supply(root / "elsewhere", lambda *_: told) == found


@pytest.mark.parametrize(("alarm", "verdict"), [("1", Verdict.FAIL), ("0", Verdict.OK)])
def test_the_kernels_alarm_tells_of_it_too(alarm: str, verdict: Verdict, root: Path) -> None:
    put(root, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(root, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(root, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", f"{alarm}\n")
    assert computer.supply(root, silent).verdict is verdict


def test_the_roadbooks_on_a_stick_are_named_the_newest_first(tmp_path: Path) -> None:
    found = Config(stick=Stick(str(tmp_path)))
    assert crew.sticks(found) == ok("stick", f"no roadbook in {tmp_path}")
    for n in range(4):
        put(tmp_path, f"SS{n}.gpx", "x")
        os.utime(tmp_path / f"SS{n}.gpx", (n, n))
    assert crew.sticks(found) == ok("stick", f"4 in {tmp_path}: SS3.gpx, SS2.gpx, SS1.gpx, …")
    assert crew.sticks(Config(stick=Stick(str(tmp_path / "none")))).verdict is Verdict.FAIL


def test_elsewhere_the_supply_is_not_measured(root: Path) -> None:
    assert computer.supply(root, silent) == ok("supply", "not measured: not a Pi")


@pytest.mark.parametrize(("milli", "verdict"), [(45000, Verdict.OK), (72500, Verdict.WARN), (84000, Verdict.FAIL)])
def test_the_heat_is_the_hottest(milli: int, verdict: Verdict, root: Path) -> None:
    put(root, "sys/class/thermal/thermal_zone0/temp", "40000\n")
    put(root, "sys/class/thermal/thermal_zone1/temp", f"{milli}\n")
    put(root, "sys/class/thermal/thermal_zone2/temp", "broken\n")
    assert computer.heat(root).verdict is verdict


def test_where_no_heat_is_measured_none_is_told(root: Path) -> None:
    assert computer.heat(root) == ok("heat", "not measured here")


# The whole


@pytest.fixture
def world(root: Path, tmp_path: Path, paddock: Paddock) -> World:
    """A healthy Pi in the paddock."""
    put(root, "run/systemd/timesync/synchronized")
    return World(
        monotonic=paddock.monotonic,
        utc=lambda: NOON_2026,
        environ={"STATE_DIRECTORY": str(tmp_path)},
        root=root,
        show=lambda size, _: Opened("KMSDRM", size),
        sound=lambda: None,
        speech=lambda _: None,
        has=lambda _: True,
        shell=silent,
        wait=paddock.wait,
    )


def examined(asked: Asked, world: World) -> dict[str, Finding]:
    return {each.check: each for each in run(asked, world)}


def test_a_healthy_car_has_nothing_to_mend(world: World, paddock: Paddock, tmp_path: Path, stage: bytes) -> None:
    book = tmp_path / "stage.gpx"
    book.write_bytes(stage)
    paddock.gps.plug()
    paddock.pod_cable.plug()
    found = run(Asked(roadbook=book, gps=str(paddock.gps.path), pod=str(paddock.pod_cable.path)), world)
    assert [each for each in found if each.verdict is Verdict.FAIL] == []
    assert len({each.check for each in found}) == len(found) == 16
    json.dumps(as_json(found))


def test_what_the_event_forbids_is_not_opened(world: World, paddock: Paddock) -> None:
    paddock.gps.plug()
    found = examined(Asked(gps=str(paddock.gps.path), sets=["profile=gazelles-wheel"]), world)
    assert found["receiver"] == ok("receiver", "not opened: the event forbids it")
    assert "nothing measures the distance" in found["pod"].words
    assert paddock.gps.heard() == b""
    assert paddock.waits == 0


def test_a_device_that_is_plugged_in_and_not_named_is_a_fault(world: World) -> None:
    put(world.root, "dev/codriver-pod")
    found = examined(Asked(), world)
    assert found["pod"].todo == ('set pod.port = "/dev/codriver-pod"',)
    assert found["receiver"].verdict is Verdict.WARN


def test_an_event_by_stopwatch_needs_no_port(world: World) -> None:
    found = examined(Asked(sets=["profile=authentic"]), world)
    assert found["receiver"].verdict is found["pod"].verdict is Verdict.OK


def test_a_folder_that_nobody_has_is_told(world: World) -> None:
    found = examined(Asked(sets=["runs.dir=~nobody-at-all/runs"]), world)
    assert found["disk"].verdict is Verdict.FAIL
