"""The one loop: waits on the wires, folds, does the outs; the only place that reads a clock.

A `Drive` is a run being driven: it folds each signal, hands it with what came of it to the writer, and does the deeds
the core asks for. `live` feeds it from wires, `play` from recordings; nothing below knows which.
"""

import fcntl
import hashlib
import os
import select
import signal as posix
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeAlias

from msgspec.structs import replace

from codriver import __version__
from codriver.core import engine
from codriver.core.engine import Folded
from codriver.core.outs import Ack, Fixed, Pressed, TripChanged
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, StateError, decode, encode
from codriver.decode import nmea
from codriver.runlog.batch import Opening
from codriver.runlog.database import RunError
from codriver.runlog.refold import final_state
from codriver.runlog.runs import Opened, Title, open_run
from codriver.runlog.writer import PERIOD, Writer
from codriver.signals import Fault, Line, Signal, Start, Tick, stamp
from codriver.units import MINUTE, Seconds
from codriver.wires.recordings import RUN_OUT, Began, Played
from codriver.wires.wire import Wire

# Lines nobody folds are kept at most this often, a kind: enough to see later what a receiver said.
SAMPLED: Final[Seconds] = 10.0
KINDS: Final = 64
STALE_COMMIT: Final[Seconds] = 5.0
FRAME: Final[Seconds] = 0.1

# Seconds since the segment's Start, to the microsecond.
Clock: TypeAlias = Callable[[], Seconds]


class Acknowledged(Protocol):
    """What can be told that a press is safe: the pod's wire."""

    def ack(self, seq: int) -> bool:
        """Send the acknowledgement; False where it could not be sent, and the pod will ask again."""


@dataclass(slots=True)
class Sieve:
    """Which lines become signals: all that somebody folds, and a sample of the rest; nothing the profile forbids.

    A log that was sieved passes whole through another sieve, so that a drive and its replay hold the same signals.
    """

    gps: bool = True
    wheel: bool = True
    forbidden: int = 0
    seen: dict[str, Seconds] | None = None

    def admits(self, line: Line) -> bool:
        """Whether this line is a signal."""
        ours = line.source == "pod" and line.text.startswith("$PCDR")
        if not (self.gps or ours) or (not self.wheel and line.text.startswith("$PCDRW")):
            self.forbidden += 1
            return False
        if ours or (line.source == "gps" and nmea.wanted(line.text)):
            return True
        seen = self.seen = {} if self.seen is None else self.seen
        kind = f"{line.source} {nmea.sort(line.text)}"
        if kind not in seen and len(seen) >= KINDS:
            kind = f"{line.source} ?"
        if line.t - seen.get(kind, -SAMPLED) < SAMPLED:
            return False
        seen[kind] = line.t
        return True


class Drive:
    """A run being driven: plan, state, and the log that keeps both. One thread's."""

    def __init__(
        self,
        path: Path,
        title: Title,
        *,
        patient: bool = False,
        period: Seconds = PERIOD,
        monotonic: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        """Open the run at `path`, or make it; RunError where that fails.

        It is committed each `period`, by the clock `monotonic`; `patient`: wait for the card (recordings).
        """
        with ExitStack() as doubtful:
            self._lock = doubtful.enter_context(_locked(path))
            opened = open_run(path, title)
            self.state = _state_of(opened)
            self._old = build(opened.inputs) if opened.inputs is not None else None
            doubtful.pop_all()
        self.path = path
        self.plan: Plan | None = None
        self.inputs = opened.inputs
        self.segment = opened.segment
        self.signals = opened.signal_id
        self.sieve = Sieve()
        self.fixes = 0
        self.pod: Acknowledged | None = None
        self.wake = Wake()
        self.monotonic = monotonic
        self._minute = 0.0
        self._acks: deque[tuple[int, int]] = deque()
        self._committed = opened.signal_id
        self.writer = Writer(path, encode, monotonic, self._on_commit, patient=patient, period=period)

    def begin(self, start: Start, inputs: Inputs) -> None:
        """Open a segment under the plan of these inputs. RoadbookError or ConfigError where they make none."""
        plan = build(inputs)
        start = replace(start, plan=inputs.sha256)
        self.state = engine.carry(self.plan or self._old, plan, self.state)
        self.plan, self.inputs, self._old = plan, inputs, None
        self.segment += 1
        self._minute = 0.0
        self.sieve = Sieve(plan.settings.allow.gps, plan.settings.allow.wheel, self.sieve.forbidden)
        self.writer.open_segment(Opening(self.signals + 1, self.segment, start, inputs, plan.book, __version__))
        self._fold(start)

    def take(self, signal: Signal) -> None:
        """Fold one signal, with the Ticks before it; log it and do what it asks. What the sieve refuses is nothing."""
        if signal.t < self.state.now:
            signal = replace(signal, t=self.state.now)  # the sieve, too, must see the time that the log will hold
        if isinstance(signal, Line) and not self.sieve.admits(signal):
            return
        self._fold(signal)

    def run_on(self, until: Seconds) -> None:
        """Fold the Ticks up to `until`."""
        for folded in engine.run_on(self._plan(), self.state, until):
            self._keep(folded)

    def acknowledge(self) -> None:
        """Tell the pod of each press whose row is committed."""
        while self._acks and self._acks[0][0] <= self._committed:
            _, seq = self._acks.popleft()
            if self.pod is not None:
                self.pod.ack(seq)

    def close(self, *, ended: bool = False) -> bool:
        """Commit everything; False where the card did not take it all. `ended`: the next drive begins a new run."""
        if ended:
            self.writer.end_run()
        whole = self.writer.close() and not self.writer.lost and self.writer.fault is None
        self.wake.close()
        self._lock.close()
        return whole

    def _fold(self, signal: Signal) -> None:
        for folded in engine.fold(self._plan(), self.state, signal):
            self._keep(folded)

    def _keep(self, folded: Folded) -> None:
        """Log what was folded, and do its deeds. A checkpoint follows the first signal of each minute."""
        ticked = isinstance(folded.signal, Tick)
        self.signals += not ticked
        minute = self._minute if ticked else folded.signal.t // MINUTE
        checkpoint, self._minute = minute > self._minute, minute
        self.state = folded.state
        self.writer.put(
            self.signals,
            self.segment,
            folded.signal,
            folded.outs,
            folded.state,
            urgent=any(isinstance(out, _URGENT) for out in folded.outs),
            checkpoint=checkpoint,
        )
        for out in folded.outs:
            if isinstance(out, Ack) and self.pod is not None:
                # A Tick is logged under the number before it, which may be safe already: wait for the one after it.
                self._acks.append((self.signals + ticked, out.seq))
            elif isinstance(out, Fixed):
                self.fixes += out.lat is not None

    def _plan(self) -> Plan:
        assert self.plan is not None, "begin a segment first"
        return self.plan

    def _on_commit(self, signal_id: int) -> None:
        """In the writer's thread: note how far the log is safe, and wake the loop."""
        self._committed = signal_id
        self.wake.up()


_URGENT: Final = (Ack, Pressed, TripChanged)


class Wake:
    """A pipe that ends the loop's waiting from another thread or a signal handler."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def fileno(self) -> int:
        """The end to select on."""
        return self._out

    def up(self) -> None:
        """Wake the loop; from any thread."""
        try:
            os.write(self._in, b"!")
        except (BlockingIOError, OSError):
            return  # full: the loop is awake already; closed: there is no loop

    def drain(self) -> None:
        """Forget what woke us."""
        try:
            while os.read(self._out, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Let go of the pipe; a late wake-up must not be written to whatever is opened next."""
        ends, self._in, self._out = {self._in, self._out}, -1, -1
        for end in ends - {-1}:
            os.close(end)


@dataclass(slots=True)
class Stop:
    """Whether the loop should end, and whether that ends the run: Ctrl-C does, the ignition (SIGTERM) does not."""

    asked: bool = False
    ended: bool = False


@contextmanager
def stopping(wake: Wake) -> Iterator[Stop]:
    """Let SIGINT and SIGTERM end the loop in order."""
    stop = Stop()

    def ask(number: int, _frame: object) -> None:
        stop.asked = True
        stop.ended = stop.ended or number == posix.SIGINT
        wake.up()

    before = {number: posix.signal(number, ask) for number in (posix.SIGINT, posix.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            posix.signal(number, handler)


def boot_id() -> str:
    """The kernel's name for this boot; empty where it has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def live(
    drive: Drive,
    inputs: Inputs,
    wires: Callable[[Clock], Sequence[Wire]],
    stop: Stop,
    reason: str,
    show: Callable[[], None],
) -> None:
    """Drive from wires until asked to stop. `show` is called at most ten times a second, after the folding."""
    zero = drive.monotonic()

    def clock() -> Seconds:
        return stamp(drive.monotonic() - zero)

    drive.begin(Start(0.0, "", reason, boot_id(), round(time.time(), 3)), inputs)
    opened = wires(clock)
    warned, shown = False, -FRAME
    ready: set[int] | None = None
    try:
        while True:
            now = clock()
            _take_all(drive, opened, ready, now)
            drive.run_on(now)
            warned = _watch_log(drive, now, warned)
            drive.acknowledge()
            if now - shown >= FRAME:
                show()
                shown = now
            if stop.asked:
                break
            ready = _wait(drive, opened, clock)
    finally:
        for wire in opened:
            wire.close()


def _take_all(drive: Drive, wires: Sequence[Wire], ready: set[int] | None, now: Seconds) -> None:
    """Everything the ready and due wires have, folded in the order of its stamps; at first every wire has a turn."""
    signals: list[Signal] = []
    for wire in wires:
        at = wire.due()
        if ready is None or wire.fileno() in ready or (at is not None and at <= now):
            signals += wire.take(now)
    for signal in sorted(signals, key=lambda signal: signal.t):
        drive.take(signal)


def _wait(drive: Drive, wires: Sequence[Wire], clock: Clock) -> set[int]:
    """Wait for a wire, a due time or the wake pipe; the descriptors that are ready."""
    wants = [engine.due(drive.state), *(at for wire in wires if (at := wire.due()) is not None)]
    numbers = [number for wire in wires if (number := wire.fileno()) is not None]
    wait = max(min(wants) - clock(), 0.0)
    ready, _, _ = select.select([drive.wake.fileno(), *numbers], [], [], wait)
    drive.wake.drain()
    return set(ready)


def _watch_log(drive: Drive, now: Seconds, warned: bool) -> bool:
    """Say once that the card does not take the log, and once that it does again."""
    late = drive.writer.age(drive.monotonic()) > STALE_COMMIT
    if late and not warned:
        drive.take(Fault(now, "log", drive.writer.fault or "the card has not taken the log for 5 s; driving goes on"))
    elif warned and not late:
        drive.take(Fault(now, "log", "ok: the log is safe again"))
    return late


def play(
    drive: Drive,
    recording: Iterable[Played],
    inputs_for: Callable[[Began], Inputs],
    speed: float | None,
    stop: Stop,
) -> None:
    """Drive from a recording, `speed` times as fast as it was, or as fast as can be (None), to its end."""
    pace = Pace(speed, drive.wake, stop)
    until: Seconds | None = None
    begun = False
    for played in recording:
        if stop.asked:
            break
        if isinstance(played, Began):
            if begun:
                _run_out(drive, until, pace)
            until, begun = played.until, True
            drive.begin(played.start, inputs_for(played))
            pace.begin()
            continue
        pace.wait_for(drive, played.t)
        drive.take(played)
    if begun and not stop.asked:
        _run_out(drive, until, pace)


def _run_out(drive: Drive, until: Seconds | None, pace: "Pace") -> None:
    """The end of a recorded segment: its last epoch completes, its last timers fire."""
    end = drive.state.now + RUN_OUT if until is None else until
    pace.wait_for(drive, end)
    drive.run_on(end)


class Pace:
    """Holds a recording back to its own time, folding the Ticks that come due meanwhile."""

    def __init__(self, speed: float | None, wake: Wake, stop: Stop) -> None:
        self._speed = speed
        self._wake = wake
        self._stop = stop
        self._zero = time.monotonic()

    def begin(self) -> None:
        """A segment's time begins now."""
        self._zero = time.monotonic()

    def wait_for(self, drive: Drive, t: Seconds) -> None:
        """Return when the recording's time has come to `t`, or at once when asked to stop."""
        if self._speed is None:
            return
        while not self._stop.asked:
            now = (time.monotonic() - self._zero) * self._speed
            drive.run_on(min(now, t))
            if now >= t:
                return
            wait = (min(engine.due(drive.state), t) - now) / self._speed
            select.select([self._wake], [], [], max(wait, 0.0))
            self._wake.drain()


def _state_of(opened: Opened) -> State:
    """Where the run stood when it was last committed; refolded from its log where that cannot be read any more."""
    if opened.state is None:
        return State()
    try:
        return decode(opened.state)
    except StateError:
        return final_state(opened.path)


def _locked(path: Path) -> BinaryIO:
    """What keeps every other codriver off this run until it is closed. RunError where one is there already."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    # Not beside the run: a stick or card would keep a file that means nothing there.
    lock = Path(tempfile.gettempdir(), f"codriver-{name}.lock").open("ab")  # noqa: SIM115 - held as long as the drive
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise RunError(f"{path}: another codriver is logging to this run; stop it first") from error
    return lock
