"""The keyboard and the touch screen: what the window reports becomes edges of the buttons, or a function at once.

The window knows keys by their own names and fingers by the hint they lie on; which button or function that stands for
is in the one table. Stamped when it is asked, since the window's own queue has no time: it is asked often enough.
"""

from collections.abc import Callable, Iterable
from typing import Final

from codriver.core import buttons
from codriver.signals import Edge, Signal, stamp
from codriver.units import Seconds

# How often the window is asked: a key waits no longer.
EVERY: Final[Seconds] = 0.02
# The keypad's keys are called `[1]`, and its return key `enter`.
# On keyboards where plus wants a shift, the key that has it is called `=`.
KEYPAD: Final = {"enter": "return", "[+]": "up", "[-]": "down", "=": "+"}
# Escape must be meant: twice within this time.
SURELY: Final[Seconds] = 2.0


class Keys:
    """Keys and fingers. `events` gives what there is: `("key n", True)`, `("touch TRIP", False)`, `("quit", True)`."""

    def __init__(self, events: Callable[[], Iterable[tuple[str, bool]]], leave: Callable[[], None]) -> None:
        self._events = events
        self._leave = leave
        self._asked: Seconds | None = None
        self._escaped: Seconds | None = None
        self._letters = {function.key: function.action for function in buttons.TABLE.functions if function.key}

    def fileno(self) -> None:
        """There is nothing to wait on: the window has to be asked."""

    def due(self) -> Seconds:
        """When to ask again."""
        return 0.0 if self._asked is None else self._asked + EVERY

    def take(self, now: Seconds) -> list[Signal]:
        """The edges since the last take."""
        self._asked = now
        edges = (self._edge(name, closed, now) for name, closed in self._events())
        return [edge for edge in edges if edge is not None]

    def close(self) -> None:
        """Nothing to let go of: the window is its owner's."""

    def _edge(self, name: str, closed: bool, now: Seconds) -> Edge | None:
        kind, _, which = name.partition(" ")
        if kind == "quit" or (which == "escape" and closed and self._insists(now)):
            self._leave()
            return None
        which = KEYPAD.get(which, which.strip("[]"))
        if kind == "touch":
            return Edge(stamp(now), "key", f"touch {which.lower()}", closed)
        if (button := buttons.KEYS.get(which)) is not None:
            return Edge(stamp(now), "key", button.name.lower(), closed)
        action = self._letters.get(which)
        return Edge(stamp(now), "key", f"do={action}", closed) if action is not None else None

    def _insists(self, now: Seconds) -> bool:
        """Whether this is the second escape of two."""
        before, self._escaped = self._escaped, now
        return before is not None and 0.0 <= now - before <= SURELY
