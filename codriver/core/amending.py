"""Amendments by buttons: a bulletin on the line, told to the unit in a few presses; and what crosses into the new book.

The form says what, which box and the figure. A yes writes the row and asks for a plan with one change more; the book
itself changes with the segment that follows. Metres of the book, m/s; pure.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from codriver.core import book
from codriver.core.answers import Answer
from codriver.core.form import Field, Form, chosen, value
from codriver.core.outs import Alert, Amended, Replan
from codriver.core.plan import Plan
from codriver.core.state import State
from codriver.roadbook import layer
from codriver.roadbook.change import Change, of
from codriver.roadbook.limits import FASTEST, LONGEST, NAME
from codriver.roadbook.model import Event, Note, Roadbook
from codriver.roadbook.vocabulary import METRIC, STATUTE, Units
from codriver.units import KILOMETRE, MILE, Metres, Seconds

AMEND: Final = "amend"
TITLE: Final = "Amend the book"
# How long a plan may take to be made, at the very most, as of a long PDF on a small computer. What is changed before
# that would be changed in a book that is no more, without the change that is under way.
PATIENCE: Final[Seconds] = 180.0
WORST: Final = 3
SHORTEST: Final[Metres] = 5.0  # nearer than that to a box is at the box
LETTERS: Final = 30  # of a box's words, in the form

DANGER, CANCEL, NEW, BEGINS, ENDS, UNZONE, MOVED, CAP, BACK = (
    *("danger", "cancel box", "new box", "zone begins", "zone ends", "cancel zone", "box moved", "cap", "take back"),
)
WHATS: Final = (DANGER, CANCEL, NEW, BEGINS, ENDS, UNZONE, MOVED, CAP, BACK)


def opened(plan: Plan, state: State) -> Form | str:
    """The form, at a danger at the next box; in words why there is none."""
    if not plan.book.notes:
        return "there is no roadbook to be amended"
    if state.amending is not None and state.now <= state.amending:
        return "the book is being changed: a moment"
    index = min(state.pointer, len(plan.book.notes) - 1)
    return Form(AMEND, TITLE, _fields(plan, DANGER, index))


def revised(plan: Plan, _: State, changed: Form) -> Form:
    """The form with the fields that its first two ask for: another change or box brings its own figures."""
    fields = _fields(plan, chosen(changed, "what"), _index(plan, changed))
    if [(each.name, each.shown) for each in fields] == [(each.name, each.shown) for each in changed.fields]:
        return changed
    return replace(changed, fields=fields, at=min(changed.at, len(fields) - 1))


def done(plan: Plan, state: State, filled: Form, t: Seconds, _odo: Metres, _by: str) -> Answer:
    """Take the change into the layer and ask for the book with it; say why where it does not fit."""
    what = chosen(filled, "what")
    changes = _taken_back(plan) if what == BACK else _added(plan, filled)
    if isinstance(changes, str):
        return state, (Alert(AMEND, changes),), f"amend refused: {changes}"
    layered, told, change = changes
    row = Amended(t, what, change.box.lstrip("#"), change.total, told)
    text = layer.write(layered).decode() if layered else ""
    return replace(state, amending=t + PATIENCE), (row, Replan("amended", text), Alert(AMEND, told)), f"amend: {told}"


def pointer(old: Roadbook, new: Roadbook, at: int, here: Metres) -> int:
    """The same place under another layer: the next box stays the next one, unless a new or moved one comes before it.

    `here` is the total, by which boxes that the old book had not, or had elsewhere, lie ahead or behind.
    """
    before = {note.number: note for note in old.notes if note.amended != "added"}
    fresh = [_is_fresh(note, before.get(note.number), old) for note in new.notes]
    index = {note.number: place for place, note in enumerate(new.notes) if note.amended != "added"}
    ahead = (note.number for note in old.notes[at:] if note.amended != "added")
    place = next((index[number] for number in ahead if number in index), len(new.notes))
    while place > 0 and fresh[place - 1] and new.notes[place - 1].total > here:
        place -= 1
    while place < len(new.notes) and fresh[place] and new.notes[place].measured and new.notes[place].total <= here:
        place += 1
    return place


def _is_fresh(note: Note, before: Note | None, old: Roadbook) -> bool:
    """Whether this box was not in the old book, or not there."""
    if note.amended == "added":
        return not any(each.amended == "added" and each.total == note.total for each in old.notes)
    return before is None or before.total != note.total


def _taken_back(plan: Plan) -> tuple[tuple[Change, ...], str, Change] | str:
    last = _last(plan)
    if last is None:
        return "no amendment is there to be taken back"
    told = layer.told(plan.changes[last], plan.book.units == STATUTE.name)
    return (*plan.changes[:last], *plan.changes[last + 1 :]), f"taken back: {told}", plan.changes[last]


def _last(plan: Plan) -> int | None:
    """The last change of a bulletin's; what the crew noted for itself is left alone here."""
    return next((at for at in reversed(range(len(plan.changes))) if plan.changes[at].op != "note"), None)


def _added(plan: Plan, filled: Form) -> tuple[tuple[Change, ...], str, Change] | str:
    change = _change(plan, filled)
    tried = layer.applied(plan.book, (change,))
    if not tried.done[0]:
        return tried.findings.doubts[0].text
    return (*plan.changes, change), tried.done[0], change


def _change(plan: Plan, filled: Form) -> Change:
    """What the form says, as a change of the original."""
    note, units = plan.book.notes[_index(plan, filled)], _units(plan)
    match chosen(filled, "what"):
        case "cancel box":
            return of(note, "cancel")
        case "new box":
            return _new(plan, value(filled, "at"), int(value(filled, "danger")), _index(plan, filled))
        case "zone begins":
            limit = value(filled, "limit") * units.speed
            return of(note, "alter", speed=limit, events=(Event("dz", limit),))
        case "zone ends":
            return of(note, "alter", events=(Event("fz"),))
        case "cancel zone":
            return of(note, "alter", without=("zone",))
        case "box moved":
            return of(note, "alter", moved=value(filled, "at"))
        case "cap":
            return of(note, "alter", cap=value(filled, "cap"))
        case _:
            return of(note, "alter", danger=int(value(filled, "danger")))


def _new(plan: Plan, total: Metres, danger: int, near: int) -> Change:
    """A new box in the leg of the one it was set by, called by the number before it and the next free letter."""
    at = book.seek(plan.book, total, near)
    name = layer.new_name(plan.book.notes, at)
    return Change("add", total=total, box=name[:NAME], danger=danger or None)


def _fields(plan: Plan, what: str, index: int) -> tuple[Field, ...]:
    chosen_ = Field("what", "choice", float(WHATS.index(what)), WHATS)
    if what == BACK:
        return (chosen_, Field("change", "choice", options=(_last_told(plan),)))
    note = plan.book.notes[index]
    most = float(len(plan.book.notes))
    box = Field("box", "number", index + 1.0, least=1.0, most=most, shown=_shown(note, plan.settings.units))
    return (chosen_, box, *_figures(plan, what, note))


def _figures(plan: Plan, what: str, note: Note) -> Iterator[Field]:
    """The figures that such a change has, as the box has them, or as they mostly are."""
    units, step = _units(plan), plan.settings.step_m
    if what in (NEW, MOVED):
        yield Field("at", "metres", note.total, step=step, most=LONGEST)
    if what in (NEW, DANGER):
        yield Field("danger", "number", float(WORST if what == DANGER else 0), least=0.0, most=float(WORST))
    if what == BEGINS:
        limit = 30.0 if units is STATUTE else 50.0
        most = FASTEST // units.speed
        yield Field(
            "limit", "number", limit, step=5.0, least=5.0, most=most, unit="mph" if units is STATUTE else "km/h"
        )
    if what == CAP:
        yield Field("cap", "number", round(note.cap or 0.0) + 0.0, least=0.0, most=359.0, unit="°")


def _last_told(plan: Plan) -> str:
    last = _last(plan)
    return "nothing" if last is None else layer.told(plan.changes[last], plan.book.units == STATUTE.name)


def _shown(note: Note, units: str) -> str:
    """A box as the crew knows it: its label, its distance, the beginning of its words."""
    unit, name = (MILE, "mi") if units == STATUTE.name else (KILOMETRE, "km")
    where = f"{note.total / unit:.2f} {name}" if note.measured else ""
    words = " ".join(note.words.split())[:LETTERS]
    return ", ".join(part for part in (note.label, where, "cancelled" if note.cancelled else words) if part)


def _index(plan: Plan, filled: Form) -> int:
    """The box that the form points at, as an index; the next one where it has no such field for now."""
    found = next((int(field.value) for field in filled.fields if field.name == "box"), 1)
    return min(max(found - 1, 0), len(plan.book.notes) - 1)


def _units(plan: Plan) -> Units:
    return STATUTE if plan.settings.units == STATUTE.name else METRIC
