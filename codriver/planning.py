"""The next plan, made beside the drive: building one reads a whole book, and nobody waits for that at speed.

What the core asks for with a Replan is made in a thread, one after the other, each from the inputs that hold then.
What cannot be made is a sentence, and the drive goes on as it was. Knows nothing of what a plan is for.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Final, TypeAlias

from codriver.core.outs import Replan
from codriver.core.plan import Inputs, Plan, build

# From the inputs of now and what is asked for: the inputs of the next segment.
Remake: TypeAlias = Callable[[Inputs, Replan], Inputs]

UNMADE: Final = "the new plan could not be made: driving goes on with the old one"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a Replan: inputs with the plan they make, or why there are none."""

    replan: Replan
    inputs: Inputs | None = None
    plan: Plan | None = None
    why: str = UNMADE


def make(remake: Remake, inputs: Inputs, replan: Replan) -> Made:
    """The plan that is asked for, built; or the sentence that says why there is none."""
    try:
        new = remake(inputs, replan)
        return Made(replan, new, build(new))
    except (ValueError, OSError) as error:
        return Made(replan, why=f"{error}; driving goes on as before")


class Planner:
    """Makes plans in a thread of its own; `wake` is called from there when one is made. The rest is the loop's."""

    def __init__(self, remake: Remake | None, wake: Callable[[], None]) -> None:
        self._remake = remake
        self._wake = wake
        self._asked: Replan | None = None
        self._made: Made | None = None
        self._thread: Thread | None = None

    def turn(self, inputs: Inputs | None, asked: deque[Replan]) -> Made | None:
        """Begin with the next that is asked, where none is under way; and what has been made since."""
        made = self._finished()
        if self._thread is None and made is None and asked and inputs is not None:
            self._begin(inputs, asked.popleft())
        return made

    def _finished(self) -> Made | None:
        """What the thread has left; a thread that has ended and left nothing is told of, too."""
        if self._asked is None or self._thread is None or (self._made is None and self._thread.is_alive()):
            return None
        made = self._made or Made(self._asked)
        self._asked = self._made = self._thread = None
        return made

    def _begin(self, inputs: Inputs, replan: Replan) -> None:
        if self._remake is None:
            return
        self._asked = replan
        self._thread = Thread(target=self._work, args=(self._remake, inputs, replan), name="planning", daemon=True)
        self._thread.start()

    def _work(self, remake: Remake, inputs: Inputs, replan: Replan) -> None:
        try:
            self._made = make(remake, inputs, replan)
        finally:
            self._wake()
