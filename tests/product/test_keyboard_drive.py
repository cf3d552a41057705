"""The bundled stage driven with the keyboard alone: each key does what its hint says, is in the log, and replays."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from codriver.cockpit.layout import Shape
from codriver.cockpit.theme import theme
from codriver.core import display, odometer, trip
from tests.product.conftest import Seat

MENU = Shape(menu=True)
# Metres by which a distance that is carried on may differ from the fix that follows.
NEAR = 3.0


@contextmanager
def seen(seat: Seat, box: str, shape: Shape | None = None) -> Iterator[None]:
    """What is done here must be seen in this box."""
    before = seat.see(box, shape)
    yield
    seat.until(lambda: seat.see(box, shape) != before)


def moved(seat: Seat) -> list[tuple[str, float]]:
    """What the last change of a distance was, and by how much."""
    return [
        (what, round(after - before, 3))
        for what, before, after in seat.rows("SELECT what, before_m, after_m FROM trip_change ORDER BY id DESC LIMIT 1")
    ]


def background(seat: Seat) -> tuple[int, ...]:
    """The colour in the corner of the total, where no letter reaches."""
    return tuple(seat.see("total")[:3])


def hushed(seat: Seat) -> list[str]:
    """Strike H until all that is to come is silenced: the first time it may have been the note that was being said."""
    done = seat.strike("h")
    return seat.strike("h") if done == ["hushed"] else done


def test_every_key_does_what_its_hint_says_and_the_drive_replays(
    seat: Seat, proved: Callable[[Path], Sequence[str]]
) -> None:
    seat.sit()
    seat.until(seat.known("SELECT count(*) FROM fix WHERE lat IS NOT NULL"))

    # The total goes to the nearest note's while the car is near the first box; an undo takes that back.
    assert seat.strike("s")[0].startswith("sync: box 1, ")
    assert seat.rows("SELECT what, after_m FROM trip_change") == [("sync to box 1", 0.0)]
    assert seat.strike("u") == ["undo sync to box 1"]
    assert seat.rows("SELECT undone FROM trip_change WHERE id = 1") == [(1,)]

    hints = seat.see("hints")
    with seat.held("space"):
        seat.until(lambda: seat.see("hints") != hints)
    seat.until(seat.known("SELECT count(*) FROM press WHERE action = 'zero partial'"))
    assert seat.rows("SELECT after_m FROM trip_change ORDER BY id DESC LIMIT 1") == [(0.0,)]
    for _ in range(3):
        assert seat.strike("Down") == ["-10 m"]
        assert moved(seat) == [("-10 m", -10.0)]
    assert seat.strike("Up") == ["+10 m"]

    pointer = seat.state().pointer
    with seen(seat, "head"):
        assert seat.strike("Right") == ["next note"]
    assert seat.state().pointer == pointer + 1
    assert seat.strike("Left") == ["previous note"]
    assert seat.state().pointer == pointer

    with seen(seat, "banners"):
        assert seat.strike("f") == ["freeze"]
    odo, total = seat.odo(), seat.see("total")
    seat.until(lambda: seat.odo() > odo + 30.0)
    assert seat.see("total") == total
    with seen(seat, "total"):
        assert seat.strike("f") == ["release"]

    assert background(seat) == theme(night=False).plain.ground
    assert seat.strike("n") == ["night"]
    seat.until(lambda: background(seat) == theme(night=True).plain.ground)
    seat.photograph()

    assert seat.strike("r")[0].startswith("say again: ")
    assert seat.strike("m") == ["mark"]
    [(t, marked)] = seat.rows("SELECT t, odo_m FROM mark")
    seat.until(seat.known(f"SELECT count(*) FROM fix WHERE t > {t}"))
    [(behind,)] = seat.rows(f"SELECT max(odo_m) FROM fix WHERE t <= {t}")
    [(ahead,)] = seat.rows(f"SELECT min(odo_m) FROM fix WHERE t > {t}")
    assert behind - NEAR < marked < ahead + NEAR

    before = seat.see("menu", MENU)
    assert seat.strike("Tab") == ["menu"]
    seat.until(lambda: seat.see("menu", MENU) != before)
    with seen(seat, "menu", MENU):
        assert seat.strike("Right") == ["menu: calls"]
    with seen(seat, "menu", MENU):
        assert seat.strike("Return") == ["calls: dangers"]
    seat.photograph()
    assert seat.strike("Left") == ["menu: night"]
    assert seat.strike("Tab") == ["menu closed"]
    assert seat.state().display.menu is None

    assert [seat.strike("p") for _ in display.PAGES] == [[f"page: {page}"] for page in (*display.PAGES[1:], "road")]
    with seen(seat, "banners"):
        assert hushed(seat) == ["calls: off"]
    assert seat.strike("Up", "Down", held=1.0) == ["backwards"]
    assert seat.state().trip.basis.backwards
    seat.photograph()
    assert seat.strike("b") == ["forwards"]
    assert seat.strike("space", "Left", held=2.2) == ["zero total"]
    state = seat.state()
    assert trip.total(state.trip, odometer.distance(state.odo)) < 300.0

    seat.until(seat.known("SELECT count(*) FROM call WHERE kind = 'repeat'"))
    with seat.held("Escape"):
        pass
    with seat.held("Escape"):
        pass
    assert seat.unit is not None
    assert seat.unit.wait() == 0
    assert seat.rows("SELECT ended FROM run") == [(1,)]
    assert proved(seat.log) == []
    assert all(seat.drawn_again(photograph) for photograph in seat.photographs)
