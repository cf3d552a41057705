"""An event as one cell of a table: `kind=value:name`, the value and the name where there are any.

Kind and name are percent-encoded where they hold what parts the cell; figures are the shortest that read back equal.
"""

import re
from typing import Final
from urllib.parse import unquote

from codriver.roadbook.figures import decimal
from codriver.roadbook.model import Event

_ESCAPES: Final = str.maketrans({"%": "%25", ";": "%3B", "=": "%3D", ":": "%3A", "\n": "%0A", "\r": "%0D"})
_EVENT: Final = re.compile(r"([^=:;]{1,400})(?:=([^:;]{0,40}))?(?::(.{0,2000}))?", re.DOTALL)


def escaped(text: str) -> str:
    """`text` without anything that parts one event from another, or its parts."""
    return text.translate(_ESCAPES)


def write(event: Event) -> str:
    """The cell of this event."""
    value = "" if event.value is None else f"={event.value!r}"
    return escaped(event.kind) + value + (f":{escaped(event.name)}" if event.name else "")


def read(cell: str) -> Event | None:
    """The event that `write` wrote, whatever its kind; None where there is none."""
    match = _EVENT.fullmatch(cell)
    if match is None:
        return None
    return Event(unquote(match[1]), decimal(match[2] or ""), unquote(match[3] or ""))
