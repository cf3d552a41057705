"""Files written whole or not at all: whoever reads one finds the old file or the new one, also after a power cut."""

import os
from contextlib import suppress
from pathlib import Path

from codriver.roadbook.model import RoadbookError


def save(out: Path, written: bytes) -> None:
    """Write beside the place and move. RoadbookError with a sentence where the disk does not take it."""
    beside = out.with_name(f".{out.name[:100]}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
        _settle(out.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise RoadbookError(f"{out}: cannot be written: {error.strerror or error}") from error


def _settle(folder: Path) -> None:
    """Bring a folder's new names to the disk, on systems where a folder can be opened."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
