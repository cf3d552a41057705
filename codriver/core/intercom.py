"""The intercom: how loud the crew wants the voice, how far its words are, and whether its line is taken. Pure."""

from math import pow as power
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.units import Seconds

# Steps of 3 dB, which is what is heard as one, below what the configuration allows. The last is an eighth of the
# full loudness; what should be silent is hushed.
STEP_DB: Final = 3.0
SOFTEST: Final = -6
# Nobody speaks so long without a breath: the contact is stuck, and counts for nothing until it has been open.
STUCK: Final[Seconds] = 20.0
LONGEST: Final = 16  # letters of a count of words


class Intercom(Struct, frozen=True):
    """`step` is how much softer than full; `busy` since when the line is taken, None while it is free.

    `rendering` is how many of the words are ready, of how many; None where none is waited for.
    """

    step: int = 0
    busy: Seconds | None = None
    rendering: tuple[int, int] | None = None


def restart(intercom: Intercom) -> Intercom:
    """A new segment: as loud as it was; a contact counts once it has been seen to close."""
    return Intercom(intercom.step)


def turned(intercom: Intercom, by: int) -> Intercom:
    """So many steps louder, or softer, as far as there are any."""
    return replace(intercom, step=max(SOFTEST, min(0, intercom.step + by)))


def taken(intercom: Intercom, t: Seconds, *, closed: bool) -> Intercom:
    """The line's contact has closed or opened at `t`."""
    return replace(intercom, busy=t if closed else None)


def busy(intercom: Intercom, t: Seconds) -> bool:
    """Whether somebody else speaks at `t`."""
    return intercom.busy is not None and t - intercom.busy < STUCK


def progressed(intercom: Intercom, text: str) -> Intercom:
    """The voice has so many words ready: `120/340`. What does not read so is nothing."""
    done, _, of = text.partition("/")
    if not (done.isdecimal() and of.isdecimal()) or len(text) > LONGEST:
        return intercom
    return replace(intercom, rendering=(int(done), int(of)) if int(done) < int(of) else None)


def rendered(intercom: Intercom) -> Intercom:
    """All of them are."""
    return replace(intercom, rendering=None)


def level_db(intercom: Intercom) -> float:
    """How much louder than full, in decibels: 0 or less."""
    return STEP_DB * intercom.step


def percent(intercom: Intercom) -> int:
    """The same as a crew reads it: 100 is full."""
    return round(100.0 * power(10.0, level_db(intercom) / 20.0))
