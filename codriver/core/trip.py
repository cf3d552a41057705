"""Total and partial: what the crew makes of the odometer, every change recorded and undoable.

Both stand on a basis: a value at a reading of the odometer, from which they run with a scale (book metres for each of
the car's) and a direction. A change lays a new basis and keeps the old one; undo takes the old one back, as if the
change had never been. Freeze holds the display only. Metres and seconds; knows nothing of fixes, buttons or screens.
"""

from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.outs import Out, TripChanged, Undone
from codriver.units import MINUTE, Metres, Seconds

FREEZE: Final[Seconds] = MINUTE
UNDOS: Final = 50


class Basis(NamedTuple):
    """Total and partial at odometer readings, and how they run on from there."""

    total: Metres = 0.0
    total_at: Metres = 0.0
    partial: Metres = 0.0
    partial_at: Metres = 0.0
    scale: float = 1.0
    backwards: bool = False


class Change(NamedTuple):
    """What undo needs: the row's id, its name, and the basis it replaced."""

    id: int
    what: str
    basis: Basis


class Trip(Struct, frozen=True):
    """The basis now, the last fifty changes, how many there ever were, and the frozen display if it is frozen."""

    basis: Basis = Basis()
    changes: tuple[Change, ...] = ()
    count: int = 0
    frozen_until: Seconds | None = None
    frozen_total: Metres = 0.0
    frozen_partial: Metres = 0.0


def total(trip: Trip, odo: Metres) -> Metres:
    """The total at this reading of the odometer, metres of the book."""
    basis = trip.basis
    run = basis.scale * (odo - basis.total_at)
    return basis.total - run if basis.backwards else basis.total + run


def partial(trip: Trip, odo: Metres) -> Metres:
    """The partial at this reading of the odometer, metres of the book."""
    basis = trip.basis
    run = basis.scale * (odo - basis.partial_at)
    return basis.partial - run if basis.backwards else basis.partial + run


def set_total(trip: Trip, t: Seconds, odo: Metres, value: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The total becomes `value` at this reading of the odometer."""
    basis = trip.basis._replace(total=_tidy(value), total_at=_tidy(odo))
    return _change(trip, t, basis, what, total(trip, odo), value, by)


def set_partial(trip: Trip, t: Seconds, odo: Metres, value: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The partial becomes `value` at this reading of the odometer."""
    basis = trip.basis._replace(partial=_tidy(value), partial_at=_tidy(odo))
    return _change(trip, t, basis, what, partial(trip, odo), value, by)


def shift(trip: Trip, t: Seconds, odo: Metres, by_m: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """Total and partial both move by `by_m`: metres too many or too few were driven since the last landmark."""
    before = total(trip, odo)
    basis = trip.basis._replace(total=_tidy(trip.basis.total + by_m), partial=_tidy(trip.basis.partial + by_m))
    return _change(trip, t, basis, what, before, before + by_m, by)


def set_scale(trip: Trip, t: Seconds, odo: Metres, scale: float, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """From here on each metre of the car is `scale` metres of the book; what was driven stays."""
    basis = _rebased(trip, odo)._replace(scale=scale)
    return _change(trip, t, basis, "scale", trip.basis.scale, scale, by)


def rescale(trip: Trip, odo: Metres, scale: float) -> Trip:
    """The same, as a plan does it: not the crew's change, so an undo of an older one keeps the new scale."""
    bases = [_rebased(replace(trip, basis=change.basis), odo)._replace(scale=scale) for change in trip.changes]
    changes = tuple(change._replace(basis=basis) for change, basis in zip(trip.changes, bases, strict=True))
    return replace(trip, basis=_rebased(trip, odo)._replace(scale=scale), changes=changes)


def turn(trip: Trip, t: Seconds, odo: Metres, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """From here on count the other way: backwards after a missed turn, forwards again at the junction."""
    basis = _rebased(trip, odo)._replace(backwards=not trip.basis.backwards)
    here = total(trip, odo)
    return _change(trip, t, basis, "backwards" if basis.backwards else "forwards", here, here, by)


def undo(trip: Trip, t: Seconds, odo: Metres, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """Take the last change back, as if it had never been made; the metres driven since still count."""
    if not trip.changes:
        return trip, ()
    last = trip.changes[-1]
    undone = replace(trip, basis=last.basis, changes=trip.changes[:-1], count=trip.count + 1)
    reading = partial if "partial" in last.what else total
    row = TripChanged(undone.count, t, f"undo {last.what}", reading(trip, odo), reading(undone, odo), by)
    return undone, (Undone(last.id), row)


def freeze(trip: Trip, t: Seconds, odo: Metres) -> Trip:
    """Hold what is shown, or release it; counting goes on underneath."""
    if trip.frozen_until is not None:
        return replace(trip, frozen_until=None)
    return replace(trip, frozen_until=t + FREEZE, frozen_total=total(trip, odo), frozen_partial=partial(trip, odo))


def due(trip: Trip) -> Seconds | None:
    """When a frozen display is released."""
    return trip.frozen_until


def tick(trip: Trip, t: Seconds) -> Trip:
    """Release the display if its minute is over."""
    return replace(trip, frozen_until=None) if trip.frozen_until is not None and trip.frozen_until <= t else trip


def restart(trip: Trip) -> Trip:
    """A new segment: distances stay, the frozen display is released."""
    return replace(trip, frozen_until=None)


def _change(
    trip: Trip, t: Seconds, basis: Basis, what: str, before: float, after: float, by: str
) -> tuple[Trip, tuple[Out, ...]]:
    count = trip.count + 1
    changes = (*trip.changes, Change(count, what, trip.basis))[-UNDOS:]
    row = TripChanged(count, t, what, before, after, by)
    return replace(trip, basis=basis, changes=changes, count=count), (row,)


def _rebased(trip: Trip, odo: Metres) -> Basis:
    """The same distances, standing on this reading of the odometer."""
    here = _tidy(odo)
    return trip.basis._replace(
        total=_tidy(total(trip, here)), total_at=here, partial=_tidy(partial(trip, here)), partial_at=here
    )


def _tidy(metres: Metres) -> Metres:
    """A tenth of a millimetre: fifty bases must fit into a state of 8 kB."""
    return round(metres, 4)
