"""A cable with a real tty at its end: what is sent through it can be read at once, so no test waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from codriver.simulate.cable import Cable


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    """A cable that is not plugged in yet."""
    with Cable(tmp_path / "ttyCAR") as cable:
        yield cable
