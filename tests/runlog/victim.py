"""A drive to be killed: `victim.py RUN.db [BYTES]` logs without end and prints each committed signal's number.

With BYTES no file may grow beyond that many, as on a full card; `room` on standard input makes room again, and the
drive ends when what it had then is committed.
"""

import json
import resource
import sys
from itertools import count
from pathlib import Path
from threading import Event, Thread

from codriver.core.plan import Inputs
from codriver.roadbook.model import Roadbook
from codriver.runlog.batch import Opening
from codriver.runlog.runs import Title, open_run
from codriver.runlog.writer import Writer
from codriver.signals import Line, Start

_, UNLIMITED = resource.getrlimit(resource.RLIMIT_FSIZE)
BOOK = Roadbook("none", "none", "metric", ())
waits = Event()


def drive(path: Path, card: Thread | None) -> None:
    opened = open_run(path, Title())
    with Writer(path, json.dumps, lambda: 0.0, committed, period=0.02) as writer:
        start = Start(0.0, "p", "power")
        writer.open_segment(Opening(opened.signal_id + 1, opened.segment + 1, start, Inputs(), BOOK, "1"))
        writer.put(opened.signal_id + 1, opened.segment + 1, start, (), {"folded": opened.signal_id + 1})
        for number in count(opened.signal_id + 2):
            sentence = Line(number / 100, "gps", f"$GPRMC,{number:060d}")
            writer.put(number, opened.segment + 1, sentence, (), {"folded": number, "text": "x" * (number % 3000)})
            waits.wait(0.001)
            if writer.fault is not None:
                say(writer.fault)
            if card is not None and not card.is_alive():
                break
    say(f"closed {number}")


def committed(signal_id: int) -> None:
    say(str(signal_id))


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def make_room() -> None:
    sys.stdin.readline()
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))


if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), UNLIMITED))
    reader = Thread(target=make_room)
    reader.start()
    drive(Path(sys.argv[1]), reader)
else:
    drive(Path(sys.argv[1]), None)
