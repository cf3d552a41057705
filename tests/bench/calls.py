"""When the calls end, on whole stages: `make bench-calls` prints a table and writes JSON.

    python -m tests.bench.calls --out bench-out [--only baja] [--quick]

Each book is driven in the fold, without audio: the bundled stage, the real ones where they are, a course at the pace of
a trophy truck, and the densest. Then the same with dangers in every third box, with a book that is 1 % wrong, with
minutes without a fix, and at speeds that change. The crew puts the total right at a box each 5 km.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import remainder
from typing import Final, NamedTuple

from codriver.config import Settings
from codriver.core import book as books
from codriver.core import braking, engine, leads
from codriver.core.languages import reading
from codriver.core.outs import Called, Silence
from codriver.core.plan import Plan, lay_out
from codriver.core.state import State
from codriver.roadbook.load import read
from codriver.roadbook.model import Report, Roadbook, RoadbookError
from codriver.signals import Edge, Start
from codriver.units import KMH, Metres, MetresPerSecond, Seconds
from tests.bench import calling
from tests.bench.calling import STEADY, WILD, Manner, Way
from tests.bench.figures import FIELD, Figure, arguments, figure, report

BOOKS: Final = FIELD / "roadbooks"
SYNC: Final[Metres] = 5000.0
# The goals of the last word before a danger: 1.5 s and braking at 4 m/s² to 30 or 60 km/h, from 3 s to 12 s.
REACTION: Final[Seconds] = 1.5
BRAKES: Final = 4.0
HAZARD: Final = {2: 60 * KMH, 3: 30 * KMH}
FLOOR: Final[Seconds] = 3.0
CAP: Final[Seconds] = 12.0
# A minute without a fix ends so long before a danger: its call comes after the gap; or the gap is still open.
AFTER: Final = (17.0, 22.0, 30.0)
WITHIN: Final = (2.0, 8.0, -5.0)
CLASSES: Final = ("danger 3", "danger 2", "order", "turn", "info")
GRAVE, TURN = 2, 1


class Ended(NamedTuple):
    """One call of a note as it was in truth: its last word so far before it, at this speed, chained or not.

    `planned` is the higher of this speed and that at the call's beginning, by which it was planned.
    """

    note: int
    metres: Metres
    seconds: Seconds
    speed: MetresPerSecond
    planned: MetresPerSecond
    chained: bool


@dataclass
class Ride:
    """What a drive gave."""

    plan: Plan
    way: Way
    ended: list[Ended] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    speaking: Seconds = 0.0
    folding: Seconds = 0.0
    cut: int = 0
    until: Seconds = 0.0


def ride(book: Roadbook, way: Way, settings: Settings, feed: Iterator[object], *, truth: Roadbook) -> Ride:
    """Fold the drive; a crew that sees a box sets the total to what the book counts there, each 5 km."""
    plan = lay_out("bench", settings, book, Report("bench"))
    made = Ride(lay_out("truth", settings, truth, Report("bench")), way)
    state, began = engine.carry(None, plan, State()), time.perf_counter()
    syncs = list(_syncs(book, way))
    state = _fold(plan, state, Start(0.0, "bench", "bench"), made)
    for line in feed:
        while syncs and syncs[0][0] <= line.t:  # type: ignore[attr-defined]
            t, total = syncs.pop(0)
            state = _fold(plan, state, Edge(t, "key", f"total={total:.1f}", True), made)
        state = _fold(plan, state, line, made)
    made.folding = time.perf_counter() - began
    return made


def _syncs(book: Roadbook, way: Way) -> Iterator[tuple[Seconds, Metres]]:
    """When the crew sets the total, to what the book counts there: each 5 km, and where another count begins."""
    last = 0.0
    for index, (note, mark) in enumerate(zip(book.notes, way.marks, strict=True)):
        t = round(way.when(mark) + 0.3, 3)
        ahead = way.run.at(t).distance - mark
        if index + 1 < len(book.notes) and calling.falls(book, index + 1):
            yield t, ahead
        elif mark - last >= SYNC and note.measured and books.reset(book, index) is None:
            last = mark
            yield t, note.total + ahead


def _fold(plan: Plan, state: State, signal: object, made: Ride) -> State:
    for folded in engine.fold(plan, state, signal):  # type: ignore[arg-type]
        state = folded.state
        for out in folded.outs:
            if isinstance(out, Called):
                _heard(made, out)
            elif isinstance(out, Silence):
                made.cut += 1
            elif getattr(out, "TABLE", "") == "decision":
                made.why[re.sub(r"\d+", "N", f"{out.what}: {out.why}")] += 1  # type: ignore[union-attr]
    return state


def _heard(made: Ride, row: Called) -> None:
    made.kinds[row.kind] += 1
    end = row.t + row.speech_s
    made.speaking += row.speech_s - (0.0 if row.chain in {None, row.id} else made.until)
    made.until = row.speech_s
    if row.kind != "note" or row.note is None:
        return
    index = row.note - 1
    mark = made.way.marks[index]
    here = made.way.run.at(end)
    chained = row.chain not in {None, row.id}
    planned = max(here.speed, made.way.run.at(row.t).speed)
    made.ended.append(Ended(index, mark - here.distance, made.way.when(mark) - end, here.speed, planned, chained))


def class_of(plan: Plan, index: int) -> str:
    """What hangs on a note."""
    note = plan.book.notes[index]
    if note.danger >= 2:
        return f"danger {note.danger}"
    weight = plan.scripts[index].importance
    return "order" if weight >= GRAVE else "turn" if weight == TURN else "info"


def deadline(danger: int, speed: MetresPerSecond) -> Metres:
    """How far before a danger its last word has to have fallen, at this speed: the goal, written down again."""
    slow = HAZARD[danger]
    brake = max(speed * speed - slow * slow, 0.0) / (2.0 * BRAKES)
    return max(REACTION * speed + brake, FLOOR * speed)


def figures(name: str, made: Ride) -> list[Figure]:
    """What is to be known of one drive."""
    notes = made.plan.book.notes
    passed = [i for i, note in enumerate(notes) if made.way.marks[i] > 0.0 and leads.wanted(made.plan, "full", i)]
    called = {each.note for each in made.ended}
    of = {kind: [i for i in passed if class_of(made.plan, i) == kind] for kind in CLASSES}
    found: list[Figure] = []
    for kind, indexes in of.items():
        if not indexes:
            continue
        ends = [each for each in made.ended if each.note in set(indexes)]
        missed = [i for i in indexes if i not in called]
        if kind.startswith("danger"):
            level = int(kind[-1])
            timely = {each.note for each in ends if each.metres >= deadline(level, each.speed) - 0.5}
            late = [each for each in ends if each.note not in timely]
            early = [each for each in ends if _early(each, each.metres / max(each.planned, 0.1))]
            slowed = [each for each in ends if _early(each, each.seconds)]
            found.append(figure(f"{name}, {kind}: not called", len(missed), f"/{len(indexes)}", "0"))
            found.append(figure(f"{name}, {kind}: late", len(late), f"/{len(ends)}", "0", _worst(late)))
            note = f"and {len(slowed) - len(early)} more, as the car slowed down after it"
            found.append(figure(f"{name}, {kind}: early by the speed then", len(early), f"/{len(ends)}", "0", note))
        else:
            inside = [each for each in ends if _inside(made.plan, each)]
            share = 100.0 * len(inside) / len(ends) if ends else 100.0
            found.append(figure(f"{name}, {kind}: in its band", share, "%", "95", f"of {len(ends)}"))
            found.append(figure(f"{name}, {kind}: not called", len(missed), f"/{len(indexes)}"))
        if ends:
            found += [_spread(f"{name}, {kind}: last word to note", [each.seconds for each in ends], "s")]
            found += [_spread(f"{name}, {kind}: last word to note", [each.metres for each in ends], "m")]
    twice = len(made.ended) - len(called)
    after = sum(each.metres < 0.0 for each in made.ended)
    found += [
        figure(f"{name}: calls after their note", after, "", "0"),
        figure(f"{name}: notes called twice", twice, "", "0"),
        figure(f"{name}: chained", sum(each.chained for each in made.ended), ""),
        figure(f"{name}: alerts, reminders and rings", made.kinds["alert"] + made.kinds["zone"], ""),
        figure(f"{name}: cut", made.cut, ""),
        figure(f"{name}: speaking", 100.0 * made.speaking / made.way.run.duration, "%", "under 35"),
        figure(f"{name}: wrong sides", wrong_sides(made), "", "0"),
        figure(f"{name}: folded", made.way.run.duration / max(made.folding, 1e-9), "x"),
    ]
    for why, count in sorted(made.why.items()):
        found.append(figure(f"{name}: {why}", count, ""))
    return found


def _early(each: Ended, seconds: Seconds) -> bool:
    return seconds > CAP + 0.2 and each.metres > braking.NEAR and not each.chained


def _worst(late: Sequence[Ended]) -> str:
    if not late:
        return ""
    worst = min(late, key=lambda each: each.metres / max(each.speed, 0.1))
    return f"worst box {worst.note + 1}: {worst.metres:.0f} m at {worst.speed / KMH:.0f} km/h"


def _inside(plan: Plan, each: Ended) -> bool:
    latest, earliest = (
        leads.band(plan, each.note, each.speed).latest,
        leads.band(plan, each.note, each.planned).earliest,
    )
    return latest - 0.5 <= each.metres and (each.chained or each.metres <= earliest + 0.5)


def _spread(what: str, values: Sequence[float], unit: str) -> Figure:
    cuts = sorted(values)
    at = [cuts[min(int(share * len(cuts)), len(cuts) - 1)] for share in (0.0, 0.05, 0.5, 0.95, 1.0)]
    return figure(what, at[2], unit, note="least, p5, p50, p95, most: " + " ".join(f"{each:.1f}" for each in at))


def wrong_sides(made: Ride) -> int:
    """Sides that are said and not written, where the car then turned the other way, or hardly."""
    line, wrong = made.way.course, 0
    if line is None:
        return 0
    plan = made.plan
    for note, script, mark in zip(plan.book.notes, plan.scripts, made.way.marks, strict=True):
        written = any(map(reading.side_of, reading.read(note.words, "en").clauses))
        said = [side for side in ("left", "right") if side == script.inferred]
        if written or not said:
            continue
        turned = remainder(line.at(mark + 30.0).heading - line.at(mark - 30.0).heading, 360.0)
        wrong += said != ["right" if turned > 15.0 else "left" if turned < -15.0 else ""]
    return wrong


def stages() -> Iterator[tuple[str, Roadbook, float, float]]:
    """Each book with the pace it is driven at, and how often a second the receiver speaks."""
    name = "black-reg.gpx"
    yield "bundled", read((files("codriver.simulate") / "stages" / name).read_bytes(), name).book, 1.0, 5.0
    yield "dense", calling.dense(), 1.0, 5.0
    for short, name, pace, hz in (
        ("poznan", "pga-poznan-35km_openrally-v1.0.3_tulip-drid.gpx", 1.0, 5.0),
        ("enduro", "ecea-23-en-dvtr-rs.rs", 0.8, 5.0),
        ("loop", "synthetic-desert-loop_drzapp1-roadbook.json", 1.0, 5.0),
        ("baja", "score-baja1000-2025-prerun-sportsman_25B1K-PRUN-SPTM.kml", 1.5, 2.0),
    ):
        try:
            yield short, read((BOOKS / name).read_bytes(), name).book, pace, hz
        except (OSError, RoadbookError):
            print(f"    {name} is not here: skipped")


def variants(name: str, book: Roadbook, pace: float, hz: float, *, quick: bool) -> Iterator[tuple[str, Ride]]:
    """A book as it is, and what makes it hard."""
    plain = Settings(agreement="automatic")
    marked = calling.with_dangers(book)
    yield name, _driven(book, book, pace, hz, plain, STEADY)
    yield f"{name} +dangers", _driven(marked, marked, pace, hz, plain, STEADY)
    if quick or name == "baja":
        return
    yield f"{name} +1 %", _driven(calling.wrong(marked, 1.01), marked, pace, hz, plain, STEADY)
    yield f"{name} -1 %", _driven(calling.wrong(marked, 0.99), marked, pace, hz, plain, STEADY)
    yield f"{name} after gaps", _driven(marked, marked, pace, hz, plain, STEADY, blind=AFTER)
    yield f"{name} in gaps", _driven(marked, marked, pace, hz, plain, STEADY, blind=WITHIN)
    yield f"{name} in gaps, wheel", _driven(marked, marked, pace, hz, plain, STEADY, blind=WITHIN, wheel=True)
    yield f"{name} wild", _driven(marked, marked, pace, hz, plain, WILD)


def _driven(
    book: Roadbook, truth: Roadbook, pace: float, hz: float, settings: Settings, manner: Manner,
    *, blind: Sequence[Seconds] = (), wheel: bool = False,
) -> Ride:  # fmt: skip
    way = calling.way(truth, pace, manner, 7)
    minutes = calling.gaps(way, truth.notes, 60.0, blind) if blind else []
    return ride(book, way, settings, calling.lines(way, hz, minutes, wheel=wheel), truth=truth)


def main() -> None:
    words = arguments(__doc__)
    words.add_argument("--only", default="")
    words.add_argument("--quick", action="store_true")
    asked = words.parse_args()
    found: list[Figure] = []
    for name, book, pace, hz in stages():
        if asked.only and name not in asked.only.split(","):
            continue
        for what, made in variants(name, book, pace, hz, quick=asked.quick):
            measured = figures(what, made)
            found += measured
            for each in measured:
                print(f"    {each.what:<58} {each.value:>9} {each.unit:<6} goal {each.goal}   {each.note}", flush=True)
    report("calls", asked.out, found)


if __name__ == "__main__":
    main()
