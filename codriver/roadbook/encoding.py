"""Which letters a roadbook's bytes stand for: the byte order mark first, then what XML declares, then the bytes.

Never fails: what nothing else explains is Latin-1, which has a letter for every byte.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Final

LATIN: Final = "iso-8859-1"

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Letters:
    """The codec of a file, as Python names it; where its text begins, in bytes; and whether it had to be guessed."""

    codec: str
    begin: int = 0
    guessed: bool = False


def sniff(data: bytes) -> Letters:
    """How to read these bytes as text, be they XML or not."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Letters(codec, len(mark))
    if data.startswith(b"<\0"):
        return Letters("utf-16-le")
    if data.startswith(b"\0<"):
        return Letters("utf-16-be")
    begin = len(data[:_STEP]) - len(data[:_STEP].lstrip())
    declared = _DECLARED.match(data[:_STEP])
    codec = declared[1].decode("ascii").lower() if declared else "utf-8"
    if codec in ("utf-8", "utf8"):
        return Letters("utf-8", begin) if _is_utf8(data) else Letters(LATIN, begin, guessed=True)
    return Letters(codec, begin) if _has_one_letter_a_byte(codec) else Letters(LATIN, begin, guessed=True)


def _is_utf8(data: bytes) -> bool:
    """Judged piece by piece, so that the text is never held; a file cut inside a letter is still UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _STEP):
            decoder.decode(data[start : start + _STEP])
    except UnicodeDecodeError:
        return False
    return True


def _has_one_letter_a_byte(codec: str) -> bool:
    """Whether expat can read the codec by a table: any other has to be guessed at."""
    try:
        table = bytes(range(256)).decode(codec, "replace")
    except (LookupError, UnicodeError):
        return False
    return len(table) == 256 and table[9:11] + table[32:127] == bytes(range(256)).decode(LATIN)[9:11] + "".join(
        map(chr, range(32, 127))
    )
