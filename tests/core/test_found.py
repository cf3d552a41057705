"""What a crew that is lost is told and offered, what a press makes of it, and what no text may ever say."""

import ast
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from click.testing import Result
from msgspec import structs

from codriver import signals
from codriver.cockpit import lamps
from codriver.cockpit.outside import NOWHERE
from codriver.config import Allow, Settings
from codriver.core import astray, engine, found, odometer, offer, trip, whereabouts
from codriver.core.astray import Astray, Good
from codriver.core.boxes import Boxes, Met
from codriver.core.measuring import MEASURED
from codriver.core.offer import Offer
from codriver.core.outs import Alert, Call, TripChanged, Undone
from codriver.core.plan import Inputs, Plan, build, lay_out
from codriver.core.state import State
from codriver.roadbook.model import Note, Position, Report, Roadbook
from codriver.signals import Edge, Start
from tests.core.car_bench import MINUTE_NORTH, WHEEL_ONLY, Bench
from tests.core.car_bench import plan_of as bench_plan
from tests.core.lost_bench import CALM, Point, Ride, book, driven, plan_of, ride

BENDS: list[Point] = [(0, 0), (2000, 0), (2000, 2000), (4000, 2000)]
MISSED: list[Point] = [(0, 0), (2400, 0), *BENDS[1:]]
AGAINST: list[Point] = [(0, 0), (2000, 0), (2000, 1500), (2000, 900), (2000, 2000), (4000, 2000)]
LOOP: list[Point] = [(0, 0), (1000, 0), (1000, 1500), (2500, 1500), (2500, 0), (5000, 0)]
BOXES = (500.0, 1000.0, 2000.0, 2600.0, 3300.0, 4000.0, 5500.0)


def plan(*, settings: Settings | None = None, dangers: tuple[int, ...] = ()) -> Plan:
    return plan_of(book(BENDS, *BOXES, dangers=dangers), settings)


def test_a_box_that_a_bulletin_added_is_called_as_it_is_on_the_road() -> None:
    whole = book(BENDS, *BOXES)
    added = replace(whole.notes[2], number=8, name="2a", amended="added")
    made = plan_of(replace(whole, notes=(*whole.notes[:2], added, *whole.notes[2:])))
    assert found.counting(made, structs.replace(Bench().state, junction=2)) == "COUNTING BACKWARDS since box 2a"


@pytest.fixture(scope="module")
def missed() -> Ride:
    return ride(plan(), driven(MISSED), takes=True)


@pytest.fixture(scope="module")
def ignored() -> Ride:
    return ride(plan(), driven(MISSED))


def banners(done: Ride) -> list[str]:
    """Every text of its kind that stood on the screen at some time."""
    texts = (
        banner.text
        for step in done.steps
        for banner in lamps.banners(done.plan, step.state, NOWHERE, step.state.now)
        if banner.kind in {"astray", "offer", "found", "backwards"}
    )
    return list(dict.fromkeys(texts))


def test_the_measured_mile_that_a_crew_has_not_answered_is_not_talked_over() -> None:
    """There is room for one offer; what the crew itself began would be lost."""
    car = Bench(Note(1, 0.0), Note(2, 500.0), Note(3, 900.0))
    car.drive(12.0, 0.0)
    back = structs.replace(car.state.trip, basis=car.state.trip.basis._replace(backwards=True))
    mile, other = (Offer(kind, "x", car.t + 60.0) for kind in (MEASURED, "agree"))
    for standing, kept in ((mile, True), (other, False), (structs.replace(mile, until=car.t - 1.0), False)):
        state = structs.replace(car.state, trip=back, junction=1, offer=standing)
        assert (found.receded(car.plan, state, 501.0, 499.0).offer is standing) == kept


def test_off_the_course_the_screen_says_since_when_and_which_box_was_good(ignored: Ride) -> None:
    said = [text for text in banners(ignored) if text.startswith("OFF")]
    assert said[-1] in [f"OFF COURSE; last box 3, since {metres} m" for metres in range(850, 950, 10)]
    assert len(said) > 40  # it counts on
    assert not [text for text in banners_of(ignored) if text.startswith("OFF")]


def banners_of(done: Ride) -> list[str]:
    return [banner.text for banner in lamps.banners(done.plan, done.state, NOWHERE, done.state.now)]


def test_an_offer_that_is_not_taken_changes_nothing_and_lapses(ignored: Ride) -> None:
    assert [text for _, text, _ in ignored.offers] == ["found: 2.11 km, before box 4, trip is +790 m"]
    assert ignored.total == pytest.approx(6795.0, abs=10.0)
    assert not [out for out in ignored.outs if isinstance(out, TripChanged)]
    assert ignored.state.offer is not None
    assert ignored.state.now > ignored.state.offer.until
    assert not [text for text in banners_of(ignored) if text.startswith("found")]


def test_one_press_sets_the_total_to_what_the_book_counts_where_the_car_is(missed: Ride) -> None:
    [changed] = [out for out in missed.outs if isinstance(out, TripChanged)]
    assert (changed.what, changed.by) == ("found before box 4", "crew")
    assert changed.before_m - changed.after_m == pytest.approx(795.0, abs=10.0)
    assert missed.total == pytest.approx(5998.0, abs=10.0)
    assert missed.state.pointer == len(BOXES)


def test_what_was_found_can_be_undone(missed: Ride) -> None:
    last = missed.state
    [*_, undone] = engine.fold(missed.plan, last, Edge(last.now + 0.1, "key", "do=undo", True))
    assert [out.id for out in undone.outs if isinstance(out, Undone)] == [1]
    assert undone.state.trip.basis == last.trip.changes[-1].basis
    assert trip.total(undone.state.trip, odometer.distance(undone.state.odo)) == pytest.approx(6795.0, abs=10.0)


def test_the_trip_is_not_offered_where_it_agrees() -> None:
    """Beside the course and back on it, with no more metres than the course has."""
    done = ride(plan(), driven([(0, 0), (300, 0), (900, -130), (1500, 0), *BENDS[1:]]))
    assert [kind for kind, _, _ in done.alerts()] == ["astray", "found"]
    assert done.offers == []


def test_a_danger_that_is_jumped_over_is_told() -> None:
    """The car cuts the loop in which box 4 warns; the total jumps over it."""
    totals = (500.0, 1500.0, 2000.0, 3000.0, 4500.0, 6500.0, 7500.0)
    made = plan_of(book(LOOP, *totals, dangers=(4,)))
    done = ride(made, driven([(0, 0), (5000, 0)]), takes=True)
    assert [text for kind, text, _ in done.alerts("danger")] == ["danger 2 at box 4 lies behind after the find"]
    assert done.state.pointer == len(totals)


def test_what_is_offered_is_gone_once_the_car_is_off_again() -> None:
    """Found on the course, and off it before the crew has pressed."""
    way: list[Point] = [*MISSED[:3], (2000, 700), (3500, 700)]
    done = ride(plan(), driven(way))
    assert [kind for kind, _, _ in done.alerts()] == ["astray", "found", "astray"]
    assert done.state.offer is None


def test_a_yes_that_comes_while_the_car_leaves_the_course_changes_nothing() -> None:
    done = ride(plan(), driven([*MISSED[:3], (2000, 700), (3500, 700)]))
    beside = next(
        step.state for step in done.steps if step.state.offer is not None and step.state.astray.aside is not None
    )
    assert beside.offer is not None
    after, outs, words = found.accept(
        done.plan, beside, beside.offer, beside.now, odometer.distance(beside.odo), "crew"
    )
    assert after.trip == beside.trip
    assert outs == (Alert("astray", words),)
    assert words == "not on the course any more: nothing was changed"


def test_in_miles_it_is_told_in_miles() -> None:
    done = ride(plan(settings=Settings(units="statute")), driven(MISSED))
    assert [text for _, text, _ in done.offers] == ["found: 1.31 mi, before box 4, trip is +0.49 mi"]
    assert [text for text in banners(done) if text.startswith("OFF")][-1].startswith(
        "OFF COURSE; last box 3, since 0.5"
    )


# Letters of a banner on 800x480, where three stand and one line is left for it.
SHOWN = 34


@pytest.mark.parametrize("track", [True, False], ids=["track", "boxes"])
def test_the_last_box_is_read_also_where_a_banner_is_cut(*, track: bool) -> None:
    whole = book(BENDS, *BOXES)
    notes = tuple(replace(note, number=note.number + 408) for note in whole.notes)
    made = plan_of(replace(whole, notes=notes, track=whole.track if track else ()))
    off = Astray(off=Good(2000.0, 0.0)) if track else Astray()
    missed = Boxes() if track else Boxes(good=Met(2, 0.0), missed=3, count=2)
    said = found.told(made, State(astray=off, boxes=missed), 12340.0)
    assert "box 411" in said[:SHOWN]


def test_where_positions_are_forbidden_nothing_is_known_of_a_course() -> None:
    made = plan(settings=Settings(allow=Allow(gps=False)))
    assert not made.course
    assert ride(made, driven(MISSED)).alerts() == []


def test_whether_it_is_astray_is_known_to_who_asks(ignored: Ride) -> None:
    told = [whereabouts.is_astray(step.state) for step in ignored.steps]
    assert not told[0]
    assert not told[-1]
    assert any(told)
    assert sum(a != b for a, b in pairwise(told)) == 2


def test_counting_backwards_when_it_is_found_ends_with_the_yes() -> None:
    """The crew turned the count round when it saw its error, and the course is found before they turned it again."""
    made = driven(MISSED)
    turned = next(t for t in range(400) if made.car.at(float(t)).distance > 2380.0)
    done = ride(plan(), made, [(turned + 0.5, "45", 1.0)], takes=True)
    assert [kind for kind, _, _ in done.offers] == ["forwards", "found"]
    assert not done.state.trip.basis.backwards
    assert done.total == pytest.approx(5998.0, abs=10.0)
    assert done.state.pointer == len(BOXES)


def test_in_a_new_segment_it_is_still_off_the_course(ignored: Ride) -> None:
    off = next(step.state for step in ignored.steps if step.state.astray.off is not None)
    [*_, begun] = engine.fold(ignored.plan, off, Start(0.0, "test", "power"))
    assert found.told(ignored.plan, begun.state, odometer.distance(off.odo)) != ""


def test_a_book_that_is_amended_on_the_way_leaves_the_car_where_it_is(ignored: Ride) -> None:
    now = structs.replace(ignored.state, junction=2)
    more = plan_of(book(BENDS, 500.0, 900.0, *BOXES[1:]))
    same = engine.carry(ignored.plan, more, now)
    assert same.astray == now.astray
    other = engine.carry(ignored.plan, plan_of(book(LOOP, *BOXES)), now)
    assert other.astray.at is None
    assert other.junction is None


# What was found and let pass.


def calls_since(done: Ride, t: float) -> list[str]:
    return [
        " ".join(out.parts) for step in done.steps if step.state.now > t for out in step.outs if isinstance(out, Call)
    ]


def test_a_place_that_was_let_pass_stays_on_the_screen_and_the_calls_wait(ignored: Ride) -> None:
    """The trip is 790 m off: it would call each note that far too early."""
    assert ignored.state.differs == pytest.approx(795.0, abs=10.0)
    assert banners_of(ignored)[:1] == ["trip +790 m by the course; menu: take the place"]
    assert ignored.state.calls.astray
    assert ignored.state.offer is not None
    assert not [each for each in calls_since(ignored, ignored.state.offer.until - 60.0) if "box" in each]


def test_it_can_still_be_taken_by_the_menu() -> None:
    made = plan_of(book(BENDS, *BOXES, 5950.0))
    done = ride(made, driven([*MISSED[:-1], (3700, 2000)]))
    last = done.state
    assert offer.standing(last.offer, last.now) is None
    [*_, taken] = engine.fold(made, last, Edge(last.now, "key", "do=rejoin", True))
    assert taken.state.differs is None
    odo = odometer.distance(taken.state.odo)
    assert trip.total(taken.state.trip, odo) == pytest.approx(5698.0, abs=10.0)
    assert not found.differing(made, taken.state, taken.state.now)
    [*_, again] = engine.fold(made, taken.state, Edge(last.now, "key", "do=rejoin", True))
    assert again.state.trip == taken.state.trip


def test_the_crew_that_sets_the_trip_has_answered() -> None:
    done = ride(plan(), driven(MISSED), until=270.0)
    assert done.state.differs is not None
    odo = odometer.distance(done.state.odo)
    total = trip.total(done.state.trip, odo)
    [*_, said] = engine.fold(done.plan, done.state, Edge(done.state.now, "key", f"total={total:.0f}", True))
    assert said.state.differs is None
    assert not said.state.calls.astray


def test_a_little_that_was_let_pass_is_called_as_about() -> None:
    way: list[Point] = [(0, 0), (2040, 90), (2000, 0), *BENDS[2:], (7000, 2000)]
    course: list[Point] = [*BENDS[:-1], (7000, 2000)]
    whole = book(course, *(500.0 * n for n in range(1, 19)))
    done = ride(plan_of(whole, Settings(agreement="off")), driven(way))
    assert done.state.differs == pytest.approx(140.0, abs=10.0)
    assert not done.state.calls.astray
    offers = (step.state.offer for step in done.steps)
    [offered] = {offered.until for offered in offers if offered is not None and offered.kind == offer.FOUND}
    said = [each for each in calls_since(done, offered) if "box" in each]
    assert len(said) > 3
    assert all(each.startswith("in about ") for each in said)


def test_what_was_offered_is_offered_again_after_a_power_cut() -> None:
    """However long the trip is, of which the honest doubt would hide it."""
    course: list[Point] = [(0, 0), (25000, 0), (25000, 2000), (29000, 2000)]
    made = plan_of(book(course, *(500.0 * n for n in range(1, 62))))
    whole = driven([course[0], (25100, 0), *course[1:]])
    first = ride(made, whole, until=whole.car.when(25330.0))
    assert first.offers
    then = ride(made, whole, state=first.state, since=first.state.now + 3.0, takes=True)
    assert then.steps[0].state.differs is not None
    assert [text.partition(",")[0][:6] for _, text, _ in then.offers] == ["found:"]
    assert then.total == pytest.approx(31000.0, abs=40.0)


# Without a track the crew counts backwards.

ROAD = (Note(1, 200.0), Note(2, 500.0), Note(3, 2000.0))


def by_gps(car: Bench, seconds: float, speed: float) -> None:
    car.drive(seconds, speed)


def by_wheel(car: Bench, seconds: float, speed: float) -> None:
    car.roll(seconds, speed)


@pytest.fixture(params=["gps", "wheel"])
def lost(request: pytest.FixtureRequest) -> tuple[Bench, Callable[[Bench, float, float], None]]:
    """A car that missed the turn at box 2 by 300 m, and stands. Neither its receiver nor its wheel knows a sign."""
    car = Bench(*ROAD, settings=WHEEL_ONLY) if request.param == "wheel" else Bench(*ROAD)
    go = by_wheel if request.param == "wheel" else by_gps
    if request.param == "wheel":
        car.identify()
    go(car, 4.0, 0.0)
    go(car, 40.0, 20.0)
    go(car, 8.0, 0.0)
    return car, go


Lost = tuple[Bench, Callable[[Bench, float, float], None]]


def shown(car: Bench) -> list[str]:
    return [
        banner.text
        for banner in lamps.banners(car.plan, car.state, NOWHERE, car.t)
        if banner.kind in {"offer", "backwards"}
    ]


def test_the_crew_counts_backwards_to_the_box_and_is_offered_to_count_forwards(lost: Lost) -> None:
    car, go = lost
    far = car.total
    assert 700.0 < far < 900.0
    car.press(4, 5, held=1.0)
    assert shown(car) == ["COUNTING BACKWARDS since box 2"]
    while car.total > 520.0:
        go(car, 0.4, 10.0)
    assert shown(car) == ["COUNTING BACKWARDS since box 2"]
    assert car.state.offer is None
    go(car, 4.0, 10.0)
    assert shown(car)[0].startswith("back at box 2: MARK counts forwards")
    go(car, 3.0, 0.0)
    there = car.total
    car.press(6)
    assert car.pressed[-1] == "forwards"
    assert car.state.offer is None
    assert shown(car) == []
    assert car.total == pytest.approx(there, abs=0.5)
    go(car, 10.0, 10.0)
    assert car.total > there + 50.0
    assert car.changed == ["backwards", "forwards"]


def test_each_box_that_the_total_is_back_at_is_offered_since_any_may_be_the_one_missed(lost: Lost) -> None:
    """The turn at box 1 was missed, and box 2's distance driven past on the wrong road."""
    car, go = lost
    car.press(4, 5, held=1.0)
    while not any(text.startswith("back at box 2") for text in shown(car)):
        go(car, 0.4, 10.0)
    while car.total > 230.0:
        go(car, 0.4, 10.0)
    assert not any(text.startswith("back at box 1") for text in shown(car))
    while car.total > 190.0:
        go(car, 0.4, 10.0)
    assert shown(car)[0].startswith("back at box 1: MARK counts forwards")
    car.press(6)
    assert not car.state.trip.basis.backwards


def test_a_cancelled_box_is_none_to_be_back_at() -> None:
    car = Bench(*ROAD)
    back = structs.replace(car.state.trip, basis=car.state.trip.basis._replace(backwards=True))
    state = structs.replace(car.state, trip=back, junction=1, pointer=2)
    offered = found.receded(car.plan, state, 505.0, 195.0).offer
    assert offered is not None
    assert offered.text == "back at box 1"
    cancelled = bench_plan(ROAD[0], replace(ROAD[1], amended="cancelled"), ROAD[2])
    assert found.receded(cancelled, state, 505.0, 495.0).offer is None


def test_turning_the_count_by_hand_takes_the_offer_away(lost: Lost) -> None:
    car, go = lost
    car.press(4, 5, held=1.0)
    while not any(text.startswith("back at") for text in shown(car)):
        go(car, 0.4, 10.0)
    car.press(4, 5, held=1.0)
    assert shown(car) == []
    assert car.state.offer is None
    assert not car.state.trip.basis.backwards


def test_before_the_first_box_there_is_no_box_to_come_back_to() -> None:
    car = Bench(*ROAD)
    car.drive(3.0)
    car.drive(8.0, 20.0)
    car.drive(6.0)
    car.press(4, 5, held=1.0)
    assert shown(car) == ["COUNTING BACKWARDS"]
    car.drive(20.0, 10.0)
    assert car.state.offer is None


# What no text may say.

# Whatever sends a car somewhere. "back at" and "COUNTING BACKWARDS" tell where it is and what the trip does.
ADVICE = re.compile(
    r"\b(turn|u-turn|return|go|drive|steer|reverse|head|follow|left|right|north|south|east|west|cap|bearing|"
    r"way back|back to|back along|demi-tour)\b|[←-⇿⟲⟳➔-➾°]",
    re.IGNORECASE,
)


@pytest.mark.parametrize("way", [MISSED, AGAINST, LOOP, [*MISSED[:3], (2000, 700), (3500, 700)]])
def test_nothing_that_is_said_to_a_lost_crew_sends_it_anywhere(way: list[Point]) -> None:
    """To drive against the course is forbidden and deadly."""
    done = ride(plan(dangers=(3, 5)), driven(way))
    said = [*banners(done), *(text for _, text, _ in (*done.alerts("astray", "found", "danger"), *done.offers))]
    assert said
    assert [text for text in said if ADVICE.search(text)] == []


def test_nor_does_what_is_said_by_boxes_alone() -> None:
    made = plan_of(replace(book(BENDS, *BOXES, dangers=(3, 5)), track=()))
    done = ride(made, driven(MISSED))
    said = [*banners(done), *(text for _, text, _ in done.alerts("astray", "found"))]
    assert any("NOT MET" in text for text in said)
    assert [text for text in said if ADVICE.search(text)] == []


def texts() -> Iterator[str]:
    """Every string of the module that makes the words, but its own explanations and the names it knows things by."""
    tree = ast.parse(Path(found.__file__).read_text(encoding="utf-8"))
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            yield node.value


def test_no_word_that_a_lost_crew_can_be_told_sends_it_anywhere() -> None:
    words = list(texts())
    assert any("OFF COURSE" in text for text in words)
    assert [text for text in words if ADVICE.search(text)] == []


@pytest.mark.parametrize(
    "text", ["turn round", "go back to box 41", "drive north", "box 41 ↓", "head 270°", "return to the course"]
)
def test_the_law_would_find_advice(text: str) -> None:
    assert ADVICE.search(text)


# A drive with all of it, in the log.


def test_a_lost_drive_refolds_to_the_same_rows(codriver: Callable[..., Result], tmp_path: Path, stage: bytes) -> None:
    """The bundled stage with an error in it, and the crew's yes half a minute after it was found."""
    made = build(Inputs(roadbook_name="black-reg.gpx", roadbook=stage))
    track = [point for piece in made.book.track for point in piece][:330]
    aside = [Position(track[150].lat + 0.0004 * n, track[150].lon) for n in range(1, 11)]
    truth = driven([*track[:151], *aside, *aside[-2::-1], *track[150:]], replace(CALM, noise="real"))
    # A car that turns on the spot offers to be taken for one in reverse gear, until it is too fast for that.
    offers = ((step.state.now, step.state.offer) for step in ride(made, truth).steps)
    found_at = next(t for t, offered in offers if offered is not None and offered.kind == "found")
    presses = [(found_at + 30.0, "key", "6 1"), (found_at + 30.1, "key", "6 0")]
    wire, stage_file = tmp_path / "lost.wire", tmp_path / "black-reg.gpx"
    rows = sorted([*truth.wire(), *presses], key=lambda row: row[0])
    wire.write_text("".join(signals.write_line(*row) + "\n" for row in rows), encoding="ascii")
    stage_file.write_bytes(stage)
    codriver("run", "--roadbook", stage_file, "--wire", wire, "--log", "RUN.db", "--headless", "--speed", "max")
    codriver("replay", "RUN.db", "--verify")
    with closing(sqlite3.connect("RUN.db")) as db:
        [[what, by]] = db.execute("SELECT what, by FROM trip_change").fetchall()
    assert what.startswith("found before box ")
    assert by == "crew"


# In reverse gear on the course the car still points along it.


def found_at_once(mode: Literal["off", "propose", "automatic"]) -> Bench:
    """A car that is found on its course at once, with a trip that is 800 m too much, and stands."""
    north = 31.0 + 10.0 / 60.0
    places = [Position(north + 25.0 * n / MINUTE_NORTH / 60.0, -(4.0 + 10.25 / 60.0)) for n in range(200)]
    notes = tuple(Note(n + 1, 500.0 * n, position=places[20 * n]) for n in range(10))
    car = Bench(*notes, settings=Settings(reversing=mode, agreement="off"))
    whole = Roadbook("test", "test", "metric", notes, (tuple(places),))
    car.plan = lay_out("test", car.plan.settings, whole, Report("test"))
    car.identify()
    car.roll(4.0, 0.0, gps=True)
    car.enter("total=800")
    car.roll(25.0, 10.0, gps=True)
    car.roll(2.0, 3.0, gps=True)
    car.roll(3.0, 0.0, gps=True)
    assert car.state.offer is not None
    assert car.state.offer.text.startswith("found: ")
    return car


MODES = pytest.mark.parametrize("mode", ["propose", "automatic"])


@MODES
def test_a_place_can_be_taken_in_reverse_gear(mode: Literal["propose", "automatic"]) -> None:
    car = found_at_once(mode)
    car.roll(8.0, -2.5, gps=True)
    assert car.state.reversing.gear.back
    car.press(6)
    assert car.pressed[-1].startswith("found: before box")
    assert car.total == pytest.approx(car.north, abs=5.0)


def test_a_place_that_is_taken_in_reverse_gear_leaves_the_count_backwards_until_the_car_goes_on() -> None:
    car = found_at_once("automatic")
    car.roll(8.0, -2.5, gps=True)
    car.press(6)
    car.roll(8.0, -2.5, gps=True)
    assert car.total == pytest.approx(car.north, abs=5.0)
    car.roll(4.0, 0.0, gps=True)
    car.roll(20.0, 5.0, gps=True)
    assert not car.state.trip.basis.backwards
    assert car.total == pytest.approx(car.north, abs=5.0)


def test_a_place_that_is_not_sure_for_a_moment_stays_offered() -> None:
    """Where nothing is known of its gear, a car that backs seems to go against the course."""
    car = found_at_once("off")
    car.roll(8.0, -2.5, gps=True)
    assert car.state.astray.against is not None
    before = car.total
    car.press(6)
    assert car.pressed[-1] == found.NOT_NOW
    assert car.total == pytest.approx(before, abs=1.0)
    assert car.state.offer is not None
    assert car.state.offer.kind == "found"
    car.roll(4.0, 0.0, gps=True)
    car.roll(8.0, 5.0, gps=True)
    car.press(6)
    assert car.pressed[-1].startswith("found: before box")
    assert car.total == pytest.approx(car.north, abs=5.0)


def test_the_crews_own_count_backwards_goes_on_too_when_a_place_is_taken_in_reverse_gear() -> None:
    car = found_at_once("propose")
    car.press(4, 5, held=1.0)
    car.roll(8.0, -2.5, gps=True)
    car.press(6)
    car.roll(4.0, -2.5, gps=True)
    assert car.total == pytest.approx(car.north, abs=5.0)


@MODES
def test_who_reverses_along_the_course_is_not_against_it(mode: Literal["propose", "automatic"]) -> None:
    car = found_at_once(mode)
    car.roll(60.0, 10.0, gps=True)
    car.roll(2.0, 3.0, gps=True)
    car.roll(4.0, 0.0, gps=True)
    said = len(car.outs)
    car.roll(50.0, -3.0, gps=True)
    car.roll(4.0, 0.0, gps=True)
    car.roll(40.0, 10.0, gps=True)
    assert not [out for out in car.outs[said:] if isinstance(out, Alert) and out.kind in ("astray", "found")]
    place = astray.place(car.state.astray, odometer.distance(car.state.odo))
    assert place == pytest.approx(car.north, abs=10.0)
