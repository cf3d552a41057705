"""Plays a wire log into two cables in real time, as a receiver and a pod would speak: a process of the demo's own.

    python -m codriver.simulate.feeder drive.wire GPS_FD POD_FD

The descriptors are inherited: our ends of two pseudo-terminals. What the host says to the pod is heard and answered by
nobody. Ends with the log, or when the cables are pulled out.
"""

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from codriver.signals import read_line, unescape
from codriver.units import Seconds

CHUNK: Final = 4096


def lines(path: Path) -> Iterator[tuple[Seconds, str, bytes]]:
    """(t, source, bytes with their line end) of every line of a wire log."""
    with path.open(encoding="latin-1") as log:
        for text in log:
            t, source, payload = read_line(text.rstrip("\n"))
            yield t, source, unescape(payload).encode("latin-1") + b"\r\n"


def feed(path: Path, cables: dict[str, int]) -> None:
    """Send each line of the log into the cable of its source when its time has come. OSError where one is gone."""
    zero = time.monotonic()  # noqa: TID251 - a device has a clock of its own
    for t, source, data in lines(path):
        while (wait := zero + t - time.monotonic()) > 0.0:  # noqa: TID251 - as above
            ready, _, _ = select.select(list(cables.values()), [], [], wait)
            _discard(ready)
        if source in cables:
            _send(cables[source], data)


def _send(cable: int, data: bytes) -> None:
    """What finds no room is lost, as on a serial line that nobody reads."""
    try:
        os.write(cable, data)
    except BlockingIOError:
        return


def _discard(cables: list[int]) -> None:
    for cable in cables:
        try:
            os.read(cable, CHUNK)
        except BlockingIOError:
            continue


if __name__ == "__main__":
    with contextlib.suppress(OSError):  # the host is gone, and its ends of the cables with it
        feed(Path(sys.argv[1]), {"gps": int(sys.argv[2]), "pod": int(sys.argv[3])})
