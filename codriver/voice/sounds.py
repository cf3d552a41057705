"""The beeps, made by arithmetic, and the joining of sounds into one.

A sound is PCM: mono, signed 16 bits, little-endian, 22 050 samples a second, as espeak-ng speaks. Lengths are seconds.
A headset passes some 300 to 3400 Hz and an engine drowns the low end of that, so a beep lives between 600 and 3200.
Knows nothing of calls, devices or threads.
"""

import math
import sys
from array import array
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from codriver.core.leads import PAUSE
from codriver.units import Seconds

RATE: Final = 22_050
WIDTH: Final = 2
FULL: Final = 32_767
BREATH: Final[Seconds] = PAUSE

# Long enough that no beginning and no end clicks, short enough that a tick is still a tick.
FADE: Final[Seconds] = 0.004


class Tone(NamedTuple):
    """A tone, gliding to another pitch where `to` is one; a pitch of 0 Hz is a pause. `level` 1 is as loud as it goes.

    `edge` is the share of the third harmonic, which makes a tone cut through.
    """

    hertz: float
    seconds: Seconds
    level: float = 0.4
    to: float = 0.0
    edge: float = 0.0


_GAP: Final = Tone(0.0, 0.05)

# Their lengths are those that `core.leads` plans with.
# One, two, three marks in the book: one, two, three beeps, each set higher, sharper and louder. The third ones glide.
# Speech lies some 18 dB below full scale; beeps much louder than the words would hurt in a headset.
_SOUNDS: Final[Mapping[str, tuple[Tone, ...]]] = {
    "danger1": (Tone(740.0, 0.25, 0.45, edge=0.2),),
    "danger2": (Tone(880.0, 0.2, 0.55, edge=0.3), _GAP, Tone(880.0, 0.2, 0.55, edge=0.3)),
    "danger3": (
        Tone(880.0, 0.2, 0.7, 1320.0, 0.35),
        _GAP,
        Tone(880.0, 0.2, 0.7, 1320.0, 0.35),
        _GAP,
        Tone(880.0, 0.2, 0.7, 1320.0, 0.35),
    ),
    "zone": (Tone(988.0, 0.16), Tone(659.0, 0.24)),
    "waypoint": (Tone(1047.0, 0.1), Tone(1568.0, 0.2)),
    "note": (Tone(1568.0, 0.08, 0.3),),
    "fault": (Tone(622.0, 0.2, edge=0.35), _GAP, Tone(622.0, 0.35, to=587.0, edge=0.35)),
    "ok": (Tone(784.0, 0.07), Tone(988.0, 0.07), Tone(1175.0, 0.11)),
    "agreed": (Tone(698.0, 0.1, 0.35), Tone(0.0, 0.04), Tone(698.0, 0.2, 0.35, to=1047.0)),
    # Which way the trip counts from here on: down, or up again.
    "backwards": (Tone(587.0, 0.15, 0.35), Tone(0.0, 0.04), Tone(440.0, 0.2, 0.35, to=370.0)),
    "forwards": (Tone(440.0, 0.15, 0.35), Tone(0.0, 0.04), Tone(587.0, 0.2, 0.35)),
}

SOUNDS: Final = tuple(_SOUNDS)


def _samples(length: Seconds) -> int:
    return round(length * RATE)


SECONDS: Final[Mapping[str, Seconds]] = MappingProxyType(
    {name: sum(_samples(tone.seconds) for tone in tones) / RATE for name, tones in _SOUNDS.items()}
)


@cache
def sound(name: str) -> bytes:
    """The PCM of a beep; silence of no length for a name that is none."""
    return pcm(array("h", chain.from_iterable(_wave(tone) for tone in _SOUNDS.get(name, ()))))


def seconds(sound: bytes) -> Seconds:
    """How long this PCM lasts."""
    return len(sound) / (WIDTH * RATE)


def join(fragments: Iterable[bytes]) -> bytes:
    """One sound of several, a short breath between them; those of no length count for nothing."""
    breath = bytes(_samples(BREATH) * WIDTH)
    return breath.join(fragment for fragment in fragments if fragment)


def samples(sound: bytes) -> "array[int]":
    """The samples in this PCM; an odd byte at its end is left out."""
    found = array("h", sound[: len(sound) // WIDTH * WIDTH])
    if sys.byteorder == "big":
        found.byteswap()
    return found


def pcm(samples: "array[int]") -> bytes:
    """The PCM of these samples."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def _wave(tone: Tone) -> Iterable[int]:
    count = _samples(tone.seconds)
    if not tone.hertz:
        return [0] * count
    glide = (tone.to - tone.hertz) / count if tone.to else 0.0
    # The phase is the integral of the pitch, so that a glide has no seam.
    phases = (math.tau * (tone.hertz + glide * n / 2.0) * n / RATE for n in range(count))
    height = tone.level * FULL / (1.0 + tone.edge)
    return [
        round(height * _fade(n, count) * (math.sin(phase) + tone.edge * math.sin(3.0 * phase)))
        for n, phase in enumerate(phases)
    ]


def _fade(n: int, count: int) -> float:
    """How much of sample `n` of `count` is heard: a quarter wave, squared, at both ends."""
    near = min(n, count - 1 - n) / (FADE * RATE)
    return 1.0 if near >= 1.0 else math.sin(math.pi / 2.0 * near) ** 2
