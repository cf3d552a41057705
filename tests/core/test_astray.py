"""Cars that leave the course and come back to it: told once, found in the right place; and no false word to others."""

from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from math import cos, radians, sin
from pathlib import Path

import pytest

from codriver.core import astray, found, whereabouts
from codriver.core.astray import Astray, Seen
from codriver.core.course import Course
from codriver.core.plan import Inputs, Plan, build
from codriver.roadbook.geodesy import bearing
from codriver.roadbook.model import Position
from codriver.simulate.drive import Options
from codriver.units import Metres
from tests.core.lost_bench import CALM, EAST, NORTH, Point, Ride, book, drawn, driven, length, place, plan_of, ride

REAL = replace(CALM, noise="real", hz=5)
SLOW = replace(CALM, noise="real", hz=1)
HARSH = replace(CALM, noise="harsh")
ANY = pytest.mark.parametrize("options", [CALM, REAL, SLOW, HARSH], ids=["quiet", "real", "1 Hz", "harsh"])

BENDS: list[Point] = [(0, 0), (2000, 0), (2000, 2000), (4000, 2000)]
LOOP: list[Point] = [(0, 0), (1000, 0), (1000, 1500), (2500, 1500), (2500, 0), (5000, 0)]
THERE_AND_BACK: list[Point] = [(0, 0), (1000, 0), (1000, 2000), (1000, 0), (-1500, 0)]
LAP: list[Point] = [(0, 0), (1500, 0), (1500, 1000), (0, 1000)]
LAPS: list[Point] = [*LAP * 3, (0, 0)]
EIGHT: list[Point] = [(0, 0), (2000, 2000), (2000, 0), (0, 2000), (-1000, 2000)]


def plan(way: list[Point]) -> Plan:
    """A box each half kilometre."""
    return plan_of(book(way, *(500.0 * n for n in range(1, int(length(way) // 500) + 1))))


def kinds(done: Ride) -> list[str]:
    return [kind for kind, _, _ in done.alerts()]


def words(text: str) -> str:
    """What is told, without since when and after which box."""
    return text.partition(" since")[0].partition(";")[0]


@ANY
@pytest.mark.parametrize(
    "way", [BENDS, LOOP, THERE_AND_BACK, LAPS, EIGHT], ids=["bends", "loop", "out and back", "laps", "eight"]
)
def test_who_follows_the_course_hears_nothing(way: list[Point], options: Options) -> None:
    done = ride(plan(way), driven(way, options))
    assert done.alerts() == []
    assert done.offers == []
    assert done.state.astray.sure


@ANY
def test_a_missed_turn_is_told_once_and_the_car_is_found_when_it_is_back(options: Options) -> None:
    """It goes 400 m straight on, comes back, and takes the turn: 800 m too many."""
    way: list[Point] = [(0, 0), (2400, 0), *BENDS[1:]]
    done = ride(plan(BENDS), driven(way, options), takes=True)
    [(_, lost, lost_at), (_, found, found_at)] = done.alerts()
    assert lost.startswith("OFF COURSE; last box 4, since ")
    assert 2075 <= lost_at <= 2200
    assert found.startswith("on the course: 2.")
    assert 2880 <= found_at <= 2960
    assert [kind for kind, _, _ in done.offers] == ["found"]
    assert done.total == pytest.approx(6000.0, abs=15.0 if options is not HARSH else 40.0)


@ANY
def test_a_car_that_cuts_a_loop_is_found_further_on(options: Options) -> None:
    """Three kilometres of the book were not driven."""
    done = ride(plan(LOOP), driven([(0, 0), (5000, 0)], options), takes=True)
    assert kinds(done) == ["astray", "found"]
    [(_, text, at)] = done.offers
    assert "before box 12, trip is -3.0" in text
    assert at < 2800
    assert done.total == pytest.approx(8000.0, abs=15.0 if options is not HARSH else 40.0)


@ANY
def test_a_car_on_the_next_track_of_a_piste_is_not_off_the_course(options: Options) -> None:
    way: list[Point] = [(0, 0), (300, 0), (400, -60), (1500, -60), (1600, 0), *BENDS[1:]]
    done = ride(plan(BENDS), driven(way, options))
    assert done.alerts() == []


def test_a_car_twice_as_far_beside_it_is() -> None:
    way: list[Point] = [(0, 0), (300, 0), (500, -130), (1500, -130), (1700, 0), *BENDS[1:]]
    assert kinds(ride(plan(BENDS), driven(way))) == ["astray", "found"]


@ANY
def test_who_goes_against_the_course_is_told_and_found_when_it_turns_round(options: Options) -> None:
    way: list[Point] = [(0, 0), (2000, 0), (2000, 1500), (2000, 900), (2000, 2000), (4000, 2000)]
    done = ride(plan(BENDS), driven(way, options), takes=True)
    [(_, against, at), (_, found, _)] = done.alerts()
    assert against.startswith("AGAINST THE COURSE since ")
    assert 3550 <= at <= 3600
    assert found.startswith("on the course: 3.0")
    assert done.total == pytest.approx(6000.0, abs=30.0)


@ANY
def test_a_turn_missed_on_the_second_lap_is_found_on_the_second_lap(options: Options) -> None:
    way = [*LAP, *LAP[:2], (1900.0, 0.0), *LAP[1:], *LAP, (0.0, 0.0)]
    done = ride(plan(LAPS), driven(way, options), takes=True)
    assert kinds(done) == ["astray", "found"]
    assert done.total == pytest.approx(15000.0, abs=25.0 if options is not HARSH else 60.0)


@ANY
def test_a_turn_missed_before_a_way_out_and_back_is_found_on_the_way_out(options: Options) -> None:
    way = [THERE_AND_BACK[0], (1500.0, 0.0), *THERE_AND_BACK[1:]]
    done = ride(plan(THERE_AND_BACK), driven(way, options), takes=True)
    assert kinds(done) == ["astray", "found"]
    [(_, text, _)] = done.offers
    assert text.startswith("found: 1.1")
    assert done.total == pytest.approx(7500.0, abs=25.0 if options is not HARSH else 60.0)


def test_who_turns_round_early_on_a_way_out_and_back_is_found_on_the_way_back_unalarmed() -> None:
    way = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1900.0), *THERE_AND_BACK[3:]]
    done = ride(plan(THERE_AND_BACK), driven(way), takes=True)
    assert done.alerts() == []
    [(_, text, _)] = done.offers
    assert text.endswith("trip is -210 m")  # and a car's width at the turn
    assert done.total == pytest.approx(7500.0, abs=25.0)


def test_a_start_away_from_the_track_is_not_off_the_course_and_the_course_is_found() -> None:
    way: list[Point] = [(-1500, -800), (-600, -300), (-100, 0), *BENDS]
    done = ride(plan(BENDS), driven(way), takes=True)
    assert done.alerts() == []
    [(_, text, _)] = done.offers
    assert text.startswith("found: 0.")
    assert done.total == pytest.approx(6000.0, abs=15.0)


def test_who_has_finished_is_not_off_the_course() -> None:
    assert ride(plan(BENDS), driven([*BENDS, (6000, 2900)])).alerts() == []


def test_a_course_that_is_crossed_is_not_found() -> None:
    """Off the course to the north, over a later part of it, and on."""
    way: list[Point] = [(0, 0), (500, 0), (500, 3000)]
    course: list[Point] = [(0, 0), (3000, 0), (3000, 1500), (0, 1500)]
    done = ride(plan(course), driven(way))
    assert kinds(done) == ["astray"]
    assert done.offers == []


@pytest.mark.parametrize("degrees", [40.0, 55.0])
def test_a_course_that_is_crossed_at_a_slant_is_not_found(degrees: float) -> None:
    course: list[Point] = [(0, 0), (3000, 0), (3000, 1500), (-3000, 1500)]
    lean = 2000.0 / sin(radians(degrees))
    way = [(0.0, 0.0), (500.0, 0.0), (500.0, 500.0), (500.0 - lean * cos(radians(degrees)), 2500.0)]
    assert kinds(ride(plan(course), driven(way))) == ["astray"]


# Against the course, by a car that nobody has followed there.


@ANY
def test_who_begins_against_the_course_is_told(options: Options) -> None:
    """A first start on the track, in the wrong direction; it turns round a kilometre on."""
    way: list[Point] = [(2000, 1600), (2000, 600), *BENDS[2:]]
    done = ride(plan(BENDS), driven(way, options))
    [(_, told, at), (_, found, found_at)] = done.alerts()
    assert told.startswith("AGAINST THE COURSE since ")
    assert 60 <= at <= 170
    assert found.startswith("on the course: ")
    assert 1050 <= found_at <= 1400


@ANY
def test_who_joins_the_course_in_the_wrong_direction_is_told(options: Options) -> None:
    """Off it, cut across to a later part, and back along that."""
    way: list[Point] = [(0, 0), (1000, 0), (2800, 1900), (2800, 2000), (2000, 2000), (2000, 1000)]
    alerts = ride(plan(BENDS), driven(way, options)).alerts()
    assert [words(text) for _, text, _ in alerts] == ["OFF COURSE", "AGAINST THE COURSE"]
    assert alerts[1][2] <= length(way[:4]) + (150 if options is not HARSH else 500)  # a gap of 50 s is there


@pytest.mark.parametrize("degrees", [25.0, 40.0, 55.0, 75.0])
@pytest.mark.parametrize("begun", [False, True], ids=["never on it", "off it"])
def test_who_crosses_the_course_against_its_direction_at_a_slant_is_not_told_that(degrees: float, begun: bool) -> None:
    course: list[Point] = [(0, 0), (3000, 0), (3000, 1500), (-3000, 1500)]
    lean = 2000.0 / sin(radians(degrees))
    begin: list[Point] = [(0, 0), (500, 0)] if begun else []
    way = [*begin, (500.0, 500.0), (500.0 + lean * cos(radians(degrees)), 2500.0)]
    done = ride(plan(course), driven(way))
    assert [words(text) for _, text, _ in done.alerts()] == (["OFF COURSE"] if begun else [])


@pytest.mark.parametrize("way", [THERE_AND_BACK[2:], [(1000, 1500), (1000, 0), (-1500, 0)]])
def test_where_the_course_itself_comes_back_nobody_goes_against_it(way: list[Point]) -> None:
    assert ride(plan(THERE_AND_BACK), driven(way)).alerts("astray") == []


def test_who_never_was_on_the_course_and_leaves_it_again_is_not_off_it() -> None:
    way: list[Point] = [(2000, 1600), (2000, 1000), (3500, 600)]
    done = ride(plan(BENDS), driven(way))
    assert kinds(done) == ["astray"]
    assert done.state.astray.off is None
    assert not done.state.astray.told


def cut(made: Plan, way: list[Point], after: Metres) -> tuple[Ride, Ride]:
    """The power is cut so far after the first alarm, for three seconds."""
    whole = driven(way)
    begun = ride(made, whole)
    alarm = next(t for _, _, t in begun.alerts())
    at = next(t for t in range(1000) if whole.car.at(float(t)).distance > alarm + after)
    first = ride(made, whole, until=float(at))
    return first, ride(made, whole, state=first.state, since=at + 3.0)


def test_a_power_cut_while_it_goes_against_the_course_takes_no_warning_away() -> None:
    way: list[Point] = [(0, 0), (2000, 0), (2000, 1500), (2000, 300), (2000, 2000), (4000, 2000)]
    first, then = cut(plan(BENDS), way, 200.0)
    warned = [whereabouts.is_astray(step.state) for step in then.steps]
    assert whereabouts.is_astray(first.state)
    assert warned[0]
    assert sum(a != b for a, b in pairwise(warned)) == 1
    assert [text.partition(":")[0] for _, text, _ in then.alerts()] == ["on the course"]
    assert "AGAINST" in found.told(then.plan, then.steps[0].state, 0.0)


def test_who_leaves_the_course_after_such_a_cut_is_off_it() -> None:
    way: list[Point] = [(0, 0), (2000, 0), (2000, 1500), (2000, 900), (3500, 600)]
    _, then = cut(plan(BENDS), way, 100.0)
    assert [words(text) for _, text, _ in then.alerts()] == ["OFF COURSE"]


def test_who_turns_round_while_the_power_is_cut_is_told() -> None:
    """On the course up to the cut, against it from then on: the state of before knows of nothing."""
    first = ride(plan(BENDS), driven([(0, 0), (2000, 0), (2000, 1500)]))
    then = ride(plan(BENDS), driven([(2000, 1500), (2000, 200)]), state=first.state)
    [(_, told, at)] = then.alerts()
    assert told.startswith("AGAINST")
    assert at <= 150


# The bundled stage, and the longest course there is.


def missed(track: list[Position], index: int, *, by: float = 400.0) -> list[Position]:
    """The same way with an error in it: at this point half right by so much, back, and on."""
    here = track[index]
    lean = radians(bearing(track[index - 1], here) + 50.0)

    def out(share: float) -> Position:
        return Position(here.lat + by * share * cos(lean) / NORTH, here.lon + by * share * sin(lean) / EAST)

    there = [out(step / 10) for step in range(1, 11)]
    return [*track[: index + 1], *there, *there[-2::-1], *track[index:]]


@pytest.mark.parametrize("index", [200, 500])
@pytest.mark.parametrize("options", [CALM, REAL, HARSH], ids=["quiet", "real", "harsh"])
def test_on_the_bundled_stage_a_missed_turn_is_found(index: int, options: Options) -> None:
    stage = (files("codriver.simulate") / "stages" / "black-reg.gpx").read_bytes()
    made = build(Inputs(roadbook_name="black-reg.gpx", roadbook=stage))
    track = [point for piece in made.book.track for point in piece]
    done = ride(made, driven(missed(track, index)[: index + 220], options), takes=True)
    assert kinds(done) == ["astray", "found"]
    at = done.state.astray.at or 0.0
    assert done.total == pytest.approx(made.course.total(at), abs=25.0 if options is not HARSH else 60.0)


@pytest.mark.parametrize("begin", [500, 40000])
def test_on_the_longest_course_a_car_is_found_by_its_track_alone_and_again_after_an_error(
    begin: int, field_data: Path
) -> None:
    [file] = (field_data / "roadbooks").glob("score-baja1000*")
    made = build(Inputs(roadbook_name=file.name, roadbook=file.read_bytes()))
    track = [point for piece in made.book.track for point in piece][begin : begin + 600]
    done = ride(made, driven(missed(track, 300), REAL), takes=True)
    assert kinds(done) == ["astray", "found"]
    assert [kind for kind, _, _ in done.offers] == ["found", "found"]
    assert done.total == pytest.approx(made.course.total(done.state.astray.at or 0.0), abs=20.0)


# Fix by fix.


def along(now: Astray, course: Course, way: list[Point], t: float = 0.0, trip: Metres = 0.0) -> tuple[Astray, Seen]:
    """Twenty metres a second to the east, a fix a second, with the trip that stands where it was set."""
    [(begin, north), (end, _)] = way
    fixes = [
        Seen(t + n, *place((begin + 20.0 * n, north))[:2], 90.0, 20.0 * (t + n), trip)
        for n in range(int((end - begin) // 20.0))
    ]
    for one in fixes:
        now, _ = astray.follow(now, course, one)
    return now, fixes[-1]


def test_of_two_laps_the_one_that_the_crew_says_is_driven() -> None:
    """The trip is set by hand to a lap further: that is believed, since the course comes by here then, too."""
    course = Course(book(LAPS, *(500.0 * n for n in range(1, 31))))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    assert now.at == pytest.approx(580.0, abs=1.0)
    said, _ = astray.follow(now, course, last._replace(trip=5580.0, changes=1))
    assert said.at == pytest.approx(5580.0, abs=1.0)


def test_a_trip_that_is_set_to_where_the_course_is_not_is_not_believed() -> None:
    course = Course(book(LAPS, *(500.0 * n for n in range(1, 31))))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    said, _ = astray.follow(now, course, last._replace(trip=3000.0, changes=1))
    assert said.at == now.at


def test_a_car_that_stands_is_asked_nothing() -> None:
    course = Course(book(BENDS, 500.0, 3000.0))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    assert astray.rests(now, last.odo + 1.0, 0)
    assert not astray.rests(now, last.odo + 1.0, 1)
    assert not astray.rests(now, last.odo + 20.0, 0)
    assert not astray.rests(Astray(), 0.0, 0)


def test_a_place_is_only_told_of_a_car_that_is_surely_on_the_course() -> None:
    course = Course(book(BENDS, 500.0, 3000.0))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    assert astray.place(now, last.odo + 30.0) == pytest.approx(610.0, abs=1.0)
    beside, _ = along(now, course, [(600, -100), (640, -100)], t=last.t + 1.0)
    assert beside.sure
    assert astray.place(beside, last.odo + 40.0) is None
    assert astray.place(Astray(), 0.0) is None


def test_a_receiver_that_jumps_aside_for_two_seconds_puts_nobody_off_the_course() -> None:
    course = Course(book(BENDS, 500.0, 3000.0))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    jumped, _ = along(now, course, [(600, -100), (660, -100)], t=last.t + 1.0)
    assert jumped.off is None
    back, _ = along(jumped, course, [(660, 0), (720, 0)], t=last.t + 4.0)
    assert back.sure
    assert back.aside is None
    longer, _ = along(now, course, [(600, -100), (700, -100)], t=last.t + 1.0)
    assert longer.off is not None


def test_in_a_new_segment_the_place_is_sought_anew_and_what_was_off_the_course_still_is() -> None:
    course = Course(book(BENDS, 500.0, 3000.0))
    now, last = along(Astray(), course, [(100, 0), (600, 0)])
    now, _ = along(now, course, [(600, -200), (800, -200)], t=last.t + 1.0)
    assert now.off is not None
    again = astray.restart(now)
    assert again.off == now.off
    assert again.at is None
    assert not again.sure


def test_a_hole_in_the_track_is_driven_as_one_likes() -> None:
    """Nobody knows the way there: a car that goes round about is not off it, and is followed on behind it."""
    pieces: list[list[Point]] = [[(0, 0), (1000, 0)], [(2000, 0), (4000, 0)]]
    whole = book([(0, 0), (4000, 0)], 500.0, 3000.0)
    track = tuple(tuple(map(place, drawn(piece))) for piece in pieces)
    made = plan_of(replace(whole, track=track))
    done = ride(made, driven([(0, 0), (950, 0), (1100, 300), (1900, 300), (2050, 0), (4000, 0)]))
    assert done.alerts() == []
    assert done.state.astray.at == pytest.approx(4000.0, abs=10.0)


def test_who_leaves_before_a_hole_is_off_the_course() -> None:
    way: list[Point] = [(0, 0), (500, 0), (500, 900)]
    pieces: list[list[Point]] = [[(0, 0), (1000, 0)], [(2000, 0), (4000, 0)]]
    track = tuple(tuple(map(place, drawn(piece))) for piece in pieces)
    made = plan_of(replace(book([(0, 0), (4000, 0)], 400.0, 3000.0), track=track))
    assert kinds(ride(made, driven(way))) == ["astray"]
