"""A run shown again: in a window, as it was seen and heard; or a picture of a moment; or told in lines of text.

The log is folded anew, at any speed, forward and back, and nothing is written. The voice speaks at the drive's own
speed alone.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codriver import config
from codriver.cockpit.outside import Outside
from codriver.core.outs import Call, Silence
from codriver.debrief import story
from codriver.debrief.replay import Moment, Reel, at
from codriver.kinds import Size
from codriver.playing import Projection, project
from codriver.runlog.reader import Run
from codriver.units import Seconds
from codriver.voice.speaker import Speaker
from codriver.voice.speech import Espeak
from codriver.wake import Stop, Wake, stopping

if TYPE_CHECKING:  # what has no window must not wait for pygame
    from codriver.cockpit.window import Window

TITLE: Final = "codriver: a drive shown again"
LEAVE: Final = frozenset({"escape", "q"})
FASTEST: Final = 64.0


def picture(run: Run, moment: Seconds, path: Path, size: Size, *, page: str | None, night: bool | None) -> None:
    """Write what the crew saw at this second of the last segment, or what another page or theme would have shown."""
    from codriver.debrief import shots

    [found] = at(run, [moment])
    shots.picture(found, path, size, page=page, night=night)


def replay(
    run: Run, moment: Seconds | None, say: Callable[[str], None], *, speed: float | None, size: Size, text: bool
) -> None:
    """Show a run again in a window; without one, or as `text`, tell it in lines. With `moment`: in one line."""
    window = None if text or moment is not None else _window(size)
    if window is None:
        for words in story.told(run) if moment is None else [story.at(run, moment)]:
            say(words)
        return
    wake = Wake()
    with stopping(wake) as stop:
        screening = Screening(run, window, stop, speed or FASTEST)
        try:
            project(screening.projection, screening.reel.length, screening.keys, screening.show, stop)
        finally:
            screening.close()
            wake.close()


class Screening:
    """A run on a window: what its keys say, what is shown and heard of it."""

    def __init__(self, run: Run, window: "Window", stop: Stop, speed: float) -> None:
        from codriver.cockpit.cockpit import Cockpit

        self.reel = Reel(run)
        self.projection = Projection(0.0, speed)
        self._cockpit = Cockpit(Size(*window.size), window)
        self._window = window
        self._stop = stop
        self._speaker = _speaker(self.reel.moment, lambda: self.projection.at)

    def keys(self) -> Iterator[str]:
        """The keys that went down since, but for those that leave."""
        for name, closed in self._window.events():
            key = name.removeprefix("key ")
            if closed and key in LEAVE | {"quit"}:
                self._stop.asked = True
            elif closed:
                yield key

    def show(self, projection: Projection) -> None:
        """Where the projection stands: the picture, and what is said on the way there."""
        self._hear(projection)
        moment = self.reel.moment
        outside = Outside(moment.t, watermark=_watermark(projection))
        self._cockpit.show(moment.plan, moment.inputs, moment.state, moment.t, outside)

    def close(self) -> None:
        """Give window and sound back."""
        self._window.close()
        if self._speaker is not None:
            self._speaker.close()

    def _hear(self, projection: Projection) -> None:
        outs = self.reel.on_to(projection.at)
        if self._speaker is None:
            return
        for out in outs:
            if isinstance(out, Call) and projection.speed == 1.0:
                self._speaker.say(out)
            elif isinstance(out, Silence):
                self._speaker.silence()
        self._speaker.take(projection.at)


def _speaker(first: Moment, clock: Callable[[], Seconds]) -> Speaker | None:
    """The voice of that drive, in its language; None where its event forbade one."""
    settings = first.plan.settings
    if not settings.allow.voice:
        return None
    speaker = Speaker(Espeak(settings.language, config.state_dir(None, os.environ) / "voice"), clock)
    speaker.render_ahead(first.plan.fragments)
    return speaker


def _watermark(projection: Projection) -> str:
    if projection.held:
        return "HELD"
    return "REPLAY" if projection.speed == 1.0 else f"REPLAY x{projection.speed:g}"


def _window(size: Size) -> "Window | None":
    from codriver.cockpit.window import Window, WindowError

    try:
        return Window(size, full=False, title=TITLE)
    except WindowError:
        return None
