"""From state to screen: everything that is to be seen at `now`, as one frozen value. Pure, and no pygame in it.

Frames are no signals: the view carries the distance on between fixes and judges how old each value is, and nothing of
that goes back into the fold. Equal states at equal times make equal Screens.
"""

from typing import Final, get_args

from codriver.cockpit import calling, dials, figures, hands, lamps, report, rows, status, tellings
from codriver.cockpit.outside import NOWHERE, Outside
from codriver.cockpit.screen import Page, Screen
from codriver.core import display
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.units import Seconds

# The pages that the crew turns to; the load report comes by itself, or from the menu.
PAGES: Final[tuple[Page, ...]] = tuple(page for page in get_args(Page) if page != "report")

__all__ = ["Outside", "screen"]


def screen(plan: Plan, state: State, now: Seconds, outside: Outside = NOWHERE) -> Screen:
    """What the crew sees at `now`, seconds since the segment's Start as in the state."""
    at = dials.here(plan, state, now)
    total, partial = dials.counters(plan, state, at, now)
    left, closing, band = dials.approach(plan, state, at)
    done, recorded = tellings.deed(state, outside, now)
    where, down = hands.context(plan, state, now), hands.held(state)
    step = figures.step(plan.settings.step_m, figures.units(plan.settings.units))
    notes, reading = plan.book.notes, report.lines(plan, state, now)
    page = "report" if reading is not None else PAGES[state.display.page]
    return Screen(
        page=page,
        night=display.is_night(state.display, plan.settings.night),
        watermark=outside.watermark,
        clock=dials.rally_clock(plan, state, at, now),
        total=total,
        partial=partial,
        speed=dials.speedometer(plan, at),
        cap=dials.cap(plan, state, at, now),
        to_next=left,
        closing=closing,
        band=band,
        danger=notes[state.pointer].danger if state.pointer < len(notes) else 0,
        rows=rows.rows(plan, state, at, left),
        call=tellings.call(plan, state, now),
        lamps=lamps.lamps(plan, state, outside, now),
        banners=lamps.banners(plan, state, outside, now),
        notice=tellings.notice(state, now),
        done=done,
        recorded=recorded,
        hints=hands.hints(where, down, step, listed=hands.in_list(state, now)) if state.display.hints else (),
        chords=hands.chords(where, down),
        menu=hands.menu(plan, state, now),
        lines=reading or (status.lines(plan, state, outside, now) if page == "status" else ()),
        held=hands.names(down),
        driver=calling.driver(plan, state, at) if page == "calls" else None,
    )
