"""What is doubtful in a finished book, whichever format it came from: sentences on what is odd and what to do.

Nothing is changed here. Thresholds are wide, so that an honest book, with its rounded distances, stays quiet.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from codriver.roadbook.facts import length, zones
from codriver.roadbook.findings import Findings
from codriver.roadbook.geodesy import distance
from codriver.roadbook.model import Note, Roadbook
from codriver.units import KILOMETRE, Metres

ROUNDING: Final[Metres] = 100.0
SHARE: Final = 0.02  # book against track, book against its own total; wheel odometers are off by 1 to 3 per cent
STRAIGHT: Final = 1.05  # a road cannot be shorter than the straight line, but its distances may be scaled
HOLE: Final[Metres] = 500.0
STAGE: Final[Metres] = 2000 * KILOMETRE

# A control gives no guidance, and a visible waypoint gives it all the way: neither needs a radius at which it begins.
_NEVER_OPEN: Final = frozenset({"WPC", "WPV"})
_PAIRS: Final = (
    ("dss", "ass", "special stage"),
    ("dn", "fn", "neutralisation"),
    ("dt", "ft", "transfer"),
)


def check(book: Roadbook, track: Metres, findings: Findings) -> None:
    """Tell `findings` every doubt about the book itself, whose track measures `track` metres."""
    checks: tuple[Callable[[Roadbook, Findings], None], ...] = (
        _dangers,
        _distances,
        _limits,
        _unopened,
        _halves,
        _radii,
        _places,
        _holes,
    )
    for one in checks:
        one(book, findings)
    _lengths(book, track, findings)


def _dangers(book: Roadbook, findings: Findings) -> None:
    if book.notes and not any(note.danger for note in book.notes):
        what = "No box carries a danger mark."
        findings.doubt(what, "Dangers may be drawn in the tulips only: mark them from the printed book, above all !!!.")


def _distances(book: Roadbook, findings: Findings) -> None:
    for before, note in pairwise(note for note in book.notes if note.measured and not note.cancelled):
        if note.total < before.total and not _resets(before, note):
            what = f"The distance goes back by {before.total - note.total:.0f} m."
            findings.doubt(what, "Both boxes are kept as written: check them with the printed book.", note.number)
        elif note.total == before.total:
            what = "The box has the same distance as the one before."
            findings.doubt(what, "Both are kept and called together: check them.", note.number)


def _resets(*notes: Note) -> bool:
    return any(event.kind == "reset" for note in notes for event in note.events)


def _limits(book: Roadbook, findings: Findings) -> None:
    for zone in zones(book):
        if not zone.declared:
            what = "A speed limit stands here without the start of a zone (DZ)"
            what += ", and no FZ ends it." if zone.last is None else "."
            findings.doubt(what, "Find in the printed book where it begins and ends.", zone.first)
        elif zone.last is None:
            what, advice = "A speed zone begins here and never ends.", "Find its FZ in the printed book."
            findings.doubt(what, advice, zone.first)
        if zone.limit is None:
            findings.doubt(
                "A speed zone begins here without a limit.", "Read the limit in the printed book.", zone.first
            )


def _unopened(book: Roadbook, findings: Findings) -> None:
    limited = False
    for note in book.notes:
        kinds = {event.kind for event in note.events}
        ends = "fz" in kinds
        if ends and not limited and "dz" not in kinds:
            findings.doubt("A speed zone ends here that never began.", "Find its DZ in the printed book.", note.number)
        limited = "dz" in kinds or (not ends and (limited or note.speed is not None))


def _halves(book: Roadbook, findings: Findings) -> None:
    for start, end, what in _PAIRS:
        opened = 0
        for note in book.notes:
            kinds = {event.kind for event in note.events}
            starts, ends = start in kinds, end in kinds
            if ends and not starts and not opened:
                findings.doubt(f"A {what} ends here that never began.", "Look for its start.", note.number)
            if starts and not ends and opened:
                findings.doubt(f"A {what} begins here before the last one ended.", "Look for its end.", note.number)
            if starts and (opened or not ends):
                opened = note.number
            elif ends:
                opened = 0
        if opened:
            findings.doubt(f"A {what} begins here and never ends.", "Look for its end in the printed book.", opened)


def _radii(book: Roadbook, findings: Findings) -> None:
    for note in book.notes:
        waypoint = note.waypoint
        if waypoint is None:
            continue
        sides = (("open", waypoint.open), ("clear", waypoint.clear))
        missing = " and ".join(side for side, radius in sides if radius is None)
        if missing == "open" and waypoint.type in _NEVER_OPEN:
            continue
        if missing and (waypoint.type.startswith("WP") or waypoint.open or waypoint.clear):
            what = f"The waypoint has no {missing} radius."
            findings.doubt(what, "The profile's own is taken: compare it with the regulations.", note.number)
        elif waypoint.open and waypoint.clear and waypoint.open < waypoint.clear:
            what = "The waypoint opens nearer than it clears."
            findings.doubt(what, "The two radii may be exchanged: check them.", note.number)


def _places(book: Roadbook, findings: Findings) -> None:
    placed = [note for note in book.notes if note.position]
    if book.notes and not placed:
        what = "No box has a position."
        findings.doubt(what, "Calls go by distance alone: sync the trip at boxes you know.")
    _jumps(placed, findings)


def _jumps(placed: Sequence[Note], findings: Findings) -> None:
    for before, note in pairwise(placed):
        if before.position is None or note.position is None or _resets(before, note) or note.total < before.total:
            continue
        straight, road = distance(before.position, note.position), note.total - before.total
        if straight > road * STRAIGHT + ROUNDING:
            what = f"The box lies {straight / KILOMETRE:.2f} km from the one before, but the book counts "
            what += f"{road / KILOMETRE:.2f} km."
            findings.doubt(what, "Its position or its distance is wrong: check both.", note.number)


def _lengths(book: Roadbook, track: Metres, findings: Findings) -> None:
    last = length(book, track)
    if last > STAGE:
        what = f"The book is {last / KILOMETRE:.0f} km long."
        findings.doubt(what, "If that is metres or miles, name the unit: total_m, or distance miles.")
    for what, other in (("The file says", book.length), ("The track measures", track or None)):
        if other is not None and abs(other - last) > max(ROUNDING, SHARE * last):
            findings.doubt(
                f"{what} {other / KILOMETRE:.2f} km, but the last box is at {last / KILOMETRE:.2f} km.",
                "A part may be missing, or the track runs on: check the last box.",
            )


def _holes(book: Roadbook, findings: Findings) -> None:
    for before, after in pairwise(book.track):
        hole = distance(before[-1], after[0])
        if hole > HOLE:
            what = f"The track has a hole of {hole:.0f} m between two of its pieces."
            findings.doubt(what, "It is bridged by a straight line.")
