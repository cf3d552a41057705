"""Two probes' pulses to one wheel's metres, with probes that die, wake up or were never there."""

from collections.abc import Iterable

import pytest

from codriver.config import Wheel
from codriver.core import wheel
from codriver.core.wheel import DEAD_AFTER, Probes
from codriver.units import Metres

PAIR = Wheel(0.5, 0.4)


def rolled(reports: Iterable[tuple[int, int]], fitted: Wheel = PAIR) -> tuple[Probes, Metres]:
    probes, way = Probes(), 0.0
    for pulses1, pulses2 in reports:
        probes, metres = wheel.metres(probes, fitted, pulses1, pulses2)
        way += metres
    return probes, way


def missed(probes: Probes) -> tuple[int, int]:
    return probes.missed1, probes.missed2


def test_two_living_probes_are_averaged() -> None:
    probes, way = rolled([(2, 5), (4, 5)])
    assert way == pytest.approx((3.0 + 4.0) / 2.0)
    assert missed(probes) == (0, 0)


def test_one_probe_fitted_is_the_wheel() -> None:
    assert rolled([(2, 0), (4, 0)], Wheel(0.5, 0.0))[1] == 3.0
    assert rolled([(0, 5), (0, 5)], Wheel(0.0, 0.4))[1] == pytest.approx(4.0)


def test_no_probe_fitted_is_no_way() -> None:
    assert rolled([(3, 3)], Wheel(0.0, 0.0))[1] == 0.0


@pytest.mark.parametrize("reports", [[(1, 0)] * 200, [(7, 0)] * 100, [(150, 0)], [(19, 0), (1, 0), (30, 0)]])
@pytest.mark.parametrize("first", [True, False])
def test_a_probe_that_never_pulses_costs_nothing_once_it_is_known_dead(
    reports: list[tuple[int, int]], first: bool
) -> None:
    """Metres for two probes are configured by default, and many cars have one."""
    told = reports if first else [(b, a) for a, b in reports]
    pulses = sum(a + b for a, b in reports)
    _, way = rolled(told, Wheel(0.5, 0.5))
    assert way == pytest.approx(0.5 * pulses)


def test_a_probe_that_dies_under_way_costs_nothing() -> None:
    _, way = rolled([(4, 5)] * 50 + [(4, 0)] * 50)
    assert way == pytest.approx(2.0 * 100)


def test_a_probe_is_dead_after_so_many_pulses_of_the_other_and_not_before() -> None:
    probes, way = rolled([(1, 0)] * (DEAD_AFTER - 1))
    assert way == pytest.approx(0.25 * (DEAD_AFTER - 1))
    probes, metres = wheel.metres(probes, PAIR, 1, 0)
    assert way + metres == pytest.approx(0.5 * DEAD_AFTER)
    assert probes.missed2 == DEAD_AFTER
    again, metres = wheel.metres(probes, PAIR, 10, 0)
    assert (missed(again), metres) == (missed(probes), 5.0)


def test_a_dead_probe_that_wakes_is_heard_again() -> None:
    probes, _ = rolled([(1, 0)] * 100)
    probes, metres = wheel.metres(probes, PAIR, 4, 5)
    assert (missed(probes), metres) == ((0, 0), 2.0)


def test_a_slow_wheel_whose_probes_pulse_in_turn_is_averaged() -> None:
    probes, way = rolled([(1, 0), (0, 1)] * 100, Wheel(0.5, 0.5))
    assert way == pytest.approx(50.0)
    assert max(probes.missed1, probes.missed2) == 1


def test_a_wheel_that_stands_adds_nothing_and_kills_no_probe() -> None:
    probes, way = rolled([(0, 0)] * 1000)
    assert (missed(probes), way) == ((0, 0), 0.0)


EQUAL = Wheel(0.5, 0.5)


def apart(pulses1: int, pulses2: int, pace: float | None, seconds: float = 5.0) -> Metres:
    """Two probes that are heard twenty times a second and disagree, in a car that goes at this pace."""
    probes, way = Probes(), 0.0
    for _ in range(round(seconds * 20)):
        probes, metres = wheel.metres(probes, EQUAL, pulses1, pulses2, 0.05, pace)
        way += metres
    return way


@pytest.mark.parametrize("first", [True, False])
def test_of_two_probes_that_disagree_the_one_counts_that_gps_bears_out(first: bool) -> None:
    spun = apart(2, 5, 20.0) if first else apart(5, 2, 20.0)
    locked = apart(1, 2, 20.0) if first else apart(2, 1, 20.0)
    assert spun == pytest.approx(100.0, abs=2.0)
    assert locked == pytest.approx(100.0, abs=2.0)


def test_without_gps_the_slower_one_counts() -> None:
    assert apart(2, 5, None) == pytest.approx(100.0, abs=2.0)


def test_a_bend_is_no_disagreement() -> None:
    """In a hairpin of ten metres the outer wheel rolls a fifth further than the inner one."""
    assert apart(5, 6, 27.5) == pytest.approx(5.5 * 0.5 * 100)
