"""Keyboard and glass as a wire: what the window reports becomes edges of buttons, functions, or the wish to leave."""

import pygame
import pytest
from pygame.event import Event

from codriver.cockpit.window import Window
from codriver.core import buttons
from codriver.core.buttons import Button
from codriver.signals import Edge
from codriver.wires.keys import EVERY, SURELY, Keys
from codriver.wires.wire import Wire


class Desk:
    """A window that reports what it is told, and a wire that asks it."""

    def __init__(self) -> None:
        self.events: list[tuple[str, bool]] = []
        self.left = 0
        self.keys = Keys(self._report, self._leave)

    def at(self, t: float, *events: tuple[str, bool]) -> list[Edge]:
        self.events += events
        taken = self.keys.take(t)
        assert all(isinstance(edge, Edge) for edge in taken)
        return [edge for edge in taken if isinstance(edge, Edge)]

    def names(self, *events: tuple[str, bool]) -> list[str]:
        return [edge.name for edge in self.at(1.0, *events)]

    def _report(self) -> list[tuple[str, bool]]:
        events, self.events = self.events, []
        return events

    def _leave(self) -> None:
        self.left += 1


@pytest.mark.parametrize(("key", "button"), buttons.KEYS.items())
def test_a_key_that_is_a_button_closes_and_opens_its_contact(key: str, button: Button) -> None:
    desk = Desk()
    name = button.name.lower()
    assert desk.at(1.0, (f"key {key}", True)) == [Edge(1.0, "key", name, True)]
    assert desk.at(1.25, (f"key {key}", False)) == [Edge(1.25, "key", name, False)]
    assert buttons.number(name) == button


@pytest.mark.parametrize("function", [each for each in buttons.TABLE.functions if each.key], ids=lambda each: each.key)
def test_a_letter_is_its_function_at_once(function: buttons.Function) -> None:
    assert Desk().names((f"key {function.key}", True)) == [f"do={function.action}"]


@pytest.mark.parametrize(
    ("key", "button"),
    [
        ("[1]", Button.TRIP),
        ("[8]", Button.DRIVER_REPEAT),
        ("[+]", Button.PLUS),
        ("[-]", Button.MINUS),
        ("enter", Button.MARK),
    ],
)
def test_the_keypad_is_a_panel_of_buttons_too(key: str, button: Button) -> None:
    """Its keys have names in brackets; pygame's own word for each is asked."""
    names = {
        "[1]": pygame.K_KP1,
        "[8]": pygame.K_KP8,
        "[+]": pygame.K_KP_PLUS,
        "[-]": pygame.K_KP_MINUS,
        "enter": pygame.K_KP_ENTER,
    }
    assert pygame.key.name(names[key]) == key
    assert Desk().names((f"key {key}", True)) == [button.name.lower()]


def test_no_letter_is_a_button_too_and_none_stands_for_two_functions() -> None:
    letters = [function.key for function in buttons.TABLE.functions if function.key]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & {*buttons.KEYS, "escape"}


def test_a_finger_is_a_contact_of_another_panel() -> None:
    assert Desk().names(("touch TRIP", True), ("touch TRIP", False)) == ["touch trip"] * 2


@pytest.mark.parametrize("key", ["q", "escape ", "f1", "0", "9", "left shift", "é", "", "ESCAPE"])
def test_a_key_nobody_knows_is_nothing(key: str) -> None:
    desk = Desk()
    assert desk.names((f"key {key}", True), (f"key {key}", False)) == []
    assert desk.left == 0


def test_events_keep_their_order_and_have_the_time_of_asking() -> None:
    taken = Desk().at(2.0000004, ("key 1", True), ("key n", True), ("touch PLUS", True), ("key 1", False))
    assert [(edge.t, edge.name) for edge in taken] == [
        (2.0, "trip"), (2.0, "do=night"), (2.0, "touch plus"), (2.0, "trip"),
    ]  # fmt: skip


def test_a_window_that_loses_the_focus_lets_go_of_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else PLUS would go on repeating, since nobody tells when it is let go."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    window = Window((320, 240), full=False, title="codriver")
    try:
        keys = Keys(window.events, lambda: None)
        keys.take(0.0)
        for key in (pygame.K_UP, pygame.K_5):
            pygame.event.post(Event(pygame.KEYDOWN, key=key))
        assert [edge.closed for edge in keys.take(1.0) if isinstance(edge, Edge)] == [True, True]
        pygame.event.post(Event(pygame.WINDOWFOCUSLOST))
        assert keys.take(2.0) == [Edge(2.0, "key", "plus", False), Edge(2.0, "key", "minus", False)]
        for key in (pygame.K_UP, pygame.K_5):
            pygame.event.post(Event(pygame.KEYUP, key=key))
        assert keys.take(3.0) == []
    finally:
        window.close()


def test_escape_must_be_pressed_twice_to_leave() -> None:
    desk = Desk()
    assert desk.names(("key escape", True), ("key escape", False)) == []
    assert desk.left == 0
    assert desk.at(1.0 + SURELY, ("key escape", True)) == []
    assert desk.left == 1


def test_two_escapes_far_apart_leave_nobody() -> None:
    desk = Desk()
    for t in (1.0, 1.0 + SURELY + 0.1, 10.0):
        desk.at(t, ("key escape", True), ("key escape", False))
    assert desk.left == 0


def test_an_escape_that_is_held_is_one() -> None:
    desk = Desk()
    desk.at(1.0, ("key escape", True))
    desk.at(1.5, ("key escape", False))
    assert desk.left == 0


def test_an_escape_in_the_segment_before_counts_for_nothing() -> None:
    """Time has begun anew since."""
    desk = Desk()
    desk.at(300.0, ("key escape", True))
    desk.at(0.5, ("key escape", True))
    assert desk.left == 0


def test_the_windows_own_button_leaves_at_once() -> None:
    desk = Desk()
    assert desk.names(("quit", True)) == []
    assert desk.left == 1


def test_the_window_is_asked_at_once_and_then_fifty_times_a_second() -> None:
    desk = Desk()
    wire: Wire = desk.keys
    assert wire.fileno() is None
    assert wire.due() == 0.0
    desk.at(4.0)
    assert wire.due() == 4.0 + EVERY == 4.02
    wire.close()
