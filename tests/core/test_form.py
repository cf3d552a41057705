"""A form worked with six buttons: fields gone through, values changed within their bounds, closed when left alone."""

import pytest

from codriver.core import form
from codriver.core.form import OPEN, Field, Form

METRES = Field("distance", "metres", 100.0, step=10.0, most=1000.0)
KIND = Field("kind", "choice", options=("danger", "zone", "fuel"))
TWO = Form("amend", "Amend", (KIND, METRES))


def test_next_and_back_go_round_the_fields() -> None:
    there = form.move(TWO, 1.0, 1)
    assert there.at == 1
    assert form.move(there, 1.0, 1).at == 0
    assert form.move(TWO, 1.0, -1).at == 1


def test_a_choice_goes_round_both_ways() -> None:
    assert [form.chosen(form.change(TWO, 1.0, sign), "kind") for sign in (1, -1)] == ["zone", "fuel"]


def test_a_value_goes_by_its_step_and_stops_at_its_bounds() -> None:
    there = form.move(TWO, 1.0, 1)
    assert form.value(form.change(there, 5.0, 1), "distance") == 110.0
    low = Form("x", "X", (Field("d", "metres", 5.0, step=10.0, most=12.0),))
    assert form.value(form.change(low, 5.0, -1), "d") == 0.0
    assert form.value(form.change(low, 5.0, 1), "d") == 12.0


def test_a_button_that_is_held_goes_in_tenfold_steps_after_a_while_and_a_new_press_in_single_ones() -> None:
    filling = form.move(TWO, 0.0, 1)
    seen = []
    for n in range(form.SLOW + 3):
        filling = form.change(filling, 10.0 + 0.2 * n, 1)
        seen.append(form.value(filling, "distance"))
    assert seen[0] == 110.0
    assert seen[form.SLOW] - seen[form.SLOW - 1] == 100.0
    again = form.change(filling, 30.0, -1)
    assert form.value(again, "distance") == seen[-1] - 10.0


def test_a_list_is_gone_through_by_next_and_back_too() -> None:
    books = Form("books", "Books", (Field("", "choice", options=("a", "b", "c")),))
    assert form.is_list(books)
    assert form.chosen(form.move(books, 1.0, -1), "") == "c"


def test_a_form_nobody_touches_closes_by_itself() -> None:
    filling = form.opened(TWO, 10.0)
    assert form.shown(filling, 10.0 + OPEN) is filling
    assert form.shown(filling, 10.1 + OPEN) is None
    assert form.shown(form.change(filling, 60.0, 1), 60.0 + OPEN) is not None
    assert form.shown(None, 0.0) is None


def test_a_field_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        form.value(TWO, "colour")
