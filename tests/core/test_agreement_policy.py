"""When agreement is proposed and when it is done: a car on a straight road, its crew, a book that is a bit wrong."""

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from codriver.cockpit.view import screen
from codriver.config import Allow, Settings, Vehicle
from codriver.core import agreeing, agreement, engine, learnt, reckoning, trip
from codriver.core.learnt import Book, Learnt, Wheel
from codriver.core.offer import Offer
from codriver.core.outs import Alert, Call, Save, TripChanged
from codriver.core.plan import lay_out
from codriver.core.reckoning import Reckoning
from codriver.core.state import State, encode
from codriver.roadbook.model import Note, Position, Report, Roadbook
from codriver.units import Metres, MetresPerSecond
from tests.core.car_bench import MINUTE_NORTH, Bench

EVERY: Metres = 700.0
MARK, BACK, MINUS, PLUS, TRIP = 6, 3, 5, 4, 1
STATE_BYTES = 8192

AUTOMATIC = Settings(agreement="automatic")
PROPOSE = Settings(agreement="propose")


def there(metres: Metres) -> Position:
    return Position(31.0 + (10.0 + metres / MINUTE_NORTH) / 60.0, -4.0 - 10.25 / 60.0)


def box(metres: Metres, total: Metres, danger: int = 0) -> Note:
    return Note(1, round(total, 1), position=there(metres), danger=danger)


def road(scale: float = 1.01, count: int = 16, places: bool = True, dangers: tuple[int, ...] = ()) -> tuple[Note, ...]:
    """A box each 700 m, at distances that run `scale` times as long as the car's."""
    notes = (box(EVERY * n, EVERY * n * scale, 2 if n in dangers else 0) for n in range(count))
    return tuple(
        Note(n, each.total, position=each.position if places else None, danger=each.danger)
        for n, each in enumerate(notes, 1)
    )


class Car(Bench):
    """A car on such a road, whose crew is told things."""

    def __init__(self, *notes: Note, settings: Settings = PROPOSE, taught: Learnt | None = None):
        super().__init__(*notes, settings=settings)
        if taught is not None:
            book = Roadbook("test", "test", "metric", notes)
            self.plan = lay_out("test", settings, book, Report("test"), taught=taught)
            self.state = State()
            self.start()
        self.drive(3.0)

    def go(self, metres: Metres, speed: MetresPerSecond = 30.0, *, meanwhile: Callable[[], None] | None = None) -> None:
        until = self.truth + metres
        while self.truth < until:
            self.drive(1.0, speed, hz=2)
            if meanwhile is not None:
                meanwhile()

    def past(self, n: int) -> None:
        """Drive on until 150 m past the box with this index: it is recognised by then, and not the next one."""
        self.go(EVERY * n + 150.0 - self.truth)

    @property
    def agreed(self) -> list[TripChanged]:
        return [out for out in self.outs if isinstance(out, TripChanged) and out.by == "agreement"]

    @property
    def alerts(self) -> list[str]:
        return [out.text for out in self.outs if isinstance(out, Alert)]

    @property
    def offer(self) -> str:
        """What is proposed by agreement, while it may be taken."""
        offer = self.state.offer
        return offer.text if offer is not None and offer.kind == "agree" and offer.until >= self.t else ""

    @property
    def reckoned(self) -> Reckoning:
        assert self.state.agreement.reckoning is not None
        return self.state.agreement.reckoning

    @property
    def off(self) -> Metres:
        """What the total is off by the book."""
        return self.total - self.truth * 1.01


# A proposal.


def test_a_book_that_runs_long_is_said_in_words_and_taken_with_one_press() -> None:
    car = Car(*road(1.01, 20))
    while "long" not in car.offer:
        car.go(30.0)
    assert car.offer.startswith("total +")
    assert re.search(r"book runs (0.9|1.0) % long, ±0\.[12]$", car.offer)
    before = car.total
    car.press(MARK)
    [change] = car.agreed
    assert car.pressed[-1] == change.what
    assert change.what.startswith("agree +")
    assert car.total - before == pytest.approx(change.after_m - change.before_m, abs=6.0)
    assert car.off == pytest.approx(0.0, abs=8.0)
    assert car.state.trip.basis.scale == pytest.approx(1.01, abs=0.0015)
    assert car.state.offer is None


def test_what_was_agreed_is_taken_back_by_one_undo() -> None:
    car = Car(*road())
    while not car.offer:
        car.go(30.0)
    basis = car.state.trip.basis
    car.go(10.0)
    car.press(MARK)
    assert car.state.trip.basis != basis
    car.press(BACK, MINUS, held=0.9)
    assert car.state.trip.basis == basis
    assert car.pressed[-1].startswith("undo agree +")


def test_a_proposal_that_nobody_takes_lapses_and_is_not_repeated_at_each_box() -> None:
    car = Car(*road(count=30))
    heard: list[str] = []
    car.go(12_000.0, meanwhile=lambda: heard.append(car.offer))
    runs = [text for text, before in zip(heard, ["", *heard], strict=False) if text and text != before]
    assert 2 <= len(runs) <= 4
    assert car.agreed == []


def test_a_book_that_runs_true_is_left_alone() -> None:
    car = Car(*road(1.0), settings=AUTOMATIC)
    car.go(9000.0)
    assert (car.agreed, car.state.offer) == ([], None)
    assert car.state.agreement.believed >= 11
    assert agreeing.said(car.state).startswith("book runs true, ±0.")


def test_off_nothing_is_learnt() -> None:
    car = Car(*road(), settings=Settings(agreement="off"))
    car.go(3000.0)
    assert car.state.agreement == State().agreement
    assert car.plan.landmarks.cells == {}


def test_what_lay_ahead_and_is_behind_after_an_agreement_is_told() -> None:
    """A step of 600 m, taken by the crew: the danger that it steps over is not passed in silence."""
    car = Car(*road(1.0, dangers=(5,)))
    car.past(4)
    further = replace(car.reckoned, place=car.reckoned.place + 600.0)
    state = replace(car.state, agreement=replace(car.state.agreement, reckoning=further, fresh=2))
    offer = Offer("agree", "+600 m", car.t + 30.0)
    after, outs, done = agreeing.accept(car.plan, state, offer, car.t, car.distance, "crew")
    assert done == "agree +600 m"
    assert trip.total(after.trip, car.distance) == pytest.approx(car.total + 600.0, abs=0.1)
    assert (car.state.pointer, after.pointer) == (5, 6)
    assert [out.text for out in outs if isinstance(out, Alert)] == ["danger 2 at box 6 lies behind after the agreement"]


# Unasked.


def test_automatic_agreement_is_small_told_heard_and_logged() -> None:
    car = Car(*road(), settings=AUTOMATIC)
    car.go(9000.0)
    assert car.agreed
    assert all(abs(change.after_m - change.before_m) < 150.0 for change in car.agreed)
    assert car.off == pytest.approx(0.0, abs=16.0)
    assert car.state.trip.basis.scale == pytest.approx(1.01, abs=0.002)
    told = [out.text for out in car.outs if isinstance(out, Alert) and out.kind == "agree"]
    assert told[0] == car.agreed[0].what.removeprefix("agree ")
    assert len(told) == len(car.agreed)
    sounds = [out for out in car.outs if isinstance(out, Call) and out.sound == "agreed"]
    assert len(sounds) == len(told)
    assert not any(sound.parts for sound in sounds)


def test_in_miles_it_is_told_in_miles() -> None:
    car = Car(*road(), settings=Settings(agreement="automatic", units="statute", step_m=16.0934))
    while not car.agreed:
        car.go(30.0)
    assert re.match(r"\+0\.0[12] mi", next(text for text in car.alerts if "mi" in text))


def test_it_stands_on_the_screen_for_five_seconds() -> None:
    car = Car(*road(), settings=AUTOMATIC)
    while not car.agreed:
        car.go(10.0)
    notice = screen(car.plan, car.state, car.state.now + 4.9).notice
    assert notice is not None
    assert notice.text == car.agreed[0].what.removeprefix("agree ")
    assert screen(car.plan, car.state, car.state.now + 6.1).notice is None


def test_undone_once_it_only_proposes_from_then_on() -> None:
    car = Car(*road(count=30), settings=AUTOMATIC)
    while not car.agreed:
        car.go(30.0)
    car.press(BACK, MINUS, held=0.9)
    heard: list[str] = []
    car.go(8000.0, meanwhile=lambda: heard.append(car.offer))
    assert len(car.agreed) == 1
    assert any(heard)


def test_a_surprise_is_proposed_and_not_done() -> None:
    """From the seventh box on the book is 400 m ahead, as after a short cut."""
    notes = [box(EVERY * n, EVERY * n + (400.0 if n > 6 else 0.0)) for n in range(14)]
    car = Car(*(Note(n, each.total, position=each.position) for n, each in enumerate(notes, 1)), settings=AUTOMATIC)
    heard: list[str] = []
    car.go(9000.0, meanwhile=lambda: heard.append(car.offer))
    assert car.agreed == []
    assert any(text.startswith("total +4") for text in heard)
    assert car.state.agreement.outliers >= 1


@pytest.mark.parametrize("wrong", range(3, 11))
def test_one_box_that_is_300_m_wrong_moves_nothing(wrong: int) -> None:
    notes = [box(EVERY * n, EVERY * n + (300.0 if n == wrong else 0.0)) for n in range(13)]
    car = Car(*(Note(n, each.total, position=each.position) for n, each in enumerate(notes, 1)), settings=AUTOMATIC)
    car.go(8600.0)
    assert (car.agreed, car.state.offer) == ([], None)
    assert car.state.agreement.outliers == 1
    assert car.reckoned.scale == pytest.approx(1.0, abs=0.001)


def test_before_a_danger_it_waits_until_that_is_past() -> None:
    """A danger each box: what is learnt at one box is applied with more than 300 m to go to the next, or not at all."""
    car = Car(*road(dangers=tuple(range(16))), settings=AUTOMATIC)
    car.go(9000.0)
    assert car.agreed
    for change in car.agreed:
        ahead = [note.total - change.after_m for note in car.plan.book.notes if note.total > change.before_m]
        assert min(ahead) > 300.0


def test_where_dangers_follow_too_densely_nothing_is_changed() -> None:
    close = [Note(2, 250.0 * n * 1.01, danger=1, position=there(250.0 * n)) for n in range(1, 30)]
    car = Car(Note(1, 0.0), *close, settings=AUTOMATIC)
    car.go(6500.0)
    assert car.agreed == []
    assert car.reckoned.scale == pytest.approx(1.01, abs=0.002)


def test_no_box_is_passed_or_comes_again_by_what_is_done_unasked() -> None:
    car = Car(*road(0.985, count=20), settings=AUTOMATIC)
    car.go(12_000.0)
    assert car.agreed
    assert car.passed == sorted(set(car.passed))
    for change in car.agreed:
        low, high = sorted((change.before_m, change.after_m))
        assert not any(low <= note.total <= high for note in car.plan.book.notes)


@pytest.mark.parametrize("deed", ["freeze", "backwards"])
def test_while_the_crew_reads_or_counts_backwards_nothing_moves(deed: str) -> None:
    car = Car(*road(), settings=AUTOMATIC)
    car.past(2)
    assert car.agreed == []
    car.enter(f"do={deed}")
    for _ in range(2):
        car.go(EVERY / 2)
        car.enter(f"do={deed}") if deed == "freeze" else None
        car.enter(f"do={deed}") if deed == "freeze" else None
    assert car.agreed == []


# The crew's own word.


def test_what_the_crew_sets_is_not_changed_but_offered_back() -> None:
    car = Car(*road(1.0), settings=AUTOMATIC)
    car.past(5)
    car.enter(f"total={car.total + 500.0}")
    heard: list[str] = []
    car.go(4000.0, meanwhile=lambda: heard.append(car.offer))
    assert car.agreed == []
    assert any(text.startswith(("total -50", "total -49")) for text in heard)


def test_a_change_by_hand_withdraws_what_is_proposed() -> None:
    car = Car(*road())
    while not car.offer:
        car.go(30.0)
    car.enter(f"total={car.total + 30.0}")
    assert car.state.offer is None


@pytest.mark.parametrize("deed", ["partial=0", "partial=77", "do=freeze", "do=zero_partial"])
def test_what_leaves_the_total_leaves_what_is_proposed(deed: str) -> None:
    car = Car(*road())
    while not car.offer:
        car.go(30.0)
    proposed = car.offer
    car.enter(deed)
    car.go(10.0)
    assert car.offer == proposed
    car.press(MARK)
    assert [change.kind for change in car.agreed] == ["agree"]


def test_a_proposal_that_a_power_cut_took_away_is_made_again_at_once() -> None:
    car = Car(*road(count=30))
    while not car.offer:
        car.go(30.0)
    cut = car.truth
    car.start()
    while not car.offer:
        car.go(30.0)
    assert car.truth - cut < 300.0


def test_a_proposal_that_had_lapsed_before_a_power_cut_is_not_made_again_at_once() -> None:
    car = Car(*road(count=30))
    while not car.offer:
        car.go(30.0)
    begun = car.truth
    car.go(agreeing.STANDS_FOR * 30.0 + 100.0)
    car.start()
    while not car.offer:
        car.go(30.0)
    assert car.truth - begun >= agreeing.AGAIN


def test_a_proposal_that_the_book_itself_overtakes_is_made_again_when_it_is_known_anew() -> None:
    """A box sets the trip while a proposal stands: nobody has answered it."""
    notes = list(road(count=30))
    car = Car(*notes)
    while not car.offer:
        car.go(30.0)
    changed, outs = trip.set_total(car.state.trip, car.t, car.distance, car.total + 5.0, "reset at box 9", "book")
    after = agreeing.changed(car.plan, car.state, replace(car.state, trip=changed), outs)
    assert (after.offer, after.agreement.offered) == (None, None)


@pytest.mark.parametrize("settings", [PROPOSE, AUTOMATIC])
def test_nothing_is_proposed_or_changed_while_a_mile_is_measured(settings: Settings) -> None:
    """MARK is the post there."""
    car = Car(*road(count=30), settings=settings)
    car.identify()
    car.roll(1.0, 20.0, gps=True)
    car.enter("do=mile")
    car.press(MARK)
    car.press(MARK)
    assert car.pressed[-1] == "the mile begins: MARK at its end"
    while car.truth < 6 * EVERY:
        car.roll(1.0, 20.0, gps=True)
        assert not car.offer
        assert not car.agreed
    car.press(MARK, held=1.0)
    assert car.pressed[-1] == "left: the measured mile"
    heard = 0
    while car.truth < 8 * EVERY:
        car.roll(1.0, 20.0, gps=True)
        heard += bool(car.offer) + len(car.agreed)
    assert heard


@pytest.mark.parametrize("name", ["3a", "gate, partial zero here", "agree +40 m", "+ fuel", "backwards"])
def test_a_sync_teaches_whatever_its_box_is_called(name: str) -> None:
    notes = list(road(1.0, places=False))
    notes[3] = Note(4, notes[3].total, name=name, amended="added")
    car = Car(*notes)
    car.go(EVERY * 3 + 25.0 - car.truth)
    car.enter("do=sync")
    assert car.reckoned.place == pytest.approx(EVERY * 3, abs=10.0)
    car.enter("do=undo")
    [_, undone] = [out for out in car.outs if isinstance(out, TripChanged)]
    assert undone.after_m == pytest.approx(car.total, abs=1.0)
    assert undone.before_m == pytest.approx(EVERY * 3, abs=10.0)


@pytest.mark.parametrize(("taught", "back_at"), [(None, 1.0), (Learnt(book=Book(1.01, 0.0006)), 1.01)])
def test_a_scale_that_is_taken_back_teaches_what_was_known_before(taught: Learnt | None, back_at: float) -> None:
    car = Car(*road(1.0), taught=taught)
    car.go(200.0)
    car.enter("scale=1.05")
    assert car.reckoned.scale == 1.05
    car.enter("do=undo")
    assert car.reckoned.scale == pytest.approx(back_at, abs=1e-4)
    [_, undone] = [out for out in car.outs if isinstance(out, TripChanged)]
    assert (undone.before_m, undone.after_m) == (1.05, 1.0)


def test_a_crew_without_coordinates_teaches_by_syncs() -> None:
    car = Car(*road(places=False, count=20))
    for n in range(1, 17):
        car.go(EVERY * n - car.truth - 30.0, 15.0)
        car.drive(2.0, (EVERY * n - car.truth) / 2.0)
        car.enter("do=sync")
    assert car.changed.count(f"sync to box {n + 1}") == 1
    assert car.reckoned.scale == pytest.approx(1.01, abs=0.0025)
    assert car.reckoned.scale_sigma < 0.0025


def test_the_partial_zeroed_at_the_boxes_teaches_as_well() -> None:
    car = Car(*road(places=False, count=20))
    for n in range(1, 17):
        car.go(EVERY * n - car.truth, 15.0)
        car.press(TRIP)
    assert car.state.agreement.believed >= 14
    assert car.reckoned.scale == pytest.approx(1.01, abs=0.0025)


def test_a_partial_zeroed_anywhere_teaches_nothing() -> None:
    car = Car(*road(1.0, places=False))
    for _ in range(8):
        car.go(EVERY * 1.0 - (car.truth - 350.0) % EVERY, 15.0)
        car.press(TRIP)
    assert car.state.agreement.believed == 0


def test_steps_that_bring_the_total_to_a_box_are_a_landmark() -> None:
    car = Car(*road(1.02, places=False))
    car.past(2)
    for _ in range(3):
        car.press(PLUS)
    car.go(300.0)
    assert car.state.agreement.nudged is None
    assert car.state.agreement.believed == 1
    assert reckoning.place(car.reckoned, car.distance) == pytest.approx(car.total, abs=15.0)


def test_steps_elsewhere_are_metres_that_were_driven_too_many() -> None:
    car = Car(*road(1.0))
    car.past(4)
    before = reckoning.place(car.reckoned, car.distance) - car.total
    car.go(330.0)
    for _ in range(6):
        car.press(MINUS)
    car.go(90.0)
    assert reckoning.place(car.reckoned, car.distance) - car.total == pytest.approx(before, abs=1.0)
    assert reckoning.sigma(car.reckoned, car.distance) > 50.0


def test_next_is_no_landmark() -> None:
    car = Car(*road(places=False))
    for _ in range(5):
        car.go(600.0)
        car.press(2)
    assert car.state.agreement.believed == 0


def test_counting_backwards_the_reckoning_follows() -> None:
    car = Car(*road(1.0))
    car.past(4)
    there_ = reckoning.place(car.reckoned, car.distance)
    car.enter("do=backwards")
    car.go(300.0)
    car.enter("do=backwards")
    car.go(300.0)
    assert reckoning.place(car.reckoned, car.distance) == pytest.approx(there_, abs=40.0)


def test_where_gps_is_forbidden_the_crew_alone_teaches_and_the_wheel_may_be_far_off() -> None:
    settings = Settings(agreement="propose", allow=Allow(gps=False))
    car = Car(*road(1.025, places=False, count=14), settings=settings)
    car.identify()
    for n in range(1, 12):
        car.roll((EVERY * n - car.truth) / 20.0, 20.0)
        car.enter("do=sync")
    assert car.reckoned.scale == pytest.approx(1.025, abs=0.006)


# From one drive to the next.


def named(agreement: str) -> Settings:
    return Settings(agreement=agreement, vehicle=Vehicle(name="412"))  # type: ignore[arg-type]


def test_what_is_learnt_is_kept_for_the_next_drive_of_a_car_with_a_name() -> None:
    car, nameless = Car(*road(), settings=named("propose")), Car(*road())
    for each in (car, nameless):
        each.go(9000.0)
    saves = [out for out in car.outs if isinstance(out, Save)]
    assert 1 <= len(saves) <= 6
    known = learnt.saved(saves[-1])
    assert isinstance(known, Book)
    assert known.scale == pytest.approx(1.01, abs=0.002)
    assert not any(isinstance(out, Save) for out in nameless.outs)


@pytest.mark.parametrize("gps", [True, False])
def test_what_the_wheel_alone_has_taught_is_kept_with_its_factors(gps: bool) -> None:
    settings = Settings(agreement="propose", allow=Allow(gps=gps), vehicle=Vehicle(name="412"))
    car = Car(*road(1.0, count=30, places=False), settings=settings, taught=Learnt(wheel=Wheel(1.002, 0.001, 0.98)))
    car.state = engine.carry(None, car.plan, car.state)
    car.identify()
    for n in range(1, 20):
        car.roll((EVERY * n - car.truth) / 20.0, 20.0, gps=gps)
        car.enter("do=sync")
    known = [learnt.saved(out) for out in car.outs if isinstance(out, Save) and out.kind == "book"][-1]
    assert isinstance(known, Book)
    assert known.by_gps is gps
    assert (known.probe1_m_per_pulse, known.probe2_m_per_pulse) == ((None, None) if gps else (0.49098, 0.501))


def test_a_wheel_that_a_new_plan_reckons_otherwise_reopens_the_books_scale() -> None:
    """A calibration was kept while the unit was off; without GPS the book's scale hung on the old factors."""
    car = Car(*road(1.0, places=False), settings=Settings(agreement="propose", allow=Allow(gps=False)))
    car.identify()
    for n in range(1, 10):
        car.roll((EVERY * n - car.truth) / 20.0, 20.0)
        car.enter("do=sync")
    assert car.reckoned.scale_sigma < 0.005
    book = Roadbook("test", "test", "metric", car.plan.book.notes)
    other = lay_out("o", car.plan.settings, book, Report("test"), taught=Learnt(wheel=Wheel(1.0, 0.001, 1.012, 1.012)))
    after = engine.carry(car.plan, other, car.state).agreement.reckoning
    assert after is not None
    assert after.scale_sigma == agreement.WHEEL_PRIOR
    same = engine.carry(car.plan, car.plan, car.state).agreement.reckoning
    assert same == car.reckoned


def test_what_was_learnt_before_is_proposed_at_the_start_or_taken() -> None:
    taught = Learnt(book=Book(1.01, 0.0006))
    asks, does = Car(*road(), taught=taught), Car(*road(), settings=AUTOMATIC, taught=taught)
    for car in (asks, does):
        car.drive(3.0)
    assert asks.offer == "book runs 1.0 % long, ±0.1"
    assert asks.total == 0.0
    assert [change.what for change in does.agreed] == ["agree scale 1.0100"]
    does.past(12)
    assert does.off == pytest.approx(0.0, abs=8.0)


def test_a_new_segment_keeps_what_was_learnt() -> None:
    car = Car(*road())
    car.past(6)
    before = car.state.agreement
    car.start()
    assert car.state.agreement.reckoning == before.reckoning
    car.drive(3.0)
    car.go(4000.0)
    assert car.state.agreement.believed > before.believed
    assert car.state.agreement.outliers == 0


def test_another_book_begins_anew() -> None:
    car = Car(*road())
    car.past(6)
    other = lay_out("other", PROPOSE, Roadbook("b", "test", "metric", (Note(1, 11.0), Note(2, 77.0))), Report("b"))
    assert engine.carry(car.plan, other, car.state).agreement == State().agreement


def test_the_state_stays_small_with_all_that_is_learnt() -> None:
    car = Car(*road(), settings=AUTOMATIC)
    car.go(5000.0)
    for n in range(60):
        car.enter(f"total={car.total + 0.1 + n / 7}")
    car.go(1000.0)
    assert len(encode(car.state)) < STATE_BYTES
    assert trip.total(car.state.trip, car.distance) == car.total
