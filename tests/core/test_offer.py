"""What has just come up is nobody's wish: a press that began before takes neither an offer nor a new book."""

import json

import pytest

from codriver.cockpit.view import screen
from codriver.core import found, offer
from codriver.core.offer import SEEN, Offer
from codriver.core.outs import Replan
from codriver.signals import Done, Edge
from tests.core.car_bench import NOTES, Bench

BACKWARDS, MARK = (4, 5), 6


@pytest.fixture
def car() -> Bench:
    """A car that was at box 2, counts backwards since, and is about to be back at it."""
    car = Bench(*NOTES)
    car.roll(30.0, 12.0, gps=True)
    car.press(*BACKWARDS, held=0.9)
    return car


def offered(car: Bench) -> Bench:
    """The offer to count forwards comes up in this very moment."""
    while car.state.offer is None:
        car.roll(0.05, 12.0)
    assert car.state.offer.kind == found.FORWARDS
    return car


def test_a_press_that_began_before_the_offer_came_up_does_not_take_it(car: Bench) -> None:
    while car.total > 300.5:
        car.roll(0.05, 12.0)
    car.take(Edge(car.t, "gpio", str(MARK), True))
    offered(car)
    car.take(Edge(car.t, "gpio", str(MARK), False))
    car.wait(0.1)
    assert car.state.trip.basis.backwards
    assert car.state.offer is not None
    assert car.pressed[-1].startswith("say again")


def test_a_press_so_soon_that_nobody_can_have_read_the_offer_does_not_take_it(car: Bench) -> None:
    offered(car).roll(SEEN / 2, 12.0)
    car.press(MARK)
    assert car.state.trip.basis.backwards


def test_an_offer_that_was_seen_is_taken(car: Bench) -> None:
    offered(car).roll(SEEN + 0.05, 12.0)
    car.press(MARK)
    assert not car.state.trip.basis.backwards
    assert car.state.offer is None


def test_an_offer_stands_on_the_screen_before_a_press_takes_it() -> None:
    made = Offer("found", "12.34 km", 60.0, seen=10.0 + SEEN)
    assert offer.standing(made, 10.0) is made
    assert offer.taken(made, 10.0) is None
    assert offer.taken(made, 10.0 + SEEN) is made
    assert offer.taken(made, 60.1) is None


def test_a_press_that_began_before_a_books_report_came_up_does_not_take_the_book() -> None:
    car = Bench(*NOTES)
    car.drive(2.0)
    report = {"file": "ab12cd34-SS2.gpx", "name": "SS2.gpx", "pages": 1, "lines": ["4 boxes."]}
    car.take(Edge(car.t, "gpio", str(MARK), True))
    car.wait(0.05)
    car.take(Done(car.t, "load", f"ready {json.dumps(report)}"))
    car.wait(0.05)
    car.take(Edge(car.t, "gpio", str(MARK), False))
    car.wait(SEEN)
    assert not [out for out in car.outs if isinstance(out, Replan)]
    car.press(MARK)
    assert [out for out in car.outs if isinstance(out, Replan)] == [Replan("book", "ab12cd34-SS2.gpx")]


def test_the_screen_says_that_mark_takes_it_only_where_it_does(car: Bench) -> None:
    """Under a form of the crew's own MARK confirms that: what the banner says must be so."""
    offered(car).roll(SEEN + 0.05, 12.0)
    assert "MARK counts forwards" in screen(car.plan, car.state, car.t).banners[0].text
    car.enter("do=set_total")
    [text] = [each.text for each in screen(car.plan, car.state, car.t).banners if each.kind == "offer"]
    assert text.startswith("back at box 2")
    assert "MARK" not in text
