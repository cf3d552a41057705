"""When a receiver in the laboratory sees the sky: dropouts by the clock, tunnels and canyons by the place."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Final, TypeAlias

from codriver.simulate.car import Run
from codriver.simulate.errors import moments
from codriver.units import Metres, Seconds
from tests.bench.laboratory.scenarios import Sky

Span: TypeAlias = tuple[Seconds, Seconds]

TUNNEL: Final = (150.0, 900.0)
CANYON: Final = (200.0, 1500.0)
PER: Final[Metres] = 60_000.0


@dataclass(frozen=True, slots=True)
class Cover:
    """The times without sky, and those between walls; each in order and apart. `silent` ones have no sentence."""

    blocked: tuple[Span, ...]
    silent: tuple[Span, ...]
    canyons: tuple[Span, ...]


def over(sky: Sky, run: Run, random: Random) -> Cover:
    """The sky over this drive."""
    least, most = sky.dropout
    dropouts = [
        (t, t + least * exp(random.random() * log(most / least)))
        for t in moments(random, sky.dropouts_per_hour, run.duration)
    ]
    tunnels = list(_placed(sky.tunnel * run.distance[-1] / PER, TUNNEL, run, random))
    canyons = list(_placed(sky.canyon * run.distance[-1], CANYON, run, random))
    return Cover(merged([*dropouts, *tunnels]), merged(dropouts[::2]), merged(canyons))


def within(spans: tuple[Span, ...], t: Seconds) -> bool:
    """Whether `t` lies in one of these."""
    i = bisect_right(spans, (t, float("inf"))) - 1
    return i >= 0 and t < spans[i][1]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """These spans in order, those that touch as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _placed(total: Metres, size: tuple[Metres, Metres], run: Run, random: Random) -> Iterator[Span]:
    """Pieces of the course that add up to `total` metres, spread over it, each as the time the car is there."""
    if total <= 0.0:
        return
    count = max(1, round(total / (sum(size) / 2)))
    lengths = [random.uniform(*size) for _ in range(count)]
    lengths = [each * total / sum(lengths) for each in lengths]
    room = run.distance[-1] / count
    for i, length in enumerate(lengths):
        start = i * room + random.uniform(0.0, max(0.0, room - length))
        yield run.when(start), run.when(start + length)
