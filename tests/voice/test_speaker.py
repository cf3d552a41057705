"""The voice as the loop sees it: calls in, answers out, on SDL's dummy driver, which keeps real time."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from codriver.signals import Done, read, write
from codriver.voice.device import Device, DeviceError
from codriver.voice.sounds import SECONDS, seconds, sound
from codriver.voice.speaker import REPORT
from tests.voice.booth import Call, Hum, no_device, unprobed

Make = Callable[..., Any]


class Deaf:
    """A device that is open and plays nothing to its end, until it is given up and opened again."""

    settled = ready = True
    trouble: str | None = None

    def __init__(self, _wake: Callable[[], None]) -> None:
        self.opening = 1
        self.playing = False
        self.believed = 0

    def play(self, sound: bytes, volume: float) -> bool:
        self.playing = bool(sound and volume)
        return True

    def busy(self) -> bool:
        return self.playing

    def stop(self) -> None:
        self.playing = False

    def give_up(self) -> None:
        self.opening += 1
        self.playing = False

    def believe(self) -> None:
        self.believed += 1

    def close(self) -> None:
        self.ready = False


def test_a_call_is_started_at_once_and_ended_when_it_has_been_heard(booth: Make) -> None:
    car = booth()
    car.speaker.render_ahead(["left"])
    car.speaker.say(Call(7, "note", ("left", "right")))
    car.until("ended 7")
    assert [text for text in car.texts if text != "rendered"] == ["ready", "started 7", "ended 7"]
    assert car.faults == []
    assert car.when("ended 7") > car.when("started 7")


def test_two_calls_in_a_row_are_spoken_one_after_the_other(booth: Make) -> None:
    car = booth()
    car.speaker.say(Call(1, "ok"))
    car.speaker.say(Call(2, "", ("left",)))
    car.speaker.say(Call(3, "waypoint"))
    car.until("ended 3")
    spoken = [f"{what} {n}" for n in (1, 2, 3) for what in ("started", "ended")]
    assert car.texts == ["ready", *spoken]
    assert [signal.t for signal in car.signals] == sorted(signal.t for signal in car.signals)


def test_silence_cuts_what_is_said_and_what_waits(booth: Make) -> None:
    car = booth()
    car.speaker.say(Call(1, "", ("a very long way to go",)))
    car.speaker.say(Call(2, "ok"))
    car.until("started 1")
    car.speaker.silence()
    car.until("cut 2")
    car.speaker.say(Call(3, "note"))
    car.until("ended 3")
    assert car.texts == ["ready", "started 1", "cut 1", "cut 2", "started 3", "ended 3"]


def test_silence_in_silence_is_nothing(booth: Make) -> None:
    car = booth()
    car.speaker.silence()
    assert car.speaker.due() is None


def test_a_call_with_nothing_in_it_is_over_at_once(booth: Make) -> None:
    car = booth()
    car.speaker.say(Call(1))
    car.until("ended 1")
    assert car.texts == ["ready", "started 1", "ended 1"]


def test_words_due_now_are_rendered_before_those_of_later(booth: Make) -> None:
    hum = Hum()
    hum.open.clear()
    car = booth(hum)
    car.speaker.render_ahead(["one", "two", "three"])
    while not hum.rendered and car.speaker.progress == (0, 0):
        car.turn()
    car.speaker.say(Call(1, "", ("now",)))
    hum.open.set()
    car.until("ended 1")
    assert hum.rendered.index("now") <= 1
    assert car.speaker.progress[1] == 3


def test_words_that_do_not_come_in_time_leave_the_beep_alone(booth: Make) -> None:
    """The engine hangs; the call is lost, and the next one, which is ready, is said."""
    hum = Hum()
    hum.open.clear()
    car = booth(hum)
    car.speaker.say(Call(1, "danger1", ("left",)))
    car.speaker.say(Call(2, "note"))
    car.until("ended 2")
    assert car.texts == ["ready", "lost 1", "ready", "started 2", "ended 2"]
    hum.open.set()
    car.speaker.say(Call(3, "", ("left",)))
    car.until("ended 3")


def test_words_that_cannot_be_said_are_lost_without_waiting(booth: Make) -> None:
    car = booth(Hum(mute=frozenset({"zxq"})))
    car.speaker.say(Call(1, "", ("left", "zxq")))
    car.until("lost 1")
    assert car.texts == ["ready", "lost 1"]
    assert car.faults == []


def test_without_an_engine_beeps_are_heard_and_words_are_lost(booth: Make) -> None:
    car = booth(Hum(fault="no engine: get one"), until="")
    while not car.faults:
        car.turn()
    car.speaker.say(Call(1, "danger1", ("left",)))
    car.speaker.say(Call(2, "note"))
    car.until("ended 2")
    assert car.faults == ["no engine: get one"]
    assert car.texts == ["dead", "lost 1", "started 2", "ended 2"]


def test_an_engine_that_is_installed_meanwhile_is_found(booth: Make) -> None:
    hum = Hum(fault="no engine: get one")
    car = booth(hum, until="")
    while not car.faults:
        car.turn()
    hum.fault = None
    car.speaker.say(Call(1, "", ("left",)))
    car.until("ready")
    assert car.faults == ["no engine: get one", "ok: calls are heard again"]
    car.speaker.say(Call(2, "", ("left",)))
    car.until("ended 2")


def test_no_device_is_one_fault_and_every_call_is_lost_at_once(booth: Make) -> None:
    car = booth(device=no_device, until="")
    while not car.faults:
        car.turn()
    for n in (1, 2):
        car.speaker.say(Call(n, "note", ("left",)))
    car.until("lost 2")
    assert car.texts == ["dead", "lost 1", "lost 2"]
    assert car.faults == ["no sound device, the calls are on the screen alone: plug one in (not one)"]
    car.speaker.silence()
    assert car.speaker.take(car.now()) == []


def test_a_driver_that_is_none_is_found_out_by_a_child(booth: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "nonsense")
    car = booth(device=Device, until="")
    car.speaker.say(Call(1, "note"))
    while not car.faults:
        car.turn()
    car.until("lost 1")
    assert len(car.faults) == 1
    assert "'nonsense' not available" in car.faults[0]


def test_a_call_before_the_device_is_open_waits_for_it(booth: Make) -> None:
    opened = Event()

    def slow(wake: Callable[[], None]) -> Device:
        def probe() -> None:
            opened.wait(5.0)

        return Device(wake, probe)

    car = booth(device=slow, until="")
    car.speaker.say(Call(1, "note"))
    opened.set()
    car.until("ended 1")
    assert car.texts[-2:] == ["started 1", "ended 1"]


def test_a_card_that_is_pulled_and_put_in_again_is_said_and_opened_again(booth: Make, tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    hdmi = " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
    usb = " 1 [Device         ]: USB-Audio - USB Audio Device\n                      at usb-1.3, full speed\n"

    def plug(kernel: str) -> None:
        (tmp_path / "new").write_text(kernel, encoding="ascii")
        (tmp_path / "new").replace(cards)

    plug(hdmi + usb)
    car = booth(device=lambda wake: Device(wake, probe=lambda: None, cards=cards, watch=0.02))
    car.speaker.say(Call(1, "", ("a very long way to go",)))
    plug(hdmi)
    car.until("lost 1")
    while not car.faults:
        car.turn()
    plug(hdmi + usb)
    while len(car.faults) < 2:
        car.turn()
    assert car.faults == [
        "the sound device USB Audio Device is gone: check its plug",
        "ok: calls are heard again",
    ]
    car.speaker.say(Call(2, "note"))
    car.until("ended 2")


def test_a_device_that_plays_nothing_is_given_up(booth: Make) -> None:
    car = booth(device=Deaf)
    speaker = car.speaker
    speaker.say(Call(1, "note"))
    answers = [speaker.take(t) for t in (car.now(), car.now() + SECONDS["note"] + 2.0, car.now() + 3.0)]
    assert [signal.text for answer in answers for signal in answer] == ["started 1", "lost 1", "ready"]


def test_a_device_that_is_lost_while_it_is_given_up_is_not_looked_for_without_a_rest() -> None:
    devices: list[Device] = []
    begun, again = Event(), Event()

    def probe() -> None:
        begun.wait(5.0)
        if devices[0].settled:
            again.set()
        devices[0].give_up()
        raise DeviceError("gone")

    devices.append(Device(lambda: None, probe))
    begun.set()
    assert not again.wait(0.2)
    devices[0].close()


def test_a_device_that_takes_no_sound_stays_a_fault_until_it_was_heard(booth: Make) -> None:
    devices: list[Device] = []

    def kept(wake: Callable[[], None]) -> Device:
        devices.append(unprobed(wake))
        return devices[0]

    car = booth(device=kept)
    devices[0].give_up()
    while not car.faults:
        car.turn()
    assert car.faults == ["the sound device takes no sound: pull its plug and put it in again"]
    while not devices[0].ready:
        car.turn()
    car.speaker.say(Call(1, "note"))
    car.until("ended 1")
    car.signals += car.speaker.take(car.now())
    assert car.faults[1:] == ["ok: calls are heard again"]


def test_a_new_segment_restarts_time_and_the_call_still_ends(booth: Make) -> None:
    car = booth()
    car.zero -= 1000.0
    car.signals += car.speaker.take(car.now())
    car.speaker.say(Call(1, "", ("left right",)))
    car.zero += 1000.0
    car.signals += car.speaker.take(car.now())
    car.until("ended 1")
    assert all(signal.t < 500.0 for signal in car.signals)


def test_an_answer_is_never_stamped_after_its_taking(booth: Make) -> None:
    car = booth()
    car.speaker.say(Call(1, "note"))
    assert [signal.t for signal in car.speaker.take(0.0)] == [0.0]


def test_the_loop_is_asked_for_when_there_is_something_to_look_at(booth: Make) -> None:
    """At once with news, near the end while a sound lasts, and never when there is nothing."""
    car = booth(device=Deaf)
    assert car.speaker.due() is None
    car.speaker.say(Call(1, "fault"))
    assert car.speaker.due() == 0.0
    car.speaker.take(car.now())
    assert car.now() < car.speaker.due() < car.now() + SECONDS["fault"]


def test_the_volume_is_heeded(booth: Make) -> None:
    car = booth(device=Deaf)
    car.speaker.volume = 0.0
    car.speaker.say(Call(1, "note"))
    car.until("ended 1")


def test_a_call_is_as_much_softer_as_the_crew_has_asked_for(booth: Make) -> None:
    heard: list[float] = []

    class Meter(Deaf):
        def play(self, sound: bytes, volume: float) -> bool:
            heard.append(volume)
            self.playing = False
            return bool(sound)

    car = booth(device=Meter)
    car.speaker.volume = 0.8
    for n, level in enumerate((0.0, -6.0, 12.0), 1):
        car.speaker.say(Call(n, "note", level_db=level))
        car.until(f"ended {n}")
    assert heard == pytest.approx([0.8, 0.4, 1.0], abs=0.005)


def test_it_is_said_once_when_all_words_are_there(booth: Make) -> None:
    car = booth()
    car.speaker.render_ahead(["left", "right"])
    car.until("rendered")
    assert car.speaker.progress == (2, 2)
    car.speaker.render_ahead(["left", "right"])
    car.speaker.say(Call(1, "note"))
    car.until("ended 1")
    assert car.texts.count("rendered") == 1
    car.speaker.render_ahead(["left", "crest"])
    while car.texts.count("rendered") < 2:
        car.turn()
    assert car.speaker.progress == (1, 1)


def test_how_far_the_words_are_is_told_now_and_then_and_only_where_they_get_on(booth: Make) -> None:
    hum = Hum()
    hum.open.clear()
    car = booth(hum)
    speaker = car.speaker
    speaker.render_ahead(["left", "right", "crest"])
    told = [signal.text for n in range(1, 5) for signal in speaker.take(car.now() + n)]
    hum.open.set()
    car.zero -= 5.0
    car.until("rendered")
    assert told == ["rendering 0/3"]
    assert 0.0 < REPORT <= 1.0


def test_words_that_nobody_can_hear_are_not_told_of(booth: Make) -> None:
    """Where there is no device a plan by their lengths would help nobody."""
    car = booth(device=no_device, until="")
    car.speaker.render_ahead(["left"])
    while not car.faults or car.speaker.progress != (1, 1):
        car.turn()
    car.speaker.say(Call(1, "note"))
    car.until("lost 1")
    assert "rendered" not in car.texts


def test_an_answer_reads_back_from_a_wire_log(booth: Make) -> None:
    car = booth()
    car.speaker.say(Call(12, "note"))
    car.until("ended 12")
    assert [read(signal.t, *write(signal)) for signal in car.signals] == car.signals
    assert all(isinstance(signal, Done) and signal.source == "voice" for signal in car.signals)


def test_a_closed_speaker_may_be_closed_again_and_is_silent(booth: Make) -> None:
    speaker = booth().speaker
    speaker.close()
    speaker.close()
    speaker.say(Call(1, "note"))
    speaker.silence()
    assert speaker.fileno() is None


def test_a_car_without_a_voice_does_not_pay_for_one() -> None:
    """To import the speaker brings no pygame, and to open it neither a display nor a handler for Ctrl-C."""
    program = """
import select, signal, sys, time
from codriver.voice.device import open_mixer
from codriver.voice import speaker, speech
assert "pygame" not in sys.modules
open_mixer()
import pygame
assert not pygame.display.get_init()
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
pygame.display.init()
pygame.mixer.quit()
assert pygame.display.get_init()
"""
    env = {**os.environ, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEODRIVER": "dummy"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_mixer_that_another_opened_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    pygame = pytest.importorskip("pygame")
    from codriver.voice.device import FORMAT, open_mixer

    pygame.mixer.init(44_100, -16, 2)
    assert open_mixer().get_init() == FORMAT
    assert pygame.mixer.Sound(buffer=sound("ok")).get_length() == pytest.approx(seconds(sound("ok")))
    pygame.mixer.quit()
