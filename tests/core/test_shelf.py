"""Roadbooks by buttons alone: listed, chosen, their report read, taken into use by a press; the stick given back."""

import json
from typing import Any

import pytest

from codriver.core import display, shelf
from codriver.core.offer import SEEN
from codriver.core.outs import Alert, Eject, Leaf, Load, Out, Replan
from codriver.core.plan import Plan, lay_out
from codriver.core.state import encode
from codriver.roadbook.model import Doubt, Note, Report, Roadbook
from codriver.signals import Done, Start
from codriver.units import KMH
from tests.core.car_bench import NOTES, Bench, plan_of

NEXT, BACK, PLUS, MARK = 2, 3, 4, 6
BOOKS = ("sda1/SS2.gpx", "sda1/SS1.gpx")
DOUBTS = (Doubt("The distance goes back.", "Look at the box.", 3), Doubt("No danger is marked."))


class Shelf(Bench):
    """A bench whose loop tells of a stick."""

    def told(self, word: str, known: Any) -> None:
        text = known if isinstance(known, str) else json.dumps(known)
        self.take(Done(self.t, "load", f"{word} {text}"))
        self.wait(0.01)

    def plug(self, *books: str, more: int = 0) -> None:
        self.told("stick", {"here": True, "books": books, "more": more})

    def ready(self, name: str = "SS2.gpx", **known: Any) -> None:
        report = {"file": f"ab12cd34-{name}", "name": name, "pages": 1, "lines": ["4 boxes."]}
        self.told("ready", {**report, **known})
        self.wait(SEEN)

    def do(self, action: str) -> None:
        """A function of the menu's."""
        assert action in display.MENU
        self.enter(f"do={action}")

    def asked(self, kind: type[Out]) -> list[Out]:
        return [out for out in self.outs if isinstance(out, kind)]

    @property
    def alerts(self) -> list[str]:
        return [out.text for out in self.outs if isinstance(out, Alert)]

    @property
    def reading(self) -> Any:
        return shelf.standing(self.state, self.t)


def doubtful(*notes: Note) -> Plan:
    return lay_out(
        "test", plan_of().settings, Roadbook("test", "test", "metric", notes), Report("4 boxes.", (), DOUBTS)
    )


@pytest.fixture
def car() -> Shelf:
    return Shelf(*NOTES)


# Listed and chosen.


def test_a_stick_is_noticed_and_says_what_is_on_it(car: Shelf) -> None:
    car.plug(*BOOKS, more=3)
    assert car.alerts == ["5 roadbooks on the stick: ROADBOOKS in the menu"]
    car.told("stick", {})
    assert car.alerts[1:] == ["the stick is out"]


def test_a_stick_without_books_says_so(car: Shelf) -> None:
    car.plug()
    assert car.alerts == ["no roadbook on this stick"]


def test_without_a_stick_there_is_no_list(car: Shelf) -> None:
    car.do("books")
    assert car.state.form is None
    assert car.alerts == ["no stick: plug one in"]


def test_a_book_is_chosen_from_the_list_by_buttons(car: Shelf) -> None:
    car.plug(*BOOKS)
    car.do("books")
    car.press(NEXT)
    car.press(MARK)
    assert car.asked(Load) == [Load("sda1/SS1.gpx")]
    assert car.alerts[-1] == "reading SS1.gpx"
    assert car.state.form is None
    car.do("books")
    assert car.alerts[-1] == "SS1.gpx is being read: a moment"


def test_a_list_closes_when_the_stick_is_pulled_out(car: Shelf) -> None:
    car.plug(*BOOKS)
    car.do("books")
    car.told("stick", {})
    car.press(MARK)
    assert car.asked(Load) == []


def test_the_stick_is_given_back_by_the_last_item(car: Shelf) -> None:
    car.plug(*BOOKS)
    car.do("books")
    car.press(BACK)
    car.press(MARK)
    assert car.asked(Eject) == [Eject()]
    car.told("ejected", "pull the stick out")
    assert car.alerts[-1] == "pull the stick out"


# The report, and taking the book.


def test_the_report_of_a_copied_book_is_shown_and_one_press_takes_it(car: Shelf) -> None:
    car.plug(*BOOKS)
    car.ready(lines=["4 boxes.", "- box 3: The distance goes back."])
    assert car.reading.checked
    car.press(MARK)
    assert car.asked(Replan) == [Replan("book", "ab12cd34-SS2.gpx")]
    assert car.reading is None
    assert car.pressed[-1] == "take SS2.gpx"


def test_the_pages_of_a_copied_books_report_are_asked_for_one_by_one(car: Shelf) -> None:
    car.ready(pages=3)
    car.press(NEXT)
    assert car.asked(Leaf) == [Leaf(1)]
    car.told("page", {"page": 1, "lines": ["- box 3: Odd."]})
    car.press(NEXT)
    car.told("page", {"page": 2, "lines": ["- box 4: Odd, too."]})
    assert car.state.stick.checked is not None
    assert car.state.stick.checked.lines == ("- box 4: Odd, too.",)
    car.press(NEXT)
    car.press(BACK)
    assert car.asked(Leaf)[2:] == [Leaf(0), Leaf(1)]


def test_a_book_that_is_left_is_not_taken_and_waits_in_the_menu(car: Shelf) -> None:
    car.ready()
    car.press(MARK, held=1.2)
    assert (car.reading, car.asked(Replan)) == (None, [])
    car.do("report")
    car.press(MARK)
    assert car.asked(Replan) == [Replan("book", "ab12cd34-SS2.gpx")]


def test_who_drives_is_not_disturbed_and_takes_a_book_by_two_presses(car: Shelf) -> None:
    car.drive(10.0, 50 * KMH)
    car.plug(*BOOKS)
    car.ready()
    assert car.reading is None
    assert car.alerts[-1] == "SS2.gpx is checked: LOAD REPORT in the menu"
    car.do("report")
    car.press(MARK)
    assert car.asked(Replan) == []
    assert car.alerts[-1] == "driving: press again to drive by SS2.gpx"
    car.press(MARK)
    assert car.asked(Replan) == [Replan("book", "ab12cd34-SS2.gpx")]


def test_a_second_press_that_comes_late_asks_again(car: Shelf) -> None:
    car.drive(10.0, 50 * KMH)
    car.ready()
    car.do("report")
    car.press(MARK)
    car.drive(shelf.SURELY + 1.0, 50 * KMH)
    car.press(MARK)
    assert car.asked(Replan) == []


def test_what_cannot_be_read_is_a_sentence_and_the_list_is_free_again(car: Shelf) -> None:
    car.plug(*BOOKS)
    car.do("books")
    car.press(MARK)
    car.told("failed", "SS2.gpx: the stick was pulled out; plug it in again")
    assert car.alerts[-1] == "SS2.gpx: the stick was pulled out; plug it in again"
    car.do("books")
    assert car.state.form is not None


@pytest.mark.parametrize(
    "text",
    [
        "stick nonsense",
        "stick [1]",
        "page 1",
        'page {"page":1,"lines":[]}',
        'ready {"file":1}',
        "ready",
        "",
        "unheard of",
    ],
)
def test_words_that_say_nothing_change_nothing(car: Shelf, text: str) -> None:
    car.plug(*BOOKS)
    before = car.state
    car.take(Done(car.t, "load", text))
    assert car.state.stick == before.stick
    assert car.reading is None


def test_whatever_a_stick_holds_the_state_stays_small(car: Shelf) -> None:
    before = len(encode(car.state))
    car.plug(*(f"sda1/{n:055d}" for n in range(5000)), *("x" * 5000,))
    car.do("books")
    car.ready(name="n" * 900, file="ab-n.gpx", pages=99, lines=["l" * 900] * 900)
    assert len(encode(car.state)) - before < 2200
    assert car.state.stick.checked is not None


# Before the start.


def test_a_book_with_doubts_is_reported_before_the_start_until_a_press(car: Shelf) -> None:
    car.plan = doubtful(*NOTES)
    car.start()
    assert car.reading is not None
    car.press(NEXT)
    assert (car.reading.page, car.state.pointer) == (1, 0)
    car.press(BACK)
    assert car.reading.page == 0
    car.press(MARK)
    assert car.reading is None
    car.press(NEXT)
    assert car.state.pointer == 1


def test_driving_off_leaves_the_report(car: Shelf) -> None:
    car.plan = doubtful(*NOTES)
    car.start()
    car.drive(30.0)
    assert car.reading is not None
    car.drive(6.0, 50 * KMH)
    assert car.reading is None
    car.drive(10.0)
    assert car.reading is None


def test_a_drive_that_goes_on_after_a_power_cut_has_the_road_before_it(car: Shelf) -> None:
    car.drive(10.0, 50 * KMH)
    car.plan = doubtful(*NOTES)
    car.start()
    assert car.reading is None


def test_a_book_without_doubts_is_not_reported_at_the_start(car: Shelf) -> None:
    assert car.reading is None
    car.do("report")
    assert car.reading is not None


def test_a_report_opened_on_the_way_stays_until_nobody_reads_it(car: Shelf) -> None:
    car.drive(10.0, 50 * KMH)
    car.do("report")
    car.drive(100.0, 50 * KMH)
    assert car.reading is not None
    car.press(NEXT)
    car.drive(100.0, 50 * KMH)
    assert car.reading is not None
    car.drive(30.0, 50 * KMH)
    assert car.reading is None


def test_without_a_book_there_is_no_report() -> None:
    car = Shelf()
    car.do("report")
    assert car.alerts == ["no roadbook is loaded"]


# Under the new book.


def taken(car: Shelf, plan: Plan) -> None:
    """What the loop does of a Replan."""
    from codriver.core import engine

    car.state = engine.carry(car.plan, plan, car.state)
    car.plan = plan
    car.of_day = car.of_day + car.t
    car.take(Start(0.0, "test", "book", after=car.t))
    car.t = 0.0


def test_the_first_book_of_a_drive_begins_at_its_own_mile() -> None:
    car = Shelf()
    car.drive(5.0)
    book = Roadbook("course", "test", "statute", NOTES, begins=88_000.0)
    taken(car, lay_out("course", car.plan.settings, book, Report("course")))
    assert car.total == 88_000.0


def test_a_book_taken_on_the_way_leaves_the_distances_to_the_crew(car: Shelf) -> None:
    car.drive(60.0, 50 * KMH)
    before = car.total
    book = Roadbook("other", "test", "metric", (Note(1, 0.0), Note(2, before + 500.0)), begins=88_000.0)
    taken(car, lay_out("other", car.plan.settings, book, Report("other")))
    assert car.total == pytest.approx(before)
    assert car.state.pointer == 1


def test_a_new_book_without_dangers_says_so(car: Shelf) -> None:
    taken(car, plan_of(Note(1, 0.0), Note(2, 500.0)))
    assert car.state.calls.queue or car.state.calls.saying is not None
