"""The rows of `fix`: one an epoch, at most ten a second, and one a second while there is no fix.

A row says what the receiver says and what the distances are, with the bound of the odometer. Pure; the engine decides
what happened, this module when it is written down and how.
"""

from typing import Final

from codriver.core import clock, odometer, trip
from codriver.core.outs import Fixed
from codriver.core.state import State
from codriver.decode.nmea import Fix
from codriver.signals import stamp
from codriver.units import Metres, Seconds

LEAST: Final[Seconds] = 0.1
MOST: Final[Seconds] = 1.0


def due(state: State) -> Seconds:
    """When a row without a fix is due: a second after the last row, or when the next fix is overdue."""
    at = (state.row_t or 0.0) + MOST
    return stamp(at if state.place is None else max(at, state.place.t + odometer.GAP))


def slot(state: State, t: Seconds) -> Seconds | None:
    """What `row_t` becomes if an epoch at `t` has its row; None where ten a second are reached."""
    earlier = -MOST if state.row_t is None else state.row_t
    if t < earlier:
        return earlier  # its epoch closed after the row of a second without a fix
    row_t = stamp(max(earlier + LEAST, t - LEAST))  # arrivals jitter: a late row does not cost the next
    return row_t if row_t <= t else None


def blank(state: State, t: Seconds) -> Fixed:
    """The row of a second without a fix."""
    return _row(state, t, clock.text(clock.at(state.utc, t)), (None, None, None, None, None, None))


def fixed(state: State, fix: Fix) -> Fixed:
    """The row of a fix. A speed that the odometer refused as impossible is not shown as one."""
    last = state.odo.last
    speed = fix.speed if last is not None and last.t == fix.t else None
    says = (fix.lat, fix.lon, fix.alt, speed, fix.course, fix.quality)
    return _row(state, fix.t, clock.text(clock.of(state.utc, fix)), says)


def _row(
    state: State,
    t: Seconds,
    utc: str | None,
    says: tuple[float | None, float | None, Metres | None, float | None, float | None, int | None],
) -> Fixed:
    here = odometer.distance(state.odo)
    sigma = odometer.sigma(state.odo, t)
    return Fixed(
        t, utc, *says, state.odo.source, here, sigma, trip.total(state.trip, here), trip.partial(state.trip, here)
    )
