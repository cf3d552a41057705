"""The beeps and the joining of sounds."""

from itertools import pairwise

import pytest

from codriver.core import leads
from codriver.voice.sounds import BREATH, FULL, RATE, SECONDS, SOUNDS, join, samples, seconds, sound

DANGERS = ("danger1", "danger2", "danger3")


@pytest.mark.parametrize("name", SOUNDS)
def test_a_beep_is_as_long_as_it_is_said_to_be(name: str) -> None:
    assert seconds(sound(name)) == SECONDS[name]
    assert 0.0 < SECONDS[name] <= 0.7


@pytest.mark.parametrize("name", SOUNDS)
def test_a_beep_neither_clips_nor_clicks(name: str) -> None:
    """It stays below full scale, begins and ends in silence, and no sample leaps further than its pitch demands."""
    levels = samples(sound(name))
    assert max(map(abs, levels)) < 0.95 * FULL
    assert abs(levels[0]) < 50
    assert abs(levels[-1]) < 50
    assert max(abs(b - a) for a, b in pairwise(levels)) < 0.5 * FULL


def test_no_beep_is_another() -> None:
    assert len({sound(name) for name in SOUNDS}) == len(SOUNDS)


def test_the_core_plans_with_these_sounds_and_lengths() -> None:
    assert dict(SECONDS) == pytest.approx(leads.SOUNDS, abs=0.001)


def test_a_danger_is_as_many_beeps_as_the_book_has_marks() -> None:
    """Beeps are told apart by ten milliseconds of silence or more."""
    for marks, name in enumerate(DANGERS, 1):
        silences = bytes(RATE // 100 * 2)
        parts = [part for part in sound(name).split(silences) if part.strip(b"\0")]
        assert len(parts) == marks


def energy(name: str) -> float:
    return sum(level * level for level in samples(sound(name))) / FULL


def test_urgency_rises_with_the_danger() -> None:
    """Each is longer, higher and carries more energy than the one before."""

    def crossings(name: str) -> float:
        return sum(a < 0 <= b for a, b in pairwise(samples(sound(name)))) / SECONDS[name]

    for milder, worse in pairwise(DANGERS):
        assert SECONDS[milder] < SECONDS[worse]
        assert energy(milder) < energy(worse)
        assert crossings(milder) < crossings(worse)


def test_no_beep_without_a_name() -> None:
    assert sound("") == b""
    assert sound("a name nobody knows") == b""


def test_joined_fragments_last_as_long_as_all_of_them_and_the_breaths_between() -> None:
    parts = [sound("ok"), sound("note"), sound("zone")]
    lengths = [seconds(part) for part in parts]
    assert seconds(join(parts)) == pytest.approx(sum(lengths) + 2 * BREATH, abs=1e-9)


def test_what_has_no_length_brings_no_breath() -> None:
    assert join([b"", sound("ok"), b""]) == sound("ok")
    assert join([]) == b""
