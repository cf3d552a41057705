"""Fold a run's log again: the same states and outs as on the day, from the signals alone.

What a drive did live, `refold` does from the file: the plans are built from their inputs, each segment is run on to
where its time ended, and a gap in the log is bridged by the checkpoint that stands at its far side.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codriver.core import engine
from codriver.core.engine import Folded
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, decode
from codriver.runlog.database import RunError
from codriver.runlog.reader import Checkpoint, Logged, Run, Segment
from codriver.signals import Start


class Refolded(NamedTuple):
    """One folded signal of the log, or a Tick under the id of the signal before it."""

    signal_id: int
    segment: int
    folded: Folded


def refold(run: Run, since: Checkpoint | None = None) -> Iterator[Refolded]:
    """Every signal of the run with the Ticks between them, in order. RunError where the log cannot be followed.

    With `since`, what comes after that checkpoint; StateError where its state is of another schema.
    """
    inputs = run.plans()
    segments = {segment.id: segment for segment in run.segments()}
    state, plan, here, last = State(), None, None, 0
    if since is not None:
        state, here, last = decode(since.state), segments[since.segment], since.signal_id
        plan = _plan(run, inputs, here)
    for logged in run.signals(after=last):
        if here is None or logged.segment != here.id:
            if here is not None and plan is not None:
                for folded in _ran_out(plan, state, here):
                    state = folded.state
                    yield Refolded(last, here.id, folded)
            here = _segment(run, segments, logged)
            if logged.id != last + 1:
                state = _bridged(run, logged.id - 1)
            plan, old = _plan(run, inputs, here), plan
            state = engine.carry(old, plan, state)
        elif logged.id != last + 1:
            state = _bridged(run, logged.id - 1)
        assert plan is not None
        for folded in engine.fold(plan, state, logged.signal):
            state = folded.state
            yield Refolded(logged.id if folded.signal == logged.signal else last, here.id, folded)
        last = logged.id
    if here is not None and plan is not None:
        for folded in _ran_out(plan, state, here):
            yield Refolded(last, here.id, folded)


def final_state(path: Path) -> State:
    """The state at the end of the run at `path`, from its signals alone."""
    state = State()
    with Run.open(path) as run:
        for refolded in refold(run):
            state = refolded.folded.state
    return state


def _ran_out(plan: Plan, state: State, segment: Segment) -> Iterator[Folded]:
    return engine.run_on(plan, state, segment.end_t)


def _segment(run: Run, segments: dict[int, Segment], logged: Logged) -> Segment:
    segment = segments.get(logged.segment)
    if segment is None or not isinstance(logged.signal, Start):
        raise RunError(f"{run.path}: signal {logged.id} begins segment {logged.segment} without a start")
    return segment


def _plan(run: Run, inputs: dict[int, Inputs], segment: Segment) -> Plan:
    if segment.plan_id not in inputs:
        raise RunError(f"{run.path}: the plan of segment {segment.id} is missing")
    return build(inputs[segment.plan_id])


def _bridged(run: Run, signal_id: int) -> State:
    for place in run.checkpoints(after=signal_id - 1):
        if place.signal_id == signal_id:
            return decode(place.state)
        break
    raise RunError(f"{run.path}: signals before {signal_id + 1} are missing, and nothing bridges the gap")
