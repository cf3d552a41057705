"""The drive in one line of text, for a terminal: what is left to a crew without a screen. Pure, like every view."""

from codriver.core import odometer, trip
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.units import KILOMETRE, KMH, MILE, MPH

_SOURCES = {odometer.GPS: "GPS", odometer.WHEEL: "wheel", odometer.ESTIMATE: "estimated", odometer.NONE: "no source"}


def line(plan: Plan, state: State) -> str:
    """Total, partial, speed, what moves them, the next note, and what is wrong."""
    statute = plan.settings.units == "statute"
    unit, per_hour, names = (MILE, MPH, ("mi", "mph")) if statute else (KILOMETRE, KMH, ("km", "km/h"))
    odo = odometer.distance(state.odo)
    total = trip.total(state.trip, odo)
    mps = odometer.speed(state.odo)
    words = [
        f"{total / unit:9.2f} {names[0]}",
        f"{trip.partial(state.trip, odo) / unit:7.2f}",
        "  -" if mps is None else f"{mps / per_hour:3.0f} {names[1]}",
        _SOURCES[state.odo.source],
    ]
    if state.trip.basis.backwards:
        words.append("BACKWARDS, REVERSING" if state.reversing.ours else "BACKWARDS")
    if state.pointer < len(plan.book.notes):
        note = plan.book.notes[state.pointer]
        words.append(f"{'!' * note.danger}box {note.numbered} in {(note.total - total) / unit:.2f}")
    words += [f"{trouble.source}: {trouble.text}" for trouble in state.troubles]
    return "  ".join(words)
