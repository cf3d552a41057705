"""Agreement on simulated drives: a book made 1 % long, courses that cross themselves, crews, real books, replay."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import cos, radians, sin
from pathlib import Path

import pytest

from codriver import signals
from codriver.config import Settings
from codriver.core import engine
from codriver.core.agreement import Agreement
from codriver.core.outs import Out, TripChanged
from codriver.core.plan import Inputs, Plan, lay_out
from codriver.core.state import State
from codriver.debrief.verify import verify
from codriver.loop import Drive as Driven
from codriver.playing import play
from codriver.roadbook.load import read
from codriver.roadbook.model import Note, Position, Report, Roadbook
from codriver.roadbook.turns import turns
from codriver.roadbook.write import exact
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title
from codriver.signals import Edge, Signal, Start
from codriver.simulate import course
from codriver.simulate.drive import Drive, Options, drive
from codriver.units import Metres
from codriver.wake import Stop
from codriver.wires.recordings import Began

LONG = 1.01
POZNAN = "roadbooks/pga-poznan-35km_openrally-v1.0.3_tulip-drid.gpx"


@pytest.fixture(scope="module")
def book(stage: bytes) -> Roadbook:
    return read(stage, "black-reg.gpx").book


@pytest.fixture(scope="module")
def made(book: Roadbook) -> Drive:
    return drive(book, Options(hz=2, noise="real", seed=1))


def longer(book: Roadbook, by: float = LONG) -> Roadbook:
    """The same course in a book whose author's metres are shorter."""
    return replace(book, notes=tuple(replace(note, total=note.total * by) for note in book.notes))


def placeless(book: Roadbook) -> Roadbook:
    """The same without coordinates and track; each box says the cap out of it."""
    ways = turns(book)
    notes = (
        replace(note, position=None, cap=way.exit if note.cap is None else note.cap)
        for note, way in zip(book.notes, ways, strict=True)
    )
    return replace(book, track=(), notes=tuple(notes))


class Driver:
    """A simulated drive by a book, folded."""

    def __init__(self, book: Roadbook, made: Drive, policy: str = "propose", crew: Sequence[Signal] = ()):
        settings = Settings(agreement=policy)  # type: ignore[arg-type]
        self.plan: Plan = lay_out("test", settings, book, Report("test"))
        self.outs: list[Out] = []
        self.offers: list[str] = []
        self.state = State()
        self.learners: list[Agreement] = []
        for signal in (Start(0.0, "test", "test"), *sorted([*told(made), *crew], key=lambda signal: signal.t)):
            for folded in engine.fold(self.plan, self.state, signal):
                self._keep(folded.state, folded.outs)

    def _keep(self, state: State, outs: tuple[Out, ...]) -> None:
        if state.offer is not self.state.offer and state.offer is not None and state.offer.kind == "agree":
            self.offers.append(state.offer.text)
        if state.agreement.believed != self.state.agreement.believed:
            self.learners.append(state.agreement)
        self.outs += outs
        self.state = state

    @property
    def scale(self) -> float:
        assert self.state.agreement.reckoning is not None
        return self.state.agreement.reckoning.scale

    def at(self, metres: Metres) -> Agreement:
        """What was known once the car had gone so far."""
        return next(
            learner for learner in self.learners if learner.reckoning is not None and learner.reckoning.at >= metres
        )

    @property
    def agreed(self) -> list[TripChanged]:
        return [out for out in self.outs if isinstance(out, TripChanged) and out.by == "agreement"]


def told(made: Drive) -> Iterator[Signal]:
    return (signals.read(*row) for row in made.wire())


def presses(book: Roadbook, made: Drive, what: str, every: int) -> list[Signal]:
    """What a crew presses a third of a second after each such box."""
    along = course.milestones(made.course, book)
    moments = (made.car.when(along[index]) + 0.3 for index in range(every, len(along), every))
    return [Edge(round(t, 3), "key", f"do={what}", True) for t in moments]


def truth(book: Roadbook, made: Drive, by: float = LONG) -> float:
    """Book metres for each of the car's: it cuts corners by a metre or two, and is not the author's own."""
    along = course.milestones(made.course, book)
    return by * (book.notes[-1].total - book.notes[0].total) / (along[-1] - along[0])


@pytest.mark.parametrize("policy", ["propose", "automatic"])
def test_ten_kilometres_of_boxes_tell_a_book_that_runs_long(book: Roadbook, made: Drive, policy: str) -> None:
    driver = Driver(longer(book), made, policy)
    known = driver.at(10_000.0)
    assert known.reckoning is not None
    assert known.reckoning.scale == pytest.approx(truth(book, made), abs=0.001)
    assert known.reckoning.scale_sigma <= 0.001
    assert known.outliers == 0
    if policy == "propose":
        assert driver.agreed == []
        assert driver.offers[0].startswith("total +")
        assert any("book runs 1.0 % long, ±0.1" in text or "1.1 % long, ±0.1" in text for text in driver.offers)
    else:
        assert driver.state.trip.basis.scale == pytest.approx(truth(book, made), abs=0.001)


def test_what_is_agreed_unasked_keeps_its_distance_from_all_that_matters(book: Roadbook, made: Drive) -> None:
    driver = Driver(longer(book), made, "automatic")
    assert len(driver.agreed) >= 3
    bends = driver.plan.landmarks.bends
    for change in driver.agreed:
        low, high = sorted((change.before_m, change.after_m))
        assert high - low < 150.0
        for index, note in enumerate(driver.plan.book.notes):
            assert not low <= note.total <= high or low == high
            assert not (note.danger or bends[index]) or not high < note.total <= high + 300.0


def test_without_coordinates_turns_and_syncs_tell_it_alone(book: Roadbook, made: Drive) -> None:
    driver = Driver(placeless(longer(book)), made, crew=presses(book, made, "sync", 2))
    assert driver.scale == pytest.approx(truth(book, made), abs=0.0012)
    assert driver.state.agreement.outliers == 0


def test_turns_alone_are_right_if_few(book: Roadbook, made: Drive) -> None:
    """Eight of the stage's corners are sharp enough for a heading: twice as wide as by boxes, and as honest."""
    driver = Driver(placeless(longer(book)), made)
    learner = driver.state.agreement
    assert learner.reckoning is not None
    assert learner.believed >= 6
    assert abs(learner.reckoning.scale - truth(book, made)) <= 2.0 * learner.reckoning.scale_sigma
    assert learner.reckoning.scale_sigma < 0.0025


def test_one_box_300_m_wrong_pulls_nothing(book: Roadbook, made: Drive) -> None:
    right = Driver(longer(book), made)
    notes = tuple(
        replace(note, total=note.total + (300.0 if note.number == 16 else 0.0)) for note in longer(book).notes
    )
    wrong = Driver(replace(book, notes=notes), made)
    assert wrong.state.agreement.outliers == 1
    assert wrong.scale == pytest.approx(right.scale, abs=0.0003)


# Courses that come by the same places again.


def along(points: Sequence[tuple[Metres, Metres]]) -> tuple[Position, ...]:
    return tuple(Position(31.0 + north / 110_900.0, -4.0 + east / 95_500.0) for east, north in points)


def round_course(laps: int) -> list[tuple[Metres, Metres]]:
    """A circle of 1.6 km, driven so often."""
    return [(255.0 * cos(radians(a)), 255.0 * sin(radians(a))) for a in range(0, 360 * laps + 1, 6)]


def eight() -> list[tuple[Metres, Metres]]:
    """A figure of eight, twice: four times across one place, each loop 1.9 km long."""
    one = [(300.0 - 300.0 * cos(radians(a)), 300.0 * sin(radians(a))) for a in range(0, 360, 6)]
    other = [(-300.0 + 300.0 * cos(radians(a)), 300.0 * sin(radians(a))) for a in range(0, 360, 6)]
    return (one + other) * 2 + [(0.0, 0.0)]


def there_and_back() -> list[tuple[Metres, Metres]]:
    """Four kilometres out, and back 20 m beside."""
    return [(0.0, 100.0 * n) for n in range(41)] + [(20.0, 100.0 * n) for n in range(40, -1, -1)]


def with_boxes(points: Sequence[tuple[Metres, Metres]], every: int, by: float) -> Roadbook:
    """A book of this course with a box at each so many points, at its metres along the track times `by`."""
    total, notes = 0.0, list[Note]()
    places = along(points)
    for index, (east, north) in enumerate(points):
        if index:
            before = points[index - 1]
            total += ((east - before[0]) ** 2 + (north - before[1]) ** 2) ** 0.5
        if index % every == 0:
            notes.append(Note(len(notes) + 1, total * by, position=places[index]))
    return Roadbook("loops", "test", "metric", tuple(notes), (places,))


@pytest.mark.parametrize(
    ("points", "every"), [(round_course(5), 20), (eight(), 15), (there_and_back(), 7)], ids=["laps", "eight", "back"]
)
@pytest.mark.parametrize("by", [1.0, LONG])
def test_a_course_that_meets_itself_is_followed_in_its_order(
    points: list[tuple[Metres, Metres]], every: int, by: float
) -> None:
    book = with_boxes(points, every, by)
    made = drive(book, Options(hz=2, noise="real", seed=3, between_stops=0.0))
    driver = Driver(book, made, "automatic")
    straight = with_boxes(points, every, 1.0)
    assert driver.state.agreement.outliers == 0
    assert driver.state.agreement.believed >= 8
    assert driver.scale == pytest.approx(truth(straight, made, by), abs=0.0025)


# Real books, and the log.


def test_the_book_of_poznan_agrees_with_its_own_course(field_data: Path) -> None:
    """Boxes written by hand at 10 m, a track that runs the same road out and back: 36 km."""
    book = read((field_data / POZNAN).read_bytes(), POZNAN).book
    made = drive(book, Options(hz=1, noise="real", seed=1))
    driver = Driver(longer(book), made, "automatic")
    learner = driver.state.agreement
    assert learner.believed >= 35
    assert learner.outliers <= 1
    assert driver.scale == pytest.approx(truth(book, made), abs=0.0015)
    assert driver.state.trip.basis.scale == pytest.approx(truth(book, made), abs=0.0015)


@pytest.mark.parametrize("policy", ["propose", "automatic"])
def test_a_drive_with_agreement_refolds_equal(tmp_path: Path, book: Roadbook, made: Drive, policy: str) -> None:
    """Through the log: proposals, changes, undo and what is kept for the next drive."""
    table = exact.table(longer(book)).encode()
    settings = f'{{"agreement": "{policy}", "vehicle": {{"name": "412"}}}}'
    inputs = Inputs(settings=settings, roadbook_name="long.csv", roadbook=table)
    undo = [Edge(500.0, "key", "do=undo", True)]
    heard = sorted([*told(made), *presses(book, made, "sync", 9), *undo], key=lambda signal: signal.t)
    driven = Driven(tmp_path / "run.db", Title("long"), patient=True)
    play(driven, [Began(Start(0.0, "", "test")), *heard], lambda _: inputs, None, Stop())
    driven.close()
    with Run.open(tmp_path / "run.db") as run:
        assert verify(run) > 1000
        assert any(row["kind"] == "save" for row in run.rows("out"))
        assert [row for row in run.rows("trip_change") if row["by"] == "agreement"] or policy == "propose"
