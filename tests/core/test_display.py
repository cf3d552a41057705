"""What the crew has chosen to see: pages that go round, a menu that closes by itself, colours of its own."""

import pytest

from codriver.core import buttons, crew, display
from codriver.core.display import CLOSING, MENU, MENU_OPEN, PAGES, Display


def test_pages_go_round_both_ways() -> None:
    shown = Display()
    assert [PAGES[(shown := display.turn(shown, 1)).page] for _ in PAGES] == ["trip", "calls", "status", "road"]
    assert PAGES[display.turn(shown, -1).page] == "status"


@pytest.mark.parametrize(("chosen", "plan", "night"), [(None, True, True), (None, False, False), (False, True, False)])
def test_the_crews_colours_come_before_the_configurations(chosen: bool | None, plan: bool, night: bool) -> None:
    assert display.is_night(Display(night=chosen), plan) is night


def test_a_menu_opens_at_its_first_item_and_closes_again() -> None:
    opened = display.toggle_menu(Display(), 10.0)
    assert display.open_item(opened, 10.0) == MENU[0]
    assert display.open_item(display.toggle_menu(opened, 11.0), 11.0) is None


def test_a_menu_goes_round_both_ways() -> None:
    opened = display.toggle_menu(Display(), 10.0)
    seen = [opened := display.move(opened, 10.0, 1) for _ in MENU]
    assert [display.open_item(each, 10.0) for each in seen] == [*MENU[1:], MENU[0]]
    assert display.open_item(display.move(opened, 10.0, -1), 10.0) == MENU[-1]


def test_a_menu_nobody_touches_closes_by_itself_and_opens_anew_at_the_top() -> None:
    opened = display.move(display.toggle_menu(Display(), 10.0), 20.0, 3)
    assert display.open_item(opened, 20.0 + MENU_OPEN) == MENU[3]
    late = 20.0 + MENU_OPEN + 0.001
    assert display.open_item(opened, late) is None
    assert display.open_item(display.toggle_menu(opened, late), late) == MENU[0]


def test_a_new_segment_closes_the_menu_and_keeps_the_rest() -> None:
    shown = display.toggle_menu(Display(page=1, night=True, hints=False), 10.0)
    again = display.restart(shown)
    assert again == Display(page=1, night=True, hints=False)
    assert display.open_item(again, 0.0) is None


def test_everything_in_the_menu_is_a_function_that_is_done() -> None:
    assert {*MENU, *CLOSING} == {*MENU}
    assert all(buttons.function(action) is not None and action in crew._DEEDS for action in MENU)


def test_what_has_no_button_of_its_own_is_in_the_menu() -> None:
    assert {each.action for each in buttons.TABLE.functions if not each.bindings} <= {*MENU}
