"""A wheel's factor from a recorded run whose way is known: metres a pulse, pulses a kilometre, and GPS beside them.

The pod's raw counts are in the log, so any old run will do: between two of the crew's marks, two times, or the whole of
it. What GPS denies is told, and kept only by force. Metres and seconds; the bound of a factor is one sigma, as a share.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import hypot, isnan, sqrt
from statistics import fmean, stdev
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from codriver import config
from codriver.config import Settings
from codriver.core import learnt, mile, odometer
from codriver.core.mile import Count
from codriver.core.outs import Save
from codriver.core.plan import Inputs
from codriver.decode import pod
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.signals import Line, Start
from codriver.units import KILOMETRE, KMH, Metres, MetresPerSecond, Seconds

By: TypeAlias = Literal["marks", "times", "run"]

# Over this time around a place the odometer tells how fast the car was there.
AROUND: Final[Seconds] = 0.5
# GPS that made so much of a way has a say in how long it is.
HAS_A_SAY: Final = 0.5
# The way is compared in so many parts, each no shorter than a receiver is late and a pulse is coarse for, and GPS must
# have made nearly all of it: sand and tarmac differ by a tenth, and the mean of both is neither.
PARTS: Final = 8
SHORTEST: Final[Metres] = 50.0
FEWEST: Final = 4
MADE: Final = 0.9


class At(NamedTuple):
    """A moment of the run."""

    segment: int
    t: Seconds


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found of one probe. `scale` is its factor over the configured one, None where none is configured."""

    probe: int
    pulses: float
    m_per_pulse: Metres | None
    pulses_per_km: float | None
    configured_m_per_pulse: Metres
    scale: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """A stretch of a run against its known length. `by` says what bounds it.

    `odo_m` is what the odometer made of it, `odo_scale` the known metres for each of those, `gps_share` how much of it
    GPS measured. `speeds` are those at both ends; `sigma` is the bound of every factor, of which `ground_sigma` comes
    from how the wheel strays from GPS along the way, None where GPS does not tell.
    """

    distance_m: Metres
    by: By
    begin: At
    end: At
    odo_m: Metres
    odo_scale: float | None
    gps_share: float
    speeds: tuple[MetresPerSecond, MetresPerSecond]
    probes: tuple[Probe, ...]
    sigma: float
    ground_sigma: float | None

    @property
    def doubted(self) -> bool:
        """Whether GPS made enough of the way to deny its length, and does."""
        return self.gps_share >= HAS_A_SAY and mile.doubted(self.distance_m, self.odo_m)


def calibrate(run: Run, distance: Metres, begin: Seconds | None = None, end: Seconds | None = None) -> Calibration:
    """The run's factors over a way of `distance`: between these times of its last segment, else its outermost marks.

    RunError where there is nothing to measure.
    """
    if isnan(distance):
        raise RunError("the known way is no number; give its metres")
    by, start, stop = _bounds(run, begin, end)
    road, counts = _Road(run), _Counts(run)
    odo = road.odo(stop) - road.odo(start)
    pulses = tuple(after - before for before, after in zip(counts.at(start), counts.at(stop), strict=True))
    if odo <= 0.0 and not any(pulses):
        raise RunError(f"{run.path}: the car did not move there: choose other times, or mark both ends")
    wheel = _settings(plan_of(run, stop)).vehicle.wheel
    probes = (
        _probe(1, pulses[0], distance, wheel.probe1_m_per_pulse),
        _probe(2, pulses[1], distance, wheel.probe2_m_per_pulse),
    )
    coarsest = max((each.m_per_pulse for each in probes if each.m_per_pulse is not None), default=0.0)
    speeds = (road.speed(start), road.speed(stop)) if by == "marks" else (0.0, 0.0)
    ground = _strays(road, counts, start, stop)
    return Calibration(
        distance_m=distance,
        by=by,
        begin=start,
        end=stop,
        odo_m=odo,
        odo_scale=distance / odo if odo > 0.0 else None,
        gps_share=road.by_gps(start, stop) / odo if odo > 0.0 else 0.0,
        speeds=speeds,
        probes=probes,
        sigma=min(hypot(mile.bound(distance, *speeds, coarsest), ground or 0.0), 1.0),
        ground_sigma=ground,
    )


def as_json(found: Calibration) -> dict[str, Any]:
    """The figures for other programs, SI; what is not known is absent."""
    figures = {
        "distance_m": found.distance_m,
        "by": found.by,
        "from": found.begin._asdict(),
        "to": found.end._asdict(),
        "odo_m": found.odo_m,
        "odo_scale": found.odo_scale,
        "gps_share": found.gps_share,
        "doubted": found.doubted,
        "sigma": found.sigma,
        "ground_sigma": found.ground_sigma,
        "probes": [_known(asdict(probe)) for probe in found.probes],
    }
    return _known(figures)


def text(found: Calibration) -> str:
    """The same for people, with what to do about it."""
    by_odo = "" if found.odo_scale is None else f", {mile.percent(found.odo_scale)} to agree"
    lines = [
        f"known       {found.distance_m:.1f} m, {_where(found)}",
        f"odometer    {found.odo_m:.1f} m, {found.gps_share:.0%} of it by GPS{by_odo}",
        *map(_line, found.probes),
        f"bound       {found.sigma:.2%}, one sigma: {_why(found)}",
    ]
    doubts = list(_doubts(found))
    if doubts:
        return "\n".join([*lines, *(f"doubt       {each}" for each in doubts)])
    sets = [
        f"--set vehicle.wheel.probe{each.probe}_m_per_pulse={each.m_per_pulse:.6f}"
        for each in found.probes
        if each.m_per_pulse is not None
    ]
    return "\n".join([*lines, f"to use it   {' '.join(sets)}"] if sets else lines)


def save(found: Calibration, run: Run, kept: learnt.Wheel | None, *, force: bool = False) -> Save:
    """The out that keeps these factors for the run's vehicle; a probe that gave none counts as it is `kept` already.

    RunError where they had better not be kept; `force` keeps what only GPS denies.
    """
    path = run.path
    if not _settings(plan_of(run, found.end)).vehicle.name:
        raise RunError(f"{path}: its car has no vehicle.name, so nothing is kept; write the factors into codriver.toml")
    for each in found.probes:
        if each.m_per_pulse is not None and mile.absurd(each.m_per_pulse, each.configured_m_per_pulse):
            advice = "too far off to be kept; if it is right, write it into codriver.toml"
            raise RunError(f"{path}: {_beside(each)}: {advice}")
    scales = {each.probe: each.scale for each in found.probes if each.scale is not None}
    if not scales:
        raise RunError(f"{path}: neither probe gave a pulse there, so there is nothing to keep")
    if found.doubted and not force:
        raise RunError(f"{path}: {_denied(found)} Nothing is kept; --force keeps it all the same")
    before = learnt.Wheel(1.0, 1.0) if kept is None else kept
    first, second = scales.get(1, before.probe1 * before.scale), scales.get(2, before.probe2 * before.scale)
    return learnt.save(learnt.Wheel(1.0, found.sigma, first, second))


def plan_of(run: Run, at: At) -> Inputs:
    """The inputs of the plan that held then. RunError where they are missing."""
    ids = {segment.id: segment.plan_id for segment in run.segments()}
    inputs = run.plans().get(ids.get(at.segment, 0))
    if inputs is None:
        raise RunError(f"{run.path}: the plan of segment {at.segment} is missing")
    return inputs


class _Counts:
    """Both probes' pulses through the run, counted as the core does: across wraps, silences and restarts."""

    def __init__(self, run: Run) -> None:
        self._places: list[At] = []
        self._counts: list[Count] = []
        pulses1 = pulses2 = 0
        for segment, event in _wheels(run):
            pulses1, pulses2 = pulses1 + event.pulses1, pulses2 + event.pulses2
            self._places.append(At(segment, event.t))
            self._counts.append(Count(event.t, pulses1, pulses2))

    def at(self, at: At) -> tuple[float, float]:
        """Both counts at this moment."""
        here = bisect_left(self._places, at)
        near = range(max(here - 2, 0), min(here + 2, len(self._places)))
        counts = [self._counts[index] for index in near if self._places[index].segment == at.segment]
        if counts:
            return mile.at(counts, at.t)
        return self._counts[here - 1][1:] if here else (0.0, 0.0)


class _Road:
    """What the odometer read through the run, by its `fix` rows."""

    def __init__(self, run: Run) -> None:
        rows = list(run.rows("fix"))
        self._places = [At(row["segment"], row["t"]) for row in rows]
        self._odo: list[Metres] = [row["odo_m"] for row in rows]
        self._sources: list[str] = [row["source"] for row in rows]

    def odo(self, at: At) -> Metres:
        """What it read at this moment, between two rows."""
        here = bisect_left(self._places, at)
        if here in {0, len(self._places)}:
            return self._odo[min(here, len(self._odo) - 1)] if self._odo else 0.0
        before, after = self._places[here - 1], self._places[here]
        if before.segment != after.segment or after.t <= before.t:
            return self._odo[here - 1]
        share = (at.t - before.t) / (after.t - before.t)
        return self._odo[here - 1] + share * (self._odo[here] - self._odo[here - 1])

    def speed(self, at: At) -> MetresPerSecond:
        """How fast the car was there."""
        run = self.odo(at._replace(t=at.t + AROUND)) - self.odo(at._replace(t=at.t - AROUND))
        return max(run, 0.0) / (2 * AROUND)

    def when(self, start: At, stop: At, metres: Metres) -> At:
        """The row between these at which the odometer read so much."""
        first, last = bisect_left(self._places, start), bisect_left(self._places, stop)
        here = bisect_left(self._odo, metres, first, last)
        return self._places[here] if here < last else stop

    def by_gps(self, start: At, stop: At) -> Metres:
        """How much of the way between these was measured by GPS."""
        places = [start, *self._places[bisect_left(self._places, start) : bisect_left(self._places, stop)], stop]
        sources = [*self._sources[bisect_left(self._places, start) :], odometer.NONE]
        pieces = zip(places, places[1:], sources, strict=False)
        return sum(self.odo(after) - self.odo(before) for before, after, source in pieces if source == odometer.GPS)


def _wheels(run: Run) -> Iterator[tuple[int, pod.Wheel]]:
    heard = pod.Pod()
    for logged in run.signals():
        match logged.signal:
            case Start():
                heard = pod.start(heard)
            case Line(t, "pod", text):
                frame = pod.read(text)
                if frame is not None:
                    heard, events = pod.fold(heard, frame, t)
                    yield from ((logged.segment, event) for event in events if isinstance(event, pod.Wheel))


def _bounds(run: Run, begin: Seconds | None, end: Seconds | None) -> tuple[By, At, At]:
    segments = run.segments()
    if not segments:
        raise RunError(f"{run.path}: nothing was driven in it")
    last = segments[-1]
    if begin is not None or end is not None:
        start, stop = begin or 0.0, last.end_t if end is None else end
        if not 0.0 <= start < stop <= last.end_t:
            raise RunError(f"{run.path}: its last segment goes from 0 to {last.end_t:.1f} s; choose two times in it")
        return "times", At(last.id, start), At(last.id, stop)
    marks = [At(row["segment"], row["t"]) for row in run.rows("mark")]
    if len(marks) >= 2:
        return "marks", marks[0], marks[-1]
    return "run", At(segments[0].id, 0.0), At(last.id, last.end_t)


def _strays(road: _Road, counts: _Counts, start: At, stop: At) -> float | None:
    """One sigma of the mean of what GPS makes of a pulse, as a share, by how the parts of the way differ.

    The probe that strays more counts. A part is as long as a ground may last, so that its pulses stray together.
    """
    begin, length = road.odo(start), road.odo(stop) - road.odo(start)
    many = int(min(length / SHORTEST, PARTS))
    ends = [start, *(road.when(start, stop, begin + length * part / many) for part in range(1, many)), stop]
    rates: list[tuple[float, float]] = []
    for one, other in pairwise(ends):
        way = road.odo(other) - road.odo(one)
        if way > 0.0 and road.by_gps(one, other) >= MADE * way:
            (before1, before2), (after1, after2) = counts.at(one), counts.at(other)
            rates.append(((after1 - before1) / way, (after2 - before2) / way))
    if len(rates) < FEWEST:
        return None
    strays = (stdev(each) / fmean(each) for each in zip(*rates, strict=True) if any(each))
    return max(strays, default=0.0) / sqrt(len(rates))


def _doubts(found: Calibration) -> Iterator[str]:
    """A sentence for each reason why nobody should drive by these factors."""
    if found.doubted:
        yield _denied(found)
    for each in found.probes:
        configured = each.configured_m_per_pulse
        if each.m_per_pulse is not None and configured > 0.0 and mile.absurd(each.m_per_pulse, configured):
            yield f"{_beside(each)}: too far off for a tyre or a load. The right way? The right setting?"


def _beside(probe: Probe) -> str:
    made, configured = probe.m_per_pulse or 0.0, probe.configured_m_per_pulse
    return f"probe {probe.probe} makes {made:.4f} m a pulse beside the {configured:g} configured"


def _denied(found: Calibration) -> str:
    off = f"{abs(found.odo_m / found.distance_m - 1.0):.1%}"
    return (
        f"GPS made {found.odo_m:.1f} m of the {found.distance_m:.1f} m, {off} off. The right posts? The right metres?"
    )


def _probe(number: int, pulses: float, distance: Metres, configured: Metres) -> Probe:
    if pulses < 1.0:
        return Probe(number, pulses, None, None, configured, None)
    found = distance / pulses
    scale = found / configured if configured > 0.0 else None
    return Probe(number, pulses, found, KILOMETRE / found, configured, scale)


def _settings(inputs: Inputs) -> Settings:
    return config.settings_from(json.loads(inputs.settings))


def _known(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value is not None}


def _where(found: Calibration) -> str:
    ends = f"{found.begin.t:.1f} s to {found.end.t:.1f} s"
    if found.begin.segment != found.end.segment:
        ends = f"{found.begin.t:.1f} s of segment {found.begin.segment} to {found.end.t:.1f} s of {found.end.segment}"
    return {"marks": f"first mark to last, {ends}", "times": ends, "run": f"the whole run, {ends}"}[found.by]


def _line(probe: Probe) -> str:
    if probe.m_per_pulse is None:
        return f"probe {probe.probe}     no pulse"
    against = "" if probe.scale is None else f", {mile.percent(probe.scale)} against {probe.configured_m_per_pulse:g}"
    return (
        f"probe {probe.probe}     {probe.pulses:.1f} pulses: {probe.m_per_pulse:.6f} m a pulse, "
        f"{probe.pulses_per_km:.1f} pulses a km{against}"
    )


def _why(found: Calibration) -> str:
    ground = found.ground_sigma
    strays = ", nothing of the ground, since GPS did not tell" if ground is None else f", {ground:.2%} by the ground"
    always = f"half a pulse at each end, 0.05 % of the known distance itself{strays}"
    if found.by != "marks":
        return always
    slow, fast = (speed / KMH for speed in found.speeds)
    return f"{mile.HAND:g} s of a hand at {slow:.0f} and {fast:.0f} km/h, {always}"
