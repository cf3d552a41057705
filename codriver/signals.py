"""What came in: the seven signals, and their one text form, shared by the run database and the wire log.

A signal carries `t`, monotonic seconds since its segment's Start, stamped at the read. On paper a signal is
`(<seconds>.<micros>) <source> <payload>`, as candump writes its frames. Knows nothing of what a line means.
"""

import json
import re
from typing import Any, Final, TypeAlias

from msgspec import Struct

from codriver.units import Seconds


class Start(Struct, frozen=True):
    """A segment begins, under the plan with this hash; `t` is 0. `wall` is the computer's own UTC, never trusted.

    `after` is the time of the segment before at which this one begins, where the drive goes on without a break: a new
    plan in mid-drive. None where nobody knows what lies between, as after a power cut.
    """

    t: Seconds
    plan: str
    reason: str
    boot: str = ""
    wall: float | None = None
    after: Seconds | None = None


class Line(Struct, frozen=True):
    """One line from a receiver (`gps`) or the pod (`pod`): Latin-1 text without its line end."""

    t: Seconds
    source: str
    text: str


class Edge(Struct, frozen=True):
    """A contact changed: `gpio` names a button's number, `key` the key or the entry made on screen."""

    t: Seconds
    source: str
    name: str
    closed: bool


class Tick(Struct, frozen=True):
    """A moment the core asked for with `due`. Ticks follow from state and are never logged."""

    t: Seconds


class Fault(Struct, frozen=True):
    """Something outside the core failed, or (`text` beginning "ok") came back."""

    t: Seconds
    source: str
    text: str


class Done(Struct, frozen=True):
    """The answer to an out: a book loaded (`load`), words begun or ended (`voice`)."""

    t: Seconds
    source: str
    text: str


Signal: TypeAlias = Start | Line | Edge | Tick | Fault | Done

LINE_SOURCES: Final = frozenset({"gps", "pod"})
EDGE_SOURCES: Final = frozenset({"gpio", "key"})
DONE_SOURCES: Final = frozenset({"voice", "load"})
SOURCES: Final = LINE_SOURCES | EDGE_SOURCES | DONE_SOURCES | {"start", "fault"}

# Nobody drives ten days on one boot; a time beyond is a damaged line.
LONGEST: Final[Seconds] = 864_000.0

_UNPRINTABLE = re.compile(r"[^\x20-\x5b\x5d-\x7e]")
_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")
_WIRE_LINE = re.compile(r"\((\d+(?:\.\d+)?)\) (\w+)(?: (.*))?")


def stamp(t: float) -> Seconds:
    """`t` to the microsecond, as every table and wire log holds it, so that a copy on paper is the same moment."""
    return round(t, 6)


def escape(text: str) -> str:
    r"""Latin-1 text with the bytes outside 0x20-0x7E, and the backslash, as `\xNN`; what Latin-1 lacks becomes `?`."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    latin = text.encode("latin-1", "replace").decode("latin-1")
    return _UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02X}", latin)


def unescape(payload: str) -> str:
    """The Latin-1 text that `escape` wrote; a backslash that begins no escape stays as it is."""
    if "\\" not in payload:
        return payload
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), payload)


def write(signal: Signal) -> tuple[str, str]:
    """(source, payload) of a signal as the log keeps it, escaped. A Tick has none: ValueError."""
    match signal:
        case Line(source=source, text=text):
            return source, escape(text)
        case Edge(source=source, name=name, closed=closed):
            return source, escape(f"{name} {closed:d}")
        case Done(source=source, text=text):
            return source, escape(text)
        case Fault(source=source, text=text):
            return "fault", escape(f"{source} {text}")
        case Start():
            return "start", write_object(start_object(signal))
        case Tick():
            raise ValueError("a Tick follows from state and is never written")


def read(t: Seconds, source: str, payload: str) -> Signal:
    """The signal that `write` put down. ValueError with a sentence where the words are no signal's."""
    if source in LINE_SOURCES:
        return Line(t, source, unescape(payload))
    text = unescape(payload)
    if source in EDGE_SOURCES:
        name, _, contact = text.rpartition(" ")
        if not name or contact not in ("0", "1"):
            raise ValueError(f"a {source} line reads '<name> <0|1>', not {payload!r}")
        return Edge(t, source, name, contact == "1")
    if source in DONE_SOURCES:
        return Done(t, source, text)
    if source == "fault":
        where, _, what = text.partition(" ")
        return Fault(t, where, what)
    if source == "start":
        return _read_start(read_object(payload))
    raise ValueError(f"unknown source {source!r}: a wire log knows {', '.join(sorted(SOURCES))}")


def write_line(t: Seconds, source: str, payload: str) -> str:
    """One line of a wire log, without its line end, from what the `signal` table holds."""
    return f"({t:.6f}) {source} {payload}"


def read_line(line: str) -> tuple[Seconds, str, str]:
    """(t, source, payload) of one line of a wire log. ValueError with a sentence where it is none."""
    match = _WIRE_LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not '(<seconds>.<micros>) <source> <payload>': {line[:60]!r}")
    return stamp(float(match[1])), match[2], match[3] or ""


def start_object(start: Start) -> dict[str, Any]:
    """What a start line's JSON object says of a Start; what is not known is absent."""
    known = {
        "after": start.after,
        "boot": start.boot or None,
        "plan": start.plan or None,
        "reason": start.reason,
        "wall": start.wall,
    }
    return {name: value for name, value in known.items() if value is not None}


def read_object(payload: str) -> dict[str, Any]:
    """The JSON object in the payload of a start line; empty for no payload. ValueError where it is none."""
    try:
        known = json.loads(unescape(payload) or "{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"a start line carries a JSON object, not {payload[:60]!r}") from error
    if isinstance(known, dict):
        return known
    raise ValueError(f"a start line carries a JSON object, not {payload[:60]!r}")


def write_object(known: dict[str, Any]) -> str:
    """The payload of a start line with this object, escaped."""
    return escape(json.dumps(known, sort_keys=True, separators=(",", ":")))


def _read_start(known: dict[str, Any]) -> Start:
    """Time begins anew at a Start, whatever the line says."""
    return Start(
        0.0,
        plan=_latin(known.get("plan", "")),
        reason=_latin(known.get("reason", "wire log")),
        boot=_latin(known.get("boot", "")),
        wall=_clock(known.get("wall"), "wall clock"),
        after=_after(known.get("after")),
    )


def _clock(value: object, what: str) -> float | None:
    try:
        return None if value is None else float(value)  # type: ignore[arg-type]  # whatever a file says
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"a start line's {what} is no number: {str(value)[:60]}") from error


def _after(value: object) -> Seconds | None:
    """When in the segment before. A time that no drive has ever reached would freeze the next one."""
    after = _clock(value, "'after'")
    if after is None or 0.0 <= after <= LONGEST:
        return after
    raise ValueError(f"a start line's 'after' is no time of a drive: {str(value)[:60]}")


def _latin(value: object) -> str:
    return str(value).encode("latin-1", "replace").decode("latin-1")
