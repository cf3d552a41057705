"""A program that says a few calls, through whatever SDL_AUDIODRIVER says, and prints what became of them as JSON.

`talker.py CACHE PAUSE CALL…`, where a CALL is `beep|words|words…`. Times are of CLOCK_MONOTONIC. The next call is said
PAUSE seconds after the last has ended, or all of them at once where PAUSE is 0.
"""

import json
import select
import sys
import time
from pathlib import Path
from typing import NamedTuple

from codriver.signals import Done, Signal
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Espeak


class Call(NamedTuple):
    id: int
    sound: str
    parts: tuple[str, ...]


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
    speaker = Speaker(Espeak("en", Path(cache)), time.monotonic)
    calls = [Call(n, *_parted(words)) for n, words in enumerate(written, 1)]
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


def _parted(words: str) -> tuple[str, tuple[str, ...]]:
    beep, *parts = words.split("|")
    return beep, tuple(parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
