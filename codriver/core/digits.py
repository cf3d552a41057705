"""How many digits of a number are kept: a state is written down every few seconds, and 17 digits of noise are too many.

Rounded where a value is made, so that what is read back is what was written, and a refold comes to the same. Pure.
"""

from math import floor

from codriver.units import Degrees


def micro(value: float) -> float:
    """To a millionth of its unit: metres, m/s, shares, seconds. A day of rounded steps adds up to less than a metre."""
    return floor(value * 1e6 + 0.5) / 1e6


def place(angle: Degrees) -> Degrees:
    """To a millimetre on the ground."""
    return floor(angle * 1e8 + 0.5) / 1e8
