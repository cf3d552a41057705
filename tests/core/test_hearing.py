"""Who hears a call and how loud, and what becomes of it while somebody else speaks on the intercom's line."""

import pytest

from codriver.config import Allow, Settings
from codriver.core import intercom
from codriver.core.hearing import RENDERED
from codriver.core.intercom import SOFTEST, STUCK, Intercom
from codriver.core.outs import Call, Decided, Replan
from codriver.core.plan import lay_out
from codriver.roadbook.model import Note, Report, Roadbook, Waypoint
from codriver.signals import Done, Edge, Fault
from tests.core.car_bench import OPEN, Bench

ROAD = (Note(1, 0.0), Note(2, 900.0, words="keep left"), Note(3, 2100.0, words="ditch", danger=3))
LINED = Settings(busy="gpio 7")


class Car(Bench):
    """The bench, with what the voice is asked for."""

    def __init__(self, *notes: Note, settings: Settings = OPEN) -> None:
        super().__init__(*notes, settings=settings)
        self.take(Done(self.t, "voice", "ready"))
        self.drive(5.0)
        self.outs.clear()

    @property
    def asked(self) -> list[Call]:
        return [out for out in self.outs if isinstance(out, Call)]

    def line(self, *, closed: bool) -> None:
        self.take(Edge(self.t, "gpio", "7", closed))


@pytest.fixture
def car() -> Car:
    return Car(*ROAD, settings=LINED)


def test_everybody_hears_a_call_at_full_loudness(car: Car) -> None:
    car.drive(60.0, 20.0)
    assert car.asked
    assert {(call.only, call.level_db) for call in car.asked} == {("", 0.0)}


def test_a_prompt_is_for_the_codriver_alone() -> None:
    car = Car(*ROAD, settings=Settings(calls="prompt"))
    car.drive(60.0, 20.0)
    assert car.asked
    assert {call.only for call in car.asked} == {"codriver"}


def test_the_crew_makes_the_voice_softer_and_hears_a_beep_of_that(car: Car) -> None:
    for turned in ("softer", "softer", "louder"):
        car.enter(f"do={turned}")
        car.drive(3.0)
    assert [(call.sound, call.parts, call.level_db) for call in car.asked] == [
        ("note", (), -3.0),
        ("note", (), -6.0),
        ("note", (), -3.0),
    ]
    assert car.pressed == ["volume 71 %", "volume 50 %", "volume 71 %"]


def test_the_volume_stays_as_it_is_in_the_next_segment(car: Car) -> None:
    car.enter("do=softer")
    car.start()
    assert intercom.percent(car.state.intercom) == 71


def test_the_voice_is_never_silent_and_never_louder_than_full() -> None:
    assert intercom.turned(Intercom(), 1) == Intercom()
    softest = intercom.turned(Intercom(), -99)
    assert (softest.step, intercom.percent(softest)) == (SOFTEST, 13)


def test_where_the_voice_is_forbidden_there_is_nothing_to_be_made_louder() -> None:
    car = Car(*ROAD, settings=Settings(allow=Allow(voice=False)))
    car.enter("do=louder")
    car.wait(1.0)
    assert car.pressed == ["the profile forbids the voice"]
    assert not car.asked


def test_while_the_line_is_busy_a_call_is_a_beep(car: Car) -> None:
    car.drive(30.0, 20.0)
    car.outs.clear()
    car.line(closed=True)
    car.drive(15.0, 20.0)
    assert [(call.kind, call.sound, call.parts) for call in car.asked] == [("note", "note", ())]
    assert [(row.note, row.what, row.why) for row in car.outs if isinstance(row, Decided)] == [
        (2, "shortened", "the line is busy")
    ]


def test_a_danger_is_said_whoever_speaks(car: Car) -> None:
    car.drive(78.0, 20.0)
    car.line(closed=True)
    car.outs.clear()
    car.drive(18.0, 20.0)
    assert [call.sound for call in car.asked if call.parts] == ["danger3"]


def test_a_line_that_is_free_again_is_spoken_on(car: Car) -> None:
    car.line(closed=True)
    car.wait(1.0)
    car.line(closed=False)
    car.drive(60.0, 20.0)
    assert all(call.parts for call in car.asked if call.kind == "note")


def test_a_line_that_is_busy_for_ever_is_stuck_and_counts_for_nothing(car: Car) -> None:
    car.line(closed=True)
    car.wait(STUCK)
    car.drive(60.0, 20.0)
    assert [call.parts for call in car.asked if call.kind == "note"]
    assert all(call.parts for call in car.asked if call.kind == "note")


def test_while_the_line_is_busy_the_beep_says_what_there_is_to_read() -> None:
    zone = Note(2, 900.0, speed=50 / 3.6, words="zone")
    point = Note(2, 900.0, waypoint=Waypoint("WPM"))
    for note, beep in ((zone, "zone"), (point, "waypoint")):
        car = Car(Note(1, 0.0), note, settings=LINED)
        car.drive(30.0, 20.0)
        car.line(closed=True)
        car.outs.clear()
        car.drive(15.0, 20.0)
        assert [call.sound for call in car.asked if call.kind == "note"] == [beep]


def test_a_prompt_begins_with_the_beep_of_what_it_is() -> None:
    zone = Note(2, 900.0, speed=50 / 3.6, words="zone")
    car = Car(Note(1, 0.0), zone, ROAD[2], settings=Settings(calls="prompt"))
    car.drive(110.0, 20.0)
    assert [call.sound for call in car.asked if call.kind == "note"] == ["zone", "danger3"]


def test_a_fault_is_heard_once_where_a_voice_is_and_its_own_is_not(car: Car) -> None:
    car.take(Fault(car.t, "voice", "the sound device is gone"))
    car.take(Fault(car.t, "gpio", "no pins"))
    car.take(Fault(car.t, "log", "the card is full"))
    car.wait(3.0)
    assert [(call.sound, call.parts) for call in car.asked] == [("fault", ())]


def test_a_fault_is_not_heard_where_no_voice_is(car: Car) -> None:
    car.take(Done(car.t, "voice", "dead"))
    car.take(Fault(car.t, "gpio", "no pins"))
    car.wait(5.0)
    assert car.asked == []


def test_the_line_s_contact_is_no_button(car: Car) -> None:
    car.line(closed=True)
    car.line(closed=False)
    assert car.pressed == []
    assert "gpio" not in car.state.panels
    car.press(8)
    assert len(car.pressed) == 1


def test_a_contact_that_was_closed_before_the_start_is_not_known_to_be_busy(car: Car) -> None:
    car.line(closed=True)
    car.start()
    assert not intercom.busy(car.state.intercom, car.t)


def test_lengths_that_are_known_now_make_a_new_plan(car: Car) -> None:
    assert car.plan.guessed == len(car.plan.seconds)
    car.take(Done(car.t, "voice", RENDERED))
    assert car.outs == [Replan(RENDERED, "")]


def test_a_car_that_rolls_drives_on_by_the_plan_it_has(car: Car) -> None:
    car.drive(5.0, 20.0)
    car.take(Done(car.t, "voice", RENDERED))
    assert not any(isinstance(out, Replan) for out in car.outs)


def test_how_many_words_are_ready_is_known_until_all_are(car: Car) -> None:
    car.take(Done(car.t, "voice", "rendering 120/340"))
    assert car.state.intercom.rendering == (120, 340)
    for strange in ("rendering 9", "rendering a/b", "rendering -1/3", f"rendering 1/{'9' * 99}"):
        car.take(Done(car.t, "voice", strange))
        assert car.state.intercom.rendering == (120, 340)
    car.take(Done(car.t, "voice", RENDERED))
    assert car.state.intercom.rendering is None


def test_lengths_that_were_known_make_none(car: Car) -> None:
    known = dict.fromkeys(car.plan.seconds, 1.0)
    book = Roadbook("test", "test", "metric", ROAD)
    car.plan = lay_out("test", LINED, book, Report("test"), known)
    assert car.plan.guessed == 0
    car.take(Done(car.t, "voice", RENDERED))
    assert car.outs == []


def test_where_nothing_is_heard_no_length_matters(car: Car) -> None:
    car.take(Done(car.t, "voice", "dead"))
    car.take(Done(car.t, "voice", RENDERED))
    assert not any(isinstance(out, Replan) for out in car.outs)
