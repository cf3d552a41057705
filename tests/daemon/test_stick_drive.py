"""A stick with a roadbook, put in on the way: listed, copied, checked and taken by buttons, through a power cut."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from codriver.core import display

Verified = Callable[[Path], Any]

NEXT, MARK = 2, 6
OTHER = "distance,words,danger\n0,start,0\n9000,ford,2\n60000,finish,0\n"


def pressed(car: Any, action: str) -> Callable[[], object]:
    return car.known(f"SELECT count(*) FROM press WHERE action LIKE '{action}%'")  # type: ignore[no-any-return]


def told(car: Any, text: str) -> Callable[[], object]:
    return car.known(f"SELECT count(*) FROM \"out\" WHERE kind = 'alert' AND payload LIKE '%{text}%'")  # type: ignore[no-any-return]


def chosen(car: Any, item: str) -> None:
    """Open the menu, go down to an item, and choose it."""
    car.contact(MARK, closed=True)
    car.drive_for(1.1)
    car.contact(MARK, closed=False)
    for _ in range(display.MENU.index(item)):
        car.drive_for(0.1)
        car.tap(NEXT)
    car.drive_for(0.1)
    car.tap(MARK)


def segments(car: Any) -> list[tuple[str, str]]:
    return car.rows(  # type: ignore[no-any-return]
        "SELECT segment.reason, plan.roadbook_name FROM segment JOIN plan ON plan.id = plan_id ORDER BY segment.id"
    )


def test_a_book_is_taken_from_a_stick_by_buttons_and_holds_after_a_power_cut(car: Any, verified: Verified) -> None:
    sticks = car.folder / "sticks"
    sticks.mkdir()
    settings = ("--set", f"stick.dir={sticks}")
    car.start(*settings)
    car.until(lambda: car.odo() > 20.0)
    (sticks / "Event").mkdir()
    (sticks / "Event" / "other.csv").write_text(OTHER)
    car.until(told(car, "1 roadbook on the stick"))

    chosen(car, "books")
    car.until(pressed(car, "Roadbooks on the stick"))
    car.tap(MARK)
    car.until(told(car, "other.csv is checked"))
    chosen(car, "report")
    car.until(pressed(car, "load report of other.csv"))
    car.tap(MARK)
    car.until(pressed(car, "asks: driving"))
    car.tap(MARK)
    car.until(lambda: len(segments(car)) == 2 and car.rows("SELECT count(*) FROM fix WHERE segment = 2") > [(5,)])
    car.kill()
    assert segments(car) == [("start", "stage.gpx"), ("book", "other.csv")]
    [(last,)] = car.rows("SELECT max(odo_m) FROM fix WHERE segment = 1")
    [(t, odo)] = car.rows("SELECT t, odo_m FROM fix WHERE segment = 2 ORDER BY rowid LIMIT 1")
    assert 0.0 <= odo - last <= 10.0
    assert 0.0 <= t <= 1.0

    car.start(*settings)
    car.until(lambda: len(segments(car)) == 3)
    assert segments(car)[2] == ("resume", "other.csv")
    car.until(lambda: car.rows("SELECT count(*) FROM fix WHERE segment = 3") > [(5,)])
    assert "other.csv was taken into use in this run" in car.stop()
    verified(car.log)
