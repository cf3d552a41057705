"""The measured mile: a form, a press at each post, an offer; wrong factors are found, and what cannot be is refused."""

import re
from dataclasses import replace as with_
from math import isclose

import pytest
from msgspec.structs import replace

from codriver.config import Allow, Settings, Vehicle, Wheel
from codriver.core import engine, factors, learnt, measuring, mile, odometer
from codriver.core.learnt import Learnt
from codriver.core.mile import Count, Factors, Mile, Post
from codriver.core.offer import SEEN
from codriver.core.outs import Alert, Save, TripChanged, Undone
from codriver.core.plan import Plan
from codriver.core.state import State, decode, encode
from codriver.signals import Edge
from codriver.units import MILE, Metres, MetresPerSecond
from tests.core.car_bench import Bench, plan_of

NAMED = Settings(vehicle=Vehicle("Car 412"))
FIRST, SECOND = 0.4876, 0.5231  # what a pulse of each probe really is


class Car(Bench):
    """A car whose probes are not what the configuration says, with a crew that measures a mile."""

    def __init__(self, settings: Settings = NAMED, first: Metres = FIRST, second: Metres = SECOND) -> None:
        self.per_pulse = first, second
        self.steps = 0
        super().__init__(settings=settings)
        self.identify()
        self.on(5.0, 0.0)

    def on(self, seconds: float, speed: MetresPerSecond) -> None:
        """Drive on, with receiver and pod."""
        for _ in range(round(seconds * 20)):
            self.step(0.05, speed)
            self.steps += 1
            counts = [int(self.truth / metres) if metres else 0 for metres in self.per_pulse]
            self.pod(f"PCDRW,{round(self.t * 1000) + 5000},{counts[0]},{counts[1]}")
            if self.steps % 4 == 0:
                self.hear(self.speed)

    def mark(self, held: float = 0.25) -> None:
        """Press MARK while the car goes on."""
        self.take(Edge(self.t, "gpio", "6", True))
        self.on(held, self.speed)
        self.take(Edge(self.t, "gpio", "6", False))
        self.on(0.1, self.speed)

    def open(self) -> None:
        """The menu, the form, and its length as it is."""
        self.enter("do=mile")
        assert self.state.form is not None
        self.mark()

    def to(self, truth: Metres, speed: MetresPerSecond) -> None:
        """Drive up to this place, at about this speed."""
        while self.truth + self.speed * 0.05 < truth:
            self.on(0.05, speed)

    def measure(self, length: Metres = 1000.0, speed: MetresPerSecond = 20.0) -> None:
        """A mile with a rolling start and a rolling end."""
        self.open()
        self.on(10.0, speed)
        self.mark()
        began = self.truth - self.speed * 0.35
        self.to(began + length, speed)
        self.mark()
        self.on(SEEN, self.speed)

    @property
    def alerts(self) -> list[str]:
        return [out.text for out in self.outs if isinstance(out, Alert)]

    @property
    def saved(self) -> list[learnt.Wheel | learnt.Book]:
        return [learnt.saved(out) for out in self.outs if isinstance(out, Save)]

    @property
    def factors(self) -> Factors:
        return factors.factors(self.state)


def test_wrong_factors_are_found_to_a_thousandth_and_kept_by_one_press() -> None:
    car = Car()
    car.measure()
    assert car.state.offer is not None
    assert "MARK" not in car.state.offer.text
    car.mark()
    assert car.factors.probe1 == pytest.approx(FIRST / 0.5, rel=1e-3)
    assert car.factors.probe2 == pytest.approx(SECOND / 0.5, rel=1e-3)
    assert car.factors.scale == 1.0
    [kept] = car.saved
    assert isinstance(kept, learnt.Wheel)
    assert (kept.probe1, kept.probe2, kept.scale) == (car.factors.probe1, car.factors.probe2, 1.0)
    assert car.changed == [measuring.CHANGE]


def test_the_mile_is_that_of_the_closing_edges_however_long_the_button_is_held() -> None:
    held, tapped = Car(), Car()
    for car, how in ((held, 0.7), (tapped, 0.1)):
        car.open()
        car.on(10.0, 20.0)
        began = car.truth
        car.mark(how)
        car.to(began + 1000.0, 20.0)
        car.mark(how)
    first, second = held.state.mile.found, tapped.state.mile.found
    assert first is not None
    assert second is not None
    assert first.probe1 == pytest.approx(second.probe1, rel=1e-3)


def test_a_standing_start_and_a_stop_at_the_end_are_surer_than_a_rolling_one() -> None:
    rolling, standing = Car(), Car()
    rolling.measure()
    standing.open()
    began = standing.truth
    standing.mark()
    standing.to(began + 940.0, 20.0)
    while standing.speed > 0.0:
        standing.on(0.05, 0.0)
    standing.to(began + 999.5, 1.0)
    standing.on(2.0, 0.0)
    standing.mark()
    first, second = rolling.state.mile.found, standing.state.mile.found
    assert first is not None
    assert second is not None
    assert second.sigma < first.sigma / 2
    assert second.probe1 == pytest.approx(FIRST, rel=2e-3)


def test_from_the_press_on_the_wheel_alone_measures_right() -> None:
    car = Car()
    car.measure()
    car.mark()
    car.plan = plan_of(settings=replace_allow(car.plan.settings))
    before, truth = car.distance, car.truth
    car.start()
    car.on(60.0, 20.0)
    assert car.distance - before == pytest.approx(car.truth - truth, rel=2e-3)


def replace_allow(settings: Settings) -> Settings:
    return Settings(vehicle=settings.vehicle, allow=Allow(gps=False))


def test_undo_takes_the_factors_back_and_saves_what_held_before() -> None:
    car = Car()
    car.measure()
    before = car.factors
    car.mark()
    car.enter("do=undo")
    assert (car.factors.probe1, car.factors.probe2, car.factors.scale) == (before.probe1, before.probe2, before.scale)
    assert [type(out) for out in car.outs if isinstance(out, Undone)] == [Undone]
    last = car.saved[-1]
    assert isinstance(last, learnt.Wheel)
    assert (last.probe1, last.probe2) == (1.0, 1.0)
    assert car.state.trip.changes == ()


def test_an_undo_of_another_change_leaves_the_factors() -> None:
    car = Car()
    car.measure()
    car.mark()
    kept = car.factors
    car.enter("total=100")
    car.enter("do=undo")
    assert (car.factors.probe1, car.factors.probe2) == (kept.probe1, kept.probe2)


def test_one_mile_after_another_is_undone_in_turn() -> None:
    car = Car()
    car.measure()
    car.mark()
    first = car.factors
    car.per_pulse = 0.46, 0.55
    car.pulses = 0
    car.measure()
    car.mark()
    assert car.factors.probe1 != first.probe1
    car.enter("do=undo")
    assert (car.factors.probe1, car.factors.probe2) == (first.probe1, first.probe2)
    car.enter("do=undo")
    assert (car.factors.probe1, car.factors.probe2) == (1.0, 1.0)


def test_an_offer_that_nobody_takes_changes_nothing() -> None:
    car = Car()
    car.measure()
    car.on(measuring.STANDS + 1.0, 0.0)
    car.mark()
    assert car.state.mile.counts == ()
    assert (car.factors.probe1, car.factors.probe2) == (1.0, 1.0)
    assert car.saved == []


def test_holding_mark_leaves_the_mile() -> None:
    car = Car()
    car.open()
    car.on(5.0, 20.0)
    car.mark()
    car.mark(held=1.0)
    assert car.state.mile == Mile()
    assert car.pressed[-1] == "left: the measured mile"


def test_a_second_press_too_early_says_how_far_it_is_and_the_mile_goes_on() -> None:
    car = Car()
    car.open()
    car.on(10.0, 20.0)
    car.mark()
    began = car.truth - car.speed * 0.35
    car.mark()
    assert car.alerts[-1].startswith("only ")
    car.to(began + 1000.0, 20.0)
    car.mark()
    assert car.state.mile.found is not None
    assert car.state.mile.found.probe1 == pytest.approx(FIRST, rel=1e-3)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (0.9, 0.9, "probe 1 makes 0.9"),
        (0.2, 0.2, "probe 2 makes 0.2"),
        (0.0, 0.0, "probe 1 gave no pulse"),
    ],
)
def test_what_cannot_be_true_is_a_sentence_and_nothing_is_offered(first: Metres, second: Metres, words: str) -> None:
    car = Car(first=first, second=second)
    car.measure()
    assert words in car.alerts[-1]
    assert car.state.offer is None
    assert car.state.mile == Mile()


def test_a_dead_probe_is_told_and_the_other_one_is_measured() -> None:
    car = Car(second=0.0)
    car.measure()
    assert car.state.offer is not None
    assert "probe 2 gave no pulse" in car.state.offer.text
    before = car.factors
    car.mark()
    assert car.factors.probe1 == pytest.approx(FIRST / 0.5, rel=1e-3)
    assert car.factors.probe2 == before.probe2 * before.scale


def test_a_probe_that_is_not_fitted_is_not_asked_for() -> None:
    car = Car(Settings(vehicle=Vehicle("Car 412", Wheel(0.5, 0.0))), second=0.0)
    car.measure()
    assert car.state.offer is not None
    assert "probe 2" not in car.state.offer.text


NONE_FITTED = Settings(vehicle=Vehicle("Car 412", Wheel(0.0, 0.0)))


def test_without_a_configured_probe_the_mile_says_at_once_that_it_only_tells_the_figure_and_tells_it() -> None:
    car = Car(NONE_FITTED)
    car.open()
    assert car.alerts[-1] == measuring.UNFITTED
    car.mark(held=1.0)
    car.measure()
    assert car.state.offer is not None
    assert car.state.offer.text.startswith("mile, for vehicle.wheel: probe 1 0.48")
    first, second = re.findall(r"probe \d (\S+) m a pulse", car.state.offer.text)
    assert float(first) == pytest.approx(FIRST, rel=2e-3)
    assert float(second) == pytest.approx(SECOND, rel=2e-3)
    assert re.search(r"\(19\d\d a km\) ±0\.3 %; GPS (999|1000|1001) m$", car.state.offer.text)
    car.mark()
    assert car.pressed[-1] == "read: nothing was changed"
    assert (car.factors.probe1, car.factors.probe2, car.saved, car.changed) == (1.0, 1.0, [], [])


def test_without_a_configured_probe_and_without_gps_the_post_is_where_mark_is_pressed() -> None:
    car = Car(replace_allow(NONE_FITTED))
    car.measure()
    assert car.state.offer is not None
    assert "GPS" not in car.state.offer.text
    assert "probe 2 0.52" in car.state.offer.text


def test_a_probe_that_neither_is_configured_nor_pulses_tells_nothing() -> None:
    car = Car(NONE_FITTED, first=0.0, second=0.0)
    car.measure()
    assert car.alerts[-1] == "neither probe gave a pulse"
    assert (car.state.offer, car.state.mile) == (None, Mile())


def test_a_wrong_post_is_doubted_by_gps() -> None:
    car = Car()
    car.measure(length=1050.0)
    assert car.state.offer is not None
    assert "the right post?" in car.state.offer.text


def test_a_pod_that_begins_anew_ends_the_mile() -> None:
    car = Car()
    car.open()
    car.on(10.0, 20.0)
    car.mark()
    car.boot = 2
    car.identify()
    assert car.alerts[-1] == "the pod was without power: measure the mile again"
    assert car.state.mile == Mile()


def test_a_mile_in_which_the_car_reverses_is_none_and_says_so() -> None:
    """A wheel counts up in reverse gear: some of the way would be in it twice."""
    car = Car()
    car.open()
    car.on(10.0, 20.0)
    car.mark()
    car.on(10.0, 10.0)
    car.on(6.0, 1.0)
    car.on(4.0, 0.0)
    assert car.state.mile.start is not None
    car.on(6.0, -2.0)
    assert car.state.mile == Mile()
    assert car.alerts[-1] == "the car reversed: measure the mile again"


def test_who_reverses_up_to_the_first_post_measures_as_ever() -> None:
    car = Car()
    car.on(10.0, 10.0)
    car.on(6.0, 1.0)
    car.on(4.0, 0.0)
    car.open()
    car.on(6.0, -2.0)
    assert car.state.reversing.gear.back
    assert car.state.mile.metres is not None
    car.on(4.0, 0.0)
    car.mark()
    car.on(20.0, 10.0)
    assert car.state.mile.start is not None


def test_who_was_at_no_mile_hears_of_none_at_a_new_start() -> None:
    car = Car()
    car.start()
    assert car.alerts == []


def test_a_mile_that_is_not_begun_lapses() -> None:
    car = Car()
    car.open()
    car.on(1.0, 0.0)
    car.wait(mile.WAITS)
    assert not mile.running(car.state.mile, car.t)
    assert car.state.mile == Mile()
    assert [text for text in car.alerts if "mile" in text] == ["left: the measured mile was not begun in time"]
    car.mark()
    assert car.state.mile == Mile()


def test_a_mile_that_is_not_ended_lapses_and_says_so() -> None:
    car = Car()
    car.open()
    car.mark()
    car.wait(mile.WAITS + 1000.0 / mile.SLOWEST + 1.0)
    assert car.state.mile == Mile()
    assert [text for text in car.alerts if "mile" in text] == ["left: the measured mile was not ended in time"]


def test_a_new_segment_ends_the_mile_and_keeps_the_factors() -> None:
    car = Car()
    car.measure()
    car.mark()
    kept = car.factors
    car.open()
    car.start()
    assert not mile.running(car.state.mile, car.t)
    assert car.alerts[-1] == "the unit was off: measure the mile again"
    assert (car.factors.probe1, car.factors.probe2) == (kept.probe1, kept.probe2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [(Settings(allow=Allow(wheel=False)), "forbids the wheel"), (Settings(), "no pod is heard")],
)
def test_without_a_wheel_there_is_nothing_to_measure(settings: Settings, words: str) -> None:
    car = Bench(settings=settings)
    if not settings.allow.wheel:
        car.identify()
        car.roll(1.0)
    car.enter("do=mile")
    assert car.state.form is None
    assert words in car.pressed[-1]


def test_the_length_is_a_mile_where_miles_are_driven() -> None:
    car = Car(Settings(units="statute"))
    car.enter("do=mile")
    assert car.state.form is not None
    assert car.state.form.fields[0].value == MILE


def test_a_car_without_a_name_counts_by_the_new_factors_and_saves_nothing() -> None:
    car = Car(Settings())
    car.measure()
    car.mark()
    assert car.factors.probe1 == pytest.approx(FIRST / 0.5, rel=1e-3)
    assert car.saved == []


def test_the_state_stays_small_while_a_mile_is_measured() -> None:
    car = Car()
    car.open()
    car.on(20.0, 30.0)
    assert len(car.state.mile.counts) <= mile.KEPT * 20 + 2


# What a plan has learnt.


def begun(taught: learnt.Wheel | None, given: bool = False, settings: Settings = NAMED) -> Plan:
    plan = plan_of(settings=settings)
    return replace_learnt(plan, Learnt(wheel=taught, given=("wheel",) if given else ()))


def replace_learnt(plan: Plan, taught: Learnt) -> Plan:
    return with_(plan, learnt=taught)


TAUGHT = learnt.Wheel(0.99, 0.001, 0.975, 1.046)


def test_a_run_begins_with_what_the_car_has_learnt() -> None:
    state = engine.carry(None, begun(TAUGHT), State())
    now = factors.factors(state)
    assert (now.probe1, now.probe2) == (0.975, 1.046)
    assert isclose(now.scale, 0.99)
    assert engine.carry(None, begun(None), State()) == State()


def test_a_run_that_goes_on_knows_better_than_what_was_saved() -> None:
    car = Car()
    car.measure()
    car.mark()
    [kept] = car.saved
    assert isinstance(kept, learnt.Wheel)
    car.on(60.0, 25.0)
    after = engine.carry(begun(None), begun(kept), car.state)
    assert factors.factors(after) == car.factors
    again = engine.carry(begun(TAUGHT), begun(TAUGHT), car.state)
    assert factors.factors(again) == car.factors


def test_a_run_that_goes_on_takes_what_a_calibration_has_kept_meanwhile() -> None:
    car = Car()
    car.measure()
    car.mark()
    after = factors.factors(engine.carry(begun(None), begun(TAUGHT), car.state))
    assert (after.probe1, after.probe2, after.scale) == (TAUGHT.probe1, TAUGHT.probe2, TAUGHT.scale)


def test_a_factor_set_by_hand_discards_what_the_run_knew_and_only_once() -> None:
    car = Car()
    car.measure()
    car.mark()
    first, second = begun(None, given=True), begun(None, given=True)
    after = engine.carry(begun(None), first, car.state)
    assert factors.factors(after).probe1 == 1.0
    assert after.mile.kept == ()
    assert factors.factors(engine.carry(first, second, car.state)) == car.factors


def test_another_configured_factor_discards_it_too() -> None:
    car = Car()
    car.measure()
    car.mark()
    other = Settings(vehicle=Vehicle("Car 412", Wheel(0.45, 0.45)))
    after = engine.carry(begun(None), begun(None, settings=other), car.state)
    assert factors.factors(after).probe1 == 1.0


# Counts.


def test_a_count_is_read_between_two_reports_and_a_little_after_the_last() -> None:
    counts = (Count(1.0, 10, 20), Count(2.0, 20, 40))
    assert mile.at(counts, 0.5) == (10, 20)
    assert mile.at(counts, 1.25) == (12.5, 25.0)
    assert mile.at(counts, 2.05) == pytest.approx((20.5, 41.0))
    assert mile.at(counts, 9.0) == pytest.approx((21.0, 42.0))
    assert mile.at((), 1.0) == (0.0, 0.0)


def test_the_bound_grows_with_the_speed_at_the_posts() -> None:
    slow, fast = Post(0.0, 0.0, 0.0, 0.0, 1.0, True), Post(0.0, 0.0, 2000.0, 2000.0, 30.0, True)
    assert mile.measured(1000.0, slow, fast).sigma == pytest.approx(0.1 * 30.0 / 1000.0, rel=0.1)


def test_only_a_share_of_the_configured_factor_is_believed() -> None:
    assert mile.absurd(0.66, 0.5)
    assert not mile.absurd(0.64, 0.5)
    assert mile.absurd(0.5, 0.0)


def test_nothing_is_known_of_the_receiver_in_a_bench_without_it() -> None:
    """The form's own words stand in the row of the press."""
    car = Car()
    car.open()
    assert car.pressed[-1] == "measured mile of 1000 m: MARK at its beginning"
    assert replace(car.state.mile, counts=()).metres == 1000.0
    assert odometer.speed(car.state.odo) == 0.0
    assert not [out for out in car.outs if isinstance(out, TripChanged)]


def test_the_counts_are_on_paper_what_they_are_in_the_fold() -> None:
    """Whole numbers come back from paper as fractions: a replay from there would write another text."""
    state = State(mile=mile.rolled(mile.opened(Mile(), 1.0, 1000.0), 1.05, 52, 52))
    assert encode(decode(encode(state))) == encode(state)
