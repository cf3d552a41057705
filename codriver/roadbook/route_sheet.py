"""The enduro route sheet (`.rs`) as a roadbook: notes, averages, resets and free zones, an action a line with its mile.

Each `note` is a box, and each other action joins the box of its mile or makes one. Miles are the sheet's own: a `reset`
sends them on, `reset_0` sends them back to zero and begins a lap, as the crew sets its trip. `free_time` and `break`
are the same. Source: the published description of the format (15 actions, `#` begins a comment) and the real sheets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from codriver.roadbook.figures import decimal, lines
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import EVENTS, FASTEST, LONGEST, NAME, NOTES
from codriver.roadbook.model import Event, Note, Roadbook, RoadbookError
from codriver.roadbook.rows import ROWS, text_lines
from codriver.roadbook.vocabulary import STATUTE
from codriver.units import DAY, MILE, MINUTE, MPH, Metres

NEAR: Final[Metres] = 0.05 * MILE  # a note may round its own mile, or repeat that of a box a few yards away
SAME: Final[Metres] = 1.0

_TITLES: Final = ("title", "title2", "title3")
_TIMED: Final = {"free_time": "free time", "break": "break"}
_PLAIN: Final = {"start": "start", "known": "known control", "gas_stop": "gas stop", "end": "end"}
_ACTIONS: Final = (*_TITLES, *_TIMED, *_PLAIN, "keytime", "speed", "reset", "reset_0", "note", "free_zone")
_LINE = re.compile(r"\s*([a-z_]{2,12}\d?)\b[ \t:]*(.*)", re.IGNORECASE)
_TOLD: Final = re.compile(r"(\d{0,4}\.\d{1,3})\s*(.*)")  # the note's own mile, as `.32 XBT` or `37.33RTR`
_MARK: Final = re.compile(r"\s*#\s*enduro route sheet", re.IGNORECASE)
_SIGNED: Final = re.compile(
    r"\s*(?:speed|note|reset|reset_0|start|free_zone|free_time|break|known|gas_stop|end)\s+\d{1,4}(?:\.\d{1,3})?(?:\s|\Z)",
    re.IGNORECASE,
)
_HEAD: Final = 40


def mine(data: bytes) -> bool:
    """Whether these bytes are a route sheet: they say so, or most of their first lines are its actions."""
    head = [line for line in islice(text_lines(data), _HEAD) if line.strip()]
    if head and _MARK.match(head[0]):
        return True
    told = [line for line in head if not line.lstrip().lower().startswith(("#", "title", "keytime"))]
    return len(told) >= 2 and sum(bool(_SIGNED.match(line)) for line in told) > len(told) / 2


def read(data: bytes, name: str) -> tuple[Roadbook, Findings]:
    """The book in this route sheet. RoadbookError where not one line has an action with a mile."""
    sheet = _Sheet()
    for number, line in enumerate(text_lines(data)):
        if len(sheet.notes) >= NOTES or number == ROWS:
            sheet.findings.doubt(f"The sheet has more than {NOTES} boxes.", "The rest were left out: cut it into laps.")
            break
        sheet.take(line)
    sheet.close(float("inf"))
    if not sheet.notes:
        raise RoadbookError(f"{name} is an enduro route sheet, but no line has an action with its mile.")
    title = ", ".join(part for part in (" ".join(sheet.titles), sheet.keytime) if part)[:NAME]
    return Roadbook(title or name, "enduro route sheet", STATUTE.name, tuple(sheet.notes)), sheet.findings


@dataclass(slots=True)
class _Sheet:
    """Turns the lines into notes, one after the other, since miles go on from the last reset."""

    findings: Findings = field(default_factory=Findings)
    notes: list[Note] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    keytime: str = ""
    lap: int = 1
    free: list[Metres] = field(default_factory=list)  # where the free zones that have begun end
    bare: bool = False  # whether the last box still waits for a note

    def take(self, line: str) -> None:
        if not line.strip() or line.lstrip().startswith("#"):
            return
        match = _LINE.fullmatch(line.strip())
        action, rest = (match[1].lower(), match[2].strip()) if match else ("", "")
        if action in _TITLES:
            self.titles.append(lines(rest)[:NAME])
        elif action == "keytime":
            self.keytime = f"key time {lines(rest)[:NAME]}"
        elif action in _ACTIONS:
            self._action(action, rest)
        else:
            self.findings.doubt(f"The line “{lines(line)[:40]}” is no action of a route sheet.", "It was left out.")

    def _action(self, action: str, rest: str) -> None:
        mile, _, told = rest.partition(" ") if " " in rest else rest.partition("\t")
        at, told = _metres(mile), lines(told)
        if at is None:
            self.findings.doubt(f"The {action} “{lines(rest)[:30]}” has no mile.", "It was left out: check the sheet.")
            return
        self.close(at - SAME)
        match action:
            case "note":
                self._note(at, told)
            case "reset" | "reset_0":
                self._reset(at, told if action == "reset" else "0")
            case "free_zone":
                self._free(at, told)
            case "speed":
                self._average(at, told)
            case "free_time" | "break":
                self._time(at, told, _TIMED[action])
            case "gas_stop":
                self._join(at, Event("fuel"), _PLAIN[action])
            case "known":
                self._join(at, Event("checkpoint", None, _PLAIN[action]), _PLAIN[action])
            case _:
                self._join(at, None, _PLAIN[action])

    def _note(self, at: Metres, told: str) -> None:
        """A note is a box of its own, and the trip is set at the last box of a mile only."""
        match = _TOLD.fullmatch(told)
        own = _metres(match[1]) if match else None
        if match and own is not None and abs(own - at) <= NEAR:
            told = match[2]
        elif match:
            what = "The note's text has another mile than its line."
            self.findings.doubt(what, "The line's is used: check the sheet.", len(self.notes) + 1)
        last = self.notes[-1] if self.notes else None
        here = last is not None and abs(last.total - at) < SAME and last.lap == self.lap
        if last and here and self.bare:
            self.notes[-1] = replace(last, words=_joined(told, last.words))
        elif last and here and (held := _resets(last.events)):
            self.notes[-1] = replace(last, events=tuple(event for event in last.events if event not in held))
            self.notes.append(Note(len(self.notes) + 1, at, words=told, events=held, lap=self.lap))
        else:
            self.notes.append(Note(len(self.notes) + 1, at, words=told, lap=self.lap))
        self.bare = False

    def _reset(self, at: Metres, told: str) -> None:
        to = _metres(told)
        if to is None:
            self._missing("reset", at)
            return
        self.close(at)
        for end in [end for end in self.free if end <= to or not to]:  # it ends in what is left out
            self._join(at, Event("free_end"), "end of free zone")
            self.free.remove(end)
        self._join(at, Event("reset", to), f"reset to {to / MILE:.2f}")
        self.lap += not to

    def _free(self, at: Metres, told: str) -> None:
        end = _metres(told)
        self._join(at, Event("free"), f"free zone to {end / MILE:.2f}" if end is not None else "free zone")
        if end is None or end < at:
            self._missing("free_zone", at)
        else:
            self.free = sorted([*self.free, end])

    def _average(self, at: Metres, told: str) -> None:
        average = decimal(told)
        if average is None or not 0 < average * MPH <= FASTEST:
            self._missing("speed", at)
        else:
            self._join(at, Event("average", average * MPH), f"average {average:g} mph")

    def _time(self, at: Metres, told: str, called: str) -> None:
        minutes = decimal(told)
        if minutes is None or not 0 <= minutes * MINUTE <= DAY:
            self._missing(called, at)
        else:
            self._join(at, Event("free_time", minutes * MINUTE, called), f"{called} {minutes:g} minutes")

    def _missing(self, action: str, at: Metres) -> None:
        what = f"The {action} at mile {at / MILE:.2f} has no figure that can be."
        self.findings.doubt(what, "It was left out: check the sheet.")

    def close(self, before: Metres) -> None:
        """End the free zones that end up to this mile, each at its own."""
        for end in [end for end in self.free if end <= before]:
            self._join(end, Event("free_end"), "end of free zone")
        self.free = [end for end in self.free if end > before]

    def _join(self, at: Metres, event: Event | None, words: str) -> None:
        """Put an event into the last box if that stands at this mile, before its reset, else into a box of its own."""
        last = self.notes[-1] if self.notes else None
        added = (event,) if event else ()
        if last is None or abs(last.total - at) >= SAME or last.lap != self.lap or len(last.events) == EVENTS:
            self.notes.append(Note(len(self.notes) + 1, at, words=words, events=added, lap=self.lap))
            self.bare = True
            return
        spoken = "" if event and event.kind == "free_end" and last.words else words
        told = _joined(last.words, spoken)
        held = _resets(last.events)
        events = (*(one for one in last.events if one not in held), *added, *held)
        self.notes[-1] = replace(last, words=told, events=events)


def _resets(events: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(event for event in events if event.kind == "reset")


def _joined(*words: str) -> str:
    return "\n".join(dict.fromkeys(line for part in words for line in part.split("\n") if line))


def _metres(mile: str) -> Metres | None:
    number = decimal(mile)
    return number * MILE if number is not None and 0 <= number * MILE <= LONGEST else None
