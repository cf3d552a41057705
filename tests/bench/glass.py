"""Where the benches' windows stand: on an X server without a screen where there is one, else in SDL's dummy driver."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import pygame

SCREEN: Final = "1920x1080x24"


@contextmanager
def glass(driver: str = "") -> Iterator[str]:
    """SDL's driver while this lasts, for this process and its children: `x11` or `dummy`, as wanted or as there is."""
    before = dict(os.environ)
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    os.environ.pop("SDL_FRAMEBUFFER_ACCELERATION", None)
    server = None if driver == "dummy" else shutil.which("Xvfb")
    try:
        if server is None:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
            yield "dummy"
        else:
            with _served(server) as display:
                os.environ |= {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
                yield "x11"
    finally:
        pygame.display.quit()
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _served(server: str) -> Iterator[str]:
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        try:
            yield f":{number}"
        finally:
            with suppress(pygame.error):
                pygame.display.quit()  # before its server is gone
            process.terminate()
