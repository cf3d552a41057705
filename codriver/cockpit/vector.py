"""SVG to pixels: what is in it is read first, and only what is harmless is written anew for the renderer.

A drawing can name files, nest until the stack ends or copy itself into millions, and the renderer would follow. So
it never sees the book's own text. Sizes in pixels. Knows nothing of books and themes.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from itertools import chain
from typing import Final
from xml.parsers import expat

import resvg_py

from codriver.cockpit.raster import UnshownError, measured, unlabelled
from codriver.roadbook.encoding import sniff

TEXT_BYTES: Final = 128 << 10  # without embedded pictures; a tulip has 2 to 20 kB
DEPTH: Final = 64
NUMBERS: Final = 20_000  # of coordinates
DASHES: Final = 200_000
# What one drawing may cost, in elements, counted as often as they are copied. What takes the renderer as long as so
# many plain elements counts as so many.
ELEMENTS: Final = 2000
SCALE: Final = 10_000.0  # a line drawn larger than this takes the renderer half a second each, or breaks it
LAYER: Final = 20  # an element drawn on a sheet of its own: half transparent, clipped, blended
PIXELS_AN_ELEMENT: Final = 4000  # of an embedded picture

_SHAPES: Final = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "image"})
_FRAMES: Final = frozenset({"svg", "g", "a", "defs", "symbol", "use", "switch", "tspan", "clipPath", "marker", "style"})
_GRADIENTS: Final = frozenset({"linearGradient", "radialGradient", "stop"})
_DRAWN: Final = _SHAPES | _FRAMES | _GRADIENTS
_BEYOND: Final = frozenset({"pattern", "mask", "textPath"})  # without them the drawing would say something else
_REUSED: Final = frozenset({"clipPath", "marker"})
_WORDS: Final = frozenset({"text", "tspan", "a", "style"})
_DROPPED: Final = frozenset({"href", "filter", "base"})
_GEOMETRY: Final = frozenset(
    ["d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"]
)
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_DASHES: Final = re.compile(r"""stroke-dasharray\s*[:=]\s*["']?\s*([^"';}]*)""")
_LAYER: Final = re.compile(
    r"""(?<![-\w])(?:opacity|clip-path|mix-blend-mode|isolation)\s*[:=]\s*+["']?+"""
    r"""(?!\s*(?:1(?:\.0*)?|none|normal|auto)\s*(?:[;"'}]|$))"""
)
_SHEET: Final = re.compile(r"<style[^>]*>[^<]*")
# A clip or a marker that uses others can unfold without end, and the renderer follows.
_UNFOLDS: Final = re.compile(r"(?:clip-path|marker[-\w]*)\s*[:=]")
_SCALES: Final = re.compile(r"(?:scale[XY]?|matrix)\s*\(([^)]*)")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_FILTER: Final = re.compile(r"(?<![-\w])filter(?=\s*:)")
_TOO_MUCH: Final = "The drawing is too much for the screen. Ask for a simpler one."
_LATIN: Final = 0x0530  # Latin, Greek and Cyrillic, which the packaged face has, end here
_FAMILY: Final = "IBM Plex Sans Condensed"


def render(raw: bytes, size: tuple[int, int]) -> bytes:
    """The PNG, on white, of the drawing as large as fits into `size`. UnshownError, a sentence, where there is none."""
    return drawn(_rewritten(raw), size)


def drawn(svg: str, size: tuple[int, int]) -> bytes:
    """As `render`, of a text that is our own or was rewritten."""
    try:
        return _resvg(svg, size)
    except ValueError as error:
        raise UnshownError(f"The drawing cannot be drawn ({error}). Look at the printed book.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the renderer's own break-down, which is no Exception
            raise
        raise UnshownError("The drawing cannot be drawn. Look at the printed book.") from error


def _resvg(svg: str, size: tuple[int, int]) -> bytes:
    words = "<text" in svg
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=size[0],
        height=size[1],
        background="#ffffff",
        # Looking for the system's fonts costs 25 ms a drawing, and makes it another one on another machine.
        skip_system_fonts=not words or max(map(ord, svg)) < _LATIN,
        font_files=_faces() if words else None,
        font_family=_FAMILY,
        serif_family=_FAMILY,
        sans_serif_family=_FAMILY,
        cursive_family=_FAMILY,
        fantasy_family=_FAMILY,
        monospace_family=_FAMILY,
    )


def _faces() -> list[str]:
    folder = files("fontpkg_ibm_plex_sans_condensed") / "files"
    return [str(folder / f"IBMPlexSansCondensed-{weight}.ttf") for weight in ("Regular", "Bold")]


def _rewritten(raw: bytes) -> str:
    """The drawing in a text of our own. UnshownError where it is too much, or needs what is not drawn here."""
    reader = _Reader()
    parser = expat.ParserCreate(sniff(raw).codec)
    parser.buffer_text = True
    parser.UseForeignDTD(True)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise UnshownError(f"The drawing's XML cannot be read ({what}). Look at the printed book.") from error
    return reader.finished()


@dataclass(slots=True)
class _Part:
    """An element with an id, and what one copy of it costs: its own elements and those that its copies name."""

    elements: int = 0
    copies: list[str] = field(default_factory=list)


class _Reader:
    """Takes expat's calls, and writes what is harmless."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropped = 0  # elements open within one that is left out
        self._whole = _Part()
        self._parts: dict[str, _Part] = {}
        self._marker = _Part()  # what is drawn anew at each bend of a line
        self._inside: list[list[_Part]] = []
        self._scales = [1.0]
        self._shapes = 0
        self._size = 0
        self._largest = 1.0
        self._numbers = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        name = "image" if name == "img" else name  # as OpenRally's own example has it
        if len(self._open) + self._dropped >= DEPTH:
            raise UnshownError("The drawing is nested deeper than any tulip. It is not shown.")
        if name in _BEYOND:
            raise UnshownError(f"The drawing uses “{name}”, which codriver does not draw. Look at the printed book.")
        if self._dropped or name not in _DRAWN or (not self._open and name != "svg"):
            self._dropped += 1
            return
        written, link = self._attributes(name, attributes)
        scale = self._scales[-1] * _scale(written)
        if scale > SCALE:
            raise UnshownError(_TOO_MUCH)
        if _UNFOLDS.search(written) and (name in _REUSED or not _REUSED.isdisjoint(self._open)):
            raise UnshownError(_TOO_MUCH)
        self._enter(name, attributes.get("id"))
        self._count(1 + LAYER * len(_LAYER.findall(written)))
        if link:
            self._follow(name, link)
        root = ' xmlns="http://www.w3.org/2000/svg"' if not self._open else ""
        self._open.append(name)
        self._scales.append(scale)
        self._write(f"<{name}{root}{written}>", but=len(link))

    def end(self, _tag: str) -> None:
        if self._dropped:
            self._dropped -= 1
            return
        self._write(f"</{self._open.pop()}>")
        self._inside.pop()
        self._scales.pop()

    def text(self, text: str) -> None:
        if not self._dropped and self._open and self._open[-1] in _WORDS:
            self._count(0 if self._open[-1] == "style" else len(text))
            self._write(escape(text))

    def finished(self) -> str:
        """The text for the renderer, once it is known that it will not take for ever."""
        svg = _SHEET.sub(lambda sheet: _harmless(sheet[0]), "".join(self._out))
        if not self._shapes:
            raise UnshownError("The drawing has nothing in it that codriver can draw. Look at the printed book.")
        cost = self._cost(self._whole, frozenset()) + self._cost(self._marker, frozenset()) * self._numbers // 2
        sheets = " ".join(_SHEET.findall(svg))
        cost *= LAYER if _LAYER.search(sheets) else 1  # it may be any element's
        if (
            _UNFOLDS.search(sheets)
            or _SCALES.search(sheets)
            or cost > ELEMENTS
            or self._numbers > NUMBERS
            or self._dashes(svg) > DASHES
        ):
            raise UnshownError(_TOO_MUCH)
        return svg

    def _attributes(self, name: str, attributes: dict[str, str]) -> tuple[str, str]:
        """What is kept of an element's attributes, as text, and the id that it copies or the picture it embeds."""
        kept: list[str] = []
        link = ""
        for key, value in attributes.items():
            local = key.rpartition(":")[2]
            if local == "href":
                link = value.strip()
            elif ":" not in key and key not in _DROPPED and not key.startswith(("on", "xmlns")):
                kept.append(f' {key}="{escape(_harmless(value) if key == "style" else value)}"')
                self._measure(key, value)
        if link and (link.startswith("#") or name == "image"):
            link = _embedded(link) if name == "image" else link
            kept.append(f' href="{escape(link)}"')
        return "".join(kept), link

    def _measure(self, key: str, value: str) -> None:
        if key in _GEOMETRY:
            numbers = [abs(float(number)) for number in _NUMBER.findall(value)]
            self._numbers += len(numbers)
            self._largest = max([self._largest, *numbers])

    def _enter(self, name: str, identity: str | None) -> None:
        part = self._parts.setdefault(identity, _Part()) if identity else None
        marker = self._marker if name == "marker" else None
        self._inside.append([one for one in (part, marker) if one])
        self._shapes += name in _SHAPES

    def _around(self) -> Iterator[_Part]:
        """The whole drawing, and each part of it that is being read."""
        yield self._whole
        yield from chain.from_iterable(self._inside)

    def _count(self, elements: int) -> None:
        for part in self._around():
            part.elements += elements
        if self._whole.elements > ELEMENTS:
            raise UnshownError(_TOO_MUCH)

    def _follow(self, name: str, link: str) -> None:
        if name == "image":
            width, height = measured(unlabelled(link))
            self._count(width * height // PIXELS_AN_ELEMENT)
        elif name == "use":
            for part in self._around():
                part.copies.append(link[1:])

    def _cost(self, part: _Part, above: frozenset[str]) -> int:
        """How many elements are drawn for `part`, what it copies counted as often as it is copied."""
        cost = part.elements
        for name in part.copies:
            if name in above or len(above) > DEPTH or cost > ELEMENTS:
                return ELEMENTS + 1
            if name in self._parts:
                cost += self._cost(self._parts[name], above | {name})
        return cost

    def _dashes(self, svg: str) -> float:
        """At most so many dashes: all the lines as long as the longest, and cut as finely as the finest."""
        rows = [[abs(float(number)) for number in _NUMBER.findall(row)] for row in _DASHES.findall(svg)]
        finest = min(filter(None, map(sum, rows)), default=0.0)
        return self._numbers * self._largest / finest if finest else 0.0

    def _write(self, text: str, but: int = 0) -> None:
        self._out.append(text)
        self._size += len(text) - but
        if self._size > TEXT_BYTES:
            raise UnshownError("The drawing has over 128 kB of lines, too much for the screen. Ask for a simpler one.")


def _scale(written: str) -> float:
    """How many times larger an element's transformation may draw it; 1 where it makes it smaller."""
    factors = [_NUMBER.findall(row)[:4] for row in _SCALES.findall(written)]
    return max(1.0, *(abs(float(number)) for number in chain.from_iterable(factors)), 1.0)


def _harmless(css: str) -> str:
    """A style without its filters: they may cost anything, and a shadow is no part of what a tulip says."""
    return _FILTER.sub("none", _COMMENT.sub("", css))


def _embedded(link: str) -> str:
    """A picture inside the drawing, its label mended. UnshownError where it is a link, or no picture that we know."""
    raw = unlabelled(link)
    name = {b"\x89": "png", b"\xff": "jpeg", b"G": "gif"}.get(raw[:1])
    if name is None:
        raise UnshownError("The drawing wants another file or an unknown kind of picture, which is not opened here.")
    measured(raw)
    return f"data:image/{name};base64,{b2a_base64(raw, newline=False).decode()}"
