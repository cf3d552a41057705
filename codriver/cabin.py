"""What sits before a drive: the window with its keys, the voice, a line on a terminal, and the supervisor's beat.

Each is opened as far as this machine has it. What is missing is said once, and the drive goes on without it: a crew
without a screen has its voice and buttons, one without a voice its screen, and the log has everything.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from codriver.cockpit.line import line
from codriver.cockpit.outside import Outside
from codriver.config import Config
from codriver.core.state import Trouble
from codriver.kinds import Size
from codriver.loop import IDLE, Clock, Drive
from codriver.units import Seconds
from codriver.voice.device import Device
from codriver.voice.ears import Ears
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Words
from codriver.wake import Stop
from codriver.wires.keys import Keys
from codriver.wires.supervisor import Supervisor
from codriver.wires.wire import Wire, expired

if TYPE_CHECKING:  # a drive without a window must not wait for pygame
    from codriver.cockpit.cockpit import Cockpit

Say: TypeAlias = Callable[[str], None]

TITLE: Final = "codriver"
# A screen that is not there, or whose cable comes late, is looked for so often.
RETRY: Final[Seconds] = 5.0


class Cabin:
    """The crew's seats. `windowed`: with a window, where there is a display; `voice` renders the words, None: silence.

    `say` gets sentences for the crew; `watermark` says what the drive is where it is no real one.
    """

    def __init__(
        self,
        settings: Config,
        say: Say,
        environ: Mapping[str, str],
        *,
        windowed: bool,
        watermark: str = "",
        voice: Words | None,
    ) -> None:
        self._settings = settings
        self._say = say
        self._watermark = watermark
        self._supervisor = Supervisor.from_environ(environ)
        self._ready = False
        self._cockpit: Cockpit | None = None
        self._wanted = windowed
        self._tried: Seconds | None = None
        self._written: Seconds | None = None
        self._stop: Stop | None = None
        self._troubles: tuple[Trouble, ...] = ()
        self._voice = voice
        self._speaker: Speaker | None = None
        if windowed:
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def sit(self, drive: Drive, stop: Stop, clock: Clock) -> list[Wire]:
        """Take seats before this drive: its voice, and the wires that its crew reports by."""
        self._stop = stop
        wires: list[Wire] = [Keys(self._events, self._leave)] if self._wanted else []
        if self._voice is None:
            return wires
        wired = self._settings.voice
        ears = Ears(wired.codriver, wired.driver)
        device = partial(Device, channels=ears.channels)
        self._speaker = drive.voice = Speaker(self._voice, clock, wired.volume, device, ears)
        if drive.plan is not None:
            self._speaker.render_ahead(drive.plan.fragments)
        return [*wires, self._speaker]

    def show(self, drive: Drive, now: Seconds) -> None:
        """A frame: on the window, else in one line of the terminal. A beat follows for the supervisor."""
        if drive.plan is None:
            return
        if self._wanted and self._cockpit is None and (self._tried is None or expired(self._tried, RETRY, now)):
            self._tried = now
            self._open(again=True)
        if self._cockpit is not None:
            outside = Outside(drive.safe_until, drive.late, self._watermark)
            self._cockpit.show(drive.plan, drive.inputs, drive.state, now, outside)
        elif sys.stderr.isatty() and (self._written is None or expired(self._written, IDLE, now)):
            self._written = now
            sys.stderr.write(f"\r{line(drive.plan, drive.state)}\x1b[K")
            sys.stderr.flush()
        elif not sys.stderr.isatty():
            self._tell(drive)
        if not self._ready:
            self._ready = True
            self._supervisor.ready(f"driving, logged in {drive.path.name}")
        self._supervisor.beat(now)

    def _tell(self, drive: Drive) -> None:
        """Where nobody looks at a screen each fault is a sentence as it begins: for a journal, or a file."""
        troubles = drive.state.troubles
        for trouble in troubles:
            if trouble not in self._troubles:
                self._say(f"{trouble.source}: {trouble.text}")
        self._troubles = troubles

    def close(self) -> None:
        """Leave: the window is given back. The voice is a wire, closed with the others."""
        self._supervisor.stopping()
        if self._cockpit is not None:
            self._cockpit.close()

    def _open(self, *, again: bool = False) -> None:
        from codriver.cockpit.cockpit import Cockpit
        from codriver.cockpit.window import Window, WindowError

        display = self._settings.display
        try:
            window = Window(None if display.full else display.size, display.full, TITLE)
        except WindowError as error:
            if not again:
                self._say(f"{error}; the drive goes on without it")
            return
        self._cockpit = Cockpit(Size(*window.size), window)

    def _events(self) -> list[tuple[str, bool]]:
        window = None if self._cockpit is None else self._cockpit.window
        return [] if window is None else window.events()

    def _leave(self) -> None:
        """The crew leaves by the keyboard, or by the window's own button: the run is ended."""
        if self._stop is not None:
            self._stop.asked = self._stop.ended = True
