"""From NMEA 0183 lines to fixes: the one importer of pynmea2, and what a receiver's habits require.

`read` turns a line into sentences (checksum demanded, any talker, only the six types somebody folds). `fold` gathers
the sentences of one epoch, whatever their order, and gives a Fix or NoFix when the epoch is complete: at once when
the receiver's usual burst has come, else when time moves on or the line has been quiet. Times of day are seconds
since midnight UTC. Never raises: what is damaged is counted. Knows nothing of dates' meaning, odometers or screens.
"""

import re
from typing import Final, NamedTuple, TypeAlias

import pynmea2
from msgspec import Struct
from msgspec.structs import replace

from codriver.signals import stamp
from codriver.units import DAY, KMH, KNOT, Degrees, Metres, MetresPerSecond, Seconds

FOLDED: Final = frozenset({"RMC", "GGA", "VTG", "GNS", "GLL", "ZDA"})

# A receiver prints its epoch as one burst; this share of its interval without a sentence means the burst is over.
# What comes later is waited for next time, as long as it took: at 4800 baud the satellites' sentences, which nobody
# folds, come between. Must stay well under the odometer's gap, or a slow burst looks like no fix.
QUIET_SHARE: Final = 0.4
AWAITED_SHARE: Final = 0.9
LATER: Final = 1.25
SHORTEST_QUIET: Final[Seconds] = 0.05
LONGEST_BURST: Final = 16

FASTEST: Final[MetresPerSecond] = 150.0

_ONE_SENTENCE = re.compile(r"\$([A-Z]{5},[^$*]*\*[0-9A-Fa-f]{2})")

# GGA quality (field 6) by the mode letters of GNS and the mode indicator of RMC, VTG and GLL.
_QUALITY: Final = {"A": 1, "D": 2, "P": 3, "R": 4, "F": 5, "E": 6, "M": 7, "S": 8, "N": 0}
_NOT_A_FIX: Final = frozenset({0, 7, 8})


class Sentence(NamedTuple):
    """What one sentence says, in SI; None where it is silent. `valid` is its own verdict on the fix."""

    kind: str
    clock: Seconds | None = None
    valid: bool | None = None
    lat: Degrees | None = None
    lon: Degrees | None = None
    alt: Metres | None = None
    speed: MetresPerSecond | None = None
    course: Degrees | None = None
    quality: int | None = None
    date: str = ""


class Fix(Struct, frozen=True):
    """One epoch with a position the receiver vouches for. `t` is that of its last sentence, `clock` its own time."""

    t: Seconds
    clock: Seconds | None
    date: str
    lat: Degrees
    lon: Degrees
    alt: Metres | None
    speed: MetresPerSecond | None
    course: Degrees | None
    quality: int


class NoFix(Struct, frozen=True):
    """One epoch in which the receiver vouches for nothing but, perhaps, its clock."""

    t: Seconds
    clock: Seconds | None
    date: str


Epoch: TypeAlias = Fix | NoFix


class Receiver(Struct, frozen=True, array_like=True):
    """The epoch being gathered, and the habits learnt: the usual burst, its longest pause, the interval of epochs."""

    parts: tuple[Sentence, ...] = ()
    t: Seconds = 0.0
    clock: Seconds | None = None
    closed_clock: Seconds | None = None
    burst: tuple[str, ...] = ()
    interval: Seconds = 1.0
    damaged: int = 0
    heard: Seconds | None = None
    pause: Seconds = 0.0


def sort(line: str) -> str:
    """The kind of a line, to thin the log by: the three letters of a sentence, `P…` of a proprietary one, else `?`."""
    if line.startswith("$") and line[1:6].isalnum():
        return line[1:5] if line[1] == "P" else line[3:6]
    return "?"


def wanted(line: str) -> bool:
    """Whether a line may hold a sentence somebody folds, at its start or behind something else."""
    if line[6:7] == "," and line[3:6] in FOLDED and line[0] == "$":
        return True
    return line.find("$", 1) > 0 and any(body[2:5] in FOLDED for body in _ONE_SENTENCE.findall(line))


def read(line: str) -> tuple[Sentence, ...] | None:
    """The folded sentences in a line, usually one; None where one was begun and is damaged."""
    if line.count("$") == 1 and line[0] == "$":
        sentence = _sentence(line)
        return None if sentence is None else (sentence,)
    found = [_sentence("$" + body) for body in _ONE_SENTENCE.findall(line) if body[2:5] in FOLDED]
    return tuple(sentence for sentence in found if sentence is not None) or None


def time_of_day(line: str) -> Seconds | None:
    """The clock of the first sound sentence in a line that has one: what a recording's time goes by."""
    for sentence in (read(line) or ()) if wanted(line) else ():
        if sentence.clock is not None:
            return sentence.clock
    return None


def fold(receiver: Receiver, t: Seconds, line: str) -> tuple[Receiver, tuple[Epoch, ...]]:
    """Take a line in; give the epochs it completes. Lines of other types change nothing."""
    if not wanted(line):
        return receiver, ()
    sentences = read(line)
    if sentences is None:
        return replace(receiver, damaged=receiver.damaged + 1), ()
    epochs: tuple[Epoch, ...] = ()
    for sentence in sentences:
        receiver, closed = _take(receiver, t, sentence)
        epochs += closed
    return receiver, epochs


def due(receiver: Receiver) -> Seconds | None:
    """When the open epoch is complete if nothing more comes."""
    if not receiver.parts:
        return None
    quiet = max(QUIET_SHARE * receiver.interval, SHORTEST_QUIET)
    if len(receiver.parts) < len(receiver.burst):
        quiet = max(quiet, min(LATER * receiver.pause, AWAITED_SHARE * receiver.interval))
    return stamp(receiver.t + quiet)


def tick(receiver: Receiver, t: Seconds) -> tuple[Receiver, tuple[Epoch, ...]]:
    """Complete the open epoch if the line has been quiet long enough at `t`."""
    at = due(receiver)
    return _close(receiver) if at is not None and at <= t else (receiver, ())


def restart(receiver: Receiver) -> Receiver:
    """A new segment: time begins anew, so the half-made epoch goes; the habits and the count stay."""
    return replace(receiver, parts=(), t=0.0, clock=None, heard=None)


def elapsed(earlier: Seconds, later: Seconds) -> Seconds:
    """Seconds from one time of day to another, across midnight, between -12 h and +12 h."""
    return (later - earlier + DAY / 2) % DAY - DAY / 2


def _take(receiver: Receiver, t: Seconds, sentence: Sentence) -> tuple[Receiver, tuple[Epoch, ...]]:
    epochs: tuple[Epoch, ...] = ()
    if sentence.clock is not None and sentence.clock == receiver.closed_clock and receiver.clock is None:
        return _late(receiver, t, sentence), ()
    if receiver.parts and _begins_another(receiver, sentence):
        receiver, epochs = _close(receiver)
    pause = max(receiver.pause, t - receiver.t) if receiver.parts else receiver.pause
    parts = (*receiver.parts, sentence)
    receiver = Receiver(
        parts,
        t,
        receiver.clock if sentence.clock is None else sentence.clock,
        receiver.closed_clock,
        receiver.burst,
        receiver.interval,
        receiver.damaged,
        t,
        pause,
    )
    if len(parts) == len(receiver.burst) and all(p.kind == k for p, k in zip(parts, receiver.burst, strict=True)):
        receiver, closed = _close(receiver)
        epochs += closed
    return receiver, epochs


def _late(receiver: Receiver, t: Seconds, sentence: Sentence) -> Receiver:
    """A sentence of an epoch already closed, with those without a time before it: the next epoch waits for them."""
    burst = receiver.burst
    missed = [part.kind for part in (*receiver.parts, sentence) if part.kind not in burst]
    pause = max(receiver.pause, t - receiver.t)
    return replace(receiver, parts=(), burst=(*burst, *missed)[:LONGEST_BURST], heard=t, pause=pause)


def _begins_another(receiver: Receiver, sentence: Sentence) -> bool:
    if sentence.clock is not None and receiver.clock is not None:
        return sentence.clock != receiver.clock
    if sentence.clock is not None:  # the first with a time, after a burst of a receiver that had none yet
        return any(part.kind == sentence.kind for part in receiver.parts)
    # Without a time (VTG, or before the first fix) only its place in the usual burst tells.
    usual = all(part.kind in receiver.burst for part in receiver.parts)
    leads = usual and sentence.kind == receiver.burst[0]
    return leads or len(receiver.parts) >= LONGEST_BURST or any(p.kind == sentence.kind for p in receiver.parts)


def _close(receiver: Receiver) -> tuple[Receiver, tuple[Epoch, ...]]:
    interval = receiver.interval
    if receiver.clock is not None and receiver.closed_clock is not None:
        passed = elapsed(receiver.closed_clock, receiver.clock)
        if 0.0 < passed <= 1.0:
            interval = passed
    closed = Receiver(
        (),
        receiver.t,
        None,
        receiver.clock if receiver.clock is not None else receiver.closed_clock,
        tuple(part.kind for part in receiver.parts),
        interval,
        receiver.damaged,
        receiver.heard,
        receiver.pause,
    )
    return closed, (_merge(receiver),)


def _merge(receiver: Receiver) -> Epoch:
    """One epoch from its sentences: the first of each type speaks, the others of another constellation are repeats."""
    first: dict[str, Sentence] = {}
    for part in receiver.parts:
        first.setdefault(part.kind[2:], part)
    says = first.values()
    date = next((s.date for s in says if s.date), "")
    place = _place(first)
    if place is None or any(s.valid is False for s in says) or not any(s.valid for s in says):
        return NoFix(receiver.t, receiver.clock, date)
    rmc, vtg = first.get("RMC", _SILENT), first.get("VTG", _SILENT)
    return Fix(
        receiver.t,
        receiver.clock,
        date,
        place[0],
        place[1],
        next((s.alt for s in says if s.alt is not None), None),
        rmc.speed if rmc.speed is not None else vtg.speed,
        rmc.course if rmc.course is not None else vtg.course,
        next((s.quality for s in (first.get("GGA", _SILENT), *says) if s.quality is not None), 1),
    )


_SILENT: Final = Sentence("")


def _place(first: dict[str, Sentence]) -> tuple[Degrees, Degrees] | None:
    """GGA and GNS print more digits than RMC and GLL on many receivers."""
    for kind in ("GGA", "GNS", "RMC", "GLL"):
        says = first.get(kind)
        if says is not None and says.lat is not None and says.lon is not None:
            return says.lat, says.lon
    return None


def _sentence(line: str) -> Sentence | None:
    """One sentence at the door: whatever pynmea2 or a field in it can raise ends here."""
    try:
        parsed = pynmea2.parse(line, check=True)
        reader = _READERS[parsed.sentence_type]
        return reader(parsed.talker + parsed.sentence_type, parsed.data)
    except (pynmea2.ParseError, ValueError, KeyError, IndexError, AttributeError):
        return None


def _rmc(kind: str, f: list[str]) -> Sentence:
    lat, lon = _position(f[2:6])
    mode = _QUALITY.get(f[11]) if len(f) > 11 else None
    valid = f[1] == "A" and mode not in _NOT_A_FIX
    speed, course = _speed(f[6], KNOT), _course(f[7])
    return Sentence(kind, _clock(f[0]), valid, lat, lon, None, speed, course, mode, f[8] if _is_date(f[8]) else "")


def _gga(kind: str, f: list[str]) -> Sentence:
    lat, lon = _position(f[1:5])
    quality = int(f[5]) if f[5].isdigit() else 0
    return Sentence(kind, _clock(f[0]), quality not in _NOT_A_FIX, lat, lon, _altitude(f[8]), quality=quality)


def _gns(kind: str, f: list[str]) -> Sentence:
    lat, lon = _position(f[1:5])
    # One letter a constellation: the best of them is what the fix rests on.
    known = [_QUALITY[letter] for letter in f[5] if _QUALITY.get(letter, 0) not in _NOT_A_FIX]
    quality = min(known) if known else 0
    return Sentence(kind, _clock(f[0]), bool(known), lat, lon, _altitude(f[8]), quality=quality)


def _gll(kind: str, f: list[str]) -> Sentence:
    lat, lon = _position(f[0:4])
    mode = _QUALITY.get(f[6]) if len(f) > 6 else None
    status = f[5] if len(f) > 5 else ""
    # NMEA 1.5 had no status field: such a sentence vouches for nothing and denies nothing.
    valid = None if status == "" else status == "A" and mode not in _NOT_A_FIX
    return Sentence(kind, _clock(f[4]) if len(f) > 4 else None, valid, lat, lon, quality=mode)


def _vtg(kind: str, f: list[str]) -> Sentence:
    if len(f) < 8:  # before NMEA 2: course, magnetic course, knots, km/h without their letters
        return Sentence(kind, speed=_speed(f[2], KNOT), course=_course(f[0]))
    speed = _speed(f[4], KNOT)
    if speed is None:
        speed = _speed(f[6], KMH)
    void = len(f) > 8 and f[8] == "N"
    return Sentence(kind, speed=None if void else speed, course=None if void else _course(f[0]))


def _zda(kind: str, f: list[str]) -> Sentence:
    date = f[1].rjust(2, "0") + f[2].rjust(2, "0") + f[3][2:]
    return Sentence(kind, _clock(f[0]), date=date if _is_date(date) and f[3].startswith("20") else "")


_READERS: Final = {"RMC": _rmc, "GGA": _gga, "GNS": _gns, "GLL": _gll, "VTG": _vtg, "ZDA": _zda}


def _number(text: str) -> float | None:
    """A plain decimal number, or None; never nan, inf or what only Python would read as a number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -1e9 < value < 1e9 and "_" not in text else None


def _clock(text: str) -> Seconds | None:
    if len(text) < 6 or not text[:6].isdigit():
        return None
    h, m, s = int(text[0:2]), int(text[2:4]), _number(text[4:])
    if s is None or s < 0 or h > 23 or m > 59 or s >= 61:
        return None
    return round(h * 3600 + m * 60 + s, 6)


def _position(f: list[str]) -> tuple[Degrees, Degrees] | tuple[None, None]:
    lat, lon = _angle(f[0], 2, f[1], "NS", 90.0), _angle(f[2], 3, f[3], "EW", 180.0)
    if lat is None or lon is None or (lat == 0.0 and lon == 0.0):
        return None, None  # 0,0 is what receivers print for "nowhere"
    return lat, lon


def _angle(text: str, width: int, letter: str, letters: str, most: Degrees) -> Degrees | None:
    """`ddmm.mmm` or `dddmm.mmm` with its hemisphere; the degrees are what stands before the two digits of minutes."""
    dot = text.find(".")
    whole = dot if dot >= 0 else len(text)
    if letter == "" or letter not in letters or not 2 < whole <= width + 2 or not text[:whole].isdigit():
        return None
    minutes = _number(text[whole - 2 :])
    if minutes is None or minutes >= 60.0:
        return None
    angle = int(text[: whole - 2]) + minutes / 60.0
    if angle > most:
        return None
    return -angle if letter == letters[1] else angle


def _speed(text: str, unit: MetresPerSecond) -> MetresPerSecond | None:
    value = _number(text)
    return None if value is None or not 0.0 <= value * unit <= FASTEST else value * unit


def _course(text: str) -> Degrees | None:
    value = _number(text)
    return None if value is None or not 0.0 <= value <= 360.0 else value % 360.0


def _altitude(text: str) -> Metres | None:
    value = _number(text)
    return None if value is None or not -1000.0 <= value <= 20000.0 else value


def _is_date(text: str) -> bool:
    """`ddmmyy`, this century: a year 80 to 99 is a receiver's forgotten week count, not a date."""
    return (
        len(text) == 6 and text.isdigit() and 1 <= int(text[:2]) <= 31 and 1 <= int(text[2:4]) <= 12 and text[4] < "8"
    )
