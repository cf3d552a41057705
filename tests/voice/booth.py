"""A booth to speak in: an engine that hums, devices that are there and not, and the loop's turns on real time."""

import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

from codriver.signals import Done, Fault, Signal
from codriver.voice.device import Device, DeviceError
from codriver.voice.sounds import RATE, WIDTH
from codriver.voice.speaker import Speaker
from codriver.voice.speech import SpeechError

LONG = 5.0  # seconds: nothing here takes so long unless it never comes


class Call(NamedTuple):
    id: int
    sound: str = ""
    parts: tuple[str, ...] = ()
    only: str = ""
    level_db: float = 0.0


@dataclass
class Hum:
    """An engine that hums ten milliseconds a letter. `open` lets it work; `mute` are words that it cannot say."""

    open: Event = field(default_factory=Event)
    fault: str | None = None
    mute: frozenset[str] = frozenset()
    rendered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open.set()

    def trouble(self) -> str | None:
        return self.fault

    def render(self, text: str) -> bytes:
        self.open.wait(LONG)
        self.rendered.append(text)
        if text in self.mute:
            raise SpeechError("these words cannot be said")
        return (b"\x00\x10" * 50 + b"\x00\xf0" * 50) * (len(text) * RATE // 10_000) + bytes(WIDTH)

    def tidy(self) -> None:
        return


class Booth:
    """A speaker, and the loop's turns on real time."""

    def __init__(self, engine: Any, device: Any) -> None:
        self.zero = time.monotonic()
        self.speaker = Speaker(engine, self.now, device=device)
        self.signals: list[Signal] = []

    def now(self) -> float:
        return time.monotonic() - self.zero

    def turn(self) -> None:
        due, number = self.speaker.due(), self.speaker.fileno()
        assert number is not None
        wait = LONG if due is None else max(due - self.now(), 0.0)
        ready, _, _ = select.select([number], [], [], wait)
        assert ready or due is not None, f"nothing came in {LONG} s after {self.texts}"
        self.signals += self.speaker.take(self.now())

    def until(self, text: str) -> None:
        while text not in self.texts:
            self.turn()

    @property
    def texts(self) -> list[str]:
        return [signal.text for signal in self.signals if isinstance(signal, Done)]

    @property
    def faults(self) -> list[str]:
        return [signal.text for signal in self.signals if isinstance(signal, Fault)]

    def when(self, text: str) -> float:
        return next(signal.t for signal in self.signals if isinstance(signal, Done) and signal.text == text)


def unprobed(wake: Callable[[], None]) -> Device:
    return Device(wake, probe=lambda: None)


def no_device(wake: Callable[[], None]) -> Device:
    def probe() -> None:
        raise DeviceError("not one")

    return Device(wake, probe=probe)
