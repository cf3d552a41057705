"""A drive shown again, as it was seen and heard: the same states, at any speed, and pictures of single moments.

The log is folded anew; nothing is written. Time is the drive's own, counted through its segments.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codriver.core.outs import Out
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.runlog.refold import refold
from codriver.units import Seconds


class Moment(NamedTuple):
    """Where a drive stood: its plan with the inputs it is built from, the state, the segment's time, and the outs."""

    segment: int
    t: Seconds
    plan: Plan
    inputs: Inputs
    state: State
    outs: tuple[Out, ...]


def moments(run: Run) -> Iterator[Moment]:
    """Every folded signal of the run, in order. RunError where the log cannot be followed."""
    inputs = run.plans()
    segments = {segment.id: segment for segment in run.segments()}
    plan, given, here = None, Inputs(), 0
    for refolded in refold(run):
        if plan is None or refolded.segment != here:
            here = refolded.segment
            given = inputs[segments[here].plan_id]
            plan = build(given)
        state = refolded.folded.state
        yield Moment(here, state.now, plan, given, state, refolded.folded.outs)


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
