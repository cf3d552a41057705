"""The layer over a book: changes laid upon the untouched original, each box marked with what was changed.

`apply` is pure, and always begins from the book it is given; a change that does not fit is a doubt and the others
stand. Boxes keep their numbers; one that is added gets a number above all of them, and a letter behind the label of the
box before it (`41a`). A cancelled box keeps its words and pictures and loses all that would be in force.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from string import ascii_lowercase
from typing import Final, NamedTuple

from codriver.roadbook import facts
from codriver.roadbook.change import Change, Op, of
from codriver.roadbook.change_table import read, write
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import EVENTS, NAME, NOTES
from codriver.roadbook.model import Event, Note, Roadbook
from codriver.units import KILOMETRE, KMH, MILE, MPH, Metres

__all__ = ["Applied", "Change", "Op", "applied", "apply", "new_name", "of", "read", "told", "write"]

# One added box is the same as another that stands this near to it.
SAME: Final[Metres] = 0.5
# Who means to change a box may have read its distance so far beside it.
BESIDE: Final[Metres] = 100.0
# The fields of a note that a change can make another than the book's, as `Note.changed` names them.
CHANGED: Final = ("total", "position", "cap", "danger", "speed", "words", "events", "waypoint")
_EVENTS: Final = {"dz": "speed zone begins", "fz": "speed zone ends", "zone": "its speed zone"}
_LOOK: Final = "Name the box by its number, or give the distance as the book has it."
_TYPE: Final = "Type the distance of the new box."
_NUMBER: Final = re.compile(r"#?\d+", re.ASCII)
_LETTERED: Final = re.compile(r"(.*\d)[a-z]{1,2}", re.ASCII | re.IGNORECASE)


class Applied(NamedTuple):
    """The book with its layer, the doubts, and a sentence for each change: what it did, empty where it did not fit."""

    book: Roadbook
    findings: Findings
    done: tuple[str, ...]


def apply(book: Roadbook, changes: Sequence[Change]) -> tuple[Roadbook, Findings]:
    """The book with these changes, and the doubts about those that do not fit. What fits may be said twice."""
    made = applied(book, changes)
    return made.book, made.findings


def applied(book: Roadbook, changes: Sequence[Change]) -> Applied:
    """As `apply`, and what became of each change, in their order."""
    over = _Over(book, list(book.notes), frozenset(note.number for note in book.notes if not note.measured))
    done = tuple(over.done(change) for change in changes)
    notes = over.finished() if changes else book.notes
    return Applied(book if notes == book.notes else replace(book, notes=notes), over.findings, done)


def told(change: Change, statute: bool) -> str:
    """A change in words: `box 41 at 12.35 km: danger 3`."""
    return f"{_where(change, statute)}: {_what(change, statute)}"


@dataclass(slots=True)
class _Over:
    """The notes of a book while they are changed."""

    book: Roadbook
    notes: list[Note]
    unmeasured: frozenset[int]  # of the original
    findings: Findings = field(default_factory=Findings)
    dropped: set[int] = field(default_factory=set)  # added boxes that were cancelled again
    names: tuple[dict[str, list[int]], ...] = ()  # where the boxes stand by what they are called; empty: not known yet

    def done(self, change: Change) -> str:
        """Do what a change says, and tell it; empty where it does not fit."""
        new = change.op == "add" or (
            change.op == "put" and change.total is not None and not self._speaks_of_one(change)
        )
        return self._added(change) if new else self._changed(change)

    def _added(self, change: Change) -> str:
        """Add the box of this change; one that was added there before is now this one."""
        if change.total is None:
            return self._unfit(change, "It says no distance.", _TYPE)
        there = self._added_at(change.total)
        if there is not None:
            bare = Note(self.notes[there].number, change.total, self.notes[there].name, amended="added")
            self.notes[there] = _altered(bare, change)
            self.dropped.discard(bare.number)
            return f"{self._called(bare)} is added"
        at = self._place(change)
        if at is None:
            return ""
        if len(self.notes) >= NOTES:
            return self._unfit(change, f"The book has {NOTES} boxes already.", "Cut it into stages.")
        number = max((note.number for note in self.notes), default=0) + 1
        note = Note(number, change.total, self._name(change, at), amended="added")
        self.findings.labels[number] = note.label
        if change.op == "put":
            self._beside(note)
        self.notes.insert(at, _altered(note, change))
        self.names = ()
        return f"{self._called(note)} is added"

    def _beside(self, note: Note) -> None:
        """Doubt a new box where the distance may be that of one that is there, a little wrong."""
        known = (each for each in self.notes if each.measured and each.amended != "added")
        near = min(known, key=lambda each: abs(each.total - note.total), default=None)
        if near is not None and abs(near.total - note.total) < BESIDE:
            what = f"A new box stands {abs(near.total - note.total):.0f} m from box {near.label}."
            self.findings.doubt(what, f"If box {near.label} is meant, give its number.", note.number)

    def _changed(self, change: Change) -> str:
        """Change a box that is there, and say how."""
        at = self._found(change)
        if at is None:
            return ""
        note = self.notes[at]
        if note.number in self.dropped:
            return f"{self._called(note)} is taken out again"
        if change.op == "cancel":
            return self._cancelled(at)
        if note.cancelled:
            return self._unfit(change, "The box is cancelled.", "Take the cancellation back first.", note)
        begins = any(event.kind == "dz" for event in change.events)
        if "zone" in change.without and not begins and not self._unzoned(at):
            return self._unfit(change, "No speed zone begins there.", _LOOK, note)
        after = _altered(self.notes[at], change, known=self._known(at))
        if change.op != "note":
            after = _marked(self.notes[at], after)
        self.notes[at] = after
        if after.total != note.total and self._known(at):
            self._moved(at)
        return f"{self._called(note)}: {_what(change, self._statute)}"

    def finished(self) -> tuple[Note, ...]:
        """The notes in order; one that is not measured stands where the last measured one does."""
        last, notes = 0.0, []
        for note in self.notes:
            if note.number in self.dropped:
                continue
            notes.append(note if note.measured or note.total == last else replace(note, total=last))
            last = notes[-1].total
        return tuple(notes)

    @property
    def _statute(self) -> bool:
        return self.book.units == "statute"

    @property
    def _unit(self) -> Metres:
        """The last figure of a printed distance."""
        return 0.01 * (MILE if self._statute else KILOMETRE)

    def _cancelled(self, at: int) -> str:
        note = self.notes[at]
        if note.amended == "added":
            self.dropped.add(note.number)
            return f"{self._called(note)} is taken out again"
        for kind, what in (("dz", "begins"), ("fz", "ends")):
            if any(event.kind == kind for event in note.events):
                doubt = f"The cancelled box {what} a speed zone, which it does no more."
                self.findings.doubt(doubt, f"Give the box where the zone {what} now, or cancel the zone.", note.number)
        self.notes[at] = replace(
            note, amended="cancelled", changed=(), danger=0, speed=None, events=(), waypoint=None, joined=False
        )
        return f"{self._called(note)} is cancelled"

    def _unzoned(self, at: int) -> bool:
        """Take away the speed zone that begins at this box, and its end with it; whether there is one."""
        number = self.notes[at].number
        zones = facts.zones(replace(self.book, notes=tuple(self.notes)))
        zone = next((zone for zone in zones if zone.first == number), None)
        if zone is None:
            return False
        self.notes[at] = _marked(self.notes[at], _without_zone(self.notes[at], "dz"))
        end = next((index for index, note in enumerate(self.notes) if note.number == zone.last), None)
        if end is not None and not any(event.kind == "dz" for event in self.notes[end].events):
            self.notes[end] = _marked(self.notes[end], _without_zone(self.notes[end], "fz"))
        return True

    def _moved(self, at: int) -> None:
        """Put a box whose distance has changed where it belongs; the nearest such place where there are several."""
        note = self.notes[at]
        if self._stands(at):
            return
        del self.notes[at]
        places = self._places(note.total)
        self.notes.insert(min(places, key=lambda place: abs(place - at), default=at), note)
        self.names = ()

    def _found(self, change: Change) -> int | None:
        """The one box that a change speaks of; None, with a doubt, where there is none, or more than one."""
        found = self._candidates(change)
        if len(found) == 1:
            return found[0]
        if found:
            told = " and ".join(self._called(self.notes[index]) for index in found[:4])
            self._unfit(change, f"It may speak of {told}.", "Give the number of the box, and its distance.")
            return None
        named, near = self._named(change.box), self._near(change.total)
        others = [self._called(self.notes[index]) for index in (named + near)[:4]]
        what = f"There is no such box, but {' and '.join(others)}." if others else "There is no such box."
        self._unfit(change, what, _LOOK)
        return None

    def _candidates(self, change: Change) -> list[int]:
        """The boxes that fit all that a change says of where it is."""
        if not change.box:
            return self._near(change.total)
        named = self._named(change.box)
        if change.total is None:
            return named
        return [
            at for at in named if not self._known(at) or abs(_original(self.notes[at]) - change.total) <= self._unit
        ]

    def _speaks_of_one(self, change: Change) -> bool:
        """Whether a `put` is of a box that is there, or that should be: only a new name makes a new box."""
        if not change.box:
            return bool(self._near(change.total))
        return _NUMBER.fullmatch(change.box.strip()) is not None or bool(self._named(change.box))

    def _known(self, at: int) -> bool:
        """Whether the original has a distance for this box."""
        return self.notes[at].number not in self.unmeasured

    def _named(self, box: str) -> list[int]:
        """The boxes of this label or name; of this number where none is called so."""
        box = box.strip().casefold()
        if not box:
            return []
        self.names = self.names or tuple(_index(self.notes, texts) for texts in (_calls, _numbers))
        return next((names[box] for names in self.names if box in names), [])

    def _near(self, total: Metres | None) -> list[int]:
        """The boxes that a distance of two decimals can mean: those it rounds to, else those next to it."""
        if total is None:
            return []
        misses = [(abs(_original(note) - total), at) for at, note in enumerate(self.notes) if note.measured]
        for most in (SAME, self._unit / 2 + SAME, self._unit + SAME):
            found = [at for miss, at in misses if miss <= most]
            if found:
                return found
        return []

    def _added_at(self, total: Metres) -> int | None:
        """The added box that stands here."""
        added = (at for at, note in enumerate(self.notes) if note.amended == "added")
        return next((at for at in added if abs(_original(self.notes[at]) - total) < SAME), None)

    def _place(self, change: Change) -> int | None:
        """Where in the book a new box belongs; None, with a doubt, where it could be in several legs."""
        total = change.total or 0.0
        places, lettered = self._places(total), _LETTERED.fullmatch(change.box)
        for base in self._named(lettered[1]) if lettered else ():
            behind = [place for place in places if place > base]
            if self.notes[base].total <= total:
                return min(behind, default=base + 1)
        if len({self._leg(place) for place in places}) < 2:
            return places[-1] if places else len(self.notes)
        told = " or ".join(f"box {self.notes[place - 1].label}" for place in places if place)
        advice = f"Give it a name with the number before it, such as {self.notes[places[0] - 1].label}a."
        self._unfit(change, f"It could stand behind {told}.", advice)
        return None

    def _places(self, total: Metres) -> list[int]:
        """Every index at which a box of this distance would be in order; of equal ones it comes last."""
        places: list[int] = []
        before = 0.0
        for at, note in enumerate(self.notes):
            if not note.measured:
                continue
            if before <= total < note.total:
                places.append(at)
            before = note.total
        return [*places, len(self.notes)] if before <= total else places

    def _stands(self, at: int) -> bool:
        """Whether this box is in order where it stands."""
        total = self.notes[at].total
        before = next((note.total for note in reversed(self.notes[:at]) if note.measured), total)
        ahead = next((note.total for note in self.notes[at + 1 :] if note.measured), total)
        return before <= total <= ahead

    def _leg(self, place: int) -> int:
        """How often the distances have fallen back before this place."""
        before = [note.total for note in self.notes[:place] if note.measured]
        return sum(after < each - facts.FALL for each, after in pairwise(before))

    def _name(self, change: Change, at: int) -> str:
        """What a new box is called: as the change has it where no box is, else as the one before it, and a letter."""
        taken = not change.box or self._named(change.box)
        return new_name(self.notes, at) if taken else change.box.strip()[:NAME]

    def _called(self, note: Note) -> str:
        """A box and where it is, as the original has it."""
        return f"box {note.label}" + (f" at {_road(_original(note), self._statute)}" if note.measured else "")

    def _unfit(self, change: Change, what: str, advice: str, note: Note | None = None) -> str:
        """Tell why a change is left out."""
        self.findings.doubt(
            f"“{told(change, self._statute)}” is left out. {what}", advice, None if note is None else note.number
        )
        return ""


def new_name(notes: Sequence[Note], at: int) -> str:
    """What a box that is added at this index is called: as the one before it, with the next letter that is free."""
    before = next((note for note in reversed(notes[:at]) if note.amended != "added"), None)
    base, names = "0" if before is None else before.label, {note.name for note in notes}
    return next(name for number in count() if (name := base + _letter(number)) not in names)


def _letter(number: int) -> str:
    """`a` to `z`, then `aa` and on."""
    tens, ones = divmod(number, len(ascii_lowercase))
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[ones]


def _original(note: Note) -> Metres:
    """Where the original has the box."""
    return note.total if note.moved_from is None else note.moved_from


def _index(notes: Sequence[Note], texts: Callable[[Note], tuple[str, ...]]) -> dict[str, list[int]]:
    """Where the boxes of each name stand. A layer may name every box: to look through the book for each is too slow."""
    index: dict[str, list[int]] = {}
    for at, note in enumerate(notes):
        for text in dict.fromkeys(texts(note)):
            index.setdefault(text, []).append(at)
    return index


def _calls(note: Note) -> tuple[str, ...]:
    """By what a box is named in the first place; its number where it has no other name, or is asked for with a `#`."""
    number = () if note.amended == "added" else (f"#{note.number}",)
    return note.label.casefold(), note.name.casefold(), *number


def _numbers(note: Note) -> tuple[str, ...]:
    return () if note.amended == "added" else (str(note.number),)


def _altered(note: Note, change: Change, *, known: bool = True) -> Note:
    """The note with what the change says; `known` whether the original has its distance."""
    given = {event.kind for event in change.events}
    note = _without(note, [name for name in change.without if name not in given])
    if change.moved is not None:
        note = _placed(note, change.moved, known=known)
    if change.danger is not None:
        note = replace(note, danger=max(note.danger, change.danger) if change.op == "note" else change.danger)
    note = replace(
        note,
        cap=note.cap if change.cap is None else change.cap,
        words=change.words or note.words,
        waypoint=change.waypoint or note.waypoint,
        position=change.position or note.position,
        importance=note.importance if change.importance is None else change.importance,
        highlight=change.highlight or note.highlight,
        joined=note.joined or change.joined,
        events=_events(note.events, change.events),
    )
    return _limited(note, change)


def _placed(note: Note, total: Metres, *, known: bool) -> Note:
    if not known:
        return replace(note, total=total, measured=True)
    was = _original(note)
    return replace(note, total=total, moved_from=None if total == was else was)


def _events(before: tuple[Event, ...], changed: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events with those that were changed, each in the place of the one of its kind."""
    new = {event.kind: event for event in changed}
    kept = tuple(new.get(event.kind, event) for event in before)
    known = {event.kind for event in before}
    return (*kept, *(event for kind, event in new.items() if kind not in known))[:EVENTS]


def _limited(note: Note, change: Change) -> Note:
    """One limit for the box and for the zone that begins there, whichever of the two the change names."""
    stated = next((event.value for event in change.events if event.kind == "dz" and event.value is not None), None)
    limit = stated if stated is not None else change.speed
    if limit is None:
        return note
    events = tuple(replace(event, value=limit) if event.kind == "dz" else event for event in note.events)
    return replace(note, speed=limit, events=events)


def _without(note: Note, names: Sequence[str]) -> Note:
    """The note without what is named: its own fields, or the events of a kind."""
    for name in names:
        match name:
            case "cap":
                note = replace(note, cap=None)
            case "waypoint":
                note = replace(note, waypoint=None)
            case "importance":
                note = replace(note, importance=None)
            case "words":
                note = replace(note, words="")
            case "highlight":
                note = replace(note, highlight="")
            case "joined":
                note = replace(note, joined=False)
            case "speed":
                events = tuple(replace(event, value=None) if event.kind == "dz" else event for event in note.events)
                note = replace(note, speed=None, events=events)
            case "dz" | "fz":
                note = _without_zone(note, name)
            case _:
                note = replace(note, events=tuple(event for event in note.events if event.kind != name))
    return note


def _without_zone(note: Note, kind: str) -> Note:
    """The note without this end of a zone: its limit goes with the start, the point it made with either."""
    point = note.waypoint
    return replace(
        note,
        events=tuple(event for event in note.events if event.kind != kind),
        speed=None if kind == "dz" else note.speed,
        waypoint=None if point is not None and point.type == kind.upper() else point,
    )


def _marked(before: Note, after: Note) -> Note:
    """The note with the mark of what a bulletin has changed in it, if anything; one that is added is new altogether."""
    if before.amended == "added":
        return after
    fields = (name for name in CHANGED if name in before.changed or getattr(before, name) != getattr(after, name))
    changed = tuple(fields)
    return replace(after, amended="altered", changed=changed) if changed else after


def _where(change: Change, statute: bool) -> str:
    box = f"box {change.box.lstrip('#')}" if change.box else "a new box" if change.op == "add" else "the box"
    return box if change.total is None else f"{box} at {_road(change.total, statute)}"


def _what(change: Change, statute: bool) -> str:
    """What a change does to its box, in words."""
    if change.op == "cancel":
        return "cancelled"
    return ", ".join(_parts(change, statute)) or ("added" if change.op == "add" else "nothing to change")


def _parts(change: Change, statute: bool) -> Iterator[str]:
    if change.moved is not None:
        yield f"now at {_road(change.moved, statute)}"
    if change.danger is not None:
        yield f"danger {change.danger}"
    for event in change.events:
        yield _EVENTS.get(event.kind, event.kind) + (f" {event.name}" if event.name else "")
    limits = (event.value for event in change.events if event.kind == "dz")
    limit = next(filter(None, limits), None) or change.speed
    if limit is not None:
        yield f"{limit / (MPH if statute else KMH):.0f} {'mph' if statute else 'km/h'}"
    if change.cap is not None:
        yield f"cap {change.cap:.0f}"
    if change.waypoint is not None:
        yield change.waypoint.type
    if change.position is not None:
        yield "a new position"
    if change.words:
        yield f"“{' '.join(change.words.split())[:40]}”"
    if change.importance is not None:
        yield f"class {change.importance}"
    if change.highlight:
        yield change.highlight
    if change.joined:
        yield "joined to the next"
    for name in change.without:
        yield f"without {_EVENTS.get(name, name)}"


def _road(metres: Metres, statute: bool) -> str:
    return f"{metres / MILE:.2f} miles" if statute else f"{metres / KILOMETRE:.2f} km"
