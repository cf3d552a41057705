"""The odometer: a car goes along a line at speeds we choose, and its receiver and wheel tell of it, well and badly."""

from math import cos, radians, sin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.core import odometer
from codriver.core.odometer import ESTIMATE, GAP, GPS, NONE, WHEEL, Odometer
from codriver.core.onward import REMEMBERED, Flow
from codriver.core.scale import LATE
from codriver.decode.nmea import Fix
from codriver.roadbook.geodesy import chord
from codriver.units import DAY, Degrees, Metres, MetresPerSecond, Seconds

LAT, LON = 31.0, -4.0
NORTH = chord(LAT - 0.005, LON, LAT + 0.005, LON) / 0.01
EAST = chord(LAT, LON - 0.005, LAT, LON + 0.005) / 0.01


class Car:
    """A car with a receiver of `hz` and perhaps a wheel of twenty reports a second; `truth` is how far it has gone."""

    def __init__(self, hz: float = 5.0, *, wheel: bool = False, tells_speed: bool = True, clock: Seconds = 43200.0):
        self.odo = Odometer()
        self.hz, self.wheel, self.tells_speed = hz, wheel, tells_speed
        self.t, self.truth, self.clock = 0.0, 0.0, clock
        self.course: Degrees = 0.0
        self.place = (0.0, 0.0)
        self.wander: tuple[Metres, Metres] = (0.0, 0.0)
        self.worst: Metres = 0.0
        # The wheel's metres for one of the car's, its pulse (0: none), and what it turns on the spot.
        self.reads, self.pulse, self.spins = 1.0, 0.0, 0.0
        self.owed: Metres = 0.0

    @property
    def distance(self) -> Metres:
        return odometer.distance(self.odo)

    @property
    def sigma(self) -> Metres:
        return odometer.sigma(self.odo, self.t)

    def hear(self, speed: MetresPerSecond | None, *, quality: int = 1, late: Seconds = 0.0) -> None:
        """A fix here and now, with this speed."""
        east, north = self.place[0] + self.wander[0], self.place[1] + self.wander[1]
        course = self.course if speed is not None and speed > 0.5 else None
        clock = round((self.clock + self.t) % DAY, 3)
        lat, lon = LAT + north / NORTH, LON + east / EAST
        fix = Fix(self.t + late, clock, "050126", lat, lon, None, speed, course, quality)
        self.odo = odometer.fixed(self.odo, fix)

    def go(
        self, seconds: Seconds, speed: MetresPerSecond, to: MetresPerSecond | None = None, *, gps: bool = True
    ) -> None:
        """Drive on, from one speed to the other; without `gps` in a tunnel. Time is looked at once a second."""
        end = speed if to is None else to
        start, steps = self.t, round(seconds * 20)
        every = round(20 / self.hz)
        for step in range(1, steps + 1):
            now = speed + (end - speed) * step / steps
            before = speed + (end - speed) * (step - 1) / steps
            self._roll((now + before) / 2.0 * 0.05)
            self.t = start + step * 0.05
            if self.wheel:
                self._turn(((now + before) / 2.0 * self.reads + self.spins) * 0.05)
            if gps and round(self.t * 20) % every == 0:
                self.hear(now if self.tells_speed else None)
            elif round(self.t * 20) % 20 == 0:
                self.odo = odometer.carried(self.odo, self.t)
            self.worst = max(self.worst, abs(self.distance - self.truth))

    def _turn(self, metres: Metres) -> None:
        self.owed += metres
        told = self.owed - self.owed % self.pulse if self.pulse else self.owed
        self.owed -= told
        self.odo = odometer.rolled(self.odo, self.t, told)

    def _roll(self, metres: Metres) -> None:
        self.truth += metres
        way = radians(self.course)
        self.place = (self.place[0] + metres * sin(way), self.place[1] + metres * cos(way))


def standing(*, tells_speed: bool = True) -> Car:
    """A car that has stood long enough to be known to stand."""
    car = Car(tells_speed=tells_speed)
    car.go(3.0, 0.0)
    return car


def driving(speed: MetresPerSecond = 20.0, hz: float = 5.0, *, wheel: bool = False, tells_speed: bool = True) -> Car:
    """A car that set off from standing and goes steadily."""
    car = Car(hz, wheel=wheel, tells_speed=tells_speed)
    car.go(5.0, 0.0)
    car.go(8.0, 0.0, speed)
    car.go(40.0 if wheel else 4.0, speed)
    return car


def cruising(speed: MetresPerSecond = 20.0, hz: float = 5.0, *, wheel: bool = False) -> Car:
    """The same, and it has gone so for as long as anyone remembers."""
    car = driving(speed, hz, wheel=wheel)
    car.odo = msgspec.structs.replace(car.odo, flow=Flow(speed, REMEMBERED, late=speed))
    return car


@pytest.mark.parametrize("hz", [1, 5, 10, 20])
def test_a_drive_is_measured_whatever_the_receivers_rate(hz: int) -> None:
    car = Car(hz)
    for speeds in ((0.0, 0.0), (0.0, 30.0), (30.0, 30.0), (30.0, 5.0), (5.0, 5.0), (5.0, 0.0), (0.0, 0.0)):
        car.go(10.0, *speeds)
    assert car.distance == pytest.approx(car.truth, abs=0.3)
    assert car.odo.source == GPS


def test_a_speed_counts_by_the_receivers_own_time_and_not_by_its_arrival() -> None:
    car = driving(hz=1)
    before = car.distance
    for late in (0.0, 0.3, 0.05, 0.4, 0.0):
        car._roll(20.0)
        car.t += 1.0
        car.hear(20.0, late=late)
    assert car.distance - before == pytest.approx(100.0)


def test_midnight_is_a_moment_like_others() -> None:
    car = Car(clock=DAY - 10.0)
    car.go(20.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=4.01)  # all but the first fifth of a second


def test_a_clock_set_back_loses_nothing() -> None:
    """GPS time is ahead of UTC until the receiver knows the leap seconds; then it steps back."""
    car = driving()
    car.clock -= 18.0
    car.go(20.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


@pytest.mark.parametrize("ahead", [5.0, 30.0, 3600.0])
def test_a_clock_set_forward_adds_nothing(ahead: Seconds) -> None:
    car = driving()
    car.clock += ahead
    car.go(20.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


@pytest.mark.parametrize("ago", [0.0, 0.2, 1.0])
def test_an_old_epoch_that_comes_again_adds_nothing(ago: Seconds) -> None:
    car = driving()
    for _ in range(20):
        car.go(1.0, 20.0)
        car.clock -= ago
        car.hear(20.0, late=0.01)
        car.clock += ago
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_standing_cars_noise_is_no_way() -> None:
    car = Car(1.0)
    for second in range(3600):
        car.wander = (8.0 * sin(second / 40.0), 5.0 * cos(second / 31.0))
        car.t += 1.0
        car.hear((0.01, 0.2, 0.11, 0.45)[second % 4])
    assert car.distance == 0.0
    assert car.odo.source == GPS


def test_a_single_false_speed_at_a_stand_adds_nothing() -> None:
    car = standing()
    car.hz = 1.0
    car.t += 1.0
    car.hear(3.0)
    car.go(10.0, 0.0)
    assert car.distance == 0.0


def test_what_was_held_at_the_stand_is_given_back_when_the_car_goes() -> None:
    car = Car(10)
    car.go(5.0, 0.0)
    car.go(1.0, 0.0, 2.0)
    car.go(10.0, 2.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_crawl_below_the_gate_is_lost_but_the_bound_says_so() -> None:
    car = standing()
    car.go(60.0, 0.4)
    assert car.distance == 0.0
    assert car.sigma >= car.truth * 0.9


def test_a_slow_car_that_was_moving_counts() -> None:
    car = driving(2.0)
    car.go(60.0, 0.4)
    assert car.distance == pytest.approx(car.truth, abs=0.3)


@pytest.mark.parametrize("hz", [1.0, 5.0])
@pytest.mark.parametrize("epochs", [1, 4])
def test_a_position_that_jumps_adds_nothing(hz: float, epochs: int) -> None:
    car = driving(hz=hz)
    car.wander = (300.0, 0.0)
    car.go(epochs / hz, 20.0)
    car.wander = (0.0, 0.0)
    car.go(10.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_position_that_jumps_after_a_lost_epoch_adds_nothing() -> None:
    car = driving(hz=1)
    car.go(1.0, 20.0, gps=False)
    car.wander = (300.0, 0.0)
    car.go(1.0, 20.0)
    car.wander = (0.0, 0.0)
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


@pytest.mark.parametrize("false", [4.9, 9.0, 25.0, 70.0, 80.0])
def test_a_jump_with_a_false_speed_adds_nothing_to_a_stand(false: MetresPerSecond) -> None:
    car = standing()
    car.hz = 1.0
    car.wander = (100.0, 0.0)
    for _ in range(3):
        car.t += 1.0
        car.hear(false)
    car.wander = (0.0, 0.0)
    car.go(10.0, 0.0)
    assert car.distance == 0.0


def test_a_first_fix_that_is_false_is_forgotten() -> None:
    car = Car()
    car.wander = (400.0, 0.0)
    car.hear(40.0)
    car.wander = (0.0, 0.0)
    car.go(10.0, 0.0)
    assert car.distance == 0.0
    assert car.sigma < 1.0


def test_while_fixes_are_refused_the_distance_goes_on() -> None:
    car = cruising()
    for _ in range(15):
        car._roll(4.0)
        car.t += 0.2
        car.hear(90.0)
    assert car.odo.source == ESTIMATE
    assert car.distance == pytest.approx(car.truth, abs=0.1)
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_no_car_is_faster_than_a_car_can_be() -> None:
    car = driving(40.0)
    car.go(20.0, 40.0, 80.0)
    car.go(5.0, 80.0)
    assert car.odo.source == ESTIMATE


# Gaps.


@pytest.mark.parametrize("seconds", [1.0, 3.0, 5.0, 10.0, 60.0])
def test_a_gap_at_a_steady_speed_costs_nothing(seconds: Seconds) -> None:
    car = cruising()
    car.go(seconds, 20.0, gps=False)
    assert car.distance == pytest.approx(car.truth, abs=20.0 * GAP)
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_the_moment_a_fix_is_overdue_the_distance_goes_on() -> None:
    """A row is made at just that moment."""
    car = cruising()
    odo = odometer.carried(car.odo, car.t + GAP)
    assert odo.source == ESTIMATE
    assert odometer.distance(odo) == pytest.approx(car.truth + 20.0 * GAP, abs=0.1)


@pytest.mark.parametrize("speed", [3.0, 20.0, 35.0])
def test_a_gap_begins_without_a_step_and_the_pace_is_that_of_the_distance(speed: MetresPerSecond) -> None:
    car = cruising()
    car.go(4.0, 20.0, speed)
    read = [odometer.at(car.odo, car.t + tenths / 10.0) for tenths in range(400)]
    for tenths in range(1, 399):
        step = read[tenths + 1] - read[tenths]
        assert step == pytest.approx(read[tenths] - read[tenths - 1], abs=0.05)
        if tenths > 10.0 * GAP + 1.0:
            t = car.t + tenths / 10.0 + 0.05
            assert step == pytest.approx(odometer.pace(odometer.carried(car.odo, t), t) * 0.1, abs=0.01)


def test_a_car_lost_in_a_hairpin_is_carried_on_as_it_usually_goes() -> None:
    car = cruising()
    car.go(4.0, 20.0, 4.0)
    before = car.distance
    car.go(30.0, 4.0, gps=False)
    assert car.distance - before > 400.0
    assert car.sigma > 100.0


def test_a_car_that_stood_as_it_was_lost_is_carried_nowhere_and_the_bound_says_that_it_may_have_gone() -> None:
    car = cruising()
    car.go(5.0, 20.0, 0.0)
    car.go(5.0, 0.0)
    before = car.distance
    car.go(30.0, 0.0, gps=False)
    assert car.distance == before
    assert car.sigma > 100.0


@pytest.mark.parametrize("lasts", [8.0, 30.0])
def test_a_car_that_brakes_hard_when_gps_is_back_is_believed_after_a_second(lasts: Seconds) -> None:
    car = cruising(hz=1)
    car.go(lasts, 20.0, gps=False)
    car.go(2.0, 20.0, 10.0)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=2.0 * car.sigma)


def test_a_moment_of_gps_between_two_gaps_is_not_forgotten() -> None:
    """Up a valley and down its other side, with half a second of sky at the bridge: both ends are near each other."""
    car = cruising()
    car.go(12.0, 20.0, gps=False)
    car.go(0.6, 20.0)
    assert car.odo.source == ESTIMATE
    car.course = 180.0
    car.go(12.0, 20.0, gps=False)
    car.go(3.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=50.0)


def test_one_false_fix_between_two_gaps_parts_nothing() -> None:
    car = cruising()
    car.go(8.0, 20.0, gps=False)
    car.wander = (300.0, 100.0)
    car.go(0.2, 20.0)
    car.wander = (0.0, 0.0)
    car.go(8.0, 20.0, gps=False)
    car.go(3.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=1.0)


def test_a_place_that_errs_after_a_short_gap_counts_less_than_two_speeds() -> None:
    car = cruising()
    car.go(3.0, 20.0, gps=False)
    car.wander = (0.0, 8.0)
    car.go(3.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=5.0)


def test_a_car_that_was_fast_and_is_found_near_has_braked() -> None:
    """It stands 30 m from where it was lost at 16 m/s, half a minute later: it has not gone round in a circle."""
    car = cruising(16.0)
    car.go(4.0, 16.0, 0.0, gps=False)
    car.go(28.0, 0.0, gps=False)
    car.go(3.0, 0.0)
    assert car.distance - car.truth < 35.0


def test_what_was_estimated_too_long_is_taken_back() -> None:
    car = driving(30.0)
    car.go(6.0, 30.0, 0.0, gps=False)
    car.go(20.0, 0.0, gps=False)
    assert car.distance > car.truth + 300.0
    assert abs(car.distance - car.truth) < 6.0 * car.sigma
    car.go(5.0, 0.0)
    assert car.distance == pytest.approx(car.truth, abs=3.0 * car.sigma)


def test_a_bend_in_a_gap_is_longer_than_its_chord() -> None:
    car = driving()
    for step in range(50):
        car.course += 3.0
        car.go(0.2, 20.0, gps=step >= 40)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=8.0)


def test_a_car_that_stood_on_both_sides_of_a_gap_has_not_moved_for_a_wandering_fix() -> None:
    car = standing()
    for wander in (10.0, -8.0, 20.0, 0.0):
        car.go(20.0, 0.0, gps=False)
        car.wander = (wander, 0.0)
        car.go(5.0, 0.0)
    assert car.distance == 0.0
    assert car.sigma > 8.0


def test_a_car_that_stands_is_not_moved_by_an_outlier_between_two_holes() -> None:
    car = standing()
    car.go(2.0, 0.0, gps=False)
    car.wander = (60.0, 10.0)
    car.go(2.0, 0.0)
    car.wander = (0.0, 0.0)
    car.go(2.0, 0.0, gps=False)
    car.go(5.0, 0.0)
    assert car.distance == 0.0


def test_gps_that_comes_back_after_ten_minutes_brings_the_straight_way() -> None:
    car = driving()
    car.go(600.0, 20.0, gps=False)
    assert car.odo.source == NONE
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=1.0)
    assert car.sigma > 500.0


def test_the_bound_grows_as_long_as_nothing_is_measured() -> None:
    car = driving()
    last = car.sigma
    for _ in range(60):
        car.go(4.0, 20.0, gps=False)
        assert car.sigma > last
        last = car.sigma
    assert last > 1000.0


def test_the_bound_grows_with_the_way() -> None:
    car = driving()
    early = car.sigma
    assert early > 20.0 * 0.1  # what a fix is late by
    car.go(500.0, 20.0)
    assert early < car.sigma < 10.0
    assert car.sigma > 0.0002 * car.truth


def test_before_the_first_fix_nobody_knows_how_far_it_was() -> None:
    waited = Odometer()
    assert odometer.sigma(waited, 0.0) == 0.0
    assert odometer.sigma(waited, 60.0) > odometer.sigma(waited, 10.0) > 10.0


def test_a_car_found_standing_has_stood_and_one_found_going_has_gone() -> None:
    stood, gone = Car(), Car()
    for car, speed in ((stood, 0.0), (gone, 20.0)):
        car.go(30.0, speed, gps=False)
        car.go(2.0, speed)
    assert stood.sigma < 1.0
    assert gone.sigma > 500.0


def test_a_receiver_of_five_seconds_measures_too() -> None:
    car = Car(0.2)
    for speeds in ((0.0, 0.0), (0.0, 20.0), (20.0, 20.0), (20.0, 12.0), (12.0, 12.0), (12.0, 0.0), (0.0, 0.0)):
        car.go(20.0, *speeds)
    assert car.distance == pytest.approx(car.truth, rel=0.005)
    assert car.worst < 40.0


# The wheel.


def test_the_wheel_carries_a_gap_and_is_not_counted_twice() -> None:
    car = driving(wheel=True)
    car.go(6.0, 20.0, 0.0, gps=False)
    car.go(20.0, 0.0, gps=False)
    car.go(4.0, 0.0, 12.0, gps=False)
    assert car.odo.source == WHEEL
    assert car.distance == pytest.approx(car.truth, abs=LATE * 20.0)
    assert car.sigma > 0.01 * (20.0 * 3.0 + 24.0)
    car.go(5.0, 12.0)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=LATE * 12.0)
    car.go(60.0, 12.0)
    assert car.distance == pytest.approx(car.truth, abs=LATE * 12.0)


def test_a_wheel_that_dies_in_a_gap_stops_nothing() -> None:
    """The probe's cable tears: the pod goes on reporting, and reports a wheel that stands."""
    car = driving(wheel=True)
    car.go(5.0, 20.0, gps=False)
    sure = car.sigma
    car.wheel = False
    for _ in range(10):
        car.odo = odometer.rolled(car.odo, car.t, 0.0)
        car.go(1.0, 20.0, gps=False)
    assert car.odo.source == ESTIMATE
    assert car.distance == pytest.approx(car.truth, abs=21.0)
    assert car.sigma > sure + 20.0
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_pod_that_falls_silent_in_a_gap_stops_nothing() -> None:
    car = cruising(wheel=True)
    car.go(5.0, 20.0, gps=False)
    car.wheel = False
    car.go(10.0, 20.0, gps=False)
    assert car.odo.source == ESTIMATE
    assert car.distance == pytest.approx(car.truth, abs=LATE * 20.0)


def test_a_wheel_that_stops_in_a_gap_as_brakes_stop_it_has_stopped() -> None:
    car = driving(wheel=True)
    car.go(4.0, 20.0, 0.0, gps=False)
    car.go(60.0, 0.0, gps=False)
    assert car.odo.source == WHEEL
    assert car.distance == pytest.approx(car.truth, abs=LATE * 20.0)


def test_a_wheel_that_has_never_turned_is_not_asked() -> None:
    """A pod without probes reports twenty times a second that nothing turns."""
    car = cruising()
    for _ in range(100):
        car.odo = odometer.rolled(car.odo, car.t, 0.0)
        car.go(0.1, 20.0, gps=False)
    assert car.odo.source == ESTIMATE
    assert car.distance == pytest.approx(car.truth, abs=2.1)


def test_a_wheel_that_died_under_way_is_not_asked_in_the_next_gap() -> None:
    car = driving(5.0, wheel=True)
    car.wheel = False
    for _ in range(20):
        car.odo = odometer.rolled(car.odo, car.t, 0.0)
        car.go(0.5, 5.0)
    for _ in range(20):
        car.odo = odometer.rolled(car.odo, car.t, 0.0)
        car.go(0.5, 5.0, gps=False)
    assert car.odo.source == ESTIMATE


def test_a_wheel_that_lost_its_pulses_in_a_gap_is_shorter_than_the_straight_way_and_not_believed() -> None:
    car = driving(wheel=True)
    for _ in range(5):
        car.wheel = False
        car.go(2.0, 20.0, gps=False)
        car.wheel = True
        car.go(0.4, 20.0, gps=False)
    assert car.odo.source == WHEEL
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_pod_plugged_in_during_a_gap_does_not_shorten_it() -> None:
    car = cruising()
    car.go(5.0, 20.0, gps=False)
    before = car.sigma
    car.wheel = True
    car.go(5.0, 20.0, gps=False)
    assert car.distance == pytest.approx(car.truth, abs=1.1)
    assert car.sigma > before + 20.0
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_a_car_that_sprints_and_brakes_in_a_gap_has_gone_as_far_as_its_wheel_says() -> None:
    car = driving(10.0, wheel=True)
    car.go(6.0, 10.0, 30.0, gps=False)
    car.go(5.0, 30.0, gps=False)
    car.go(6.0, 30.0, 1.0, gps=False)
    bent(car)
    car.go(3.0, 1.0)
    assert car.distance == pytest.approx(car.truth, abs=10.0)


def test_a_place_that_is_far_off_where_the_car_has_halted_is_no_way() -> None:
    """It braked in the gap beside a wheel that lives: an outlier that lasts, or walls, cannot have moved it."""
    car = driving(10.0, wheel=True)
    car.go(3.0, 10.0, 0.0, gps=False)
    car.go(20.0, 0.0, gps=False)
    car.wander = (300.0, 0.0)
    car.go(5.0, 0.0)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=5.0)


def test_a_place_that_is_far_off_is_no_way_beside_a_wheel_that_turns_as_the_car_goes() -> None:
    """An outlier that lasts over the end of a gap bears itself out; the wheel has lost no pulses."""
    car = driving(10.0, wheel=True)
    car.go(12.0, 10.0, gps=False)
    car.wander = (0.0, 120.0)
    car.go(3.0, 10.0)
    car.wander = (0.0, 0.0)
    car.go(5.0, 10.0)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=15.0)


def test_a_wheel_that_spins_beyond_belief_in_a_gap_is_not_believed() -> None:
    car = driving(wheel=True)
    car.go(3.0, 20.0, gps=False)
    for _ in range(20):
        car.odo = odometer.rolled(car.odo, car.t, 30.0)
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


def test_without_gps_the_wheel_is_the_odometer() -> None:
    car = Car(wheel=True)
    for speeds in ((0.0, 0.0), (0.0, 20.0), (20.0, 20.0), (20.0, 0.0), (0.0, 0.0), (0.0, 5.0)):
        car.go(20.0, *speeds, gps=False)
    assert car.odo.source == WHEEL
    assert car.distance == pytest.approx(car.truth)
    assert car.sigma == pytest.approx(0.02 * car.truth)


def test_without_gps_a_silent_wheel_is_no_source_and_the_bound_grows() -> None:
    car = Car(wheel=True)
    car.go(20.0, 10.0, gps=False)
    last = car.distance, car.sigma
    car.wheel = False
    car.go(60.0, 10.0, gps=False)
    assert car.odo.source == NONE
    assert car.distance == last[0]
    assert car.sigma > last[1] + 200.0


def test_the_first_fix_after_the_wheel_counts_from_itself_on() -> None:
    car = Car(wheel=True)
    car.go(20.0, 20.0, gps=False)
    car.go(20.0, 20.0)
    assert car.odo.source == GPS
    assert car.distance == pytest.approx(car.truth, abs=4.01)  # the step between the last report and the first fix


def test_metres_made_while_nobody_looked_widen_the_bound() -> None:
    odo = odometer.added(Odometer(), 1000.0)
    assert odometer.distance(odo) == 1000.0
    assert odometer.sigma(odo, 0.0) == pytest.approx(40.0)


# Receivers that print no speed, or not always.


@pytest.mark.parametrize("hz", [0.2, 1.0, 5.0, 10.0])
def test_positions_alone_measure_a_drive(hz: float) -> None:
    car = Car(hz, tells_speed=False)
    for speeds in ((0.0, 0.0), (0.0, 20.0), (20.0, 20.0), (20.0, 0.0), (0.0, 0.0)):
        car.go(30.0, *speeds)
    assert car.distance == pytest.approx(car.truth, abs=3.0)
    assert car.sigma >= 0.02 * car.truth


def test_positions_that_wander_at_a_stand_are_no_way() -> None:
    """Steps of 1.8 m, as three decimals of a minute give them, and a drift of some metres."""
    car = Car(5.0, tells_speed=False)
    for step in range(5 * 1800):
        drift = 6.0 * sin(step / 500.0)
        car.wander = (1.8 * round(drift / 1.8 + 0.5 * sin(step * 1.7)), 0.0)
        car.t += 0.2
        car.hear(None)
    assert car.distance == 0.0


def test_a_bad_place_after_a_short_gap_is_no_way_where_only_positions_are_told() -> None:
    car = standing(tells_speed=False)
    for place in (18.0, 0.0, 20.0):
        car.go(5.0, 0.0, gps=False)
        car.wander = (place, 0.0)
        car.go(5.0, 0.0)
    assert car.distance == 0.0
    assert car.sigma > 19.9


def test_positions_that_jitter_are_taken_a_second_apart() -> None:
    car = driving(hz=10, tells_speed=False)
    before = car.distance - car.truth
    for step in range(300):
        car._roll(2.0)
        car.t += 0.1
        car.wander = (1.5 * (step % 2), 0.0)
        car.hear(None)
        assert car.distance - car.truth == pytest.approx(before, abs=0.5)


def test_a_crawl_comes_through_where_only_positions_are_told() -> None:
    car = standing(tells_speed=False)
    car.go(300.0, 1.0)
    assert car.distance == pytest.approx(car.truth, abs=odometer.AWAY)
    assert car.sigma > abs(car.distance - car.truth) / 3.0


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_a_jump_adds_nothing_where_only_positions_are_told(seconds: Seconds) -> None:
    for car in (standing(tells_speed=False), driving(hz=1, tells_speed=False)):
        speed = 20.0 if car.odo.moving else 0.0
        before = car.distance - car.truth
        car.wander = (200.0, 0.0)
        car.go(seconds, speed)
        car.wander = (0.0, 0.0)
        car.go(10.0, speed)
        assert car.distance - car.truth == pytest.approx(before, abs=0.1)


def test_positions_alone_bridge_a_gap() -> None:
    car = driving(hz=1, tells_speed=False)
    before = car.distance - car.truth
    car.go(20.0, 20.0, gps=False)
    assert car.odo.source == ESTIMATE
    car.go(5.0, 20.0)
    assert car.distance - car.truth == pytest.approx(before, abs=0.1)


def test_a_speed_told_only_once_a_second_is_still_the_ruler() -> None:
    """GGA five times a second, RMC every sixth time: the positions between jitter, and the distance must not follow."""
    car = driving(hz=1)
    before = car.distance - car.truth
    for step in range(100):
        car._roll(4.0)
        car.t += 0.2
        car.wander = (0.0, 1.5 * (step % 2))
        car.hear(20.0 if step % 6 == 5 else None)
        assert car.distance - car.truth == pytest.approx(before, abs=0.1)
    assert car.odo.source == GPS


def test_dead_reckoning_is_flagged_and_wide() -> None:
    car = driving()
    sure = car.sigma
    for _ in range(50):
        car.go(0.2, 20.0, gps=False)
        car.hear(20.0, quality=6)
    assert car.odo.source == ESTIMATE
    assert car.distance == pytest.approx(car.truth, abs=0.1)
    assert car.sigma > sure + 3.0


def test_our_own_wheel_is_believed_before_their_dead_reckoning() -> None:
    car = driving(wheel=True)
    for _ in range(50):
        car.go(0.2, 20.0, gps=False)
        car.hear(15.0, quality=6)
    assert car.odo.source == WHEEL
    assert car.distance == pytest.approx(car.truth, abs=LATE * 20.0)


# Readings between the fixes, and across segments.


def test_a_press_between_two_fixes_reads_the_way_to_its_moment() -> None:
    car = cruising(hz=1)
    assert odometer.at(car.odo, car.t + 0.4) == pytest.approx(car.truth + 8.0, abs=0.1)
    assert odometer.at(car.odo, car.t - 0.3) == pytest.approx(car.truth - 6.0, abs=0.1)
    assert odometer.at(car.odo, car.t + 10.3) == pytest.approx(car.truth + 206.0, abs=0.1)


def test_a_press_at_a_stand_reads_the_stand() -> None:
    car = standing()
    assert odometer.at(car.odo, car.t + 0.4) == car.distance == 0.0


def test_speed_is_that_of_the_last_fix_and_none_before_the_first() -> None:
    assert odometer.speed(Odometer()) is None
    assert odometer.speed(standing().odo) == 0.0
    assert odometer.speed(driving().odo) == pytest.approx(20.0)


def test_a_new_segment_keeps_the_way_and_forgets_the_time() -> None:
    car = driving()
    kept = odometer.restart(car.odo)
    assert odometer.distance(kept) == car.distance
    assert kept.last is None
    assert odometer.sigma(kept, 0.0) == pytest.approx(odometer.sigma(car.odo, car.t), abs=3.1)


def test_a_gap_that_a_segment_ends_in_stays_in_the_bound() -> None:
    car = driving()
    car.go(20.0, 20.0, gps=False)
    kept = odometer.restart(car.odo)
    assert odometer.distance(kept) == car.distance
    assert odometer.sigma(kept, 0.0) > 100.0


# What the wheel is worth.


def test_the_wheels_scale_is_learnt_and_kept_and_can_be_given() -> None:
    car = Car(wheel=True)
    car.reads = 1.01
    car.go(5.0, 0.0)
    car.go(10.0, 0.0, 20.0)
    car.go(300.0, 20.0)
    scale, sigma, metres = odometer.wheel_scale(car.odo)
    assert scale == pytest.approx(1 / 1.01, abs=2e-4)
    assert scale == round(scale, 6)
    assert sigma < 0.002
    assert metres > 5000.0
    assert odometer.wheel_scale(odometer.restart(car.odo)) == (scale, sigma, metres)
    assert odometer.wheel_scale(odometer.begun(0.987654, 0.001)) == (0.987654, 0.001, 0.0)
    taught = odometer.taught(car.odo, 0.9, 0.01)
    assert odometer.wheel_scale(taught) == (0.9, 0.01, 0.0)
    assert odometer.distance(taught) == car.distance


def test_a_given_scale_counts_from_the_first_pulse() -> None:
    odo = odometer.begun(0.5, 0.001)
    for step in range(100):
        odo = odometer.rolled(odo, 0.05 * step, 1.0)
    assert odometer.distance(odo) == pytest.approx(50.0, abs=1.0)
    assert odometer.sigma(odo, 5.0) == pytest.approx(0.1, abs=0.01)


def test_in_a_gap_in_sand_the_wheel_is_worth_what_it_was_before() -> None:
    car = driving(wheel=True)
    car.reads = 1.10
    car.go(60.0, 20.0)
    before = car.distance - car.truth
    car.go(30.0, 20.0, 10.0, gps=False)
    car.go(5.0, 10.0)
    assert car.distance - car.truth == pytest.approx(before, abs=0.02 * 450.0)


def test_a_wheel_that_spins_on_the_spot_adds_nothing_with_or_without_gps() -> None:
    for gps in (True, False):
        car = driving(wheel=True)
        car.go(8.0, 20.0, 0.0)
        car.go(10.0, 0.0)
        before = car.distance
        car.spins = 5.0
        car.go(3.0, 0.0, gps=gps)
        car.spins = 0.0
        car.go(5.0, 0.0, gps=gps)
        assert car.distance - before < 1.5
        car.go(5.0, 0.0)
        assert car.distance - before < 0.1


def test_a_speed_that_the_wheel_denies_is_not_counted() -> None:
    car = driving(wheel=True)
    for _ in range(10):
        car.go(0.2, 20.0, gps=False)
        car.hear(28.0)
    assert car.distance == pytest.approx(car.truth, abs=LATE * 20.0)


def test_a_living_wheel_that_stands_silences_a_receiver_that_is_loud() -> None:
    for wheel, counted in ((True, False), (False, True)):
        car = driving(wheel=wheel)
        car.go(8.0, 20.0, 0.0)
        car.go(5.0, 0.0)
        before = car.distance
        for step in range(200):
            car.go(0.2, 0.0, gps=False)
            car.hear(1.5 if step % 20 < 10 else 0.0)
        assert (car.distance > before + 1.0) is counted


@pytest.mark.parametrize(("seconds", "away"), [(6.0, 32.0), (40.0, 60.0)])
def test_a_wheel_that_has_not_turned_holds_a_car_whose_place_wanders_between_walls(
    seconds: Seconds, away: Metres
) -> None:
    car = driving(wheel=True)
    car.go(5.0, 20.0, 0.0)
    car.go(10.0, 0.0)
    before = car.distance
    car.go(seconds, 0.0, gps=False)
    car.wander = (away, 0.0)
    car.go(30.0, 0.0)
    assert car.distance == pytest.approx(before)


@pytest.mark.parametrize("lasts", [2.0, 3.0])
def test_a_place_that_jumps_at_the_end_of_a_gap_at_a_stand_is_no_way(lasts: Seconds) -> None:
    """It bears itself out for some seconds, and its speed is a standing car's."""
    car = Car(hz=1)
    car.go(60.0, 0.0)
    car.go(27.0, 0.0, gps=False)
    car.go(1.0, 0.0)
    car.wander = (0.0, 130.0)
    car.go(lasts, 0.0)
    car.wander = (0.0, 0.0)
    car.go(60.0, 0.0)
    assert car.distance == 0.0
    assert car.odo.source == GPS


def test_a_car_that_was_carried_off_beside_a_wheel_that_stands_has_gone_the_straight_way() -> None:
    car = driving(wheel=True)
    car.go(5.0, 20.0, 0.0)
    car.go(10.0, 0.0)
    before = car.distance
    car.go(600.0, 0.0, gps=False)
    car.place = (car.place[0] + 3000.0, car.place[1])
    car.go(30.0, 0.0)
    assert car.distance - before == pytest.approx(3000.0, abs=20.0)


def test_what_a_wheel_denied_at_the_stand_is_not_given_back_when_it_turns() -> None:
    """A loud receiver said 0.9 m/s for three seconds; then the car really goes, 1 m in the first second."""
    car = driving(wheel=True)
    car.pulse = 0.5
    car.go(5.0, 20.0, 0.0)
    car.go(30.0, 0.0)
    before, truth = car.distance, car.truth
    for _ in range(15):
        car.go(0.2, 0.0, gps=False)
        car.hear(0.9)
    car.go(10.0, 0.0, 20.0)
    assert car.distance - before == pytest.approx(car.truth - truth, abs=0.4)


def test_in_a_gap_at_a_stand_the_receivers_last_noise_is_no_way() -> None:
    car = Car(wheel=True)
    car.go(5.0, 0.0)
    car.go(5.0, 0.0, 5.0)
    car.go(5.0, 5.0, 0.0)
    car.go(30.0, 0.0)
    assert car.odo.scale.late > 0.05
    before = car.distance
    car.go(0.4, 0.0, gps=False)
    car.hear(0.3)
    car.go(10.0, 0.0, gps=False)
    assert car.odo.source == WHEEL
    assert car.distance == before


# A gap judged again.


def through_sand(before: float, after: float, seconds: Seconds = 24.0) -> Car:
    """A wheel that turns so much for each metre before and after a gap, in the middle of which that changes."""
    car = driving(wheel=True)
    car.reads = before
    car.go(60.0, 20.0)
    car.go(seconds / 2.0, 20.0, gps=False)
    car.reads = after
    car.go(seconds / 2.0, 20.0, gps=False)
    return car


def bent(car: Car) -> None:
    """GPS is back, on a road that has bent: no straight way tells how far it was."""
    car.course = 90.0
    car.place = (car.place[0], car.place[1] - 60.0)


@pytest.mark.parametrize(("before", "after"), [(1.0, 1.1), (1.1, 1.0)])
def test_where_the_ground_changed_in_a_gap_half_of_it_is_taken_for_each(before: float, after: float) -> None:
    car = through_sand(before, after)
    bent(car)
    car.go(2.0, 20.0)
    first = abs(car.distance - car.truth)
    car.go(20.0, 20.0)
    assert first > 12.0
    assert abs(car.distance - car.truth) < first / 3.0


def test_where_the_ground_stayed_sand_the_whole_gap_is_taken_for_it() -> None:
    car = through_sand(1.1, 1.1, seconds=30.0)
    bent(car)
    car.go(2.0, 20.0)
    first = abs(car.distance - car.truth)
    car.go(20.0, 20.0)
    assert abs(car.distance - car.truth) < first / 2.0


def test_where_the_ground_changed_the_bound_says_that_nobody_knows_where() -> None:
    """The change may have come at once, or at the end: of 480 m with a tenth too much 14 m are one sigma."""
    changed, stayed = through_sand(1.0, 1.1), through_sand(1.0, 1.0)
    for car in (changed, stayed):
        bent(car)
        car.go(22.0, 20.0)
    assert 12.0 < changed.sigma - stayed.sigma < 25.0


def test_a_leg_that_begins_behind_a_gap_says_that_its_mending_may_still_come() -> None:
    car = through_sand(1.1, 1.1, seconds=30.0)
    bent(car)
    car.go(2.0, 20.0)
    mark, shown, truth = odometer.marked(car.odo), car.distance, car.truth
    car.go(20.0, 20.0)
    off = abs(car.distance - shown - (car.truth - truth))
    assert off > 5.0  # the mending fell into the leg
    assert off < 2.0 * odometer.sigma_since(car.odo, car.t, mark)


def test_gaps_that_were_only_seen_may_all_err_to_one_side() -> None:
    """A bend in a gap widens the bound by a share of what it is longer than the straight line; a straight does not."""
    straight, bending = driving(), driving()
    for car in (straight, bending):
        car.go(20.0, 20.0, gps=False)
    bending.course = 90.0
    bending.place = (150.0, bending.place[1] - 150.0)
    for car in (straight, bending):
        car.go(3.0, 20.0)
    assert bending.odo.bias - straight.odo.bias > 5.0
    assert straight.odo.bias < 1.0


def test_a_second_gap_takes_the_first_as_it_is() -> None:
    car = through_sand(1.0, 1.1)
    car.go(3.0, 20.0)
    assert car.odo.mending is not None
    car.go(1.6, 20.0, gps=False)
    car.go(2.0, 20.0)
    assert car.odo.mending is not None
    assert car.odo.mending.wheel < 50.0


def test_a_queue_that_creeps_is_counted_by_the_wheel() -> None:
    """Half a metre to a pulse, and a receiver that says nothing below its static hold."""
    car = Car(wheel=True)
    car.pulse = 0.5
    car.go(5.0, 0.0)
    car.go(8.0, 0.0, 20.0)
    car.go(8.0, 20.0, 0.0)
    car.go(20.0, 0.0)
    before = car.distance - car.truth
    for _ in range(20):
        for _ in range(50):
            car.go(0.2, 0.25, gps=False)
            car.hear(0.0)
        car.go(5.0, 0.0)
    assert car.distance - car.truth == pytest.approx(before, abs=20.5 * car.pulse)  # the first pulse of each crawl


def test_a_quiet_receiver_is_believed_when_a_queue_creeps() -> None:
    car = Car(1.0)
    for step in range(60):
        car.t += 1.0
        car.hear((0.004, 0.012, 0.008)[step % 3])
    for _ in range(10):
        car.go(20.0, 0.2)
        car.go(10.0, 0.0)
    assert car.distance == pytest.approx(car.truth, rel=0.1)


def test_a_car_that_reverses_goes_on_counting_by_gps_as_by_the_wheel() -> None:
    ways = []
    for gps in (True, False):
        car = driving(wheel=True)
        car.go(8.0, 20.0, 0.0)
        car.go(5.0, 0.0)
        before = car.distance
        car.course = 180.0
        car.go(3.0, 0.0, 3.0, gps=gps)
        car.go(3.0, 3.0, 0.0, gps=gps)
        car.go(5.0, 0.0, gps=gps)
        ways.append(car.distance - before)
    assert ways[0] == pytest.approx(9.0, abs=0.3)
    assert ways[1] == pytest.approx(9.0, abs=0.5)


def test_an_outlier_that_ends_a_gap_is_not_its_end() -> None:
    car = driving()
    car.go(8.0, 20.0, gps=False)
    car.wander = (150.0, -90.0)
    car._roll(4.0)
    car.t += 0.2
    car.hear(33.0)
    car.wander = (0.0, 0.0)
    car.go(5.0, 20.0)
    assert car.distance == pytest.approx(car.truth, abs=0.1)


# What it says of itself.


def test_health_says_what_there_is_to_measure_with() -> None:
    car = driving(wheel=True)
    assert odometer.health(car.odo, car.t) == "GPS+wheel"
    car.go(5.0, 20.0, gps=False)
    assert odometer.health(car.odo, car.t) == "wheel"
    car.wheel = False
    car.go(5.0, 20.0, gps=False)
    assert odometer.health(car.odo, car.t) == "dead"
    car.go(5.0, 20.0)
    assert odometer.health(car.odo, car.t) == "GPS"
    assert odometer.health(Odometer(), 0.0) == "dead"


def test_a_leg_has_a_bound_of_its_own() -> None:
    car = driving()
    car.go(20.0, 20.0, gps=False)
    car.go(5.0, 20.0)
    mark = odometer.marked(car.odo)
    assert odometer.sigma_since(car.odo, car.t, mark) < 10.0 < car.sigma
    car.go(250.0, 20.0)
    assert 1.0 < odometer.sigma_since(car.odo, car.t, mark) < 0.003 * 5000.0


def test_along_the_slope_a_climb_is_longer() -> None:
    flat, sloping = Odometer(), Odometer()
    for step in range(1000):
        lat = LAT + 4.0 * step / NORTH
        fix = Fix(0.2 * step, 0.2 * step, "050126", lat, LON, 500.0 + 0.4 * step, 20.0, 0.0, 1)
        flat, sloping = odometer.fixed(flat, fix), odometer.fixed(sloping, fix, sloping=True)
    way = odometer.distance(flat)
    assert odometer.distance(sloping) == pytest.approx(1.005 * way, rel=0.0005)
    assert odometer.sigma(flat, 200.0) > 0.004 * way  # what it may be off the car's own way
    assert 0.001 * way < sloping.bias < 0.002 * way


def test_an_odometer_stays_small() -> None:
    car = driving(wheel=True)
    car.reads = 1.0123456789
    car.go(100.0, 17.123456789)
    car.go(10.0, 17.123456789, gps=False)
    car.hear(17.0)
    assert len(msgspec.json.encode(car.odo)) < 1100


SIGNALS = st.lists(
    st.tuples(
        st.sampled_from(["fix", "fix", "fix", "silent fix", "wheel", "time"]),
        st.sampled_from([0.0, 0.05, 0.2, 1.0, 1.5, 2.0, 7.0, 130.0]),
        st.floats(0.0, 90.0),
        st.floats(-0.003, 0.003),
        st.sampled_from([0.0, 0.0, 0.0, -18.0, 1.0, None]),
        st.sampled_from([1, 1, 6]),
    ),
    max_size=30,
)


@given(SIGNALS)
def test_whatever_comes_the_way_is_a_number_and_survives_on_paper(
    signals: list[tuple[str, Seconds, float, float, float | None, int]],
) -> None:
    odo, t = Odometer(), 0.0
    for kind, dt, size, aside, set_back, quality in signals:
        t += dt
        was, before = odo, odo.settled
        clock = None if set_back is None else (t + set_back) % DAY
        if kind == "wheel":
            odo = odometer.rolled(odo, t, size)
        elif kind == "time":
            odo = odometer.carried(odo, t)
        else:
            speed = size if kind == "fix" else None
            odo = odometer.fixed(odo, Fix(t, clock, "", LAT + aside, LON, None, speed, None, quality))
        assert odo.settled >= before or was.mending is not None
        assert 0.0 <= odometer.sigma(odo, t) < 1e6
        assert 0.0 <= odometer.at(odo, t + 0.3) < 1e6
        text = msgspec.json.encode(odo)
        assert msgspec.json.encode(msgspec.json.decode(text, type=Odometer)) == text
