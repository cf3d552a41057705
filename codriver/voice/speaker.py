"""The voice as a wire: calls in, and what became of each as signals out, one after the other.

The loop's thread only joins what lies ready in memory and hands it over: it waits for no engine, card or device. What
cannot be said in time is `lost`, and the screen carries on. Which call matters, and when, is the core's to decide.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Final, Protocol

from msgspec.structs import replace

from codriver.signals import Done, Fault, Signal, stamp
from codriver.units import Seconds
from codriver.voice.ahead import Ahead, Engine
from codriver.voice.device import Device
from codriver.voice.ears import Ears
from codriver.voice.sounds import join, seconds, sound

# Words that are not ready: what an engine needs for a few of them on a Pi, and no more than 10 m at 140 km/h.
PATIENCE: Final[Seconds] = 0.25
# How often to look whether a sound has ended, from when on before its time, and when it never will.
POLL: Final[Seconds] = 0.005
EARLY: Final[Seconds] = 0.05
STUCK: Final[Seconds] = 1.5
# How often to tell how many words are ready.
REPORT: Final[Seconds] = 1.0
EVERYBODY: Final = Ears()


class Spoken(Protocol):
    """What is asked of the voice: the core's out `Call`. `sound` is a beep's name or empty, `parts` are words."""

    @property
    def id(self) -> int:
        """What the answers name it by."""

    @property
    def sound(self) -> str:
        """The beep before the words; empty for none."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Fragments of speech, in order."""

    @property
    def only(self) -> str:
        """Who is to hear it, where not everybody is: `codriver`."""

    @property
    def level_db(self) -> float:
        """How much louder than the volume that is set, in decibels; below 0 softer."""


class Output(Protocol):
    """What makes sound heard: a Device. Nothing in it blocks or raises."""

    @property
    def settled(self) -> bool:
        """Whether it has been looked for."""

    @property
    def ready(self) -> bool:
        """Whether something played would be heard."""

    @property
    def trouble(self) -> str | None:
        """What is not as it should be, as a sentence."""

    @property
    def opening(self) -> int:
        """What plays under another number than this one is not heard any more."""

    def play(self, sound: bytes, volume: float) -> bool:
        """Begin it at once; False: no device."""

    def busy(self) -> bool:
        """Whether it plays."""

    def stop(self) -> None:
        """End what plays."""

    def give_up(self) -> None:
        """It is open and plays nothing."""

    def believe(self) -> None:
        """It has played something to its end."""

    def close(self) -> None:
        """Let go of the device."""


@dataclass(slots=True)
class _Waiting:
    """A call not yet begun, and until when it may wait for its words."""

    call: Spoken
    until: Seconds


@dataclass(slots=True)
class _Saying:
    """What is being played: when to look for its end, and when it is overdue. No id: a beep whose words were lost."""

    id: int | None
    opening: int
    length: Seconds
    look: Seconds
    overdue: Seconds


class Speaker:
    """A wire (see wires/wire.py) that speaks. `clock` gives seconds since the segment's Start, as `now` does.

    `device` makes the output from what wakes the loop, with as many channels as `ears` want. All methods are the loop's
    thread's; none blocks or raises. Answers are `Done`s of source `voice`: `ready` and `dead` of the voice, `rendering
    120/340` now and then, `rendered` when all that was asked for ahead is there, and of a call `started <id>`,
    `ended <id>`, `cut <id>`, `lost <id>`.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], Seconds],
        volume: float = 1.0,
        device: Callable[[Callable[[], None]], Output] = Device,
        ears: Ears = EVERYBODY,
    ) -> None:
        self.volume = volume
        self._ears = ears
        self._clock = clock
        self._bell = _Bell()
        self._words = Ahead(engine, self._bell.ring)
        self._device = device(self._bell.ring)
        self._waiting: deque[_Waiting] = deque()
        self._saying: _Saying | None = None
        self._news: list[Signal] = []
        self._last: Seconds = 0.0
        self._told: str | None = None
        self._opening: int | None = None
        self._lost = False
        self._rendering = False
        self._reported: Seconds = 0.0
        self._counted = 0, 0

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the words to render ahead, of how many, are done with."""
        return self._words.progress

    def render_ahead(self, texts: Iterable[str]) -> None:
        """Have these words ready, the first ones first."""
        self._rendering = self._words.ahead(texts) or self._rendering

    def say(self, call: Spoken) -> None:
        """Speak this after what is being said: at once, if there is nothing."""
        now = self._clock()
        if self._device.settled and not self._device.ready:
            self._lose(call.id, now)
            return
        self._words.need(part for part in call.parts if self._words.get(part) is None)
        self._waiting.append(_Waiting(call, now + PATIENCE))
        self._go_on(now)

    def silence(self) -> None:
        """Cut what is being said, and what waits to be."""
        now = self._clock()
        if self._saying is not None:
            self._device.stop()
            self._tell_of(self._saying.id, "cut", now)
            self._saying = None
        for waiting in self._waiting:
            self._tell_of(waiting.call.id, "cut", now)
        self._waiting.clear()

    def fileno(self) -> int | None:
        """Readable when words are rendered, or a device came or went; None once closed."""
        return self._bell.fileno()

    def due(self) -> Seconds | None:
        """At once with news; else when what is being said may end, or when what waits has waited enough."""
        if self._news:
            return 0.0
        if self._saying is not None:
            return self._saying.look
        if self._waiting:
            return self._waiting[0].until
        return self._reported + REPORT if self._rendering and self._under_way() else None

    def take(self, now: Seconds) -> list[Signal]:
        """What was begun, ended, cut or lost, and whether there is a voice at all."""
        self._bell.hush()
        if now < self._last:
            self._begin_again(now)
        self._last = now
        self._report_health(now)
        self._report_rendered(now)
        self._look(now)
        self._go_on(now)
        news, self._news = self._news, []
        return [replace(signal, t=stamp(min(signal.t, now))) for signal in news]

    def close(self) -> None:
        """Let go of the device."""
        self._words.close()
        self._device.close()
        self._bell.close()
        self._waiting.clear()
        self._saying = None

    def _begin_again(self, now: Seconds) -> None:
        """A new segment restarts time: what is being said has less than its length to go."""
        self._reported = min(self._reported, now)
        if self._saying is not None:
            self._saying.look = now
            self._saying.overdue = now + self._saying.length + STUCK
        for waiting in self._waiting:
            waiting.until = now + PATIENCE

    def _report_health(self, now: Seconds) -> None:
        """Say once what is wrong, once that it is well again, and whether a call would be heard, at each change."""
        if not (self._device.settled and self._words.settled):
            return
        trouble = self._device.trouble or self._words.trouble
        if trouble != self._told:
            self._news.append(Fault(now, "voice", trouble or "ok: calls are heard again"))
            self._told = trouble
        usable = self._device.opening if self._device.ready and self._words.trouble is None else 0
        if usable != self._opening:
            self._tell("ready" if usable else "dead", now)
            self._lost = False
        self._opening = usable

    def _report_rendered(self, now: Seconds) -> None:
        """Say how many words are there, now and then, and once that all are; not where nobody would hear them."""
        if not self._rendering:
            return
        if not self._under_way():
            if self._opening:
                self._rendering = False
                self._tell("rendered", now)
        elif now - self._reported >= REPORT:
            self._reported = now
            done, of = self._words.progress
            if (done, of) != self._counted:
                self._tell(f"rendering {done}/{of}", now)
            self._counted = done, of

    def _under_way(self) -> bool:
        done, of = self._words.progress
        return done < of

    def _look(self, now: Seconds) -> None:
        """See what has become of what is being said."""
        saying = self._saying
        if saying is None:
            return
        gone = saying.opening != self._device.opening
        if not gone and now < saying.look:
            return
        if not gone and self._device.busy():
            if now < saying.overdue:
                saying.look = now + POLL
                return
            self._device.give_up()
            gone = True
        self._saying = None
        if gone:
            self._lose(saying.id, now)
            return
        self._device.believe()
        self._tell_of(saying.id, "ended", now)

    def _go_on(self, now: Seconds) -> None:
        """Begin what waits, as far as it can be begun."""
        while self._waiting and self._saying is None:
            waiting = self._waiting[0]
            if now < waiting.until and not self._device.settled:
                return
            beep = sound(waiting.call.sound)
            words = [self._words.get(part) for part in waiting.call.parts]
            ready = [word for word in words if word is not None]
            if len(ready) == len(words):
                self._begin(waiting.call, waiting.call.id, join([beep, *ready]), now)
            elif now >= waiting.until or any(map(self._words.failed, waiting.call.parts)):
                # Half a call may say the opposite: the beep alone says that there is something to read.
                self._lose(waiting.call.id, now)
                self._begin(waiting.call, None, beep, now)
            elif self._device.settled and not self._device.ready:
                self._lose(waiting.call.id, now)
            else:
                return
            self._waiting.popleft()

    def _begin(self, call: Spoken, told: int | None, heard: bytes, now: Seconds) -> None:
        """Play this of a call, which is `told` of under this id, if at all."""
        length = seconds(heard)
        if told is None and not heard:
            return
        if heard and not self._device.play(self._ears.placed(heard, call.only), self._loudness(call)):
            self._lose(told, now)
            return
        if told is not None and self._lost and self._opening:
            self._tell("ready", now)
            self._lost = False
        self._tell_of(told, "started", now)
        look = now + max(length - EARLY, 0.0)
        self._saying = _Saying(told, self._device.opening, length, look, now + length + STUCK)

    def _loudness(self, call: Spoken) -> float:
        gain: float = 10.0 ** (call.level_db / 20.0)
        return min(self.volume * gain, 1.0)

    def _lose(self, call: int | None, now: Seconds) -> None:
        """Say that a call is lost. Whoever takes the voice for dead then is told when the next one is begun."""
        self._lost = self._lost or call is not None
        self._tell_of(call, "lost", now)

    def _tell_of(self, call: int | None, what: str, now: Seconds) -> None:
        if call is not None:
            self._tell(f"{what} {call}", now)

    def _tell(self, text: str, t: Seconds) -> None:
        self._news.append(Done(t, "voice", text))


class _Bell:
    """A pipe that ends the loop's waiting, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def fileno(self) -> int | None:
        return None if self._out < 0 else self._out

    def ring(self) -> None:
        with self._lock, contextlib.suppress(OSError):  # a full pipe wakes the loop just as well
            if self._in >= 0:
                os.write(self._in, b"!")

    def hush(self) -> None:
        with contextlib.suppress(OSError):
            while self._out >= 0 and os.read(self._out, 4096):
                pass

    def close(self) -> None:
        """A late ring must not be written to whatever is opened next."""
        with self._lock:
            ends, self._out, self._in = {self._out, self._in}, -1, -1
        for end in ends - {-1}:
            os.close(end)
