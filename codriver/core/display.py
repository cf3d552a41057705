"""What the crew has chosen to see: the page, the theme, the hints, the menu. Nothing here moves a distance.

The menu closes by itself when nobody has touched it for a while; whether it is open is therefore asked with a time.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from codriver.units import Seconds

PAGES: Final = ("road", "trip", "calls", "status")
# The menu, top to bottom, as functions of the one table of buttons: what else needs two hands or a keyboard.
MENU: Final = (
    "night",
    "calls",
    "louder",
    "softer",
    "mark",
    "sync",
    "undo",
    "rejoin",
    "backwards",
    "freeze",
    "hints",
    "set_total",
    "mile",
    "books",
    "report",
    "amend",
    "zero_total",
    "menu",
)
MENU_OPEN: Final[Seconds] = 15.0
# After these the crew wants to see the road again; settings may be gone through one after the other.
CLOSING: Final = frozenset(
    {
        "mark",
        "sync",
        "undo",
        "rejoin",
        "backwards",
        "freeze",
        "set_total",
        "mile",
        "books",
        "report",
        "amend",
        "zero_total",
        "menu",
    }
)


class Display(Struct, frozen=True):
    """`page` and `menu` are indexes; `night` None leaves the theme to the configuration."""

    page: int = 0
    night: bool | None = None
    hints: bool = True
    menu: int | None = None
    menu_until: Seconds = 0.0


def is_night(display: Display, plan_night: bool) -> bool:
    """Whether the night colours are shown: the crew's choice before the configuration's."""
    return plan_night if display.night is None else display.night


def turn(display: Display, by: int) -> Display:
    """The next page, or the one before, round and round."""
    return replace(display, page=(display.page + by) % len(PAGES))


def open_item(display: Display, t: Seconds) -> str | None:
    """The function that MARK would choose in the menu at `t`; None while it is closed."""
    return MENU[display.menu] if display.menu is not None and t <= display.menu_until else None


def toggle_menu(display: Display, t: Seconds) -> Display:
    """Open the menu at its first item, or close it."""
    if open_item(display, t) is not None:
        return replace(display, menu=None)
    return replace(display, menu=0, menu_until=t + MENU_OPEN)


def move(display: Display, t: Seconds, by: int) -> Display:
    """Go down or up in the menu, round and round; it stays open for a while more."""
    return replace(display, menu=((display.menu or 0) + by) % len(MENU), menu_until=t + MENU_OPEN)


def restart(display: Display) -> Display:
    """A new segment: pages and theme stay as the crew has them, the menu is closed."""
    return replace(display, menu=None, menu_until=0.0)
