"""What is under the wheels: the course cut into stretches of one surface each, and how rough they are.

Distances are metres along the course. Knows nothing of the book: what the ground is like is the seed's affair.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from codriver.units import Metres


@dataclass(frozen=True, slots=True)
class Surface:
    """What a surface does to a car: shares of its grip and of its top speed that are left."""

    name: str
    grip: float
    top: float


# Shares a driver would agree with, not measured ones. Sand is a quarter of a rally-raid course.
GRAVEL: Final = Surface("gravel", grip=1.0, top=1.0)
SAND: Final = Surface("sand", grip=0.75, top=0.65)
ROCKS: Final = Surface("rocks", grip=0.85, top=0.5)
HARD: Final = Surface("hard", grip=1.2, top=1.0)
_SHARES: Final = {GRAVEL: 5, SAND: 3, ROCKS: 2, HARD: 2}

_ROUGH_EVERY: Final[Metres] = 120.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Stretches, each from its `starts` to the next; and the share of speed left by bumps, every 120 m."""

    starts: tuple[Metres, ...]
    surfaces: tuple[Surface, ...]
    smoothness: tuple[float, ...]

    def at(self, metres: Metres) -> Surface:
        """The surface this far along the course."""
        return self.surfaces[max(0, bisect_right(self.starts, metres) - 1)]

    def ease(self, metres: Metres) -> float:
        """Share of the speed that bumps and crests leave a driver here, changing smoothly."""
        whole, rest = divmod(metres / _ROUGH_EVERY, 1.0)
        i = min(int(whole), len(self.smoothness) - 2)
        return self.smoothness[i] * (1 - rest) + self.smoothness[i + 1] * rest


def spread(length: Metres, random: Random) -> Ground:
    """Ground for a course of this length: stretches of 0.2 to 3 km, no two alike in a row."""
    stretches = list(_stretches(length, random))
    bumps = tuple(random.uniform(0.75, 1.0) for _ in range(int(length / _ROUGH_EVERY) + 3))
    return Ground(tuple(start for start, _ in stretches), tuple(surface for _, surface in stretches), bumps)


def _stretches(length: Metres, random: Random) -> Iterator[tuple[Metres, Surface]]:
    start, last = 0.0, SAND  # a start line is never in the sand
    while start < length:
        others = {surface: share for surface, share in _SHARES.items() if surface is not last}
        (last,) = random.choices(list(others), list(others.values()))
        yield start, last
        start += random.uniform(200.0, 3000.0)
