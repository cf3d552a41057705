"""Screen, speaker and voice: what the crew will see and hear. What is opened, and how, is handed in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codriver.config import Config, Voice
from codriver.doctor.finding import Finding, Verdict, advised, fail, ok, warn
from codriver.kinds import Size

LIBRARIES: Final = {
    "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
}
"""What SDL looks for, by name, when it draws on a screen without a desktop; and where Debian has it."""

NOTHING: Final = ("dummy", "offscreen", "evdev")
SMALLEST: Final = Size(800, 480)

_HEARD: Final = {"full": "whole calls", "dangers": "dangers alone", "prompt": "a beep and one word"}


class ShutError(OSError):
    """A screen or a speaker cannot be opened; the text is the library's own."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A window that could be opened: SDL's driver, and its size."""

    driver: str
    size: Size


def screen(
    root: Path, environ: Mapping[str, str], show: Callable[[], Opened], has: Callable[[str], bool], *, running: bool
) -> Finding:
    """Whether the cockpit's window opens; `show` opens it, `has` says which libraries there are."""
    if running:
        return ok("screen", "the cockpit is running and has it")
    try:
        opened = show()
    except ShutError as error:
        return _dark(root, environ, str(error), has)
    words = f"{opened.driver}, {opened.size}"
    if opened.driver in NOTHING:
        return warn("screen", f"{words}: nothing is shown", "unset SDL_VIDEODRIVER")
    if opened.size.width < SMALLEST.width or opened.size.height < SMALLEST.height:
        return warn("screen", f"{words}, which is smaller than {SMALLEST}", "can the co-driver read it?")
    return ok("screen", words)


def speaker(found: Config, sound: Callable[[], None]) -> Finding:
    """Whether a sound device opens; `sound` opens it."""
    if silent := _silent(found):
        return ok("speaker", silent)
    try:
        sound()
    except ShutError as error:
        todo = "plug a speaker or the intercom in; aplay -l lists what there is (sudo apt install alsa-utils)"
        return warn("speaker", f"no sound device opens, the calls are on the screen only ({error})", todo)
    return ok("speaker", f"opens, at volume {found.voice.volume:g}; listen to it once")


def voice(found: Config, trouble: Callable[[Voice], str | None]) -> Finding:
    """Whether the calls can be spoken as it is asked for; `trouble` says in a sentence what is in the way."""
    if silent := _silent(found):
        return ok("voice", silent)
    if sentence := trouble(found.voice):
        return advised("voice", Verdict.WARN, sentence)
    return ok("voice", f"speaks {found.voice.language!r}, {_HEARD[found.voice.mode]}")


def _silent(found: Config) -> str:
    if not found.allow.voice:
        return "not used: the event forbids it"
    return "not used: voice.mode is off" if found.voice.mode == "off" else ""


def _dark(root: Path, environ: Mapping[str, str], error: str, has: Callable[[str], bool]) -> Finding:
    """Why there is no screen, the nearest cause first."""
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return fail("screen", f"the desktop gives none ({error})", "start it from a terminal on that desktop")
    missing = [package for library, package in LIBRARIES.items() if not has(library)]
    if missing:
        return fail("screen", f"libraries are missing ({error})", f"sudo apt install {' '.join(missing)}")
    cards = sorted((root / "dev/dri").glob("card*"))
    if not cards:
        todo = "on a Pi: dtoverlay=vc4-kms-v3d in /boot/firmware/config.txt; elsewhere: from a desktop's terminal"
        return fail("screen", f"the system knows none, /dev/dri is empty ({error})", todo)
    if not any(os.access(card, os.R_OK | os.W_OK) for card in cards):
        todo = "add this user to the groups video, render and input, or ask as the cockpit does: sudo codriver-doctor"
        return fail("screen", f"{cards[0].name} may not be opened ({error})", todo)
    if not _plugged(root):
        return fail("screen", f"none is plugged in ({error})", "its cable and its own supply, then power up again")
    todo = "a desktop may have it: sudo systemctl set-default multi-user.target, and power up again"
    return fail(
        "screen", f"it cannot be had ({error})", todo, "else by the compositor: make pi-install DISPLAY_BY=cage"
    )


def _plugged(root: Path) -> bool:
    """Whether any connector reports a screen."""
    states = (root / "sys/class/drm").glob("card*-*/status")
    return any(state.read_text(encoding="ascii", errors="replace").strip() == "connected" for state in states)
