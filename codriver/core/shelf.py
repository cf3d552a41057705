"""Roadbooks and their reports, as the crew handles them: listed, chosen, read, taken into use; the stick given back.

A book is changed by a press alone, and above walking pace by two. Nothing here touches a file: what is wanted of the
stick is asked of the loop, which answers with signals `load`.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import amending, form, odometer, offer, reading, stick
from codriver.core.answers import Answer
from codriver.core.form import Field, Form
from codriver.core.outs import Alert, Eject, Leaf, Load, Replan
from codriver.core.plan import Plan
from codriver.core.reading import Reading
from codriver.core.state import State, Stepped
from codriver.units import KMH, Metres, MetresPerSecond, Seconds

BOOKS: Final = "books"
GIVE_BACK: Final = "give the stick back"
STICK: Final = "stick"  # the alerts' kind
STEADY: Final[MetresPerSecond] = 10 * KMH
SURELY: Final[Seconds] = 5.0
STOOD: Final[Metres] = 20.0
LETTERS: Final = 32  # of a path in the list


def hear(state: State, text: str) -> Stepped:
    """What the loop tells of sticks and books."""
    word, _, rest = text.partition(" ")
    match word:
        case "stick":
            return _seen(state, stick.seen(state.stick, rest))
        case "ready":
            return _ready(state, stick.ready(state.stick, rest))
        case "page":
            return replace(state, stick=stick.turned(state.stick, rest)), ()
        case "failed":
            return replace(state, stick=replace(state.stick, copied="")), (Alert(STICK, rest),)
        case "unmade":
            return replace(state, amending=None), (Alert(STICK, rest),)
        case "ejected":
            return state, (Alert(STICK, rest),)
        case _:
            return state, ()


def _seen(state: State, now: stick.Stick) -> Stepped:
    before = state.stick
    listing = state.form is not None and state.form.what == BOOKS
    if listing and now.books != before.books:
        state = replace(state, form=None)
    state = replace(state, stick=now)
    if now == before:
        return state, ()
    if not now.here:
        return state, (Alert(STICK, "the stick is out"),)
    return state, (Alert(STICK, _welcome(now)),)


def _welcome(now: stick.Stick) -> str:
    count = len(now.books) + now.more
    if not count:
        return "no roadbook on this stick"
    return f"{count} roadbook{'s' if count > 1 else ''} on the stick: ROADBOOKS in the menu"


def _ready(state: State, now: stick.Stick | None) -> Stepped:
    """Who stands sees the report at once; who drives is told, and has it in the menu."""
    if now is None or now.checked is None:
        return state, ()
    state = replace(state, stick=now)
    if odometer.pace(state.odo, state.now) > STEADY:
        return state, (Alert(STICK, f"{now.checked.name} is checked: LOAD REPORT in the menu"),)
    return replace(state, reading=replace(_of_checked(state), seen=state.now + offer.SEEN)), ()


# The list.


def listed(_: Plan, state: State) -> Form | str:
    """The books on the stick, newest first, to choose from."""
    if state.stick.copied:
        return f"{state.stick.copied} is being read: a moment"
    if not state.stick.here:
        return "no stick: plug one in"
    names = tuple(map(_short, state.stick.books))
    return Form(BOOKS, _title(state.stick), (Field("", "choice", options=(*names, GIVE_BACK)),))


def _short(path: str) -> str:
    """As much of a path as a list has room for: its end."""
    return path if len(path) <= LETTERS else f"…{path[1 - LETTERS :]}"


def _title(known: stick.Stick) -> str:
    if not known.books:
        return "No roadbook on this stick"
    return f"Roadbooks on the stick{f', the newest of {len(known.books) + known.more}' if known.more else ''}"


def chosen(_plan: Plan, state: State, filled: Form, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """Have the chosen one copied and checked, or the stick let go of."""
    if form.chosen(filled, "") == GIVE_BACK:
        return state, (Eject(),), GIVE_BACK
    # The list is closed when the stick changes: it stands in the order of the books.
    path = state.stick.books[int(form.value(filled, ""))]
    copied = replace(state.stick, copied=path.rpartition("/")[2][: stick.LONGEST], checked=None)
    return replace(state, stick=copied), (Load(path), Alert(STICK, f"reading {copied.copied}")), f"load {path}"


# The report.


def before_start(plan: Plan, state: State) -> State:
    """At the start of a run whose book leaves something to check: its report, until the car has driven off."""
    if not plan.book.notes or not plan.report.doubts or odometer.distance(state.odo) > STOOD:
        return state
    return replace(state, reading=Reading(odo=odometer.distance(state.odo)))


def standing(state: State, t: Seconds) -> Reading | None:
    """The report that is on the screen at `t`."""
    return reading.shown(state.reading, t, odometer.distance(state.odo))


def report(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """Open the report: of the book that was copied, while it waits to be taken, else of the one in use."""
    if state.stick.checked is not None:
        return replace(state, reading=_of_checked(state)), (), f"load report of {state.stick.checked.name}"
    if not plan.book.notes and not plan.book.track:
        return state, (Alert("report", "no roadbook is loaded"),), "no roadbook is loaded"
    return replace(state, reading=Reading(until=state.now + reading.OPEN)), (), "load report"


def _of_checked(state: State) -> Reading:
    return Reading(checked=True, until=state.now + reading.OPEN)


def turned(state: State, by: int) -> Answer:
    """A page on, or back."""
    open_ = standing(state, state.now)
    if open_ is None:
        return state, (), "no report is open"
    until = None if open_.until is None else state.now + reading.OPEN
    after, checked = replace(state, reading=replace(open_, page=open_.page + by, until=until)), state.stick.checked
    outs = (Leaf((checked.page + by) % checked.pages),) if open_.checked and checked is not None else ()
    return after, outs, f"report: page {by:+d}"


def on(_plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """The report's next page."""
    return turned(state, +1)


def back(_plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """The report's page before."""
    return turned(state, -1)


def leave(_plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    """Close the report. A book that was copied stays ready to be taken, by the menu."""
    return replace(state, reading=None), (), "left the load report"


def done(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """Take the book whose report this is into use; of the book in use close the report."""
    open_, checked = standing(state, state.now), state.stick.checked
    if open_ is None or not open_.checked or checked is None:
        return leave(plan, state, t, odo, by)
    if odometer.pace(state.odo, state.now) > STEADY and t > open_.sure:
        asked = replace(state, reading=replace(open_, sure=t + SURELY))
        words = f"driving: press again to drive by {checked.name}"
        return asked, (Alert(STICK, words),), f"asks: {words}"
    known = replace(state.stick, checked=None)
    taken = replace(state, reading=None, stick=known, amending=state.now + amending.PATIENCE)
    return taken, (Replan("book", checked.file), Alert(STICK, f"{checked.name}: a moment")), f"take {checked.name}"
