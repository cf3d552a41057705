"""The horizon: what is called of notes that crowd, in how many words, and what is left out; seen from outside."""

from itertools import pairwise

import pytest

from codriver.config import Settings
from codriver.core import horizon, leads
from codriver.core.horizon import Laid
from codriver.core.leads import Here
from codriver.core.plan import Plan
from codriver.roadbook.model import Event, Note
from codriver.units import Metres, MetresPerSecond, Seconds
from tests.core.car_bench import plan_of

RICH: Seconds = 12.0
LONG = "keep to the main track by the old village wall"


def laid(
    plan: Plan, total: Metres, speed: MetresPerSecond, *, mode: str = "full", fund: Seconds = RICH, doubt: Metres = 0.0
) -> Laid:
    return horizon.lay(plan, mode, Here(0.0, total, speed, 0, doubt=doubt), 0, (), fund)


def ends(found: Laid) -> list[tuple[Seconds, Seconds]]:
    return [(slot.begin, slot.begin + slot.length) for slot in found.slots]


def test_words_end_before_the_next_ones_begin() -> None:
    notes = [Note(number, 500.0 + 60.0 * number, words="keep left") for number in range(6)]
    spans = ends(laid(plan_of(*notes), 0.0, 20.0))
    assert len(spans) >= 4
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def test_a_danger_makes_the_call_before_it_come_earlier() -> None:
    """Else the words of the one would hold up those of the other."""
    alone = laid(plan_of(Note(1, 1000.0, words="keep left")), 0.0, 25.0)
    pressed = laid(plan_of(Note(1, 1000.0, words="keep left"), Note(2, 1030.0, danger=3, words="step")), 0.0, 25.0)
    assert pressed.slots[0].begin < alone.slots[0].begin


def test_information_gives_way_to_a_danger_and_the_danger_never() -> None:
    notes = [Note(number, 400.0 + 15.0 * number, words=LONG) for number in range(4)]
    notes.append(Note(9, 470.0, danger=3, words="step"))
    found = laid(plan_of(*notes), 290.0, 25.0)
    assert found.slots[-1].note == 4
    assert found.left
    assert {each.note for each in found.left} <= {0, 1, 2, 3}


@pytest.mark.parametrize("danger", [1, 2, 3])
def test_no_danger_is_ever_left_out(danger: int) -> None:
    notes = [Note(number, 300.0 + 10.0 * number, danger=danger, words=LONG) for number in range(8)]
    found = laid(plan_of(*notes), 150.0, 20.0, fund=-10.0)
    assert [slot.note for slot in found.slots] == list(range(8))
    assert not found.left


def test_of_a_danger_for_which_there_is_no_time_the_sound_remains() -> None:
    plan = plan_of(Note(1, 1000.0, danger=3, words=LONG))
    near = laid(plan, 1000.0 - 25.0 * 1.3, 25.0).slots[0]
    assert (near.form, near.length < 1.0) == ("tone", True)


def test_information_for_which_there_is_no_time_is_left_out_with_its_reason() -> None:
    found = laid(plan_of(Note(1, 1000.0, words=LONG)), 985.0, 25.0)
    assert (found.slots, found.left) == ((), (horizon.Left(0, "no time"),))


@pytest.mark.parametrize(("fund", "form"), [(12.0, "full"), (6.0, "brief"), (1.0, None)])
def test_who_has_spoken_much_says_less_of_what_is_mere_information(fund: Seconds, form: str | None) -> None:
    found = laid(plan_of(Note(1, 1000.0, words=LONG)), 500.0, 20.0, fund=fund)
    assert [slot.form for slot in found.slots] == ([form] if form else [])
    assert [each.why for each in found.left] == ([] if form else ["speech"])


def test_an_unsure_trip_calls_earlier_by_two_sigma() -> None:
    plan = plan_of(Note(1, 2000.0, danger=2, words="ditch"))
    sure, unsure = laid(plan, 0.0, 20.0).slots[0], laid(plan, 0.0, 20.0, doubt=20.0).slots[0]
    assert sure.begin - unsure.begin == pytest.approx(2 * 20.0 / 20.0, abs=0.5)


def test_no_more_than_eight_notes_and_ninety_seconds_are_looked_at() -> None:
    many = plan_of(*(Note(number, 400.0 + 150.0 * number, words="left") for number in range(20)))
    assert len(laid(many, 0.0, 20.0).slots) <= 8
    far = plan_of(Note(1, 500.0, words="left"), Note(2, 500.0 + 100.0 * 20.0, words="right"))
    assert [slot.note for slot in laid(far, 0.0, 20.0).slots] == [0]


def test_a_box_that_sets_the_trip_is_looked_beyond() -> None:
    plan = plan_of(Note(1, 1000.0, events=(Event("reset", 0.0),), words="left"), Note(2, 80.0, danger=3, words="step"))
    here = Here(0.0, 800.0, 20.0, 0)
    assert leads.way(plan, here, 1) == 280.0
    assert [slot.note for slot in laid(plan, 800.0, 20.0).slots] == [0, 1]


def test_in_dangers_mode_nothing_else_is_laid_out() -> None:
    plan = plan_of(Note(1, 500.0, words="left"), Note(2, 600.0, danger=1, words="rocks"))
    assert [slot.note for slot in laid(plan, 0.0, 20.0, mode="dangers").slots] == [1]


def test_corners_close_to_each_other_go_into_each_other() -> None:
    plan = plan_of(
        *(Note(number, 800.0 + 50.0 * number, words="left") for number in range(5)),
        settings=Settings(calls="pacenotes"),
    )
    here = Here(0.0, 600.0, 20.0, 0)
    found = horizon.lay(plan, "pacenotes", here, 0, (), RICH)
    chain = horizon.chain(plan, "pacenotes", here, found)
    assert len(chain) == 3
    parts = leads.fragments(plan, "pacenotes", 1, 50.0, chain[1].form, first=False)
    assert parts[0] == plan.phrases.into()


def test_a_limit_is_called_where_it_can_be_braked_to() -> None:
    plan = plan_of(Note(1, 3000.0, events=(Event("dz", 30.0 / 3.6),)))
    slow, fast = leads.band(plan, 0, 10.0), leads.band(plan, 0, 40.0)
    assert fast.latest >= 1.5 * 40.0 + (40.0**2 - (30.0 / 3.6) ** 2) / 6.0
    assert slow.latest < fast.latest
