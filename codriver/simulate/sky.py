"""When a receiver sees the sky on a drive: dropouts by the clock, tunnels and canyons by the place.

Seconds since the drive began. The truth beside a drive says with this whether there was a fix.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final, TypeAlias

from codriver.simulate.car import Run
from codriver.simulate.errors import moments, stream
from codriver.units import Metres, Seconds

Span: TypeAlias = tuple[Seconds, Seconds]


class Cover(Enum):
    """What stands between the antenna and the satellites."""

    OPEN = "open"
    CANYON = "canyon"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Habits:
    """How often the sky goes: shares are of the course's length."""

    warm_up: Seconds = 0.0
    """No fix for so long after the start; the first half of it without a time."""
    dropouts_per_hour: float = 0.0
    tunnel_share: float = 0.0
    canyon_share: float = 0.0


CLEAR: Final = Habits()

# The gaps in the F9K recording last 4 to 40 s, and it says nothing in them: no V sentence (gps-data.md, 8).
DROPOUT: Final[Span] = (4.0, 40.0)
SILENT_SHARE: Final = 0.5
TUNNEL: Final[tuple[Metres, Metres]] = (100.0, 700.0)
CANYON: Final[tuple[Metres, Metres]] = (200.0, 1500.0)


@dataclass(frozen=True, slots=True)
class Sky:
    """The times without sky, each kind in order and apart; before `dated` the receiver has no time either."""

    blocked: tuple[Span, ...] = ()
    mute: tuple[Span, ...] = ()
    canyons: tuple[Span, ...] = ()
    dated: Seconds = 0.0

    def cover(self, t: Seconds) -> Cover:
        """What is overhead at `t`."""
        if _within(self.blocked, t):
            return Cover.BLOCKED
        return Cover.CANYON if _within(self.canyons, t) else Cover.OPEN

    def silent(self, t: Seconds) -> bool:
        """Whether the receiver says nothing at all, rather than that it has no fix."""
        return _within(self.mute, t)


def weather(habits: Habits, car: Run, seed: int) -> Sky:
    """The sky over this drive."""
    random = stream(seed, "sky")
    dropouts = list(_dropouts(habits, car.duration, random))
    mute = [span for span in dropouts if random.random() < SILENT_SHARE]
    tunnels = list(_places(habits.tunnel_share, TUNNEL, car, random))
    canyons = _places(habits.canyon_share, CANYON, car, random)
    warm_up = [(0.0, habits.warm_up)] if habits.warm_up > 0 else []
    return Sky(
        blocked=_merged([*warm_up, *dropouts, *tunnels]),
        mute=_merged(mute),
        canyons=_merged(canyons),
        dated=habits.warm_up / 2,
    )


def _dropouts(habits: Habits, duration: Seconds, random: Random) -> Iterator[Span]:
    shortest, longest = DROPOUT
    for start in moments(random, habits.dropouts_per_hour, duration):
        yield start, start + shortest * (longest / shortest) ** random.random()


def _places(share: float, size: tuple[Metres, Metres], car: Run, random: Random) -> Iterator[Span]:
    """Times under cover that stands along the course, so much of its length in all."""
    if share <= 0:
        return
    open_for = sum(size) / 2 * (1 - share) / share
    metres = random.expovariate(1 / open_for)
    while metres < car.distance[-1]:
        until = metres + random.uniform(*size)
        yield car.when(metres), car.when(until)
        metres = until + random.expovariate(1 / open_for)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _within(spans: tuple[Span, ...], t: Seconds) -> bool:
    if not spans:
        return False
    i = bisect_right(spans, (t, float("inf"))) - 1
    return i >= 0 and t < spans[i][1]
