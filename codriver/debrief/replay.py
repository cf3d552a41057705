"""A drive shown again, as it was seen and heard: the same states, at any speed, and pictures of single moments.

The log is folded anew; nothing is written. Time is the drive's own, counted through its segments.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from codriver.core.outs import Out
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, StateError, decode
from codriver.runlog.database import RunError
from codriver.runlog.reader import Checkpoint, Run
from codriver.runlog.refold import refold
from codriver.units import Seconds

# Further is no playing on but a leap, of which nothing is heard.
LEAP: Final[Seconds] = 30.0


class Moment(NamedTuple):
    """Where a drive stood: its plan with the inputs it is built from, the state, the segment's time, and the outs."""

    segment: int
    t: Seconds
    plan: Plan
    inputs: Inputs
    state: State
    outs: tuple[Out, ...]


def moments(run: Run, since: Checkpoint | None = None) -> Iterator[Moment]:
    """Every folded signal of the run, in order, or a checkpoint and those after it.

    RunError where it cannot be followed, StateError where the checkpoint's state is of another schema.
    """
    inputs = run.plans()
    segments = {segment.id: segment for segment in run.segments()}
    plan, given, here = None, Inputs(), 0
    for segment, state, outs in _folded(run, since):
        if plan is None or segment != here:
            here = segment
            given = inputs[segments[here].plan_id]
            plan = build(given)
        yield Moment(here, state.now, plan, given, state, outs)


def _folded(run: Run, since: Checkpoint | None) -> Iterator[tuple[int, State, tuple[Out, ...]]]:
    """Segment, state and outs, the checkpoint's first: until the next signal the drive stands there."""
    if since is not None:
        yield since.segment, decode(since.state), ()
    for refolded in refold(run, since):
        yield refolded.segment, refolded.folded.state, refolded.folded.outs


def at(run: Run, times: Sequence[Seconds], segment: int | None = None) -> list[Moment]:
    """The drive at these seconds of a segment, the last one unless it is named, in order of time.

    RunError where that segment did not last so long.
    """
    segments = {each.id: each for each in run.segments()}
    chosen = segments.get(max(segments, default=0) if segment is None else segment)
    if chosen is None:
        raise RunError(f"{run.path}: there is no segment {segment or 1} in it")
    if any(not 0.0 <= t <= chosen.end_t for t in times):
        raise RunError(f"{run.path}: segment {chosen.id} runs from 0 to {chosen.end_t:.1f} s")
    waiting = sorted(times, reverse=True)
    found: list[Moment] = []
    last: Moment | None = None
    for moment in moments(run):
        if moment.segment > chosen.id:
            break
        while waiting and moment.segment == chosen.id and last is not None and moment.t > waiting[-1]:
            found.append(last._replace(t=waiting.pop()))
        if moment.segment == chosen.id:
            last = moment
    return found if last is None else found + [last._replace(t=t) for t in reversed(waiting)]


class Reel:
    """A run to be shown: `at` is where it stands, in seconds from its beginning, through all its segments."""

    moment: Moment
    _next: Moment | None

    def __init__(self, run: Run) -> None:
        """RunError where there is nothing in the run."""
        self._run = run
        segments = run.segments()
        ends = list(accumulate(segment.end_t for segment in segments))
        self._begins = {segment.id: end - segment.end_t for segment, end in zip(segments, ends, strict=True)}
        self._ends = {segment.id: segment.end_t for segment in segments}
        self.length = ends[-1] if ends else 0.0
        self._begin()

    def on_to(self, at: Seconds) -> tuple[Out, ...]:
        """Go on to `at`, or back; what the core asked for on the way, nothing where that was a leap."""
        if at < self._time(self.moment) or at > self._time(self.moment) + LEAP:
            self._leap(at)
        outs: tuple[Out, ...] = ()
        while self._next is not None and self._time(self._next) <= at:
            self.moment = self._next
            outs += self.moment.outs
            self._next = next(self._coming, None)
        now = min(at - self._begins[self.moment.segment], self._ends[self.moment.segment])
        self.moment = self.moment._replace(t=max(now, self.moment.state.now))
        return outs

    def _leap(self, at: Seconds) -> None:
        """Begin again at the last checkpoint before `at`, silently; from the start where there is none to be read."""
        before: Checkpoint | None = None
        for place in self._run.checkpoints():
            if self._begins[place.segment] + place.t > at:
                break
            before = place
        try:
            self._begin(before)
        except StateError:
            self._begin()
        while self._next is not None and self._time(self._next) <= at:
            self.moment, self._next = self._next, next(self._coming, None)

    def _begin(self, since: Checkpoint | None = None) -> None:
        """Stand at a checkpoint, or at the start."""
        self._coming = moments(self._run, since)
        self._next = next(self._coming, None)
        if self._next is None:
            raise RunError(f"{self._run.path}: nothing was driven in it")
        self.moment = self._next

    def _time(self, moment: Moment) -> Seconds:
        return self._begins[moment.segment] + moment.state.now
