"""The load report before the crew: whose, which page of it, and until when it stays on the screen.

At the start of a run it stands by itself, until a press or until the car has driven off; later the crew opens it.
"""

from typing import Final

from msgspec import Struct

from codriver.units import Metres, Seconds

# A crew reads for so long without a press; whoever has gone so far has driven off.
OPEN: Final[Seconds] = 120.0
GONE: Final[Metres] = 30.0


class Reading(Struct, frozen=True, omit_defaults=True):
    """An open report: of the plan's book, or `checked`, of the one that was copied from a stick.

    `page` grows and shrinks for ever: whoever shows it goes round. It stays `until` then, or, with no time said, until
    the car is away from `odo`, where it stood. A second press before `sure` takes a book while driving. From `seen` on
    a press is meant for it.
    """

    checked: bool = False
    page: int = 0
    until: Seconds | None = None
    odo: Metres = 0.0
    sure: Seconds = 0.0
    seen: Seconds = 0.0


def shown(reading: Reading | None, t: Seconds, odo: Metres) -> Reading | None:
    """The report while it stands, at this time and with this much driven."""
    if reading is None:
        return None
    stands = abs(odo - reading.odo) <= GONE if reading.until is None else t <= reading.until
    return reading if stands else None


def heeds(reading: Reading | None, t: Seconds, odo: Metres) -> bool:
    """Whether a press at `t` is for the report: not before the crew can have seen that it stands there."""
    return reading is not None and reading.seen <= t and shown(reading, t, odo) is not None
