"""How much longer a road is than its shadow, from an altitude that wanders and jumps."""

from math import sin, sqrt

import pytest

from codriver.core.slope import Slope, along, climbed
from codriver.units import Metres


def climbing(grade: float, *, noise: Metres = 0.0, jump: Metres = 0.0, metres: Metres = 5000.0) -> float:
    """Metres along the road for each metre of the map, as they are counted."""
    slope: Slope | None = None
    rolled, step = 0.0, 4.0
    for number in range(round(metres / step)):
        wander = noise * sin(number * step / 400.0) + (jump if number % 200 == 100 else 0.0)
        slope = climbed(slope, 1000.0 + grade * number * step + wander, step)
        rolled += along(slope, step)
    return rolled / metres


@pytest.mark.parametrize("grade", [0.0, 0.05, -0.10, 0.20])
def test_a_steady_climb_is_counted(grade: float) -> None:
    assert climbing(grade) == pytest.approx(sqrt(1.0 + grade * grade), abs=0.001)


def test_an_altitude_that_drifts_or_jumps_climbs_no_hill() -> None:
    assert climbing(0.0, noise=5.0) == pytest.approx(1.0, abs=0.0002)
    assert climbing(0.0, jump=30.0) == pytest.approx(1.0, abs=0.0005)
    assert climbing(0.0, jump=300.0) == pytest.approx(1.0, abs=0.0005)


def test_without_altitudes_the_map_is_all_there_is() -> None:
    assert climbed(None, None, 4.0) is None
    assert along(None, 4.0) == 4.0


def test_who_stands_learns_nothing() -> None:
    slope = climbed(Slope(1000.0, 0.1, 500.0), 1003.0, 0.0)
    assert slope == Slope(1000.0, 0.1, 500.0)
