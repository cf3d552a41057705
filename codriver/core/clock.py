"""What UTC it is: an offset from the segment's own seconds, and how far it is to be trusted.

UTC comes from fixes alone; a date counts once three epochs in a row agree, because receivers print old dates after a
reboot, and clocks step once when the leap seconds become known (gps-data 8). The segment's seconds come from a
crystal, which drifts by seconds in a long day; the offset follows. Knows no clock of the computer.
"""

import datetime as dt
from enum import IntEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.decode.nmea import Epoch, Fix, elapsed
from codriver.units import DAY, MINUTE, Seconds

AGREEING_EPOCHS: Final = 3
AGREEMENT: Final[Seconds] = 0.5
# Leap seconds come whole; a smaller step is the crystal's.
LEAP: Final[Seconds] = 0.9
# The almanac page with the leap seconds comes every 12.5 minutes.
LEAP_KNOWN_AFTER: Final[Seconds] = 780.0

# GPS counts 1024 weeks and begins anew. A receiver that forgot how often prints a date of 2006 to 2008 in our years.
EARLIEST: Final = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Standing(IntEnum):
    """How far the offset is to be trusted."""

    NONE = 0
    RTC = 1
    GPS = 2
    GPS_LEAP_KNOWN = 3


class Utc(Struct, frozen=True):
    """UTC = `t` + offset, believed `since` then on the day `date`. `agreed` epochs speak for the `candidate`."""

    offset: Seconds | None = None
    standing: Standing = Standing.NONE
    candidate: Seconds | None = None
    agreed: int = 0
    since: Seconds = 0.0
    date: str = ""


def hear(utc: Utc, epoch: Epoch) -> Utc:
    """Take the clock of one epoch: agree, doubt, or step. A void epoch's clock is not believed."""
    if not isinstance(epoch, Fix) or epoch.clock is None:
        return utc
    if utc.offset is not None and epoch.date in ("", utc.date):
        now = epoch.t + utc.offset
        if abs(elapsed(now % DAY, epoch.clock)) < AGREEMENT:
            return _agreed(utc, epoch, utc.date)
    offset = _offset(utc, epoch)
    if offset is None:
        return utc
    if utc.offset is not None and abs(offset - utc.offset) < AGREEMENT:
        return _agreed(utc, epoch, epoch.date)
    if utc.candidate is None or abs(offset - utc.candidate) >= AGREEMENT:
        return replace(utc, candidate=offset, agreed=1)
    if utc.agreed + 1 < AGREEING_EPOCHS:
        return replace(utc, agreed=utc.agreed + 1)
    if utc.offset is not None and abs(offset - utc.offset) < LEAP:
        return replace(utc, offset=offset, candidate=None, agreed=0, date=epoch.date)
    return Utc(offset, Standing.GPS, since=epoch.t, date=epoch.date)


def _agreed(utc: Utc, epoch: Fix, date: str) -> Utc:
    """One more epoch that agrees: any doubt is over, and after a while the leap seconds are known."""
    known = utc.standing == Standing.GPS and epoch.t - utc.since > LEAP_KNOWN_AFTER
    if not known and utc.candidate is None and date == utc.date:
        return utc
    return replace(
        utc, candidate=None, agreed=0, date=date, standing=Standing.GPS_LEAP_KNOWN if known else utc.standing
    )


def at(utc: Utc, t: Seconds) -> Seconds | None:
    """UTC at `t`, as seconds since 1970, or None while nobody knows."""
    return None if utc.offset is None else t + utc.offset


def of(utc: Utc, epoch: Epoch) -> Seconds | None:
    """UTC of an epoch by its own clock, on the day that is nearest to what is known; None while nobody knows."""
    now = at(utc, epoch.t)
    if now is None or epoch.clock is None:
        return now
    return round(now + elapsed(now % DAY, epoch.clock), 3)


def restart(utc: Utc) -> Utc:
    """A new segment: `t` begins anew, so the offset is nobody's."""
    return Utc() if utc != Utc() else utc


def text(utc: Seconds | None) -> str | None:
    """ISO 8601 to the millisecond: `2026-01-05T06:30:12.500Z`."""
    if utc is None:
        return None
    moment = _EPOCH + dt.timedelta(milliseconds=round(utc * 1000.0))
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _offset(utc: Utc, epoch: Fix) -> Seconds | None:
    """The offset an epoch's date and clock speak for; None where its date is no day."""
    assert epoch.clock is not None
    if not epoch.date:
        return None
    try:
        day = dt.datetime(2000 + int(epoch.date[4:]), int(epoch.date[2:4]), int(epoch.date[:2]), tzinfo=dt.UTC)
    except ValueError:
        return None
    if day < EARLIEST:
        return None
    offset = (day - _EPOCH).total_seconds() + epoch.clock - epoch.t
    at_midnight = min(epoch.clock, DAY - epoch.clock) < MINUTE
    if at_midnight and utc.offset is not None and abs(abs(offset - utc.offset) - DAY) < AGREEMENT:
        return utc.offset  # midnight has passed, and the date follows in a later sentence
    return round(offset, 3)
