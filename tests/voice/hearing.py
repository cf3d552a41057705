"""Listening by program: what was said, when and how loud, in raw PCM that SDL's disk driver captured.

Run anything with SDL_AUDIODRIVER=disk and SDL_DISKAUDIOFILE=<file>, and `Tape` the file while it runs. PCM is mono,
signed 16 bits, 22 050 Hz, as the voice opens its device.
"""

import math
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Final, NamedTuple

from codriver.units import Seconds
from codriver.voice.sounds import FULL, RATE, WIDTH, samples

# Between utterances the capture is digital silence, so whatever is louder than a whisper of noise is voice.
THRESHOLD: Final = 100
# A stop consonant or the breath between fragments is no end.
PAUSE: Final[Seconds] = 0.25


class Utterance(NamedTuple):
    """One stretch of sound. `start` and `end` are sample numbers: the first one heard, and the one after the last."""

    start: int
    end: int
    peak: int
    rms: float

    @property
    def onset_s(self) -> Seconds:
        return self.start / RATE

    @property
    def length_s(self) -> Seconds:
        return (self.end - self.start) / RATE

    @property
    def rms_db(self) -> float:
        """Loudness in decibels below full scale."""
        return 20.0 * math.log10(self.rms / FULL)


def hear(pcm: bytes, threshold: int = THRESHOLD, pause: Seconds = PAUSE) -> list[Utterance]:
    """Every utterance: sound above `threshold` without a silence of `pause` in it."""
    levels = samples(pcm)
    loud = [n for n, level in enumerate(levels) if not -threshold <= level <= threshold]
    gaps = [n for n, (a, b) in enumerate(pairwise(loud), 1) if b - a > pause * RATE]
    bounds = [0, *gaps, len(loud)]
    heard = []
    for first, after in pairwise(bounds):
        if first < after:
            start, end = loud[first], loud[after - 1] + 1
            cut = levels[start:end]
            rms = math.sqrt(sum(level * level for level in cut) / len(cut))
            heard.append(Utterance(start, end, max(map(abs, cut)), rms))
    return heard


def places(pcm: bytes, sound: bytes) -> list[int]:
    """The sample numbers at which exactly this sound is found, whole and unchanged."""
    found, at = [], pcm.find(sound)
    while at >= 0:
        if at % WIDTH == 0:
            found.append(at // WIDTH)
        at = pcm.find(sound, at + 1)
    return found


@dataclass(frozen=True, slots=True)
class Knot:
    """The file was `size` bytes long at this moment, and had been shorter before."""

    moment: Seconds
    size: int


class Tape:
    """When each sample of a growing capture was played, by CLOCK_MONOTONIC, which all programs share.

    SDL's disk driver writes a buffer (512 samples, 23.2 ms) and then sleeps 23 whole milliseconds, so its clock is
    not ours: it gains on idle machines and loses on busy ones. And the C library holds what is written back until 4096
    bytes are full: the file grows to n times 4096 bytes at the moment when the buffer *beginning* at that byte is
    played. So the growth is watched, every step is a knot, and a sample between two knots is placed by its
    share. Beyond the last knot the nominal rate is all there is. What is wrong by then is how late the watcher saw a
    step: about its period.
    """

    PERIOD: Final[Seconds] = 0.002

    def __init__(self, path: Path) -> None:
        self.path = path
        self.knots: list[Knot] = []

    def look(self) -> None:
        """See whether the file has grown. One that is shorter was opened anew, and so begins again."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return
        last = self.knots[-1].size if self.knots else 0
        if size < last:
            self.knots.clear()
        elif size > last:
            self.knots.append(Knot(time.monotonic(), size))

    def moment(self, sample: int) -> Seconds:
        """When this sample was played, in seconds of time.monotonic()."""
        at = sample * WIDTH
        after = min(max(bisect_right([knot.size for knot in self.knots], at), 1), len(self.knots) - 1)
        one, two = self.knots[after - 1], self.knots[after]
        if at > two.size:
            return two.moment + (at - two.size) / (WIDTH * RATE)
        return one.moment + (at - one.size) * (two.moment - one.moment) / (two.size - one.size)

    def read(self) -> bytes:
        return self.path.read_bytes()


@contextmanager
def taping(path: Path) -> Iterator[Tape]:
    """Watch the file in a thread."""
    tape, over = Tape(path), Event()

    def watch() -> None:
        while not over.wait(Tape.PERIOD):
            tape.look()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield tape
    finally:
        over.set()
        watcher.join()
