"""The whole product in a car with a screen of glass and a keyboard: `codriver run` in a process of its own.

The car of the daemon's tests, which speaks through real ttys, with somebody before the screen: keys go in by the X
server, pictures are read from its frame buffer, and what the crew did is asked of the run database.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pygame
import pytest

from codriver.cockpit.cockpit import Cockpit
from codriver.cockpit.layout import Shape, boxes
from codriver.cockpit.outside import Outside
from codriver.core.state import State, decode
from codriver.debrief import replay
from codriver.debrief.replay import Moment
from codriver.kinds import Size
from codriver.runlog.compare import differences
from codriver.runlog.reader import Run
from codriver.signals import Start
from tests.daemon.conftest import Car, car, verified  # noqa: F401 - fixtures
from tests.product.glass import Glass, glass

SMALL = Size(800, 480)


# Frames follow a signal by 17 ms and come every 100 ms at least; a busy computer has ten times as long.
SHUTTER = 200


class Photograph(NamedTuple):
    """What was on the glass, and when by the wall clock."""

    wall: float
    pixels: bytes


class Seat(Car):
    """A car under way, and a co-driver in it, before a screen of this glass."""

    def __init__(self, folder: Path, stage: bytes, screen: Glass) -> None:
        super().__init__(folder, stage)
        self.glass = screen
        self.photographs: list[Photograph] = []

    def sit(self, *words: object, **how: Any) -> None:
        """Switch the unit on, its window as large as the glass, and look until there is something to see."""
        self.until(lambda: not any(self.see()))
        self.start("--set", f"display.size={self.glass.size}", *words, **how)
        self.until(lambda: any(self.see()))

    def see(self, name: str = "", shape: Shape | None = None) -> bytes:
        """The pixels of this box of the screen, of all of it where none is named."""
        return self.glass.look(boxes(self.glass.size, shape or Shape())[name] if name else None)

    def photograph(self) -> None:
        """Keep what is seen now, to be held against a replay: two looks that are the same saw no half of a frame."""
        looks = [b"", self.see()]
        while looks[-1] != looks[-2]:
            self.drive_for(0.01)
            looks.append(self.see())
        self.photographs.append(Photograph(time.time(), looks[-1]))

    def drawn_again(self, photograph: Photograph) -> bool:
        """Whether a replay of the last segment draws this very picture for a moment just before it was taken.

        What the replay cannot know is whether the last press was safe on the card by then.
        """
        cockpit, file = Cockpit(self.glass.size), self.folder / "again.bmp"
        for moment, safe in product(self._just_before(photograph.wall), (True, False)):
            cockpit.show(moment.plan, moment.inputs, moment.state, moment.t, Outside(moment.t if safe else 0.0))
            cockpit.save(file)
            if pygame.image.tobytes(pygame.image.load(file), "RGB") == photograph.pixels:
                return True
        return False

    def moments(self, *times: float) -> list[Moment]:
        """The drive at these seconds of the last segment, by the log."""
        with Run.open(self.log) as run:
            return replay.at(run, times)

    def _just_before(self, wall: float) -> list[Moment]:
        with Run.open(self.log) as run:
            *_, begun = (each.signal.wall for each in run.signals() if isinstance(each.signal, Start))
            end = run.segments()[-1].end_t
        assert begun is not None
        return self.moments(*(t for n in range(SHUTTER) if 0.0 < (t := wall - begun - 0.005 * n) <= end))

    @contextmanager
    def held(self, *keys: str) -> Iterator[None]:
        """Fingers on these keys."""
        for key in keys:
            self.glass.key(key, closed=True)
        yield
        for key in keys:
            self.glass.key(key, closed=False)

    def strike(self, *keys: str, held: float = 0.1) -> list[str]:
        """Press these keys together; what that did, by the log."""
        before = len(self.rows("SELECT rowid FROM press"))
        with self.held(*keys):
            self.drive_for(held)
        self.until(lambda: len(self.rows("SELECT rowid FROM press")) > before)
        return [action for (action,) in self.rows("SELECT action FROM press")[before:]]

    def state(self) -> State:
        """The state that was committed last."""
        with Run.open(self.log) as run:
            place = run.resume()
        assert place is not None
        return decode(place.state)


@pytest.fixture
def small() -> Iterator[Glass]:
    """A screen of 800 x 480."""
    with glass(SMALL) as screen:
        yield screen


@pytest.fixture
def seat(tmp_path: Path, stage: bytes, small: Glass, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    """A crew before the small screen, the voice into nothing; the car stands, and drives off in a moment."""
    monkeypatch.setenv("DISPLAY", small.display)
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    monkeypatch.setattr("tests.daemon.conftest.FLYING", 1.0)
    seat = Seat(tmp_path, stage, small)
    yield seat
    seat.away()


@pytest.fixture
def proved(codriver: Callable[..., Any]) -> Callable[[Path], Sequence[str]]:
    """Refold a log, and drive it again from its export: every row must be the same."""

    def prove(log: Path) -> Sequence[str]:
        wire, again = log.with_suffix(".wire"), log.with_name("again.db")
        codriver("replay", log, "--verify")
        codriver("export", log, "-o", wire)
        codriver("run", "--wire", wire, "--log", again, "--speed", "max")
        return list(differences(log, again))

    return prove
