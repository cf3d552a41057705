"""The window shows what was painted, and tells of every finger and key: what was closed is opened again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest
from pygame.event import Event

from codriver.cockpit import window as window_module
from codriver.cockpit.faces import Faces, find
from codriver.cockpit.paint import Painter
from codriver.cockpit.screen import Reading
from codriver.cockpit.window import Window, WindowError
from tests.cockpit.screens import DRIVE, HINTS, Album, screen

SIZE = (800, 480)
STRIP = 470  # where the buttons are, in pixels from the top
FACES = Faces(find())


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """A window that nobody sees, with a picture in it."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    window = Window(SIZE, full=False, title="codriver")
    window.draw(DRIVE, Painter(SIZE, FACES, Album()))
    window.events()
    yield window
    window.close()


def after(window: Window, *events: Event) -> list[tuple[str, bool]]:
    for event in events:
        pygame.event.post(event)
    return window.events()


def key(code: int, *, down: bool) -> Event:
    return Event(pygame.KEYDOWN if down else pygame.KEYUP, key=code, mod=0, unicode="", scancode=0)


def finger(name: int, x: float, *, down: bool, y: float = STRIP) -> Event:
    kind = pygame.FINGERDOWN if down else pygame.FINGERUP
    return Event(kind, touch_id=1, finger_id=name, x=x / SIZE[0], y=y / SIZE[1], dx=0, dy=0, pressure=1.0)


def mouse(x: float, *, down: bool, button: int = 1, touch: bool = False) -> Event:
    kind = pygame.MOUSEBUTTONDOWN if down else pygame.MOUSEBUTTONUP
    return Event(kind, pos=(x, STRIP), button=button, touch=touch)


def glass(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def painted(*screens: Any) -> bytes:
    drawn, painter = pygame.Surface(SIZE, 0, 32), Painter(SIZE, FACES, Album())
    for each in screens:
        painter.paint(drawn, each)
    return glass(drawn)


def test_the_window_shows_what_the_painter_paints(window: Window, tmp_path: Path) -> None:
    assert window.size == SIZE
    assert glass(window.surface) == painted(DRIVE)
    window.save(tmp_path / "x.png")
    assert glass(pygame.image.load(tmp_path / "x.png")) == painted(DRIVE)


def test_a_key_is_reported_by_its_name(window: Window) -> None:
    codes = (pygame.K_1, pygame.K_PLUS, pygame.K_UP, pygame.K_SPACE)
    assert after(window, *(key(code, down=True) for code in codes)) == [
        (f"key {pygame.key.name(code)}", True) for code in codes
    ]
    assert after(window, key(pygame.K_UP, down=False)) == [("key up", False)]


def test_a_key_that_repeats_is_closed_once(window: Window) -> None:
    assert after(window, *[key(pygame.K_4, down=True)] * 5, key(pygame.K_4, down=False)) == [
        ("key 4", True),
        ("key 4", False),
    ]


def test_a_key_that_was_down_before_the_window_opened_is_none(window: Window) -> None:
    assert after(window, key(pygame.K_4, down=False)) == []


def test_a_finger_is_the_button_under_it(window: Window) -> None:
    assert after(window, finger(7, 200, down=True), finger(7, 200, down=False)) == [
        (f"touch {HINTS[1].touch}", True),
        (f"touch {HINTS[1].touch}", False),
    ]


def test_a_finger_that_slides_off_opens_what_it_closed(window: Window) -> None:
    assert after(window, finger(7, 20, down=True), finger(7, 700, down=False, y=100)) == [
        (f"touch {HINTS[0].touch}", True),
        (f"touch {HINTS[0].touch}", False),
    ]


def test_several_fingers_are_several_buttons(window: Window) -> None:
    assert after(window, finger(1, 460, down=True), finger(2, 600, down=True), finger(1, 460, down=False)) == [
        (f"touch {HINTS[3].touch}", True),
        (f"touch {HINTS[4].touch}", True),
        (f"touch {HINTS[3].touch}", False),
    ]


def test_two_fingers_on_one_button_are_one_contact(window: Window) -> None:
    assert after(window, finger(1, 20, down=True), finger(2, 30, down=True), finger(1, 20, down=False)) == [
        (f"touch {HINTS[0].touch}", True)
    ]
    assert after(window, finger(2, 30, down=False)) == [(f"touch {HINTS[0].touch}", False)]


def test_a_finger_beside_the_buttons_is_nothing(window: Window) -> None:
    assert after(window, finger(1, 20, down=True, y=100), finger(1, 20, down=False)) == []


def test_the_mouse_is_a_finger(window: Window) -> None:
    assert after(window, mouse(20, down=True), mouse(700, down=False)) == [
        (f"touch {HINTS[0].touch}", True),
        (f"touch {HINTS[0].touch}", False),
    ]
    assert after(window, mouse(20, down=True, button=3), mouse(20, down=False, button=3)) == []


def test_a_mouse_made_of_a_finger_is_not_a_second_one(window: Window) -> None:
    assert after(window, mouse(20, down=True, touch=True), mouse(20, down=False, touch=True)) == []


def test_a_page_that_changes_under_a_finger_does_not_hold_the_button(window: Window) -> None:
    after(window, finger(1, 20, down=True))
    window.draw(screen(hints=()), Painter(SIZE, FACES, Album()))
    assert after(window, finger(1, 20, down=False)) == [(f"touch {HINTS[0].touch}", False)]


def test_losing_the_focus_opens_everything(window: Window) -> None:
    after(window, key(pygame.K_4, down=True), finger(1, 20, down=True))
    assert after(window, Event(pygame.WINDOWFOCUSLOST)) == [("key 4", False), (f"touch {HINTS[0].touch}", False)]
    assert after(window, key(pygame.K_4, down=False), finger(1, 20, down=False)) == []


def test_the_close_button_quits(window: Window) -> None:
    assert after(window, Event(pygame.QUIT)) == [("quit", True)]


def test_without_a_display_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(WindowError, match=r"^no display to open a window on: .*--headless"):
        Window(SIZE, full=False, title="codriver")


def test_a_driver_that_shows_nothing_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the caller has asked for it."""
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.setenv("DISPLAY", ":9999")
    monkeypatch.setattr(pygame.display, "init", lambda: None)
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "offscreen")
    with pytest.raises(WindowError, match="offscreen"):
        Window(SIZE, full=False, title="codriver")


def test_without_desktop_and_screen_nothing_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SDL would try all its drivers, and some of them complain on the crew's terminal."""
    for name in window_module.SERVERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(window_module, "SCREENS", tmp_path)
    monkeypatch.setattr(pygame.display, "init", lambda: pytest.fail("SDL was asked"))
    with pytest.raises(WindowError, match="neither a desktop nor a screen"):
        Window(SIZE, full=False, title="codriver")


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An X server with nothing on it."""
    server = shutil.which("Xvfb")
    if server is None or shutil.which("import") is None:
        pytest.skip("no Xvfb, or no imagemagick to look at it")
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        try:
            monkeypatch.setenv("DISPLAY", f":{number}")
            monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
            monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "")  # so that what the window sets is taken back
            monkeypatch.delenv("SDL_FRAMEBUFFER_ACCELERATION")
            yield f":{number}"
        finally:
            process.terminate()


def looked_at(display: str, path: Path) -> bytes:
    subprocess.run(["import", "-display", display, "-window", "root", str(path)], check=True, timeout=30)
    return glass(pygame.image.load(path).convert(pygame.Surface((1, 1), 0, 32)))


def test_what_is_on_the_glass_is_what_was_painted(display: str, tmp_path: Path) -> None:
    """On a real X server, after pieces were drawn as well; and the whole screen is taken where that is asked for."""
    window = Window(None, full=True, title="codriver")
    try:
        assert (window.driver, window.size) == ("x11", SIZE)
        painter, later = Painter(SIZE, FACES, Album()), screen(total=Reading("142.00", "km"), band="now")
        window.draw(DRIVE, painter)
        window.events()
        assert looked_at(display, tmp_path / "first.png") == painted(DRIVE)
        window.draw(later, painter)
        assert looked_at(display, tmp_path / "then.png") == painted(DRIVE, later)
    finally:
        window.close()
