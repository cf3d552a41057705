"""Boxes whose places are known, without a track: met where the trip has them, missed, and met elsewhere."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from codriver.config import Settings
from codriver.core import engine, found, odometer, whereabouts
from codriver.core.boxes import Boxes, Counted, Met, follow, wrong
from codriver.core.outs import Alert, Call, Called
from codriver.core.passing import Fixed
from codriver.core.plan import Plan
from codriver.roadbook.model import Note, Position, Waypoint
from codriver.signals import Edge
from codriver.simulate.drive import Options
from codriver.units import Metres
from tests.core.car_bench import MINUTE_NORTH, Bench
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
    assert missed.startswith("BOX 5 NOT MET; last box 4, 7")
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


# One box that does not come, to a car that is right.

LONG: list[Point] = [(0, 0), (12000, 0)]


def doubtful(*, clear: Metres | None = None, aside: Metres = 70.0, places: tuple[int, ...] = (2, 8)) -> Plan:
    """Boxes each half kilometre, three of them dangers; few have places, and box 8 has its own aside of the way."""
    whole = book(LONG, *(500.0 * n for n in range(1, 24)), dangers=(10, 14, 18))
    notes = [replace(note, position=note.position if note.number in places else None) for note in whole.notes]
    notes[7] = replace(notes[7], position=place((4000, aside)), waypoint=Waypoint("WPC", clear=clear))
    return plan_of(replace(whole, track=(), notes=tuple(notes)), Settings(agreement="off"))


def called(done: Ride) -> list[tuple[int, tuple[str, ...]]]:
    """The boxes that were called, each with the words of its breath."""
    words = {out.id: out.parts for out in done.outs if isinstance(out, Call)}
    rows = (out for out in done.outs if isinstance(out, Called) and out.kind == "note")
    return [(out.note or 0, words.get(out.id, ())) for out in rows]


def test_one_box_that_is_not_met_silences_no_danger_and_ends_by_itself() -> None:
    done = ride(doubtful(), driven(LONG))
    [(_, text, at)] = done.alerts()
    assert text.startswith("BOX 8 NOT MET; last box 2")
    held = [step.state.calls.wary for step in done.steps]
    assert sum(a != b for a, b in pairwise(held)) == 2
    numbers = [note for note, _ in called(done)]
    assert [note for note in numbers if at + 300.0 < 500.0 * note < at + 2000.0] == [10]
    assert {14, 15, 16, 17, 18, 19, 20} <= set(numbers)
    [tenth] = [parts for note, parts in called(done) if note == 10]
    assert tenth[0].startswith("in about ")
    assert whereabouts.is_doubtful(done.state) is whereabouts.is_astray(done.state) is False
    assert not found.told(done.plan, done.state, 0.0)


def test_a_box_is_reached_within_its_own_radius() -> None:
    assert ride(doubtful(clear=300.0), driven(LONG)).alerts() == []
    assert kinds(ride(doubtful(clear=40.0), driven(LONG))) == ["astray"]


def test_a_box_that_a_bulletin_cancelled_is_not_waited_for() -> None:
    made = doubtful()
    notes = [replace(note, amended="cancelled") if note.number == 8 else note for note in made.book.notes]
    assert ride(plan_of(replace(made.book, notes=tuple(notes)), Settings(agreement="off")), driven(LONG)).alerts() == []


@pytest.mark.parametrize("entry", ["do=sync", "total=5020"])
def test_the_crew_says_where_it_is_and_nothing_is_missed_any_more(entry: str) -> None:
    made = driven(LONG)
    first = ride(doubtful(), made, until=made.car.when(5020.0))
    assert whereabouts.is_doubtful(first.state)
    [*_, said] = engine.fold(first.plan, first.state, Edge(first.state.now, "key", entry, True))
    assert not whereabouts.is_doubtful(said.state)
    assert said.state.boxes.good is not None
    assert said.state.boxes.good.note == 9
    assert said.state.boxes.good.odo == pytest.approx(5000.0, abs=25.0)


def test_what_has_turned_up_where_the_trip_has_it_ends_the_doubt() -> None:
    now, _ = along(Boxes(good=Met(0, 500.0)), (600, 1400), 600.0, Counted(600.0, 1.0), north=500.0)
    assert now.missed == 1
    assert follow(now, HERE.boxes, HERE.book.notes, at(1420.0), Counted(1420.0, 1.0), 1)[0].missed is None


def test_two_boxes_in_a_row_are_no_fault_of_the_book() -> None:
    now, told = along(Boxes(good=Met(0, 500.0)), (600, 1900), 600.0, Counted(600.0, 1.0), north=500.0)
    assert told == ["off"]
    assert wrong(now)
    assert now.missed == 1


def test_a_crew_that_says_it_is_at_another_box_is_asked_for_none_before_it() -> None:
    """It cut a corner, and syncs at the box behind it: the boxes of the corner are not missed."""
    made = driven([(0, 0), (5000, 0)])
    first = ride(plan(LOOP), made, until=made.car.when(1180.0))
    [*_, said] = engine.fold(first.plan, first.state, Edge(first.state.now, "key", "total=4180", True))
    assert said.state.boxes.good is not None
    assert said.state.boxes.good.note == 7


def test_a_power_cut_leaves_what_was_missed_and_what_was_good() -> None:
    made = driven([(0, 0), (3900, 0), *BENDS[1:]])
    for upto, astray in ((2800.0, whereabouts.is_doubtful), (3500.0, whereabouts.is_astray)):
        first = ride(plan(BENDS), made, until=made.car.when(upto))
        then = ride(plan(BENDS), made, state=first.state, since=made.car.when(upto) + 3.0, takes=True)
        before = found.told(first.plan, first.state, odometer.distance(first.state.odo))
        assert astray(first.state)
        assert astray(then.steps[0].state)
        assert found.told(then.plan, then.steps[0].state, odometer.distance(first.state.odo)) == before
        assert [text[:20] for _, text, _ in then.alerts()] == ["on the course: 2.06 "]
        assert then.total == pytest.approx(6000.0, abs=25.0)


@pytest.mark.parametrize(
    ("number", "change", "stays"), [(10, {"danger": 3}, True), (5, {"amended": "cancelled"}, False)]
)
def test_an_amendment_leaves_it_too_unless_it_cancels_the_box(number: int, change: dict[str, Any], stays: bool) -> None:
    made = driven([(0, 0), (3900, 0), *BENDS[1:]])
    old = replace(plan(BENDS), source="one")
    state = ride(old, made, until=made.car.when(2800.0)).state
    notes = tuple(replace(note, **change) if note.number == number else note for note in old.book.notes)
    new = replace(plan_of(replace(old.book, notes=notes), Settings(agreement="off")), source="one")
    after = engine.carry(old, new, state)
    assert whereabouts.is_doubtful(after) == stays
    assert after.boxes.good == state.boxes.good
    assert engine.carry(old, replace(new, source="another"), state).boxes == Boxes()


# Fix by fix.

HERE = plan(BENDS)


def at(east: Metres, north: Metres = 500.0) -> Fixed:
    lat, lon, _ = place((east, north))
    return Fixed(lat, lon, east)


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


# The way that was counted back is none of the way since a box.


def car(settings: Settings) -> Bench:
    """A car at box 4 by the trip's own count, 1500 m down a road with a box each half kilometre and no track."""
    north = 31.0 + 10.0 / 60.0
    places = [Position(north + 500.0 * n / MINUTE_NORTH / 60.0, -(4.0 + 10.25 / 60.0)) for n in range(12)]
    made = Bench(*(Note(n + 1, 500.0 * n, position=at) for n, at in enumerate(places)), settings=settings)
    made.identify()
    made.roll(4.0, 0.0, gps=True)
    goes(made, 1600.0, 15.0)
    assert made.state.boxes.good is not None
    assert made.state.boxes.good.note == 3
    return made


def goes(made: Bench, metres: float, speed: float) -> None:
    begun = made.north
    while abs(made.north - begun) < metres:
        made.roll(0.2, speed, gps=True)


def stands(made: Bench) -> None:
    made.roll(4.0, 0.0, gps=True)


def there_and_back(made: Bench, metres: float, *, before: float = 0.0) -> None:
    """On, and back by so many metres, counted back by PLUS + MINUS."""
    goes(made, metres + before, 10.0)
    stands(made)
    made.press(4, 5, held=1.0)
    goes(made, metres, -5.0)
    stands(made)
    made.press(4, 5, held=1.0)


def alerts(made: Bench) -> list[str]:
    return [out.text for out in made.outs if isinstance(out, Alert) and out.kind in ("astray", "found")]


@pytest.mark.parametrize("metres", [140.0, 160.0, 200.0])
def test_a_way_that_was_counted_back_makes_no_box_come_late(metres: float) -> None:
    made = car(Settings(agreement="off", reversing="off"))
    there_and_back(made, metres)
    goes(made, 1500.0, 15.0)
    assert alerts(made) == []


def test_a_car_that_was_reversed_far_and_counted_right_misses_no_box() -> None:
    made = car(Settings(agreement="off", reversing="automatic"))
    goes(made, 50.0, 10.0)
    goes(made, 15.0, 3.0)
    stands(made)
    goes(made, 150.0, -3.0)
    stands(made)
    goes(made, 1500.0, 15.0)
    assert made.changed == ["backwards", "forwards"]
    assert alerts(made) == []


def off_by(metres: float, settings: Settings) -> Bench:
    """The same, with a trip that is off by so much, which the crew has heard of and let pass."""
    made = car(settings)
    made.enter(f"total={made.total + metres:.1f}")
    goes(made, 500.0, 15.0)
    stands(made)
    made.roll(60.0, 0.0, gps=True)
    assert made.state.differs == pytest.approx(metres, abs=5.0)
    return made


@pytest.mark.parametrize("metres", [40.0, 60.0])
def test_what_differs_stays_what_it_is_while_the_way_is_counted_back_and_after(metres: float) -> None:
    made = off_by(120.0, Settings(agreement="off", reversing="automatic"))
    goes(made, metres, -2.5)
    assert made.state.trip.basis.backwards
    assert made.state.differs == pytest.approx(120.0, abs=5.0)
    assert found.differing(made.plan, made.state, made.t) == "trip +120 m by the boxes"
    before = made.total
    made.enter("do=rejoin")
    assert made.total == pytest.approx(before, abs=1.0)
    stands(made)
    goes(made, 60.0, 10.0)
    assert made.changed[-1] == "forwards"
    assert found.differing(made.plan, made.state, made.t) == "trip +120 m by the boxes; menu: take the place"
    made.enter("do=rejoin")
    assert made.total == pytest.approx(made.north, abs=6.0)


def test_the_place_is_that_of_the_box_and_the_way_ahead_after_a_long_way_back() -> None:
    made = off_by(120.0, Settings(agreement="off", reversing="off"))
    there_and_back(made, 300.0, before=50.0)
    goes(made, 100.0, 10.0)
    assert made.state.differs == pytest.approx(120.0, abs=5.0)
    made.enter("do=rejoin")
    assert made.total == pytest.approx(made.north, abs=6.0)


def test_turnings_that_are_undone_leave_the_box_where_it_was() -> None:
    made = car(Settings(agreement="off", reversing="off"))
    was = made.state.boxes.good
    goes(made, 50.0, 10.0)
    made.press(4, 5, held=1.0)
    goes(made, 50.0, 10.0)
    back = made.state.boxes.good
    made.press(4, 5, held=1.0)
    goes(made, 50.0, 10.0)
    made.enter("do=undo")
    assert back is not None
    assert made.state.boxes.good is not None
    assert made.state.boxes.good.odo == pytest.approx(back.odo, abs=0.3)
    made.enter("do=undo")
    assert was is not None
    assert made.state.boxes.good is not None
    assert made.state.boxes.good.odo == pytest.approx(was.odo, abs=0.3)
