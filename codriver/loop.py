"""The one loop: waits on the wires, folds, does the outs; the only place that reads a clock.

A `Drive` is a run being driven: it folds each signal, hands it with what came of it to the writer, and does the deeds
the core asks for. `live` feeds it from wires, playing.py from recordings; nothing below knows which. What is shown of
it follows the folding: soon after a signal, at once after a press, and now and then while nothing comes.
"""

import fcntl
import hashlib
import select
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeAlias

from msgspec.structs import replace

from codriver import __version__
from codriver.core import engine
from codriver.core.engine import Folded
from codriver.core.hearing import RENDERED
from codriver.core.outs import Ack, Call, Eject, Fixed, Leaf, Load, Out, Pressed, Replan, Save, Silence, TripChanged
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, StateError, decode, encode
from codriver.planning import Made, Planner, Remake
from codriver.runlog.batch import Opening
from codriver.runlog.database import RunError
from codriver.runlog.learnt import Keeper
from codriver.runlog.refold import final_state
from codriver.runlog.runs import Opened, Title, open_run
from codriver.runlog.writer import PERIOD, Writer
from codriver.sieve import Sieve
from codriver.signals import Done, Fault, Line, Signal, Start, Tick, stamp
from codriver.units import MINUTE, Seconds
from codriver.wake import Stop, Wake
from codriver.wires.wire import Wire

STALE_COMMIT: Final[Seconds] = 5.0
# A frame follows a signal when the last one is so old, and comes without any so often: distances are carried on.
SOONEST: Final[Seconds] = 1 / 60
IDLE: Final[Seconds] = 0.1

# Seconds since the segment's Start, to the microsecond.
Clock: TypeAlias = Callable[[], Seconds]


# The clocks, for those that are handed one.
monotonic: Final = time.monotonic
wall: Final = time.time


class Acknowledged(Protocol):
    """What can be told that a press is safe: the pod's wire."""

    def ack(self, seq: int) -> bool:
        """Send the acknowledgement; False where it could not be sent, and the pod will ask again."""


class Voice(Protocol):
    """What says the calls. It answers with signals of its own."""

    def say(self, call: Call) -> None:
        """Say this as soon as can be."""

    def silence(self) -> None:
        """Stop at once."""

    def render_ahead(self, texts: Iterable[str]) -> None:
        """Make these ready, in this order, while nothing else is to be done."""


class Sticks(Protocol):
    """What copies a book from a stick and checks it. It answers with signals of its own."""

    def load(self, path: str) -> None:
        """Copy and check this one."""

    def leaf(self, page: int) -> None:
        """Give this page of the report on the last one."""

    def eject(self) -> None:
        """Let go of it."""


Show: TypeAlias = Callable[["Drive", Seconds], None]


@dataclass(slots=True)
class Frames:
    """When a frame is due: what was last shown, and when. Without a `show` none ever is."""

    show: Show | None = None
    shown: Seconds = -1.0
    state: State | None = None

    def due(self, drive: "Drive") -> Seconds:
        """When the next frame is wanted, if nothing more comes."""
        if self.show is None:
            return inf
        return self.shown + (IDLE if drive.state is self.state else SOONEST)

    def turn(self, drive: "Drive", now: Seconds) -> None:
        """Show the drive as it is, if it is time to."""
        if self.show is None:
            return
        if now < self.shown or now >= self.due(drive) or _pressed(drive.state, self.state):
            self.shown, self.state = now, drive.state
            self.show(drive, now)


def _pressed(now: State, before: State | None) -> bool:
    """Whether a contact has moved since: that is shown at once."""
    return before is not None and now.panels is not before.panels


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
        self.books, self.layers = opened.books, opened.layers
        self.segment = opened.segment
        self.signals = opened.signal_id
        self.sieve = Sieve()
        self.fixes = 0
        self.pod: Acknowledged | None = None
        self.voice: Voice | None = None
        self.keeper: Keeper | None = None
        self.late = False
        self.wake = Wake()
        self.monotonic = monotonic
        self._minute = 0.0
        self._acks: deque[tuple[int, int]] = deque()
        self._committed = opened.signal_id
        self._safe: deque[tuple[int, Seconds]] = deque()
        self.safe_until: Seconds = -1.0
        self.asked: deque[Replan] = deque()
        self.stick: Sticks | None = None
        self.writer = Writer(path, encode, monotonic, self._on_commit, patient=patient, period=period)

    def begin(self, start: Start, inputs: Inputs, plan: Plan | None = None) -> None:
        """Open a segment under the plan of these inputs. RoadbookError or ConfigError where they make none.

        `plan` is that plan where it is built already.
        """
        plan = plan or build(inputs)
        start = replace(start, plan=inputs.sha256)
        self.state = engine.carry(self.plan or self._old, plan, self.state)
        self.plan, self.inputs, self._old = plan, inputs, None
        self.segment += 1
        self._minute = 0.0
        self._safe, self.safe_until = self._told_anew(start.after)
        self.sieve = Sieve(plan.settings.allow.gps, plan.settings.allow.wheel, self.sieve.forbidden)
        self.writer.open_segment(Opening(self.signals + 1, self.segment, start, inputs, plan.book, __version__))
        self._fold(start)
        if self.voice is not None:
            self.voice.render_ahead(plan.fragments)

    def go_on(self, made: Made, at: Seconds, boot: str = "", wall: float | None = None) -> bool:
        """Open a segment under what was made of a Replan, at this time; False where nothing could be made of it.

        Lengths of words that were known already make no new plan.
        """
        if made.replan.reason == RENDERED and made.inputs == self.inputs:
            return False
        if made.plan is None or made.inputs is None:
            word = "failed" if made.replan.reason == RENDERED else "unmade"
            self.take(Done(at, "load", f"{word} {made.why}"))
            return False
        self.begin(Start(0.0, "", made.replan.reason, boot, wall, after=at), made.inputs, made.plan)
        return True

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
        """Tell the pod of each press whose row is committed, and note up to which press the log is safe."""
        while self._safe and self._safe[0][0] <= self._committed:
            self.safe_until = self._safe.popleft()[1]
        while self._acks and self._acks[0][0] <= self._committed:
            _, seq = self._acks.popleft()
            if self.pod is not None:
                self.pod.ack(seq)

    def close(self, *, ended: bool = False) -> bool:
        """Commit everything; False where the card did not take it all. `ended`: the next drive begins a new run."""
        if ended:
            self.writer.end_run()
        if self.keeper is not None:
            self.keeper.close()
        whole = self.writer.close() and not self.writer.lost and self.writer.fault is None
        self.wake.close()
        self._lock.close()
        return whole

    def _told_anew(self, after: Seconds | None) -> tuple[deque[tuple[int, Seconds]], Seconds]:
        """Which presses wait for the card, and up to when the log is safe, in the time of the segment that begins."""
        if after is None:
            return deque(), -1.0
        return deque((safe_with, t - after) for safe_with, t in self._safe), self.safe_until - after

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
            self._do(out, self.signals + ticked)

    def _do(self, out: Out, safe_with: int) -> None:
        """Do a deed. `safe_with` is the signal with whose commit its rows are safe.

        A Tick is logged under the number before it, which may be safe already: its rows wait for the one after it.
        """
        match out:
            case Fixed():
                self.fixes += out.lat is not None
            case Ack() if self.pod is not None:
                self._acks.append((safe_with, out.seq))
            case Pressed():
                self._safe.append((safe_with, self.state.now))
            case Call() if self.voice is not None:
                self.voice.say(out)
            case Silence() if self.voice is not None:
                self.voice.silence()
            case Replan():
                self.asked.append(out)
            case Load() if self.stick is not None:
                self.stick.load(out.path)
            case Leaf() if self.stick is not None:
                self.stick.leaf(out.page)
            case Eject() if self.stick is not None:
                self.stick.eject()
            case Save() if self.keeper is not None and self.inputs is not None:
                self.keeper.keep(out, self.inputs)

    def _plan(self) -> Plan:
        assert self.plan is not None, "begin a segment first"
        return self.plan

    def _on_commit(self, signal_id: int) -> None:
        """In the writer's thread: note how far the log is safe, and wake the loop."""
        self._committed = signal_id
        self.wake.up()


_URGENT: Final = (Ack, Pressed, TripChanged)


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
    show: Show | None = None,
    remake: Remake | None = None,
) -> None:
    """Drive from wires until asked to stop; what there is to `show` is shown after the folding.

    `remake` makes the inputs that a Replan asks for. The wires keep a time of their own, which runs on through all
    segments: what they are due at and what they stamp is told in the segment's time here.
    """
    zero = drive.monotonic()

    def clock() -> Seconds:
        return stamp(drive.monotonic() - zero)

    drive.begin(Start(0.0, "", reason, boot_id(), round(time.time(), 3)), inputs)
    opened = wires(clock)
    frames, planner = Frames(show), Planner(remake, drive.wake.up)
    began = 0.0
    ready: set[int] | None = None
    try:
        while True:
            here = clock()
            now = stamp(here - began)
            _take_all(drive, opened, ready, here, began)
            drive.run_on(now)
            made = planner.turn(drive.inputs, drive.asked)
            if made is not None and drive.go_on(made, now, boot_id(), round(time.time(), 3)):
                began, now = here, 0.0
            _watch_log(drive, now)
            drive.acknowledge()
            frames.turn(drive, now)
            if stop.asked:
                break
            ready = _wait(drive, opened, clock, frames.due(drive), began)
    finally:
        for wire in opened:
            wire.close()


def _take_all(drive: Drive, wires: Sequence[Wire], ready: set[int] | None, now: Seconds, began: Seconds = 0.0) -> None:
    """Everything the ready and due wires have, folded in the order of its stamps; at first every wire has a turn.

    `now` is the wires' time, `began` when the segment did by it. What is older than that happened as it began.
    """
    signals: list[Signal] = []
    for wire in wires:
        at = wire.due()
        if ready is None or wire.fileno() in ready or (at is not None and at <= now):
            signals += wire.take(now)
    for signal in sorted(signals, key=lambda signal: signal.t):
        drive.take(replace(signal, t=max(stamp(signal.t - began), 0.0)) if began else signal)


def _wait(drive: Drive, wires: Sequence[Wire], clock: Clock, frame: Seconds, began: Seconds = 0.0) -> set[int]:
    """Wait for a wire, a due time, the next frame or the wake pipe; the descriptors that are ready."""
    wants = [frame + began, engine.due(drive.state) + began, *dues(wires)]
    numbers = [number for wire in wires if (number := wire.fileno()) is not None]
    wait = max(min(wants) - clock(), 0.0)
    ready, _, _ = select.select([drive.wake.fileno(), *numbers], [], [], wait)
    drive.wake.drain()
    return set(ready)


def dues(wires: Sequence[Wire]) -> list[Seconds]:
    """When the wires want a turn."""
    return [at for wire in wires if (at := wire.due()) is not None]


def _watch_log(drive: Drive, now: Seconds) -> None:
    """Say once that the card does not take the log, and once that it does again."""
    late = drive.writer.age(drive.monotonic()) > STALE_COMMIT
    if late and not drive.late:
        drive.take(Fault(now, "log", drive.writer.fault or "the card has not taken the log for 5 s; driving goes on"))
    elif drive.late and not late:
        drive.take(Fault(now, "log", "ok: the log is safe again"))
    drive.late = late


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
