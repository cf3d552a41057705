"""How soon it is seen: `make bench` prints a table and writes JSON.

    python -m tests.bench.pixels --out bench-out [--seconds 60]

The whole product runs in this process as `codriver run` does: window, voice, log, at 1280x720. A process of its own
writes the stage at the full load into two pseudo-terminals; the panel's pins are gpiozero's mock. Of each burst the
last byte of its last sentence that is folded counts, and the course over ground in it is another one each time, so
that the figure of the cap must change. After each frame the pixels are read that SDL has given to the glass.
"""

import gc
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Final, NamedTuple

import psutil
import pygame
from gpiozero.pins.mock import MockFactory
from pygame import Rect

from codriver import assemble
from codriver.assemble import Asked
from codriver.cockpit.layout import Shape, boxes
from codriver.core.plan import Inputs
from codriver.simulate.cable import Cable
from codriver.units import Seconds
from codriver.wake import Stop
from codriver.wires.lines import frame
from codriver.wires.pinout import panel
from tests.bench.driving import NAME, OPTIONS, loaded, made, rendered, stage
from tests.bench.figures import Figure, arguments, figure, report, spread
from tests.bench.glass import glass

SIZE: Final = (1280, 720)
# The car is under way by then.
FLYING: Final[Seconds] = 40.0
# Until then the product opens its wires; what is sent in this time counts for nothing.
WARM: Final[Seconds] = 3.0
PRESSED: Final[Seconds] = 0.1
TURN: Final = 7  # degrees


class Change(NamedTuple):
    """When a part of the glass was different for the first time."""

    at: Seconds
    part: str


@dataclass(slots=True)
class Eye:
    """Looks at parts of the glass after each frame."""

    parts: dict[str, Rect]
    done: Callable[[], bool]
    frames: int = 0
    changes: list[Change] = field(default_factory=list)
    _seen: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, stop: Stop) -> None:
        """A frame is finished."""
        at = time.monotonic()
        self.frames += 1
        surface = pygame.display.get_surface()
        assert surface is not None
        for part, box in self.parts.items():
            pixels = pygame.image.tobytes(surface.subsurface(box), "RGB")
            if pixels != self._seen.get(part, pixels):
                self.changes.append(Change(at, part))
            self._seen[part] = pixels
        stop.asked = stop.ended = stop.ended or self.done()

    def after(self, part: str, moments: Sequence[Seconds], within: Seconds) -> list[Seconds]:
        """How long after each of these moments the part changed; those after which it did not are left out."""
        changed = [change.at for change in self.changes if change.part == part]
        delays = ((at, next((each - at for each in changed if each > at), within)) for at in moments)
        return [delay for _, delay in delays if delay < within]


class Row(NamedTuple):
    """A line to be sent, `t` seconds from the beginning; `marked`: it is the last that a burst needs."""

    t: Seconds
    source: str
    text: str
    marked: bool


def main() -> None:
    """Measure everything, write pixels.json, print the table."""
    words = arguments(__doc__)
    words.add_argument("--seconds", type=float, default=60.0)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch, glass() as driver:
        report("pixels", asked.out, measured(Path(scratch), asked.seconds, driver))


def measured(here: Path, seconds: Seconds, driver: str) -> list[Figure]:
    """Every figure of this bench: each of its three runs takes so many seconds."""
    inputs = stage()
    prepared(here)
    return [*wire(here, inputs, seconds, driver), *buttons(here, inputs, seconds, driver), *rest(here, seconds, driver)]


def prepared(here: Path) -> Asked:
    """The book in a file, and its words rendered before, as they are on every day but the first."""
    inputs = stage()
    assert inputs.roadbook is not None
    (here / NAME).write_bytes(inputs.roadbook)
    rendered(inputs, here)
    return asked(here, "run.db")


def asked(here: Path, log: str) -> Asked:
    """`codriver run` with the bundled book, in a window of our size."""
    size = f"display.size={SIZE[0]}x{SIZE[1]}"
    return Asked(roadbook=here / NAME, log=here / log, state=here, sets=[size, "display.full=false"])


def schedule(inputs: Inputs, seconds: Seconds) -> Iterator[Row]:
    """The stage from where the car is fast, at the full load; each burst heads elsewhere."""
    rows = made(inputs, replace(OPTIONS, between_stops=0.0)).wire()
    flying = dropwhile(lambda row: row[0] < FLYING or row[2][3:6] != "RMC", rows)
    heard = loaded(takewhile(lambda row: row[0] < FLYING + seconds, flying))
    burst = 0
    for t, source, text in heard:
        burst += text[3:6] == "RMC"
        yield Row(round(t - FLYING, 6), source, _headed(text, TURN * burst % 360), text[3:6] == "GGA")


def _headed(text: str, course: int) -> str:
    fields = text[1:-3].split(",")
    at = {"RMC": 8, "VTG": 1}.get(text[3:6])
    if at is None or not fields[at]:
        return text
    fields[at] = f"{course:.2f}"
    return frame(",".join(fields)).rstrip()


class Load:
    """A process that sends a schedule into two cables, and what it says of it in the end."""

    def __init__(self, rows: Sequence[Row], cables: dict[str, Cable]) -> None:
        ends = {source: cable.fileno() for source, cable in cables.items()}
        self._sent: list[Seconds] = []
        self.begins = time.monotonic() + WARM
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("feeder.py")), str(self.begins)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=list(ends.values()),
            text=True,
        )
        text = "".join(f"{row.t} {ends[row.source]} {row.marked:d} {row.text}\n" for row in rows)
        self._talk = threading.Thread(target=self._listen, args=(text,), daemon=True)
        self._talk.start()

    def _listen(self, text: str) -> None:
        said, _ = self._process.communicate(text)
        self._sent = [float(stamp) for stamp in said.split()]

    def over(self) -> bool:
        """Whether all of it has been sent."""
        return not self._talk.is_alive()

    def sent(self) -> list[Seconds]:
        """When each marked line was written."""
        self._talk.join()
        return self._sent


@contextmanager
def cabled(here: Path) -> Iterator[dict[str, Cable]]:
    """Receiver and pod, plugged in."""
    with Cable(here / "ttyGPS") as gps, Cable(here / "ttyPOD") as pod:
        gps.plug()
        pod.plug()
        yield {"gps": gps, "pod": pod}


def wire(here: Path, inputs: Inputs, seconds: Seconds, driver: str) -> list[Figure]:
    """From the last byte of a burst, written by another process, to the cap's new figure on the glass; and the load."""
    rows = list(schedule(inputs, seconds))
    with cabled(here) as cables:
        load = Load(rows, cables)
        eye, use = looking(connected(asked(here, "wire.db"), cables), {"cap": _boxes()["cap"]}, load.over)
        sent = load.sent()
    delays = eye.after("cap", sent, within=0.1)
    seen = f"{len(delays)} of {len(sent)} bursts, {driver}"
    return [
        *spread("NMEA last byte to changed pixels", delays, most="45 or less, aim 25", note=seen),
        *use.figures(f"{len(rows) / seconds:.0f} lines a second", eye),
    ]


def buttons(here: Path, inputs: Inputs, seconds: Seconds, driver: str) -> list[Figure]:
    """From the moment a pin is pulled to its button's new look on the glass, at the full load."""
    pins, strip = MockFactory(), _boxes()["hints"]
    closed: list[Seconds] = []
    with cabled(here) as cables:
        load = Load(list(schedule(inputs, seconds)), cables)
        hand = threading.Thread(target=_press, args=(pins, load, closed), daemon=True)
        hand.start()
        product = connected(asked(here, "edges.db"), cables)
        product = replace(product, sets=[*product.sets, "buttons.gpio=true"])
        eye, _ = looking(product, {"hints": strip}, load.over, pins)
        hand.join()
    delays = eye.after("hints", closed, within=PRESSED)
    seen = f"{len(delays)} of {len(closed)} edges, {driver}"
    return spread("button edge to changed pixels", delays, most="40 or less, aim 25", note=seen)


def _press(pins: MockFactory, load: Load, closed: list[Seconds]) -> None:
    """PLUS again and again, never in step with the receiver."""
    time.sleep(max(0.0, load.begins + 1.0 - time.monotonic()))
    pin = pins.pin(next(contact.bcm for contact in panel() if contact.button == 4))
    while not load.over():
        closed.append(time.monotonic())
        pin.drive_low()
        time.sleep(PRESSED)
        pin.drive_high()
        time.sleep(0.137)


def rest(here: Path, seconds: Seconds, driver: str) -> list[Figure]:
    """The window open and nothing connected."""
    end = time.monotonic() + min(seconds, 20.0)
    eye, use = looking(asked(here, "rest.db"), {}, lambda: time.monotonic() > end)
    return use.figures(f"at rest, {driver}", eye)


@dataclass(slots=True)
class Use:
    """What a run took of the machine: seconds of a core, how often the loop's thread slept, the longest sweeping."""

    lasted: Seconds = 0.0
    cpu: Seconds = 0.0
    sleeps: int = 0
    swept: Seconds = 0.0

    def figures(self, when: str, eye: Eye) -> list[Figure]:
        """As shares and rates."""
        return [
            figure(f"share of a core, {when}", 100.0 * self.cpu / self.lasted, "%", note=f"of {self.lasted:.0f} s"),
            figure(f"turns of the screen a second, {when}", eye.frames / self.lasted, "1/s"),
            figure(f"wakes of the loop a second, {when}", self.sleeps / self.lasted, "1/s"),
            figure(f"longest search for garbage, {when}", self.swept * 1e3, "ms"),
        ]


def looking(
    product: Asked, parts: dict[str, Rect], done: Callable[[], bool], pins: MockFactory | None = None
) -> tuple[Eye, Use]:
    """Run the product until it is done, an eye on the glass; what it used from its first frame to its last."""
    process, eye, use = psutil.Process(), Eye(parts, done), Use()
    marks: list[tuple[Seconds, Seconds, int]] = []

    def until(stop: Stop) -> None:
        eye(stop)
        if not marks or stop.asked:
            # The switches of a process are those of its first thread, which is the loop's.
            switches = process.num_ctx_switches().voluntary
            marks.append((time.monotonic(), sum(process.cpu_times()[:2]), switches))

    with sweeps() as pauses:
        assemble.run(product, lambda _: None, pins, until)
    (began, before, slept), (ended, after, sleeps) = marks[0], marks[-1]
    use.lasted, use.cpu, use.sleeps = ended - began, after - before, sleeps - slept
    use.swept = max((took for at, took in pauses if at > began), default=0.0)
    return eye, use


@contextmanager
def sweeps() -> Iterator[list[tuple[Seconds, Seconds]]]:
    """When memory was searched for garbage, and how long each time."""
    pauses: list[tuple[Seconds, Seconds]] = []

    def note(phase: str, _: dict[str, int]) -> None:
        now = time.monotonic()
        if phase == "start":
            pauses.append((now, 0.0))
        elif pauses:
            pauses[-1] = pauses[-1][0], now - pauses[-1][0]

    gc.callbacks.append(note)
    try:
        yield pauses
    finally:
        gc.callbacks.remove(note)


def _boxes() -> dict[str, Rect]:
    return boxes(SIZE, Shape())


def connected(product: Asked, cables: dict[str, Cable]) -> Asked:
    """With receiver and pod at the other ends of these."""
    return replace(product, gps=str(cables["gps"].path), pod=str(cables["pod"].path))


if __name__ == "__main__":
    main()
