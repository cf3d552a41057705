"""The load report: a book and its doubts in plain words, for a crew with five minutes before the start.

`report` makes it, `text` prints it, `as_json` gives it to other programs, in SI. Distances are told in the book's own
units. Doubtful never means refused.
"""

from typing import Any, Final

from codriver.roadbook import facts
from codriver.roadbook.checks import check
from codriver.roadbook.findings import Findings
from codriver.roadbook.model import Doubt, Note, Report, Roadbook
from codriver.units import KILOMETRE, KMH, MILE, MPH, YARD, Metres, MetresPerSecond

AMENDED: Final = "Amended boxes: "
LISTED: Final = 20  # zones; a book with more has a page of its own for them

_MARKS: Final = {1: "!", 2: "!!", 3: "!!!"}


def report(book: Roadbook, findings: Findings) -> Report:
    """The report on a book that was read with these findings; the book's own doubts are added to them."""
    track = facts.track_length(book)
    findings.labels |= _labels(book)
    check(book, track, findings)
    doubts = findings.doubts
    if findings.cut:
        advice = "What stands before it was read. Copy the file again if there is time."
        doubts = (Doubt(f"The file cannot be read to its end ({findings.cut}).", advice), *doubts)
    return Report(_verdict(book, track, doubts, findings.cut), _lines(book, track, findings), doubts)


def text(report: Report) -> str:
    """The report as lines for a terminal or a page: verdict, facts, then each doubt with what to do."""
    lines = [report.verdict, *(f"  {line}" for line in report.lines)]
    if report.doubts:
        lines += ["", "To check:"]
    for doubt in report.doubts:
        lines.append(f"  - {doubt.where}{doubt.text}")
        if doubt.advice:
            lines.append(f"    {doubt.advice}")
    return "\n".join(lines) + "\n"


def as_json(report: Report, book: Roadbook) -> dict[str, Any]:
    """The report and the figures of its book, in SI, ready for `json.dumps`."""
    track = facts.track_length(book)
    return {
        "verdict": report.verdict,
        "lines": list(report.lines),
        "doubts": [{"note": doubt.note, "text": doubt.text, "advice": doubt.advice} for doubt in report.doubts],
        "name": book.name,
        "format": book.format,
        "units": book.units,
        "notes": len(book.notes),
        "amended": {note.label: note.amended for note in book.notes if note.amended},
        "length_m": facts.length(book, track),
        "stated_length_m": book.length,
        "track_points": facts.track_points(book),
        "track_m": track,
        "with_position": sum(note.position is not None for note in book.notes),
        "with_cap": sum(note.cap is not None for note in book.notes),
        "with_words": sum(bool(note.words) for note in book.notes),
        "with_picture": sum(_drawn(note) for note in book.notes),
        "dangers": {str(level): count for level, count in facts.dangers(book).items()},
        "zones": [_zone_json(zone) for zone in facts.zones(book)],
        "waypoints": {kind.type: _kind_json(kind) for kind in facts.waypoints(book)},
    }


def _zone_json(zone: facts.Zone) -> dict[str, Any]:
    return {"first": zone.first, "last": zone.last, "limit_mps": zone.limit, "declared": zone.declared}


def _kind_json(kind: facts.Kind) -> dict[str, Any]:
    return {
        "count": kind.count,
        "open_m": list(kind.open),
        "clear_m": list(kind.clear),
        "without_open": kind.without_open,
        "without_clear": kind.without_clear,
    }


def _verdict(book: Roadbook, track: Metres, doubts: tuple[Doubt, ...], cut: str) -> str:
    parts = [_count(len(book.notes), "box", "boxes") if book.notes else "No boxes, a track only"]
    parts[0] += f" over {_road(book, facts.length(book, track))}"
    marked = sum(facts.dangers(book).values())
    if book.notes:
        parts.append(_count(marked, "danger", "dangers") if marked else "NO DANGER MARKED")
    parts.append(f"{_count(len(doubts), 'thing', 'things')} to check" if doubts else "nothing doubtful")
    return ("INCOMPLETE: " if cut else "") + ", ".join(parts) + "."


def _lines(book: Roadbook, track: Metres, findings: Findings) -> tuple[str, ...]:
    lines = [f"{book.name} ({book.format}, {book.units})"]
    if book.notes:
        lines += [*_amended(book), _notes(book), _dangers(book), *_zones(book), *_waypoints(book)]
    lines.append(_track(book, track))
    if findings.ignored:
        lines.append("Ignored: " + ", ".join(f"{name} ({count})" for name, count in findings.ignored[:LISTED]) + ".")
    return tuple(lines)


def _amended(book: Roadbook) -> list[str]:
    """What the layer over the book has changed, by the boxes' labels; nothing where there is none."""
    told = []
    for kind in ("added", "altered", "cancelled"):
        labels = [note.label for note in book.notes if note.amended == kind]
        more = f" and {len(labels) - LISTED} more" if len(labels) > LISTED else ""
        told += [f"{len(labels)} {kind} ({', '.join(labels[:LISTED])}{more})"] if labels else []
    return [f"{AMENDED}{', '.join(told)}."] if told else []


def _labels(book: Roadbook) -> dict[int, str]:
    """What is called an added box that has no number in the book."""
    return {note.number: note.label for note in book.notes if note.amended == "added"}


def _notes(book: Roadbook) -> str:
    counts = (
        ("position", sum(note.position is not None for note in book.notes)),
        ("cap", sum(note.cap is not None for note in book.notes)),
        ("words", sum(bool(note.words) for note in book.notes)),
        ("drawing", sum(_drawn(note) for note in book.notes)),
    )
    told = ", ".join(f"{count} with {what}" for what, count in counts if count)
    told = f"{_count(len(book.notes), 'box', 'boxes')}: {told or 'a distance and nothing else'}."
    if not counts[2][1] and counts[3][1]:
        told += " The notes are pictures."
    return told


def _dangers(book: Roadbook) -> str:
    marks = [f"{count} {_MARKS[level]}" for level, count in facts.dangers(book).items() if count]
    return f"Dangers: {', '.join(marks) or 'none marked'}."


def _zones(book: Roadbook) -> list[str]:
    zones, labels = facts.zones(book), _labels(book)
    told = [
        f"Speed zone: box {labels.get(zone.first, zone.first)} to "
        f"{labels.get(zone.last, zone.last) if zone.last is not None else 'no end'}, "
        f"{_limit(book, zone.limit)}{'' if zone.declared else ' (no DZ)'}."
        for zone in zones[:LISTED]
    ]
    return told + ([f"and {len(zones) - LISTED} more speed zones."] if len(zones) > LISTED else [])


def _waypoints(book: Roadbook) -> list[str]:
    return [_waypoint(book, kind) for kind in facts.waypoints(book)[:LISTED]]


def _waypoint(book: Roadbook, kind: facts.Kind) -> str:
    told = []
    for side, radii, missing in (
        ("open", kind.open, kind.without_open),
        ("clear", kind.clear, kind.without_clear),
    ):
        known = "/".join(_radius(book, radius) for radius in radii[:5])
        lacking = f"missing on {missing}" if missing and known else "missing" if missing else ""
        told.append(f"{side} {', '.join(part for part in (known, lacking) if part)}")
    return f"{kind.type}: {kind.count}, {'; '.join(told)}."


def _track(book: Roadbook, length: Metres) -> str:
    if not book.track:
        return "No track."
    pieces = _count(len(book.track), "piece", "pieces")
    return f"Track: {facts.track_points(book)} points in {pieces}, {_road(book, length)}."


def _drawn(note: Note) -> bool:
    return note.tulip is not None or note.drawing is not None


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _road(book: Roadbook, metres: Metres) -> str:
    return f"{metres / MILE:.2f} miles" if book.units == "statute" else f"{metres / KILOMETRE:.2f} km"


def _limit(book: Roadbook, limit: MetresPerSecond | None) -> str:
    if limit is None:
        return "no limit given"
    return f"{limit / MPH:.0f} mph" if book.units == "statute" else f"{limit / KMH:.0f} km/h"


def _radius(book: Roadbook, metres: Metres) -> str:
    return f"{metres / YARD:.0f} yd" if book.units == "statute" else f"{metres:.0f} m"
