"""Drives that have been: a recording played in its own time, or as fast as can be; a run projected again.

The loop's clock holds a recording back; meanwhile Ticks come due, frames are shown and the crew before it is heard, as
in a car.
"""

import select
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from codriver.core import engine
from codriver.core.plan import Inputs
from codriver.loop import IDLE, Clock, Drive, Frames, Show, dues, monotonic
from codriver.planning import Remake, make
from codriver.signals import stamp
from codriver.units import Seconds
from codriver.wake import Stop, Wake
from codriver.wires.recordings import RUN_OUT, Began, Played
from codriver.wires.wire import Wire

PROJECTED: Final[Seconds] = 1 / 30


def play(
    drive: Drive,
    recording: Iterable[Played],
    inputs_for: Callable[[Began], Inputs],
    speed: float | None,
    stop: Stop,
    show: Show | None = None,
    crew: Callable[[Clock], Sequence[Wire]] = lambda _: (),
    remake: Remake | None = None,
) -> None:
    """Drive from a recording, `speed` times as fast as it was, or as fast as can be (None), to its end.

    A `crew` that sits before it, with keys and voice, is heard as in a car, unless it goes as fast as can be. A Replan
    is done by `remake` in a raw recording, as in a car; one that carries its plans has the segments that came of them.
    """
    pace = Pace(speed, drive.wake, stop, Frames(show))
    with pace.seated(crew):
        _play_on(drive, recording, inputs_for, pace, stop, remake)


def _play_on(
    drive: Drive,
    recording: Iterable[Played],
    inputs_for: Callable[[Began], Inputs],
    pace: "Pace",
    stop: Stop,
    remake: Remake | None,
) -> None:
    until: Seconds | None = None
    begun, raw, since = False, False, 0.0
    for played in recording:
        if stop.asked:
            break
        if isinstance(played, Began):
            if begun:
                _run_out(drive, until, pace)
            until, begun, raw, since = played.until, True, played.inputs is None, 0.0
            drive.asked.clear()
            drive.begin(played.start, inputs_for(played))
            pace.begin()
            continue
        signal = replace(played, t=max(stamp(played.t - since), 0.0)) if since else played
        pace.wait_for(drive, signal.t)
        drive.take(signal)
        while drive.asked:
            at = drive.state.now
            if _replanned(drive, remake if raw else None):
                since, until = stamp(since + at), None if until is None else max(until - at, 0.0)
                pace.begin()
    if begun and not stop.asked:
        _run_out(drive, until, pace)


def _replanned(drive: Drive, remake: Remake | None) -> bool:
    """Go on under the new plan that was asked for, if that can be. A recording has time to wait for it."""
    replan = drive.asked.popleft()
    if remake is None or drive.inputs is None:
        return False
    return drive.go_on(make(remake, drive.inputs, replan), drive.state.now)


def _run_out(drive: Drive, until: Seconds | None, pace: "Pace") -> None:
    """The end of a recorded segment: its last epoch completes, its last timers fire."""
    end = drive.state.now + RUN_OUT if until is None else until
    pace.wait_for(drive, end)
    drive.run_on(end)


class Pace:
    """Holds a recording back to its own time; meanwhile Ticks come due, frames are shown and the crew is heard."""

    def __init__(self, speed: float | None, wake: Wake, stop: Stop, frames: Frames | None = None) -> None:
        self._speed = speed
        self._wake = wake
        self._stop = stop
        self._frames = frames or Frames()
        self._crew: Sequence[Wire] = ()
        self._zero = self._glanced = monotonic()

    def begin(self) -> None:
        """A segment's time begins now."""
        self._zero = monotonic()

    def clock(self) -> Seconds:
        """The recording's time now."""
        return stamp((monotonic() - self._zero) * (self._speed or 1.0))

    @contextmanager
    def seated(self, crew: Callable[[Clock], Sequence[Wire]]) -> Iterator[None]:
        """With a crew before it, unless it goes as fast as can be."""
        self._crew = crew(self.clock) if self._speed is not None else ()
        try:
            yield
        finally:
            for wire in self._crew:
                wire.close()

    def wait_for(self, drive: Drive, t: Seconds) -> None:
        """Return when the recording's time has come to `t`, or at once when asked to stop."""
        if self._speed is None:
            self._glance(drive)
            return
        while not self._stop.asked:
            now = self.clock()
            self._live_up_to(drive, min(now, t))
            if now >= t:
                return
            wants = [engine.due(drive.state), t, self._frames.due(drive), *dues(self._crew)]
            heard = [number for wire in self._crew if (number := wire.fileno()) is not None]
            select.select([self._wake.fileno(), *heard], [], [], max((min(wants) - now) / self._speed, 0.0))
            self._wake.drain()

    def _live_up_to(self, drive: Drive, now: Seconds) -> None:
        drive.run_on(now)
        for wire in self._crew:
            for signal in wire.take(now):
                drive.take(signal)
        drive.acknowledge()
        self._frames.turn(drive, now)

    def _glance(self, drive: Drive) -> None:
        """Who goes as fast as can be still shows where he is, a few times a second."""
        wall = monotonic()
        if self._frames.show is not None and wall - self._glanced >= IDLE:
            self._glanced = wall
            self._frames.show(drive, drive.state.now)


@dataclass(slots=True)
class Projection:
    """A drive that is shown again: where it stands, how fast it runs, whether it is held."""

    at: Seconds
    speed: float
    held: bool = False

    def turn(self, key: str, length: Seconds) -> None:
        """Do what a key says: hold, ten seconds or a minute back and on, slower and faster."""
        match key:
            case "space":
                self.held = not self.held
            case "left" | "right" | "page up" | "page down":
                step = 60.0 if key.startswith("page") else 10.0
                self.at = min(max(self.at + (step if key in {"right", "page down"} else -step), 0.0), length)
            case "up" | "down":
                self.speed = min(max(self.speed * (2.0 if key == "up" else 0.5), 0.125), 64.0)


def project(
    projection: Projection,
    length: Seconds,
    keys: Callable[[], Iterable[str]],
    show: Callable[[Projection], None],
    stop: Stop,
) -> None:
    """Show a drive of this length again until asked to stop; at its end the last picture stands."""
    before = monotonic()
    while not stop.asked:
        for key in keys():
            projection.turn(key, length)
        now = monotonic()
        if not projection.held:
            projection.at = min(projection.at + (now - before) * projection.speed, length)
        before = now
        show(projection)
        select.select([], [], [], PROJECTED)
