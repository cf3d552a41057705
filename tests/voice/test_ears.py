"""Who hears what: sound placed on the channels of a wired intercom, and captured there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codriver.voice.device import open_mixer
from codriver.voice.ears import Ears, Sides
from codriver.voice.sounds import RATE, pcm, samples, sound
from tests.voice.hearing import places

TONE = sound("ok")


def channels(stereo: bytes) -> tuple[bytes, bytes]:
    levels = samples(stereo)
    return pcm(levels[0::2]), pcm(levels[1::2])


def test_everybody_hears_everything_in_mono() -> None:
    ears = Ears()
    assert ears.channels == 1
    assert ears.placed(TONE) == ears.placed(TONE, "codriver") == TONE


def test_what_is_for_all_is_on_both_sides() -> None:
    ears = Ears("left", "right")
    assert ears.channels == 2
    assert channels(ears.placed(TONE)) == (TONE, TONE)


def test_what_is_for_the_codriver_is_on_their_side_alone() -> None:
    silence = bytes(len(TONE))
    assert channels(Ears("left", "right").placed(TONE, "codriver")) == (TONE, silence)
    assert channels(Ears("right", "left").placed(TONE, "codriver")) == (silence, TONE)


def test_a_driver_who_wants_nothing_hears_nothing() -> None:
    assert channels(Ears("left", "none").placed(TONE)) == (TONE, bytes(len(TONE)))


def test_a_driver_on_both_sides_hears_the_codriver_s_calls_with_them() -> None:
    """Who is wired to both channels cannot be spared the one."""
    assert Ears("left", "both").sides("codriver") == Sides(left=True, right=False)
    assert Ears("left", "both").sides() == Sides(left=True, right=True)


def test_calls_for_a_codriver_without_a_headset_are_for_the_driver() -> None:
    """Silence would not be noticed."""
    assert Ears("none", "right").sides("codriver") == Sides(left=False, right=True)


def test_a_mixer_has_the_channels_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    mixer = open_mixer(2)
    assert mixer.get_init() == (RATE, -16, 2)
    assert mixer.Sound(buffer=Ears("left", "right").placed(TONE)).get_length() == pytest.approx(len(TONE) / 2 / RATE)
    mixer.quit()


def test_a_prompt_is_captured_on_the_codriver_s_channel_and_a_call_on_both(tmp_path: Path) -> None:
    file = tmp_path / "cap.raw"
    env = {**os.environ, "SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(file), "TALKER_EARS": "left right"}
    talker = [sys.executable, str(Path(__file__).with_name("talker.py")), str(tmp_path), "0", "codriver:ok", "zone"]
    done = subprocess.run(talker, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [text for _, text in json.loads(done.stdout)][-1] == "ended 2"
    left, right = channels(file.read_bytes())
    assert [len(places(side, sound("ok"))) for side in (left, right)] == [1, 0]
    assert [len(places(side, sound("zone"))) for side in (left, right)] == [1, 1]
