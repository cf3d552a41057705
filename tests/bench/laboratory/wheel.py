"""What the wheel probes of a drive in the laboratory count: the faults of tyres, sand, brakes, bends and wiring.

Two probes sit on the two wheels of one axle: in a bend the outer one turns more. Interference comes on both lines of
one harness, or on one. Pulses come as the pod tells them, twenty times a second in motion and once at rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, radians
from random import Random
from typing import Final, NamedTuple

from codriver.simulate.car import Run
from codriver.simulate.course import Course
from codriver.simulate.errors import gauss_markov, moments, stream
from codriver.simulate.ground import GRAVEL, HARD, ROCKS, SAND, Ground
from codriver.units import Metres, MetresPerSecond, Seconds
from tests.bench.laboratory.scenarios import Wheel
from tests.bench.laboratory.sky import Span

EVERY: Final[Seconds] = 0.05
STILL: Final[Seconds] = 1.0
LINK: Final[Seconds] = 0.002
M_PER_PULSE: Final[Metres] = 0.5
TRACK: Final[Metres] = 1.7
GROWN_AT: Final[MetresPerSecond] = 40.0
WARM: Final[Seconds] = 1200.0
BETWEEN_TYRES: Final = 0.001  # comma2k19's single wheels differ by 0.2 % (2)
# Mean slip of hard and loose ground, and how far it strays. Ours.
SLIPS: Final = {HARD.name: (0.0, 0.0), GRAVEL.name: (0.001, 0.001), ROCKS.name: (0.003, 0.003)}
STRAY: Final = 0.025
HARD_BRAKING: Final = 2.0
LOCKING: Final = 3.5
SPIN: Final[tuple[MetresPerSecond, MetresPerSecond]] = (3.0, 8.0)
SPIN_UP: Final[Seconds] = 0.25  # 12 to 32 m/s², several times what the car itself can do: ours
BURST: Final = (0.3, 1.5)  # seconds
BURST_HZ: Final = (20.0, 300.0)


class Pulses(NamedTuple):
    """Counts since the last report, one a probe, as they come in at `t`."""

    t: Seconds
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Extra:
    """A wheel that turns though the car does not, or pulses that no wheel made: a rate while it lasts.

    A wheel takes the time `ramp` to come up to it, and to come down again.
    """

    span: Span
    rate: float
    ramp: Seconds = 0.0

    def within(self, start: Seconds, end: Seconds) -> float:
        """How much of it falls between these two times."""
        if end <= self.span[0] or start >= self.span[1]:
            return 0.0
        return self._until(end) - self._until(start)

    def _until(self, t: Seconds) -> float:
        lasts = self.span[1] - self.span[0]
        since = min(max(t - self.span[0], 0.0), lasts)
        ramp = min(self.ramp, lasts / 2.0)
        if since < ramp:
            return self.rate * since * since / (2.0 * ramp)
        rest = lasts - since
        short = rest * rest / (2.0 * ramp) + ramp / 2.0 if rest < ramp else rest
        return self.rate * (lasts - ramp / 2.0 - short)


def counted(
    kind: Wheel, run: Run, course: Course, ground: Ground, stops: tuple[Span, ...], probes: int, seed: str
) -> Iterator[Pulses]:
    """Every report of the pod, in order."""
    axle = _Axle(kind, run, ground, stops, stream(0, f"{seed} wheel"))
    scales = 1.0 + kind.calibration, 1.0 + kind.calibration + BETWEEN_TYRES
    first, second = (_Probe(kind, scale, stream(0, f"{seed} probe {i}")) for i, scale in enumerate(scales))
    both, *apart = _bursts(kind, run.duration, stream(0, f"{seed} bursts"))
    owed, moved, heading = [0, 0], 0.0, course.at(0.0).heading
    for k in range(1, floor(run.duration / EVERY) + 1):
        t = k * EVERY
        turned, metres = axle.turned(t)
        towards = course.at(metres).heading
        swung = radians((towards - heading + 180.0) % 360.0 - 180.0) * TRACK / 2.0
        heading = towards
        common = sum(burst.within(t - EVERY, t) for burst in both)
        owed[0] += first.pulses(turned + swung, common + sum(burst.within(t - EVERY, t) for burst in apart[0]))
        owed[1] += second.pulses(turned - swung, common + sum(burst.within(t - EVERY, t) for burst in apart[1]))
        if any(owed):
            moved = t
        if t - moved < STILL or k % round(STILL / EVERY) == 0:
            yield Pulses(round(t + LINK, 6), owed[0], owed[1] if probes == 2 else 0)
            owed = [0, 0]


class _Axle:
    """How far the wheels of one axle turn, in metres of road, calibration and tyre apart."""

    def __init__(self, kind: Wheel, run: Run, ground: Ground, stops: tuple[Span, ...], random: Random) -> None:
        self._kind, self._run, self._ground, self._random = kind, run, ground, random
        self._stray = gauss_markov(random, 1.0, 3.0, EVERY)
        self._spins = list(_spins(kind, run, ground, stops, random))
        self._metres, self._speed, self._surface, self._slip, self._locked = 0.0, 0.0, GRAVEL.name, 0.0, -1.0

    def turned(self, t: Seconds) -> tuple[Metres, Metres]:
        """Metres turned since the last call, and where along the course the car is."""
        metres, speed = self._run.at(t)
        gone, gain = metres - self._metres, (speed - self._speed) / EVERY
        self._metres, self._speed = metres, speed
        share = 1.0 + self._sliding(metres) - self._kind.growth * (speed / GROWN_AT) ** 2
        share -= self._kind.growth / 2.0 * min(1.0, t / WARM)
        if gain < -HARD_BRAKING:
            share -= self._kind.braking
        spun = sum(spin.within(t - EVERY, t) for spin in self._spins) if gone == 0.0 else 0.0
        return (0.0 if self._brakes(t, gain) else gone * share) + spun, metres

    def _sliding(self, metres: Metres) -> float:
        surface, stray = self._ground.at(metres), next(self._stray)
        if surface.name != self._surface:
            self._surface, self._slip = surface.name, self._random.uniform(*self._kind.slip)
        if surface is SAND:
            return max(0.0, self._slip + STRAY * stray)
        mean, sigma = SLIPS[surface.name]
        return mean + sigma * stray

    def _brakes(self, t: Seconds, gain: float) -> bool:
        """Whether the wheel stands while the car slides."""
        if gain < -LOCKING and t > self._locked + 2.0 and self._random.random() < self._kind.lock * EVERY:
            self._locked = t + self._random.uniform(0.3, 0.9)
        return t < self._locked and gain < 0.0


class _Probe:
    """One probe: whole pulses, some unseen, some seen twice."""

    def __init__(self, kind: Wheel, scale: float, random: Random) -> None:
        self._kind, self._scale, self._random = kind, scale, random
        self._part, self._false = random.random(), 0.0

    def pulses(self, metres: Metres, interference: float) -> int:
        """Pulses in these metres of road, and in so much of interference."""
        self._part += max(0.0, metres) * self._scale / M_PER_PULSE
        self._false += interference
        real, false = int(self._part), int(self._false)
        self._part, self._false = self._part - real, self._false - false
        seen = real + false
        for _ in range(real):
            draw = self._random.random()
            seen += (draw < self._kind.doubled) - (draw > 1.0 - self._kind.missed)
        return seen


def _spins(kind: Wheel, run: Run, ground: Ground, stops: tuple[Span, ...], random: Random) -> Iterator[Extra]:
    """It digs itself in before it moves off: up to three tries in the last 20 s of a stop."""
    for start, end in stops:
        chance = kind.spin if ground.at(run.at(start).distance) is SAND else kind.spin_elsewhere
        if end >= run.duration or start <= 0.0 or random.random() >= chance:
            continue
        for _ in range(random.randint(1, 3)):
            begun = max(start, end - random.uniform(1.0, 20.0))
            yield Extra((begun, min(end, begun + random.uniform(0.5, 4.0))), random.uniform(*SPIN), SPIN_UP)


def _bursts(kind: Wheel, duration: Seconds, random: Random) -> tuple[list[Extra], list[Extra], list[Extra]]:
    """Bursts of interference: on both lines, on the first alone, on the second alone."""
    where: tuple[list[Extra], list[Extra], list[Extra]] = ([], [], [])
    for t in moments(random, kind.bursts_per_hour, duration):
        burst = Extra((t, t + random.uniform(*BURST)), random.uniform(*BURST_HZ))
        random.choice((where[0], where[0], where[1], where[2])).append(burst)
    return where
