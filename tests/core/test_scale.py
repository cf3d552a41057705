"""What the wheel is worth: learnt against GPS for good, and for the ground that it is on."""

import pytest

from codriver.core.scale import LATE, Scale, compared, doubt, worth
from codriver.units import Metres


def driven(scale: Scale, metres: Metres, longer: float, *, step: Metres = 4.0, gain: float = 0.0) -> Scale:
    """GPS and the wheel over so many metres; the wheel reads `longer` for one of them, before its scale."""
    for number in range(round(metres / step)):
        change = gain if number // 25 % 2 else -gain
        scale = compared(scale, step, step * longer * scale.value + LATE * change, change, free=not gain)
    return scale


@pytest.mark.parametrize("longer", [0.96, 0.992, 1.0, 1.005, 1.05])
def test_a_calibration_is_learnt(longer: float) -> None:
    scale = driven(Scale(), 10_000.0, longer)
    assert scale.value == pytest.approx(1.0 / longer, abs=1e-4)
    assert scale.sigma < 0.001
    assert scale.seen > 9000.0


def test_what_was_given_is_kept_until_something_speaks_against_it() -> None:
    given = Scale(0.99, 0.001)
    assert driven(given, 5000.0, 1 / 0.99).value == pytest.approx(0.99, abs=1e-5)


def test_sand_is_ground_and_no_calibration() -> None:
    scale = driven(Scale(), 10_000.0, 1.005)
    sandy = driven(scale, 1000.0, 1.005 * 1.10)
    assert sandy.value == pytest.approx(scale.value, abs=0.002)
    assert worth(sandy, 110.0) == pytest.approx(100.0, abs=1.0)
    assert worth(driven(sandy, 1500.0, 1.005), 100.0) == pytest.approx(100.0, abs=0.5)


def test_a_gross_error_of_the_configuration_is_learnt_in_the_end() -> None:
    scale = driven(Scale(), 6000.0, 1.6)
    assert scale.value * scale.ground == pytest.approx(1 / 1.6, rel=0.01)
    assert scale.value == pytest.approx(1 / 1.6, rel=0.02)


def test_one_burst_or_lock_teaches_nothing() -> None:
    scale = driven(Scale(), 5000.0, 1.0)
    for wheel in (80.0, 30.0):
        struck = compared(scale, 50.0, wheel, 0.0, free=True)
        after = driven(struck, 2000.0, 1.0)
        assert after.value == pytest.approx(1.0, abs=1e-3)
        assert worth(after, 100.0) == pytest.approx(100.0, abs=0.5)


def test_how_late_fixes_are_is_told_from_how_long_the_wheel_reads() -> None:
    late = 0.05
    scale = Scale()
    for number in range(4000):
        change = 0.3 if number // 60 % 2 else -0.3
        scale = compared(scale, 4.0, 4.0 * scale.value + late * change, change, free=False)
    assert scale.late == pytest.approx(late, abs=0.02)
    assert scale.ground == pytest.approx(1.0, abs=0.003)


def test_the_doubt_grows_with_the_way_and_is_less_where_the_wheel_is_known() -> None:
    new, known = Scale(), driven(Scale(), 5000.0, 1.0)
    assert doubt(new, 500.0) == pytest.approx(10.0)
    assert doubt(known, 100.0) < doubt(known, 500.0) < doubt(new, 500.0) / 2.0


def test_a_ground_does_not_last_for_ever() -> None:
    sandy = driven(driven(Scale(), 5000.0, 1.0), 1000.0, 1.1)
    assert worth(sandy, 5000.0) / 5000.0 > worth(sandy, 100.0) / 100.0
