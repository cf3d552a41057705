"""Rendering ahead: a thread that has the words ready before they are due, and those that are due now first.

What is ready is held in memory, so that the loop never waits for an engine or a card. Knows nothing of devices.
"""

from collections import deque
from collections.abc import Callable, Iterable
from threading import Condition, Thread
from typing import Final, Protocol

from codriver.units import Seconds
from codriver.voice import sounds
from codriver.voice.speech import SpeechError

# Some twenty minutes of speech.
ROOM: Final = 48 << 20
LOOK_AGAIN: Final[Seconds] = 20.0


class Engine(Protocol):
    """What makes words heard. Everything here may block; it is called in a thread of its own."""

    def trouble(self) -> str | None:
        """Why nothing can be spoken, and what to do, as a sentence; None when all is well."""

    def render(self, text: str) -> bytes:
        """The PCM of these words; SpeechError where there is none."""

    def tidy(self) -> None:
        """Called when there is time, after something was rendered."""


class Ahead:
    """Words rendered by `engine` in a thread. `wake` is called there when something is news.

    `settled`: whether the engine has been looked for; `trouble`: a sentence where it was not found.
    """

    def __init__(self, engine: Engine, wake: Callable[[], None], room: int = ROOM) -> None:
        self.settled = False
        self.trouble: str | None = None
        self._engine = engine
        self._wake = wake
        self._room = room
        self._changed = Condition()
        self._ready: dict[str, bytes] = {}
        self._held = 0
        self._failed: set[str] = set()
        self._urgent: deque[str] = deque()
        self._later: deque[str] = deque()
        self._total = 0
        self._closing = False
        self._thread = Thread(target=self._work, name="speech", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the words asked for since the last were ready, of how many, need no waiting any more."""
        return self._total - len(self._later), self._total

    def get(self, text: str) -> bytes | None:
        """The sound of these words; None while it is not there."""
        with self._changed:
            sound = self._ready.pop(text, None)
            if sound is not None:
                self._ready[text] = sound  # the last to be let go
            return sound

    def failed(self, text: str) -> bool:
        """Whether it is of no use to wait for these words."""
        return text in self._failed or (self.settled and self.trouble is not None)

    def need(self, texts: Iterable[str]) -> None:
        """Render these before all others."""
        with self._changed:
            self._urgent.extend(text for text in texts if text not in self._ready)
            self._changed.notify()

    def ahead(self, texts: Iterable[str]) -> bool:
        """Render these, in this order, when nothing is due; False where all of them are there, or asked for."""
        with self._changed:
            asked = {*self._ready, *self._later}
            fresh = [text for text in dict.fromkeys(texts) if text not in asked]
            self._total = len(fresh) + (self._total if self._later else 0)
            self._later.extend(fresh)
            self._changed.notify()
            return bool(fresh)

    def close(self) -> None:
        """Let the thread end; it is not waited for, since an engine may take its time."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def _work(self) -> None:
        self._look()
        for name in sounds.SOUNDS:
            sounds.sound(name)
        tidied = False
        while (texts := self._next()) is not None:
            if texts:
                self._render(*texts)
                tidied = False
            elif self.trouble is not None:
                self._look()
            elif not tidied:
                self._engine.tidy()
                tidied = True

    def _next(self) -> tuple[str, ...] | None:
        """The next words to render, waited for; none when there was time for other things, and None at the end."""
        with self._changed:
            if not self._closing and (self.trouble is not None or not (self._urgent or self._later)):
                self._changed.wait(LOOK_AGAIN)
            if self._closing:
                return None
            if self.trouble is not None:
                self._urgent.clear()
                return ()
            return tuple(self._urgent)[:1] or tuple(self._later)[:1]

    def _render(self, text: str) -> None:
        sound: bytes | None = None
        try:
            sound = self._ready.get(text)
            if sound is None:
                sound = self._engine.render(text)
        except SpeechError:
            self._look()
        with self._changed:
            awaited = text in self._urgent
            for queue in (self._urgent, self._later):
                if queue and queue[0] == text:
                    queue.popleft()
            if sound is None:
                self._failed.add(text)
            else:
                self._failed.discard(text)
                self._hold(text, sound)
        if awaited or not self._later:
            self._wake()

    def _hold(self, text: str, sound: bytes) -> None:
        self._held += len(sound) - len(self._ready.pop(text, b""))
        self._ready[text] = sound
        while self._held > self._room and len(self._ready) > 1:
            oldest = next(iter(self._ready))
            self._held -= len(self._ready.pop(oldest))

    def _look(self) -> None:
        """See whether the engine is there."""
        trouble = self._engine.trouble()
        news = not self.settled or trouble != self.trouble
        self.trouble, self.settled = trouble, True
        if news:
            self._wake()
