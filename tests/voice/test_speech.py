"""Words through espeak-ng: what comes out, how long it is, and what is kept."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from codriver.voice import speech
from codriver.voice.cache import Cache
from codriver.voice.sounds import FULL, RATE, WIDTH, samples, seconds
from codriver.voice.speech import KEEP, PEAK, QUIET, Espeak, SpeechError, trimmed

KEPT = round(KEEP * RATE)
WORDS = {
    "en": ("hairpin left", "danger three", "in two hundred metres"),
    "fr": ("épingle à gauche", "danger trois", "dans deux cents mètres"),
    "es": ("horquilla a la izquierda", "peligro tres", "en doscientos metros"),
}


def edges(pcm: bytes) -> tuple[int, int]:
    """How many samples of silence there are before and after the sound."""
    loud = [n for n, level in enumerate(samples(pcm)) if abs(level) > QUIET]
    return loud[0], len(pcm) // WIDTH - 1 - loud[-1]


@pytest.mark.usefixtures("espeak_ng")
@pytest.mark.parametrize("language", WORDS)
def test_words_are_spoken_in_each_language_trimmed_and_about_as_loud(language: str, tmp_path: Path) -> None:
    espeak = Espeak(language, tmp_path)
    assert espeak.trouble() is None
    for text in WORDS[language]:
        pcm = espeak.render(text)
        assert edges(pcm) == (KEPT, KEPT)
        assert 0.3 < seconds(pcm) < 2.0
        assert PEAK / 2 < max(map(abs, samples(pcm))) <= FULL + 1


@pytest.mark.usefixtures("espeak_ng")
def test_a_language_says_the_same_words_in_its_own_way(tmp_path: Path) -> None:
    spoken = [Espeak(language, tmp_path).render("danger 3") for language in WORDS]
    assert all(one != other for one, other in pairwise(spoken))


@pytest.mark.usefixtures("espeak_ng")
def test_what_was_rendered_needs_no_process_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    espeak = Espeak("en", tmp_path)
    first = espeak.render("keep left")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("codriver.voice.speech.subprocess.run", refuse)
    assert espeak.render("keep left") == first
    with pytest.raises(AssertionError):
        espeak.render("keep right")


@pytest.mark.usefixtures("espeak_ng")
def test_another_program_run_finds_what_this_one_rendered(tmp_path: Path) -> None:
    pcm = Espeak("en", tmp_path).render("keep left")
    again = Espeak("en", tmp_path)
    assert again.cached("keep left") == pcm
    assert again.cached("keep right") is None
    assert Espeak("fr", tmp_path).cached("keep left") is None


@pytest.mark.usefixtures("espeak_ng")
def test_the_seconds_known_are_those_of_the_sound(tmp_path: Path) -> None:
    espeak = Espeak("en", tmp_path)
    assert espeak.known(["keep left", "crest"]) == {}
    pcm = espeak.render("keep left")
    assert espeak.known(["keep left", "crest"]) == {"keep left": len(pcm) / 2 / 22_050}


@pytest.mark.usefixtures("espeak_ng")
@pytest.mark.parametrize("damage", ["cut", "zeroed", "emptied"])
def test_a_damaged_file_is_rendered_anew(damage: str, tmp_path: Path) -> None:
    espeak = Espeak("en", tmp_path)
    pcm = espeak.render("keep left")
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-100], "zeroed": bytes(len(whole)), "emptied": b""}[damage])
    assert espeak.cached("keep left") is None
    assert espeak.render("keep left") == pcm
    assert path.read_bytes() == whole


@pytest.mark.usefixtures("espeak_ng")
@pytest.mark.parametrize("text", ["", "  ", "!", "\0", "\udcff", "[[a", "<b>&", "-v fr", "ж" * 40])
def test_no_text_is_too_strange(text: str, tmp_path: Path) -> None:
    """Whatever a crew has written becomes a sound, if only one of no length; brackets are no phonetic spelling."""
    espeak = Espeak("en", tmp_path)
    assert len(espeak.render(text)) % WIDTH == 0
    assert espeak.seconds(text) is not None


@pytest.mark.usefixtures("espeak_ng")
def test_a_card_that_takes_nothing_costs_only_time(tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()
    espeak = Espeak("en", tmp_path / "file" / "folder")
    assert espeak.render("keep left") == espeak.render("keep left")
    assert espeak.cached("keep left") is None


def test_an_engine_that_is_not_there_is_a_sentence_with_what_to_do(tmp_path: Path) -> None:
    espeak = Espeak("en", tmp_path, program="espeak-of-nobody")
    assert espeak.trouble() == "no speech engine, so calls are not spoken: sudo apt install espeak-ng"
    assert espeak.seconds("keep left") is None
    assert espeak.known(["keep left"]) == {}
    with pytest.raises(SpeechError, match="sudo apt install"):
        espeak.render("keep left")


@pytest.mark.usefixtures("espeak_ng")
def test_a_voice_that_is_not_there_is_a_sentence_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(speech.VOICES, "es", speech.Voice("zzz", 170))
    assert "cannot speak zzz" in (Espeak("es", tmp_path).trouble() or "")


@pytest.mark.usefixtures("espeak_ng")
def test_a_cap_is_read_digit_by_digit(tmp_path: Path) -> None:
    """`cap 126` is for the eye; the voice must not make a hundred of it."""
    engine = Espeak("en", tmp_path)
    assert engine.render("cap 126") == engine.render("cap one two six")


@pytest.mark.parametrize("output", ["echo nonsense", "head -c 200 /dev/zero", "exit 3", "kill -9 $$"])
def test_an_engine_gone_mad_is_an_error_of_ours(output: str, tmp_path: Path) -> None:
    program = tmp_path / "espeak"
    program.write_text(f"#!/bin/sh\n{output}\n", encoding="ascii")
    program.chmod(0o755)
    with pytest.raises(SpeechError):
        Espeak("en", tmp_path / "cache", str(program)).render("keep left")


def test_silence_is_trimmed_to_a_little_on_either_side() -> None:
    loud = b"\x00\x20" * 100
    wide = trimmed(bytes(4000) + loud + bytes(6000))
    assert wide == bytes(KEPT * WIDTH) + loud + bytes(KEPT * WIDTH)
    assert trimmed(loud) == wide
    assert trimmed(bytes(4000)) == b""
    assert trimmed(b"") == b""


def test_the_cache_lets_the_oldest_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for name in ("old", "new"):
        cache.put(name, bytes(1000))
    os.utime(tmp_path / "old.pcm", (1.0, 1.0))
    (tmp_path / "cut-short.part").write_bytes(b"half")
    cache.prune(1500)
    assert cache.get("old") is None
    assert cache.get("new") == bytes(1000)
    assert [path.name for path in tmp_path.iterdir()] == ["new.pcm"]
