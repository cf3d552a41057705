"""The window at the larger size: as large as it is told to be, and the same picture as a replay's."""

from pathlib import Path

import pytest

from codriver.kinds import Size
from tests.product.conftest import Seat
from tests.product.glass import glass

LARGE = Size(1280, 720)


def test_a_large_window_fills_the_glass_and_shows_what_a_replay_draws(
    tmp_path: Path, stage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with glass(LARGE) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
        seat = Seat(tmp_path, stage, screen)
        try:
            seat.sit()
            seat.until(seat.known("SELECT count(*) FROM fix WHERE lat IS NOT NULL"))
            seat.photograph()
            seat.drive_for(0.5)
            seat.stop()
        finally:
            seat.away()
    assert seat.drawn_again(seat.photographs[0])
