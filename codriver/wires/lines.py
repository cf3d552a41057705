"""Bytes to lines, and the NMEA 0183 frame around a sentence.

A line is Latin-1 text, so that any byte survives in it. Where the bytes were cut by the reads changes nothing. Knows
no port and no time, and nothing of a sentence but its checksum.
"""

import re
from typing import Final

from codriver.decode.pod_frames import checksum

LONGEST: Final = 1024
"""Bytes of the longest line: a stream without line ends (binary, a wrong baud rate) is cut into pieces this long."""

_LINE_END = re.compile(rb"[\r\n]+")
_FRAME = re.compile(r"\$([\x20-\x23\x25-\x29\x2b-\x7e]{5,})\*([0-9A-Fa-f]{2})")


class Lines:
    """Cut a stream into lines. CR, LF or any run of them ends a line; empty lines are dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that `chunk` completes, in order; what is unfinished waits for the next chunk."""
        *whole, rest = _LINE_END.split(self._rest + chunk)
        overlong = len(rest) - len(rest) % LONGEST
        self._rest = rest[overlong:]
        return [piece for line in (*whole, rest[:overlong]) for piece in _pieces(line)]

    def flush(self) -> list[str]:
        """The unfinished last line, if there is one: at the end of a file, or when a cable has come out."""
        rest, self._rest = self._rest, b""
        return _pieces(rest)


def _pieces(line: bytes) -> list[str]:
    return [line[at : at + LONGEST].decode("latin-1") for at in range(0, len(line), LONGEST)]


def frame(body: str) -> str:
    r"""A sentence ready to send: `$body*hh\r\n`."""
    return f"${body}*{checksum(body):02X}\r\n"


def sentence(line: str) -> str | None:
    """The body of the first sentence in `line` whose checksum is right, whatever stands around it; None without one."""
    for body, digits in _FRAME.findall(line):
        if checksum(body) == int(digits, 16):
            return str(body)
    return None
