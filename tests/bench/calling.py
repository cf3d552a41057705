"""What the bench of the calls drives: a book, a car over it, and the lines that its receiver and its pod say of that.

No audio and no noise of a receiver: what is measured is when words end. The truth is the car's own; a note is where the
car really passes it, whatever the book says. Metres along the way, seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Final, NamedTuple

from codriver.core import book as books
from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Note, Roadbook, RoadbookError
from codriver.signals import Line, stamp
from codriver.simulate import car, course, ground, orders
from codriver.simulate.car import Run
from codriver.simulate.course import Course
from codriver.units import DAY, KNOT, MINUTE, Degrees, Metres, MetresPerSecond, Seconds
from codriver.wires.lines import frame

# A car without a course goes north from here.
SOUTH: Final[Degrees] = 31.0
MERIDIAN: Final[Degrees] = -4.0
SIX: Final[Seconds] = 6 * 3600.0
STANDS: Final[Seconds] = 8.0
CLEAR: Final[Seconds] = 16.0
PULSE: Final[Metres] = 0.5
ACCELERATES: Final = 3.0
BRAKES: Final = 4.5
CELL: Final[Metres] = 2.0


class Manner(NamedTuple):
    """How a car without a track is driven: from one speed to another, each held for so many metres."""

    slowest: MetresPerSecond = 9.0
    fastest: MetresPerSecond = 33.0
    held: tuple[Metres, Metres] = (200.0, 1200.0)


STEADY: Final = Manner()
WILD: Final = Manner(4.0, 42.0, (60.0, 300.0))


@dataclass(frozen=True, slots=True)
class Way:
    """A car over a book: its run, where it passes each note, and its course where the book has one."""

    run: Run
    marks: tuple[Metres, ...]
    course: Course | None = None

    def place(self, metres: Metres) -> tuple[Degrees, Degrees, Degrees]:
        """Latitude, longitude and heading this far along."""
        if self.course is None:
            return SOUTH + metres / NORTH, MERIDIAN, 0.0
        here = self.course.at(metres)
        return here.lat, here.lon, here.heading

    def when(self, metres: Metres) -> Seconds:
        """When the car passes this place."""
        run = self.run
        index = min(max(bisect_right(run.distance, metres), 1), len(run.distance) - 1)
        low, high = run.t[index - 1], run.t[index]
        while high - low > 1e-3:
            middle = (low + high) / 2.0
            low, high = (middle, high) if run.at(middle).distance < metres else (low, middle)
        return high


NORTH: Final = chord(SOUTH, MERIDIAN, SOUTH + 1.0, MERIDIAN)


def way(book: Roadbook, pace: float, manner: Manner, seed: int) -> Way:
    """A car over this book: along its track, else straight on, at the book's own distances."""
    who = car.driver(pace)
    try:
        line = course.lay(book) if any(book.track) else None
    except RoadbookError:
        line = None
    if line is not None:
        marks = course.milestones(line, book)
        zones = orders.zones(book, marks, line.length)
        stands = (orders.Stand(0.0, STANDS), orders.Stand(line.length, STANDS))
        return Way(car.run(line, ground.spread(line.length, Random(seed)), zones, stands, who), marks, line)
    marks = tuple(_driven(book))
    return Way(_straight(marks[-1] + 300.0, pace, manner, Random(seed)), marks)


def _driven(book: Roadbook) -> Iterator[Metres]:
    """Where the car is at each note of a book whose distances may begin anew on the way."""
    at, before = 0.0, book.begins
    for index, note in enumerate(book.notes):
        value = books.reset(book, index - 1) if index else None
        if falls(book, index):
            value = 0.0
        before = before if value is None else value
        at += max(note.total - before, 0.0)
        before = note.total
        yield at


def falls(book: Roadbook, index: int) -> bool:
    """Whether another count begins after the note before, of which the book says nothing: the crew zeroes the total."""
    return index > 0 and books.begins_leg(book, index) and books.reset(book, index - 1) is None


def _straight(length: Metres, pace: float, manner: Manner, random: Random) -> Run:
    """A run at speeds that change, as hard as engine and brakes allow."""
    count = max(int(length / CELL), 2)
    wanted: list[MetresPerSecond] = []
    while len(wanted) <= count:
        speed = pace * random.uniform(manner.slowest, manner.fastest)
        wanted += [speed] * max(int(random.uniform(*manner.held) / CELL), 1)
    squares = [speed * speed for speed in wanted[: count + 1]]
    squares[0] = squares[-1] = 0.0
    for index in range(count - 1, -1, -1):
        squares[index] = min(squares[index], squares[index + 1] + 2 * BRAKES * CELL)
    for index in range(1, count + 1):
        squares[index] = min(squares[index], squares[index - 1] + 2 * ACCELERATES * CELL)
    t, at = [0.0, STANDS], [0.0, 0.0]
    speeds = [0.0, *(square**0.5 for square in squares)]
    for before, after in pairwise(speeds[1:]):
        t.append(t[-1] + 2 * CELL / max(before + after, 0.1))
        at.append(at[-1] + CELL)
    return Run(tuple(t), tuple(at), tuple(speeds))


def gaps(on: Way, notes: Sequence[Note], length: Seconds, before: Sequence[Seconds]) -> list[tuple[Seconds, Seconds]]:
    """A time without a fix that ends so many seconds before every third danger, one after the other.

    Where it is to end well before that danger, none other lies within it.
    """
    whens = [on.when(mark) for mark, note in zip(on.marks, notes, strict=True) if note.danger >= 2]
    found: list[tuple[Seconds, Seconds]] = []
    for number, at in enumerate(whens[::3]):
        end = at - before[number % len(before)]
        begin = end - length
        others = before[0] > CLEAR and any(begin - CLEAR < other < end + CLEAR for other in whens)
        if not others and begin > (found[-1][1] + 20.0 if found else STANDS + 10.0):
            found.append((begin, end))
    return found


def lines(on: Way, hz: float, blind: Sequence[tuple[Seconds, Seconds]] = (), *, wheel: bool = False) -> Iterator[Line]:
    """What the receiver says, but in these times; and the pod five times a second, if there is one."""
    step = 1.0 / (5.0 if wheel else hz)
    every, count = max(round(5.0 / hz), 1) if wheel else 1, int(on.run.duration / step)
    begins = [begin for begin, _ in blind]
    if wheel:
        yield Line(0.0, "pod", frame("PCDRI,1,bench,E66,1").rstrip())
    for number in range(count + 1):
        t = stamp(number * step)
        metres, speed = on.run.at(t)
        if wheel:
            pulses = int(metres / PULSE)
            yield Line(t, "pod", frame(f"PCDRW,{round(t * 1000) + 5000},{pulses},{pulses}").rstrip())
        before = bisect_left(begins, t)
        if number % every == 0 and not (before and t < blind[before - 1][1]):
            yield Line(t, "gps", _sentence(t, on.place(metres), speed))


def _sentence(t: Seconds, place: tuple[Degrees, Degrees, Degrees], speed: MetresPerSecond) -> str:
    now = (SIX + t) % DAY
    clock = f"{int(now // 3600):02d}{int(now // 60) % 60:02d}{now % 60:06.3f}"
    lat, lon, heading = place
    day = 5 + int((SIX + t) // DAY)
    where = f"{_minutes(lat, 2)},{'NS'[lat < 0]},{_minutes(lon, 3)},{'EW'[lon < 0]}"
    return frame(f"GPRMC,{clock},A,{where},{speed / KNOT:.4f},{heading % 360:.2f},{day:02d}0126,,,A").rstrip()


def _minutes(degrees: Degrees, width: int) -> str:
    whole, minutes = divmod(abs(degrees) * MINUTE, MINUTE)
    return f"{int(whole):0{width}d}{minutes:010.7f}"


def dense(seed: int = 1) -> Roadbook:
    """137 boxes with caps over 86 km, 58 of whose 136 gaps are under 300 m: as a real book is (domain.md 1.5)."""
    random = Random(seed)
    short = [random.uniform(20.0, 299.0) for _ in range(58)]
    long = [random.uniform(300.0, 1200.0) for _ in range(70)] + [random.uniform(1200.0, 5600.0) for _ in range(8)]
    every = short + long
    random.shuffle(every)
    total, notes = 0.0, []
    for number, gap in enumerate([0.0, *every], start=1):
        total += gap
        notes.append(Note(number, round(total, 1), cap=float(random.randrange(360))))
    return Roadbook("dense", "bench", "metric", tuple(notes))


def with_dangers(book: Roadbook) -> Roadbook:
    """The same book, every sixth box a great danger and every other sixth a danger."""
    levels = {2: 3, 5: 2}
    notes = tuple(
        replace(note, danger=max(note.danger, levels.get(index % 6, 0)), words=note.words or "ditch")
        if index % 6 in levels
        else note
        for index, note in enumerate(book.notes)
    )
    return replace(book, notes=notes)


def wrong(book: Roadbook, share: float) -> Roadbook:
    """The book as it is written by who measured everything this share too long."""

    def longer(note: Note) -> Note:
        events = tuple(replace(e, value=e.value * share) if e.kind == "reset" and e.value else e for e in note.events)
        return replace(note, total=note.total * share, events=events)

    return replace(book, notes=tuple(map(longer, book.notes)), begins=book.begins * share)
