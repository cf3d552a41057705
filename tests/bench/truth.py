"""Real drives with a known truth, where they lie beside the repository: comma2k19, a u-blox M8 at 10 Hz.

The arrays are NumPy files of 64-bit floats; here they are read without NumPy. The receiver's rows are latitude,
longitude, speed in m/s, UTC in milliseconds, altitude and course. The truth is the optimised pose at 20 Hz, in metres
from the centre of the earth, with the GPS time of each frame. Those times, the receiver's and the CAN bus's differ by
0.1 to 0.2 s, so the way is measured between two moments of the same speed, where any delay cancels.
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate, pairwise
from math import dist
from operator import attrgetter
from pathlib import Path
from typing import Final

from codriver.decode.nmea import Fix
from codriver.units import DAY, Metres, MetresPerSecond, Seconds
from tests.bench.laboratory.algorithms import ALGORITHMS, Algorithm, Ours
from tests.bench.laboratory.wheel import EVERY, M_PER_PULSE, Pulses

# GPS time ran so far ahead of UTC in 2018.
LEAP: Final[Seconds] = 18.0
MAGIC: Final = b"\x93NUMPY"
RATES: Final = (10, 5, 1)


@dataclass(frozen=True, slots=True)
class Recording:
    """A real drive: fixes, the car's own wheel speeds, and how far it really went by GPS time of day."""

    name: str
    fixes: tuple[Fix, ...]
    wheel: tuple[tuple[Seconds, MetresPerSecond], ...]
    clocks: tuple[Seconds, ...]
    metres: tuple[Metres, ...]

    def true(self, clock: Seconds) -> Metres:
        """Metres gone at this UTC time of day."""
        i = min(max(bisect_right(self.clocks, clock) - 1, 0), len(self.clocks) - 2)
        share = (clock - self.clocks[i]) / (self.clocks[i + 1] - self.clocks[i])
        return self.metres[i] + (self.metres[i + 1] - self.metres[i]) * share

    def pulses(self) -> Iterator[Pulses]:
        """What a probe on the mean of the four wheels would have counted."""
        owed, next_at = 0.0, self.wheel[0][0]
        for (t0, v0), (t1, v1) in pairwise(self.wheel):
            owed += (v0 + v1) / 2.0 * (t1 - t0) / M_PER_PULSE
            if t1 >= next_at:
                yield Pulses(t1, int(owed), 0)
                owed, next_at = owed - int(owed), next_at + EVERY


@dataclass(frozen=True, slots=True)
class Result:
    """How an algorithm did: the error of the whole way, a share of it, and the bound that it told."""

    algorithm: str
    hz: int
    wheel: bool
    length: Metres
    error: Metres
    bound: Metres | None

    @property
    def share(self) -> float:
        """The error as a share of the way."""
        return self.error / self.length


def field() -> Path:
    """Where the recordings lie."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    return Path(os.environ.get("CODRIVER_FIELD_DATA", beside)) / "truth"


def absent() -> str | None:
    """The sentence to say where they are not."""
    if (field() / "comma2k19" / "global_pose").is_dir():
        return None
    return f"no recordings with truth in {field()}: real drives are left out (CODRIVER_FIELD_DATA says where they are)"


def comma2k19(here: Path | None = None) -> Recording:
    """The minute of highway in comma2k19's example."""
    folder = (here or field()) / "comma2k19"
    receiver, bus = folder / "processed_log/GNSS/live_gnss_ublox", folder / "processed_log/CAN"
    told, arrivals = numbers(receiver / "value"), _column(receiver / "t")
    zero = arrivals[0]
    fixes = tuple(_fix(t - zero, row) for t, row in zip(arrivals, told, strict=True))
    wheels, times = numbers(bus / "wheel_speed/value"), _column(bus / "wheel_speed/t")
    places = numbers(folder / "global_pose/frame_positions")
    gps = numbers(folder / "global_pose/frame_gps_times")
    return Recording(
        "comma2k19",
        fixes,
        tuple((t - zero, sum(row) / len(row)) for t, row in zip(times, wheels, strict=True)),
        tuple((row[1] - LEAP) % DAY for row in gps),
        tuple(accumulate((dist(a, b) for a, b in pairwise(places)), initial=0.0)),
    )


def numbers(path: Path) -> list[tuple[float, ...]]:
    """The rows of a NumPy file of 64-bit floats in C order. ValueError with a sentence where it is another."""
    data = path.read_bytes()
    length = int.from_bytes(data[8:10], "little")
    head = data[10 : 10 + length].decode("latin-1")
    if data[: len(MAGIC)] != MAGIC or "'<f8'" not in head or "'fortran_order': False" not in head:
        raise ValueError(f"{path.name} is no NumPy array of 64-bit floats in C order")
    values = array("d", data[10 + length :])
    shape = [int(each) for each in head.partition("(")[2].partition(")")[0].replace(" ", "").split(",") if each]
    width = shape[1] if len(shape) > 1 else 1
    return [tuple(values[i : i + width]) for i in range(0, len(values), width)]


def results(recording: Recording) -> Iterator[Result]:
    """Every algorithm at 10, 5 and 1 Hz, ours with the wheel as well."""
    for hz in RATES:
        fixes = recording.fixes[:: 10 // hz]
        for name in ALGORITHMS:
            yield measured(recording, fixes, name, hz, wheel=name == "wheel alone")
            if ALGORITHMS[name] is Ours:
                yield measured(recording, fixes, name, hz, wheel=True)


def measured(recording: Recording, fixes: tuple[Fix, ...], name: str, hz: int, *, wheel: bool) -> Result:
    """One algorithm on these fixes, from the first that is as fast as the last one, by their own clocks."""
    algorithm: Algorithm = ALGORITHMS[name]()
    last = fixes[-1]
    first = next(fix for fix in fixes if (fix.speed or 0.0) >= (last.speed or 0.0))
    heard: Iterable[Fix | Pulses] = recording.pulses() if wheel else ()
    begun = 0.0
    for event in merge(fixes, heard, key=attrgetter("t")):
        if event.t > last.t:
            break
        if isinstance(event, Pulses):
            algorithm.rolled(event)
            continue
        algorithm.fixed(event)
        if event is first:
            begun = algorithm.metres(event.t)
    assert first.clock is not None
    assert last.clock is not None
    length = recording.true(last.clock) - recording.true(first.clock)
    error = algorithm.metres(last.t) - begun - length
    return Result(name, hz, wheel, length, error, algorithm.bound(last.t))


def _fix(t: Seconds, row: tuple[float, ...]) -> Fix:
    lat, lon, speed, utc, alt, course = row
    return Fix(round(t, 6), round(utc / 1000.0 % DAY, 3), "020818", lat, lon, alt, speed, course, 1)


def _column(path: Path) -> list[float]:
    return [row[0] for row in numbers(path)]
