"""View, painter and album together: what a note, a page or the night may bring is there before it is asked for."""

from itertools import takewhile
from typing import Any

import pygame
import pytest
from msgspec.structs import replace

from codriver.cockpit.album import Wanted
from codriver.cockpit.cockpit import Cockpit
from codriver.core import engine
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.kinds import Size
from codriver.signals import Signal, Start
from tests.roadbook.press import Layout, pdf

SIZE = Size(800, 480)
ENOUGH = 40  # frames with nothing new: four seconds of them


@pytest.fixture(scope="module")
def plan(inputs: Inputs) -> Plan:
    return build(inputs)


@pytest.fixture(scope="module")
def state(plan: Plan, lively: tuple[Signal, ...]) -> State:
    """Some way into the stage, on the road page by day."""
    state = State()
    for signal in (Start(0.0, plan.id, "test"), *takewhile(lambda signal: signal.t < 20.0, lively)):
        for folded in engine.fold(plan, state, signal):
            state = folded.state
    return state


@pytest.fixture
def cockpit(plan: Plan, inputs: Inputs, state: State) -> Cockpit:
    """A cockpit that has shown this for a while."""
    cockpit = Cockpit(SIZE)
    for _ in range(ENOUGH):
        cockpit.show(plan, inputs, state, state.now)
    return cockpit


@pytest.mark.parametrize("coming", ["the next note", "the night"])
def test_the_pictures_of_what_comes_are_made_before_it_does(
    coming: str, cockpit: Cockpit, plan: Plan, inputs: Inputs, state: State
) -> None:
    kept = cockpit._album.kept
    night = replace(state, display=replace(state.display, night=True))
    after = replace(state, pointer=state.pointer + 1) if coming == "the next note" else night
    assert cockpit.show(plan, inputs, after, after.now)
    assert cockpit._album.kept == kept > 0


def test_the_pages_of_a_scanned_book_are_there_before_next_is_pressed() -> None:
    """Its boxes are large, and cut from pages: each is made while the one before is looked at."""
    book = Inputs(roadbook_name="scan.pdf", roadbook=pdf(layout=Layout(letters=False)))
    cockpit, plan, state = Cockpit(SIZE), build(book), State()
    for pointer in range(3):
        state = replace(state, pointer=pointer)
        kept = cockpit._album.kept
        assert cockpit.show(plan, book, state, 0.0)
        assert cockpit.screen is not None
        assert [row.measured for row in cockpit.screen.rows if row.standing == "next"] == [False]
        assert pointer == 0 or cockpit._album.kept == kept
        for _ in range(ENOUGH):
            cockpit.show(plan, book, state, 0.0)


def test_a_note_passed_on_another_page_has_its_pictures_on_the_road_page(
    cockpit: Cockpit, plan: Plan, inputs: Inputs, state: State
) -> None:
    away = replace(state, pointer=state.pointer + 1, display=replace(state.display, page=1))
    for _ in range(ENOUGH):
        cockpit.show(plan, inputs, away, away.now)
    kept = cockpit._album.kept
    back = replace(away, display=state.display)
    assert cockpit.show(plan, inputs, back, back.now)
    assert cockpit._album.kept == kept


def test_one_picture_is_made_a_frame_and_none_for_ever(
    plan: Plan, inputs: Inputs, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    cockpit = Cockpit(SIZE)
    cockpit.show(plan, inputs, state, state.now)
    made: list[Wanted] = []
    make = cockpit._album._made

    def noted(*wanted: Any) -> pygame.Surface | str:
        made.append(wanted)
        return make(*wanted)

    monkeypatch.setattr(cockpit._album, "_made", noted)
    for frame in range(ENOUGH):
        before = len(made)
        cockpit.show(plan, inputs, state, state.now)
        assert len(made) - before <= 1, frame
    assert 0 < len(made) < ENOUGH
