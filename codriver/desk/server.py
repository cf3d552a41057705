"""What the browser may ask of a desk, and who may ask: the page that this server gave out, and nobody else.

Bound to this computer. Whatever comes must name this server as its host (else a foreign page could come in by a name
of its own, DNS rebinding), must know the token in the address, and writes only as JSON from the page's own origin.
Every answer forbids the browser all that the page does not need. Nothing of a book is sent but JSON and drawn pictures.
"""

from collections.abc import Callable, Iterable
from hmac import compare_digest
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final, TypeAlias

import msgspec
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from codriver.desk.desk import Desk, StaleError
from codriver.desk.drawings import UndrawnError
from codriver.desk.edits import Edit, RefusedError, Wish
from codriver.roadbook.model import RoadbookError

LARGEST: Final = 64 << 10  # bytes of one edit
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_KINDS: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FACES: Final = {"plain": "IBMPlexSansCondensed-Medium.ttf", "bold": "IBMPlexSansCondensed-Bold.ttf"}
_KEPT: Final = "private, max-age=3600"
_PAGE: Final = files("codriver.desk") / "page"

Application: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Server:
    """The WSGI application of one desk at `host` (`127.0.0.1:port`), for those who know `token`."""

    def __init__(self, desk: Desk, host: str, token: str) -> None:
        self._desk = desk
        self._host = host
        self._token = token
        self._ways = Map(
            [
                Rule("/", endpoint=self._page, methods=["GET"]),
                Rule("/page/<name>", endpoint=self._page, methods=["GET"]),
                Rule("/face/<name>", endpoint=self._face, methods=["GET"]),
                Rule("/book", endpoint=self._book, methods=["GET"]),
                Rule("/stamp", endpoint=self._stamp, methods=["GET"]),
                Rule("/picture/<key>/<part>", endpoint=self._picture, methods=["GET"]),
                Rule("/box/<key>", endpoint=self._write, methods=["POST"]),
                Rule("/said/<key>", endpoint=self._said, methods=["POST"]),
            ]
        )

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{self._host}/{self._token}/"

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        request.max_content_length = LARGEST
        response = self._answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.update(_HEADERS)
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Host") != self._host:
            return _told("This is not the address of the desk.", HTTPStatus.FORBIDDEN)
        _, token, way = [*request.path.split("/", 2), "", ""][:3]
        if not compare_digest(token.encode(), self._token.encode()):
            return _told("The address is not complete. Open it as codriver printed it.", HTTPStatus.NOT_FOUND)
        if request.method not in {"GET", "HEAD"} and not self._own(request):
            return _told("Only the desk's own page writes here.", HTTPStatus.FORBIDDEN)
        try:
            meant, values = self._ways.bind(self._host).match(f"/{way}", request.method)
            response: Response = meant(request, **values)
        except RoadbookError as error:  # the disk; the page keeps its edits and asks again
            return _told(str(error), HTTPStatus.INSUFFICIENT_STORAGE)
        except (NotFound, MethodNotAllowed):
            return _told("There is nothing here.", HTTPStatus.NOT_FOUND)
        except HTTPException as error:
            return _told("This is no request of the page.", HTTPStatus(error.code or HTTPStatus.BAD_REQUEST))
        return response

    def _own(self, request: Request) -> bool:
        """Whether the page itself writes: a foreign one cannot send JSON without being asked where it comes from."""
        origin = request.headers.get("Origin", f"http://{self._host}")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        return origin == f"http://{self._host}" and site == "same-origin" and request.mimetype == "application/json"

    def _page(self, _: Request, name: str = "desk.html") -> Response:
        """The page and its parts, by name: those that are there, and no path."""
        parts = {part.name: part for part in _PAGE.iterdir()}
        kind = _KINDS.get(name.rpartition(".")[2])
        if name not in parts or kind is None:
            raise NotFound
        return Response(parts[name].read_bytes(), content_type=f"{kind}; charset=utf-8")

    def _face(self, _: Request, name: str) -> Response:
        if name not in _FACES:
            raise NotFound
        letters = files("fontpkg_ibm_plex_sans_condensed") / "files" / _FACES[name]
        return _kept(Response(letters.read_bytes(), content_type="font/ttf"))

    def _book(self, _: Request) -> Response:
        return _json(self._desk.sheet())

    def _stamp(self, _: Request) -> Response:
        return _json({"stamp": self._desk.stamp()})

    def _picture(self, request: Request, key: str, part: str) -> Response:
        size, scale = request.args.get("size", "small"), request.args.get("scale", 1, type=int)
        try:
            return _kept(Response(self._desk.picture(key, part, size, scale), content_type="image/png"))
        except UndrawnError as error:
            return _told(str(error), HTTPStatus.NOT_FOUND)

    def _write(self, request: Request, key: str) -> Response:
        """One edit: answered when it is on the disk, and not before."""
        try:
            edit = msgspec.json.decode(request.get_data(), type=Edit)
            return _json(self._desk.write(key, edit))
        except StaleError as error:
            return _json(error.box, HTTPStatus.CONFLICT)
        except (RefusedError, msgspec.DecodeError, UnicodeDecodeError) as error:
            return _told(str(error), HTTPStatus.UNPROCESSABLE_ENTITY)

    def _said(self, request: Request, key: str) -> Response:
        """What the voice would say of a box if this were written into it."""
        try:
            wish = msgspec.json.decode(request.get_data(), type=Wish)
            return _json({"said": self._desk.said(key, wish)})
        except (RefusedError, msgspec.DecodeError, UnicodeDecodeError) as error:
            return _told(str(error), HTTPStatus.UNPROCESSABLE_ENTITY)


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")


def _told(sentence: str, status: HTTPStatus) -> Response:
    return Response(sentence, status, content_type="text/plain; charset=utf-8")


def _kept(response: Response) -> Response:
    """What does not change while the server runs."""
    response.headers["Cache-Control"] = _KEPT
    return response
