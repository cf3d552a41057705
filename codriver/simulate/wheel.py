"""What wheel probes count on a drive: pulses, with the faults of tyres, sand and wiring.

Metres of road, seconds. A probe's `m_per_pulse` is what the unit is told; the wheel itself is off it by the errors
here. Figures are from gps-data.md ("2" is its section 2). Knows nothing of the pod's sentences.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import floor
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple

from codriver.simulate.car import Run
from codriver.simulate.errors import gauss_markov, moments, stream
from codriver.simulate.ground import SAND, Ground
from codriver.units import Metres, MetresPerSecond, Seconds


@dataclass(frozen=True, slots=True)
class Wheel:
    """How a wheel and its probe lie. As it stands, not at all."""

    calibration: float = 0.0
    """Share by which it reads long."""
    growth: float = 0.0
    """Further share at 40 m/s, with the square of the speed."""
    braking: float = 0.0
    """Share by which it turns too little under hard brakes."""
    slip: float = 0.0
    """Mean share by which it turns too much in sand."""
    spin: float = 0.0
    """Chance that it digs in before it moves off from a stand in sand."""
    missed: float = 0.0
    """Share of pulses not seen; `doubled` are seen twice."""
    doubled: float = 0.0
    bursts_per_hour: float = 0.0
    """Of interference: pulses that no wheel made."""


QUIET: Final = Wheel()
REAL: Final = Wheel(
    calibration=0.005,  # (3); CAN wheels read -0.79 % and +0.66 % (2)
    growth=0.002,  # 0.1 to 0.3 % over speed and heat (4)
    braking=0.005,  # (3.2)
    slip=0.10,  # 8 to 12 % mean (3)
    spin=0.3,  # the figure is ours
    missed=0.0002,  # these two as well: comma2k19's wheels, residual 0.01 % (2), show none
    doubled=0.0001,
)
HARSH: Final = replace(REAL, missed=0.002, doubled=0.001, spin=1.0, bursts_per_hour=20.0)  # 20 (3.2, probe faults)

NOISES: Final[Mapping[str, Wheel]] = MappingProxyType({"quiet": QUIET, "real": REAL, "harsh": HARSH})

# The second wheel's tyre is not quite the first's: comma2k19's single wheels differ by 0.2 % (2).
_BETWEEN_WHEELS: Final = 0.001
_HARD_BRAKING: Final = 2.0
_GROWN_AT: Final[MetresPerSecond] = 40.0
_BURST: Final[Seconds] = 1.0
_BURST_HZ: Final = (20.0, 200.0)
_SPIN: Final[tuple[MetresPerSecond, MetresPerSecond]] = (3.0, 8.0)


class Spin(NamedTuple):
    """The wheel digs itself in: it turns at this speed, and the car does not move."""

    start: Seconds
    end: Seconds
    speed: MetresPerSecond

    def metres(self, start: Seconds, end: Seconds) -> Metres:
        """How far it turned between these two times."""
        return self.speed * max(0.0, min(end, self.end) - max(start, self.start))


def pulses(
    wheel: Wheel, m_per_pulse: tuple[Metres | None, Metres | None], car: Run, ground: Ground, every: Seconds, seed: int
) -> Iterator[tuple[Seconds, tuple[int, int]]]:
    """(t, counts since the start, one a probe) each `every` seconds; a probe that is not fitted (None) counts 0."""
    random = stream(seed, "wheel")
    slip = gauss_markov(random, wheel.slip / 3, 3.0, every)
    spins = list(_spins(wheel, car, ground, random))
    first, second = (_Probe(wheel, i, size, car.duration, every, random) for i, size in enumerate(m_per_pulse))
    metres, speed, extra = 0.0, 0.0, 0.0
    for k in range(floor(car.duration / every) + 1):
        t = k * every
        now = car.at(t)
        sliding = max(0.0, wheel.slip + next(slip)) if ground.at(now.distance) is SAND else 0.0
        braking = wheel.braking if now.speed - speed < -_HARD_BRAKING * every else 0.0
        share = sliding - braking - wheel.growth * (now.speed / _GROWN_AT) ** 2
        extra += (now.distance - metres) * share + sum(spin.metres(t - every, t) for spin in spins)
        metres, speed = now
        yield t, (first.count(t, metres, extra), second.count(t, metres, extra))


def _spins(wheel: Wheel, car: Run, ground: Ground, random: Random) -> Iterator[Spin]:
    for start, end, metres in car.pauses():
        if ground.at(metres) is SAND and random.random() < wheel.spin:
            yield Spin(max(start, end - random.uniform(1.0, 4.0)), end, random.uniform(*_SPIN))


class _Probe:
    """One probe: its running count, made of the wheel's turning and of what the wiring adds and loses."""

    def __init__(
        self, wheel: Wheel, number: int, size: Metres | None, duration: Seconds, every: Seconds, random: Random
    ) -> None:
        self._size = size
        self._scale = 1 + wheel.calibration + (_BETWEEN_WHEELS * number if wheel.calibration else 0.0)
        self._missed, self._doubled = wheel.missed, wheel.doubled
        self._random = random
        self._every = every
        self._bursts = [(t, random.uniform(*_BURST_HZ)) for t in moments(random, wheel.bursts_per_hour, duration)]
        self._turned = 0
        self._false = 0

    def count(self, t: Seconds, metres: Metres, extra: Metres) -> int:
        """Pulses since the start, when the car has gone `metres` and its wheels have turned `extra` more."""
        if self._size is None:
            return 0
        turned = max(self._turned, floor((metres * self._scale + extra) / self._size))
        fresh, self._turned = turned - self._turned, turned
        if fresh and self._missed:
            self._false -= self._random.random() < fresh * self._missed
            self._false += self._random.random() < fresh * self._doubled
        self._false += self._interference(t)
        return turned + self._false

    def _interference(self, t: Seconds) -> int:
        while self._bursts and t > self._bursts[0][0] + _BURST:
            self._bursts.pop(0)
        if not self._bursts or t < self._bursts[0][0]:
            return 0
        return round(self._bursts[0][1] * self._every)
