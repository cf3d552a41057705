"""How numbers are written for a crew: kilometres or miles, dashes for what nobody knows. SI in, short texts out.

An odometer never runs ahead of itself, so a distance driven is rounded down, and what is left of a way up: the two
then add up to the book's figure. Pure; knows nothing of states and screens.
"""

from math import ceil, floor
from typing import Final, NamedTuple

from codriver.units import (
    DAY,
    KILOMETRE,
    KMH,
    MILE,
    MINUTE,
    MPH,
    YARD,
    Degrees,
    Metres,
    MetresPerSecond,
    Seconds,
)

# Less than anybody can see, more than fifty corrections are rounded by: ten presses of 0.01 mile are 0.10.
ROUNDING: Final[Metres] = 0.005


class Units(NamedTuple):
    """What a crew counts roads, speeds and radii in, and `short`: below this a distance to go is told in metres.

    Miles are never broken down: race miles, and the rings at which desert crews count down (0.3, 0.2, 0.1), are
    hundredths of a mile, and a unit that changes on the way in costs a glance (domain 3.6).
    """

    road: Metres
    road_name: str
    speed: MetresPerSecond
    speed_name: str
    radius: Metres
    radius_name: str
    short: Metres


METRIC: Final = Units(KILOMETRE, "km", KMH, "km/h", 1.0, "m", KILOMETRE)
STATUTE: Final = Units(MILE, "mi", MPH, "mph", YARD, "yd", 0.0)
TEN_METRES: Final[Metres] = 10.0


def units(name: str) -> Units:
    """The units that the configuration names."""
    return STATUTE if name == "statute" else METRIC


def odometer(metres: Metres, measure: Units, places: int) -> str:
    """A distance driven, with so many decimals, rounded towards minus infinity."""
    return _decimal(floor((metres + ROUNDING) * 10**places / measure.road), places)


def unknown(places: int) -> str:
    """What stands in the place of a distance that nobody knows."""
    return f"-.{places * '-'}"


def printed(metres: Metres, measure: Units) -> str:
    """A distance as books print it: two decimals, to the nearest."""
    return f"{metres / measure.road + 0.0:.2f}"


def remaining(metres: Metres, measure: Units) -> Metres:
    """What is left of a way, in the steps in which it is shown: 10 m, or 0.01 mile. Negative where it is behind."""
    step = _step(measure)
    return ceil((metres - ROUNDING) / step) * step


def step(metres: Metres, measure: Units) -> str:
    """What one press adds, in the crew's units: `10 m`, `0.01 mi`."""
    if measure.short:
        return f"{metres:g} m"
    return f"{metres / measure.road:.3g} {measure.road_name}"


def to_go(left: Metres, measure: Units) -> tuple[str, str]:
    """What is `remaining`, and its unit."""
    steps = round(left / _step(measure))
    if abs(left) < measure.short:
        return str(round(steps * TEN_METRES)), "m"
    return _decimal(steps, 2), measure.road_name


def roughly(metres: Metres, measure: Units) -> str:
    """What is left of a way that is no matter yet: one decimal, rounded up."""
    return _decimal(ceil((metres - ROUNDING) * 10 / measure.road), 1)


def speed(mps: MetresPerSecond, measure: Units) -> str:
    """A speed as a whole number."""
    return str(round(mps / measure.speed))


def heading(course: Degrees) -> str:
    """A heading with its three digits: north is 000."""
    return f"{round(course) % 360:03d}"


def time_of_day(seconds: Seconds) -> str:
    """Seconds since some midnight as a clock shows them."""
    left = floor(seconds) % int(DAY)
    return f"{left // 3600:02d}:{left // 60 % 60:02d}:{left % 60:02d}"


def lasting(seconds: Seconds) -> str:
    """A length of time in the field's words: `45 s`, `15 min`, `1:30`."""
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02d}" if whole % 60 else f"{whole // 60} min"


def _step(measure: Units) -> Metres:
    return TEN_METRES if measure.short else measure.road / 100


def _decimal(steps: int, places: int) -> str:
    """A whole number of the last decimal's steps; never `-0.00`."""
    whole, rest = divmod(abs(steps), 10**places)
    return f"{'-' * (steps < 0)}{whole}.{rest:0{places}d}"
