"""What stands in a line from the pod, in the pod's own units, as values.

NMEA 0183 framing with the talker `PCDR`, checksum required both ways. All the pod's numbers are unsigned 32-bit.
A line may be damaged so that its checksum still holds (one in 256): what is merely unlikely is for `pod` to judge.
"""

import re
from functools import reduce
from operator import xor
from typing import Final, NamedTuple, TypeAlias

WRAP: Final = 1 << 32


class Identity(NamedTuple):
    """`I`: who speaks, and which of its power-ups this is."""

    protocol: int
    firmware: str
    uid: str
    boot: int


class WheelCount(NamedTuple):
    """`W`: pulses of both probes since power-up, at the pod's `ms`."""

    ms: int
    count1: int
    count2: int


class ContactChange(NamedTuple):
    """`B`: a contact changed, settled by the pod; repeated until acknowledged."""

    ms: int
    seq: int
    button: int
    closed: bool


class Supply(NamedTuple):
    """`P`: the supply in millivolts, the ignition, the pod's temperature where it has one."""

    ms: int
    supply_mv: int
    ignition: bool
    temp_c: float | None


class Complaint(NamedTuple):
    """`E`: a fault the pod found in itself."""

    ms: int
    code: str
    text: str


Frame: TypeAlias = Identity | WheelCount | ContactChange | Supply | Complaint

_WHEEL = re.compile(r"\$PCDRW,(\d{1,10}),(\d{1,10}),(\d{1,10})\*([0-9A-Fa-f]{2})\s*", re.ASCII)
_OTHER = re.compile(r"\$PCDR([IBPE]),([^*]*)\*([0-9A-Fa-f]{2})\s*", re.ASCII)
_BODIES: Final = {
    "I": re.compile(r"(\d{1,4}),([^,]{0,32}),([^,]{0,32}),(\d{1,10})", re.ASCII),
    "B": re.compile(r"(\d{1,10}),(\d{1,10}),([1-8]),([01])", re.ASCII),
    "P": re.compile(r"(\d{1,10}),(\d{1,6}),([01]),(-?\d{1,3}(?:\.\d+)?)?", re.ASCII),
    "E": re.compile(r"(\d{1,10}),([^,]*),(.*)", re.ASCII),
}


def read(text: str) -> Frame | None:
    """The frame in a line from the pod; None for one that is damaged or unknown. Never raises."""
    wheel = _WHEEL.fullmatch(text)  # twenty a second, so it is asked first
    if wheel is None:
        return _read_other(text)
    ms, count1, count2, given = wheel.groups()
    if checksum(text[1 : wheel.end(3)]) != int(given, 16):
        return None
    frame = WheelCount(int(ms), int(count1), int(count2))
    return frame if max(frame) < WRAP else None


def _read_other(text: str) -> Frame | None:
    line = _OTHER.fullmatch(text)
    if line is None or checksum(text[1 : line.end(2)]) != int(line[3], 16):
        return None
    body = _BODIES[line[1]].fullmatch(line[2])
    if body is None:
        return None
    frame = _frame(line[1], body.groups(default=""))
    return frame if all(value < WRAP for value in frame if isinstance(value, int)) else None


def _frame(kind: str, fields: tuple[str, ...]) -> Frame:
    match kind, fields:
        case "I", (protocol, firmware, uid, boot):
            return Identity(int(protocol), firmware, uid, int(boot))
        case "B", (ms, seq, button, closed):
            return ContactChange(int(ms), int(seq), int(button), closed == "1")
        case "P", (ms, millivolts, ignition, temp):
            return Supply(int(ms), int(millivolts), ignition == "1", float(temp) if temp else None)
        case _, fields:
            return Complaint(int(fields[0]), fields[1], fields[2])


def checksum(body: str) -> int:
    """NMEA 0183: every character between `$` and `*`, exclusive-or."""
    return reduce(xor, body.encode("latin-1", "replace"), 0)
