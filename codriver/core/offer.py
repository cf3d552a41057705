"""Something the unit proposes: one sentence on the screen, and one press that takes it. It lapses by itself.

Nothing is changed until the crew says yes, and a press that began before the crew can have read what is proposed is
meant for what stood there before. Who proposes, and what a yes does, is not known here.
"""

from typing import Final

from msgspec import Struct

from codriver.units import Seconds

# Nobody has seen what has just come up, and pressed for it, sooner than this.
SEEN: Final[Seconds] = 0.3
# The kind of an offer that says where in the book the car is: until it is answered the trip is known to be wrong.
FOUND: Final = "found"
# And the one that says in which gear it goes.
REVERSING: Final = "reversing"


class Offer(Struct, frozen=True, omit_defaults=True):
    """What is proposed, until when, in words; `value` (SI) and `note` (an index) are for the one who proposed it.

    From `seen` on a press is meant for it.
    """

    kind: str
    text: str
    until: Seconds
    value: float = 0.0
    note: int | None = None
    seen: Seconds = 0.0


def standing(offer: Offer | None, t: Seconds) -> Offer | None:
    """The offer while it stands on the screen at `t`."""
    return offer if offer is not None and t <= offer.until else None


def taken(offer: Offer | None, t: Seconds) -> Offer | None:
    """The offer that a press at `t` takes."""
    return standing(offer, t) if offer is not None and offer.seen <= t else None
