"""A car with the whole product in it: `codriver run` in a process of its own, on real ttys, with mock pins.

The simulated car drives the bundled stage in real time, from half a minute after its start, when it is fast; its pod
counts the same metres. Nothing here sleeps for the product's sake: `until` lets the car drive on until something has
come about, or fails.
"""

import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import pytest

from codriver.core import odometer
from codriver.core.state import decode
from codriver.roadbook.load import read
from codriver.runlog.reader import Run
from codriver.simulate.cable import Cable
from codriver.simulate.drive import Options, drive
from codriver.simulate.pod import SimulatedPod
from codriver.wires.lines import sentence

if sys.platform == "win32":
    pytest.skip("no ttys on Windows, where nobody drives", allow_module_level=True)

PANEL = Path(__file__).with_name("panel.py")
FLYING = 30.0
PATIENCE = 20.0
M_PER_PULSE = 0.5


class Car:
    """A car under way. `gps` and `pod_cable` are its cables, `acked` the contacts the host has acknowledged."""

    def __init__(self, folder: Path, stage: bytes) -> None:
        self.folder = folder
        self.log = folder / "RUN.db"
        self.book = folder / "stage.gpx"
        self.book.write_bytes(stage)
        self.gps, self.pod_cable = Cable(folder / "ttyGPS"), Cable(folder / "ttyPOD")
        self.pod = SimulatedPod()
        self.acked: list[int] = []
        self.baud: int | None = None
        self.unit: subprocess.Popen[bytes] | None = None
        made = drive(read(stage, "stage.gpx").book, Options(hz=10, noise="quiet", standing=1.0, between_stops=0.0))
        self._motion = made.car
        self._rows = dropwhile(lambda row: row[0] < FLYING, made.wire())
        self._next = next(self._rows)
        self._pulses = 0
        self._zero = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since the car was made, by the wall."""
        return time.monotonic() - self._zero

    @property
    def metres(self) -> float:
        """How far the car has really gone since it was made."""
        return self._motion.at(FLYING + self.now).distance - self._motion.at(FLYING).distance

    def start(self, *words: object, held: str = "-", log: bool = True, book: bool = True) -> None:
        """Switch the unit on, with receiver, pod and panel, and whatever else the command line is told."""
        for cable in (self.gps, self.pod_cable):
            if not cable.path.is_symlink():
                cable.plug()
        command = ["run", "--gps", self.gps.path, "--pod", self.pod_cable.path, "--set", "buttons.gpio=true"]
        command += ["--state", self.folder]
        command += ["--log", self.log] if log else []
        command += ["--roadbook", self.book] if book else []
        with (self.folder / "stderr.txt").open("ab") as said:
            self.unit = subprocess.Popen(
                [sys.executable, str(PANEL), held, *map(str, command), *map(str, words)],
                stdin=subprocess.PIPE,
                stderr=said,
                cwd=self.folder,
            )

    def kill(self) -> None:
        """Cut the unit off without warning."""
        self._end(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End the unit in order; what it has said so far. It must succeed, and say nothing of Python's."""
        assert self._end(how) == 0, self.said()
        assert "Traceback" not in self.said()
        return self.said()

    def said(self) -> str:
        """Everything the units have said on stderr."""
        return (self.folder / "stderr.txt").read_text()

    def contact(self, button: int, closed: bool) -> None:
        """Move a contact of the panel on the unit's own pins."""
        assert self.unit is not None
        assert self.unit.stdin is not None
        self.unit.stdin.write(b"%d %d\n" % (button, closed))
        self.unit.stdin.flush()

    def tap(self, button: int) -> None:
        """A press of a tenth of a second on the unit's own pins."""
        self.contact(button, closed=True)
        self.drive_for(0.1)
        self.contact(button, closed=False)

    def tap_pod(self, button: int) -> int:
        """A press of a tenth of a second on the pod; the number under which its end is acknowledged."""
        # Both edges at once, dated by the pod's own clock: a busy computer must not make a long press of it.
        self.drive_for(0.1)
        now = self.now
        self.pod.contact(now - 0.1, button, closed=True)
        return self.pod.contact(now, button, closed=False)

    def until(self, what: Callable[[], object]) -> None:
        """Drive on until this is so."""
        end = self.now + PATIENCE
        while not what():
            if self.now > end:
                pytest.fail(f"it never came about in {PATIENCE:.0f} s: {self.said()}")
            self.drive_for(0.02)

    def drive_for(self, seconds: float) -> None:
        """Drive on for so long, as a finger rests on a button or a unit is off."""
        end = self.now + seconds
        while self.now < end:
            self._turn()

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the log, while it is written."""
        if not self.log.exists():
            return []
        db = sqlite3.connect(f"{self.log.as_uri()}?mode=ro", uri=True)
        try:
            return db.execute(question).fetchall()
        except sqlite3.OperationalError:  # the tables are still being made
            return []
        finally:
            db.close()

    def known(self, question: str) -> Callable[[], object]:
        """Whether the log has an answer that is not nothing."""
        return lambda: any(any(row) for row in self.rows(question))

    def odo(self) -> float:
        """The committed distance."""
        return float((self.rows("SELECT max(odo_m) FROM fix") or [(0,)])[0][0] or 0.0)

    def counted(self) -> float:
        """The metres between the pod's first and last count in the log: the truth, for its wheel is perfect."""
        pulses = [
            int(sentence.split(",")[2])
            for (sentence,) in self.rows("SELECT payload FROM signal WHERE payload LIKE '$PCDRW%'")
        ]
        return (pulses[-1] - pulses[0]) * M_PER_PULSE

    def committed(self) -> float:
        """The distance a unit that is switched on now would go on from."""
        with Run.open(self.log) as run:
            place = run.resume()
        assert place is not None
        return odometer.distance(decode(place.state).odo)

    def altered(self, *statements: str) -> None:
        """Change the log of a unit that is off."""
        db = sqlite3.connect(self.log)
        with db:
            for statement in statements:
                assert db.execute(statement).rowcount > 0, statement
        db.close()

    def away(self) -> None:
        """Leave nothing running."""
        if self.unit is not None:
            self._end(signal.SIGKILL)
        self.gps.unplug()
        self.pod_cable.unplug()

    def _end(self, how: signal.Signals) -> int:
        assert self.unit is not None
        self.unit.send_signal(how)
        self.unit.communicate(timeout=PATIENCE)
        return self.unit.returncode

    def _turn(self) -> None:
        """Everything that has happened by now reaches its cable; then a breath of 5 ms for whoever listens."""
        pulses = int(self.metres / M_PER_PULSE)
        self.pod.turn(self.now, pulses - self._pulses, pulses - self._pulses)
        self._pulses = pulses
        sentences = list(takewhile(lambda row: row[0] <= FLYING + self.now, self._coming()))
        self._send(self.gps, b"".join(self._heard_at(row[2]) for row in sentences))
        self._send(self.pod_cable, self.pod.step(self.now))
        if self.pod_cable.path.is_symlink():
            self._hear(self.pod_cable.heard())
        select.select([], [], [], 0.005)

    def _coming(self) -> Iterator[tuple[float, str, str]]:
        while True:
            yield self._next
            self._next = next(self._rows)

    def _heard_at(self, line: str) -> bytes:
        """What the host makes of a sentence: rubbish where its rate is not the receiver's."""
        data = line.encode("latin-1") + b"\r\n"
        if self.baud is None or not self.gps.path.is_symlink() or self.gps.baud == self.baud:
            return data
        return bytes(0x80 | byte >> 1 for byte in data)

    def _send(self, cable: Cable, data: bytes) -> None:
        if cable.path.is_symlink() and data:
            cable.send(data)

    def _hear(self, data: bytes) -> None:
        self.pod.hear(self.now, data)
        for line in data.decode("latin-1").split():
            body = sentence(line) or ""
            if body.startswith("PCDRA,"):
                self.acked.append(int(body.removeprefix("PCDRA,")))


@pytest.fixture
def car(tmp_path: Path, stage: bytes) -> Iterator[Car]:
    """A car whose unit is not switched on yet."""
    car = Car(tmp_path, stage)
    yield car
    car.away()


@pytest.fixture
def verified(codriver: Callable[..., Any]) -> Callable[[Path], Sequence[str]]:
    """Refold a log: every out and checkpoint must be the same."""

    def verify(log: Path) -> Sequence[str]:
        words: str = codriver("replay", log, "--verify").output
        assert words.endswith("every out and checkpoint is the same\n")
        return words

    return verify
