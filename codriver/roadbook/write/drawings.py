"""The pictures of a book as another file can carry them: what stands in their element, letter by letter."""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from codriver.roadbook import pictures
from codriver.roadbook.encoding import sniff
from codriver.roadbook.limits import PICTURE_BYTES
from codriver.roadbook.markup import BrokenError, content
from codriver.roadbook.model import Note, Picture, RoadbookError
from codriver.roadbook.write import markup

_MEDIA: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_INLINE: Final = re.compile(r"<(?:\w{1,20}:)?svg[\s>/]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A data URL or SVG as text, or a link to one."""

    text: str = ""
    link: str = ""

    def element(self, name: str) -> str:
        """The drawing in an element of this name."""
        link = markup.element(name, href=self.link)
        return f"{link[:-2]}>{markup.cdata(self.text)}</{name}>" if self.text else link


def drawings(data: bytes) -> Callable[[Note], tuple[Drawing | None, Drawing | None]]:
    """What gives tulip and notes of each box of the book in `data`; None where there is none, or none to carry."""
    codec = sniff(data).codec

    def drawn(note: Note) -> tuple[Drawing | None, Drawing | None]:
        tulip, notes = (
            _drawing(data, picture, codec) if isinstance(picture, Picture) else None
            for picture in (note.tulip, note.drawing)
        )
        return tulip, notes

    return drawn


def _drawing(data: bytes, picture: Picture, codec: str) -> Drawing | None:
    if not 0 <= picture.start < picture.end <= min(len(data), picture.start + PICTURE_BYTES):
        return None
    source = data[picture.start : picture.end].decode(codec, "replace")
    if source.startswith("<"):
        return _written(source)
    try:  # from a file that keeps its pictures in another way
        raw = pictures.read(data, picture)
        return Drawing(_as_text(raw, pictures.kind(raw)))
    except RoadbookError:
        return None


def _written(source: str) -> Drawing | None:
    try:
        text, attributes, has_elements = content(source)
    except (BrokenError, RoadbookError):
        return None
    if has_elements:
        begin = _INLINE.search(source)
        text = source[begin.start() :] if begin else ""
    drawing = Drawing(markup.clean(text.strip()), markup.clean(attributes.get("href", "").strip()))
    return drawing if drawing.text or drawing.link else None


def _as_text(raw: bytes, kind: str) -> str:
    if kind == "SVG":
        return raw.decode("utf-8", "replace")
    return f"data:{_MEDIA[kind]};base64,{binascii.b2a_base64(raw, newline=False).decode('ascii')}"
