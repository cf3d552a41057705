"""The load report on the screen, a page of it: of the book in use, or of one that was copied and can be taken.

Pure; whose report is open, and at which page, is the state's to say.
"""

from functools import lru_cache
from typing import Final

from codriver.core import shelf
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.roadbook.leaves import LINES as LEAF
from codriver.roadbook.leaves import Leaf, leaves
from codriver.units import Seconds

LINES: Final = LEAF + 2  # with the first, which counts the pages, and the last, which says what the buttons do


def lines(plan: Plan, state: State, now: Seconds) -> Leaf | None:
    """The page of the report that is open; None where none is."""
    open_ = shelf.standing(state, now)
    if open_ is None:
        return None
    if not open_.checked:
        every = _leaves(plan.report)
        at = open_.page % len(every)
        return _page("LOAD REPORT", every[at], at, len(every), "MARK leaves the report")
    checked = state.stick.checked
    if checked is None:
        return None
    foot = "MARK takes the book; MARK held leaves it"
    return _page(f"LOAD REPORT of {checked.name}", checked.lines, checked.page, checked.pages, foot)


_leaves: Final = lru_cache(maxsize=4)(leaves)


def _page(head: str, leaf: Leaf, at: int, count: int, foot: str) -> Leaf:
    if count < 2:
        return (head, *leaf, foot)
    return (f"{head}, page {at + 1} of {count}", *leaf, f"NEXT, BACK: other pages; {foot}")
