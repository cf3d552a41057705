"""Which of a wheel's metres are believed: those that a car can have gone."""

import pytest

from codriver.core.roll import Roll, lately, lives, seen, turned
from codriver.units import Metres, MetresPerSecond, Seconds

PULSE: Metres = 0.5


class Wheel:
    """A wheel with half a metre to a pulse, heard twenty times a second."""

    def __init__(self) -> None:
        self.roll: Roll | None = None
        self.t, self.rolled, self.told, self.believed = 0.0, 0.0, 0.0, 0.0

    def turn(self, seconds: Seconds, speed: MetresPerSecond, to: MetresPerSecond | None = None) -> None:
        steps = round(seconds * 20)
        for step in range(steps):
            now = speed + ((speed if to is None else to) - speed) * (step + 0.5) / steps
            self.rolled += now * 0.05
            metres = int((self.rolled - self.told) / PULSE) * PULSE
            self.told += metres
            self.t = round(self.t + 0.05, 6)
            self.roll, good = turned(self.roll, self.t, metres)
            self.believed += good

    def see(self, speed: MetresPerSecond) -> None:
        """GPS tells the car's speed."""
        assert self.roll is not None
        self.roll = seen(self.roll, self.t, speed, 0.0)


def rolling(speed: MetresPerSecond = 20.0) -> Wheel:
    """A wheel that set off as a car does, and has turned for a while."""
    wheel = Wheel()
    wheel.turn(speed / 3.0, 0.0, speed)
    wheel.turn(10.0, speed)
    return wheel


@pytest.mark.parametrize("gain", [1.0, 2.0, 3.0])
def test_a_car_that_drives_is_believed_to_the_pulse(gain: float) -> None:
    wheel = Wheel()
    for _ in range(3):
        wheel.turn(20.0 / gain, 0.0, 20.0)
        wheel.turn(10.0, 20.0)
        wheel.turn(5.0, 20.0, 0.0)
        wheel.turn(10.0, 0.0)
    assert wheel.believed == pytest.approx(wheel.told, abs=4 * PULSE)


def test_a_car_that_pulls_away_hard_is_believed_after_a_moment() -> None:
    wheel = rolling()
    wheel.turn(5.0, 20.0, 0.0)
    wheel.turn(10.0, 0.0)
    wheel.turn(4.0, 0.0, 20.0)
    wheel.turn(5.0, 20.0)
    assert wheel.believed == pytest.approx(wheel.told, abs=5 * PULSE)


@pytest.mark.parametrize("speed", [4.0, 6.0, 8.0])
@pytest.mark.parametrize("seconds", [1.5, 4.0])
def test_a_wheel_that_digs_on_the_spot_goes_nowhere(speed: MetresPerSecond, seconds: Seconds) -> None:
    wheel = rolling()
    wheel.turn(5.0, 20.0, 0.0)
    wheel.turn(10.0, 0.0)
    before = wheel.believed
    wheel.turn(seconds, speed)
    wheel.turn(10.0, 0.0)
    assert wheel.believed - before < 2.0


def standing() -> Wheel:
    """A wheel that has turned, and stands."""
    wheel = rolling()
    wheel.turn(5.0, 20.0, 0.0)
    wheel.turn(10.0, 0.0)
    return wheel


@pytest.mark.parametrize("speed", [3.0, 3.5, 5.0])
def test_a_wheel_that_twitches_or_digs_slowly_goes_nowhere(speed: MetresPerSecond) -> None:
    for seconds in (0.6, 3.0):
        wheel = standing()
        before = wheel.believed
        wheel.turn(seconds, speed)
        wheel.turn(3.0, 0.0)
        assert wheel.believed - before <= 2 * PULSE


@pytest.mark.parametrize("first", [1.0, 1.3, 1.6, 2.0])
@pytest.mark.parametrize("more", [4.0, 8.0])
def test_a_wheel_that_digs_harder_after_a_while_goes_nowhere(first: Seconds, more: MetresPerSecond) -> None:
    wheel = standing()
    before = wheel.believed
    wheel.turn(first, 5.0)
    wheel.turn(2.0, 5.0 + more)
    wheel.turn(3.0, 0.0)
    assert wheel.believed - before < 2.0


def test_a_wheel_that_digs_before_gps_went_digs_on() -> None:
    wheel = standing()
    for _ in range(5):
        wheel.turn(0.2, 6.0)
        wheel.see(0.1)
    before = wheel.believed
    wheel.turn(1.0, 6.0)
    wheel.turn(2.0, 12.0)
    wheel.turn(3.0, 0.0)
    assert wheel.believed - before < 2.0


@pytest.mark.parametrize("gain", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("speed", [4.0, 8.0])
def test_a_car_that_starts_the_moment_it_stops_digging_is_believed(gain: float, speed: MetresPerSecond) -> None:
    wheel = standing()
    before = wheel.believed
    wheel.turn(2.0, speed)
    wheel.turn(0.2, 0.0)
    wheel.turn(15.0 / gain, 0.0, 15.0)
    wheel.turn(2.0, 15.0)
    assert wheel.believed - before == pytest.approx(7.5 * 15.0 / gain + 30.0, abs=4.0)


def test_a_burst_at_the_start_hides_no_start() -> None:
    wheel = standing()
    before = wheel.believed
    wheel.turn(0.5, 0.0, 1.5)
    wheel.turn(0.5, 101.5, 103.0)
    wheel.turn(4.0, 3.0, 15.0)
    wheel.turn(3.0, 15.0)
    assert wheel.believed - before == pytest.approx(7.5 * 5.0 + 45.0, abs=6.0)


@pytest.mark.parametrize("speed", [40.0, 80.0, 170.0])
def test_a_burst_of_interference_is_no_way(speed: MetresPerSecond) -> None:
    wheel = rolling()
    before = wheel.believed
    wheel.turn(1.0, speed)
    wheel.turn(10.0, 20.0)
    assert wheel.believed - before == pytest.approx(11.0 * 20.0, abs=8.0)
    assert wheel.roll is not None
    assert wheel.roll.excess > speed - 28.0


def test_a_locked_wheel_loses_little() -> None:
    wheel = rolling()
    before = wheel.believed
    wheel.turn(0.6, 0.0)  # the car slides on, from 20 to 17 m/s
    wheel.turn(5.0, 17.0)
    assert wheel.believed - before == pytest.approx(0.6 * 18.5 + 5.0 * 17.0, abs=1.5)


@pytest.mark.parametrize(("speed", "slips", "locked"), [(20.0, False, False), (10.0, True, False), (40.0, False, True)])
def test_gps_says_that_a_wheel_spins_and_when_it_is_locked(speed: MetresPerSecond, slips: bool, locked: bool) -> None:
    wheel = rolling()
    wheel.see(speed)
    assert wheel.roll is not None
    assert (wheel.roll.slips is not None, wheel.roll.locked) == (slips, locked)
    assert wheel.roll.pace == pytest.approx(20.0 if speed == 20.0 else speed, rel=0.5)


def test_a_wheel_that_has_just_been_locked_is_not_dead_yet() -> None:
    wheel = rolling()
    wheel.turn(0.8, 0.0)
    assert not lives(wheel.roll, wheel.t)
    assert lately(wheel.roll, wheel.t)
    wheel.turn(5.0, 0.0)
    assert not lately(wheel.roll, wheel.t)


def test_alone_a_brisk_start_counts_at_once() -> None:
    roll, told, believed = Roll(0.0, 0.0, pulse=PULSE), 0.0, 0.0
    for step in range(1, 100):
        t = step * 0.05
        metres = int((2.5 * t * t - told) / PULSE) * PULSE
        told += metres
        after, good = turned(roll, t, metres, alone=True)
        assert after is not None
        roll, believed = after, believed + good
        assert believed == pytest.approx(told, abs=2.0 * PULSE)
