"""From two probes' pulses to one wheel's metres: both while both live, the living one when the other has died.

Metres for a pulse come from the vehicle. Knows nothing of GPS, slip or counters.
"""

from typing import Final

from msgspec import Struct

from codriver.config import Wheel
from codriver.units import Metres

# So many pulses of one probe without a single one of the other: the other is dead, unplugged, or was never fitted.
DEAD_AFTER: Final = 20


class Probes(Struct, frozen=True):
    """Pulses each probe has missed: those the other made since it last spoke."""

    missed1: int = 0
    missed2: int = 0


def metres(probes: Probes, wheel: Wheel, pulses1: int, pulses2: int) -> tuple[Probes, Metres]:
    """The wheel's metres in these pulses; what a dead probe withheld is given back when it is found dead."""
    m1, m2 = wheel.probe1_m_per_pulse, wheel.probe2_m_per_pulse
    if m1 == 0.0 or m2 == 0.0:
        return probes, pulses1 * m1 + pulses2 * m2
    missed1 = 0 if pulses1 else probes.missed1 + pulses2
    missed2 = 0 if pulses2 else probes.missed2 + pulses1
    now = Probes(min(missed1, DEAD_AFTER), min(missed2, DEAD_AFTER))
    if now.missed1 == DEAD_AFTER:
        found = missed1 - pulses2 if probes.missed1 < DEAD_AFTER else 0
        return now, (pulses2 + found / 2.0) * m2
    if now.missed2 == DEAD_AFTER:
        found = missed2 - pulses1 if probes.missed2 < DEAD_AFTER else 0
        return now, (pulses1 + found / 2.0) * m1
    return now, (pulses1 * m1 + pulses2 * m2) / 2.0
