"""Metres driven while the power was cut, by a car whose only witness is GPS."""

import pytest

from codriver.core import engine, odometer, trip
from codriver.core.outs import TripChanged
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.signals import Line, Signal, Start
from codriver.wires.lines import frame


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build(Inputs())


def after_a_cut(plan: Plan, minutes: float, boot: str = "b") -> tuple[State, list[TripChanged]]:
    """Fixes on one place, a new boot, then fixes so many minutes of latitude further north."""
    state, changes = State(), []
    for segment, north in enumerate((0.0, minutes)):
        signals: list[Signal] = [
            Start(0.0, plan.id, "test", boot),
            *(Line(1.0 + s, "gps", _rmc(segment, s, north)) for s in range(4)),
        ]
        for signal in signals:
            for folded in engine.fold(plan, state, signal):
                state = folded.state
                changes += [out for out in folded.outs if isinstance(out, TripChanged)]
    return state, changes


def _rmc(segment: int, second: int, north: float) -> str:
    place = f"31{10.5 + north:08.5f},N,00410.25000,W"
    return frame(f"GPRMC,12{segment:02d}{second:02d}.00,A,{place},0.0,,050126,,,A").rstrip()


def test_the_straight_line_since_the_cut_counts_and_can_be_undone(plan: Plan) -> None:
    state, [change] = after_a_cut(plan, 0.5)
    assert (change.what, change.by) == ("moved while down", "gps")
    assert odometer.distance(state.odo) == pytest.approx(924.0, abs=2.0)
    undone, _ = trip.undo(state.trip, 9.0, odometer.distance(state.odo), "crew")
    assert trip.total(undone, odometer.distance(state.odo)) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("minutes", "boot"), [(0.01, "b"), (5.0, "b"), (0.5, "")])
def test_a_wander_a_tow_and_a_recording_count_for_nothing(plan: Plan, minutes: float, boot: str) -> None:
    state, changes = after_a_cut(plan, minutes, boot)
    assert changes == []
    assert odometer.distance(state.odo) == 0.0
