"""The sound device, through pygame's mixer: the one importer of it. PCM in (see sounds.py), heard at once.

To open a device may take seconds, and pygame keeps every other thread waiting meanwhile. So a child tries it first,
which also keeps the sound library's own complaints off the terminal, and a thread watches whether it is still there.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Final

from codriver.units import Seconds
from codriver.voice.sounds import RATE

# 23 ms a buffer: half of it makes the call no sooner to a crew's ear, and a busy Pi may not keep up with it.
BUFFER: Final = 512
FORMAT: Final = (RATE, -16, 1)
FADE_MS: Final = 50

CARDS: Final = Path("/proc/asound/cards")
WATCH: Final[Seconds] = 2.0
FIRST_WAIT: Final[Seconds] = 4.0
LONGEST_WAIT: Final[Seconds] = 64.0
PROBE_PATIENCE: Final[Seconds] = 10.0

_PLUG: Final = "plug one in"
_MUTE: Final = "the sound device takes no sound: pull its plug and put it in again"


class DeviceError(OSError):
    """There is no sound device; the text says why."""


class Device:
    """The default sound device, opened in a thread and again after it was gone. `wake` is called there at any news.

    `settled`: whether it has been looked for. `opening` changes whenever it is opened or lost: what was playing
    under another number is not heard any more. `probe` raises DeviceError where opening fails; `cards` is the kernel's
    list, read each `watch` seconds. What is played has so many `channels`.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        probe: Callable[[], None] | None = None,
        cards: Path = CARDS,
        watch: Seconds = WATCH,
        channels: int = 1,
    ) -> None:
        self.settled = False
        self._channels = channels
        self.opening = 0
        self._wake = wake
        self._probe = probe or ask_a_child
        self._cards = cards
        self._period = watch
        self._why: str | None = None
        self._doubt: str | None = None
        self._mixer: Any = None
        self._channel: Any = None
        self._changed = Condition()
        self._mute = False
        self._closing = False
        self._thread = Thread(target=self._watch, name="sound device", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether something played would be heard."""
        return self._channel is not None

    @property
    def trouble(self) -> str | None:
        """What is not as it should be, and what to do, as a sentence; None when all is well."""
        return self._why or self._doubt

    def play(self, sound: bytes, volume: float) -> bool:
        """Let this be heard from now on, instead of what was; `volume` 1 is as loud as it goes. False: no device."""
        with self._changed, contextlib.suppress(*_refusals()):
            if self._channel is not None:
                heard = self._mixer.Sound(buffer=sound)
                heard.set_volume(volume)
                self._channel.play(heard)
                return True
        return False

    def busy(self) -> bool:
        """Whether it plays."""
        with self._changed, contextlib.suppress(*_refusals()):
            return self._channel is not None and bool(self._channel.get_busy())
        return False

    def stop(self) -> None:
        """End what plays, without a click."""
        with self._changed, contextlib.suppress(*_refusals()):
            if self._channel is not None:
                self._channel.fadeout(FADE_MS)

    def give_up(self) -> None:
        """It plays nothing though it is open: close it, and try again."""
        with self._changed:
            self._mute = True
            self._changed.notify()

    def believe(self) -> None:
        """It has played something to its end."""
        self._doubt = None

    def close(self) -> None:
        """Let go of the device. May be called twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        # The thread may be waiting for a device that never answers.
        self._thread.join(0.5)

    def _watch(self) -> None:
        """The thread: open, look whether it is still there, open again."""
        seen = at_opening = frozenset[str]()
        wait = FIRST_WAIT
        while not self._closing:
            cards = self._known_cards()
            if self._channel is not None and (self._mute or cards != at_opening):
                self._lose()
            if self._channel is None:
                self._open(seen - cards)
                at_opening = cards
            if self._channel is not None:
                seen |= cards
                wait = FIRST_WAIT
                self._rest(cards, self._period)
            else:
                self._rest(cards, wait)
                wait = min(wait * 2.0, LONGEST_WAIT)
        self._let_go()

    def _rest(self, cards: frozenset[str], wait: Seconds) -> None:
        """Wait until there may be something to do: `wait` has passed, or cards came or went."""
        with self._changed:
            for _ in range(max(round(wait / self._period), 1)):
                if self._closing or self._mute or self._known_cards() != cards:
                    return
                self._changed.wait(self._period)

    def _open(self, gone: frozenset[str]) -> None:
        """Try to open the device. `gone` are the cards that were there and are not any more."""
        why = f"the sound device {', '.join(sorted(gone))} is gone: check its plug" if gone else None
        mixer: Any = None
        try:
            self._probe()
            if not self._closing:
                mixer = open_mixer(self._channels)
        except DeviceError as error:
            why = why or f"no sound device, the calls are on the screen alone: {_PLUG} ({error})"
        with self._changed:
            if mixer is not None:
                mixer.set_reserved(1)  # channel 0 is the voice's own, whatever else makes sounds
                self._mixer, self._channel = mixer, mixer.Channel(0)
                self.opening += 1
            self._mute = False  # what was given up is not this one
            news = not self.settled or mixer is not None or why != self._why
            self._why, self.settled = why, True
        if news:
            self._wake()

    def _lose(self) -> None:
        with self._changed:
            if self._mute:
                self._doubt = _MUTE
        self._let_go()
        self._wake()

    def _let_go(self) -> None:
        with self._changed:
            mixer, self._mixer, self._channel = self._mixer, None, None
            self.opening += 1
        if mixer is not None:
            mixer.quit()

    def _known_cards(self) -> frozenset[str]:
        """The names of the sound cards there are, as the kernel has them; none where it has no such list.

        ` 1 [Device         ]: USB-Audio - USB Audio Device`, and a second line with the socket it is in.
        """
        try:
            lines = self._cards.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return frozenset()
        return frozenset(line.rpartition(" - ")[2].strip() for line in lines if "]:" in line)


def _refusals() -> tuple[type[Exception], ...]:
    """What pygame raises when a device goes while it is used."""
    pygame = sys.modules.get("pygame")
    return () if pygame is None else (pygame.error,)


def open_mixer(channels: int = 1) -> Any:
    """pygame's mixer, open for our PCM on the default device, without its display. DeviceError where that fails."""
    wanted = (*FORMAT[:2], channels)
    # SDL would take Ctrl-C and SIGTERM for its own events, and pygame greet on stdout.
    os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
        from pygame import mixer
    except ImportError as error:
        raise DeviceError(f"pygame cannot be loaded: {error}") from error
    try:
        if mixer.get_init() not in (None, wanted):
            mixer.quit()  # opened by another, for another kind of sound
        mixer.init(*wanted, buffer=BUFFER, allowedchanges=0)
    except pygame.error as error:
        raise DeviceError(str(error)) from error
    return mixer


def ask_a_child() -> None:
    """Open the device in another process. DeviceError where it fails there, or does not come to an end."""
    command = [sys.executable, "-m", "codriver.voice.probe"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_PATIENCE, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired as error:
        raise DeviceError("the sound system does not answer") from error
    except OSError:
        return  # no child to be had: then it shows in this process
    if done.returncode:
        said = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise DeviceError(said[-1] if said else "the sound system crashed")
