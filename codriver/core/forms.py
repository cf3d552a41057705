"""Every form by its name, which is also the function of the table of buttons that opens it."""

from collections.abc import Mapping
from typing import Final

from codriver.core import amending, measuring, odometer, shelf, trip, whereabouts
from codriver.core.answers import Answer, Maker
from codriver.core.form import Field, Form, value
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.units import Metres, Seconds

FURTHEST: Final[Metres] = 1e7


def _total_form(plan: Plan, state: State) -> Form:
    here = max(round(trip.total(state.trip, odometer.distance(state.odo)), 0), 0.0)
    return Form(
        "set_total", "Set the total", (Field("total", "metres", here, step=plan.settings.step_m, most=FURTHEST),)
    )


def _total_set(plan: Plan, state: State, form: Form, t: Seconds, odo: Metres, by: str) -> Answer:
    metres = value(form, "total")
    changed, outs = trip.set_total(state.trip, t, odo, metres, "set total", by)
    return whereabouts.changed(plan, state, changed), outs, f"set total to {metres:g} m"


FORMS: Final[Mapping[str, Maker]] = {
    amending.AMEND: Maker(amending.opened, amending.done, amending.revised),
    shelf.BOOKS: Maker(shelf.listed, shelf.chosen),
    "set_total": Maker(_total_form, _total_set),
    measuring.MEASURED: Maker(measuring.form, measuring.begin),
}
