"""Lengths in the sentences that the core says on the screen: kilometres, or hundredths of a mile. Metres in."""

from codriver.units import KILOMETRE, MILE, Metres


def miles(metres: Metres, sign: str = "") -> str:
    """Hundredths of a mile, as a crew of miles reads all its distances; `sign` "+" for a correction."""
    return f"{metres / MILE:{sign}.2f} mi"


def road(metres: Metres, units: str) -> str:
    """A distance of the book, in the crew's units."""
    return miles(metres) if units == "statute" else f"{metres / KILOMETRE:.2f} km"
