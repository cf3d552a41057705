"""A drive told in lines of text: what happened when, and where it stood at a moment."""

from collections.abc import Iterator
from typing import Any

from codriver.cockpit.line import line
from codriver.debrief import replay
from codriver.runlog.reader import Run
from codriver.units import KILOMETRE, Seconds

_TABLES = ("press", "trip_change", "passage", "call", "mark", "source_change", "fault")


def told(run: Run) -> Iterator[str]:
    """A line for each segment, press, change of a distance, passed note, call, mark, source and fault, in order."""
    lines = [(segment.id, 0.0, f"segment {segment.id}: {segment.reason}") for segment in run.segments()]
    for table in _TABLES:
        lines += [(row["segment"], row["t"], _words(table, row)) for row in run.rows(table)]
    for segment, t, words in sorted(lines):
        yield f"{segment:3d} {t:10.2f}  {words}"


def at(run: Run, t: Seconds) -> str:
    """The drive in one line at `t` of its last segment. RunError where that segment did not last so long."""
    [moment] = replay.at(run, [t])
    return line(moment.plan, moment.state)


def _words(table: str, row: dict[str, Any]) -> str:
    match table:
        case "press":
            return f"{row['button']} {row['gesture']}: {row['action']}"
        case "trip_change":
            undone = ", undone later" if row["undone"] else ""
            return f"{row['what']}: {row['before_m']:.1f} -> {row['after_m']:.1f}, by {row['by']}{undone}"
        case "passage":
            return f"box {row['note']} {row['outcome']}"
        case "call":
            if not row["words"]:
                return "a tone"
            return f"said: {row['words']}" + ("" if row["lead_s"] is None else f" ({row['lead_s']:.1f} s ahead)")
        case "mark":
            return f"mark at {row['total_m'] / KILOMETRE:.2f} km"
        case "source_change":
            return f"source {row['source']}" + (f": {row['text']}" if row["text"] else "")
        case _:
            return f"{row['source']}: {row['text']}"
