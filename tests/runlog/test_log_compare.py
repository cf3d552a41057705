"""Two runs are compared table by table, row by row; nothing is overlooked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from codriver.runlog.compare import differences
from codriver.runlog.database import RunError, connect_to_write

MakeDrive: TypeAlias = Callable[..., Any]


@pytest.fixture
def pair(drive: MakeDrive) -> tuple[Path, Path]:
    """Two runs of the same drive, committed in different pieces."""
    first, second = drive("a.db", period=0.01), drive("b.db")
    for one in (first, second):
        one.begin()
        one.go(50)
        if one is first:
            one.wait_until(lambda: first.committed == 51)
        one.go(50)
        one.close()
    return first.path, second.path


def change(path: Path, statement: str) -> None:
    with connect_to_write(path) as db:
        db.execute(statement)


def test_the_same_drive_gives_equal_runs_however_it_was_committed(pair: tuple[Path, Path]) -> None:
    assert list(differences(*pair)) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE fix SET odo_m = 20.5 WHERE odo_m = 20.0", "fix row 2: odo_m 20.0 and 20.5"),
        ("UPDATE resume SET state = '{}'", "resume row 1: state"),
        ("UPDATE run SET ended = 1", "run row 1: ended 0 and 1"),
        ("UPDATE segment SET end_t = 1", "segment row 1: end_t 10.0 and 1.0"),
        ("UPDATE blob SET size = 1", "blob row 1: size 300 and 1"),
        ("DELETE FROM signal WHERE id = 101", "signal row 101: only in the first"),
        ("INSERT INTO stop (segment) VALUES (1)", "stop row 1: only in the second"),
    ],
)
def test_one_changed_value_is_told(pair: tuple[Path, Path], statement: str, told: str) -> None:
    change(pair[1], statement)
    (sentence,) = differences(*pair)
    assert sentence.startswith(told)


def test_how_a_blob_is_packed_is_no_difference(pair: tuple[Path, Path]) -> None:
    change(pair[1], "UPDATE blob SET bytes = x'00'")
    assert list(differences(*pair)) == []


def test_what_is_no_run_cannot_be_compared(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(RunError):
        list(differences(pair[0], tmp_path / "missing.db"))
