"""What a screen shows and no fold knows: how far the log is safe on the card, and whether this is a live drive."""

from typing import Final

from msgspec import Struct

from codriver.units import Seconds


class Outside(Struct, frozen=True):
    """`recorded` is the `t` up to which the log is safe, None where this is no live drive; `late`: for 5 s it was not.

    `watermark` says what else it is: `REPLAY`, `DEMO`, or nothing.
    """

    recorded: Seconds | None = None
    late: bool = False
    watermark: str = ""


NOWHERE: Final = Outside()  # neither a log nor a word on what this is
