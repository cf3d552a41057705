"""The driver's page: the present call until its note is passed, the way to it running out, and what comes after."""

from dataclasses import replace as replace_plan

import pytest
from msgspec.structs import replace

from codriver.cockpit.calling import words
from codriver.cockpit.screen import Driver, Screen
from codriver.cockpit.view import screen
from codriver.core import display
from codriver.signals import Done
from tests.cockpit.test_view import BOOK, STOPWATCH, Car


class Seat(Car):
    """The car, its driver's page before us."""

    def page(self) -> Screen:
        shown = display.Display(page=display.PAGES.index("calls"))
        return screen(self.plan, replace(self.state, display=shown), self.t)

    def driver(self) -> Driver:
        shown = self.page().driver
        assert shown is not None
        return shown


@pytest.fixture
def seat() -> Seat:
    return Seat(BOOK)


def test_only_the_drivers_page_has_what_is_on_it(seat: Seat) -> None:
    assert seat.look().driver is None
    assert seat.page().page == "calls"


def test_the_present_call_stays_until_its_note_is_passed(seat: Seat) -> None:
    shown: list[str] = []
    while seat.state.pointer < 3:
        seat.drive(0.2, 20.0)
        call = seat.driver().call
        if seat.state.pointer == 2:
            shown.append("" if call is None else call.words)
    first = next(n for n, said in enumerate(shown) if "step down" in said)
    assert all("step down" in said or said == "danger 2" for said in shown[first:])  # it is brought to mind
    assert "step down" in shown[-1]
    gone = seat.driver().call
    assert gone is None or "step down" not in gone.words


def test_the_way_to_its_note_runs_out_as_it_comes(seat: Seat) -> None:
    left = []
    while seat.state.pointer < 3:
        seat.drive(0.2, 20.0)
        shown = seat.driver()
        if seat.state.pointer == 2 and shown.call is not None:
            left.append(-1 if shown.left is None else shown.left)
    assert left == sorted(left, reverse=True)
    assert left[0] in range(90, 101)
    assert left[-1] in range(4)


def test_what_will_be_called_next_stands_below_with_its_distance(seat: Seat) -> None:
    seat.drive(5.0)
    while seat.state.calls.next < 2:
        seat.drive(0.2, 20.0)
    first, second = seat.driver().coming
    assert ("step down" in first.words, first.danger) == (True, 2)
    assert second.words.startswith("village")
    assert float(first.distance.removesuffix(" km")) == pytest.approx(1.4 - seat.truth / 1000.0, abs=0.11)


def test_what_was_called_is_not_announced_again(seat: Seat) -> None:
    while seat.state.calls.next < 3:
        seat.drive(0.2, 20.0)
    assert all("step down" not in coming.words for coming in seat.driver().coming)


def test_where_nothing_is_called_nothing_is_announced(seat: Seat) -> None:
    seat.drive(5.0)
    seat.enter("do=hush")
    seat.wait(5.0)
    while seat.state.calls.mode != "off":
        seat.enter("do=hush")
    assert seat.driver().coming == ()
    assert Seat(BOOK, **STOPWATCH).driver() == Driver(None, None)


def test_it_says_whether_the_voice_has_begun(seat: Seat) -> None:
    while (saying := seat.state.calls.saying) is None or not saying.notes:
        seat.drive(0.2, 20.0)
    silent = seat.driver().call
    seat.take(Done(seat.t, "voice", f"started {saying.id}"))
    spoken = seat.driver().call
    assert silent is not None
    assert spoken is not None
    assert (silent.speaking, spoken.speaking) == (False, True)


def test_a_side_that_nobody_has_written_carries_a_mark(seat: Seat) -> None:
    """It was made of cap and track, which may be wrong; the voice says it without."""
    plan = seat.plan
    seat.plan = replace_plan(plan, scripts=tuple(script._replace(inferred="left") for script in plan.scripts))
    seat.drive(5.0)
    while (saying := seat.state.calls.saying) is None or 1 not in saying.notes:
        seat.drive(0.2, 20.0)
    assert "left?" in words(seat.plan, saying)
    assert "left?" not in " ".join(saying.words)
    call = seat.look().call
    assert call is not None
    assert "left?" in call.words
