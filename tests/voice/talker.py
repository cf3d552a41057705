"""A program that says a few calls, through whatever SDL_AUDIODRIVER says, and prints what became of them as JSON.

`talker.py CACHE PAUSE CALL…`, where a CALL is `beep|words|words…`, after `codriver:` where it is for them alone. Times
are of CLOCK_MONOTONIC. The next call is said PAUSE seconds after the last has ended, or all of them at once where PAUSE
is 0. TALKER_EARS says on which sides the two hear, as `left right`.
"""

import json
import os
import select
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from codriver.signals import Done, Signal
from codriver.voice.device import Device
from codriver.voice.ears import Ears
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Espeak


class Call(NamedTuple):
    id: int
    sound: str
    parts: tuple[str, ...]
    only: str = ""
    level_db: float = 0.0


def turn(speaker: Speaker) -> list[Signal]:
    due, number = speaker.due(), speaker.fileno()
    assert number is not None
    select.select([number], [], [], 5.0 if due is None else max(due - time.monotonic(), 0.0))
    return speaker.take(time.monotonic())


def listen(speaker: Speaker, until: str) -> list[Signal]:
    """Turn as the loop does, up to this answer."""
    heard: list[Signal] = []
    while not any(isinstance(signal, Done) and signal.text == until for signal in heard):
        heard += turn(speaker)
    return heard


def main(cache: str, pause: str, *written: str) -> None:
    sides: Any = os.environ.get("TALKER_EARS", "both both").split()
    ears = Ears(*sides)
    device = partial(Device, channels=ears.channels)
    speaker = Speaker(Espeak("en", Path(cache)), time.monotonic, device=device, ears=ears)
    calls = [_parted(n, words) for n, words in enumerate(written, 1)]
    speaker.render_ahead(part for call in calls for part in call.parts)
    told = listen(speaker, "ready")
    while speaker.progress[0] < speaker.progress[1]:
        told += turn(speaker)
    for call in calls:
        if float(pause):
            select.select([], [], [], float(pause))
            speaker.say(call)
            told += listen(speaker, f"ended {call.id}")
        else:
            speaker.say(call)
    if not float(pause):
        told += listen(speaker, f"ended {len(calls)}")
    select.select([], [], [], 0.3)  # what the disk driver holds back comes out with what follows it
    speaker.close()
    print(json.dumps([[signal.t, signal.text] for signal in told if isinstance(signal, Done)]))


def _parted(number: int, words: str) -> Call:
    only, colon, rest = words.partition(":")
    beep, *parts = (rest if colon else words).split("|")
    return Call(number, beep, tuple(parts), only if colon else "")


if __name__ == "__main__":
    main(*sys.argv[1:])
