"""How soon a call is heard and how long it takes: `make bench` prints a table and writes JSON.

    python -m tests.bench.voice --out bench-out [--times 40]

Calls of the bundled book, rendered before, are said by the real speaker through SDL's disk driver, whose capture is
watched as it grows (see tests/voice/hearing.py). From the decision, when the loop hands the call over, to its first
sample; from its first sample to its last word as it was planned, against what was answered, and against what was heard.
"""

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from codriver.core import leads
from codriver.core.outs import Call
from codriver.core.plan import Plan, build
from codriver.signals import Done
from codriver.units import Metres, Seconds
from codriver.voice.sounds import RATE, WIDTH, join, sound
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Espeak
from tests.bench.driving import stage
from tests.bench.figures import Figure, arguments, figure, report, seconds, spread
from tests.voice.hearing import Tape, places, taping
from tests.voice.talker import listen

AHEAD: Final[Metres] = 400.0
SOON: Final = "50 or less"
NEAR: Final = "0.3 or less"
# A call comes at any moment of a buffer, not always just after the last one has ended.
APART: Final[Seconds] = 0.06


class Said(NamedTuple):
    """A call: its sound, when it was handed over, how long it was to take, and when it was said to begin and end."""

    sound: bytes
    asked: Seconds
    planned: Seconds
    started: Seconds
    ended: Seconds


def main() -> None:
    """Measure everything, write voice.json, print the table."""
    words = arguments(__doc__)
    words.add_argument("--times", type=int, default=40)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report("voice", asked.out, measured(Path(scratch), asked.times))


def measured(here: Path, times: int) -> list[Figure]:
    """Rendering the book, then `times` calls of it."""
    plan = build(stage())
    espeak = Espeak("en", here / "cache")
    took = seconds(lambda: [espeak.render(text) for text in plan.fragments])
    plan = build(replace(stage(), phrases=json.dumps(espeak.known(plan.fragments))))
    with captured(here / "cap.raw") as tape:
        said = list(speaking(plan, espeak, times))
    begun, ended = heard(tape, said)
    late = [abs(each.ended - each.started - each.planned) for each in said]
    off = [abs(end - begin - each.planned) for begin, end, each in zip(begun, ended, said, strict=True)]
    return [
        figure(f"{len(plan.fragments)} phrases of the bundled book, rendered", took, "s"),
        *spread(
            "decision to first sample out", [b - each.asked for b, each in zip(begun, said, strict=True)], most=SOON
        ),
        figure("planned against answered end of speech, p95", _p95(late), "s", NEAR),
        figure("planned against heard end of speech, p95", _p95(off), "s", NEAR),
    ]


@contextmanager
def captured(file: Path) -> Iterator[Tape]:
    """SDL's disk driver while this lasts, and the tape of what it writes."""
    before = dict(os.environ)
    os.environ |= {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(file)}
    try:
        with taping(file) as tape:
            yield tape
    finally:
        os.environ.clear()
        os.environ.update(before)


def speaking(plan: Plan, espeak: Espeak, times: int) -> Iterator[Said]:
    """Say the notes of the book one after the other, their words ready."""
    speaker, dice = Speaker(espeak, time.monotonic), random.Random(7)
    speaker.render_ahead(plan.fragments)
    listen(speaker, "rendered")
    for number in range(1, times + 1):
        index = number % len(plan.book.notes)
        parts = leads.fragments(plan, "full", index, AHEAD, first=True)
        beep = leads.sound(plan, index)
        planned = leads.sounding(beep) + leads.seconds(plan, parts)
        time.sleep(dice.uniform(0.0, APART))
        asked = time.monotonic()
        speaker.say(Call(number, "note", beep, parts, planned))
        told = {signal.text: signal.t for signal in listen(speaker, f"ended {number}") if isinstance(signal, Done)}
        whole = join([sound(beep), *map(espeak.render, parts)])
        yield Said(whole, asked, planned, told[f"started {number}"], told[f"ended {number}"])
    time.sleep(2 * APART)  # what the disk driver holds back comes out with what follows it
    speaker.close()


def heard(tape: Tape, said: list[Said]) -> tuple[list[Seconds], list[Seconds]]:
    """When the first and the last sample of each call was played."""
    begun, ended, after = [], [], 0
    pcm = tape.read()
    for each in said:
        at = next(place for place in places(pcm, each.sound) if place >= after)
        after = at + len(each.sound) // WIDTH
        begun.append(tape.moment(at))
        ended.append(tape.moment(after))
    assert after <= len(pcm) // WIDTH, f"{after / RATE} s were to be captured"
    return begun, ended


def _p95(values: list[Seconds]) -> Seconds:
    return statistics.quantiles(values, n=20)[18]


if __name__ == "__main__":
    main()
