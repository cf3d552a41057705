"""Numbers, places and words as people and programs write them into roadbook files; None where there is none.

Takes text, gives plain numbers in the unit of the text. Knows nothing of formats.
"""

import html
import re
from math import isfinite

from codriver.roadbook.limits import WORDS
from codriver.roadbook.model import Position

_DECIMAL = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*")


def decimal(text: str) -> float | None:
    """The finite number that `text` is, with a point or a comma for the decimals: `1.25`, `1,25`, `1.234,5`."""
    text = text.strip()
    if not text:
        return None
    if "," in text:
        text = text.replace(",", "") if text.rfind(",") < text.rfind(".") else _point_for_comma(text)
    if not _DECIMAL.fullmatch(text):
        return None
    number = float(text)
    return number if isfinite(number) else None


def _point_for_comma(text: str) -> str:
    whole, _, decimals = text.rpartition(",")
    return f"{whole.replace('.', '')}.{decimals}"


def place(lat: str, lon: str, alt: str = "") -> Position | None:
    """The position that these texts say; None where they say none. 0,0 is what programs write for "nowhere"."""
    north, east = decimal(lat), decimal(lon)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180 or north == east == 0:
        return None
    height = decimal(alt)
    return Position(north, east, height if height is not None and abs(height) < 10_000 else None)


def words(*texts: str) -> str:
    """The note that these texts of a GPX make: each once, as `lines` has it, without the HTML some programs put in."""
    found = dict.fromkeys(line for text in texts if (line := lines(_without_html(text))))
    return "\n".join(found)[:WORDS]


def lines(text: str) -> str:
    """`text` for a screen: its lines trimmed, none empty, one kind of line end, only what can be printed."""
    text = _SPACES.sub(" ", text[: 4 * WORDS].replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(letter for letter in text if letter == "\n" or letter.isprintable())
    return _BLANK_LINES.sub("\n", text.strip())[:WORDS]


def _without_html(text: str) -> str:
    return _TAG.sub(" ", html.unescape(text)) if "&" in text or "<" in text else text
