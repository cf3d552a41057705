"""The desk at work, as a browser shows it: a few boxes of the bundled stage written into, in Debian's Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from codriver.desk.desk import Desk
from codriver.desk.serve import HERE, Quiet
from codriver.desk.server import Server

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
SIZE = 1280, 760
PATIENCE = 60
DRAWN = "return [...document.images].filter((one) => one.complete && one.naturalWidth).length > 8"


def shoot(stage: bytes, path: Path) -> bool:
    """Write the picture of the desk; False where there is no browser to show it."""
    if not (CHROMIUM.exists() and DRIVER.exists()):
        return False
    with TemporaryDirectory() as folder, served(Path(folder) / "black-reg.gpx", stage) as address, browser() as page:
        page.get(address)
        wait = WebDriverWait(page, PATIENCE)
        wait.until(lambda _: page.execute_script("return document.getElementById('state').dataset.state") == "saved")
        keys = ActionChains(page)
        keys.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        keys.key_down(Keys.ALT).send_keys("h").key_up(Keys.ALT)
        keys.send_keys(Keys.ARROW_DOWN, ", soft edges")
        keys.key_down(Keys.ALT).send_keys("2", "j").key_up(Keys.ALT)
        keys.send_keys(Keys.ENTER)
        keys.key_down(Keys.ALT).send_keys("h", "h").key_up(Keys.ALT).perform()
        wait.until(lambda _: page.execute_script(DRAWN))
        wait.until(
            lambda _: page.execute_script("return document.querySelector('#said b')?.textContent.includes('160')")
        )
        wait.until(lambda _: page.execute_script("return document.getElementById('state').dataset.state") == "saved")
        page.save_screenshot(str(path))
    return True


@contextmanager
def served(book: Path, data: bytes) -> Iterator[str]:
    """The address of a desk at which this book lies."""
    book.write_bytes(data)
    server = make_server(HERE, 0, lambda *_: [], threaded=True, request_handler=Quiet)
    app = Server(Desk(book, "en"), f"{HERE}:{server.port}", "shots")
    server.app = app
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield app.address
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in ("headless=new", "no-sandbox", "no-first-run", "disable-background-networking", "disable-sync"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False},
        )
        yield driver
    finally:
        driver.quit()
