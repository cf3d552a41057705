"""The stick as a wire: it is looked at in a thread, told of when it changes, and never waited for."""

import select
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from codriver.signals import Done, Signal
from codriver.wires.stick import EVERY, NOTHING, SOON, Stick

PATIENCE = 20.0


class Shelf:
    """Books that answer as they are told to."""

    def __init__(self) -> None:
        self.there = NOTHING
        self.looks = 0
        self.go = Event()
        self.go.set()

    def look(self) -> str:
        self.go.wait(PATIENCE)
        self.looks += 1
        return self.there

    def load(self, path: str) -> str:
        return f"ready {path}"

    def leaf(self, page: int) -> str:
        return f"page {page}"

    def eject(self) -> str:
        return "ejected pull it out"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def wire(shelf: Shelf) -> Iterator[Stick]:
    made = Stick(shelf)
    yield made
    shelf.go.set()
    made.close()


def taken(wire: Stick, now: float, enough: Callable[[list[Signal]], bool] = bool) -> list[Signal]:
    """What the wire gives at `now`, as soon as it has enough."""
    end = time.monotonic() + PATIENCE
    news = wire.take(now)
    while not enough(news):
        assert time.monotonic() < end, "it never came about"
        select.select([], [], [], 0.002)
        news += wire.take(now)
    return news


def looked(wire: Stick, shelf: Shelf, now: float, times: int) -> list[Signal]:
    return taken(wire, now, lambda _: shelf.looks >= times and wire.due() > now + SOON)


def test_where_there_is_no_stick_nothing_is_said(wire: Stick, shelf: Shelf) -> None:
    assert wire.due() == 0.0
    assert looked(wire, shelf, 5.0, 1) == []


def test_it_is_looked_for_once_a_second_and_told_of_when_it_changes(wire: Stick, shelf: Shelf) -> None:
    looked(wire, shelf, 5.0, 1)
    assert wire.due() == 5.0 + EVERY
    shelf.there = 'stick {"here":true}'
    assert wire.take(5.9) == []
    assert taken(wire, 6.0) == [Done(6.0, "load", 'stick {"here":true}')]
    assert looked(wire, shelf, 7.1, 3) == []
    shelf.there = NOTHING
    assert taken(wire, 8.2) == [Done(8.2, "load", NOTHING)]


def test_a_stick_that_does_not_answer_holds_nobody_up(wire: Stick, shelf: Shelf) -> None:
    shelf.go.clear()
    for n in range(100):
        assert wire.take(5.0 + n) == []
        assert wire.due() == 5.0 + n + SOON
    wire.load("a.gpx")
    assert wire.take(105.0) == []
    shelf.go.set()
    assert taken(wire, 106.0) == [Done(106.0, "load", "ready a.gpx")]
    assert shelf.looks == 1


def test_a_slow_stick_is_looked_at_less_often(wire: Stick, shelf: Shelf) -> None:
    shelf.go.clear()
    wire.take(5.0)
    shelf.go.set()
    looked(wire, shelf, 8.1, 1)
    assert wire.due() == pytest.approx(8.1 + 30.0)


def test_orders_are_answered_in_their_order(wire: Stick) -> None:
    wire.load("a.gpx")
    wire.leaf(1)
    wire.eject()
    texts = [signal.text for signal in taken(wire, 1.0, lambda news: len(news) == 3) if isinstance(signal, Done)]
    assert texts == ["ready a.gpx", "page 1", "ejected pull it out"]


def test_letters_that_the_log_lacks_are_replaced_before_they_are_folded(wire: Stick) -> None:
    """Else a drive and its replay would differ."""
    wire.load("Этап.gpx")
    assert taken(wire, 1.0) == [Done(1.0, "load", "ready ????.gpx")]


def test_after_the_end_no_order_is_given(wire: Stick, shelf: Shelf) -> None:
    looked(wire, shelf, 1.0, 1)
    wire.close()
    wire.close()
    wire.load("a.gpx")
    assert wire.take(30.0) == []
    assert wire.due() >= 30.0 + EVERY
    assert shelf.looks == 1
