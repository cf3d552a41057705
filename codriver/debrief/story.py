"""A drive told in lines of text: what happened when, and where it stood at a moment."""

from collections.abc import Iterator
from typing import Any

from codriver.cockpit.line import line
from codriver.core.plan import build
from codriver.core.state import State
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.runlog.refold import refold
from codriver.units import KILOMETRE, Seconds

_TABLES = ("press", "trip_change", "passage", "mark", "fault")


def told(run: Run) -> Iterator[str]:
    """A line for each segment, press, change of a distance, passed note, mark and fault, in order."""
    lines = [(segment.id, 0.0, f"segment {segment.id}: {segment.reason}") for segment in run.segments()]
    for table in _TABLES:
        lines += [(row["segment"], row["t"], _words(table, row)) for row in run.rows(table)]
    for segment, t, words in sorted(lines):
        yield f"{segment:3d} {t:10.2f}  {words}"


def at(run: Run, t: Seconds) -> str:
    """The drive in one line at `t` of its last segment. RunError where that segment did not last so long."""
    segments = run.segments()
    if not segments or not 0.0 <= t <= segments[-1].end_t:
        raise RunError(f"{run.path}: the last segment runs from 0 to {segments[-1].end_t if segments else 0:.1f} s")
    last = segments[-1]
    plan = build(run.plans()[last.plan_id])
    state = State()
    for refolded in refold(run):
        if refolded.segment == last.id and refolded.folded.state.now > t:
            break
        state = refolded.folded.state
    return line(plan, state)


def _words(table: str, row: dict[str, Any]) -> str:
    match table:
        case "press":
            return f"{row['button']} {row['gesture']}: {row['action']}"
        case "trip_change":
            undone = ", undone later" if row["undone"] else ""
            return f"{row['what']}: {row['before_m']:.1f} -> {row['after_m']:.1f}, by {row['by']}{undone}"
        case "passage":
            return f"box {row['note']} {row['outcome']}"
        case "mark":
            return f"mark at {row['total_m'] / KILOMETRE:.2f} km"
        case _:
            return f"{row['source']}: {row['text']}"
