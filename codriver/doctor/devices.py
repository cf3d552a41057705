"""What the doctor opens on this computer: the screen, the speaker, libraries and commands. The one place that does."""

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from codriver.config import Voice
from codriver.doctor.senses import Opened, ShutError
from codriver.kinds import Size

PATIENCE: Final = 5.0  # seconds for a command


def show(wanted: Size, full: bool) -> Opened:
    """Open the window that the cockpit would have, for a moment. ShutError where there is none."""
    with _hushed():
        from codriver.cockpit.window import Window, WindowError

        try:
            window = Window(None if full else wanted, full, "codriver doctor")
        except WindowError as error:
            raise ShutError(str(error)) from error
        opened = Opened(window.driver, Size(*window.size))
        window.close()
    return opened


def sound() -> None:
    """Open the sound device that the calls would be played on, for a moment. ShutError where there is none."""
    from codriver.voice.device import DeviceError, ask_a_child

    try:
        ask_a_child()
    except DeviceError as error:
        raise ShutError(str(error)) from error


def speech(asked: Voice) -> str | None:
    """What is in the way of speaking as it is asked for, as a sentence; None where nothing is."""
    from codriver.voice import piper

    voice, lack = piper.chosen(asked.language, Path(tempfile.gettempdir()), asked.engine, asked.model)
    return lack or voice.trouble()


def has(library: str) -> bool:
    """Whether the system has a shared library of this name."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def shell(*command: str) -> str | None:
    """What a command says on stdout; None where there is none of that name, or it fails or hangs."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words, and no shell
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


@contextmanager
def _hushed() -> Iterator[None]:
    """What the libraries below write past Python on both outputs is not for the crew: their errors are told anyway."""
    kept = [os.dup(1), os.dup(2)]
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        for number, output in enumerate(kept, 1):
            os.dup2(output, number)
            os.close(output)
