"""A crew at its desk: books to write into, and what can be asked of what they wrote."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any, TypeAlias

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

from codriver.desk.desk import Desk, Saved
from codriver.desk.edits import Edit, Wish
from codriver.desk.serve import HERE, Quiet
from codriver.desk.server import Server
from codriver.roadbook import amend
from codriver.roadbook.model import Note
from tests.roadbook.press import Layout, pdf

CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
TOKEN = "a-token-that-nobody-guesses"
TYPED = """distance,cap,danger,note
0.00,,,start
0.50,120,!,dip in the wash
1.20,,,left at the well
1.35,45,!!,stones
2.00,,,
"""

# A desk's process, and the address of its page.
Opened: TypeAlias = "tuple[subprocess.Popen[str], str]"


class Book:
    """A file with a roadbook, and the desk at which it lies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.original = path.read_bytes()
        self.desk = Desk(path, "en")

    def write(self, box: str, **fields: Any) -> Saved:
        """Write into a box, upon what it is now."""
        return self.desk.write(box, Edit(self.box(box).rev, Wish(**fields)))

    def box(self, key: str) -> Any:
        """What the page would show."""
        return next(box for box in self.desk.sheet().boxes if box.key == key)

    def notes(self) -> tuple[Note, ...]:
        """The book as whoever loads it next will have it; its own file is what it was."""
        assert self.path.read_bytes() == self.original
        return amend.opened(self.path).book.notes

    @property
    def layer(self) -> Path:
        """The file beside it."""
        return amend.sidecar(self.path)


@pytest.fixture
def typed(tmp_path: Path) -> Book:
    """Five boxes that a crew typed."""
    path = tmp_path / "day3.csv"
    path.write_text(TYPED)
    return Book(path)


@pytest.fixture
def scanned(tmp_path: Path) -> Book:
    """Eleven boxes of a scanned PDF: pictures, and nothing that can be read."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf(layout=Layout(letters=False)))
    return Book(path)


@pytest.fixture
def staged(tmp_path: Path, stage: bytes) -> Book:
    """The bundled stage, with its drawings."""
    path = tmp_path / "black-reg.gpx"
    path.write_bytes(stage)
    return Book(path)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open the desk of a book, `day3.csv` if none is named, by the command in a process of its own."""
    processes = []

    def start(path: Path | None = None) -> Opened:
        command = "from codriver.cli import main; main(prog_name='codriver')"
        book = str(path or tmp_path / "day3.csv")
        words = ["roadbook", "edit", book, "--no-browser", "--state", str(tmp_path / "state")]
        process = subprocess.Popen([sys.executable, "-c", command, *words], stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().rpartition(" ")[2].strip()

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def served() -> Iterator[Callable[[Book], Server]]:
    """Serve a book in this process; many of them if need be."""
    servers = []

    def serve(book: Book) -> Server:
        server = make_server(HERE, 0, lambda *_: [], threaded=True, request_handler=Quiet)
        app = Server(book.desk, f"{HERE}:{server.port}", TOKEN)
        server.app = app
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return app

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """Debian's Chromium without a window, and with nothing from before; skipped where it is not installed."""
    if not (CHROMIUM.exists() and CHROMEDRIVER.exists()):
        pytest.skip("no browser: sudo apt install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    quiet = ("quic", "background-networking", "component-update", "sync", "gpu")
    for flag in ("headless=new", "no-sandbox", "no-first-run", *(f"disable-{each}" for each in quiet)):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path / 'chromium'}")
    options.add_argument("--window-size=1440,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    except WebDriverException as error:
        pytest.skip(f"the browser does not start: {error.msg}")
    yield driver
    driver.quit()
