"""A bulletin on the line: changes by buttons, the book that follows, and a drive that goes on as if nothing were."""

from dataclasses import replace

import pytest

from codriver.cockpit import status
from codriver.cockpit.outside import Outside
from codriver.core import display, engine
from codriver.core.amending import AMEND, WHATS, pointer
from codriver.core.hearing import RENDERED
from codriver.core.outs import Alert, Amended, Call, NotePassed, Replan
from codriver.core.plan import Inputs, build
from codriver.core.state import encode
from codriver.roadbook import layer
from codriver.roadbook.change import Change
from codriver.roadbook.model import Note, Roadbook
from codriver.signals import Done, Start
from tests.core.car_bench import Bench

TABLE = b"distance,danger,note\n0,,start\n0.3,,well\n0.8,,left\n1.2,1,fork\n2.0,,right\n3.0,,finish\n"
TRIP, NEXT, BACK, PLUS, MINUS, MARK = range(1, 7)


class Car(Bench):
    """A car on the bench that drives by a book of its own, and gets a new plan where it asks for one."""

    def __init__(self, changes: str = "") -> None:
        self.inputs = Inputs(roadbook_name="stage.csv", roadbook=TABLE, changes=changes)
        super().__init__()
        self.plan = build(self.inputs)
        self.state = engine.carry(None, self.plan, self.state)
        self.start()
        if self.state.reading is not None:
            self.press(MARK)  # the load report is read

    def replanned(self) -> None:
        """What the loop does of the last Replan."""
        asked = [out for out in self.outs if isinstance(out, Replan)][-1]
        assert asked.reason == "amended"
        self.inputs = replace(self.inputs, changes=asked.text)
        old, self.plan = self.plan, build(self.inputs)
        self.state = engine.carry(old, self.plan, self.state)
        after, self.t = self.t, 0.0
        self.of_day += after
        self.take(Start(0.0, "", "amended", after=after))

    def form(self) -> None:
        """MARK held for the menu, up to the function, MARK."""
        self.press(MARK, held=0.9)
        for _ in range(len(display.MENU) - display.MENU.index(AMEND)):
            self.press(BACK)
        self.press(MARK)
        assert self.state.form is not None

    def amend(self, what: str, *presses: int) -> None:
        """Open the form, choose what, press these and confirm; the new book holds."""
        self.form()
        turns = WHATS.index(what)
        for _ in range(min(turns, len(WHATS) - turns)):
            self.press(PLUS if turns <= len(WHATS) // 2 else MINUS)
        for button in presses:
            self.press(button)
        self.press(MARK)
        self.replanned()

    @property
    def labels(self) -> list[str]:
        return [note.label for note in self.plan.book.notes]

    @property
    def next(self) -> str:
        return self.plan.book.notes[self.state.pointer].label

    @property
    def amended(self) -> list[str]:
        return [out.text for out in self.outs if isinstance(out, Amended)]

    @property
    def called(self) -> list[str]:
        return [" ".join(out.parts) for out in self.outs if isinstance(out, Call) and out.kind == "note"]


@pytest.fixture
def car() -> Car:
    made = Car()
    made.identify()
    return made


def test_a_danger_at_the_next_box_takes_a_few_presses_and_less_than_twenty_seconds(car: Car) -> None:
    began = car.t
    car.form()
    car.press(MARK)
    assert car.t - began < 20.0
    car.replanned()
    note = car.plan.book.notes[car.state.pointer]
    assert (note.danger, note.amended, note.changed) == (3, "altered", ("danger",))
    assert car.amended == [f"box {note.label} at {note.total / 1000:.2f} km: danger 3"]


@pytest.mark.parametrize("what", [what for what in WHATS if what not in ("take back", "cancel zone")])
def test_every_change_of_a_box_ahead_is_made_in_less_than_twenty_seconds(car: Car, what: str) -> None:
    """Of the third box from here, with its figure changed by three steps, at three presses a second."""
    before = len(car.pressed)
    car.amend(what, NEXT, PLUS, PLUS, NEXT, PLUS, PLUS, PLUS)
    presses = len(car.pressed) - before
    assert 0.33 * presses + 0.9 < 20.0
    assert len(car.amended) == 1
    assert any(note.amended for note in car.plan.book.notes)


def test_a_box_is_added_where_the_form_says_and_is_called_and_passed_by_its_name(car: Car) -> None:
    car.amend("new box", NEXT, NEXT, *[PLUS] * 5, NEXT, PLUS, PLUS)
    added = next(note for note in car.plan.book.notes if note.amended == "added")
    assert added.danger == 2
    car.roll(200.0, 20.0, gps=True)
    passed = [out.note for out in car.outs if isinstance(out, NotePassed)]
    assert added.number in passed
    assert passed == [note.number for note in car.plan.book.notes][: len(passed)]


def test_a_cancelled_box_is_neither_next_nor_called_nor_passed(car: Car) -> None:
    car.amend("cancel box", NEXT, PLUS)
    [struck] = [note for note in car.plan.book.notes if note.cancelled]
    car.roll(200.0, 20.0, gps=True)
    assert struck.number not in [out.note for out in car.outs if isinstance(out, NotePassed)]
    assert not any(struck.words in words for words in car.called)
    assert len(car.called) >= 3


def test_back_and_next_step_over_a_cancelled_box() -> None:
    car = Car(layer.write([Change("cancel", 300.0)]).decode())
    car.enter("do=previous_note")
    seen = []
    for _ in range(3):
        car.enter("do=next_note")
        seen.append(car.next)
    car.enter("do=previous_note")
    assert seen == ["3", "4", "5"] if seen[0] == "3" else seen[:2] == ["1", "3"]
    assert "2" not in [*seen, car.next]


def test_a_zone_is_begun_and_ended_at_boxes_and_cancelled_again(car: Car) -> None:
    car.amend("zone begins", NEXT, PLUS)
    car.amend("zone ends", NEXT, PLUS, PLUS)
    begins, ends = [[event.kind for event in note.events] for note in car.plan.book.notes if note.amended]
    assert (begins, ends) == (["dz"], ["fz"])
    car.amend("cancel zone", NEXT, PLUS)
    assert not any(note.events for note in car.plan.book.notes)


def test_an_amendment_is_taken_back_by_another_one(car: Car) -> None:
    original = car.plan.book
    car.amend("danger")
    car.amend("take back")
    assert car.plan.book == original
    assert car.inputs.changes == ""
    assert car.amended[-1].startswith("taken back: ")
    car.form()
    for _ in range(WHATS.index("take back")):
        car.press(PLUS)
    car.press(MARK)
    assert "no amendment is there" in car.pressed[-1]


def test_a_change_that_does_not_fit_is_told_and_asks_for_no_plan(car: Car) -> None:
    car.form()
    for _ in range(WHATS.index("cancel zone")):
        car.press(PLUS)
    car.press(MARK)
    assert car.pressed[-1].startswith("amend refused: ")
    assert "No speed zone begins there" in car.pressed[-1]
    assert not [out for out in car.outs if isinstance(out, Replan)]


def test_while_the_book_is_being_amended_no_second_change_is_begun(car: Car) -> None:
    car.form()
    car.press(MARK)
    car.enter(f"do={AMEND}")
    assert car.state.form is None
    assert "a moment" in car.pressed[-1]
    car.replanned()
    car.enter(f"do={AMEND}")
    assert car.state.form is not None


def test_without_a_book_there_is_nothing_to_amend() -> None:
    bench = Bench()
    bench.enter(f"do={AMEND}")
    assert bench.state.form is None
    assert "no roadbook" in bench.pressed[-1]


def test_the_drive_goes_on_with_its_total_its_next_box_and_its_calls(car: Car) -> None:
    """Two amendments in mid-drive of boxes ahead: the same distance, the same calls, none twice, none lost."""
    plain = Car()
    for one in (car, plain):
        one.identify()
        one.roll(30.0, 10.0, gps=True)
    assert car.total == plain.total
    before = (car.total, car.next)
    car.enter(f"do={AMEND}")
    car.press(NEXT)
    car.press(PLUS)
    car.press(PLUS)
    car.press(MARK)
    plain.wait(car.t - plain.t)
    car.replanned()
    assert car.total == pytest.approx(before[0], abs=30.0)
    for one in (car, plain):
        one.roll(300.0, 10.0, gps=True)
    assert len(car.called) == len(set(car.called)) == len(plain.called)
    assert car.passed == plain.passed


def test_what_was_called_beyond_a_new_box_is_not_called_again(car: Car) -> None:
    """The fork at 1.2 km is called; then a box comes in before it."""
    while not any("fork" in words for words in car.called):
        car.roll(1.0, 18.0, gps=True)
    car.roll(3.0, 2.0, gps=True)
    called = list(car.called)
    assert car.next == "4"
    at = round(car.total + 10.0)
    car.outs.append(Replan("amended", layer.write([Change("add", total=at, words="ditch")]).decode()))
    car.replanned()
    assert car.next == "3a"
    car.roll(120.0, 18.0, gps=True)
    later = car.called[len(called) :]
    assert any("ditch" in words for words in later)
    assert not any("fork" in words for words in later)
    assert any("right" in words for words in later)


NOTES = tuple(Note(number, 1000.0 * number) for number in range(1, 6))
BOOK = Roadbook("b", "t", "metric", NOTES)


@pytest.mark.parametrize(
    ("change", "at", "here", "then"),
    [
        (Change("add", total=2500.0), 2, 2400.0, 2),
        (Change("add", total=2500.0), 2, 2600.0, 3),
        (Change("add", total=1500.0), 2, 2400.0, 3),
        (Change("add", total=3500.0), 2, 2400.0, 2),
        (Change("alter", box="3", moved=2300.0), 2, 2400.0, 3),
        (Change("alter", box="2", moved=2700.0), 2, 2400.0, 1),
        (Change("alter", box="3", danger=3), 2, 2400.0, 2),
        (Change("alter", box="3", danger=3), 1, 2400.0, 1),
        (Change("add", total=9000.0), 5, 5200.0, 5),
    ],
    ids=[
        "new ahead",
        "new behind",
        "new long behind",
        "new further on",
        "moved back",
        "moved on",
        "altered",
        "by hand",
        "end",
    ],
)
def test_the_next_box_is_the_same_unless_a_new_or_moved_one_comes_before_it(
    change: Change, at: int, here: float, then: int
) -> None:
    """Also where the crew has set it by hand to another than the distance says."""
    assert pointer(BOOK, layer.apply(BOOK, [change])[0], at, here) == then


def test_the_state_stays_small_with_the_form_open(car: Car) -> None:
    car.form()
    assert len(encode(car.state)) < 8192


def test_a_box_that_the_crew_has_joined_is_called_in_one_breath_with_the_next() -> None:
    """The two stand 500 m apart: alone each has a call of its own."""
    joined = layer.write([Change("note", 300.0, joined=True)]).decode()
    words = []
    for changes in ("", joined):
        car = Car(changes)
        car.identify()
        car.roll(60.0, 15.0, gps=True)
        words.append([call for call in car.called if "well" in call])
    [[alone], [both]] = words
    assert "left" not in alone
    assert "left" in both


def test_the_status_page_says_which_boxes_are_amended(car: Car) -> None:
    car.amend("danger", NEXT, PLUS)
    assert "Amended boxes: 1 altered (2)." in status.lines(car.plan, car.state, Outside(), car.t)


# Until the book has changed.


def asked(car: Car) -> int:
    """How many plans the crew's changes have asked for."""
    return sum(isinstance(out, Replan) for out in car.outs)


def test_a_second_change_waits_for_the_first_however_long_its_book_takes(car: Car) -> None:
    """It would be a layer without the first, which would be lost."""
    car.form()
    car.press(MARK)
    car.wait(60.0)
    car.enter("do=amend")
    assert car.state.form is None
    car.replanned()
    car.enter("do=amend")
    assert car.state.form is not None


def test_a_plan_for_the_lengths_of_words_that_comes_between_frees_no_second_change(car: Car) -> None:
    car.form()
    car.press(MARK)
    after, car.t = car.t, 0.0
    car.take(Start(0.0, "", RENDERED, after=after))
    car.enter("do=amend")
    assert car.state.form is None


def test_a_book_that_is_being_taken_into_use_is_not_amended_by_what_was_read_in_the_old_one(car: Car) -> None:
    report = '{"file":"ab12cd34-b.csv","name":"b.csv","pages":1,"lines":["4 boxes."]}'
    car.take(Done(car.t, "load", f"ready {report}"))
    car.wait(1.0)
    car.press(MARK)
    assert asked(car) == 1
    car.enter("do=amend")
    assert car.state.form is None


def test_a_change_of_which_no_plan_could_be_made_leaves_the_form_free(car: Car) -> None:
    car.form()
    car.press(MARK)
    car.take(Done(car.t, "load", "unmade the new plan could not be made"))
    assert [out.text for out in car.outs if isinstance(out, Alert)][-1] == "the new plan could not be made"
    car.enter("do=amend")
    assert car.state.form is not None
