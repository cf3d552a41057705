"""What the screen costs: `make bench` prints a table and writes JSON.

    python -m tests.bench.cockpit --out bench-out [--minutes 60]

An hour of the bundled stage at the full load, with a crew that turns pages and presses buttons, is folded, and shown
at the moments at which the loop would show it, with the book's own pictures: through `Cockpit.show`, as in the car.
"""

import gc
import statistics
import time
from array import array
from itertools import count
from typing import Final, NamedTuple

import psutil

from codriver.cockpit import view
from codriver.cockpit.cockpit import Cockpit
from codriver.cockpit.outside import Outside
from codriver.cockpit.screen import Screen
from codriver.cockpit.window import Window
from codriver.core.plan import Inputs, build
from codriver.core.state import State
from codriver.kinds import Size
from codriver.units import MINUTE, Seconds
from tests.bench.driving import hour, shown, stage
from tests.bench.figures import Figure, arguments, figure, report, spread
from tests.bench.glass import glass

LARGE: Final = Size(1280, 720)
SMALL: Final = Size(800, 480)
SLOWEST: Final = 3
AGAIN: Final = 20
# Only of slower frames is it told what was new in them.
WORTH: Final[Seconds] = 0.001


class Frame(NamedTuple):
    """A frame that was drawn: how long it took, how much of that it computed, when it was, and what was new in it.

    What it did not compute it waited for the X server, or for the machine.
    """

    took: Seconds
    own: Seconds
    t: Seconds
    why: str

    def __str__(self) -> str:
        return f"{self.took * 1e3:.1f} ms ({self.own * 1e3:.1f} computing) at {self.t:.0f} s: {self.why}"


class Taken:
    """How long each turn of the screen took. Kept small: what a bench keeps would be searched for garbage."""

    def __init__(self) -> None:
        self.first: Seconds | None = None
        self.drawn, self.quiet = array("d"), array("d")
        self.slowest: list[Frame] = []
        self.rss: list[tuple[Seconds, float]] = []

    def weigh(self, t: Seconds, process: psutil.Process) -> None:
        """Resident memory, once a minute of the drive."""
        if not self.rss or t >= self.rss[-1][0] + MINUTE:
            self.rss.append((t, process.memory_info().rss / 1e6))

    def add(self, frame: Frame, *, drawn: bool) -> None:
        """One more turn; the first is counted apart."""
        if self.first is None:
            self.first = frame.took
            return
        (self.drawn if drawn else self.quiet).append(frame.took)
        if drawn and (len(self.slowest) < SLOWEST or frame.took > self.slowest[-1].took):
            self.slowest = sorted([*self.slowest, frame], reverse=True)[:SLOWEST]


def main() -> None:
    """Measure everything, write cockpit.json, print the table."""
    words = arguments(__doc__)
    words.add_argument("--minutes", type=float, default=60.0)
    asked = words.parse_args()
    report("cockpit", asked.out, measured(asked.minutes))


def measured(minutes: float) -> list[Figure]:
    """Every figure of this bench, over so many minutes of driving."""
    inputs = stage()
    figures = view_cost(inputs, minutes)
    for driver, size in (("", LARGE), ("", SMALL), ("dummy", LARGE)):
        with glass(driver) as found:
            if driver or found != "dummy" or size != LARGE:
                figures += drawing(inputs, minutes, size, found)
    return figures


def view_cost(inputs: Inputs, minutes: float) -> list[Figure]:
    """`screen()` and the comparison with the last Screen, where nothing has changed: at every hundredth moment."""
    plan, costs, turns = build(inputs), array("d"), count()

    def show(state: State, now: Seconds) -> None:
        if next(turns) % 100:
            return
        last = view.screen(plan, state, now, Outside(now))
        for _ in range(AGAIN):
            began = time.perf_counter()
            same = view.screen(plan, state, now, Outside(now)) == last
            costs.append(time.perf_counter() - began)
            assert same

    shown(plan, hour(inputs, plan, minutes), show)
    return spread("screen() and comparison, nothing changed", costs, half="0.3 or less")


def drawing(inputs: Inputs, minutes: float, size: Size, driver: str) -> list[Figure]:
    """Frames of this size on this driver, and the slowest of them with what was new."""
    taken = turned(inputs, minutes, size)
    where = f"{size.width}x{size.height} {driver}"
    half, most = ("3 or less", "12 or less") if size == LARGE else ("-", "-")
    words = "; ".join(map(str, taken.slowest))
    ahead = f"of {len(taken.quiet)}; here pictures are made ahead"
    assert taken.first is not None
    return [
        figure(f"{where}: first frame", taken.first * 1e3, "ms"),
        *spread(f"{where}: drawn frame", taken.drawn, half, most),
        figure(f"{where}: drawn frame, slowest", max(taken.drawn) * 1e3, "ms", note=words),
        figure(f"{where}: turn without a drawing, p50", statistics.median(taken.quiet) * 1e3, "ms"),
        figure(f"{where}: turn without a drawing, slowest", max(taken.quiet) * 1e3, "ms", note=ahead),
        figure(
            f"{where}: memory gained in the second half", taken.rss[-1][1] - taken.rss[len(taken.rss) // 2][1], "MB"
        ),
    ]


def turned(inputs: Inputs, minutes: float, size: Size) -> Taken:
    """Every turn of the screen in so many minutes."""
    plan, process = build(inputs), psutil.Process()
    cockpit = Cockpit(size, Window(size, full=False, title="bench"))
    taken = Taken()

    def show(state: State, now: Seconds) -> None:
        before, kept, swept = cockpit.screen, cockpit._album.kept, sweeps()
        began, busy = time.perf_counter(), time.thread_time()
        drawn = cockpit.show(plan, inputs, state, now, Outside(now))
        took, own = time.perf_counter() - began, time.thread_time() - busy
        why = _news(before, cockpit.screen) if drawn and took > WORTH else ""
        why += " - pictures were made" * (cockpit._album.kept != kept) + " - garbage was searched" * (sweeps() != swept)
        taken.add(Frame(took, own, now, why), drawn=drawn)
        taken.weigh(now, process)

    try:
        shown(plan, hour(inputs, plan, minutes), show)
    finally:
        cockpit.close()
    return taken


def sweeps() -> int:
    """How often all of memory has been searched for garbage."""
    return int(gc.get_stats()[-1]["collections"])


def _news(before: Screen | None, after: Screen | None) -> str:
    """What of the Screen is new."""
    if before is None or after is None:
        return "everything"
    return " ".join(name for name in Screen.__struct_fields__ if getattr(before, name) != getattr(after, name))


if __name__ == "__main__":
    main()
