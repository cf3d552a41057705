"""How well the odometer does, against the simple ways of making a distance: `make bench-odometer`.

    python -m tests.bench.odometer --out bench-out [--scenario rally,sand | --scenario "real,harsh sim"] [--hz 10,5,1]
        [--wheel yes|no|both] [--probes 1|2] [--course tuning|acceptance] [--seeds 6] [--first 0] [--km 60]
        [--ours] [--each] [--gaps] [--quick]

Writes odometer.json (the goals, the real drives) and odometer-drives.json (every figure), and prints both as tables.
Scenarios are those of laboratory/scenarios.py, and `quiet sim`, `real sim`, `harsh sim`: the product's own simulator.
One is driven with the same seeds for all algorithms. Figures are of the laboratory's own kind of luck: judge on seeds
and on a course that nobody tuned with (`--first 100 --course acceptance`).
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from codriver.units import KILOMETRE, Metres
from tests.bench import truth
from tests.bench.figures import Figure, arguments, figure, report
from tests.bench.laboratory import goals
from tests.bench.laboratory.algorithms import ALGORITHMS, OURS, SLOPING
from tests.bench.laboratory.goals import GOALS, Goal, judged
from tests.bench.laboratory.scenarios import SCENARIOS
from tests.bench.laboratory.scores import Score, by_length, cost, percentile, scored
from tests.bench.laboratory.simulated import NOISES, simulated
from tests.bench.laboratory.trip import trip
from tests.bench.laboratory.truth import Event, Truth

SIMULATED: Final = " sim"
EVERYTHING: Final = (*SCENARIOS, *(noise + SIMULATED for noise in NOISES))
COURSES: Final = ("tuning", "acceptance")
WHEEL_ALONE: Final = "wheel alone"
PER_CENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What to drive: every scenario at every rate, without a wheel (0 probes) and with."""

    scenarios: Sequence[str] = EVERYTHING
    hz: Sequence[int] = (10, 5, 1)
    probes: Sequence[int] = (0, 1)
    seeds: Sequence[int] = tuple(range(6))
    acceptance: bool = False
    length: Metres | None = None
    algorithms: Sequence[str] = tuple(ALGORITHMS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One algorithm in one scenario, over all seeds."""

    scenario: str
    hz: int
    probes: int
    algorithm: str
    scores: tuple[Score, ...]
    cost: float


def main() -> None:
    """Drive, print the tables, write the JSON."""
    words = _words()
    given = words.parse_args()
    unknown = [each for each in given.scenario.split(",") if each not in EVERYTHING]
    if unknown:
        words.error(f"no scenario {', '.join(unknown)}: say {', '.join(EVERYTHING)}")
    print(HEAD)
    cells = []
    for cell in driven(_asked(given)):
        cells.append(cell)
        print(_row(cell), flush=True)
        print("".join(_details(cell, each=given.each, gaps=given.gaps)), end="")
    report("odometer", given.out, [*reached(cells), *costs(cells), *real()])
    if (why := truth.absent()) is not None:
        print(why)
    told = [_told(cell) for cell in cells]
    (given.out / "odometer-drives.json").write_text(json.dumps(told, indent=1) + "\n")


def driven(asked: Asked) -> Iterator[Cell]:
    """Every cell, one after another; a drive's events are made once for all algorithms."""
    for scenario in asked.scenarios:
        for hz in asked.hz:
            for probes in asked.probes:
                names = [name for name in asked.algorithms if _concerned(name, scenario, probes)]
                scores: dict[str, list[Score]] = {name: [] for name in names}
                events: list[Event] = []
                for seed in asked.seeds:
                    true, events = _drive(asked, scenario, hz, probes, seed)
                    for name in names:
                        scores[name].append(scored(ALGORITHMS[name], true, events, probes))
                for name in names:
                    took = cost(ALGORITHMS[name], events)
                    yield Cell(scenario, hz, probes, name, tuple(scores[name]), took)


def reached(cells: Sequence[Cell]) -> Iterator[Figure]:
    """Each goal that these cells can speak of, with what the worst of them came to."""
    ours = {
        (cell.scenario, cell.hz, cell.probes > 0, cell.algorithm == SLOPING): cell
        for cell in cells
        if cell.algorithm in {OURS, SLOPING}
    }
    for goal in GOALS:
        for hz in goal.hz:
            if (cell := ours.get((goal.scenario, hz, goal.wheel, goal.sloping))) is not None:
                yield from _against(goal, cell)
    for (scenario, hz, wheel, sloping), cell in ours.items():
        if not wheel or sloping or scenario != goals.NO_WORSE_IN:
            continue
        if (without := ours.get((scenario, hz, False, False))) is not None:
            yield _no_worse(cell, without)
    for cell in ours.values():
        if cell.scenario in SCENARIOS:
            yield from _honesty(cell)


def costs(cells: Sequence[Cell]) -> Iterator[Figure]:
    """What a fix costs: ours in its dearest scenario, without a wheel and with one."""
    for wheel in (False, True):
        ours = [cell.cost for cell in cells if cell.algorithm == OURS and (cell.probes > 0) == wheel and cell.hz > 1]
        if ours:
            what = f"cost of a fix{', with the pulses since the last' if wheel else ''}, dearest"
            yield figure(what, max(ours) * 1e6, "us", judged(max(ours) * 1e6, goals.COST))


def real() -> Iterator[Figure]:
    """The drives with a known truth; nothing where they are absent."""
    if truth.absent() is not None:
        return
    for each in truth.results(truth.comma2k19()):
        share = each.share * PER_CENT
        wheel = ", wheel" if each.wheel and each.algorithm == OURS else ""
        goal = judged(abs(share), 0.03) if each.algorithm == OURS else "-"
        note = f"{each.error:+.2f} of {each.length:.0f} m" + ("" if each.bound is None else f", bound {each.bound:.1f}")
        yield figure(f"comma2k19, {each.hz} Hz, {each.algorithm}{wheel}: error", share, "%", goal, note)


def _concerned(name: str, scenario: str, probes: int) -> bool:
    """Who hears no wheel is not driven twice, and nobody counts a slope that there is not."""
    if name == SLOPING:
        return scenario == goals.SLOPING_IN
    return name == OURS or (name == WHEEL_ALONE) == (probes > 0)


def _drive(asked: Asked, scenario: str, hz: int, probes: int, seed: int) -> tuple[Truth, list[Event]]:
    noise = scenario.removesuffix(SIMULATED)
    if noise != scenario:
        length = {} if asked.length is None else {"length": asked.length}
        made = simulated(noise, seed, hz, probes, acceptance=asked.acceptance, **length)
        return made.truth, list(made.events())
    drive = trip(scenario, seed, hz, acceptance=asked.acceptance, length=asked.length)
    return drive.truth, list(drive.events(probes))


def _against(goal: Goal, cell: Cell) -> Iterator[Figure]:
    values = (
        max(score.final_share for score in cell.scores) * PER_CENT,
        max(score.leg_p95 for score in cell.scores) * PER_CENT,
        max(score.creep for score in cell.scores),
    )
    names = (("final error", "%"), ("5 km leg p95", "%"), ("creep in stops", "m/h"))
    for (name, unit), value, most, aim in zip(
        names, values, (goal.final, goal.leg, goal.creep), goal.aims, strict=True
    ):
        if most is not None:
            note = f"worst of {len(cell.scores)}"
            yield figure(f"{_called(cell)}: {name}", value, unit, judged(value, most, aim), note)


def _no_worse(wheel: Cell, without: Cell) -> Figure:
    """By how much the wheel made the final error of the same drive worse, where it did most."""
    worst = max(a.final_share - b.final_share for a, b in zip(wheel.scores, without.scores, strict=True)) * PER_CENT
    return figure(f"{_called(wheel)}: final error, more than without", worst, "%", judged(worst, 0.0), "worst drive")


def _honesty(cell: Cell) -> Iterator[Figure]:
    yield from _within(f"{_called(cell)}: within two sigma", [score.within for score in cell.scores])
    yield from _within(f"{_called(cell)}: legs within two sigma", [score.legs_within for score in cell.scores])
    if cell.scenario == goals.USEFUL_IN:
        wide = _mean(_bounds(cell))
        yield figure(f"{_called(cell)}: median bound, of a leg", wide, "%", judged(wide, goals.USEFUL))
    legs = [leg for score in cell.scores for leg in score.every_leg]
    if blind := sum(leg.blind for leg in legs):
        clear = percentile([leg.error for leg in legs if not leg.blind], 0.95) * PER_CENT
        share = blind / len(legs) * PER_CENT
        yield figure(f"{_called(cell)}: legs with an end in a gap", share, "%", note=f"p95 of the others {clear:.3f} %")


def _within(what: str, told: Sequence[float | None]) -> Iterator[Figure]:
    """How often a bound held."""
    shares = [each * PER_CENT for each in told if each is not None]
    if shares:
        verdict = "met" if _mean(shares) >= goals.HONEST else "MISSED"
        goal = f"{goals.HONEST:g} or more: {verdict}"
        yield figure(what, _mean(shares), "%", goal, f"worst drive {min(shares):.1f}")


def _called(cell: Cell) -> str:
    slope = ", slope" if cell.algorithm == SLOPING else ""
    return f"{cell.scenario}, {cell.hz} Hz, {'wheel' if cell.probes else 'no wheel'}{slope}"


HEAD: Final = (
    f"{'scenario':<17}{'Hz':>3} {'probes':>6} {'algorithm':<12}{'final %':>8}{'worst':>8}{'m/km':>7}{'leg p95':>8}"
    f"{'worst':>7}{'creep':>7}{'worst':>7}{'2 sigma':>8}{'worst':>7}{'bound %':>8}{'us':>6}"
)


def _row(cell: Cell) -> str:
    finals = [score.final_share * PER_CENT for score in cell.scores]
    legs = [score.leg_p95 * PER_CENT for score in cell.scores]
    creeps = [score.creep for score in cell.scores]
    within = [score.within * PER_CENT for score in cell.scores if score.within is not None]
    honest = f"{_mean(within):>8.1f}{min(within):>7.1f}{_mean(_bounds(cell)):>8.3f}" if within else " " * 23
    return (
        f"{cell.scenario:<17}{cell.hz:>3} {cell.probes:>6} {cell.algorithm:<12}{_mean(finals):>8.3f}{max(finals):>8.3f}"
        f"{_mean([score.per_km for score in cell.scores]):>7.2f}{_mean(legs):>8.3f}{max(legs):>7.3f}"
        f"{_mean(creeps):>7.0f}{max(creeps):>7.0f}{honest}{cell.cost * 1e6:>6.1f}"
    )


def _details(cell: Cell, *, each: bool, gaps: bool) -> Iterator[str]:
    """Lines below a row: its drives, its gaps."""
    for number, score in enumerate(cell.scores if each else ()):
        yield (
            f"    drive {number}: final {score.final:+.1f} m, leg p95 {score.leg_p95 * PER_CENT:.3f} %, "
            f"creep {score.creep:.1f} m/h, {sum(leg.blind for leg in score.every_leg)} of {len(score.legs)} legs with "
            "an end in a gap\n"
        )
    for length, told in _gaps(cell).items() if gaps else ():
        yield f"    gaps of {length:<11}" + ", ".join(f"{what} {value:.1f}" for what, value in told.items()) + "\n"


def _gaps(cell: Cell) -> dict[str, dict[str, float]]:
    """Behaviour over dropouts, in metres: how far off just before GPS is back, and how far once it is."""
    told: dict[str, dict[str, float]] = {}
    for length, gaps in by_length([gap for score in cell.scores for gap in score.gaps]):
        blind, mended = [abs(gap.blind) for gap in gaps], [abs(gap.mended) for gap in gaps]
        if gaps:
            told[length] = {
                "gaps": float(len(gaps)),
                "blind_m": _mean(blind),
                "blind_p95_m": percentile(blind, 0.95),
                "mended_m": _mean(mended),
                "mended_p95_m": percentile(mended, 0.95),
                "bias_m": _mean([gap.mended for gap in gaps]),
            }
    return told


def _told(cell: Cell) -> Mapping[str, object]:
    """A cell as JSON."""
    return {
        "scenario": cell.scenario,
        "hz": cell.hz,
        "probes": cell.probes,
        "algorithm": cell.algorithm,
        "us_per_fix": cell.cost * 1e6,
        "gaps": _gaps(cell),
        "drives": [
            {
                "length_m": score.length,
                "final_m": score.final,
                "final_percent": score.final_share * PER_CENT,
                "error_m_per_km": score.per_km,
                "leg_p95_percent": score.leg_p95 * PER_CENT,
                "creep_m_per_h": score.creep,
                "within_two_sigma": score.within,
                "legs_within_two_sigma": score.legs_within,
                "median_bound_of_leg": score.bound_share,
            }
            for score in cell.scores
        ],
    }


def _bounds(cell: Cell) -> list[float]:
    return [score.bound_share * PER_CENT for score in cell.scores if score.bound_share is not None]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _words() -> argparse.ArgumentParser:
    words = arguments(__doc__)
    words.add_argument("--scenario", default=",".join(EVERYTHING))
    words.add_argument("--hz", default="10,5,1")
    words.add_argument("--wheel", choices=("yes", "no", "both"), default="both")
    words.add_argument("--probes", type=int, choices=(1, 2), default=1)
    words.add_argument("--course", choices=COURSES, default=COURSES[0])
    words.add_argument("--seeds", type=int, default=6, help="how many drives")
    words.add_argument("--first", type=int, default=0, help="the first seed")
    words.add_argument("--km", type=float, help="another length than the scenario's")
    words.add_argument("--ours", action="store_true", help="leave the simple algorithms out")
    words.add_argument("--each", action="store_true", help="print every drive")
    words.add_argument("--gaps", action="store_true", help="print how dropouts were bridged")
    words.add_argument("--quick", action="store_true", help="one drive of 20 km in rally and harsh, 5 Hz")
    return words


def _asked(given: argparse.Namespace) -> Asked:
    if given.quick:
        return Asked(("rally", "harsh", "standstill"), (5,), (0, given.probes), (given.first,), length=20_000.0)
    return Asked(
        given.scenario.split(","),
        [int(each) for each in given.hz.split(",")],
        {"yes": (given.probes,), "no": (0,), "both": (0, given.probes)}[given.wheel],
        range(given.first, given.first + given.seeds),
        acceptance=given.course == "acceptance",
        length=None if given.km is None else given.km * KILOMETRE,
        algorithms=(OURS, SLOPING) if given.ours else tuple(ALGORITHMS),
    )


if __name__ == "__main__":
    main()
