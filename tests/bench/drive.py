"""What the drive costs: `make bench` prints a table and writes JSON.

    python -m tests.bench.drive --out bench-out [--minutes 10]

The drive is the bundled stage at the full load (driving.py). Times through real wires come from a feeder in a process
of its own, over a pseudo-terminal; edges come through gpiozero's mock pins. Every figure is of this machine, under
whatever else it was doing.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil
import pynmea2
from gpiozero.pins.mock import MockFactory

from codriver import loop, playing
from codriver.core.plan import Inputs, build
from codriver.core.state import encode
from codriver.debrief.verify import verify
from codriver.loop import Drive
from codriver.runlog.reader import Run
from codriver.runlog.refold import refold
from codriver.runlog.runs import Title
from codriver.runlog.writer import Writer
from codriver.signals import Edge, Line, Signal, Start
from codriver.simulate.cable import Cable
from codriver.units import Seconds
from codriver.wake import Stop
from codriver.wires.gpio import Gpio
from codriver.wires.gps import Gps
from codriver.wires.pinout import panel
from codriver.wires.recordings import Began
from tests.bench.driving import NAME, folded, load, stage
from tests.bench.figures import Figure, arguments, figure, report, seconds, spread

LINES: Final = 1000
EDGES: Final = 300


def main() -> None:
    """Measure everything, write drive.json, print the table."""
    words = arguments(__doc__)
    words.add_argument("--minutes", type=float, default=10.0)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report("drive", asked.out, measured(Path(scratch), asked.minutes))


def measured(here: Path, minutes: float) -> list[Figure]:
    """Every figure of this bench, over so many minutes of the stage."""
    inputs = stage()
    heard = list(load(inputs, minutes * 60.0))
    figures: list[Figure] = []
    for measure in (fold_cost, log_cost, refold_speed, wire_latency, edge_latency, starts, log_size):
        figures += measure(here, inputs, heard)
    return figures


def fold_cost(_: Path, inputs: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    plan = build(inputs)
    best = min(seconds(lambda: folded(plan, heard)) for _ in range(3))
    state = folded(plan, heard)
    sentence = next(each.text for each in heard if isinstance(each, Line) and each.text[3:6] == "RMC")
    parse = min(seconds(lambda: [pynmea2.parse(sentence, check=True) for _ in range(2000)]) for _ in range(5)) / 2000
    return [
        figure("yardstick: pynmea2.parse of one RMC, best", parse * 1e6, "us", "-"),
        figure("cost per signal, parsing included, mean", best / len(heard) * 1e6, "us", "35 or less"),
        figure("folding, times real time", heard[-1].t / best, "x", "-"),
        figure("state, encoded", len(encode(state)), "bytes", "under 8192"),
    ]


def log_cost(here: Path, inputs: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    def logged() -> None:
        made = Drive(here / "run.db", Title(NAME), patient=True)
        playing.play(made, [Began(Start(0.0, "", "bench")), *heard], lambda _: inputs, None, Stop())
        made.close()

    took = seconds(logged)
    return [figure("run --speed max, times real time, logged", heard[-1].t / took, "x", "-")]


def refold_speed(here: Path, _: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    def again() -> None:
        with Run.open(here / "run.db") as run:
            for _ in refold(run):
                pass

    def verified() -> None:
        with Run.open(here / "run.db") as run:
            verify(run)

    return [
        figure("refold from the log, times real time", heard[-1].t / seconds(again), "x", "400, aim 600"),
        figure("replay --verify, times real time", heard[-1].t / seconds(verified), "x", "-"),
    ]


class Watched(Drive):
    """A drive that notes when each line or edge had been folded."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Title(NAME))
        self.folded: dict[str, float] = {}

    def take(self, signal: Signal) -> None:
        super().take(signal)
        if isinstance(signal, Line):
            self.folded[signal.text] = time.monotonic()
        elif isinstance(signal, Edge):
            self.folded[f"{signal.t:.6f}"] = time.monotonic()


FEEDER = """
import os, sys, time
fd, lines = int(sys.argv[1]), sys.stdin.read().splitlines()
for number, line in enumerate(lines):
    time.sleep(max(0.0, float(sys.argv[2]) + number * 0.02 - time.monotonic()))
    os.write(fd, line.encode() + b"\\r\\n")
    print(f"{time.monotonic()} {line}", flush=True)
"""


def wire_latency(here: Path, inputs: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    """From the write of a sentence's last byte, in another process, to the state that holds it."""
    lines = [each.text for each in heard if isinstance(each, Line) and each.text[3:6] in {"RMC", "GGA"}][-LINES:]
    cable = Cable(here / "gps")
    cable.plug()
    made, stop = Watched(here / "live.db"), Stop()
    args = (made, inputs, lambda _: [Gps(str(here / "gps"), 115200)], stop, "bench")
    thread = threading.Thread(target=loop.live, args=args, daemon=True)
    thread.start()
    fd = cable.fileno()
    feeder = subprocess.run(
        [sys.executable, "-c", FEEDER, str(fd), str(time.monotonic() + 1.0)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        pass_fds=[fd],
    )
    time.sleep(0.2)
    finish(made, stop, thread)
    sent = (row.split(" ", 1) for row in feeder.stdout.splitlines())
    delays = [made.folded[line] - float(at) for at, line in sent if line in made.folded]
    assert len(delays) > 0.99 * len(set(lines)), f"{len(delays)} of {len(lines)} lines arrived"
    return spread("NMEA last byte to folded state", delays)


def edge_latency(here: Path, inputs: Inputs, _: Sequence[Signal]) -> list[Figure]:
    """From the moment a pin changes, as gpiozero stamps it, to the state that holds it."""
    pins = MockFactory()
    made, stop = Watched(here / "edges.db"), Stop()
    clocks: list[loop.Clock] = []

    def wires(clock: loop.Clock) -> list[Gpio]:
        clocks.append(clock)
        return [Gpio(panel(), clock, pins)]

    args = (made, inputs, wires, stop, "bench")
    thread = threading.Thread(target=loop.live, args=args, daemon=True)
    thread.start()
    while not pins.pins:
        time.sleep(0.01)
    time.sleep(0.3)
    zero = time.monotonic() - clocks[0]()
    pin = pins.pin(panel()[0].bcm)
    for number in range(EDGES):
        (pin.drive_low if number % 2 == 0 else pin.drive_high)()
        time.sleep(0.02)
    time.sleep(0.2)
    finish(made, stop, thread)
    delays = [at - (zero + float(stamped)) for stamped, at in made.folded.items()]
    assert len(delays) == EDGES, f"{len(delays)} of {EDGES} edges arrived"
    return spread("button edge to folded state", delays)


def finish(made: Drive, stop: Stop, thread: threading.Thread) -> None:
    stop.asked = True
    made.wake.up()
    thread.join()
    made.close()


CHILD = """
import sys, time
from pathlib import Path
from codriver.core.plan import Inputs
from codriver.loop import Drive
from codriver.runlog.runs import Title
from codriver.signals import Line, Start
book = Path(sys.argv[2])
drive = Drive(Path(sys.argv[1]), Title(book.name))
drive.begin(Start(0.0, "", "bench"), Inputs(roadbook_name=book.name, roadbook=book.read_bytes()))
drive.take(Line(0.1, "gps", sys.argv[3]))
print(time.monotonic(), flush=True)
drive.close()
"""


def starts(here: Path, inputs: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    """From the start of a fresh interpreter to the first folded sentence: a new run, and the one logged above."""
    book = here / NAME
    assert inputs.roadbook is not None
    book.write_bytes(inputs.roadbook)
    line = next(each.text for each in heard if isinstance(each, Line) and each.text[3:6] == "RMC")

    def once(log: str) -> Seconds:
        began = time.monotonic()
        child = [sys.executable, "-c", CHILD, str(here / log), str(book), line]
        said = subprocess.run(child, capture_output=True, text=True, check=True).stdout
        return float(said) - began

    fresh = statistics.median(once(f"new{number}.db") for number in range(5))
    again = statistics.median(once("run.db") for _ in range(5))
    return [
        figure("start to first fold, new run", fresh, "s", "-"),
        figure("start to first fold, resuming the run above", again, "s", "5 or less"),
        figure("resident memory after the drives above", psutil.Process().memory_info().rss / 1e6, "MB", "-"),
    ]


def log_size(here: Path, inputs: Inputs, heard: Sequence[Signal]) -> list[Figure]:
    """Bytes kept and bytes written an hour, with a commit for each second of the drive as in a car."""
    quick, spell = 20.0, [signal for signal in heard if signal.t < 240.0]
    path = here / "size.db"
    made = Drive(path, Title(NAME))
    made.writer.close()
    made.writer = Writer(path, encode, time.monotonic, period=1.0 / quick)
    before = int(psutil.Process().io_counters().write_chars)
    playing.play(made, [Began(Start(0.0, "", "bench")), *spell], lambda _: inputs, quick, Stop())
    made.close()
    written = int(psutil.Process().io_counters().write_chars) - before
    hours = spell[-1].t / 3600.0
    with_book = path.stat().st_size
    return [
        figure("run database, an hour", with_book / hours / 1e6, "MB", "30 or less, aim 15"),
        figure("written to the card, an hour", written / hours / 1e6, "MB", "130 or less, aim 90"),
    ]


if __name__ == "__main__":
    main()
