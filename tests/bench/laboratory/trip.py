"""A whole drive in the laboratory: the truth, what the receiver and the pod say of it, and when the car stood.

The laboratory's cars, receivers and wheels are made from gps-data.md alone (its sections 2, 3 and 7), not from what an
odometer would like. `pistes` are the courses, `scenarios` the figures, `sky`, `receiver` and `wheel` the errors,
`lines` the same drive as sentences, `algorithms` what is compared, `scores` and `goals` how.

Everything follows from scenario, course, rate and seed. The events are the core's own inputs, so that an hour is
folded in a second or two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from operator import attrgetter
from random import Random
from typing import Final

from codriver.simulate import car
from codriver.simulate.course import Course
from codriver.simulate.errors import stream
from codriver.simulate.ground import GRAVEL, SAND, Ground
from codriver.simulate.orders import Stand
from codriver.units import Metres, Seconds
from tests.bench.laboratory import pistes, receiver, sky, wheel
from tests.bench.laboratory.scenarios import SCENARIOS, Scenario
from tests.bench.laboratory.sky import Cover
from tests.bench.laboratory.truth import Event, Truth

STANDING: Final[Seconds] = 15.0
STOP: Final = (8.0, 75.0)  # seconds; ours
HOUR: Final[Seconds] = 3600.0
SPOT: Final[Metres] = 10.0  # what an hour parked needs of a course
BUMPS: Final[Metres] = 120.0
STRETCH: Final = (300.0, 3000.0)  # metres of one surface


@dataclass(frozen=True)
class Trip:
    """A drive that is decided. Its events are made as they are asked for, each time the same."""

    scenario: Scenario
    piste: str
    hz: int
    seed: int
    course: Course
    ground: Ground
    run: car.Run
    cover: Cover

    @property
    def name(self) -> str:
        """What the random numbers of this drive hang on: not the rate, so that all rates see the same sky."""
        return f"{self.scenario.name} {self.piste} {self.seed}"

    @cached_property
    def truth(self) -> Truth:
        """Where the car was when, and when nobody could see it."""
        return Truth(self.run, self.cover.blocked)

    def events(self, probes: int = 0) -> Iterator[Event]:
        """What comes in, in order: fixes, and with one or two `probes` the wheel's reports."""
        flat = pistes.slopes(self.course)
        fixes = receiver.heard(self.scenario.receiver, self.run, self.course, flat, self.cover, self.hz, self.name)
        if not probes:
            return fixes
        pulses = wheel.counted(
            self.scenario.wheel, self.run, self.course, self.ground, self.truth.stops, probes, self.name
        )
        return merge(fixes, pulses, key=attrgetter("t"))


def trip(scenario: str, seed: int, hz: int = 5, *, acceptance: bool = False, length: Metres | None = None) -> Trip:
    """A drive of this scenario. KeyError where there is no such scenario."""
    kind = SCENARIOS[scenario]
    piste = (pistes.ACCEPTANCE if acceptance else pistes.TUNING)[kind.steep]
    wanted = SPOT if kind.parked else length or kind.length
    course = pistes.piste(piste, wanted)
    name = f"{scenario} {piste} {seed}"
    ground = _ground(kind, course.length, stream(0, f"{name} ground"))
    run = _parked() if kind.parked else _driven(kind, course, ground, stream(0, f"{name} stops"))
    cover = sky.over(kind.sky, run, stream(0, f"{name} sky"))
    return Trip(kind, piste, hz, seed, course, ground, run, cover)


def _parked() -> car.Run:
    return car.Run((0.0, HOUR), (0.0, 0.0), (0.0, 0.0))


def _driven(kind: Scenario, course: Course, ground: Ground, random: Random) -> car.Run:
    stands = [Stand(0.0, STANDING), Stand(course.length, STANDING)]
    at = random.uniform(0.5, 1.5) * kind.between_stops / 2.0
    while at < course.length - 500.0:
        stands.append(Stand(at, random.uniform(*STOP)))
        at += random.uniform(0.5, 1.5) * kind.between_stops
    return car.run(course, ground, (), stands, car.Driver())


def _ground(kind: Scenario, length: Metres, random: Random) -> Ground:
    """Stretches in the scenario's shares, and what bumps leave of the speed."""
    left = {surface: share * max(length, 1.0) for surface, share in kind.ground}
    starts, surfaces = [0.0], [GRAVEL if GRAVEL in left else SAND]
    at = 0.0
    while at < length:
        surface = random.choices(list(left), [max(0.0, each) + 1e-9 for each in left.values()])[0]
        stretch = random.uniform(*STRETCH)
        stretch = min(stretch, max(left[surface], STRETCH[0]))
        starts.append(at)
        surfaces.append(surface)
        left[surface] -= stretch
        at += stretch
    bumps = tuple(random.uniform(0.72, 1.0) for _ in range(int(length / BUMPS) + 3))
    return Ground(tuple(starts), tuple(surfaces), bumps)
