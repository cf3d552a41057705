"""A made-up drive, put into real run databases: ten sentences a second, a fix with each tenth."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Condition
from typing import Any

import pytest

from codriver.core.outs import Fixed, Out
from codriver.core.plan import Inputs
from codriver.roadbook.model import Note, Position, Roadbook, Waypoint
from codriver.runlog.batch import Opening
from codriver.runlog.runs import Title, open_run
from codriver.runlog.writer import Writer
from codriver.signals import Line, Signal, Start

TITLE = Title(roadbook="Stage 4", profile="raid", vehicle="T2", version="0.1.0")
INPUTS = Inputs(
    settings='{"units":"metric"}', learnt='{"wheel":1.01}', roadbook_name="stage4.gpx", roadbook=b"<gpx/>" * 50
)
BOOK = Roadbook(
    "Stage 4",
    "openrally",
    "metric",
    (
        Note(1, 0.0, words="start"),
        Note(
            2,
            812.5,
            "2a",
            Position(23.5, 57.25),
            270.0,
            3,
            words="!!! ditch",
            waypoint=Waypoint("WPM", "W1", 800.0, 90.0),
        ),
    ),
    length=812.5,
)


class Drive:
    """A run with a writer on it. The state is the number of signals folded; `now` is the writer's clock."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self.now = 0.0
        self.committed = 0
        self._committing = Condition()
        opened = open_run(path, TITLE)
        self.signal_id, self.segment = opened.signal_id, opened.segment
        options = {"encode": json.dumps, "clock": lambda: self.now, "on_commit": self._on_commit, **options}
        self.writer = Writer(path, **options)

    def begin(self, inputs: Inputs = INPUTS, reason: str = "test") -> None:
        """A segment begins, as the loop would have it."""
        self.segment += 1
        start = Start(0.0, inputs.sha256, reason, boot="b1")
        self.writer.open_segment(Opening(self.signal_id + 1, self.segment, start, inputs, BOOK, "0.1.0"))
        self.fold(start)

    def go(self, signals: int) -> None:
        """Fold so many sentences."""
        for _ in range(signals):
            outs = (fix(self.signal_id / 10),) if self.signal_id % 10 == 0 else ()
            self.fold(Line(self.signal_id / 10, "gps", f"$GPRMC,{self.signal_id}*00"), outs)

    def fold(self, signal: Signal, outs: Sequence[Out] = (), **options: bool) -> None:
        """Fold this one."""
        self.signal_id += 1
        self.writer.put(self.signal_id, self.segment, signal, outs, self.state, **options)

    @property
    def state(self) -> dict[str, int]:
        return {"folded": self.signal_id}

    def wait_until(self, what: Callable[[], object]) -> None:
        """Wait for the writer's thread; a test fails that waits for some ten seconds."""
        with self._committing:
            for _ in range(1000):
                if what():
                    return
                self._committing.wait(0.01)
        pytest.fail("the writer did nothing")

    def close(self) -> None:
        assert self.writer.close()

    def _on_commit(self, signal_id: int) -> None:
        with self._committing:
            self.committed = signal_id
            self._committing.notify_all()


def fix(t: float) -> Fixed:
    """A good fix."""
    return Fixed(t, "2026-01-05T06:30:12.500Z", 23.5, 57.25, 101.0, 12.25, 270.0, 1, "gps", t * 10, 0.5, t * 10, t * 10)


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Drive]]:
    """Make a drive at RUN.db, or at the name given; every writer is closed in the end."""
    made: list[Drive] = []

    def make(name: str = "RUN.db", **options: Any) -> Drive:
        made.append(Drive(tmp_path / name, **options))
        return made[-1]

    yield make
    for one in made:
        one.writer.close()
