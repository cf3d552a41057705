"""Boxes whose places are known, without a track: met where the trip has them, missed, and met elsewhere."""

from dataclasses import replace

import pytest

from codriver.config import Settings
from codriver.core.boxes import Boxes, Counted, Met, follow
from codriver.core.passing import Fixed
from codriver.core.plan import Plan
from codriver.simulate.drive import Options
from tests.core.lost_bench import CALM, Point, Ride, book, driven, length, place, plan_of, ride

REAL = replace(CALM, noise="real", hz=5)
SLOW = replace(CALM, noise="real", hz=1)
ANY = pytest.mark.parametrize("options", [CALM, REAL, SLOW], ids=["quiet", "real", "1 Hz"])

BENDS: list[Point] = [(0, 0), (2000, 0), (2000, 2000), (4000, 2000)]
LOOP: list[Point] = [(0, 0), (1000, 0), (1000, 1500), (2500, 1500), (2500, 0), (5000, 0)]
THERE_AND_BACK: list[Point] = [(0, 0), (1000, 0), (1000, 2000), (1000, 0), (-1500, 0)]
LAP: list[Point] = [(0, 0), (1500, 0), (1500, 1000), (0, 1000)]
LAPS: list[Point] = [*LAP * 3, (0, 0)]
EIGHT: list[Point] = [(0, 0), (2000, 2000), (2000, 0), (0, 2000), (-1000, 2000)]


def plan(way: list[Point]) -> Plan:
    """A box each half kilometre, and no track; the learner of the book's scale is silent."""
    whole = book(way, *(500.0 * n for n in range(1, int(length(way) // 500) + 1)))
    return plan_of(replace(whole, track=()), Settings(agreement="off"))


def kinds(done: Ride) -> list[str]:
    return [kind for kind, _, _ in done.alerts()]


@ANY
@pytest.mark.parametrize(
    "way", [BENDS, LOOP, THERE_AND_BACK, LAPS, EIGHT], ids=["bends", "loop", "out and back", "laps", "eight"]
)
def test_who_passes_each_box_where_it_is_hears_nothing(way: list[Point], options: Options) -> None:
    done = ride(plan(way), driven(way, options))
    assert done.alerts() == []
    assert done.offers == []
    assert done.state.boxes.good is not None


@ANY
def test_a_box_that_does_not_come_is_told_and_the_next_one_that_does_finds_the_place(options: Options) -> None:
    done = ride(plan(BENDS), driven([(0, 0), (2400, 0), *BENDS[1:]], options), takes=True)
    [(_, missed, at), (_, found, _)] = done.alerts()
    assert missed.startswith("BOX 5 NOT MET; last good: box 4, 7")
    assert 2700 <= at <= 2750
    assert found.startswith("on the course: 2.")
    assert done.total == pytest.approx(6000.0, abs=10.0)


@ANY
def test_a_loop_that_is_cut_is_known_by_the_next_box(options: Options) -> None:
    done = ride(plan(LOOP), driven([(0, 0), (5000, 0)], options), takes=True)
    assert kinds(done) == ["astray", "found"]
    assert done.total == pytest.approx(8000.0, abs=10.0)


@ANY
def test_a_turn_missed_on_the_second_lap_is_found_on_the_second_lap(options: Options) -> None:
    way = [*LAP, *LAP[:2], (1900.0, 0.0), *LAP[1:], *LAP, (0.0, 0.0)]
    done = ride(plan(LAPS), driven(way, options), takes=True)
    assert kinds(done) == ["astray", "found"]
    assert done.total == pytest.approx(15000.0, abs=25.0)


def test_after_a_start_elsewhere_two_boxes_that_bear_each_other_out_are_believed() -> None:
    done = ride(plan(BENDS), driven([(-1500, -800), (-600, -300), (-100, 0), *BENDS]), takes=True)
    assert done.alerts() == []
    [(_, text, at)] = done.offers
    assert text.startswith("found: 1.0")
    assert at < 2850
    assert done.total == pytest.approx(6000.0, abs=10.0)


def test_an_offer_that_the_crew_lets_pass_is_not_made_at_each_box() -> None:
    done = ride(plan(BENDS), driven([(-1500, -800), (-600, -300), (-100, 0), *BENDS]))
    assert len(done.offers) == 1
    assert done.alerts() == []
    assert done.state.boxes.good is not None
    assert done.state.boxes.good.note == 10


def test_a_trip_that_was_zeroed_by_mistake_is_offered_back_at_the_next_box() -> None:
    """The boxes still come as the book has them; the trip alone has gone astray."""
    made = driven(BENDS)
    later = next(t for t in range(400) if made.car.at(float(t)).distance > 2700.0)
    done = ride(plan(BENDS), made, [(float(later), "13", 2.3)], takes=True)
    assert done.alerts() == []
    [(_, text, at)] = done.offers
    assert text.startswith("found: 3.0")
    assert at < 3100
    assert done.total == pytest.approx(6000.0, abs=10.0)


# Fix by fix.

HERE = plan(BENDS)


def along(
    now: Boxes, way: tuple[float, float], odo: float, counted: Counted, north: float = 0.0
) -> tuple[Boxes, list[str]]:
    """Each twenty metres to the east; the trip runs with the odometer from what it is at the first."""
    told: list[str] = []
    for step in range(int((way[1] - way[0]) // 20) + 1):
        lat, lon, _ = place((way[0] + 20.0 * step, north))
        total = counted.total + 20.0 * step
        now, what = follow(
            now, HERE.boxes, HERE.book.notes, Fixed(lat, lon, odo + 20.0 * step), counted._replace(total=total)
        )
        told += [what] if what else []
    return now, told


def test_one_box_that_is_met_out_of_its_order_is_not_believed() -> None:
    """The course may come by it twice."""
    now, told = along(Boxes(), (1300, 1700), 5300.0, Counted(5300.0, 1.0))
    assert told == []
    assert now.odd is not None
    assert now.odd.note == 2
    assert now.odd.odo == pytest.approx(5500.0, abs=1.0)
    assert now.good is None


def test_a_box_that_is_where_the_trip_has_it_may_stand_further_aside() -> None:
    now, told = along(Boxes(), (1300, 1700), 1300.0, Counted(1300.0, 1.0), north=50.0)
    assert told == []
    assert now.good is not None
    assert now.good.note == 2
    now, told = along(Boxes(), (1300, 1700), 5300.0, Counted(5300.0, 1.0), north=50.0)
    assert now.odd is None


def test_nothing_is_missed_where_no_box_was_met_before() -> None:
    _, told = along(Boxes(), (1100, 2000), 5100.0, Counted(1100.0, 1.0), north=500.0)
    assert told == []


def test_a_box_that_was_passed_without_fixes_is_not_missed() -> None:
    good = Boxes(good=Met(1, 1000.0))
    start, _ = along(good, (1010, 1100), 1010.0, Counted(1010.0, 1.0), north=500.0)
    assert along(start, (1110, 1900), 1110.0, Counted(1110.0, 1.0), north=500.0)[1] == ["off"]
    assert along(start, (1600, 1900), 1600.0, Counted(1600.0, 1.0), north=500.0)[1] == []


def test_behind_the_last_box_of_a_leg_nothing_is_missed() -> None:
    """The next one counts from another beginning."""
    notes = (*HERE.book.notes[:2], replace(HERE.book.notes[2], total=200.0))
    now = Boxes(good=Met(1, 1010.0))
    for step in range(40):
        lat, lon, _ = place((1010.0 + 20.0 * step, 500.0))
        odo = 1010.0 + 20.0 * step
        now, what = follow(now, HERE.boxes, notes, Fixed(lat, lon, odo), Counted(odo, 1.0))
        assert what == ""
