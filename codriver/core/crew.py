"""What the crew's gestures do: from an action's name to a change of the trip, the pointer, the calls or the display.

Actions come from the one table of buttons, or from an entry on screen (`total=12340`, `do=night`). A gesture takes
the distance and time of its closing edge. Every action answers with the words that go into its `press` row.
"""

from collections.abc import Callable
from math import isfinite
from typing import Final

from msgspec.structs import replace

from codriver.core import (
    book,
    buttons,
    calls,
    clock,
    counting,
    display,
    form,
    found,
    hearing,
    measuring,
    odometer,
    offer,
    shelf,
    trip,
    whereabouts,
)
from codriver.core.answers import Answer, Deed
from codriver.core.form import Form
from codriver.core.forms import FORMS, FURTHEST
from codriver.core.leads import Here
from codriver.core.offers import ACCEPTED
from codriver.core.outs import Alert, Marked, Out, TripChanged
from codriver.core.plan import Plan
from codriver.core.spoken import Calls
from codriver.core.state import Question, State
from codriver.units import Metres, Seconds

ASK_ABOVE: Final[Metres] = 200.0
ASKS_FOR: Final[Seconds] = 5.0
NO_FORM: Final = "no form is open"


def act(plan: Plan, state: State, action: str, t: Seconds, odo: Metres, by: str) -> Answer:
    """Do `action` as of the edge at `t`, where the odometer read `odo`; give the state, outs, and what was done."""
    deed = _DEEDS.get(action)
    return (state, (), action) if deed is None else deed(plan, state, t, odo, by)


def enter(plan: Plan, state: State, entry: str, t: Seconds, by: str) -> Answer | None:
    """Do what an entry on screen says; None where it is none.

    Entries are `total=`, `partial=` (metres of the book), `scale=`, and `do=` with a function of the table of buttons.
    """
    what, _, text = entry.partition("=")
    if what == "do":
        known = buttons.function(text)
        return None if known is None else act(plan, state, text, t, odometer.at(state.odo, t), by)
    if what not in ("total", "partial", "scale"):
        return None
    value = _number(text)
    odo = odometer.at(state.odo, t)
    if value is None or (what == "scale" and not 0.5 <= value <= 2.0):
        return state, (), f"{entry}: not a sensible number"
    if what == "scale":
        changed, outs = trip.set_scale(state.trip, t, odo, value, by)
    elif what == "partial":
        changed, outs = trip.set_partial(state.trip, t, odo, value, "set partial", by)
    else:
        changed, outs = trip.set_total(state.trip, t, odo, value, "set total", by)
    return whereabouts.changed(plan, state, changed), outs, entry


def _zero_partial(_: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    changed, outs = trip.set_partial(state.trip, t, odo, 0.0, "zero partial", by)
    return replace(state, trip=changed), outs, "zero partial"


def _zero_total(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    changed, outs = trip.set_total(state.trip, t, odo, 0.0, "zero total", by)
    return whereabouts.changed(plan, state, changed), outs, "zero total"


def _nudge(sign: int) -> Deed:
    def nudge(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
        step = sign * plan.settings.step_m
        changed, outs = trip.shift(state.trip, t, odo, step, f"{step:+g} m", by)
        moved, skipped = whereabouts.nudged(plan, state, replace(state, trip=changed))
        return moved, outs + skipped, f"{step:+g} m"

    return nudge


def _undo(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    if not state.trip.changes:
        return state, (), "nothing to undo"
    last = state.trip.changes[-1]
    changed, outs = trip.undo(state.trip, t, odo, by)
    state = whereabouts.changed(plan, state, changed)
    if last.kind != "wheel":
        return state, outs, ", ".join(out.what for out in outs if isinstance(out, TripChanged))
    state, more, done = measuring.undone(plan, state, last.id)
    return state, outs + more, done


def _freeze(_: Plan, state: State, t: Seconds, odo: Metres, _by: str) -> Answer:
    changed = trip.freeze(state.trip, t, odo)
    return replace(state, trip=changed), (), "freeze" if changed.frozen_until is not None else "release"


def _next(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    if state.pointer >= len(plan.book.notes):
        return state, (), "next note: the book is at its end"
    return replace(state, pointer=state.pointer + 1), (), "next note"


def _previous(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    before = book.behind(plan.book, state.pointer)
    if before is None:
        return state, (), "previous note: the book is at its beginning"
    return replace(state, pointer=before), (), "previous note"


def _mark(_: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    place = state.place
    row = Marked(
        t,
        clock.text(clock.at(state.utc, t)),
        place and place.lat,
        place and place.lon,
        odometer.speed(state.odo),
        odo,
        trip.total(state.trip, odo),
        by,
    )
    return state, (row,), "mark"


def _sync(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    """Set the total to the nearest note's, asking a second press where that might be the wrong one (blueprint 6)."""
    here = trip.total(state.trip, odo)
    index = book.nearest(plan.book, here, state.pointer)
    if index is None:
        return state, (), "sync: no roadbook"
    note = plan.book.notes[index]
    off = note.total - here
    words = f"box {note.numbered}, {off:+.0f} m"
    if abs(off) > 3.0 * whereabouts.doubt(state, odo):
        return state, (), f"sync refused: nearest is {words}; set the total in the menu"
    asked = state.question
    sure = asked is not None and asked.note == index and t <= asked.until
    if not sure and (abs(off) > ASK_ABOVE or abs(off) > book.half_gap(plan.book, index)):
        ask = Alert("sync", f"{words}: press again to set")
        return replace(state, question=Question(index, t + ASKS_FOR)), (ask,), f"sync asks: {words}"
    value = book.reset(plan.book, index)
    value = note.total if value is None else value
    changed, outs = trip.set_total(state.trip, t, odo, value, f"sync to box {note.numbered}", by)
    moved = whereabouts.sought(plan, replace(state, trip=changed, question=None), index + 1)
    outs += (Alert("sync", words), *whereabouts.skipped(plan, state.pointer, index, "sync"))
    return moved, outs, f"sync: {words}"


def _page(by: int) -> Deed:
    def page(_: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        shown = display.turn(state.display, by)
        return replace(state, display=shown), (), f"page: {display.PAGES[shown.page]}"

    return page


def _night(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    dark = not display.is_night(state.display, plan.settings.night)
    return replace(state, display=replace(state.display, night=dark)), (), "night" if dark else "day"


def _hints(_: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    shown = not state.display.hints
    return replace(state, display=replace(state.display, hints=shown)), (), f"hints: {'on' if shown else 'off'}"


def _menu(_: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    after = display.toggle_menu(state.display, state.now)
    return replace(state, display=after), (), "menu" if after.menu is not None else "menu closed"


def _menu_move(by: int) -> Deed:
    def move(_: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        after = display.move(state.display, state.now, by)
        return replace(state, display=after), (), f"menu: {display.MENU[after.menu or 0]}"

    return move


def _menu_choose(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    chosen = display.open_item(state.display, t)
    if chosen is None:
        return state, (), "the menu is closed"
    if chosen in display.CLOSING:
        state = replace(state, display=replace(state.display, menu=None))
    return act(plan, state, chosen, t, odo, by) if chosen != "menu" else (state, (), "menu closed")


def _form_open(what: str) -> Deed:
    def opened(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        made = FORMS[what].open(plan, state)
        if isinstance(made, str):
            return state, (Alert("form", made),), made
        return replace(state, form=form.opened(made, state.now)), (), made.title

    return opened


def _form_move(by: int) -> Deed:
    def move(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        shown = form.shown(state.form, state.now)
        if shown is None:
            return state, (), NO_FORM
        return _revised(plan, state, form.move(shown, state.now, by))

    return move


def _form_change(sign: int) -> Deed:
    def change(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        shown = form.shown(state.form, state.now)
        if shown is None:
            return state, (), NO_FORM
        return _revised(plan, state, form.change(shown, state.now, sign))

    return change


def _revised(plan: Plan, state: State, changed: Form) -> Answer:
    revise = FORMS[changed.what].revise
    after = changed if revise is None else revise(plan, state, changed)
    field = after.fields[after.at]
    said = form.chosen(after, field.name) if field.kind == "choice" else field.shown or f"{field.value:g}"
    return replace(state, form=after), (), f"{field.name or after.title}: {said}"


def _form_confirm(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    shown = form.shown(state.form, t)
    if shown is None:
        return state, (), NO_FORM
    return FORMS[shown.what].done(plan, replace(state, form=None), shown, t, odo, by)


def _form_leave(_: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
    left = state.form
    return replace(state, form=None), (), NO_FORM if left is None else f"left: {left.title}"


def _accept(plan: Plan, state: State, t: Seconds, odo: Metres, by: str) -> Answer:
    taken = offer.taken(state.offer, t)
    if taken is None:
        return state, (), "nothing is offered"
    return ACCEPTED[taken.kind](plan, replace(state, offer=None), taken, t, odo, by)


def _call(deed: Callable[[Calls, Plan, Here], tuple[Calls, tuple[Out, ...], str]]) -> Deed:
    def call(plan: Plan, state: State, _t: Seconds, _odo: Metres, _by: str) -> Answer:
        after, outs, done = deed(state.calls, plan, whereabouts.here(state))
        return replace(state, calls=after), outs, done

    return call


def _number(text: str) -> float | None:
    """A plain number of a sensible size; not what only Python would read as one."""
    try:
        value = float(text)
    except ValueError:
        return None
    plain = text.isascii() and "_" not in text and isfinite(value)
    return value if plain and abs(value) <= FURTHEST else None


_DEEDS: Final[dict[str, Deed]] = {
    "zero_partial": _zero_partial,
    "zero_total": _zero_total,
    "plus": _nudge(+1),
    "minus": _nudge(-1),
    "backwards": counting.turn,
    "rejoin": found.rejoin,
    "undo": _undo,
    "freeze": _freeze,
    "next_note": _next,
    "previous_note": _previous,
    "mark": _mark,
    "sync": _sync,
    "next_page": _page(+1),
    "previous_page": _page(-1),
    "night": _night,
    "hints": _hints,
    "menu": _menu,
    "menu_down": _menu_move(+1),
    "menu_up": _menu_move(-1),
    "menu_choose": _menu_choose,
    "form_next": _form_move(+1),
    "form_previous": _form_move(-1),
    "form_more": _form_change(+1),
    "form_less": _form_change(-1),
    "form_confirm": _form_confirm,
    "form_leave": _form_leave,
    "accept": _accept,
    "report": shelf.report,
    "report_on": shelf.on,
    "report_back": shelf.back,
    "report_done": shelf.done,
    "report_leave": shelf.leave,
    "mile_here": measuring.post,
    "mile_leave": measuring.leave,
    "repeat_call": _call(calls.repeat),
    "hush": _call(calls.hush),
    "calls": _call(calls.choose),
    "louder": hearing.turn(+1),
    "softer": hearing.turn(-1),
    **{what: _form_open(what) for what in FORMS},
}
