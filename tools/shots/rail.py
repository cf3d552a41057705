"""A car on rails: the bundled stage driven by the simulator and folded, with a crew that presses what it is told to.

From any moment of the drive something else may happen, on a branch: presses, cables that come out, time. What is
drawn of it is what the cockpit would show a crew to whom that happens. The voice answers as one that works.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import Final

from codriver.core import engine
from codriver.core.outs import Call, Out, Silence
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.roadbook.load import read
from codriver.signals import Done, Line, Signal, Start, stamp
from codriver.simulate.drive import Options, drive
from codriver.units import Seconds

VOICE_WAKES: Final[Seconds] = 0.05


class Rail:
    """The drive of one book under these inputs; `at` is where its states have been asked for so far."""

    def __init__(self, inputs: Inputs, course: Inputs | None = None) -> None:
        """`course`: the book whose track the car follows, where that of `inputs` has none."""
        self.inputs = inputs
        self.plan = build(inputs)
        laid = course or inputs
        assert laid.roadbook is not None
        options = Options(wheel=True, probe1_m_per_pulse=0.5, probe2_m_per_pulse=0.5)
        made = drive(read(laid.roadbook, laid.roadbook_name).book, options)
        self._lines = [Line(*row) for row in made.wire()]
        start = [Start(0.0, self.plan.id, "start"), Done(0.0, "voice", "ready")]
        self._state = _folded(self.plan, State(), start, 0.0)

    def at(self, t: Seconds) -> State:
        """Where the drive stands at `t`, which is not before the moment asked for last."""
        self._state = self.on(self._state, t)
        return self._state

    def on(self, state: State, until: Seconds, presses: Iterable[Signal] = (), lost: Iterable[str] = ()) -> State:
        """What becomes of this state when the crew does this on the way to `until`, and hears nothing of `lost`."""
        silent = frozenset(lost)
        lines = (line for line in self._lines if state.now < line.t <= until and line.source not in silent)
        done = sorted((press for press in presses if press.t <= until), key=_time)
        return _folded(self.plan, state, heapq.merge(lines, done, key=_time), until)


def _time(signal: Signal) -> Seconds:
    return signal.t


def _folded(plan: Plan, state: State, signals: Iterable[Signal], until: Seconds) -> State:
    answers = _still_to_say(state)
    for signal in signals:
        while answers and answers[0].t <= signal.t:
            state = _one(plan, state, answers.pop(0), answers)
        state = _one(plan, state, signal, answers)
    while answers and answers[0].t <= until:
        state = _one(plan, state, answers.pop(0), answers)
    for folded in engine.run_on(plan, state, until):
        state = folded.state
    return state


def _one(plan: Plan, state: State, signal: Signal, answers: list[Done]) -> State:
    for folded in engine.fold(plan, state, signal):
        state = folded.state
        for out in folded.outs:
            answers += _answer(state.now, out)
    return state


def _answer(now: Seconds, out: Out) -> Iterator[Done]:
    """What the voice says to a call, and to being silenced."""
    if isinstance(out, Call):
        begin = stamp(now + VOICE_WAKES)
        yield Done(begin, "voice", f"started {out.id}")
        yield Done(stamp(begin + out.speech_s), "voice", f"ended {out.id}")
    elif isinstance(out, Silence):
        yield Done(stamp(now), "voice", f"cut {out.id}")


def _still_to_say(state: State) -> list[Done]:
    """The end of a call that was being said when the branch left."""
    saying = state.calls.saying
    if saying is None:
        return []
    begun = [] if saying.heard else [Done(stamp(saying.t + VOICE_WAKES), "voice", f"started {saying.id}")]
    return [*begun, Done(stamp(saying.t + saying.length + VOICE_WAKES), "voice", f"ended {saying.id}")]
