"""Hold a desk open: a port of this computer, the browser, and the end by Ctrl-C.

A book keeps its port and its token, in the folder of what is learnt, readable by its user alone: so a page that is
still open finds the desk again when it comes back, with what it could not save meanwhile, and a book that is opened
twice is one desk.
"""

import os
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from werkzeug.serving import WSGIRequestHandler, make_server

from codriver.desk.desk import Desk
from codriver.desk.server import Server

HERE: Final = "127.0.0.1"
_ANSWERS: Final = 2.0  # seconds that a desk on this computer may take to say that it is there
_WAITING: Final = 64  # connections that a browser opens at once wait here


class Place(Struct, frozen=True):
    """Where a book's desk is."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    token: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]

    @property
    def address(self) -> str:
        """What the browser is given."""
        return f"http://{HERE}:{self.port}/{self.token}/"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request: a terminal that scrolls hides what matters."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """As the library does, but for what went well."""
        if type != "info":
            super().log(type, message, *args)


def serve(path: Path, folder: Path, language: str, say: Callable[[str], None], *, browser: bool) -> None:
    """Serve the desk of the book at `path` until Ctrl-C; `folder` remembers where it was.

    RoadbookError where there is no book. `say` gets the address, and what becomes of the work.
    """
    desk = Desk(path, language)
    memory = folder / "desk" / f"{sha256(str(path.resolve()).encode()).hexdigest()[:16]}.json"
    known = _remembered(memory)
    if known is not None and _answers(known):
        say(f"{path.name} is open already: {known.address}")
        _open(known, browser=browser)
        return
    door = _door(known.port if known else 0)
    place = Place(door.getsockname()[1], known.token if known else token_urlsafe(16))
    _remember(memory, place)
    app = Server(desk, f"{HERE}:{place.port}", place.token)
    with door:
        server = make_server(HERE, place.port, app, threaded=True, request_handler=Quiet, fd=door.fileno())
    say(f"{path.name}: {place.address}\nEverything is saved as you type. Ctrl-C ends.")
    _open(place, browser=browser)
    server.serve_forever()
    say(f"\n{desk.told()}")


def _open(place: Place, *, browser: bool) -> None:
    if browser:
        webbrowser.open(place.address)


def _door(port: int) -> socket.socket:
    """A listening socket on this computer alone, at this port if it is free."""
    for tried in (port, 0):
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere this would let two programs share the port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HERE, tried))
            door.listen(_WAITING)
        except OSError:
            door.close()
            if tried == 0:
                raise
        else:
            return door
    raise AssertionError("a port of the system's choice is bound, or an error is raised")


def _answers(place: Place) -> bool:
    """Whether a desk that knows this token is at this port."""
    line = HTTPConnection(HERE, place.port, timeout=_ANSWERS)
    try:
        line.request("GET", f"/{place.token}/stamp")
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def _remembered(memory: Path) -> Place | None:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=Place)
    except (OSError, msgspec.DecodeError):
        return None


def _remember(memory: Path, place: Place) -> None:
    """Without it the desk works, but a page that is left open does not find it again."""
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.touch(mode=0o600)
        memory.chmod(0o600)
        memory.write_bytes(msgspec.json.encode(place))
