"""What a receiver prints of an epoch: RMC, VTG and GGA, and once a second GSA and GSV, as a u-blox M8 orders them.

Text without line ends. The knots, minutes and degrees of NMEA 0183 are made here. Knows nothing of errors.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from codriver.decode.pod_frames import checksum
from codriver.simulate.receiver import Epoch, Fix, Receiver
from codriver.units import KMH, KNOT, Degrees, Seconds

# Height of the geoid above the ellipsoid; the truth's altitudes are above the sea.
GEOID: Final = 25.0


class Satellite(NamedTuple):
    """A satellite as GSV tells of it; `signal` is its strength in the open, dB-Hz."""

    id: int
    elevation: int
    azimuth: int
    signal: int


# A sky as it might be: twelve GPS satellites (1-32) and eight of GLONASS (65-96), the best first.
GPS: Final = tuple(
    Satellite(*row)
    for row in (
        (14, 71, 38, 44), (17, 62, 301, 43), (22, 55, 112, 42), (1, 48, 211, 41), (3, 39, 67, 38), (32, 33, 263, 37),
        (11, 27, 154, 35), (19, 21, 325, 32), (6, 15, 24, 28), (28, 11, 188, 25), (31, 7, 236, 21), (9, 3, 95, 17),
    )
)  # fmt: skip
GLONASS: Final = tuple(
    Satellite(*row)
    for row in (
        (76, 66, 143, 41), (75, 52, 49, 39), (85, 44, 246, 38), (66, 36, 331, 35), (84, 22, 190, 30), (67, 14, 78, 26),
        (74, 8, 287, 22), (86, 4, 5, 16),
    )
)  # fmt: skip
_TURN_EVERY: Final[Seconds] = 240.0


def sentence(body: str) -> str:
    """`body` between its `$` and its checksum, in two capitals (NMEA 0183)."""
    return f"${body}*{checksum(body):02X}"


def burst(epoch: Epoch, receiver: Receiver, utc: datetime) -> Iterator[str]:
    """The sentences of one epoch, whose time is `utc`; those of the satellites only at whole seconds."""
    time = f"{utc:%H%M%S}.{utc.microsecond // 10000:02d}" if epoch.dated else ""
    date = f"{utc:%d%m%y}" if epoch.dated else ""
    if epoch.fix is None:
        yield from _nothing(time, date)
    else:
        yield from _movement(epoch.fix, receiver, time, date)
    if utc.microsecond < 10000:
        yield from _satellites(epoch)


def moment(start: datetime, t: Seconds) -> datetime:
    """The UTC of `t` seconds after `start`, to the hundredth that receivers print."""
    return start + timedelta(milliseconds=10 * round(t * 100))


def _nothing(time: str, date: str) -> Iterator[str]:
    yield sentence(f"GNRMC,{time},V,,,,,,,{date},,,N")
    yield sentence("GNVTG,,,,,,,,,N")
    yield sentence(f"GNGGA,{time},,,,,0,00,99.99,,,,,,")


def _movement(fix: Fix, receiver: Receiver, time: str, date: str) -> Iterator[str]:
    lat = _angle(fix.lat, 2, "NS", receiver.position_digits)
    lon = _angle(fix.lon, 3, "EW", receiver.position_digits)
    course = "" if fix.course is None else f"{round(fix.course, 2) % 360:.2f}"
    knots = f"{fix.speed / KNOT:.{receiver.speed_digits}f}"
    kmh = f"{fix.speed / KMH:.{receiver.speed_digits}f}"
    yield sentence(f"GNRMC,{time},A,{lat},{lon},{knots},{course},{date},,,A")
    yield sentence(f"GNVTG,{course},T,,M,{knots},N,{kmh},K,A")
    used = min(12, fix.satellites)
    yield sentence(f"GNGGA,{time},{lat},{lon},1,{used:02d},{fix.hdop:.2f},{fix.alt:.1f},M,{GEOID:.1f},M,,")


def _angle(value: Degrees, width: int, signs: str, digits: int) -> str:
    """Degrees and minutes, rounded as a whole so that no 60.00000 is printed."""
    unit = 10**digits
    whole, part = divmod(round(abs(value) * 60 * unit), 60 * unit)
    minutes, fraction = divmod(part, unit)
    return f"{whole:0{width}d}{minutes:02d}.{fraction:0{digits}d},{signs[value < 0]}"


def _satellites(epoch: Epoch) -> Iterator[str]:
    fix = epoch.fix
    if fix is None:
        yield sentence("GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99")
        yield sentence("GPGSV,1,1,00")
        yield sentence("GLGSV,1,1,00")
        return
    from_gps = (fix.satellites + 1) * 3 // 5
    for constellation, used in ((GPS, from_gps), (GLONASS, fix.satellites - from_gps)):
        ids = ",".join([*(f"{satellite.id:02d}" for satellite in constellation[:used]), *[""] * (12 - used)])
        yield sentence(f"GNGSA,A,3,{ids},{fix.hdop * 1.7:.2f},{fix.hdop:.2f},{fix.hdop * 1.4:.2f}")
    yield from _in_view("GP", GPS, fix, epoch.t)
    yield from _in_view("GL", GLONASS, fix, epoch.t)


def _in_view(talker: str, constellation: Sequence[Satellite], fix: Fix, t: Seconds) -> Iterator[str]:
    """GSV, four satellites a sentence; the sky turns a degree in four minutes, and walls weaken what is low."""
    total = (len(constellation) + 3) // 4
    turned = int(t / _TURN_EVERY)
    loss = 0 if fix.satellites > 9 else 12
    for part in range(total):
        four = constellation[4 * part : 4 * part + 4]
        told = ",".join(
            f"{id_:02d},{elevation:02d},{(azimuth + turned) % 360:03d},{max(10, signal - loss):02d}"
            for id_, elevation, azimuth, signal in four
        )
        yield sentence(f"{talker}GSV,{total},{part + 1},{len(constellation):02d},{told}")
