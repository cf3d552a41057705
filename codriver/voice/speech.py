"""Words to sound: text in, PCM out (see sounds.py), kept on disk; and espeak-ng, the program that always can.

What was rendered is kept under the hash of all that shapes it. Knows nothing of calls, and blocks: for a thread that
may wait.
"""

import hashlib
import json
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Final, NamedTuple

from codriver.core.phrases import speech
from codriver.units import Seconds
from codriver.voice.cache import Cache
from codriver.voice.sounds import RATE, WIDTH, pcm, samples, seconds

# What is softer than this at either end is silence, of which a little is kept so that no consonant loses its breath.
QUIET: Final = 100
KEEP: Final[Seconds] = 0.01
# The engine speaks some words at half the height of others, and a car is loud: each fragment is raised to this peak.
PEAK: Final = 30_000
NORMAL: Final = 100  # the engine's own measure of amplitude
LOUDEST: Final = 200

PATIENCE: Final[Seconds] = 10.0
_SHAPING: Final = 1  # goes up with every change in what is done to the engine's sound
_INSTALL: Final = "sudo apt install espeak-ng"


class Voice(NamedTuple):
    """One of the engine's voices, and its rate in words a minute."""

    name: str
    rate: int


# The formula for the length of what was not yet rendered (core.languages) is measured at this rate.
VOICES: Final = {"en": Voice("en-gb", 170), "fr": Voice("fr-fr", 170), "es": Voice("es", 170)}


class SpeechError(OSError):
    """These words could not be rendered; the text says why, and what to do."""


class Words(ABC):
    """The words of one voice, cached in `folder`. Safe in several threads, as far as what makes them is."""

    def __init__(self, folder: Path) -> None:
        self._cache = Cache(folder)

    @abstractmethod
    def trouble(self) -> str | None:
        """Why nothing new can be spoken, and what to do, as a sentence; None when the engine is there and speaks."""

    @abstractmethod
    def _spoken(self, text: str) -> bytes:
        """The sound of these words, which are not blank. SpeechError."""

    @abstractmethod
    def _shaped_by(self, text: str) -> list[object]:
        """All that shapes the sound of these words, as JSON has it. SpeechError where there is no engine."""

    def render(self, text: str) -> bytes:
        """The sound of these words, from the cache or by the engine; of no length where nothing is audible.

        SpeechError where there is no engine, no such voice, or no sense in what came back.
        """
        known = self.cached(text)
        if known is not None:
            return known
        sound = trimmed(self._spoken(text)) if text.strip() else b""
        self._cache.put(self._name(text), sound)
        return sound

    def cached(self, text: str) -> bytes | None:
        """The sound of these words if it was rendered before; None where it was not, or there is no engine."""
        try:
            return self._cache.get(self._name(text))
        except SpeechError:
            return None

    def seconds(self, text: str) -> Seconds | None:
        """How long these words take, exactly; None until they have been rendered."""
        sound = self.cached(text)
        return None if sound is None else seconds(sound)

    def known(self, texts: Iterable[str]) -> dict[str, Seconds]:
        """The exact length of each of these that has been rendered."""
        return {text: length for text in texts if (length := self.seconds(text)) is not None}

    def tidy(self) -> None:
        """Keep the cache from growing for ever."""
        self._cache.prune()

    def _name(self, text: str) -> str:
        return hashlib.sha256(json.dumps(self._shaped_by(text)).encode()).hexdigest()[:40]


class Espeak(Words):
    """The words of one language (`en`, `fr`, `es`), cached in `folder`. Safe in several threads."""

    def __init__(self, language: str, folder: Path, program: str = "espeak-ng") -> None:
        super().__init__(folder)
        self._language = language
        self._voice = VOICES.get(language) or Voice(language, 170)
        self._program = program
        self._version = ""

    def trouble(self) -> str | None:
        """Why nothing new can be spoken, and what to do, as a sentence; None when the engine is there and speaks."""
        try:
            self._demand()
            self._said("a", NORMAL)
        except SpeechError as error:
            return str(error)
        return None

    def _spoken(self, text: str) -> bytes:
        """These words, as loud as all others.

        The engine says them twice where once was too soft: to multiply samples here would stop the loop's thread for
        some milliseconds each time.
        """
        self._demand()
        sound = self._said(text, NORMAL)
        levels = samples(sound)
        peak = max(max(levels, default=0), -min(levels, default=0), 1)
        amplitude = min(NORMAL * PEAK // peak, LOUDEST)
        return self._said(text, amplitude) if levels and amplitude > NORMAL else sound

    def _said(self, text: str, amplitude: int) -> bytes:
        voice, rate = self._voice
        words = plain(text, self._language)
        options = ("--stdin", "--stdout", "-b", "1", "-z", "-v", voice, "-s", str(rate), "-a", str(amplitude))
        return unwrapped(self._run(*options, words=words.encode("utf-8", "replace")))

    def _shaped_by(self, text: str) -> list[object]:
        return [self._known_version(), *self._voice, RATE, _SHAPING, speech(text, self._language)]

    def _known_version(self) -> str:
        """What the engine calls itself. A new version may speak otherwise."""
        if not self._version:
            self._demand()
            said = self._run("--version").decode("utf-8", "replace")
            self._version = said.partition("Data at")[0].strip()
        return self._version

    def _demand(self) -> None:
        if shutil.which(self._program) is None:
            raise SpeechError(f"no speech engine, so calls are not spoken: {_INSTALL}")

    def _run(self, *options: str, words: bytes = b"") -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - our own words as options, the crew's text through a pipe, no shell
                [self._program, *options], input=words, capture_output=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeechError(f"{self._program} does not run ({error}): {_INSTALL}") from error
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SpeechError(f"{self._program} cannot speak {self._voice.name} ({' '.join(why[-1:])}): {_INSTALL}")
        return done.stdout


def plain(text: str, language: str) -> str:
    """What an engine is given of a text: as it is spoken; two brackets would open a phonetic spelling."""
    return speech(text, language).replace("[[", "[ [")


def trimmed(sound: bytes) -> bytes:
    """This sound without the silence at its ends, but for `KEEP`; of no length where all of it is silence."""
    levels = samples(sound)
    before = _quiet(levels)
    after = _quiet(reversed(levels))
    if before == len(levels):
        return b""
    keep = round(KEEP * RATE)
    heard = levels[max(before - keep, 0) : len(levels) - max(after - keep, 0)]
    return bytes(max(keep - before, 0) * WIDTH) + pcm(heard) + bytes(max(keep - after, 0) * WIDTH)


def _quiet(levels: Iterable[int]) -> int:
    """How many samples of silence these begin with."""
    return sum(1 for _ in takewhile(lambda level: -QUIET <= level <= QUIET, levels))


def unwrapped(wave: bytes) -> bytes:
    """The samples in a WAV file that was written into a pipe, where the lengths in its header are not yet known.

    SpeechError where it is not mono, 16 bits and our rate.
    """
    form = wave[20:36]
    if not wave:
        return b""  # nothing in the text can be spoken
    if wave[:4] != b"RIFF" or wave[36:40] != b"data" or form[:8] != b"\1\0\1\0" + RATE.to_bytes(4, "little"):
        raise SpeechError(f"the speech engine's sound is not mono at {RATE} Hz: {_INSTALL}")
    return wave[44:]
