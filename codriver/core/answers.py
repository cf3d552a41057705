"""What a gesture comes to, for every room that answers one: the state after it, what is to be done, and the words.

The words go into the row of the press, so that the log says what each press did, or why it did nothing.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from codriver.core.form import Form
from codriver.core.offer import Offer
from codriver.core.outs import Out
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.units import Metres, Seconds

Answer: TypeAlias = tuple[State, tuple[Out, ...], str]
# At the time of the closing edge and the odometer's reading then; the last is who did it.
Deed: TypeAlias = Callable[[Plan, State, Seconds, Metres, str], Answer]
Accepted: TypeAlias = Callable[[Plan, State, Offer, Seconds, Metres, str], Answer]


class Maker(NamedTuple):
    """A kind of form. `open` makes it, or says in words why there is none; `done` does what it says.

    `revise` is asked after each change: one field may decide what another can be.
    """

    open: Callable[[Plan, State], Form | str]
    done: Callable[[Plan, State, Form, Seconds, Metres, str], Answer]
    revise: Callable[[Plan, State, Form], Form] | None = None
