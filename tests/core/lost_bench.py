"""Cars that leave a course and come back to it: a book on a plain, and the way that a car really takes, in metres.

The car is the simulated one, with its receiver; it drives a book of its own, which nobody sees, while the unit holds
the other. Ways are east and north of a place in the desert.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, hypot
from typing import Final, TypeAlias

from msgspec.structs import replace

from codriver import signals
from codriver.config import Settings
from codriver.core import engine, odometer, offer, trip
from codriver.core.engine import Folded
from codriver.core.outs import Alert, Out
from codriver.core.plan import Plan, lay_out
from codriver.core.state import State, decode, encode
from codriver.roadbook.geodesy import chord
from codriver.roadbook.model import Note, Position, Report, Roadbook
from codriver.signals import Edge, Signal, Start
from codriver.simulate.drive import Drive, Options, drive
from codriver.units import Metres, Seconds

Point: TypeAlias = tuple[Metres, Metres]
LOST: Final = ("found", "forwards")
LAT, LON = 31.0, -4.0
NORTH: Final = chord(LAT - 0.005, LON, LAT + 0.005, LON) / 0.01
EAST: Final = chord(LAT, LON - 0.005, LAT, LON + 0.005) / 0.01
CALM: Final = Options(hz=2, noise="quiet", pace="rally", between_stops=0.0, standing=3.0)


def place(point: Point) -> Position:
    return Position(LAT + point[1] / NORTH, LON + point[0] / EAST)


def length(way: Sequence[Point]) -> Metres:
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(way))


def drawn(way: Sequence[Point], step: Metres = 25.0) -> Iterator[Point]:
    """The way with points as dense as receivers record them."""
    for a, b in pairwise(way):
        count = max(1, ceil(hypot(b[0] - a[0], b[1] - a[1]) / step))
        yield from ((a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count))
    yield way[-1]


def at(way: Sequence[Point], metres: Metres) -> Point:
    """The point this far along the way."""
    for a, b in pairwise(way):
        step = hypot(b[0] - a[0], b[1] - a[1])
        if step and metres <= step:
            return a[0] + (b[0] - a[0]) * metres / step, a[1] + (b[1] - a[1]) * metres / step
        metres -= step
    return way[-1]


def book(way: Sequence[Point], *totals: Metres, dangers: Sequence[int] = ()) -> Roadbook:
    """A book of this way, with boxes at these distances; `dangers` are the numbers of those that are dangerous."""
    notes = tuple(
        Note(number, total, position=place(at(way, total)), danger=2 if number in dangers else 0)
        for number, total in enumerate(totals, start=1)
    )
    return Roadbook("test", "test", "metric", notes, (tuple(map(place, drawn(way))),))


def plan_of(roadbook: Roadbook, settings: Settings | None = None) -> Plan:
    return lay_out("test", settings or Settings(), roadbook, Report("test"))


def driven(way: Sequence[Point] | Sequence[Position], options: Options = CALM) -> Drive:
    """The simulated car on the way that it really takes."""
    track = tuple(one if isinstance(one, Position) else place(one) for one in way)
    return drive(Roadbook("truth", "test", "metric", (), (track,)), options)


@dataclass
class Ride:
    """What came of a drive: each step, and at which true distance each alert came."""

    plan: Plan
    made: Drive
    steps: list[Folded]
    since: Seconds = 0.0

    @property
    def state(self) -> State:
        return self.steps[-1].state

    @property
    def outs(self) -> list[Out]:
        return [out for step in self.steps for out in step.outs]

    def alerts(self, *kinds: str) -> list[tuple[str, str, Metres]]:
        """Kind, words, and the car's true way at that moment."""
        return [
            (out.kind, out.text, round(self.made.car.at(step.state.now + self.since).distance))
            for step in self.steps
            for out in step.outs
            if isinstance(out, Alert) and out.kind in (kinds or ("astray", "found"))
        ]

    @property
    def offers(self) -> list[tuple[str, str, Metres]]:
        """Kind and words of each offer to who was lost, and the car's true way when it came."""
        found: list[tuple[str, str, Metres]] = []
        last = None
        for step in self.steps:
            now = step.state.offer
            if now is not None and now != last and now.kind in LOST:
                found.append((now.kind, now.text, round(self.made.car.at(step.state.now + self.since).distance)))
            last = now
        return found

    @property
    def total(self) -> Metres:
        return trip.total(self.state.trip, odometer.distance(self.state.odo))


def ride(
    plan: Plan,
    made: Drive,
    pressed: Iterable[tuple[Seconds, str, Seconds]] = (),
    state: State | None = None,
    *,
    takes: bool = False,
    until: Seconds = float("inf"),
    since: Seconds = 0.0,
) -> Ride:
    """The drive folded, with the crew's presses (when, which buttons, how long); `takes`: each place that is found.

    A segment begins `since` then, in the drive's own time; what came before it nobody heard. Each state goes over
    paper where an offer stands or the car is off the course.
    """
    presses = [edge for t, names, held in pressed for edge in _pressed(t, names, held)]
    rows = [*(signals.read(*row) for row in made.wire()), *presses]
    begun = [replace(one, t=round(one.t - since, 6)) for one in rows if one.t >= since] if since else rows
    heard: list[Signal] = sorted(begun, key=lambda one: one.t)
    steps: list[Folded] = []
    now = state or State()
    taken = False
    for signal in (Start(0.0, plan.id, "test"), *heard):
        if signal.t > until:
            break
        more: list[Signal] = [signal]
        if takes and offer.taken(now.offer, signal.t) is not None and _is_found(now) and not taken:
            taken = True
            more += _pressed(signal.t + 0.01, "6", 0.1)
        for each in more:
            for step in engine.fold(plan, now, each):
                now = step.state
                steps.append(step)
                if now.offer is not None or now.astray.off is not None:
                    assert decode(encode(now)) == now
        taken = taken and now.offer is not None
    return Ride(plan, made, steps, since)


def _is_found(state: State) -> bool:
    return state.offer is not None and state.offer.kind == "found"


def _pressed(t: Seconds, names: str, held: Seconds) -> list[Signal]:
    down = [Edge(round(t + 0.001 * n, 6), "gpio", name, True) for n, name in enumerate(names)]
    return [*down, *(Edge(round(t + held + 0.001 * n, 6), "gpio", name, False) for n, name in enumerate(names))]
