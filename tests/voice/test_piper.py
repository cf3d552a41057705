"""A natural voice, by a stand-in for its program: what is asked of it, what is kept, and who speaks where it fails."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codriver.voice.piper import ENOUGH, Piper, chosen, lack
from codriver.voice.sounds import RATE, WIDTH, samples, seconds
from codriver.voice.speech import Espeak

# Says each line as a hum, a tenth of a second a word; writes down when it was begun and what it was given.
STAND_IN = """#!{python}
import sys, wave
from pathlib import Path
told = Path({told!r})
folder = Path(sys.argv[sys.argv.index("--output_dir") + 1])
with told.open("a") as file:
    print("begun", file=file)
print("INFO:loading", file=sys.stderr, flush=True)
for n, line in enumerate(iter(sys.stdin.readline, "")):
    with told.open("a") as file:
        print(line.strip(), file=file)
    if "crash" in line:
        sys.exit("Traceback: no such phoneme")
    path = folder / f"{{n}}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate({rate})
        file.writeframes(b"\\x00\\x20\\x00\\xe0" * (len(line.split()) * 2205 // 2))
    print(f"INFO:__main__:Wrote {{path}}", file=sys.stderr, flush=True)
"""


class Bench:
    """A program and a voice in a folder, and what the program was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = folder / "told"
        self.model = folder / "en_GB-nobody-medium.onnx"
        self.model.write_bytes(b"a voice")
        self.describe(RATE, "en-gb-x-rp")
        self.program = folder / "piper"
        self.write()
        self.pipers: list[Piper] = []

    def write(self, rate: int = RATE) -> None:
        self.program.write_text(STAND_IN.format(python=sys.executable, told=str(self.told), rate=rate))
        self.program.chmod(0o755)

    def describe(self, rate: int, code: str) -> None:
        told = {"audio": {"sample_rate": rate}, "espeak": {"voice": code}}
        self.model.with_name(f"{self.model.name}.json").write_text(json.dumps(told))

    def lack(self) -> str | None:
        return lack("en", str(self.model), str(self.program))

    def piper(self) -> Piper:
        folder = self.folder / "cache"
        self.pipers.append(Piper("en", folder, self.model, Espeak("en", folder), str(self.program)))
        return self.pipers[-1]

    def given(self) -> list[str]:
        return self.told.read_text().splitlines()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for piper in made.pipers:
        piper.tidy()


def test_a_voice_is_loaded_once_and_given_a_line_for_each_sound(bench: Bench) -> None:
    piper = bench.piper()
    assert seconds(piper.render("keep left")) == pytest.approx(0.2, abs=0.03)
    assert seconds(piper.render("in\n400: cap 126")) == pytest.approx(0.7, abs=0.03)
    piper.tidy()
    assert bench.given() == ["begun", "keep left", "in four hundred: cap one two six"]


def test_what_was_rendered_is_kept_with_its_exact_length(bench: Bench) -> None:
    first = bench.piper()
    sound = first.render("keep left")
    first.tidy()
    again = bench.piper()
    assert again.render("keep left") == sound
    assert again.known(["keep left", "crest"]) == {"keep left": len(samples(sound)) / RATE}
    assert bench.given().count("begun") == 1


def test_another_voice_says_it_anew(bench: Bench) -> None:
    bench.piper().render("keep left")
    bench.model.write_bytes(b"another voice")
    assert bench.piper().cached("keep left") is None


def test_a_voice_is_ended_when_there_is_time_and_loaded_when_it_is_wanted_again(bench: Bench) -> None:
    piper = bench.piper()
    piper.render("left")
    piper.tidy()
    piper.render("right")
    piper.tidy()
    assert bench.given() == ["begun", "left", "begun", "right"]


def test_a_text_without_a_word_never_reaches_the_program(bench: Bench) -> None:
    assert bench.piper().render("!") == b""
    assert not bench.told.exists()


@pytest.mark.usefixtures("espeak_ng")
def test_what_it_cannot_say_espeak_says_and_the_next_is_its_own_again(bench: Bench) -> None:
    piper = bench.piper()
    spare = Espeak("en", bench.folder / "other").render("crash")
    assert piper.render("crash") == spare
    assert piper.trouble() is None
    assert piper.cached("crash") is None
    assert seconds(piper.render("keep left")) == pytest.approx(0.2, abs=0.03)
    piper.tidy()


@pytest.mark.usefixtures("espeak_ng")
def test_after_some_failures_it_is_left_alone(bench: Bench) -> None:
    piper = bench.piper()
    for n in range(ENOUGH + 2):
        assert piper.render(f"crash {n}")
    assert piper.trouble() is None
    assert bench.given().count("begun") == ENOUGH
    assert piper.cached("crash 0")


@pytest.mark.usefixtures("espeak_ng")
def test_sound_at_another_rate_is_refused(bench: Bench) -> None:
    bench.write(rate=16_000)
    assert bench.piper().render("keep left") == Espeak("en", bench.folder / "other").render("keep left")


def test_a_voice_that_can_speak_lacks_nothing(bench: Bench) -> None:
    assert bench.lack() is None
    voice, told = chosen("en", bench.folder, "piper", str(bench.model), str(bench.program))
    assert (type(voice), told) == (Piper, None)


def test_what_is_lacking_is_one_sentence_with_what_to_do(bench: Bench) -> None:
    bench.describe(16_000, "en-us")
    assert "16000 Hz, so espeak-ng speaks: choose a voice of 22050 Hz" in (bench.lack() or "")
    bench.describe(RATE, "fr-fr")
    assert "speaks fr-fr, so espeak-ng speaks en: choose" in (bench.lack() or "")
    bench.model.unlink()
    assert "is no voice with its .json beside it" in (bench.lack() or "")
    assert "install piper-tts" in (lack("en", "/any.onnx", "piper-of-nobody") or "")
    assert "names no voice" in (lack("en", "") or "")


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"audio": 1}', '{"audio": {"sample_rate": 1}}', "\\udcff"])
def test_a_damaged_description_is_no_voice(told: str, bench: Bench) -> None:
    bench.model.with_name(f"{bench.model.name}.json").write_text(told)
    assert "is no voice" in (bench.lack() or "")


def test_where_it_cannot_be_had_espeak_speaks(tmp_path: Path) -> None:
    voice, told = chosen("en", tmp_path, "piper", str(tmp_path / "none.onnx"), sys.executable)
    assert isinstance(voice, Espeak)
    assert told is not None
    assert "espeak-ng speaks" in told
    assert chosen("en", tmp_path, "espeak", "")[1] is None


def test_a_sound_has_whole_samples(bench: Bench) -> None:
    assert len(bench.piper().render("left")) % WIDTH == 0
