"""Are two runs the same, table by table and row by row? The proof that a wire log brings back the drive it came from.

Left out is one thing: how a blob is packed, for zlib differs between machines; its hash and its size are compared.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from codriver.runlog.reader import Run

LEFT_OUT: Final = frozenset({("blob", "bytes")})


def differences(a: Path, b: Path) -> Iterator[str]:
    """A sentence for each row that differs; none where the runs are equal. RunError where one is no run."""
    with Run.open(a) as one, Run.open(b) as other:
        for table in sorted({*one.tables(), *other.tables()}):
            pairs = zip_longest(one.rows(table), other.rows(table))
            for number, (left, right) in enumerate(pairs, start=1):
                if left != right:
                    yield from _told(table, number, left, right)


def _told(table: str, number: int, left: dict[str, Any] | None, right: dict[str, Any] | None) -> Iterator[str]:
    where = f"{table} row {number}"
    if left is None or right is None:
        yield f"{where}: only in the {'second' if left is None else 'first'}: {left or right}"
        return
    told = [
        f"{column} {left.get(column)!r} and {right.get(column)!r}"
        for column in left.keys() | right.keys()
        if left.get(column) != right.get(column) and (table, column) not in LEFT_OUT
    ]
    if told:
        yield f"{where}: {', '.join(sorted(told))}"
