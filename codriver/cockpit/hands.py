"""What the crew's hands can do now: the six buttons, the chords of those held, the menu. All of it from the one table.

Knows no fingers, keys or pins: only which contacts are not at rest, on whichever panel.
"""

from functools import cache
from typing import Final

from codriver.cockpit import figures
from codriver.cockpit.figures import Units
from codriver.cockpit.screen import Hint, Menu
from codriver.core import buttons, display, form, intercom, spoken, whereabouts
from codriver.core.buttons import DRIVERS, Button
from codriver.core.form import Field, Form
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.units import Seconds

SIX: Final = tuple(button for button in Button if button not in DRIVERS)
# A contact that was closed before anybody could see it close means nothing.
UNMEANT: Final = "doubted"
REPEATS: Final = "repeats"
# What a menu item is called where the button's hint would not fit what stands beside it.
_LABELS: Final = {"backwards": "counting", "menu": "close the menu"}


def held(state: State) -> frozenset[int]:
    """The buttons whose contacts are not at rest, on any panel: from their first closing edge on."""
    if not state.panels:
        return frozenset()
    return frozenset(
        contact.button for panel in state.panels.values() for contact in panel.contacts if contact.phase != UNMEANT
    )


def names(down: frozenset[int]) -> tuple[str, ...]:
    """What is printed beside these buttons, in their order; the driver's two among them."""
    return tuple(buttons.name(button) for button in sorted(down)) if down else ()


def context(plan: Plan, state: State, now: Seconds) -> str:
    """What the buttons stand in: the drive, the making of a book, a menu, a form, an offer."""
    return whereabouts.context(plan, state, now)


def in_list(state: State, now: Seconds) -> bool:
    """Whether the crew has a list before it: a form with nothing but one choice."""
    shown = form.shown(state.form, now)
    return shown is not None and form.is_list(shown)


# What the buttons of a form do where it is a list.
_IN_A_LIST: Final = {"next field": "down", "field before": "up", "more": "down", "less": "up", "do it": "choose"}


@cache
def hints(where: str, down: frozenset[int], step: str, *, listed: bool = False) -> tuple[Hint, ...]:
    """The six buttons, with what a press and a long press do. `step` is what PLUS adds, `10 m`; `listed`: in a list."""
    names = _IN_A_LIST if listed else {}
    return tuple(
        Hint(
            buttons.name(button),
            names.get(words := _words(where, "press", button)) or _signed(words, step),
            _words(where, "long", button) or _repeating(where, button),
            button in down,
            button.name,
        )
        for button in SIX
    )


@cache
def chords(where: str, down: frozenset[int]) -> tuple[str, ...]:
    """What the buttons held now can do together with another."""
    return tuple(
        f"with {' + '.join(missing)}: {words}" if missing else f"hold: {words}"
        for binding, words in buttons.hints(where)
        if binding.kind == "chord" and down & set(binding.buttons)
        for missing in [[buttons.name(each) for each in binding.buttons if each not in down]]
    )


def menu(plan: Plan, state: State, now: Seconds) -> Menu | None:
    """The open form, each field with what it is set to; else the open menu, each item by its hint and what it is."""
    filling = form.shown(state.form, now)
    if filling is not None:
        return _form(filling, figures.units(plan.settings.units))
    chosen = display.open_item(state.display, now)
    if chosen is None:
        return None
    volume = f"{intercom.percent(state.intercom)} %"
    settings = {
        "night": "night" if display.is_night(state.display, plan.settings.night) else "day",
        "calls": spoken.wished(state.calls, plan),
        "louder": volume,
        "softer": volume,
        "backwards": "backwards" if state.trip.basis.backwards else "forwards",
        "freeze": "frozen" if state.trip.frozen_until is not None else "",
        "hints": "on" if state.display.hints else "off",
    }
    items = tuple((_label(action), settings.get(action, "")) for action in display.MENU)
    at = display.MENU.index(chosen)
    return Menu(items, at, f"Menu, {at + 1} of {len(items)}")


def _form(shown: Form, measure: Units) -> Menu:
    if form.is_list(shown):
        [field] = shown.fields
        return Menu(tuple((option, "") for option in field.options), int(field.value), shown.title)
    return Menu(tuple((field.name, _set_to(field, measure)) for field in shown.fields), shown.at, shown.title)


def _set_to(field: Field, measure: Units) -> str:
    if field.shown:
        return field.shown
    if field.kind == "choice":
        return field.options[int(field.value)]
    if field.kind == "metres":
        return f"{figures.printed(field.value, measure)} {measure.road_name}"
    return f"{field.value:g} {field.unit}".rstrip()


def _signed(words: str, step: str) -> str:
    """A bare sign says too little: `+` is `+10 m`."""
    return words + step if words in {"+", "-"} else words


def _label(action: str) -> str:
    if action in _LABELS:
        return _LABELS[action]
    known = buttons.function(action)
    return action if known is None else known.hint


def _words(where: str, kind: str, button: Button) -> str:
    found = (words for binding, words in buttons.hints(where) if binding.gesture == (kind, (button,)))
    return next(found, "")


def _repeating(where: str, button: Button) -> str:
    return REPEATS if _words(where, "repeat", button) else ""
