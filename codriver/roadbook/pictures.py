"""The drawings of a roadbook, decoded only when somebody wants to see one.

A `Picture` is a stretch of its file; here the stretch becomes the bytes of a PNG, JPEG, GIF or SVG. What a picture is,
its first bytes say, never its label. Links are never followed. Knows nothing of screens.
"""

import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from codriver.roadbook.encoding import sniff
from codriver.roadbook.limits import PICTURE_BYTES
from codriver.roadbook.markup import BrokenError, content
from codriver.roadbook.model import Crop, Picture, RoadbookError

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)
_SVG: Final = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*(?:<!DOCTYPE[^>\[]{0,200}>\s*)?<(?:\w{1,20}:)?svg[\s>/]",
    re.DOTALL,
)
_INLINE_SVG: Final = re.compile(r"<(?:\w{1,20}:)?svg[\s>/]")
_BASE64_SPACES: Final = re.compile(rb"\s+")


def read(data: bytes, picture: Picture | Crop, width: int = 600) -> bytes:
    """The bytes of one picture of the book in `data`. RoadbookError with a sentence where there is none to show.

    A piece of a page is drawn, `width` pixels wide; what stands in the file comes as it is.
    """
    if isinstance(picture, Crop):
        from codriver.roadbook import pdf_pages  # what reads no PDF must not wait for its library

        return pdf_pages.picture(data, picture, width)
    if not 0 <= picture.start < picture.end <= len(data):
        raise RoadbookError("The picture is not in this file: it belongs to another book, or the file was changed.")
    if picture.end - picture.start > PICTURE_BYTES:
        raise RoadbookError("The picture is over 8 MB, too much for the screen. Ask for a smaller one.")
    source = data[picture.start : picture.end].decode(sniff(data).codec, "replace")
    raw = _decoded(_written(source))
    kind(raw)
    return raw


def kind(raw: bytes) -> str:
    """`PNG`, `JPEG`, `GIF` or `SVG`, by the bytes themselves. RoadbookError where they are none of these."""
    for signature, name in _SIGNATURES:
        if raw.startswith(signature):
            return name
    if _SVG.match(raw):
        if b"<!ENTITY" in raw:
            raise RoadbookError("The drawing defines its own XML entities, which can hide a bomb. It is not shown.")
        return "SVG"
    raise RoadbookError("The picture is no PNG, JPEG, GIF or SVG that codriver knows. Look at the printed book.")


def _written(source: str) -> str:
    """What somebody wrote into the element that begins `source`: a data URL, SVG, or a link."""
    try:
        text, attributes, has_elements = content(source)
    except BrokenError as broken:
        raise RoadbookError(f"The drawing's XML cannot be read ({broken}). Look at the printed book.") from broken
    if has_elements:  # SVG written straight into the file: as it stands, since taking it apart would change it
        begin = _INLINE_SVG.search(source)
        return source[begin.start() :] if begin else ""
    return text.strip() or attributes.get("href", "").strip()


def _decoded(written: str) -> bytes:
    if written[:5].lower() == "data:":
        return _from_data_url(written[5:])
    if written.startswith("<"):
        return written.encode()
    if not written:
        raise RoadbookError("The box has an empty drawing.")
    raise RoadbookError(f"The drawing is only a link ({written[:60]}), and links are not followed in the car.")


def _from_data_url(url: str) -> bytes:
    """RFC 2397: `[type][;base64],data`. White space and missing padding in base64 are forgiven, other signs are not."""
    label, comma, payload = url.partition(",")
    if not comma:
        raise RoadbookError("The picture's data URL has no comma, so no data. Ask for another copy of the book.")
    raw = unquote_to_bytes(payload)
    if ";base64" not in label.lower():
        return raw
    letters = _BASE64_SPACES.sub(b"", raw).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4), strict_mode=True)
    except binascii.Error as error:
        raise RoadbookError("The picture's base64 is damaged. Ask for another copy of the book.") from error
