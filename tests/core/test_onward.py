"""How a car goes on that nobody sees."""

import pytest

from codriver.core.onward import KNOWN, REMEMBERED, Flow, ahead, even, flowed, speed_after, stray
from codriver.units import MetresPerSecond, Seconds

USUAL = Flow(20.0, REMEMBERED, late=20.0)


@pytest.mark.parametrize("speed", [4.0, 20.0, 35.0])
def test_it_goes_on_as_it_went_and_then_as_it_usually_does(speed: MetresPerSecond) -> None:
    assert ahead(USUAL, speed, 0.1) == pytest.approx(speed * 0.1, abs=0.02)
    assert ahead(USUAL, speed, 40.0) - ahead(USUAL, speed, 39.0) == pytest.approx(20.0, abs=0.1)
    assert speed_after(USUAL, speed, 40.0) == pytest.approx(20.0, abs=0.1)


def test_who_is_lost_in_a_hairpin_does_not_stay_as_slow() -> None:
    assert 500.0 < ahead(USUAL, 4.0, 30.0) < 600.0


@pytest.mark.parametrize("changes", [-4.5, -1.0, 0.0, 3.0])
@pytest.mark.parametrize("speed", [0.5, 5.0, 30.0])
def test_the_way_grows_with_the_speed_that_is_told_and_never_shrinks(speed: MetresPerSecond, changes: float) -> None:
    flow = Flow(12.0, REMEMBERED, changes, 12.0)
    for tenths in range(400):
        now, then = tenths / 10, tenths / 10 + 0.1
        step = ahead(flow, speed, then) - ahead(flow, speed, now)
        assert step >= -1e-9
        assert step == pytest.approx(speed_after(flow, speed, now + 0.05) * 0.1, abs=0.002)


def test_who_crawls_over_rocks_goes_on_crawling() -> None:
    flow = USUAL
    for _ in range(15):
        flow = flowed(flow, 2.0, 2.0, 1.0)
    assert ahead(flow, 2.0, 10.0) < 45.0
    assert ahead(USUAL, 2.0, 10.0) > 80.0  # in a hairpin


def test_who_has_all_but_stopped_does_not_set_off_again() -> None:
    assert ahead(Flow(20.0, REMEMBERED, -3.0, 20.0), 0.4, 10.0) < 4.0


def test_who_brakes_as_he_is_lost_gets_less_far_than_who_does_not() -> None:
    brakes, speeds = Flow(20.0, REMEMBERED, -4.5, 20.0), Flow(20.0, REMEMBERED, 2.0, 20.0)
    assert ahead(brakes, 20.0, 10.0) < ahead(USUAL, 20.0, 10.0) - 20.0
    assert ahead(speeds, 20.0, 10.0) > ahead(USUAL, 20.0, 10.0) + 10.0
    assert ahead(even(brakes), 20.0, 10.0) == ahead(USUAL, 20.0, 10.0)


def test_what_is_usual_is_the_mean_over_time_and_follows_within_minutes() -> None:
    flow = Flow()
    for speed in (10.0, 30.0):
        for _ in range(round(REMEMBERED)):
            flow = flowed(flow, speed, speed, 1.0)
    assert 20.0 < flow.usual < 25.0
    assert (flow.known, flow.changes) == (REMEMBERED, 0.0)


def test_until_something_is_usual_the_speed_of_now_is() -> None:
    assert ahead(Flow(), 8.0, 60.0) == pytest.approx(480.0)
    assert ahead(Flow(20.0, KNOWN / 10.0, late=20.0), 8.0, 30.0) < ahead(USUAL, 8.0, 30.0) / 1.5


@pytest.mark.parametrize("flow", [Flow(), USUAL, Flow(3.0, REMEMBERED, late=3.0)])
def test_the_bound_grows_from_nothing_and_by_half_of_the_usual_way_at_most(flow: Flow) -> None:
    told = [stray(flow, 5.0, Seconds(second)) for second in range(300)]
    assert told[0] == 0.0
    assert told == sorted(told)
    assert told[-1] <= 0.5 * 20.0 * 299.0
