"""What is called: the words of a call with what nobody has written marked in them, and the page made for the driver.

The page has the present call until its note is passed, how much of the way to it is left, and what will be called next.
What is told here is what the planner has before it; it decides anew all the time. Pure.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from codriver.cockpit import figures
from codriver.cockpit.dials import Here
from codriver.cockpit.screen import Call, Coming, Driver
from codriver.core import leads, spoken, whereabouts
from codriver.core.languages.language import language
from codriver.core.plan import Plan
from codriver.core.spoken import Saying
from codriver.core.state import State
from codriver.units import Metres

NEXT: Final = 2
# A press or two of MINUS leave a call as true as it was.
SLACK: Final[Metres] = 50.0
# Behind a word that nobody has written: it was made of cap and track.
MARK: Final = "?"


def words(plan: Plan, saying: Saying) -> str:
    """What is said, with a mark behind each side that was inferred."""
    if not saying.notes:
        return ", ".join(saying.words)
    said = zip(saying.notes, saying.words, strict=False)
    return ", ".join(_marked(plan, index, text) for index, text in said)


def stands(plan: Plan, called: Saying, total: Metres) -> bool:
    """Whether a call is still true: no note of it lies further off than when it began, since the trip was set."""
    notes = plan.book.notes
    there = zip(called.notes, called.totals, strict=False)
    return all(notes[n].total - total <= at - called.from_m + SLACK for n, at in there if 0 <= n < len(notes))


def driver(plan: Plan, state: State, at: Here) -> Driver:
    """The driver's page. What is said beside the call of a note, or a beep, does not take its countdown away."""
    saying, last = state.calls.saying, state.calls.last
    call, left = (None, None) if last is None else _present(plan, state, at, last)
    if saying is not None and (last is None or saying.id != last.id) and any(saying.words):
        call = Call(words(plan, saying), saying.heard, saying.danger)
    return Driver(call, left, tuple(islice(_coming(plan, state, at), NEXT)))


def _marked(plan: Plan, index: int, text: str) -> str:
    side = plan.scripts[index].inferred if 0 <= index < len(plan.scripts) else ""
    if not side:
        return text
    word = language(plan.settings.language).phrases[side]
    return text.replace(word, word + MARK, 1)


def _present(plan: Plan, state: State, at: Here, called: Saying) -> tuple[Call | None, int | None]:
    """The call of a note, and the percent of the way that are left to it; none once it is passed and said."""
    saying = state.calls.saying
    speaking = saying is not None and saying.id == called.id
    ahead = [index for index in called.notes if state.pointer <= index < len(plan.book.notes)]
    if not speaking and not (ahead and stands(plan, called, at.total)):
        return None, None
    heard = saying is not None and speaking and saying.heard
    shown = Call(words(plan, called), heard, called.danger)
    if not ahead or at.tone == "none":
        return shown, None
    total = plan.book.notes[ahead[0]].total
    return shown, _left(total - at.total, total - called.from_m)


def _left(way: Metres, whole: Metres) -> int:
    return 0 if whole <= 0.0 else max(0, min(100, round(100.0 * way / whole)))


def _coming(plan: Plan, state: State, at: Here) -> Iterator[Coming]:
    """The notes that will be called, the nearest first, as far as anything can be told of them."""
    how, left_out = spoken.mode(state.calls, plan), dict(state.calls.left)
    here, measure = whereabouts.here(state), figures.units(plan.settings.units)
    if how == "off" or here.astray or here.backwards or at.tone == "none":
        return
    after = state.calls.next
    while (index := leads.sought(plan, how, here, after)) is not None:
        if index not in left_out and index not in state.calls.already:
            note, script = plan.book.notes[index], plan.scripts[index]
            said = script.prompt if how == "prompt" else script.full
            far = f"{figures.roughly(note.total - at.total, measure)} {measure.road_name}"
            yield Coming(far, _marked(plan, index, said), note.danger)
        after = index + 1
