"""Where a box belongs that does not say its distance: along the track, in book order, or along straight lines.

The track is followed forwards, so that a course which crosses itself, or ends where it began, gives each box the
right passage. Only when the boxes cannot stand in course order as they are, as in files sorted by name, are they
put into it. Metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from codriver.roadbook.findings import Findings
from codriver.roadbook.geodesy import distance
from codriver.roadbook.model import Note, Position
from codriver.roadbook.track import Line, Pass
from codriver.units import Metres

BACKWARDS: Final[Metres] = 50.0  # two neighbours may stand in either order


@dataclass(frozen=True, slots=True)
class Box:
    """A note as read, numbered in file order, and its distance from the start if the file says one."""

    total: Metres | None
    note: Note


def located(boxes: Sequence[Box], track: Sequence[Sequence[Position]], findings: Findings) -> tuple[Note, ...]:
    """The notes of a book, each with its distance and numbered in book order.

    Boxes with no distance need a position. Those too far from the track to have a distance are left out, doubted.
    """
    if boxes and track and all(box.total is None for box in boxes):
        along = _along(boxes, Line(track), findings)
        if along is not None:
            return _numbered(along, findings)
    return _numbered(_chained(boxes, findings), findings)


def _numbered(notes: Sequence[Note], findings: Findings) -> tuple[Note, ...]:
    findings.renumber({note.number: number for number, note in enumerate(notes, start=1)})
    return tuple(replace(note, number=number) for number, note in enumerate(notes, start=1))


def _chained(boxes: Sequence[Box], findings: Findings) -> list[Note]:
    """Each box at its own distance, or as far behind the one before as the crow flies."""
    notes: list[Note] = []
    crow = False
    for box in boxes:
        total = box.total
        if total is None:
            before = notes[-1] if notes else None
            total = _flown(before, box.note) if before else 0.0
            crow = crow or before is not None
        notes.append(replace(box.note, total=total))
    if crow:
        what = "Boxes without a distance are measured in straight lines from the box before."
        findings.doubt(what, "The road is longer: trust the tulips, and correct the trip at each box.")
    return notes


def _flown(before: Note, note: Note) -> Metres:
    if before.position is None or note.position is None:
        return before.total
    return before.total + distance(before.position, note.position)


def _along(boxes: Sequence[Box], line: Line, findings: Findings) -> list[Note] | None:
    """The boxes at their distances along the line; None if it passes by too few of them."""
    near = [(box.note, passes) for box in boxes if box.note.position and (passes := line.passes(box.note.position))]
    if line.exhausted:
        findings.doubt("The track is too tangled to find the boxes on it.", "Check that it is the stage's own.")
        return None
    if len(near) * 2 < len(boxes):
        findings.doubt(
            "The track passes by fewer than half of the boxes.", "It may be another stage's: check the file."
        )
        return None
    kept = {note.number for note, _ in near}
    for box in boxes:
        if box.note.number not in kept:
            what = f"Box “{box.note.name}” lies more than 1.5 km from the track and says no distance."
            findings.doubt(what, "It was left out: check its position.")
    return _forwards(near) or _sorted(near, findings)


def _forwards(near: Sequence[tuple[Note, list[Pass]]]) -> list[Note] | None:
    """Each box at the first passage after the one before; None if the boxes are not in course order."""
    at = 0.0
    notes: list[Note] = []
    for note, passes in near:
        later = next((one.at for one in passes if one.at >= at - BACKWARDS), None)
        if later is None:
            return None
        at = max(at, later)
        notes.append(replace(note, total=at))
    return notes


def _sorted(near: Sequence[tuple[Note, list[Pass]]], findings: Findings) -> list[Note]:
    """The boxes put into course order by the passage nearest to each."""
    findings.doubt(
        "The boxes do not come in the order of the course.",
        "They were sorted along the track: where it passes one place twice, check which passage is meant.",
    )
    placed = [replace(note, total=min(passes, key=lambda one: one.miss).at) for note, passes in near]
    return sorted(placed, key=lambda note: note.total)
