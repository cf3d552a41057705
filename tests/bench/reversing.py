"""How well reverse gear is told by the receiver's course, and how often it is told where there is none.

    python -m tests.bench.reversing --out bench-out [--seeds 40] [--drives 25] [--hz 10,5,1] [--recordings]

Writes reversing.json and prints it as a table. `--drives` are whole drives of the laboratory's courses for each of
rally and mountain on both courses, none of which goes back; `--recordings` lists what is told of the real ones.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from codriver.core import odometer, reversing
from codriver.core.gauge import Odometer
from codriver.core.reversing import Gear
from codriver.decode import nmea
from codriver.decode.nmea import Fix, Receiver
from codriver.units import Metres, Seconds
from tests.bench.figures import FIELD, Figure, arguments, figure, report
from tests.bench.laboratory import manoeuvres, scenarios
from tests.bench.laboratory.manoeuvres import BLANK, HOLD, PLAIN, Go, Manners, Piece, Spin, Stand
from tests.bench.laboratory.trip import trip

QUIET: Final = scenarios.Receiver(noise=0.05, lost=0.001)
LOUD: Final = scenarios.Receiver(noise=0.15, lost=0.003, outliers_per_hour=8.0)
OLD: Final = replace(LOUD, jitter=0.25, position_digits=4)
RECEIVERS: Final = {"0.05 m/s": QUIET, "0.15 m/s": LOUD, "0.15 m/s, old": OLD}
LEAD: Final = (Go(200.0, 12.0),)
# Told within this of where the gear was changed.
WITHIN: Final[Metres] = 6.0
SPEEDS: Final = (1.0, 1.5, 2.0, 3.0)


class Told(NamedTuple):
    """What is told, when, and the odometer's reading at the change."""

    t: Seconds
    what: str
    odo: Metres
    since: Metres


class Read(NamedTuple):
    """The odometer's reading at a fix."""

    t: Seconds
    odo: Metres


def told(fixes: Iterable[Fix], read: list[Read] | None = None) -> Iterator[Told]:
    """The room fed as the engine feeds it; what the odometer read is put into `read`."""
    odo, gear = Odometer(), Gear()
    for fix in fixes:
        before, odo = odo, odometer.fixed(odo, fix)
        if read is not None:
            read.append(Read(fix.t, odometer.distance(odo)))
        gear, what = reversing.heard(gear, before, odo)
        if what:
            yield Told(fix.t, what, odometer.distance(odo), gear.since)


def reversals(speed: float, metres: Metres = 8.0, stand: Seconds = 1.5) -> tuple[Piece, ...]:
    """Forwards, back, and on."""
    return (*LEAD, Go(15.0, 3.0), Stand(stand), Go(metres, -speed), Stand(1.0), Go(60.0, 5.0))


def three_point(radius: Metres = 5.5, speed: float = 1.5) -> tuple[Piece, ...]:
    """A turning on a road too narrow for it."""
    bend = 1.0 / radius
    return (
        *LEAD, Go(10.0, 3.0), Go(8.0, speed, bend), Stand(1.0), Go(7.0, -speed, -bend), Stand(1.0),
        Go(4.0, speed, bend), Go(100.0, 8.0),
    )  # fmt: skip


HONEST: Final[Mapping[str, tuple[Piece, ...]]] = {
    "hairpins of 6 and 7 m, walking": (
        *LEAD,
        *(piece for turn in (1 / 6.0, -1 / 7.0) * 4 for piece in (Go(20.0, 1.4), Go(3.14159 / abs(turn), 1.1, turn))),
        Go(50.0, 5.0),
    ),
    "U-turns of 4 m, 1 m/s": (*LEAD, *(Go(15.0, 2.0), Go(12.6, 1.0, 0.25)) * 4, Go(50.0, 8.0)),
    "U-turns of 4 m, 1.5 m/s": (*LEAD, *(Go(15.0, 2.0), Go(12.6, 1.5, -0.25)) * 4, Go(50.0, 8.0)),
    "U-turns of 4 m, 2 m/s": (*LEAD, *(Go(15.0, 3.0), Go(12.6, 2.0, 0.25)) * 4, Go(50.0, 8.0)),
    "U-turns with a stop in them": (
        *LEAD,
        *(Go(15.0, 2.0), Go(6.3, 1.5, 0.25), Stand(4.0), Go(6.3, 1.5, 0.25)) * 4,
        Go(50.0, 8.0),
    ),
    "a queue, stop and go": (*LEAD, *(Go(6.0, 1.5), Stand(7.0), Go(2.5, 0.8), Stand(12.0)) * 12, Go(50.0, 8.0)),
    "a crawl at 0.8 m/s": (*LEAD, Go(150.0, 0.8, 0.02), Go(50.0, 8.0)),
    "a spin on the spot, which is told": (*LEAD, Go(20.0, 5.0), Spin(180.0, 2.0), Stand(1.0), Go(80.0, 8.0)),
    "an hour's stand": (*LEAD, Go(20.0, 2.0), Stand(3600.0), Go(80.0, 6.0)),
}


def main() -> None:
    """Drive, listen, print, keep."""
    words = _words()
    given = words.parse_args()
    rates = [int(each) for each in given.hz.split(",")]
    figures = [*detected(rates, given.seeds), *undetected(rates, given.seeds), *whole(rates, given.drives)]
    report("reversing", given.out, figures)
    if given.recordings:
        print("\n".join(recorded()))


def detected(rates: Sequence[int], seeds: int) -> Iterator[Figure]:
    """Shares of reversals that are told, and told over again when they end; and how far off the flip is."""
    for hz in rates:
        for name, kind in RECEIVERS.items():
            for manners in (PLAIN, BLANK, HOLD):
                for speed in SPEEDS:
                    tries = [
                        judged(reversals(speed), kind, hz, f"{name} {manners.name} {speed} {seed}", manners)
                        for seed in range(seeds)
                    ]
                    what = f"8 m at {speed:g} m/s, {hz} Hz, {name}, {manners.name}"
                    yield from _shares(what, tries, "> 95" if hz == 5 and manners is PLAIN else "-")
                tries = [
                    judged(three_point(), kind, hz, f"{name} {manners.name} three {seed}", manners)
                    for seed in range(seeds)
                ]
                yield from _shares(f"three-point turn, {hz} Hz, {name}, {manners.name}", tries)


class Tried(NamedTuple):
    """Changes of gear, those told, false ones, and how far off the told ones lie."""

    changes: int
    found: int
    false: int
    off: tuple[Metres, ...]


def judged(pieces: Sequence[Piece], kind: scenarios.Receiver, hz: int, seed: str, manners: Manners = PLAIN) -> Tried:
    """One drive, and what was told of it."""
    made = manoeuvres.driven(pieces)
    truth = manoeuvres.flips(made)
    read: list[Read] = []
    says = [each for each in told(manoeuvres.heard(made, kind, hz, seed, manners), read) if each.what != "missed"]
    off = []
    for t, _, back in truth:
        # The odometer where the gear was changed: the car stands before, so that no latency matters.
        there = next((each.odo for each in reversed(read) if each.t <= t + kind.latency), 0.0)
        what = "back" if back else "forth"
        near = [each for each in says if each.what == what and abs(each.since - there) <= WITHIN and each.t > t]
        if near:
            off.append(near[0].since - there)
    return Tried(len(truth), len(off), len(says) - len(off), tuple(off))


def undetected(rates: Sequence[int], seeds: int) -> Iterator[Figure]:
    """What is told of cars that never go back."""
    for name, pieces in HONEST.items():
        made = manoeuvres.driven(pieces)
        few = max(seeds // 8, 2) if made[-1].t > 1000.0 else seeds
        for hz in rates:
            for manners in (PLAIN, BLANK, HOLD):
                count = drives = 0
                for kind in RECEIVERS.values():
                    for seed in range(few):
                        fixes = manoeuvres.heard(made, kind, hz, f"{name} {kind.noise} {manners.name} {seed}", manners)
                        count += sum(each.what == "back" for each in told(fixes))
                        drives += 1
                goal = "-" if "spin" in name else "0"
                yield figure(f"{name}, {hz} Hz, {manners.name}: told", count, "", goal, f"in {drives} drives")


def whole(rates: Sequence[int], drives: int) -> Iterator[Figure]:
    """Whole drives of the laboratory."""
    for scenario in ("rally", "mountain"):
        for acceptance in (False, True):
            for hz in rates:
                count = 0
                for seed in range(drives):
                    made = trip(scenario, 500 + seed, hz, acceptance=acceptance, length=20_000.0)
                    count += sum(each.what == "back" for each in told(e for e in made.events() if isinstance(e, Fix)))
                course = "acceptance" if acceptance else "tuning"
                yield figure(f"{scenario}, {course}, {hz} Hz: told", count, "", "0", f"in {drives} drives of 20 km")


def recorded() -> Iterator[str]:
    """What is told of each real recording."""
    for path in sorted(FIELD.glob("nmea/*")):
        fixes = list(played(path.read_bytes()))
        says = list(told(fixes))
        yield f"{path.name}: {len(fixes)} fixes, {len(says)} told"
        for each in says:
            yield f"    {each.what} at {each.t:.1f} s, {each.odo:.1f} m, since {each.since:.1f} m"


def played(data: bytes) -> Iterator[Fix]:
    """The fixes of a file of sentences; time goes on as the receiver's own."""
    receiver, t, clock = Receiver(), 0.0, None
    for line in data.decode("latin-1").splitlines():
        said = nmea.time_of_day(line)
        if said is not None:
            passed = 0.0 if clock is None else nmea.elapsed(clock, said)
            t, clock = t + (passed if 0.0 < passed < 600.0 else 0.0), said
        receiver, epochs = nmea.fold(receiver, round(t, 3), line)
        yield from (epoch for epoch in epochs if isinstance(epoch, Fix))


def _shares(what: str, tries: Sequence[Tried], goal: str = "-") -> Iterator[Figure]:
    changes, found = sum(each.changes for each in tries), sum(each.found for each in tries)
    off = sorted(abs(each) for one in tries for each in one.off)
    false = sum(each.false for each in tries)
    median = f"flip off by {off[len(off) // 2]:.1f} m, at most {off[-1]:.1f}" if off else ""
    yield figure(f"{what}: changes told", 100.0 * found / changes, "%", goal, f"{false} false; {median}")


def _words() -> argparse.ArgumentParser:
    words = arguments(__doc__)
    words.add_argument("--seeds", type=int, default=40)
    words.add_argument("--drives", type=int, default=25)
    words.add_argument("--hz", default="10,5,1")
    words.add_argument("--recordings", action="store_true")
    return words


if __name__ == "__main__":
    main()
