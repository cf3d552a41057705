"""Words to sound by piper, a natural voice that the crew installs: the program, and a voice for it, are their choice.

Its licence (GPL 3) and its voices' terms are not ours, so it is nothing that codriver brings or imports: like espeak-ng
it is a program that is run. To load a voice takes it seconds, so it stays, and is given a line of text for each sound,
until there is time to end it. What it cannot say espeak-ng says. Blocks: for a thread that may wait.
"""

import contextlib
import hashlib
import json
import os
import select
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from codriver.units import Seconds
from codriver.voice.sounds import RATE
from codriver.voice.speech import Espeak, SpeechError, Words, plain, unwrapped

PROGRAM: Final = "piper"
# How long it may be silent: a voice is loaded in a few seconds, from a card that stalls in many.
PATIENCE: Final[Seconds] = 60.0
# So many phrases that failed one after the other: it is left alone.
ENOUGH: Final = 3
# The drive comes first.
NICE: Final = 10
_SHAPING: Final = 1  # goes up with every change in what is done to the engine's sound


class Piper(Words):
    """The words of one language by the voice in `model`; those that fail come from `spare`."""

    def __init__(self, language: str, folder: Path, model: Path, spare: Espeak, program: str = PROGRAM) -> None:
        super().__init__(folder)
        self._language = language
        self._model = model
        self._spare = spare
        self._program = program
        self._voice = ""
        self._failed = 0
        self._lock = Lock()
        self._running: _Running | None = None

    def trouble(self) -> str | None:
        """Why nothing new can be spoken: none while either engine is there."""
        return None if self._failed < ENOUGH else self._spare.trouble()

    def render(self, text: str) -> bytes:
        """The sound of these words. The spare engine's are not kept as this one's: the next time it may be well."""
        try:
            return super().render(text)
        except SpeechError:
            return self._spare.render(text)

    def cached(self, text: str) -> bytes | None:
        """The sound of these words if it was rendered before, by whichever engine would say them now."""
        known = super().cached(text)
        return self._spare.cached(text) if known is None and self._failed >= ENOUGH else known

    def tidy(self) -> None:
        """Keep the cache small, and give back what a loaded voice takes of the memory."""
        super().tidy()
        with self._lock:
            self._end()

    def _spoken(self, text: str) -> bytes:
        words = " ".join(plain(text, self._language).split())
        if not any(map(str.isalnum, words)):
            return b""  # it would stop at a line without a word
        if self._failed >= ENOUGH:
            raise SpeechError(f"{self._program} has failed {ENOUGH} times")
        with self._lock:
            try:
                if self._running is None:
                    self._running = _Running(self._program, self._model)
                sound = unwrapped(self._running.say(words))
            except (OSError, ValueError) as error:
                self._failed += 1
                self._end()
                raise SpeechError(f"{self._program} cannot speak ({error})") from error
        self._failed = 0
        return sound

    def _shaped_by(self, text: str) -> list[object]:
        if not self._voice:
            try:
                with self._model.open("rb") as file:
                    self._voice = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise SpeechError(f"{self._model} cannot be read ({error.strerror})") from error
        return [PROGRAM, self._voice, RATE, _SHAPING, plain(text, self._language)]

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
        self._running = None


class _Running:
    """The program at work: a line of text in, a WAV file in a folder out, and its name on one of its outputs."""

    def __init__(self, program: str, model: Path) -> None:
        self._folder = TemporaryDirectory(prefix="codriver-")
        command = [program, "--model", str(model), "--output_dir", self._folder.name]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the crew's own program; their text through a pipe, no shell
                command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
            )
        except OSError:
            self._folder.cleanup()
            raise
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._told = b""

    def say(self, words: str) -> bytes:
        """The WAV file of this line. OSError where none comes."""
        assert self._process.stdin is not None
        self._process.stdin.write(words.encode("utf-8", "replace") + b"\n")
        self._process.stdin.flush()
        path = Path(self._folder.name, Path(self._named()).name)
        wave = path.read_bytes()
        path.unlink()
        return wave

    def end(self) -> None:
        """Let it go."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what it was not given any more
                if pipe is not None:
                    pipe.close()
        self._process.wait()
        self._folder.cleanup()

    def _named(self) -> str:
        """The file it says to have written: a line that ends in its path, among others that are its log."""
        while True:
            line, end, rest = self._told.partition(b"\n")
            if not end:
                self._told += self._more()
                continue
            self._told = rest
            if line.rstrip().endswith(b".wav"):
                return line.decode("utf-8", "replace").strip()

    def _more(self) -> bytes:
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        ready, _, _ = select.select([number], [], [], PATIENCE)
        more = os.read(number, 4096) if ready else b""
        if not more:
            why = self._told.decode("utf-8", "replace").strip().splitlines()
            raise OSError(" ".join(why[-1:]) or ("it has ended" if ready else "it does not answer"))
        return more


def lack(language: str, model: str, program: str = PROGRAM) -> str | None:
    """Why this voice cannot speak this language here, and what to do, as a sentence; None where it seems to be able to.

    Beside a voice's file lies one with `.json` after its name, which says what the voice is.
    """
    if not model:
        return "voice.engine is piper but voice.model names no voice: give the path of one, ending in .onnx"
    if shutil.which(program) is None:
        return f"there is no {program}, so espeak-ng speaks: install piper-tts, or set voice.engine to espeak"
    path = Path(model).expanduser()
    try:
        told = json.loads(path.with_name(f"{path.name}.json").read_bytes())
        rate, code = told["audio"]["sample_rate"], str(told["espeak"]["voice"])
        there = path.is_file()
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        there, rate, code = False, RATE, language
    if not there:
        return f"{path} is no voice with its .json beside it, so espeak-ng speaks: check voice.model"
    if rate != RATE:
        return f"{path} speaks at {rate} Hz, so espeak-ng speaks: choose a voice of {RATE} Hz, medium or high"
    if code.partition("-")[0] != language:
        return f"{path} speaks {code}, so espeak-ng speaks {language}: choose another voice.model or voice.language"
    return None


def chosen(language: str, folder: Path, engine: str, model: str, program: str = PROGRAM) -> tuple[Words, str | None]:
    """The engine that is asked for, and, where it cannot be had, espeak-ng with a sentence that says why."""
    espeak = Espeak(language, folder)
    if engine != PROGRAM:
        return espeak, None
    why = lack(language, model, program)
    if why is not None:
        return espeak, why
    return Piper(language, folder, Path(model).expanduser(), espeak, program), None
