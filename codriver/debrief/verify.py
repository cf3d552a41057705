"""Is the log true? Fold it again and compare every out and every checkpoint with what was written on the day."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, get_args

from codriver.core.outs import Called, Led, Out, Row, TripChanged, Undone
from codriver.core.state import encode
from codriver.runlog import batch
from codriver.runlog.reader import Run
from codriver.runlog.refold import Refolded, refold
from codriver.signals import Start, Tick

OUT: Final = "out"
# Columns that are set after their row was written: compared at the end.
_LATER: Final = {TripChanged.TABLE: ("undone",), Called.TABLE: ("lead_m", "lead_s")}


class DiffersError(Exception):
    """The first difference, with the id of the signal that made it."""


def verify(run: Run) -> int:
    """The number of signals refolded. DiffersError at the first row, checkpoint or final state that is not the same."""
    written = {table: _values(run, table) for table in [OUT, *(kind.TABLE for kind in get_args(Row))]}
    checkpoints = {place.signal_id: place.state for place in run.checkpoints()}
    corrected = Corrected(set(), {})
    last: Refolded | None = None
    signals = 0
    for last in refold(run):
        signals += not isinstance(last.folded.signal, Tick)
        for out in last.folded.outs:
            corrected.note(out)
            _compare(last, out, written)
        if not isinstance(last.folded.signal, Tick | Start) and last.signal_id in checkpoints:
            _same_state(last, checkpoints.pop(last.signal_id), "checkpoint")
    _nothing_left(written)
    corrected.compare(run)
    resume = run.resume()
    if last is not None and resume is not None:
        _same_state(last, resume.state, "final state")
    return signals


class Corrected(NamedTuple):
    """What was brought into rows after they were written: changes taken back, and the leads of calls by their ids."""

    undone: set[int]
    leads: dict[int, tuple[float | None, float | None]]

    def note(self, out: Out) -> None:
        """Take notice of an out that corrects a row, or of a row whose lead was known at once."""
        match out:
            case Undone():
                self.undone.add(out.id)
            case Led() | Called():
                self.leads[out.id] = out.lead_m, out.lead_s

    def compare(self, run: Run) -> None:
        """DiffersError where the log has other corrections."""
        marked = {row["id"] for row in run.rows(TripChanged.TABLE) if row["undone"]}
        if marked != self.undone:
            raise DiffersError(f"trip changes undone should be {sorted(self.undone)}, the log has {sorted(marked)}")
        for row in run.rows(Called.TABLE):
            found, expected = (row["lead_m"], row["lead_s"]), self.leads.get(row["id"])
            if found != expected:
                raise DiffersError(f"the lead of call {row['id']} should be {expected}, the log has {found}")


def _values(run: Run, table: str) -> Iterator[dict[str, Any]]:
    for row in run.rows(table):
        if table == OUT and row["kind"] == "gap":
            continue
        for column in _LATER.get(table, ()):
            row.pop(column)
        yield row


def _compare(refolded: Refolded, out: Out, written: dict[str, Iterator[dict[str, Any]]]) -> None:
    table, expected = batch.row_of(refolded.signal_id, refolded.segment, refolded.folded.signal.t, out)
    found = next(written[table], None)
    later = _LATER.get(table, ())
    if found is None or any(found.get(column) != value for column, value in expected.items() if column not in later):
        raise DiffersError(f"signal {refolded.signal_id}: {table} should be {expected}, the log has {found}")


def _same_state(refolded: Refolded, written: str, what: str) -> None:
    if encode(refolded.folded.state) != written:
        raise DiffersError(f"signal {refolded.signal_id}: the {what} is not the one in the log")


def _nothing_left(written: dict[str, Iterator[dict[str, Any]]]) -> None:
    for table, rows in written.items():
        left = next(rows, None)
        if left is not None:
            raise DiffersError(f"the log has a row of {table} that no signal made: {left}")
