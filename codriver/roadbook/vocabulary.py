"""The tags of a box, in every version of OpenRally, and what each one means in the model.

A tag comes with at most one figure, two radii and a name, in the units of its file; `marked` puts one into a box.
The same tags stand in the `type` and `sym` of plain GPX and in the tables that crews type. Figures that a tag cannot
mean are left out with a doubt. Source: openrally/openrally, cross-country/openrally.xsd v1.0.3 and its comments on
the tags that were dropped.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from codriver.roadbook.figures import decimal, words
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import EVENTS, FASTEST, LONGEST, NAME, WIDEST
from codriver.roadbook.model import Event, Note, Waypoint
from codriver.units import DAY, KILOMETRE, KMH, MILE, MINUTE, MPH, YARD, Metres, MetresPerSecond


@dataclass(frozen=True, slots=True)
class Units:
    """What one unit of a file is in SI: of its distances, its speeds and its radii."""

    name: str
    distance: Metres
    speed: MetresPerSecond
    radius: Metres


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag as written: its name in lower case, its text, and its attributes."""

    name: str
    text: str = ""
    open: str = ""
    clear: str = ""
    called: str = ""
    time: str = ""


METRIC: Final = Units("metric", KILOMETRE, KMH, 1.0)
STATUTE: Final = Units("statute", MILE, MPH, YARD)

# Other names of a tag: those that were dropped and have an obvious successor, and those the field says aloud.
_SUCCESSORS: Final = {
    "capheading": "cap",
    "startspecialstage": "dss",
    "finishspecialstage": "ass",
    "startofzone": "dz",
    "endofzone": "fz",
    "waypointmasked": "wpm",
    "waypointeclipse": "wpe",
    "waypointsafety": "wps",
    "stopcontrol": "stop",
    "resettozero": "reset",
    "passagecontrol": "checkpoint",
    "cp": "checkpoint",
    "neutralization": "dn",
    "neutralisation": "dn",
    "sn": "dn",
}
_DANGERS: Final = {"onedanger": 1, "twodanger": 2, "threedanger": 3}
# Events that are also points to be taken, with radii of their own, the weightiest first when a box has several.
_TAKEN: Final = {
    "dss": "DSS",
    "ass": "ASS",
    "dn": "DN",
    "dt": "DT",
    "fn": "FN",
    "ft": "FT",
    "checkpoint": "CP",
    "dz": "DZ",
    "fz": "FZ",
}
_RANKS: Final = {taken: rank for rank, taken in enumerate(_TAKEN.values(), start=1)}
_MARKERS: Final = frozenset({"fuel", "medical", "helicopter", "police", "fire", "spectators", "media"})
_EVENTS: Final = _TAKEN.keys() | _MARKERS | {"stop", "reset", "timecontrol"}
# Of regularity: no file's tag stands for them alone, so that no word of a note is taken for one.
_REGULARITY: Final = frozenset({"average", "free", "free_end", "free_time"})
_FIGURES: Final = _DANGERS.keys() | {"danger", "cap", "speed", "show_coordinates"}
_WAYPOINT = re.compile(r"wp[a-z]")
_EXCLAMATIONS = re.compile(r"!{1,3}")
_SPEED = re.compile(r"([\d.,]+)\s*(km/?h|kph|mph)?", re.ASCII | re.IGNORECASE)
_CODE = re.compile(r"([a-z]{2,20})[ _-]?\d{0,4}")


def known(name: str) -> bool:
    """Whether a tag of this name says something about a box. Any `wp` and a letter does: events invent types."""
    name = _SUCCESSORS.get(name, name)
    return name in _EVENTS or name in _FIGURES or name in _REGULARITY or _WAYPOINT.fullmatch(name) is not None


def code(text: str) -> Tag | None:
    """The tag that a word such as `WPM`, `DSS` or `wpm 12` names; None for any other word."""
    match = _CODE.fullmatch(text.strip().lower())
    if match is None:
        return None
    name = _SUCCESSORS.get(match[1], match[1])
    return Tag(name) if name in _EVENTS or _WAYPOINT.fullmatch(name) else None


def mark(note: Note, tag: Tag, units: Units, findings: Findings) -> Note:
    """`note` with what `tag` says; as it was, with a doubt, where the tag's figure cannot be."""
    name = _SUCCESSORS.get(tag.name, tag.name)
    figures = _Figures(note.number, units, findings)
    if name in _DANGERS:
        return replace(note, danger=max(note.danger, _DANGERS[name]))
    match name:
        case "danger":
            return replace(note, danger=max(note.danger, figures.danger(tag.text)))
        case "cap":
            return replace(note, cap=figures.figure("cap", tag.text, 360))
        case "speed":
            return replace(note, speed=figures.speed(tag.text))
        case "show_coordinates":
            return replace(note, show_coordinates=True)
    if _WAYPOINT.fullmatch(name):
        return replace(note, waypoint=figures.taken(note.waypoint, figures.waypoint(name.upper(), tag)))
    if name in _TAKEN:
        note = replace(note, waypoint=figures.taken(note.waypoint, figures.waypoint(_TAKEN[name], tag)))
    if len(note.events) == EVENTS:
        return note
    return replace(note, events=(*note.events, figures.event(name, tag)))


def settle(note: Note, findings: Findings) -> Note:
    """`note` with one limit for its zone and its `speed`, whichever tag said it; the lower if they differ."""
    written = [event.value for event in note.events if event.kind == "dz" and event.value is not None]
    limits = {limit for limit in (*written, note.speed) if limit is not None}
    if not limits:
        return note
    if len(limits) > 1:
        findings.doubt("Two speed limits stand in this box.", "The lower one is used: check the book.", note.number)
    limit = min(limits)
    events = tuple(replace(event, value=limit) if event.kind == "dz" else event for event in note.events)
    return replace(note, speed=limit, events=events)


@dataclass(frozen=True, slots=True)
class _Figures:
    """Reads the figures of one box, and doubts those that cannot be."""

    number: int
    units: Units
    findings: Findings

    def figure(self, what: str, text: str, most: float, unit: float = 1.0, least: float = 0.0) -> float | None:
        """The number in `text` in SI; None where there is none, or none from `least` to `most`."""
        if not text.strip():
            return None
        number = decimal(text)
        if number is not None and least <= number * unit <= most:
            return number * unit
        self._doubt(what, text)
        return None

    def danger(self, text: str) -> int:
        text = text.strip()
        level = len(text) if _EXCLAMATIONS.fullmatch(text) else decimal(text or "0")
        if level in (0, 1, 2, 3):
            return int(level)
        self._doubt("danger", text)
        return 0

    def speed(self, text: str) -> MetresPerSecond | None:
        match = _SPEED.fullmatch(text.strip())
        if match is None or not match[2]:
            return self.figure("speed", text, FASTEST, self.units.speed, least=0.1)
        return self.figure("speed", match[1], FASTEST, MPH if match[2].lower() == "mph" else KMH, least=0.1)

    def event(self, name: str, tag: Tag) -> Event:
        """The event of a tag. Mind the two clocks: a time control counts minutes, all the others seconds."""
        value, called = None, tag.called
        match name:
            case "dz" if _SPEED.fullmatch(tag.text.strip()):
                value = self.speed(tag.text)
            case "dn" | "dt" if tag.time or decimal(tag.text) is not None:
                value = self.figure("duration", tag.text if decimal(tag.text) is not None else tag.time, DAY)
            case "stop":
                value = self.figure("stop", tag.text or tag.time or "0", DAY)
            case "reset":
                value = self.figure("reset", tag.text or "0", LONGEST, self.units.distance)
            case "timecontrol":
                value, called = self.figure("allowed time", tag.time, 7 * DAY, MINUTE), called or tag.text
            case _:
                called = called or tag.text
        return Event(name, value, words(called)[:NAME])

    def waypoint(self, kind: str, tag: Tag) -> Waypoint:
        return Waypoint(
            kind,
            words(tag.called)[:NAME],
            self.figure("open radius", tag.open, WIDEST, self.units.radius, least=0.1),
            self.figure("clear radius", tag.clear, WIDEST, self.units.radius, least=0.1),
        )

    def taken(self, first: Waypoint | None, second: Waypoint) -> Waypoint:
        """The one waypoint of a box: a WP type before an event's own point; radii from the other where it has none."""
        if first is None:
            return second
        ranks = _RANKS.get(first.type, 0), _RANKS.get(second.type, 0)
        if ranks == (0, 0) and first.type != second.type:
            what, advice = "This box has several waypoint types.", f"It is taken as {first.type}: check the book."
            self.findings.doubt(what, advice, self.number)
        kept, other = (first, second) if ranks[0] <= ranks[1] else (second, first)
        return kept if kept.open or kept.clear else replace(kept, open=other.open, clear=other.clear)

    def _doubt(self, what: str, text: str) -> None:
        self.findings.doubt(
            f"The {what} “{text.strip()[:20]}” makes no sense.", "It is left out: check it.", self.number
        )
