"""Files that stand in for wires: NMEA recordings, pod recordings and wire logs, as a stream of signals.

Each yields a `Began` at the beginning of every segment and then its signals in order, with the file's own times. No
clock is read: a recording's `t` grows by what its sentences say. Damaged lines of a wire log are counted, not raised.
"""

import base64
import binascii
import codecs
import heapq
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from codriver.config import settings_from
from codriver.core.plan import Inputs
from codriver.decode import nmea, pod_frames
from codriver.signals import (
    LONGEST,
    Line,
    Signal,
    Start,
    read,
    read_line,
    read_object,
    stamp,
    start_object,
    write_line,
    write_object,
)
from codriver.units import MINUTE, Seconds
from codriver.wires.lines import Lines

CHUNK: Final = 65536
# A recording that jumps this far was switched off in between: a new segment.
NEW_SEGMENT_AFTER: Final[Seconds] = 10 * MINUTE
# Some receivers print a sentence of the epoch before among those of the next.
LAG: Final[Seconds] = MINUTE
# After the last sentence a receiver's epoch completes and half-made presses settle.
RUN_OUT: Final[Seconds] = 1.0
LONGEST_LINE: Final = 96_000_000
POD_WRAP: Final[Seconds] = 2**32 / 1000.0


class RecordingError(ValueError):
    """A recording cannot be played at all; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Began:
    """A segment begins. `until` is how far its time ran and `inputs` its plan, where the recording knows."""

    start: Start
    until: Seconds | None = None
    inputs: Inputs | None = None


Played: TypeAlias = Began | Signal


@dataclass(slots=True)
class Tally:
    """What a recording held that could not be played: how many lines, and why the first was refused."""

    refused: int = 0
    first: str = ""

    def refuse(self, why: str) -> None:
        """Count one line."""
        self.first = self.first or why
        self.refused += 1


def gps(path: Path) -> Iterator[Played]:
    """Play an NMEA recording: `t` grows by the time of day; back or absent adds 0; a long jump is a new segment."""
    return _clocked(path, "gps", nmea.time_of_day, nmea.elapsed, "recording")


def pod_log(path: Path) -> Iterator[Played]:
    """Play a recording of the pod's lines: `t` grows by the pod's own milliseconds."""
    return _clocked(path, "pod", _pod_clock, _pod_elapsed, "recording")


def merged(*recordings: Iterator[Played]) -> Iterator[Played]:
    """Several recordings as one, all from `t` = 0. A jump in one of them is no new segment here: time just goes on."""
    yield Began(Start(0.0, "", "recording"))
    lines = [_flattened(recording) for recording in recordings]
    yield from heapq.merge(*lines, key=lambda line: line.t)


def wire(path: Path, tally: Tally) -> Iterator[Played]:
    """Play a wire log. A `start` line opens a segment; a file without one is one segment from 0."""
    began = False
    for text in _wire_lines(path):
        if not text or text.startswith("#"):
            continue
        try:
            played = _wire_line(text)
        except ValueError as error:
            tally.refuse(str(error))
            continue
        if not began and not isinstance(played, Began):
            yield Began(Start(0.0, "", "wire log"))
        began = True
        yield played
    if not began:
        yield Began(Start(0.0, "", "wire log"))


def write_start(start: Start, until: Seconds, inputs: Inputs) -> str:
    """The `start` line of a wire log that needs no other file: with the plan's inputs, and how far its time ran."""
    carried = {
        "settings": inputs.settings,
        "learnt": inputs.learnt,
        "phrases": inputs.phrases,
        "roadbook_name": inputs.roadbook_name,
        "roadbook": None if inputs.roadbook is None else _packed(inputs.roadbook),
    }
    if inputs.changes:
        carried["changes"] = inputs.changes
    known = {**start_object(start), "until": until, "inputs": carried}
    return write_line(0.0, "start", write_object(known))


def _clocked(
    path: Path,
    source: str,
    clock: Callable[[str], Seconds | None],
    elapsed: Callable[[Seconds, Seconds], Seconds],
    reason: str,
) -> Iterator[Played]:
    yield Began(Start(0.0, "", reason))
    t, last = 0.0, None
    for text in _lines(path):
        at = clock(text)
        if at is not None:
            passed = 0.0 if last is None else elapsed(last, at)
            if last is None or not -LAG < passed < 0.0:  # a sentence of the epoch before is no time back
                last = at
            if passed > NEW_SEGMENT_AFTER:
                t = 0.0
                yield Began(Start(0.0, "", f"{passed / MINUTE:.0f} min missing in the recording"))
            elif passed > 0.0:
                t = stamp(t + passed)
        yield Line(t, source, text)


def _pod_clock(text: str) -> Seconds | None:
    frame = pod_frames.read(text)
    return None if frame is None or isinstance(frame, pod_frames.Identity) else frame.ms / 1000.0


def _pod_elapsed(earlier: Seconds, later: Seconds) -> Seconds:
    """The pod's milliseconds are 32 bits, and begin anew when it does."""
    return (later - earlier + POD_WRAP / 2) % POD_WRAP - POD_WRAP / 2


def _flattened(recording: Iterator[Played]) -> Iterator[Signal]:
    base, t = 0.0, 0.0
    for played in recording:
        if isinstance(played, Began):
            base += t
            t = 0.0
        elif isinstance(played, Line):
            t = played.t
            yield Line(stamp(base + t), played.source, played.text)


def _wire_line(text: str) -> Played:
    t, source, payload = read_line(text)
    if t > LONGEST:
        raise ValueError(f"a time beyond ten days: {text[:60]!r}")
    signal = read(t, source, payload)
    if not isinstance(signal, Start):
        return signal
    known = read_object(payload)
    until, carried = known.get("until"), known.get("inputs")
    if until is not None and not (isinstance(until, int | float) and 0 <= until <= LONGEST):
        raise ValueError(f"'until' is no time: {until!r}")
    return Began(signal, until, None if carried is None else _inputs(carried))


def _inputs(carried: Any) -> Inputs:
    try:
        book = carried["roadbook"]
        texts = {key: carried[key] for key in ("settings", "learnt", "phrases", "roadbook_name")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError(texts)
        settings_from(json.loads(texts["settings"]))
        changes = carried.get("changes", "")
        if not isinstance(changes, str):
            raise TypeError("changes")
        return Inputs(**texts, roadbook=None if book is None else _unpacked(book), changes=changes)
    except (KeyError, TypeError, RecursionError, binascii.Error, zlib.error) as error:
        raise ValueError(f"the plan in a start line is damaged: {error!r}") from error


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def _unpacked(text: str) -> bytes:
    # A few bytes may unpack to gigabytes: stop at the size no roadbook file may have.
    opener = zlib.decompressobj()
    data = opener.decompress(base64.b64decode(text, validate=True), 64_000_000)
    if opener.unconsumed_tail:
        raise ValueError("the roadbook in a start line is larger than 64 MB")
    return data


def _lines(path: Path) -> Iterator[str]:
    """The file's lines as Latin-1 text; a UTF-16 recording, as some loggers on Windows write, is turned first."""
    lines = Lines()
    try:
        with path.open("rb") as file:
            turn = _turner(file.read(2))
            file.seek(0)
            while chunk := file.read(CHUNK):
                yield from lines.feed(turn(chunk))
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error
    yield from lines.flush()


def _wire_lines(path: Path) -> Iterator[str]:
    """The lines of a wire log, which may be as long as the roadbook in a `start` line."""
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST_LINE):
                yield line.decode("latin-1").rstrip("\r\n")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error


def _turner(mark: bytes) -> Callable[[bytes], bytes]:
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        return lambda chunk: decoder.decode(chunk).encode("latin-1", "replace")
    return lambda chunk: chunk
