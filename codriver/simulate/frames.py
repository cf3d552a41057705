"""What the simulated pod says of itself: identity, wheel pulses, supply. Text without line ends, times in seconds.

The framing and the fields are the pod protocol's (talker PCDR, milliseconds in 32 bits that wrap).
"""

from typing import Final

from codriver.decode.pod_frames import WRAP
from codriver.simulate.sentences import sentence
from codriver.units import Seconds

PROTOCOL: Final = 1
FIRMWARE: Final = "sim"
UID: Final = "E66118604B"
# The pod is powered with the car, some seconds before the drive begins.
_AWAKE: Final[Seconds] = 4.2


def identity(boot: int = 1) -> str:
    """$PCDRI: who it is, and the how-many-eth time that it has power."""
    return sentence(f"PCDRI,{PROTOCOL},{FIRMWARE},{UID},{boot}")


def wheels(t: Seconds, count1: int, count2: int) -> str:
    """$PCDRW: pulses of both probes since power-up."""
    return sentence(f"PCDRW,{clock(t)},{count1 % WRAP},{count2 % WRAP}")


def supply(t: Seconds, millivolts: int, temperature: float, *, ignition: bool = True) -> str:
    """$PCDRP: supply, ignition and the pod's own temperature in Celsius."""
    return sentence(f"PCDRP,{clock(t)},{millivolts},{ignition:d},{temperature:.1f}")


def clock(t: Seconds) -> int:
    """The pod's milliseconds at `t` of the drive."""
    return round((t + _AWAKE) * 1000) % WRAP
