"""A drive: what the receiver and the pod say of a car that follows a book, and the truth beside it.

Times are seconds since the drive began; the drive's UTC start is an argument. The same options and book give the
same bytes. No wire is opened here: a drive is rows, or two files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from math import floor
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeAlias, TypeVar

from codriver import signals
from codriver.roadbook.model import Roadbook
from codriver.simulate import car, course, frames, ground, orders, receiver, sentences, sky, wheel
from codriver.simulate.errors import stream
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

START: Final = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)

Progress: TypeAlias = Callable[[float], None]
WireRow: TypeAlias = tuple[Seconds, str, str]

_Row = TypeVar("_Row", WireRow, "Truth")

_TRUTH_HZ: Final = 10
_POD_TICK: Final[Seconds] = 0.05
_POD_LINK: Final[Seconds] = 0.002
_IDENTITY_EVERY: Final = 200  # ticks: 10 s
_SECOND: Final = 20  # ticks
_SHORT_STOP: Final[tuple[Seconds, Seconds]] = (5.0, 45.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How to drive and what to hear of it. ValueError, with a sentence, where it cannot be done.

    `pace` is slow, rally, flat out or a factor; `noise` quiet, real or harsh. A probe without its metres per pulse
    is not fitted. `neutralised` is the share of each neutralisation that is waited out, `between_stops` the mean
    distance between stops that no book asks for (0: none), `standing` the time at rest at both ends.
    """

    hz: int = 5
    wheel: bool = False
    seed: int = 1
    noise: str = "real"
    pace: str | float = "rally"
    probe1_m_per_pulse: Metres | None = None
    probe2_m_per_pulse: Metres | None = None
    start: datetime = START
    neutralised: float = 0.1
    between_stops: Metres = 25_000.0
    standing: Seconds = 10.0

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def m_per_pulse(self) -> tuple[Metres | None, Metres | None]:
        """What both probes were told to be worth."""
        return self.probe1_m_per_pulse, self.probe2_m_per_pulse


class Truth(NamedTuple):
    """Where the car really is; `gps` says whether a receiver here can have a fix."""

    t: Seconds
    utc: datetime
    lat: Degrees
    lon: Degrees
    distance: Metres
    speed: MetresPerSecond
    course: Degrees
    surface: str
    gps: bool


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive that is decided: its rows are made as they are asked for, each time the same."""

    options: Options
    course: course.Course
    ground: ground.Ground
    car: car.Run
    sky: sky.Sky
    zones: tuple[orders.Zone, ...]
    stands: tuple[orders.Stand, ...]

    @property
    def duration(self) -> Seconds:
        """How long the car is under way, its standing included."""
        return self.car.duration

    def wire(self) -> Iterator[WireRow]:
        """(t, source, payload) of everything that comes in, in time order, as a wire log holds it."""
        return merge(self._gps(), self._pod() if self.options.wheel else (), key=itemgetter(0))

    def truth(self) -> Iterator[Truth]:
        """The truth ten times a second, from 0."""
        for k in range(floor(self.duration * _TRUTH_HZ) + 1):
            t = k / _TRUTH_HZ
            metres, speed = self.car.at(t)
            place = self.course.at(metres)
            surface = self.ground.at(metres).name
            fixed = self.sky.cover(t) is not sky.Cover.BLOCKED
            utc = sentences.moment(self.options.start, t)
            yield Truth(t, utc, place.lat, place.lon, metres, speed, place.heading, surface, fixed)

    def _gps(self) -> Iterator[WireRow]:
        options = self.options
        device = receiver.NOISES[options.noise]
        byte = 10 / device.baud
        free = 0.0
        for epoch in receiver.epochs(device, self.car, self.course, self.sky, options.hz, options.seed):
            free = max(free, epoch.arrival)
            lines = list(sentences.burst(epoch, device, sentences.moment(options.start, epoch.t)))
            for line in lines * epoch.times:
                free += (len(line) + 2) * byte
                yield signals.stamp(free), "gps", line

    def _pod(self) -> Iterator[WireRow]:
        options = self.options
        faults = wheel.NOISES[options.noise]
        last, moved = (0, 0), -1.0
        feeling = stream(options.seed, "supply")
        counted = wheel.pulses(faults, options.m_per_pulse, self.car, self.ground, _POD_TICK, options.seed)
        for tick, (t, counts) in enumerate(counted):
            at = signals.stamp(t + _POD_LINK)
            if tick % _IDENTITY_EVERY == 0:
                yield at, "pod", frames.identity()
            if counts != last:
                last, moved = counts, t
            if t - moved < 1.0 or tick % _SECOND == 0:
                yield at, "pod", frames.wheels(t, *counts)
            if tick % _SECOND == 0:
                yield at, "pod", _supply(t, feeling)


def drive(book: Roadbook, options: Options) -> Drive:
    """Send a car over this book. RoadbookError where the book says of no two places where they are."""
    way = course.lay(book)
    places = course.milestones(way, book)
    under = ground.spread(way.length, stream(options.seed, "ground"))
    zones = orders.zones(book, places, way.length)
    stands = (
        orders.Stand(0.0, options.standing),
        *orders.stands(book, places, options.neutralised),
        *_short_stops(way.length, options.between_stops, stream(options.seed, "stops")),
        orders.Stand(way.length, options.standing),
    )
    run = car.run(way, under, zones, stands, car.driver(options.pace))
    over = sky.weather(receiver.NOISES[options.noise].sky, run, options.seed)
    return Drive(options, way, under, run, over, zones, stands)


def write_wire(made: Drive, path: Path, progress: Progress | None = None) -> None:
    """Write the wire log; `progress` is told the share done, from 0 to 1, some hundred times."""
    with path.open("w", encoding="ascii", newline="\n") as out:
        for t, source, payload in _told(made.wire(), made.duration, progress):
            out.write(signals.write_line(t, source, payload) + "\n")


def write_truth(made: Drive, path: Path, progress: Progress | None = None) -> None:
    """Write the truth as CSV, ten rows a second; `progress` as for `write_wire`."""
    with path.open("w", encoding="ascii", newline="\n") as out:
        out.write("t,utc,lat,lon,distance_m,speed_mps,course_deg,surface,gps\n")
        for row in _told(made.truth(), made.duration, progress):
            out.write(_csv(row))


def _csv(row: Truth) -> str:
    utc = row.utc.strftime("%Y-%m-%dT%H:%M:%S") + f".{row.utc.microsecond // 1000:03d}Z"
    return (
        f"{row.t:.1f},{utc},{row.lat:.8f},{row.lon:.8f},{row.distance:.3f},{row.speed:.3f},"
        f"{round(row.course, 2) % 360:.2f},{row.surface},{row.gps:d}\n"
    )


def _told(rows: Iterator[_Row], duration: Seconds, progress: Progress | None) -> Iterator[_Row]:
    """The rows as they come, while whoever waits is told how far they are."""
    step = duration / 100
    due = step
    for row in rows:
        yield row
        if progress is not None and row[0] >= due:
            progress(min(1.0, row[0] / duration))
            due = row[0] + step
    if progress is not None:
        progress(1.0)


def _short_stops(length: Metres, between: Metres, random: Random) -> Iterator[orders.Stand]:
    """Stops of a few seconds where nobody expects one."""
    if between <= 0:
        return
    metres = random.expovariate(1 / between)
    while metres < length:
        yield orders.Stand(metres, random.uniform(*_SHORT_STOP))
        metres += random.expovariate(1 / between)


def _supply(t: Seconds, random: Random) -> str:
    """A charged battery with the engine running, in a pod that warms up behind the dashboard."""
    return frames.supply(t, round(random.gauss(13_900, 40)), 28.0 + min(12.0, t / 120))


def _faults(options: Options) -> Iterator[str]:
    if not 1 <= options.hz <= 10:
        yield f"receivers give 1 to 10 fixes a second, not {options.hz}"
    if options.noise not in receiver.NOISES:
        yield f"no noise {options.noise!r}: say {', '.join(receiver.NOISES)}"
    sizes = [size for size in options.m_per_pulse if size is not None]
    if options.wheel and not sizes:
        yield "a wheel needs the metres per pulse of at least one probe"
    if any(not size > 0 for size in sizes):
        yield "metres per pulse must be above 0"
    if options.start.tzinfo is None:
        yield "the start needs its time zone: give it in UTC"
    if not 0 <= options.neutralised <= 1:
        yield "the share of a neutralisation to wait out goes from 0 to 1"
    try:
        car.driver(options.pace)
    except ValueError as error:
        yield str(error)
