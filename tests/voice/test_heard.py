"""What was really heard: SDL's disk driver captures a program's calls, and the samples are held against its answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from codriver.units import Seconds
from codriver.voice.sounds import RATE, join, seconds, sound
from codriver.voice.speech import KEEP, Espeak
from tests.voice.hearing import Knot, Tape, Utterance, hear, places, taping

CALLS = (
    "danger3|danger three|in two hundred metres",
    "|hairpin left|then|keep right at the church",
    "zone|speed zone|fifty",
    "note",
)
SHORT = ("waypoint|left", "|right", "note")
NEAR = 0.05


class Capture(NamedTuple):
    tape: Tape
    pcm: bytes
    told: dict[str, Seconds]
    said: list[bytes]


def capture(folder: Path, pause: Seconds, calls: tuple[str, ...]) -> Capture:
    """Let the talker say the calls, and listen."""
    file, cache = folder / "cap.raw", folder / "cache"
    env = {**os.environ, "SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(file)}
    talker = [sys.executable, str(Path(__file__).with_name("talker.py")), str(cache), str(pause), *calls]
    with taping(file) as tape:
        done = subprocess.run(talker, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    told = {text: t for t, text in json.loads(done.stdout)}
    espeak = Espeak("en", cache)
    written = [call.split("|") for call in calls]
    said = [join([sound(beep), *(espeak.render(part) for part in parts)]) for beep, *parts in written]
    return Capture(tape, tape.read(), told, said)


@pytest.mark.usefixtures("espeak_ng")
def test_every_call_is_heard_whole_once_and_in_order(tmp_path: Path) -> None:
    """All asked for at once: each is in the capture to the last sample, and none begins before the last one ends."""
    heard = capture(tmp_path, 0.0, SHORT)
    found = [places(heard.pcm, said) for said in heard.said]
    assert [len(place) for place in found] == [1] * len(SHORT)
    end = 0
    for [place], said in zip(found, heard.said, strict=True):
        assert place >= end
        end = place + len(said) // 2
    assert not heard.pcm[2 * end :].strip(b"\0")


@pytest.mark.proof
@pytest.mark.usefixtures("espeak_ng")
def test_each_call_is_heard_when_and_for_as_long_as_it_was_said_to_be(tmp_path: Path) -> None:
    """Onset, end and length, within 50 ms."""
    heard = capture(tmp_path, 0.4, CALLS)
    utterances = hear(heard.pcm)
    assert len(utterances) == len(CALLS)
    for n, (utterance, said) in enumerate(zip(utterances, heard.said, strict=True), 1):
        started, ended = heard.told[f"started {n}"], heard.told[f"ended {n}"]
        assert heard.tape.moment(utterance.start) == pytest.approx(started, abs=NEAR)
        assert heard.tape.moment(utterance.end) == pytest.approx(ended, abs=NEAR)
        assert utterance.length_s == pytest.approx(ended - started, abs=NEAR)
        assert utterance.length_s == pytest.approx(seconds(said), abs=2 * KEEP + 0.001)


def test_hearing_finds_sounds_between_silences() -> None:
    """Two sounds a breath apart are one utterance, and a long silence parts two."""
    tone, breath, silence = b"\x00\x10" * RATE, bytes(RATE // 10 * 2), bytes(RATE * 2)
    heard = hear(silence + tone + breath + tone + silence + tone)
    assert [(utterance.onset_s, utterance.length_s) for utterance in heard] == [(1.0, 2.1), (4.1, 1.0)]
    assert heard[1] == Utterance(round(4.1 * RATE), round(5.1 * RATE), 0x1000, 0x1000)
    assert heard[1].rms_db == pytest.approx(-18.06, abs=0.01)
    assert hear(silence) == []
    assert hear(b"") == []


def test_a_sound_is_found_where_it_is_and_nowhere_else() -> None:
    assert places(bytes(20) + sound("ok") + bytes(10) + sound("ok"), sound("ok")) == [10, 15 + len(sound("ok")) // 2]
    assert places(bytes(20), sound("ok")) == []


def test_a_sample_was_played_between_the_moments_at_which_the_file_grew(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "cap.raw")
    tape.knots += [Knot(10.0, 4096), Knot(10.1, 8192), Knot(10.3, 12288)]
    assert tape.moment(2048) == pytest.approx(10.0)
    assert tape.moment(3072) == pytest.approx(10.05)
    assert tape.moment(5120) == pytest.approx(10.2)
    assert tape.moment(6144 + RATE) == pytest.approx(11.3)


def test_a_capture_begun_anew_has_moments_of_its_own(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "cap.raw")
    for size in (4096, 4096, 8192, 0, 4096):
        tape.path.write_bytes(bytes(size))
        tape.look()
    assert [knot.size for knot in tape.knots] == [4096]
