"""The one table of buttons: every function with its gestures, by context. It makes the hints and the handbook.

A gesture is written as a co-driver says it: `TRIP`, `TRIP long`, `PLUS repeat`, `TRIP+BACK 2 s`, and, where it holds
in one context alone, `MARK in prerun`; there it takes the place of one that holds everywhere. Six buttons are the
co-driver's, two the driver's. On a keyboard the digits and arrows are the buttons, to be held and combined as those
are, and a letter is a function at once. What a function does is not known here, nor how contacts become gestures.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import IntEnum
from functools import cache
from itertools import combinations
from typing import Final, Literal, TypeAlias

from codriver.decode.presses import HOLD, STUCK, Chord, Gesture, Gestures
from codriver.units import Seconds

CONTEXTS: Final = ("drive", "prerun", "menu", "form", "offer", "mile", "report")

# How long a contact must rest to be believed: the pod settles its own, and a key has a mind of its own.
SETTLE: Final[Mapping[str, Seconds]] = {"gpio": 0.008, "pod": 0.0, "key": 0.0}
# A pod's release that was in time may lose one frame, and comes with the repeat 50 ms later.
GRACE: Final[Mapping[str, Seconds]] = {"pod": 0.06}
# Two presses that overlap by less are two presses.
SHORTEST_CHORD: Final[Seconds] = 0.3

Kind: TypeAlias = Literal["press", "long", "repeat", "chord"]


class Button(IntEnum):
    """The buttons by the numbers on their wires."""

    TRIP = 1
    NEXT = 2
    BACK = 3
    PLUS = 4
    MINUS = 5
    MARK = 6
    DRIVER_MARK = 7
    DRIVER_REPEAT = 8


# The keys that are buttons, besides their digits, by the keyboard's own names for them.
KEYS: Final[Mapping[str, Button]] = {
    **{str(button.value): button for button in Button},
    "space": Button.TRIP,
    "right": Button.NEXT,
    "left": Button.BACK,
    "up": Button.PLUS,
    "down": Button.MINUS,
    "return": Button.MARK,
}


def number(name: str) -> int | None:
    """The button that a contact or key of this name (`3`, `back`) stands for; None for any other key."""
    return _NUMBERS.get(name.lower().replace(" ", "_"))


_NUMBERS: Final[Mapping[str, int]] = {
    spelt: button.value for button in Button for spelt in (str(button.value), button.name.lower())
}


def name(button: int) -> str:
    """What is printed beside the button."""
    return Button(button).name.replace("_", " ") if button in _NUMBERS.values() else str(button)


DRIVERS: Final = frozenset({Button.DRIVER_MARK, Button.DRIVER_REPEAT})


@dataclass(frozen=True, slots=True)
class Binding:
    """One gesture of a function. `hold` counts for a chord; `context` is None where it holds in all of them."""

    kind: Kind
    buttons: tuple[Button, ...]
    hold: Seconds = HOLD
    context: str | None = None

    @property
    def gesture(self) -> tuple[str, tuple[Button, ...]]:
        """What the fingers do, wherever it holds."""
        return self.kind, self.buttons

    def __str__(self) -> str:
        """The gesture as it is written in a mapping."""
        names = "+".join(button.name for button in self.buttons)
        kind = f" {self.kind}" if self.kind in {"long", "repeat"} else ""
        hold = f" {self.hold:g} s" if self.kind == "chord" and self.hold != HOLD else ""
        context = f" in {self.context}" if self.context else ""
        return names + kind + hold + context

    def spoken(self) -> str:
        """The gesture as the handbook says it."""
        names = " + ".join(map(name, self.buttons))
        match self.kind:
            case "press":
                return names
            case "long":
                return f"{names}, held {HOLD:g} s"
            case "repeat":
                return f"{names}, held: repeats"
            case "chord":
                return f"{names}, held together {self.hold:g} s"


@dataclass(frozen=True, slots=True)
class Function:
    """Something a crew can do. `hint` is for the screen, `words` for the handbook; `distance`: it changes one.

    `key` is the letter that does it on a keyboard; empty where it has none.
    """

    action: str
    hint: str
    words: str
    bindings: tuple[Binding, ...]
    distance: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Every function and its gestures."""

    functions: tuple[Function, ...]

    def bound(self, context: str) -> Iterator[tuple[Function, Binding]]:
        """Each gesture that means something in this context, with its function."""
        every = [(function, binding) for function in self.functions for binding in function.bindings]
        own = {binding.gesture for _, binding in every if binding.context == context}
        for function, binding in every:
            if binding.context == context or (binding.context is None and binding.gesture not in own):
                yield function, binding


class MappingError(ValueError):
    """A mapping of buttons is refused; `faults` says why, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


_KINDS: Final[Mapping[str | None, Kind]] = {None: "press", "long": "long", "repeat": "repeat"}
_BINDING = re.compile(
    r"(?P<one>\w+)(?:\s*\+\s*(?P<other>\w+))?(?:\s+(?P<kind>long|repeat))?"
    r"(?:\s+(?P<hold>\d+(?:\.\d+)?)\s*s)?(?:\s+in\s+(?P<context>\w+))?",
    re.ASCII,
)


def read_binding(text: str) -> Binding:
    """The gesture that `text` says, as `TRIP+BACK 2 s`. ValueError with a sentence where it says none."""
    match = _BINDING.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text.strip()!r} is no gesture: write TRIP, TRIP long, PLUS repeat or TRIP+BACK 2 s")
    one, other, kind, hold, context = match.group("one", "other", "kind", "hold", "context")
    buttons = tuple(sorted(_button(each) for each in (one, other) if each))
    if context is not None and context not in CONTEXTS:
        raise ValueError(f"{text.strip()!r}: there is no {context!r}, only {', '.join(CONTEXTS)}")
    if len(buttons) == 2:
        if kind is not None:
            raise ValueError(f"{text.strip()!r}: a chord is held as it is, it has no {kind}")
        return Binding("chord", buttons, float(hold or HOLD), context)
    if hold is not None:
        raise ValueError(f"{text.strip()!r}: only a chord has a hold time of its own")
    return Binding(_KINDS[kind], buttons, context=context)


def _button(text: str) -> Button:
    known = number(text)
    if known is None:
        raise ValueError(f"there is no button {text!r}{_meant(text.upper(), [button.name for button in Button])}")
    return Button(known)


def _function(action: str, gestures: str, hint: str, words: str, key: str = "", *, distance: bool = False) -> Function:
    bindings = tuple(map(read_binding, gestures.split(","))) if gestures else ()
    return Function(action, hint, words, bindings, distance, key)


_STEP = "10 m, 0.01 mile in miles, 1 m in regularity"

TABLE: Final = Table(
    (
        _function("zero_partial", "TRIP", "zero partial", "sets the partial to zero", distance=True),
        _function(
            "freeze", "TRIP long", "freeze", "holds the display for a minute, or releases it; counting goes on", "f"
        ),
        _function("next_note", "NEXT", "next note", "goes to the next note"),
        _function("next_page", "NEXT long", "next page", "turns to the next page", "p"),
        _function("previous_note", "BACK", "note before", "goes back to the note before"),
        _function("previous_page", "BACK long", "page before", "turns to the page before"),
        _function("plus", "PLUS, PLUS repeat", "+", f"adds a step to the distance ({_STEP})", distance=True),
        _function("minus", "MINUS, MINUS repeat", "-", f"takes a step off the distance ({_STEP})", distance=True),
        _function("repeat_call", "MARK in drive, DRIVER_REPEAT", "say again", "says the last call again", "r"),
        _function("mark", "MARK in prerun, DRIVER_MARK", "mark", "marks this place, with time and distance", "m"),
        _function("menu", "MARK long", "menu", "opens the menu, or closes it", "tab"),
        _function("hush", "DRIVER_REPEAT long", "hush", "silences the voice, or lets it speak again", "h"),
        _function("backwards", "PLUS+MINUS", "backwards", "counts backwards, or forwards again", "b", distance=True),
        _function("sync", "TRIP+MARK", "sync to note", "sets the total to the nearest note's", "s", distance=True),
        _function("undo", "BACK+MINUS", "undo", "takes back the last change of a distance", "u", distance=True),
        _function("zero_total", "TRIP+BACK 2 s", "zero total", "sets the total to zero", distance=True),
        _function("night", "", "night / day", "changes to the night colours, or back to the day's", "n"),
        _function("calls", "", "calls", "calls every note, dangers alone, a sound and a word, or nothing", "c"),
        _function("louder", "", "louder", "makes the voice louder, up to what the configuration allows", "+"),
        _function("softer", "", "softer", "makes the voice softer", "-"),
        _function("hints", "", "hints", "shows what the buttons do, or makes room for the notes", "i"),
        _function("menu_down", "NEXT in menu", "down", "goes down in the menu"),
        _function("menu_up", "BACK in menu", "up", "goes up in the menu"),
        _function("menu_choose", "MARK in menu", "choose", "does what the menu points at"),
        _function("form_next", "NEXT in form", "next field", "goes to the next field of a form, or down a list"),
        _function("form_previous", "BACK in form", "field before", "goes to the field before, or up a list"),
        _function("form_more", "PLUS in form, PLUS repeat in form", "more", "the next choice, or more of the value"),
        _function(
            "form_less", "MINUS in form, MINUS repeat in form", "less", "the choice before, or less of the value"
        ),
        _function("form_confirm", "MARK in form", "do it", "does what the form says", distance=True),
        _function("form_leave", "MARK long in form", "leave", "leaves the form; nothing is changed"),
        _function("accept", "MARK in offer", "take it", "takes what the screen offers", distance=True),
        _function(
            "rejoin",
            "",
            "take the place",
            "takes the place that was found, after its offer was let pass",
            distance=True,
        ),
        _function("mile_here", "MARK in mile, DRIVER_MARK in mile", "the post", "begins a measured mile, or ends it"),
        _function("mile_leave", "MARK long in mile", "leave", "leaves the measured mile; nothing is changed"),
        _function("mile", "", "measured mile", "opens a form for a way of known length, to measure the wheel by"),
        _function("report_on", "NEXT in report", "more", "turns the load report to its next page"),
        _function("report_back", "BACK in report", "before", "turns the load report back"),
        _function("report_done", "MARK in report", "done", "leaves the load report; takes a new book into use"),
        _function("report_leave", "MARK long in report", "leave", "leaves the load report; nothing is changed"),
        _function("books", "", "roadbooks", "lists the roadbooks on a stick: load one, or give the stick back"),
        _function("report", "", "load report", "shows what is doubtful in the book, and what to do"),
        _function("set_total", "", "set the total", "opens a form for the total"),
        _function("amend", "", "amend", "opens a form for what a bulletin changes: a danger, a box, a zone", "a"),
    )
)


def context(
    *, book: bool, menu: bool, form: bool = False, offer: bool = False, mile: bool = False, report: bool = False
) -> str:
    """Which context holds: the first of these that is open; else the drive's, or without a book the making of one."""
    for holds, name_ in ((form, "form"), (menu, "menu"), (mile, "mile"), (report, "report"), (offer, "offer")):
        if holds:
            return name_
    return "drive" if book else "prerun"


@cache
def gestures(source: str, table: Table = TABLE, context: str = "drive") -> Gestures:
    """What the buttons on this source of contacts (`gpio`, `pod`, `key`) can do in this context."""
    bound = [binding for _, binding in table.bound(context)]
    return Gestures(
        long=_of_kind("long", bound),
        repeating=_of_kind("repeat", bound),
        chords=tuple(
            Chord((int(one), int(other)), binding.hold)
            for binding in bound
            if binding.kind == "chord"
            for one, other in combinations(binding.buttons, 2)
        ),
        settle=SETTLE.get(source, 0.0),
        grace=GRACE.get(source, 0.0),
    )


def _of_kind(kind: Kind, bound: Sequence[Binding]) -> tuple[int, ...]:
    return tuple(sorted({int(binding.buttons[0]) for binding in bound if binding.kind == kind}))


def action(context: str, gesture: Gesture, table: Table = TABLE) -> str | None:
    """What this gesture does in this context; None where it does nothing."""
    return _actions(table, context).get((gesture.kind, tuple(sorted(gesture.buttons))))


def function(action: str, table: Table = TABLE) -> Function | None:
    """The function that is named so; None where there is none."""
    return next((each for each in table.functions if each.action == action), None)


@cache
def _actions(table: Table, context: str) -> Mapping[tuple[str, tuple[int, ...]], str]:
    return {(binding.kind, binding.buttons): function.action for function, binding in table.bound(context)}


def hints(context: str, table: Table = TABLE) -> tuple[tuple[Binding, str], ...]:
    """Each gesture of this context with its few words for the screen, in the order of the table."""
    return tuple((binding, function.hint) for function, binding in table.bound(context))


def as_markdown(table: Table = TABLE) -> str:
    """The table for the handbook: a row a function."""
    rows = ["| gesture | key | what it does |", "|---|---|---|"]
    for function in table.functions:
        ways = [each.spoken() + (f" (in {each.context})" if each.context else "") for each in function.bindings]
        rows.append(f"| {'; '.join(ways) or 'in the menu'} | {function.key.upper()} | {function.words} |")
    return "\n".join(rows) + "\n"


def keys_as_markdown() -> str:
    """The keys that are buttons, for the handbook: a row a button."""
    rows = ["| button | keys |", "|---|---|"]
    for button in Button:
        keys = [key for key, meant in KEYS.items() if meant is button]
        rows.append(f"| {name(button)} | {', '.join(keys)} |")
    return "\n".join(rows) + "\n"


def parse_mapping(entries: Mapping[str, str], table: Table = TABLE) -> Table:
    """`table` with the crew's own gestures: `{"sync": "NEXT+MARK 1.5 s", "hush": ""}`, commas between several.

    A function that is not named keeps its gestures. MappingError with every fault, where there is one.
    """
    found: list[str] = []
    new: dict[str, tuple[Binding, ...]] = {}
    actions = [function.action for function in table.functions]
    for entry, text in entries.items():
        if entry not in actions:
            found.append(f"there is no function {entry!r}{_meant(entry, actions)}")
            continue
        try:
            new[entry] = tuple(map(read_binding, text.split(","))) if text.strip() else ()
        except ValueError as error:
            found.append(f"{entry}: {error}")
    functions = (replace(each, bindings=new.get(each.action, each.bindings)) for each in table.functions)
    mapped = Table(tuple(functions))
    found += faults(mapped)
    if found:
        raise MappingError(found)
    return mapped


def faults(table: Table) -> list[str]:
    """Why this table cannot be worked by fingers, a sentence each; empty where every gesture does one thing."""
    found: dict[str, None] = {}
    for function in table.functions:
        for binding in function.bindings:
            found.update(dict.fromkeys(_own_faults(function, binding)))
    for context in CONTEXTS:
        for one, other in combinations(table.bound(context), 2):
            fault = _clash(*one, *other)
            if fault is not None:
                found[fault] = None
    return list(found)


def _own_faults(function: Function, binding: Binding) -> Iterator[str]:
    said = f"{function.action} on {binding}"
    if binding.kind != "chord":
        return
    if len(set(binding.buttons)) < 2:
        yield f"{said}: a chord needs two buttons"
    if len(DRIVERS & set(binding.buttons)) == 1:
        yield f"{said}: one hand cannot reach both seats, and two people pressing at once would make it"
    if binding.hold < SHORTEST_CHORD:
        yield f"{said}: two quick presses overlap as long; hold it {SHORTEST_CHORD:g} s or more"
    if binding.hold >= STUCK:
        yield f"{said}: a contact closed for {STUCK:g} s counts as stuck before that"


def _clash(one: Function, binding: Binding, other: Function, second: Binding) -> str | None:
    """Why these two gestures cannot stand in one context."""
    if set(binding.buttons) != set(second.buttons):
        return None
    if binding.kind == second.kind == "chord" and binding.hold != second.hold:
        first, later = sorted([(binding, one), (second, other)], key=lambda bound: bound[0].hold)
        return f"{later[1].action} on {later[0]} would never come: {first[1].action} on {first[0]} comes before it"
    if binding.kind == second.kind:
        both = f"{one.action} and {other.action} are both" if one != other else f"{one.action} is twice"
        return f"{both} on {binding}"
    if {binding.kind, second.kind} == {"long", "repeat"}:
        never = one if binding.kind == "long" else other
        return (
            f"{never.action} would never come: {name(binding.buttons[0])} repeats while it is held, so it has no long"
        )
    return None


def _meant(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
