"""The phrase in, its phonemes out: a recogniser that knows no phrases writes down what it hears of the voice.

Its model was trained on people, and our voice is a machine's, so that single phonemes go astray. But of twenty phrases
the one that was said has to be the nearest to what was heard, for most of them; played backwards, for hardly any.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from codriver.voice.sounds import RATE, WIDTH, pcm, samples
from codriver.voice.speech import Espeak

PHRASES = (
    "danger three",
    "danger two",
    "hairpin left",
    "keep right",
    "keep left",
    "in four hundred",
    "in two hundred",
    "speed zone fifty",
    "stop",
    "cap one two six",
    "cap two nine two",
    "then one hundred twenty",
    "ditch",
    "crest",
    "left",
    "right",
    "river crossing",
    "calls off",
    "checkpoint",
    "fuel",
)
# Words that the recogniser's dictionary has not.
OWN = {"hairpin": "HH EH R P IH N"}
SILENCE = bytes(round(0.3 * RATE) * WIDTH)


@pytest.fixture(scope="module")
def sphinx() -> Any:
    return pytest.importorskip("pocketsphinx")


@pytest.fixture(scope="module")
def spelt(sphinx: Any) -> dict[str, list[str]]:
    """The phonemes of each phrase, as the dictionary has them."""
    lines = Path(sphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    known = dict(line.split(maxsplit=1) for line in lines) | OWN
    return {phrase: [each for word in phrase.split() for each in known[word].split()] for phrase in PHRASES}


@pytest.fixture
def listener(sphinx: Any) -> Callable[[bytes], list[str]]:
    """Writes down phonemes, by their sound and how they follow each other in English."""
    decoder = sphinx.Decoder(
        hmm=sphinx.get_model_path("en-us/en-us"),
        allphone=sphinx.get_model_path("en-us/en-us-phone.lm.bin"),
        lw=2.0,
        beam=1e-20,
        pbeam=1e-20,
        samprate=RATE,
        nfft=1024,
        loglevel="FATAL",
    )
    return partial(_written, decoder)


def _written(decoder: Any, sound: bytes) -> list[str]:
    decoder.start_utt()
    decoder.process_raw(SILENCE + sound + SILENCE, full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return [] if heard is None else [each for each in heard.hypstr.split() if each != "SIL"]


def apart(one: list[str], other: list[str]) -> float:
    """How many phonemes have to be changed, left out or put in, as a share of the longer one (Levenshtein)."""
    row = list(range(len(other) + 1))
    for n, phoneme in enumerate(one, 1):
        last = [n]
        for at, known in enumerate(other, 1):
            last.append(min(row[at] + 1, last[-1] + 1, row[at - 1] + (phoneme != known)))
        row = last
    return row[-1] / max(len(one), len(other), 1)


def recognised(said: dict[str, list[str]], spelt: dict[str, list[str]]) -> list[str]:
    """The phrases to which none of the others is nearer."""
    return [
        phrase for phrase, heard in said.items() if min(spelt, key=lambda other: apart(heard, spelt[other])) == phrase
    ]


@pytest.mark.proof
@pytest.mark.usefixtures("espeak_ng")
def test_what_is_said_is_what_is_heard(
    listener: Callable[[bytes], list[str]], spelt: dict[str, list[str]], tmp_path: Path
) -> None:
    voice = Espeak("en", tmp_path)
    forwards = {phrase: listener(voice.render(phrase)) for phrase in PHRASES}
    assert len(recognised(forwards, spelt)) >= 12
    backwards = {phrase: listener(pcm(samples(voice.render(phrase))[::-1])) for phrase in PHRASES}
    assert len(recognised(backwards, spelt)) <= 5
