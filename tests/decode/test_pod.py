"""A pod on the other end of a line that loses, repeats and damages frames; and a host that is not always there."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codriver.decode import pod
from codriver.decode.pod import Contact, Event, Pod, PodAlive, PodDead, PodFault, PodRestarted, Power, Wheel
from codriver.decode.pod_frames import WRAP, Complaint, ContactChange, Frame, Identity, Supply, WheelCount
from codriver.signals import stamp


def on_paper(state: Pod) -> Pod:
    """The pod's state as it comes back from the run database."""
    return msgspec.json.decode(msgspec.json.encode(state), type=Pod)


@dataclass
class Car:
    """A pod's counters and contacts, the host that hears them, and our time `t` for both."""

    t: float = 10.0
    ms: int = 5000
    boot: int = 7
    counts: tuple[int, int] = (100, 200)
    seq: int = 0
    state: Pod = field(default_factory=Pod)
    events: list[Event] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Time passes; the host folds its ticks."""
        until = stamp(self.t + seconds)
        while (due := pod.due(self.state)) is not None and due <= until:
            self.state, events = pod.tick(self.state, due)
            self.events += events
        self.ms = (self.ms + round(seconds * 1000)) % WRAP
        self.t = until

    def hears(self, frame: Frame, delay: float = 0.0) -> list[Event]:
        """The host folds one frame, `delay` late; what came of it."""
        self.state, events = pod.fold(self.state, frame, stamp(self.t + delay))
        self.events += events
        return list(events)

    def identity(self) -> list[Event]:
        return self.hears(Identity(1, "1.0", "E661", self.boot))

    def wheel(self, pulses1: int = 0, pulses2: int = 0, *, after: float = 0.05, delay: float = 0.0) -> list[Event]:
        """The wheel turns, and tells."""
        self.wait(after)
        self.turns(pulses1, pulses2)
        return self.hears(WheelCount(self.ms, *self.counts), delay)

    def turns(self, pulses1: int, pulses2: int) -> None:
        """The wheel turns, and nobody listens."""
        self.counts = ((self.counts[0] + pulses1) % WRAP, (self.counts[1] + pulses2) % WRAP)

    def contact(self, button: int, closed: bool) -> ContactChange:
        """A contact changes now; the frame is yet to arrive."""
        self.seq = (self.seq + 1) % WRAP
        return ContactChange(self.ms, self.seq, button, closed)

    def power_up(self, ms: int = 300) -> None:
        """The pod loses its supply and counts anew."""
        self.boot, self.ms, self.counts, self.seq = self.boot + 1, ms, (0, 0), 0

    def host_restarts(self, t: float = 0.0) -> None:
        """A new segment; the state crosses on paper."""
        self.state, self.t = pod.start(on_paper(self.state)), t

    @property
    def pulses(self) -> tuple[int, int]:
        wheels = [event for event in self.events if isinstance(event, Wheel)]
        return sum(event.pulses1 for event in wheels), sum(event.pulses2 for event in wheels)

    @property
    def folded(self) -> list[tuple[int, bool]]:
        """(seq, closed) of every contact that counted."""
        return [(event.seq, event.closed) for event in self.events if isinstance(event, Contact) and event.fresh]


@pytest.fixture
def car() -> Car:
    """A car whose pod is known and rolling."""
    car = Car()
    car.identity()
    car.wheel()
    car.events.clear()
    return car


# The wheel.


def test_pulses_are_counted_from_frame_to_frame(car: Car) -> None:
    assert car.wheel(3, 4) == [Wheel(car.t, car.ms, 3, 4, 0.05, caught_up=False)]


def test_the_first_count_is_a_reference_and_no_distance() -> None:
    car = Car()
    assert car.wheel(5, 5) == [PodAlive(car.t), Wheel(car.t, car.ms, 0, 0, None, caught_up=False)]


def test_counts_and_milliseconds_wrap() -> None:
    car = Car(ms=WRAP - 80, counts=(WRAP - 2, WRAP - 1))
    car.wheel()
    assert car.wheel(5, 5)[-1] == Wheel(car.t, 20, 5, 5, 0.05, caught_up=False)


def test_a_count_heard_twice_is_nothing_new(car: Car) -> None:
    car.wheel(3, 3)
    assert car.hears(WheelCount(car.ms, *car.counts)) == []
    assert car.state.wheels.refused == 0


def test_a_new_boot_is_never_distance_and_never_a_wrap(car: Car) -> None:
    car.wheel(50, 50)
    car.power_up()
    assert car.identity() == [PodRestarted(car.t)]
    assert car.wheel(9, 9)[-1] == Wheel(car.t, car.ms, 0, 0, None, caught_up=False)
    car.wheel(2, 2)
    assert car.pulses == (52, 52)


def test_a_new_boot_is_known_by_its_time_when_its_name_was_lost(car: Car) -> None:
    car.wheel(50, 50)
    car.power_up()
    assert car.wheel(2, 2) == []
    assert car.wheel(2, 2) == [PodRestarted(car.t), Wheel(car.t, car.ms, 2, 2, 0.05, caught_up=False)]
    assert car.identity() == []
    assert car.pulses == (52, 52)


def test_a_count_damaged_behind_a_true_checksum_costs_no_distance(car: Car) -> None:
    for damage in (-90, 5_000_000):
        car.wait(0.02)
        assert car.hears(WheelCount(car.ms, car.counts[0] + damage, car.counts[1])) == []
        car.wheel(10, 10)
    assert car.pulses == (20, 20)
    assert car.state.wheels.refused == 2


def test_an_absurd_jump_is_refused_and_counted_and_the_wheel_goes_on_from_there(car: Car) -> None:
    car.turns(100_000, 0)
    assert car.wheel(3, 3) == []
    car.wheel(3, 3)
    car.wheel(3, 3)
    assert car.pulses == (6, 6)
    assert car.state.wheels.refused == 1


def test_a_wheel_faster_than_twenty_kilohertz_is_absurd(car: Car) -> None:
    assert len(car.wheel(1000, 0, after=0.05)) == 1
    assert car.wheel(1001, 0, after=0.05) == []


# The host was down.


def test_pulses_made_while_the_host_was_down_are_caught_up(car: Car) -> None:
    car.host_restarts()
    car.turns(500, 501)
    car.ms += 39_950
    car.identity()
    assert car.wheel()[-1] == Wheel(car.t, car.ms, 500, 501, 40.0, caught_up=True)
    assert car.wheel(2, 2)[-1] == Wheel(car.t, car.ms, 2, 2, 0.05, caught_up=False)


def test_pulses_wait_to_be_caught_up_until_the_pod_has_named_its_boot(car: Car) -> None:
    car.host_restarts()
    car.turns(500, 501)
    assert car.wheel(after=2.0)[-1] == Wheel(car.t, car.ms, 0, 0, None, caught_up=False)
    assert car.wheel(2, 2)[-1] == Wheel(car.t, car.ms, 2, 2, 0.05, caught_up=False)
    assert car.identity() == [Wheel(car.t, car.ms, 500, 501, 2.0, caught_up=True)]
    assert car.identity() == []


def test_pulses_of_another_boot_are_not_caught_up(car: Car) -> None:
    car.host_restarts()
    car.power_up(ms=60_000)
    car.turns(500, 501)
    car.wheel(after=2.0)
    car.wheel(2, 2)
    assert car.identity() == [PodRestarted(car.t)]
    car.wheel(2, 2)
    assert car.pulses == (4, 4)


def test_another_pod_with_the_same_boot_number_is_another_boot(car: Car) -> None:
    car.host_restarts()
    car.hears(Identity(1, "1.0", "FFFF", car.boot))
    car.wheel(500, 500, after=2.0)
    assert car.pulses == (0, 0)


def test_counts_of_a_boot_that_never_named_itself_are_a_reference_only() -> None:
    car = Car()
    car.wheel()
    car.host_restarts()
    car.wheel(500, 500, after=2.0)
    car.identity()
    assert car.pulses == (0, 0)
    car.host_restarts()
    car.identity()
    car.wheel(2, 2)
    assert car.pulses == (2, 2)


def test_two_host_restarts_in_a_row_lose_no_metre(car: Car) -> None:
    car.host_restarts()
    car.wheel(100, 100, after=1.0)
    car.host_restarts()
    car.wheel(200, 200, after=1.0)
    assert car.identity() == [Wheel(car.t, car.ms, 300, 300, 2.0, caught_up=True)]


def test_what_a_silence_still_owed_when_the_host_went_down_is_not_caught_up(car: Car) -> None:
    """A cable came out and went in, and the power was cut before the pod had named itself: GPS has those metres."""
    car.wait(7.0)
    car.wheel(340, 340)
    car.host_restarts()
    car.wheel(150, 150, after=2.0)
    assert car.identity() == [Wheel(car.t, car.ms, 150, 150, 2.0, caught_up=True)]


# Alive and dead.


def test_a_pod_without_its_wheel_for_three_seconds_is_dead(car: Car) -> None:
    heard = car.t
    car.wait(2.9)
    assert car.events == []
    car.wait(0.2)
    assert car.events == [PodDead(stamp(heard + 3.0))]
    assert pod.due(car.state) is None


def test_power_does_not_keep_a_dead_pod_alive(car: Car) -> None:
    for _ in range(4):
        car.hears(Supply(car.ms, 13800, True, None))
        car.wait(1.0)
    assert PodDead in {type(event) for event in car.events}


def test_a_pod_that_is_only_without_power_lines_lives(car: Car) -> None:
    for _ in range(8):
        car.wheel(after=1.0)
    assert PodDead not in {type(event) for event in car.events}


def test_a_pod_that_comes_back_in_the_same_boot_has_counted_on(car: Car) -> None:
    car.wait(10.0)
    assert car.wheel(300, 300) == [PodAlive(car.t), Wheel(car.t, car.ms, 0, 0, None, caught_up=False)]
    assert car.identity() == [Wheel(car.t, car.ms, 300, 300, 10.05, caught_up=False)]


def test_pulses_of_a_silence_are_not_those_of_the_hosts_absence(car: Car) -> None:
    """The receiver measured those metres; giving them to the trip as well would count them twice."""
    car.wait(10.0)
    car.identity()
    assert car.wheel(300, 300)[-1] == Wheel(car.t, car.ms, 300, 300, 10.05, caught_up=False)


def test_a_pod_that_lived_before_start_is_missed_after_it(car: Car) -> None:
    car.host_restarts()
    car.wait(5.0)
    assert car.events == [PodDead(3.0)]


def test_a_pod_that_was_never_there_is_missed_where_it_is_expected() -> None:
    assert pod.due(pod.start(Pod())) is None
    assert pod.due(pod.start(Pod(), expected=True)) == 3.0


def test_power_is_in_volts(car: Car) -> None:
    assert car.hears(Supply(car.ms, 13810, True, 41.5)) == [Power(car.t, 13.81, True, 41.5)]


def test_a_complaint_of_the_pod_is_told(car: Car) -> None:
    assert car.hears(Complaint(car.ms, "overrun", "uart")) == [PodFault(car.t, "overrun", "uart")]


def test_a_foreign_protocol_is_told_once(car: Car) -> None:
    car.host_restarts()
    frame = Identity(2, "9.0", "E661", car.boot)
    assert [type(event) for event in car.hears(frame)] == [PodFault]
    assert car.hears(frame) == []


# Contacts.


def test_a_contact_is_fresh_once_and_acknowledged_each_time(car: Car) -> None:
    change = car.contact(1, True)
    assert car.hears(change, delay=0.001) == [Contact(car.t, 1, 1, True, fresh=True)]
    car.wait(0.05)
    assert car.hears(change) == [Contact(car.t, 1, 1, True, fresh=False)]


def test_a_contact_is_dated_by_the_pods_own_time(car: Car) -> None:
    """Its first frame was lost and the repeat came late: the finger was not."""
    pressed = car.t
    change = car.contact(1, True)
    car.wheel()
    assert car.hears(change, delay=0.02) == [Contact(pressed, 1, 1, True, fresh=True)]


def test_a_contact_is_never_dated_after_its_arrival(car: Car) -> None:
    car.ms += 40
    assert car.hears(car.contact(1, True)) == [Contact(car.t, 1, 1, True, fresh=True)]


def test_a_contact_is_never_dated_before_the_one_before_it(car: Car) -> None:
    car.hears(car.contact(1, True))
    car.seq += 1
    assert car.hears(ContactChange(car.ms - 30, car.seq, 1, False)) == [Contact(car.t, 2, 1, False, fresh=True)]


def test_the_least_delay_counts(car: Car) -> None:
    for delay in (0.03, 0.004, 0.02, 0.05):
        car.wheel(delay=delay)
    dated = car.hears(car.contact(1, True), delay=0.04)[0].t
    assert 0 <= dated - car.t < 0.005


@pytest.mark.parametrize("drift", [-5e-5, 5e-5])
def test_the_pods_crystal_may_drift(drift: float) -> None:
    """An hour of rolling at 50 parts in a million is 180 ms; contacts stay within 15 ms."""
    car = Car()
    for _ in range(3600):
        car.wheel(after=1.0)
        car.t = stamp(car.t + drift)
    assert car.hears(car.contact(1, True), delay=0.01)[0].t == pytest.approx(car.t, abs=0.015)


def test_contacts_that_change_places_are_put_in_order(car: Car) -> None:
    closing, opening = car.contact(1, True), car.contact(1, False)
    assert car.hears(opening) == []
    car.wait(0.05)
    car.hears(closing)
    assert car.folded == [(1, True), (2, False)]


def test_the_first_contact_heard_of_a_running_pod_waits_for_those_before_it(car: Car) -> None:
    """The first frame of all was lost, and this boot's contacts are not known: 41 may come yet."""
    car.seq = 40
    closing, opening = car.contact(1, True), car.contact(1, False)
    car.hears(opening)
    car.wait(0.05)
    car.hears(closing)
    car.wait(0.2)
    assert car.folded == [(41, True), (42, False)]


def test_order_holds_across_the_wrap() -> None:
    car = Car(seq=WRAP - 2)
    car.identity()
    for change in (car.contact(1, True), car.contact(1, False)):
        car.hears(change)
    car.wait(0.2)
    late, early = car.contact(2, True), car.contact(2, False)
    car.hears(early)
    car.hears(late)
    assert car.folded == [(WRAP - 1, True), (0, False), (1, True), (2, False)]


def test_a_contact_that_never_comes_does_not_hold_the_next_for_ever(car: Car) -> None:
    car.hears(car.contact(1, True))
    car.contact(1, False)
    change = car.contact(2, True)
    for _ in range(5):
        car.hears(change)
        car.wait(0.05)
    assert car.folded == [(1, True), (3, True)]


def test_a_gap_in_a_log_without_repeats_is_passed_too(car: Car) -> None:
    for _ in range(3):
        car.contact(1, True)
        car.hears(car.contact(1, False))
        car.wait(0.3)
    assert [seq for seq, _ in car.folded] == [2, 4, 6]


def test_a_seq_damaged_behind_a_true_checksum_is_never_believed(car: Car) -> None:
    """Believing it would make every later contact an old one: no button would work again."""
    car.hears(car.contact(1, True))
    car.hears(ContactChange(car.ms, 900_000, 1, False))
    car.wait(0.3)
    car.hears(car.contact(1, False))
    assert car.folded == [(1, True), (2, False)]


def test_a_contact_folded_before_the_host_went_down_is_not_folded_again(car: Car) -> None:
    change = car.contact(1, True)
    car.hears(change)
    car.host_restarts()
    assert [event.fresh for event in car.hears(change) if isinstance(event, Contact)] == [False]


def test_a_contact_that_waited_for_another_at_start_waits_for_its_repeat(car: Car) -> None:
    car.hears(car.contact(1, True))
    car.contact(1, False)
    change = car.contact(2, True)
    car.hears(change)
    car.host_restarts()
    car.wait(20.0)
    assert car.folded == [(1, True)]
    car.hears(change)
    car.wait(0.2)
    assert car.folded == [(1, True), (3, True)]


def test_a_contact_made_while_the_host_was_down_counts(car: Car) -> None:
    car.hears(car.contact(1, True))
    change = car.contact(1, False)
    car.host_restarts()
    car.wait(1.0)
    assert car.hears(change) == [Contact(1.0, 2, 1, False, fresh=True)]


def test_a_new_boot_begins_its_contacts_anew(car: Car) -> None:
    for closed in (True, False, True, False):
        car.hears(car.contact(1, closed))
    car.events.clear()
    car.power_up()
    car.identity()
    car.hears(car.contact(1, True))
    assert car.folded == [(1, True)]


def test_a_contact_of_a_boot_in_doubt_is_not_acknowledged_before_it_counts(car: Car) -> None:
    """Host and pod were both off: seq 1 may be an old frame or the first of a new boot."""
    for closed in (True, False, True, False):
        car.hears(car.contact(1, closed))
    car.host_restarts()
    car.power_up()
    change = car.contact(1, True)
    assert car.hears(change) == []
    car.identity()
    assert car.hears(change) == [Contact(car.t, 1, 1, True, fresh=True)]


LOSSES = st.lists(st.booleans(), min_size=1, max_size=200)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), LOSSES, LOSSES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_over_a_bad_line_every_contact_counts_once_and_in_order(
    made: list[int], lost: list[bool], lost_acks: list[bool], restart: bool
) -> None:
    """No frame is lost more than twice running; so many contacts are made every 50 ms; the host may restart midway."""
    car = Car(ms=WRAP - 200)
    car.identity()
    waiting: list[ContactChange] = []
    running: dict[int, int] = {}
    turn = 0
    for step in range(len(made) + 30):
        waiting += [car.contact(1 + n % 6, n % 2 == 0) for n in range(made[step] if step < len(made) else 0)]
        if restart and step == len(made) // 2:
            car.host_restarts(car.t)
            car.identity()
        for change in tuple(waiting):
            turn += 1
            running[change.seq] = running.get(change.seq, 0) + 1 if lost[turn % len(lost)] else 0
            if running[change.seq] in {1, 2}:
                continue
            running[change.seq] = 0
            for event in car.hears(change):
                if isinstance(event, Contact) and not (lost_acks[turn % len(lost_acks)] and step < len(made) + 20):
                    waiting = [each for each in waiting if each.seq != event.seq]
        car.wait(0.05)
    assert [seq for seq, _ in car.folded] == list(range(1, car.seq + 1))
    assert waiting == []


@given(st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("wwwwhni")), max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_pulse_is_lost_or_made_while_the_boot_lasts(steps: list[tuple[int, str]]) -> None:
    """The wheel tells, turns unheard, the host restarts, the pod names itself, in any order."""
    car = Car()
    car.identity()
    car.wheel()
    truth = 0
    for pulses, what in steps:
        truth += pulses
        match what:
            case "w":
                car.wheel(pulses, pulses, after=0.2)
            case "n":
                car.turns(pulses, pulses)
                car.wait(0.2)
            case "h":
                car.turns(pulses, pulses)
                car.wait(0.2)
                car.host_restarts()
            case _:
                car.turns(pulses, pulses)
                car.wait(0.2)
                car.identity()
    car.wheel(after=0.2)
    car.identity()
    car.wheel(after=0.2)
    assert car.pulses == (truth, truth)


NUMBERS = st.integers(0, WRAP - 1) | st.integers(0, 40) | st.integers(WRAP - 40, WRAP - 1)
FRAMES = (
    st.builds(WheelCount, NUMBERS, NUMBERS, NUMBERS)
    | st.builds(ContactChange, NUMBERS, NUMBERS, st.integers(1, 8), st.booleans())
    | st.builds(Identity, st.just(1), st.just("1.0"), st.sampled_from(["A", "B"]), st.integers(0, 2))
    | st.builds(Supply, NUMBERS, st.integers(0, 20_000), st.booleans(), st.none())
    | st.none()
)


@given(st.lists(st.tuples(st.floats(0, 4), FRAMES), max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_frames_leave_the_pod_fit_for_paper_and_the_same_after_it(
    signals: list[tuple[float, Frame | None]],
) -> None:
    """None is a Start. Nothing raises, the state stays small, and every event is dated no later than its arrival."""
    kept, written = Car(), Car()
    for after, frame in signals:
        for car in (kept, written):
            car.wait(round(after, 3))
        if frame is None:
            kept.state = pod.start(kept.state)
            written.state = pod.start(written.state)
            kept.t = written.t = 0.0
            kept.events.clear()
        else:
            assert kept.hears(frame) == written.hears(frame)
            assert all(0.0 <= event.t <= kept.t for event in kept.events if not isinstance(event, PodDead))
            kept.events.clear()
        assert kept.state == written.state
        written.state = on_paper(written.state)
        assert len(msgspec.json.encode(kept.state)) < 3000
