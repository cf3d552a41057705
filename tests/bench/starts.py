"""How soon the first picture stands: `make bench` prints a table and writes JSON.

    python -m tests.bench.starts --out bench-out [--times 5]

From the start of the process, `codriver run` as a unit would start it, to the datagram by which it tells its
supervisor that the first frame stands. Its log is a new one, or that of a drive which it goes on with.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from codriver import playing
from codriver.core.plan import Inputs
from codriver.loop import Drive
from codriver.runlog.runs import Title
from codriver.signals import Start
from codriver.simulate.cable import Cable
from codriver.units import Seconds
from codriver.wake import Stop
from codriver.wires.recordings import Began
from tests.bench.driving import NAME, load, rendered, stage
from tests.bench.figures import FIELD, Figure, arguments, figure, report
from tests.bench.glass import glass

GOAL: Final = "1.5 or less"
PATIENCE: Final[Seconds] = 20.0
SETS: Final = ("display.size=1280x720", "display.full=false")
DRIVEN: Final[Seconds] = 600.0


def main() -> None:
    """Measure everything, write starts.json, print the table."""
    words = arguments(__doc__)
    words.add_argument("--times", type=int, default=5)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch, glass() as driver:
        report("starts", asked.out, measured(Path(scratch), asked.times, driver))


def measured(here: Path, times: int, driver: str) -> list[Figure]:
    """With the bundled book and with the largest real one there is, each on a new log and on one of ten minutes."""
    figures: list[Figure] = []
    for number, book in enumerate(books(here)):
        folder = here / str(number)
        folder.mkdir()
        rendered(inputs_of(book), folder)
        fresh = [first_frame(folder, book, f"new{again}.db") for again in range(times)]
        driven(book, folder / "run.db")
        resumed = [first_frame(folder, book, "run.db") for _ in range(times)]
        what = f"start to first frame, {driver}, {book.stat().st_size / 1e3:.0f} kB book"
        figures += [
            figure(f"{what}, new run", statistics.median(fresh), "s", GOAL, _range(fresh)),
            figure(f"{what}, resumed run", statistics.median(resumed), "s", GOAL, _range(resumed)),
        ]
    return figures


def _range(times: list[Seconds]) -> str:
    return f"{min(times):.2f} to {max(times):.2f} s in {len(times)}"


def books(here: Path) -> list[Path]:
    """The bundled book in a file, and the largest of the private ones, where they are."""
    bundled = here / NAME
    bundled.write_bytes(stage().roadbook or b"")
    real = sorted((FIELD / "roadbooks").glob("*openrally*.gpx"), key=lambda path: path.stat().st_size)
    return [bundled, *real[-1:]]


def inputs_of(book: Path) -> Inputs:
    """A plan of this book."""
    return Inputs(roadbook_name=book.name, roadbook=book.read_bytes())


def driven(book: Path, log: Path, lasting: Seconds = DRIVEN) -> None:
    """A run of some minutes that was not ended: the bundled stage's signals, by this book."""
    drive = Drive(log, Title(book.name), patient=True)
    heard = load(stage(), lasting)
    playing.play(drive, [Began(Start(0.0, "", "bench")), *heard], lambda _: inputs_of(book), None, Stop())
    drive.close()


def first_frame(folder: Path, book: Path, log: str) -> Seconds:
    """Start it, hear that it is ready, and cut its ignition."""
    command = [
        sys.executable,
        "-c",
        "from codriver.cli import main; main()",
        "run",
        "--roadbook",
        str(book),
        "--log",
        str(folder / log),
    ]
    command += ["--state", str(folder), "--gps", str(folder / "ttyGPS")]
    command += [word for each in SETS for word in ("--set", each)]
    with Cable(folder / "ttyGPS") as gps, supervised(folder / "notify") as (systemd, environ):
        gps.plug()
        began = time.monotonic()
        with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as unit:
            while not systemd.recv(4096).startswith(b"READY=1"):
                continue
            took = time.monotonic() - began
            unit.send_signal(signal.SIGTERM)
            _, said = unit.communicate(timeout=PATIENCE)
    assert unit.returncode == 0, said.decode()
    return took


@contextmanager
def supervised(path: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """What listens as systemd does, and the environment that says so. TimeoutError where nothing is heard."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(PATIENCE)
        try:
            yield systemd, {**os.environ, "NOTIFY_SOCKET": str(path)}
        finally:
            path.unlink()


if __name__ == "__main__":
    main()
