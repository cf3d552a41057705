"""The view over every state of a lively drive: it never raises, always says something, and equal states look equal."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from codriver.cockpit.outside import NOWHERE, Outside
from codriver.cockpit.screen import Screen
from codriver.cockpit.view import screen
from codriver.core import display, engine
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, decode, encode
from codriver.signals import Signal, Start

OUTSIDES = st.sampled_from([NOWHERE, Outside(recorded=1.0), Outside(1e3, late=True), Outside(watermark="REPLAY")])
PAGES = st.integers(0, len(display.PAGES) - 1)


class Drive(NamedTuple):
    """A plan, and a state after each signal of a drive by it."""

    plan: Plan
    states: Sequence[State]


def folded(plan: Plan, heard: Sequence[Signal]) -> Drive:
    state, states = State(), []
    for signal in (Start(0.0, plan.id, "test"), *heard):
        for step in engine.fold(plan, state, signal):
            state = step.state
        states.append(state)
    return Drive(plan, states)


@pytest.fixture(scope="module")
def drives(inputs: Inputs, lively: tuple[Signal, ...]) -> Sequence[Drive]:
    """The lively drive in kilometres, in miles, without positions, and without a book."""
    each = [
        inputs,
        Inputs(
            '{"units": "statute", "step_m": 16.09344}', roadbook_name=inputs.roadbook_name, roadbook=inputs.roadbook
        ),
        Inputs(
            '{"allow": {"gps": false}, "night": true}', roadbook_name=inputs.roadbook_name, roadbook=inputs.roadbook
        ),
        Inputs('{"step_m": 1.0}'),
    ]
    return [folded(build(one), lively) for one in each]


@settings(deadline=None, max_examples=300)
@given(data=st.data(), later=st.floats(-5.0, 300.0), outside=OUTSIDES, page=PAGES)
def test_whatever_has_happened_there_is_a_screen_and_its_texts_are_there(
    drives: Sequence[Drive], data: st.DataObject, later: float, outside: Outside, page: int
) -> None:
    drive = data.draw(st.sampled_from(drives))
    state = data.draw(st.sampled_from(drive.states))
    state = replace(state, display=replace(state.display, page=page))
    shown = screen(drive.plan, state, state.now + later, outside)
    assert_is_whole(shown)
    again = screen(drive.plan, decode(encode(state)), state.now + later, outside)
    assert again == shown, "equal states make equal Screens"


def assert_is_whole(shown: Screen) -> None:
    readings = [shown.clock, shown.total, shown.partial, shown.speed, shown.cap, shown.to_next]
    readings += [row.to_go for row in shown.rows if row.to_go is not None]
    for reading in readings:
        assert reading.text
        assert any(letter.isdigit() for letter in reading.text) != (reading.tone == "none")
    assert [lamp.name for lamp in shown.lamps] == ["GPS", "WHEEL", "LOG", "VOICE"]
    assert all(lamp.text for lamp in shown.lamps)
    assert all(banner.text for banner in shown.banners)
    assert len(shown.banners) <= 4
    assert all(row.number and row.total for row in shown.rows)
    assert shown.closing is None or 0 <= shown.closing <= 100
    assert bool(shown.lines) == (shown.page in {"status", "report"})
    assert len(shown.lines) <= 16
    assert all(0 < len(line) <= 80 for line in shown.lines)
    assert len(shown.hints) == 6
    assert all(hint.press and hint.name and hint.touch for hint in shown.hints)
    assert shown.call is None or shown.call.words
    assert shown.notice is None or shown.notice.text


def test_without_positions_the_lively_drive_shows_none(drives: Sequence[Drive]) -> None:
    blind = drives[2]
    for state in blind.states:
        shown = screen(blind.plan, state, state.now)
        assert shown.cap.tone == "none"
        assert shown.lamps[0].text == "forbidden"


def test_every_tone_comes_up_in_a_lively_drive(drives: Sequence[Drive]) -> None:
    tones = {screen(drive.plan, state, state.now).total.tone for drive in drives for state in drive.states[::7]}
    late = screen(drives[0].plan, drives[0].states[-1], drives[0].states[-1].now + 200.0).total.tone
    assert tones | {late} >= {"live", "stale", "frozen", "none"}
