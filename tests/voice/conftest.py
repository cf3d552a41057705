"""What the voice's tests share: speakers that are closed again, and a program that may be absent."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.voice.booth import Booth, Hum, unprobed


@pytest.fixture
def booth(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Booth]]:
    """Make a speaker on SDL's dummy driver, which needs no probing, unless told another `device`."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    made: list[Booth] = []

    def make(engine: Any = None, device: Any = None, until: str = "ready") -> Booth:
        made.append(Booth(engine or Hum(), device or unprobed))
        if until:
            made[-1].until(until)
        return made[-1]

    yield make
    for one in made:
        one.speaker.close()


@pytest.fixture(scope="session")
def espeak_ng() -> str:
    """The program's path; without it a test is skipped."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("no espeak-ng: sudo apt install espeak-ng")
    return program
