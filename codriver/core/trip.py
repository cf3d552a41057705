"""Total and partial: what the crew makes of the odometer, every change recorded and undoable.

Both stand on a basis: a value at a reading of the odometer, from which they run with a scale (book metres for each of
the car's) and a direction. A change lays a new basis and keeps the old one; undo takes the old one back, as if the
change had never been. Freeze holds the display only. Metres and seconds; knows nothing of fixes, buttons or screens.
"""

from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.outs import Kind, Out, TripChanged, Undone
from codriver.units import MINUTE, Metres, Seconds

FREEZE: Final[Seconds] = MINUTE
UNDOS: Final = 50
# In what is written of a change, beside the numbers of the basis' fields.
PAIRED: Final = 1 << 6
LETTERS: Final = 40  # of a change's name, in the state: an added box may be called by a whole sentence


class Basis(NamedTuple):
    """Total and partial at odometer readings, and how they run on from there."""

    total: Metres = 0.0
    total_at: Metres = 0.0
    partial: Metres = 0.0
    partial_at: Metres = 0.0
    scale: float = 1.0
    backwards: bool = False


class Change(NamedTuple):
    """What undo needs: the row's id, what it is, its name, and the basis it replaced.

    One that is `paired` is taken back together with the one before.
    """

    id: int
    kind: Kind
    what: str
    basis: Basis
    paired: bool = False


class Packed(NamedTuple):
    """A change as it is written down: of its basis only what the next one has otherwise, `which` tells what."""

    id: int
    kind: Kind
    what: str
    which: int
    values: tuple[float, ...]


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
    return _read(trip.basis, trip.basis.total, trip.basis.total_at, odo)


def partial(trip: Trip, odo: Metres) -> Metres:
    """The partial at this reading of the odometer, metres of the book."""
    return _read(trip.basis, trip.basis.partial, trip.basis.partial_at, odo)


def begun(trip: Trip, total: Metres) -> Trip:
    """A trip that has not been driven yet, with this total at its start; no change that could be undone."""
    return replace(trip, basis=trip.basis._replace(total=_tidy(total)))


def set_total(trip: Trip, t: Seconds, odo: Metres, value: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The total becomes `value` at this reading of the odometer."""
    basis = trip.basis._replace(total=_tidy(value), total_at=_tidy(odo))
    return _change(trip, t, basis, "total", what, total(trip, odo), value, by)


def set_partial(trip: Trip, t: Seconds, odo: Metres, value: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The partial becomes `value` at this reading of the odometer."""
    basis = trip.basis._replace(partial=_tidy(value), partial_at=_tidy(odo))
    return _change(trip, t, basis, "partial", what, partial(trip, odo), value, by)


def shift(trip: Trip, t: Seconds, odo: Metres, by_m: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """Total and partial both move by `by_m`: metres too many or too few were driven since the last landmark."""
    before = total(trip, odo)
    basis = trip.basis._replace(total=_tidy(trip.basis.total + by_m), partial=_tidy(trip.basis.partial + by_m))
    return _change(trip, t, basis, "step", what, before, before + by_m, by)


def set_scale(trip: Trip, t: Seconds, odo: Metres, scale: float, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """From here on each metre of the car is `scale` metres of the book; what was driven stays."""
    basis = _run_on(trip.basis, odo, scale, backwards=trip.basis.backwards)
    return _change(trip, t, basis, "scale", "scale", trip.basis.scale, scale, by)


def agree(
    trip: Trip, t: Seconds, odo: Metres, by_m: Metres, scale: float, what: str, by: str
) -> tuple[Trip, tuple[Out, ...]]:
    """The total moves by `by_m` and runs on with this scale, in one change; the partial stays as it is."""
    before = total(trip, odo)
    basis = _run_on(trip.basis, odo, scale, backwards=trip.basis.backwards)
    if by_m:
        basis = basis._replace(total=_tidy(before + by_m), total_at=_tidy(odo))
    return _change(trip, t, basis, "agree", what, before, before + by_m, by)


def rescale(trip: Trip, odo: Metres, scale: float) -> Trip:
    """The same, as a plan does it: not the crew's change, so an undo of an older one keeps the new scale."""

    def scaled(basis: Basis) -> Basis:
        return _run_on(basis, odo, scale, backwards=basis.backwards)

    changes = tuple(change._replace(basis=scaled(change.basis)) for change in trip.changes)
    return replace(trip, basis=scaled(trip.basis), changes=changes)


def turn(trip: Trip, t: Seconds, odo: Metres, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """From here on count the other way: backwards after a missed turn, forwards again at the junction."""
    return turned_since(trip, t, odo, odo, by)


def turned_since(trip: Trip, t: Seconds, odo: Metres, since: Metres, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The same as if it had been done where the odometer, at `odo` by now, read `since`.

    Nothing was changed since but the partial, which is turned from where it was set.
    """
    basis = _run_on(trip.basis, since, trip.basis.scale, backwards=not trip.basis.backwards)
    if since < trip.basis.partial_at <= odo:
        basis = basis._replace(partial=trip.basis.partial)
    before = total(trip, odo)
    after = before if since == odo else _read(basis, basis.total, basis.total_at, odo)
    return _change(trip, t, basis, "turn", "backwards" if basis.backwards else "forwards", before, after, by)


def rejoined(trip: Trip, t: Seconds, odo: Metres, value: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The total becomes `value` where the car is found on its course again, and counts forwards whatever it did."""
    basis = _run_on(trip.basis, odo, trip.basis.scale, backwards=False)
    basis = basis._replace(total=_tidy(value), total_at=_tidy(odo))
    return _change(trip, t, basis, "total", what, total(trip, odo), value, by)


def noted(
    trip: Trip, t: Seconds, kind: Kind, what: str, before: float, after: float, by: str
) -> tuple[Trip, tuple[Out, ...]]:
    """A change beside the trip that an undo takes back in its turn: both distances stay as they are."""
    return _change(trip, t, trip.basis, kind, what, before, after, by)


def unseen(trip: Trip, t: Seconds, odo: Metres, metres: Metres, what: str, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """The odometer, at `odo` by now, grew by `metres` that nobody saw: they count, and an undo takes them out again."""

    def without(basis: Basis) -> Basis:
        return basis._replace(total_at=_tidy(basis.total_at + metres), partial_at=_tidy(basis.partial_at + metres))

    changes = tuple(change._replace(basis=without(change.basis)) for change in trip.changes)
    past = replace(trip, basis=without(trip.basis), changes=changes)
    return _change(past, t, trip.basis, "unseen", what, total(past, odo), total(trip, odo), by)


def undo(trip: Trip, t: Seconds, odo: Metres, by: str) -> tuple[Trip, tuple[Out, ...]]:
    """Take the last change back, as if it had never been made; the metres driven since still count.

    And what it is paired with, each by its own row.
    """
    if not trip.changes:
        return trip, ()
    last = trip.changes[-1]
    undone = replace(trip, basis=last.basis, changes=trip.changes[:-1], count=trip.count + 1)
    before, after = _figure(last.kind, trip, odo), _figure(last.kind, undone, odo)
    row = TripChanged(undone.count, t, last.kind, f"undo {last.what}", before, after, by, last.id)
    if not last.paired:
        return undone, (Undone(last.id), row)
    whole, more = undo(undone, t, odo, by)
    return whole, (Undone(last.id), row, *more)


def closed(trip: Trip) -> Trip:
    """The last change, a turning, has ended the one before: nobody wants the way back without the way there.

    What came between goes with them, but not what was measured of the wheel, which is not for an odd press to take.
    """
    for index in range(len(trip.changes) - 2, -1, -1):
        if trip.changes[index].kind == "wheel":
            break
        if trip.changes[index].kind == "turn":
            pair = tuple(change._replace(paired=True) for change in trip.changes[index + 1 :])
            return replace(trip, changes=(*trip.changes[: index + 1], *pair))
    return trip


def packed(trip: Trip) -> tuple[Packed, ...]:
    """The changes as they are written down: one step of the total has half the letters of a whole basis."""
    made: list[Packed] = []
    after = trip.basis
    for change in reversed(trip.changes):
        other = [index for index, value in enumerate(change.basis) if value != after[index]]
        values = tuple(float(change.basis[index]) for index in other)
        which = sum(1 << index for index in other) + PAIRED * change.paired
        made.append(Packed(change.id, change.kind, change.what, which, values))
        after = change.basis
    return tuple(reversed(made))


def unpacked(trip: Trip, made: tuple[Packed, ...]) -> Trip:
    """The trip with the changes that `packed` wrote down. ValueError where they are damaged."""
    changes: list[Change] = []
    basis = trip.basis
    for each in reversed(made):
        other = [index for index in range(len(basis)) if each.which >> index & 1]
        fields = list(basis)
        for index, value in zip(other, each.values, strict=True):
            fields[index] = type(fields[index])(value)
        basis = Basis._make(fields)
        changes.append(Change(each.id, each.kind, each.what, basis, bool(each.which & PAIRED)))
    return replace(trip, changes=tuple(reversed(changes)))


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
    trip: Trip, t: Seconds, basis: Basis, kind: Kind, what: str, before: float, after: float, by: str
) -> tuple[Trip, tuple[Out, ...]]:
    count = trip.count + 1
    changes = (*trip.changes, Change(count, kind, what[:LETTERS], trip.basis))[-UNDOS:]
    row = TripChanged(count, t, kind, what, before, after, by)
    return replace(trip, basis=basis, changes=changes, count=count), (row,)


def _figure(kind: Kind, trip: Trip, odo: Metres) -> float:
    """What a change of this kind changes: a scale, else the distance that it is one of."""
    if kind == "scale":
        return trip.basis.scale
    return partial(trip, odo) if kind == "partial" else total(trip, odo)


def _read(basis: Basis, value: Metres, since: Metres, odo: Metres) -> Metres:
    run = basis.scale * (odo - since)
    return value - run if basis.backwards else value + run


def _run_on(basis: Basis, odo: Metres, scale: float, *, backwards: bool) -> Basis:
    """The same distances at `odo`, and another way on from there; when they were set stays known."""
    here = (_read(basis, basis.total, basis.total_at, odo), _read(basis, basis.partial, basis.partial_at, odo))
    other = basis._replace(scale=float(scale), backwards=backwards)
    back = (_read(other, 0.0, basis.total_at, odo), _read(other, 0.0, basis.partial_at, odo))
    return other._replace(total=_tidy(here[0] - back[0]), partial=_tidy(here[1] - back[1]))


def _tidy(metres: Metres) -> Metres:
    """A tenth of a millimetre: fifty bases must fit into a state of 8 kB. Always a float, and never -0.0."""
    return round(float(metres), 4) + 0.0
