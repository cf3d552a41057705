"""A new plan in mid-drive: the same drive goes on, and nothing in it is lost but the names of its moments."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from codriver.core import engine, moments
from codriver.core.engine import Folded
from codriver.core.outs import Out, UtcKnown
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.signals import Signal, Start, Tick, stamp
from codriver.units import Seconds

# Fields of the state in seconds that are no moment: how long something takes or took, and times of day.
LASTING = {
    "Receiver.interval",
    "Receiver.pause",
    "Receiver.clock",
    "Receiver.closed_clock",
    "Sentence.clock",
    "Reference.clock",
    "Odometer.waited",
    "Odometer.crept",
    "Cusp.lasts",
    "Probes.time",
    "Flow.known",
    "Scale.late",
    "Scale.late_sigma",
    "Saying.ends",
    "Saying.cuts",
    "Calls.fund",
}


@pytest.fixture(scope="module")
def plan(inputs: Inputs) -> Plan:
    return build(inputs)


def folded(plan: Plan, state: State, heard: Iterable[Signal]) -> list[Folded]:
    steps: list[Folded] = []
    for signal in heard:
        for step in engine.fold(plan, state, signal):
            state = step.state
            steps.append(step)
    return steps


def begun(plan: Plan) -> State:
    return folded(plan, State(), [Start(0.0, plan.id, "test")])[-1].state


def cut(plan: Plan, heard: Iterable[Signal], at: Seconds) -> list[Folded]:
    """The drive with a new segment at this moment, under the same plan."""
    before = folded(plan, begun(plan), [signal for signal in heard if signal.t <= at])
    before += engine.run_on(plan, before[-1].state, at)
    start = folded(plan, engine.carry(plan, plan, before[-1].state), [Start(0.0, plan.id, "amended", after=at)])
    after = [moved(signal, at) for signal in heard if signal.t > at]
    return [*before, *start, *folded(plan, start[-1].state, after)]


def moved(signal: Any, by: Seconds) -> Any:
    return msgspec.structs.replace(signal, t=stamp(signal.t - by))


def told(out: Any, began: Seconds) -> Out:
    """An out of a segment that began then, in the time of the one before."""
    moved: Out = replace(out, t=stamp(out.t + began)) if hasattr(out, "t") else out
    return moved


def whole(steps: Iterable[Folded]) -> list[Out]:
    """All outs in the time of the first segment. What is told of UTC anew is what each segment says of itself."""
    began, outs = 0.0, list[Out]()
    for step in steps:
        if isinstance(step.signal, Start) and step.signal.after is not None:
            began += step.signal.after
        outs += [told(out, began) for out in step.outs if not isinstance(out, UtcKnown)]
    return outs


@pytest.mark.parametrize("at", [21.1, 33.33, 52.7, 66.5, 86.6, 90.4, 100.123457])
def test_a_drive_that_is_cut_by_a_new_plan_has_the_same_rows(
    plan: Plan, lively: tuple[Signal, ...], at: Seconds
) -> None:
    """Cut in a press, in a held button, in a burst, in a hole of the fixes, in a chord."""
    one, other = whole(folded(plan, begun(plan), lively)), whole(cut(plan, lively, at))
    assert len(other) == len(one)
    for mine, its in zip(other, one, strict=True):
        assert type(mine) is type(its)
        assert asdict(mine) == {name: nearly(value) for name, value in asdict(its).items()}


def nearly(value: Any) -> Any:
    """Moments told from another beginning differ in the last of their bits."""
    return pytest.approx(value, rel=1e-9, abs=2e-6) if isinstance(value, float) else value


def test_the_segment_says_what_utc_is(plan: Plan, lively: tuple[Signal, ...]) -> None:
    steps = cut(plan, lively, 66.5)
    start = next(step for step in steps if isinstance(step.signal, Start))
    before = [out for step in steps[: steps.index(start)] for out in step.outs if isinstance(out, UtcKnown)][-1]
    [now] = start.outs
    assert isinstance(now, UtcKnown)
    assert now.offset_s == pytest.approx(before.offset_s + 66.5)


def test_no_time_passes_at_the_cut(plan: Plan, lively: tuple[Signal, ...]) -> None:
    steps = cut(plan, lively, 66.5)
    start = next(step for step in steps if isinstance(step.signal, Start))
    assert start.state.now == 0.0
    later = next(step for step in steps[steps.index(start) + 1 :] if isinstance(step.signal, Tick))
    assert later.signal.t >= 0.0


def test_every_second_in_the_state_is_a_moment_or_known_to_be_none() -> None:
    """A field of seconds that is added to the state is told here what it is, else a new plan would leave it behind."""
    known = {f"{kind.__name__}.{name}" for kind, names in moments.MOMENTS.items() for name in names}
    known |= {f"{kind.__name__}.{name}" for kind, names in moments.TURNED.items() for name in names}
    found = {f"{kind.__name__}.{name}" for kind in kinds(State) for name in in_seconds(kind)}
    assert found - known - LASTING == set()
    assert (known | LASTING) - found == set()


def kinds(kind: type, seen: set[type] | None = None) -> set[type]:
    """Every type with fields that a value of this type holds."""
    seen = set() if seen is None else seen
    if kind in seen:
        return seen
    seen.add(kind)
    for hint in get_type_hints(kind).values():
        for part in parts(hint):
            if isinstance(part, type) and (issubclass(part, msgspec.Struct) or hasattr(part, "_fields")):
                kinds(part, seen)
    return seen


def parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from parts(part)


def in_seconds(kind: type) -> Iterator[str]:
    """The fields of a type whose annotation says Seconds: an alias of float, so the source is asked."""
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    for line in tree.body:
        if isinstance(line, ast.AnnAssign) and "Seconds" in ast.unparse(line.annotation):
            assert isinstance(line.target, ast.Name)
            yield line.target.id
