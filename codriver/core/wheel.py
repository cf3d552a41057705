"""From two probes' pulses to one wheel's metres: both while they agree, one when the other has died or spins.

Metres for a pulse come from the vehicle. Knows nothing of receivers and counters; how fast the car goes is told.
"""

from math import exp
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.config import Wheel
from codriver.units import Metres, MetresPerSecond, Seconds

# So many pulses of one probe without a single one of the other: the other is dead, unplugged, or was never fitted.
DEAD_AFTER: Final = 20
# Two wheels are compared over half a second. They differ by a pulse or two, and in a hairpin, the outer one against the
# inner one, by a fifth; by more, one of them spins, is locked, or hears interference.
COMPARED: Final[Seconds] = 0.5
USUALLY: Final[Seconds] = 0.05
APART: Final = 0.25
PULSES: Final = 3.0


class Probes(Struct, frozen=True):
    """Pulses each probe has missed, those the other made since it last spoke, and what its factor is multiplied with.

    The scales are what a measured mile found of each; 1.0 where the configured factor stands. `way1` and `way2` are
    the metres of the last half second, and `time` what of it was heard.
    """

    missed1: int = 0
    missed2: int = 0
    scale1: float = 1.0
    scale2: float = 1.0
    way1: Metres = 0.0
    way2: Metres = 0.0
    time: Seconds = 0.0


def scaled(probes: Probes, scale1: float, scale2: float) -> Probes:
    """The same probes, with their configured factors multiplied so from here on."""
    return replace(probes, scale1=scale1, scale2=scale2)


def metres(
    probes: Probes,
    wheel: Wheel,
    pulses1: int,
    pulses2: int,
    dt: Seconds | None = None,
    pace: MetresPerSecond | None = None,
) -> tuple[Probes, Metres]:
    """The wheel's metres in these pulses, `dt` after those before them.

    What a dead probe withheld is given back when it is found dead. Of two that disagree the one counts that is nearer
    to the car's `pace`, where that is known, else the slower: a wheel that spins and a wire that hears too much are
    commoner than a lock.
    """
    m1, m2 = wheel.probe1_m_per_pulse * probes.scale1, wheel.probe2_m_per_pulse * probes.scale2
    if m1 == 0.0 or m2 == 0.0:
        return probes, pulses1 * m1 + pulses2 * m2
    missed1 = 0 if pulses1 else probes.missed1 + pulses2
    missed2 = 0 if pulses2 else probes.missed2 + pulses1
    passed = USUALLY if dt is None else dt
    keep = exp(-passed / COMPARED)
    now = Probes(
        min(missed1, DEAD_AFTER),
        min(missed2, DEAD_AFTER),
        probes.scale1,
        probes.scale2,
        probes.way1 * keep + pulses1 * m1,
        probes.way2 * keep + pulses2 * m2,
        probes.time * keep + passed,
    )
    if now.missed1 == DEAD_AFTER:
        found = missed1 - pulses2 if probes.missed1 < DEAD_AFTER else 0
        return now, (pulses2 + found / 2.0) * m2
    if now.missed2 == DEAD_AFTER:
        found = missed2 - pulses1 if probes.missed2 < DEAD_AFTER else 0
        return now, (pulses1 + found / 2.0) * m1
    chosen = _chosen(now, max(m1, m2), pace) if pulses1 and pulses2 else 0
    if chosen == 1:
        return now, pulses1 * m1
    return now, pulses2 * m2 if chosen == 2 else (pulses1 * m1 + pulses2 * m2) / 2.0


def _chosen(probes: Probes, pulse: Metres, pace: MetresPerSecond | None) -> int:
    """Which of two probes counts, 1 or 2; 0 for both, which agree."""
    way1, way2 = probes.way1, probes.way2
    if abs(way1 - way2) <= APART * max(way1, way2) + PULSES * pulse:
        return 0
    if pace is None:
        return 1 if way1 < way2 else 2
    expected = pace * probes.time
    return 1 if abs(way1 - expected) < abs(way2 - expected) else 2
