"""How an algorithm did on a drive: what it read at every moment against the truth, and the figures made of that.

Errors are read minus true, metres. A leg is 5 km of the true way, one begun every 500 m: what a crew sees from one
reset to another, at the moments of the resets, late arrivals and open gaps included.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from time import process_time
from typing import Final, NamedTuple

from codriver.core.odometer import Mark
from codriver.decode.nmea import Fix
from codriver.units import KILOMETRE, Metres, Seconds
from tests.bench.laboratory.algorithms import SILENCE, Algorithm
from tests.bench.laboratory.sky import Span
from tests.bench.laboratory.truth import Event, Truth
from tests.bench.laboratory.wheel import Pulses

LEG: Final[Metres] = 5_000.0
MARK: Final[Metres] = 500.0
EVERY: Final[Seconds] = 1.0
# From when the car stands until a late fix has said so; the same for a fix that is back after a gap.
SETTLED: Final[Seconds] = 3.0
LENGTHS: Final = (5.0, 10.0, 20.0, 40.0, 1e9)


class Moment(NamedTuple):
    """What was read at `t`, how far the car had gone, and the bound that was told; `leg`: of the leg that ends here."""

    t: Seconds
    error: Metres
    true: Metres
    bound: Metres | None
    leg: Metres | None = None


class Leg(NamedTuple):
    """What was off in 5 km, a share of them; the bound that was told; `blind` where one of its ends fell in a gap."""

    error: float
    bound: Metres | None
    blind: bool


class Gap(NamedTuple):
    """A time without a fix: its length, by how much the error had changed at its end and once the fix was back."""

    lasted: Seconds
    blind: Metres
    mended: Metres


@dataclass(frozen=True, slots=True)
class Score:
    """One algorithm on one drive. Shares are of 1; `within` and `bounds` are those of the whole way, at each moment."""

    length: Metres
    final: Metres
    every_leg: tuple[Leg, ...]
    crept: Metres
    stood: Seconds
    gaps: tuple[Gap, ...]
    within: float | None
    bounds: tuple[Metres, ...]

    @property
    def legs(self) -> tuple[float, ...]:
        """What was off on each leg."""
        return tuple(leg.error for leg in self.every_leg)

    @property
    def legs_within(self) -> float | None:
        """The share of the legs that were no further off than two of their bounds."""
        inside = [leg.error * LEG <= 2.0 * leg.bound for leg in self.every_leg if leg.bound is not None]
        return sum(inside) / len(inside) if inside else None

    @property
    def final_share(self) -> float:
        """The final error as a share of the way."""
        return abs(self.final) / self.length if self.length else 0.0

    @property
    def per_km(self) -> Metres:
        """Metres of error in a kilometre, of the legs at their middle."""
        return median(self.legs) * KILOMETRE

    @property
    def leg_p95(self) -> float:
        """95 legs in a hundred are no further off than this share."""
        return percentile(self.legs, 0.95)

    @property
    def creep(self) -> float:
        """Metres an hour while the car stands."""
        return self.crept / self.stood * 3600.0 if self.stood else 0.0

    @property
    def bound_share(self) -> float | None:
        """The bound of the leg in the middle of all, as a share of it; of the whole way where there is no leg."""
        told = [leg.bound for leg in self.every_leg if leg.bound is not None] or self.bounds
        return median(told) / LEG if told else None


def scored(make: Callable[[], Algorithm], truth: Truth, events: Sequence[Event], probes: int) -> Score:
    """Fold the events of this drive and read the algorithm at every moment that counts."""
    wanted = _moments(truth)
    moments = dict(zip(wanted, _read(make(), truth, events, wanted), strict=True))
    told = [each for each in moments.values() if each.bound is not None]
    inside = [each for each in told if abs(each.error) <= 2.0 * (each.bound or 0.0)]
    return Score(
        truth.length,
        moments[wanted[-1]].error,
        tuple(_legs(truth, moments)),
        *_crept(truth, moments, wheel=probes > 0),
        tuple(_gaps(truth, moments)),
        len(inside) / len(told) if told else None,
        tuple(each.bound or 0.0 for each in told),
    )


def cost(make: Callable[[], Algorithm], events: Sequence[Event]) -> Seconds:
    """Seconds of computing for each fix, pulses included; the best of three."""
    fixes = sum(isinstance(each, Fix) for each in events)
    return min(_folding(make(), events) for _ in range(3)) / max(fixes, 1)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of these that so large a share of them does not exceed; 0 where there are none."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else 0.0


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return percentile(values, 0.5)


def _read(algorithm: Algorithm, truth: Truth, events: Sequence[Event], wanted: Sequence[Seconds]) -> Iterator[Moment]:
    coming = iter(events)
    event = next(coming, None)
    heard = 0.0
    begun = dict(zip(_marks(truth)[round(LEG / MARK) :], _marks(truth), strict=False))
    marks: dict[Seconds, Mark | None] = dict.fromkeys(_marks(truth))
    for t in wanted:
        while event is not None and event.t <= t:
            _take(algorithm, event)
            heard = event.t if isinstance(event, Fix) else heard
            event = next(coming, None)
        if t - heard >= SILENCE:
            algorithm.ticked(t)
        if t in marks:
            marks[t] = algorithm.marked()
        mark = marks[begun[t]] if t in begun else None
        leg = None if mark is None else algorithm.bound_since(t, mark)
        true = truth.metres(t)
        yield Moment(t, algorithm.metres(t) - true, true, algorithm.bound(t), leg)


def _folding(algorithm: Algorithm, events: Sequence[Event]) -> Seconds:
    began = process_time()
    for event in events:
        _take(algorithm, event)
    return process_time() - began


def _take(algorithm: Algorithm, event: Event) -> None:
    if isinstance(event, Fix):
        algorithm.fixed(event)
    elif isinstance(event, Pulses):
        algorithm.rolled(event)


def _moments(truth: Truth) -> list[Seconds]:
    """Every second, the marks, and where stops and gaps begin and end."""
    end = truth.run.duration
    found = {k * EVERY for k in range(int(end / EVERY) + 1)}
    found.update(_marks(truth))
    for start, until in _pieces(truth, wheel=True) + _pieces(truth, wheel=False):
        found.update((start, until))
    for start, until in truth.gaps:
        found.update((start, until, min(end, until + SETTLED)))
    found.add(end)
    return sorted(t for t in found if 0.0 <= t <= end)


def _marks(truth: Truth) -> list[Seconds]:
    return [truth.run.when(k * MARK) for k in range(int(truth.length / MARK) + 1)]


def _legs(truth: Truth, moments: dict[Seconds, Moment]) -> Iterator[Leg]:
    at = [moments[t] for t in _marks(truth)]
    ahead = round(LEG / MARK)
    for start, end in zip(at, at[ahead:], strict=False):
        blind = any(_over(truth.gaps, each.t, each.t) is not None for each in (start, end))
        yield Leg(abs(end.error - start.error) / (end.true - start.true), end.leg, blind)


def _crept(truth: Truth, moments: dict[Seconds, Moment], *, wheel: bool) -> tuple[Metres, Seconds]:
    """Metres by which the reading changed while the car stood, and for how long it did."""
    pieces = _pieces(truth, wheel=wheel)
    metres = sum(abs(moments[end].error - moments[start].error) for start, end in pieces)
    return metres, sum(end - start for start, end in pieces)


def _pieces(truth: Truth, *, wheel: bool) -> list[Span]:
    """The times at rest in which creeping is a fault.

    Of a gap that began in motion, the mending when GPS is back is none: it parts a stop in two. Before it only a
    wheel can tell that the car stands, and of a gap that lasts beyond the end of the stop only a wheel knows as well.
    """
    found: list[Span] = []
    for stop, go in truth.stops:
        start, end = stop + SETTLED, go
        before = _over(truth.gaps, stop, start)
        if before is not None:
            if wheel:
                found.append((start, min(end, before[1])))
            start = before[1] + SETTLED
        after = _over(truth.gaps, go, go)
        if after is not None and not wheel:
            end = after[0]
        found.append((start, end))
    return [(start, end) for start, end in found if end > start]


def _over(gaps: Sequence[Span], start: Seconds, end: Seconds) -> Span | None:
    """The last gap that overlaps this time, if there is one."""
    return next((gap for gap in reversed(gaps) if gap[0] <= end and gap[1] >= start), None)


def _gaps(truth: Truth, moments: dict[Seconds, Moment]) -> Iterator[Gap]:
    for start, end in truth.gaps:
        back = min(truth.run.duration, end + SETTLED)
        if end < truth.run.duration and end - start > SILENCE:
            before = moments[start].error
            yield Gap(end - start, moments[end].error - before, moments[back].error - before)


def by_length(gaps: Sequence[Gap]) -> Iterator[tuple[str, list[Gap]]]:
    """The gaps sorted into those up to 5, 10, 20, 40 s, and longer."""
    for least, most in pairwise((0.0, *LENGTHS)):
        name = f"{least:.0f}-{most:.0f} s" if most < 1e6 else f"over {least:.0f} s"
        yield name, [gap for gap in gaps if least < gap.lasted <= most]
