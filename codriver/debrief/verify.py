"""Is the log true? Fold it again and compare every out and every checkpoint with what was written on the day."""

from collections.abc import Iterator
from typing import Any, Final, get_args

from codriver.core.outs import Out, Row, Undone
from codriver.core.state import encode
from codriver.runlog import batch
from codriver.runlog.reader import Run
from codriver.runlog.refold import Refolded, refold
from codriver.signals import Start, Tick

OUT: Final = "out"


class DiffersError(Exception):
    """The first difference, with the id of the signal that made it."""


def verify(run: Run) -> int:
    """The number of signals refolded. DiffersError at the first row, checkpoint or final state that is not the same."""
    written = {table: _values(run, table) for table in [OUT, *(kind.TABLE for kind in get_args(Row))]}
    checkpoints = {place.signal_id: place.state for place in run.checkpoints()}
    undone: set[int] = set()
    last: Refolded | None = None
    signals = 0
    for last in refold(run):
        signals += not isinstance(last.folded.signal, Tick)
        for out in last.folded.outs:
            if isinstance(out, Undone):
                undone.add(out.id)
            _compare(last, out, written)
        if not isinstance(last.folded.signal, Tick | Start) and last.signal_id in checkpoints:
            _same_state(last, checkpoints.pop(last.signal_id), "checkpoint")
    _nothing_left(run, written, undone)
    resume = run.resume()
    if last is not None and resume is not None:
        _same_state(last, resume.state, "final state")
    return signals


def _values(run: Run, table: str) -> Iterator[dict[str, Any]]:
    for row in run.rows(table):
        if table == OUT and row["kind"] == "gap":
            continue
        if table == "trip_change":
            row["undone"] = False  # set later, compared at the end
        yield row


def _compare(refolded: Refolded, out: Out, written: dict[str, Iterator[dict[str, Any]]]) -> None:
    table, expected = batch.row_of(refolded.signal_id, refolded.segment, refolded.folded.signal.t, out)
    found = next(written[table], None)
    if found is None or any(found.get(column) != value for column, value in expected.items()):
        raise DiffersError(f"signal {refolded.signal_id}: {table} should be {expected}, the log has {found}")


def _same_state(refolded: Refolded, written: str, what: str) -> None:
    if encode(refolded.folded.state) != written:
        raise DiffersError(f"signal {refolded.signal_id}: the {what} is not the one in the log")


def _nothing_left(run: Run, written: dict[str, Iterator[dict[str, Any]]], undone: set[int]) -> None:
    for table, rows in written.items():
        left = next(rows, None)
        if left is not None:
            raise DiffersError(f"the log has a row of {table} that no signal made: {left}")
    marked = {row["id"] for row in run.rows("trip_change") if row["undone"]}
    if marked != undone:
        raise DiffersError(f"trip changes undone should be {sorted(undone)}, the log has {sorted(marked)}")
