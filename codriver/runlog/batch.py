"""What one transaction holds: entries in fold order become rows, and the resume row with them.

So the resume row and the tables agree at any moment a power cut may choose. Rows follow the outs: one column a
field, and the segment. Knows no thread and no clock.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias, get_args

from sqlite_utils import Database

from codriver import signals
from codriver.core import clock
from codriver.core.outs import Led, Out, Row, Undone, UtcKnown
from codriver.core.plan import Inputs
from codriver.roadbook.model import Roadbook
from codriver.runlog import plans
from codriver.signals import Signal, Start, Tick
from codriver.units import Seconds


class Recorded(NamedTuple):
    """One folded signal, and what came of it; the state after it where it is to be a checkpoint."""

    signal_id: int
    segment: int
    signal: Signal
    outs: Sequence[Out]
    checkpoint: object | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A segment begins with this signal, driven by these inputs and the book they hold."""

    signal_id: int
    segment: int
    start: Start
    inputs: Inputs
    book: Roadbook
    version: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The crew ended the run in order: it will not be continued."""


class Reached(NamedTuple):
    """A state, and the last signal folded into it; `t` is the state's own now."""

    signal_id: int
    segment: int
    t: Seconds
    state: object


@dataclass(frozen=True, slots=True)
class Gap:
    """Signals up to this place were lost: the log goes on from its state."""

    lost: int
    place: Reached


Entry: TypeAlias = Recorded | Opening | Ended | Gap
Encode: TypeAlias = Callable[[Any], str]

# A resume row that keeps its length is overwritten in place, and pages that stay the same are not written: with 8 kB
# of state that is a fifth of all that goes to the card. JSON does not mind the blanks.
PAD: Final = 512


def write(db: Database, entries: Sequence[Entry], place: Reached | None, encode: Encode) -> None:
    """Put down these entries and the place they lead to. Call inside a transaction."""
    for entry in entries:
        match entry:
            case Opening():
                _open_segment(db, entry)
            case Ended():
                db.conn.execute("UPDATE run SET ended = 1")
            case Gap():
                _bridge(db, entry, encode)
    _write_recorded(db, [entry for entry in entries if type(entry) is Recorded], encode)
    if place is not None:
        _remember(db, place, encode)


def is_there(db: Database, place: Reached) -> bool:
    """True where the transaction that led to this place is in the file."""
    found = db.execute("SELECT signal_id, segment, t FROM resume").fetchone()
    return tuple(found or ()) == (place.signal_id, place.segment, place.t)


def _write_recorded(db: Database, recorded: Sequence[Recorded], encode: Encode) -> None:
    db.conn.executemany(
        "INSERT INTO signal VALUES (?, ?, ?, ?, ?)",
        [
            (entry.signal_id, entry.segment, entry.signal.t, *signals.write(entry.signal))
            for entry in recorded
            if type(entry.signal) is not Tick
        ],
    )
    _write_outs(db, recorded)
    db.conn.executemany(
        "INSERT INTO checkpoint VALUES (?, ?, ?, ?)",
        [
            (entry.signal_id, entry.segment, entry.signal.t, encode(entry.checkpoint))
            for entry in recorded
            if entry.checkpoint is not None
        ],
    )
    ends = {entry.segment: entry.signal.t for entry in recorded}
    db.conn.executemany("UPDATE segment SET end_t = ? WHERE id = ?", [(t, segment) for segment, t in ends.items()])


def row_of(signal_id: int, segment: int, t: Seconds, out: Out) -> tuple[str, dict[str, Any]]:
    """The table an out goes to, and its row there as column: value, for those who refold and compare."""
    form, values = _placed(signal_id, segment, t, out)
    return form.table, dict(zip(form.columns, values, strict=True))


def _write_outs(db: Database, recorded: Iterable[Recorded]) -> None:
    """Rows to their tables, deeds to `out`; what corrects an earlier row comes after all rows."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    deeds: list[tuple[int, Out]] = []
    for entry in recorded:
        for out in entry.outs:
            form, values = _placed(entry.signal_id, entry.segment, entry.signal.t, out)
            rows[form.insert].append(values)
            if form is _DEED:
                deeds.append((entry.segment, out))
    for insert, values_of_rows in rows.items():
        db.conn.executemany(insert, values_of_rows)
    for segment, out in deeds:
        _correct(db, segment, out)


class _Form(NamedTuple):
    """How a kind of out becomes a row: where, under which columns, by which statement, with what taken from it."""

    table: str
    columns: tuple[str, ...]
    insert: str
    values: Callable[[Any], tuple[Any, ...]]


def _form(table: str, columns: tuple[str, ...], values: Callable[[Any], tuple[Any, ...]]) -> _Form:
    named = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    insert = f'INSERT INTO "{table}" ({named}) VALUES ({marks})'  # noqa: S608 - the names are our own
    return _Form(table, columns, insert, values)


def _form_of(kind: type[Any]) -> _Form:
    names = [field.name for field in fields(kind)]
    return _form(kind.TABLE, ("segment", *names), attrgetter(*names))


def _deed(out: Any) -> tuple[str, str]:
    return type(out).__name__.lower(), json.dumps(asdict(out), sort_keys=True, separators=(",", ":"))


_ROWS: Final = {kind: _form_of(kind) for kind in get_args(Row)}
_DEED: Final = _form("out", ("signal_id", "segment", "t", "kind", "payload"), _deed)


def _placed(signal_id: int, segment: int, t: Seconds, out: Out) -> tuple[_Form, tuple[Any, ...]]:
    form = _ROWS.get(type(out))
    if form is not None:
        return form, (segment, *form.values(out))
    return _DEED, (signal_id, segment, t, *_deed(out))


def _correct(db: Database, segment: int, out: Out) -> None:
    """Bring into an earlier row what is known only now."""
    match out:
        case Undone(id=change):
            db.conn.execute("UPDATE trip_change SET undone = 1 WHERE id = ?", [change])
        case Led():
            db.conn.execute("UPDATE call SET lead_m = ?, lead_s = ? WHERE id = ?", [out.lead_m, out.lead_s, out.id])
        case UtcKnown(offset_s=offset):
            db.conn.execute("UPDATE segment SET utc_offset_s = ? WHERE id = ?", [offset, segment])
            if segment == 1:  # the run began when its first segment did
                db.conn.execute("UPDATE run SET started_utc = ?", [clock.text(offset)])


def _open_segment(db: Database, opening: Opening) -> None:
    db.conn.execute("UPDATE run SET ended = 0")
    db.table("segment").insert(
        {
            "id": opening.segment,
            "plan_id": plans.store(db, opening.inputs, opening.book),
            "boot_id": opening.start.boot,
            "reason": opening.start.reason,
            "version": opening.version,
            "first_signal": opening.signal_id,
            "end_t": 0.0,
        }
    )


def _bridge(db: Database, gap: Gap, encode: Encode) -> None:
    """Mark where signals are missing, with the state to go on from, so that both sides can be refolded."""
    signal_id, segment, t, state = gap.place
    if gap.lost:  # Ticks alone follow from the state
        db.conn.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?)", [signal_id, segment, t, encode(state)])
    db.conn.execute(_DEED.insert, [signal_id, segment, t, "gap", json.dumps({"lost": gap.lost})])


def _remember(db: Database, place: Reached, encode: Encode) -> None:
    text = encode(place.state)
    padded = text.ljust(-(-len(text) // PAD) * PAD)
    db.conn.execute(
        "INSERT INTO resume VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "signal_id = excluded.signal_id, segment = excluded.segment, t = excluded.t, state = excluded.state",
        [place.signal_id, place.segment, place.t, padded],
    )
