"""Whether it stays as small as it began: `make soak` drives for an hour and prints what memory did.

    python -m tests.bench.soak --out bench-out [--minutes 60]

The whole product in one process, as `codriver run` starts it: window, album, voice, log. A simulated receiver and a
pod, the crew's presses among its lines, speak through two pseudo-terminals, lap after lap of the bundled stage, each
with other errors. Resident memory is read every ten seconds, and a straight line is laid through what comes after the
first lap: until then the album fills with the book's pictures up to its 32 MB, and the letters up to their 16.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from codriver import assemble
from codriver.runlog.reader import Run
from codriver.signals import write_line
from codriver.simulate.cable import Cable
from codriver.units import MINUTE, Seconds
from codriver.wake import Stop
from tests.bench.driving import laps, loaded, stage
from tests.bench.figures import Figure, arguments, figure, report
from tests.bench.glass import glass
from tests.bench.pixels import cabled, connected, prepared

EVERY: Final[Seconds] = 10.0
# Memory a unit may gain: a Pi with 1 GB has some 600 MB to spare, and no event leaves it on for longer than two days.
BOUND: Final = 5.0  # MB an hour
SETTLED: Final[Seconds] = 15 * MINUTE  # a lap takes 14


class Sample(NamedTuple):
    """Resident memory, in MB, so many seconds after the start."""

    t: Seconds
    rss: float


def main() -> None:
    """Drive, write soak.json and the samples, print the figures."""
    words = arguments(__doc__)
    words.add_argument("--minutes", type=float, default=60.0)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch, glass() as driver:
        figures, samples = measured(Path(scratch), asked.minutes * MINUTE, driver)
    report("soak", asked.out, figures)
    (asked.out / "soak-samples.json").write_text(json.dumps(samples) + "\n")


def measured(
    here: Path, lasting: Seconds, driver: str, every: Seconds = EVERY, settled: Seconds = SETTLED
) -> tuple[list[Figure], list[Sample]]:
    """What memory did, and what was driven meanwhile."""
    samples: list[Sample] = []
    product = prepared(here)
    with cabled(here) as cables, car(here, lasting, cables), sampled(samples, every):
        end = time.monotonic() + lasting

        def until(stop: Stop) -> None:
            stop.asked = stop.ended = stop.ended or time.monotonic() >= end

        path = assemble.run(connected(product, cables), lambda _: None, until=until)
    counts = _counts(path)
    later = [sample for sample in samples if sample.t >= settled] or samples
    slope = 3600.0 * statistics.linear_regression(*zip(*later, strict=True)).slope
    words = f"{driver}, {len(later)} samples over {(later[-1].t - later[0].t) / MINUTE:.1f} min, {counts}"
    return [
        figure("resident memory at the start", samples[0].rss, "MB"),
        figure(f"resident memory after {later[0].t / MINUTE:.0f} min", later[0].rss, "MB"),
        figure("resident memory at the end", later[-1].rss, "MB"),
        figure("growth of resident memory", slope, "MB/h", f"{BOUND:g} or less", words),
    ], samples


def _counts(path: Path) -> str:
    with Run.open(path) as run:
        tables = ("signal", "fix", "call", "press", "passage", "fault")
        return ", ".join(f"{len(list(run.rows(table)))} of {table}" for table in tables)


@contextmanager
def car(here: Path, lasting: Seconds, cables: dict[str, Cable]) -> Iterator[None]:
    """A process that speaks as receiver and pod for so long."""
    wire = here / "soak.wire"
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:  # what that takes of memory is not the product's
        elsewhere.submit(record, wire, lasting).result()
    ends = [cables["gps"].fileno(), cables["pod"].fileno()]
    command = [sys.executable, "-m", "codriver.simulate.feeder", str(wire), *map(str, ends)]
    with subprocess.Popen(command, pass_fds=ends) as process:
        try:
            yield
        finally:
            process.kill()


def record(wire: Path, lasting: Seconds) -> None:
    """Write what receiver and pod will say."""
    with wire.open("w", encoding="ascii") as out:
        out.writelines(write_line(*row) + "\n" for row in loaded(laps(stage(), lasting)))


@contextmanager
def sampled(samples: list[Sample], every: Seconds) -> Iterator[None]:
    """Read resident memory now and then, in a thread of its own: the first time at once."""
    over, process, began = threading.Event(), psutil.Process(), time.monotonic()

    def watch() -> None:
        while True:
            samples.append(Sample(round(time.monotonic() - began, 1), process.memory_info().rss / 1e6))
            if over.wait(every):
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


if __name__ == "__main__":
    main()
