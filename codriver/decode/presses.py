"""Turn contact edges into gestures. Times are seconds; knows nothing of pins, threads or clocks.

A panel is one source of contacts (the pins, the pod, the keyboard); a contact at rest open is not kept, so a panel
nobody touches is empty. What a gesture does is the business of `core.buttons`: here a button is a number from 1.

The life of a contact: `closing` (first edge of a burst, not yet settled), `held` (meant, and nothing has come of it
yet), then one of `repeating`, `spent` (its gesture was had, or a chord was broken), `stuck`, until it settles open.
A `doubted` contact was closed when the segment began and counts for nothing until it has been open.

All gestures come at moments that follow from the edges alone (`due`), so that a replay at any speed is the same.
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.signals import stamp
from codriver.units import Metres, Seconds

Kind: TypeAlias = Literal["down", "press", "long", "chord", "repeat", "stuck"]
Phase: TypeAlias = Literal["closing", "held", "repeating", "spent", "stuck", "doubted"]

HOLD: Final[Seconds] = 0.8
STUCK: Final[Seconds] = 20.0

_LIVE: Final[tuple[Phase, ...]] = ("held", "repeating", "spent")


class Chord(Struct, frozen=True):
    """Two buttons that mean something together when both are held for `hold`, counted from the later closing."""

    buttons: tuple[int, int]
    hold: Seconds = HOLD


class Gestures(Struct, frozen=True):
    """Which gestures the buttons of one panel know, and its times.

    `settle` is how long a contact must rest to be believed; `grace` how much later than its stamp an edge may arrive,
    by which every timer waits: a release that was in time but lost a frame must still stop a repeat.
    `repeat_for` and `stuck_after` count from the closing edge, as `hold` does.
    """

    long: tuple[int, ...] = ()
    repeating: tuple[int, ...] = ()
    chords: tuple[Chord, ...] = ()
    settle: Seconds = 0.008
    grace: Seconds = 0.0
    hold: Seconds = HOLD
    repeat_every: Seconds = 0.2
    repeat_for: Seconds = 5.0
    stuck_after: Seconds = STUCK

    def pairs(self, one: int, other: int) -> bool:
        """Do these two buttons make a chord?"""
        return any(chord.buttons in {(one, other), (other, one)} for chord in self.chords)


class Contact(Struct, frozen=True, array_like=True):
    """A contact that is not at rest: `closed` and `changed` tell its last edge, `at` and `where` its closing edge.

    `heard` is when that closing edge came in: what came late may have its opening right behind it.
    """

    button: int
    closed: bool
    changed: Seconds
    at: Seconds
    where: tuple[Metres, ...] = ()
    heard: Seconds = 0.0
    phase: Phase = "closing"
    repeats: int = 0


class Panel(Struct, frozen=True):
    """The contacts of one source that are not at rest open, in the order of their closing."""

    contacts: tuple[Contact, ...] = ()


class Gesture(Struct, frozen=True):
    """What the crew did. `t` and `where` are those of the closing edge, of the later one in a chord.

    `down` comes at once with the first closing edge, for the screen alone: it may yet turn out to be a blip.
    """

    kind: Kind
    buttons: tuple[int, ...]
    t: Seconds
    where: tuple[Metres, ...] = ()


def edge(
    panel: Panel,
    table: Gestures,
    t: Seconds,
    button: int,
    closed: bool,
    where: tuple[Metres, ...] = (),
    heard: Seconds = 0.0,
) -> tuple[Panel, tuple[Gesture, ...]]:
    """Fold one edge; timers due by `t` fire first. The `where` of a closing edge comes back in its gesture.

    `heard` is when the edge came in, where that is later than `t`.
    """
    panel, before = _advance(panel, table, t)
    panel, down = _report(panel, closed, Contact(button, True, t, t, where, heard))
    panel, after = _advance(panel, table, t)
    return panel, before + down + after


def tick(panel: Panel, table: Gestures, t: Seconds) -> tuple[Panel, tuple[Gesture, ...]]:
    """Fire the timers that have come due at or before `t`."""
    if not panel.contacts:
        return panel, ()
    return _advance(panel, table, stamp(t - table.grace), waiting=True)


def due(panel: Panel, table: Gestures) -> Seconds | None:
    """The next moment at which `tick` has something to do, to the microsecond; None while there is none."""
    if not panel.contacts:
        return None
    first = _next(panel, table, waiting=True)
    return None if first is None else stamp(first.t + table.grace)


def start(panel: Panel, t: Seconds = 0.0) -> Panel:
    """The panel in a new segment, or after its source was lost at `t`: half-made presses go.

    A contact still closed is doubted, and is stuck if it stays so. Its next closing edge, too, proves that it opened.
    """
    closed = (contact for contact in panel.contacts if contact.closed)
    return Panel(tuple(Contact(contact.button, True, t, t, contact.where, t, "doubted") for contact in closed))


def _report(panel: Panel, closed: bool, contact: Contact) -> tuple[Panel, tuple[Gesture, ...]]:
    """Put a change of this button into the panel; `contact` is what it is if it closes now."""
    known = _find(panel, contact.button)
    if known is None or (known.phase == "doubted" and known.closed):
        if closed:
            return _put(panel, contact), (_gesture("down", contact),)
        if known is None:
            return panel, ()
    if known.closed == closed:
        return panel, ()  # a key that repeats by itself, or an edge the pin missed: the next opening mends it
    return _put(panel, replace(known, closed=closed, changed=contact.at)), ()


class _Timer(NamedTuple):
    t: Seconds
    order: int
    kind: Literal["settle", "chord", "long", "repeat", "stuck"]
    contact: Contact
    partner: Contact | None = None


def _advance(
    panel: Panel, table: Gestures, limit: Seconds, *, waiting: bool = False
) -> tuple[Panel, tuple[Gesture, ...]]:
    gestures: tuple[Gesture, ...] = ()
    while (timer := _next(panel, table, waiting=waiting)) is not None and timer.t <= limit:
        panel, fired = _fire(panel, table, timer)
        gestures += fired
    return panel, gestures


def _next(panel: Panel, table: Gestures, *, waiting: bool) -> _Timer | None:
    """The first timer. One who is `waiting` cannot know before an edge was heard that no opening lies behind it."""
    timers = (timer for contact in panel.contacts for timer in _timers(panel, table, contact))
    if waiting:
        timers = (timer._replace(t=max(timer.t, timer.contact.heard)) for timer in timers)
    return min(timers, key=lambda timer: timer[:2], default=None)


def _timers(panel: Panel, table: Gestures, contact: Contact) -> Iterator[_Timer]:
    """What this contact waits for. Every moment is on the microsecond grid, as `due` is, or a tick could miss it."""
    if contact.phase == "closing" or not contact.closed:
        yield _Timer(stamp(contact.changed + table.settle), 0, "settle", contact)
    if contact.phase != "stuck":
        yield _Timer(stamp(contact.at + table.stuck_after), 4, "stuck", contact)
    if contact.phase == "held" and (partner := _partner(panel, table, contact)) is not None:
        if contact == _later(contact, partner):
            yield _Timer(stamp(contact.at + _chord_hold(table, contact, partner)), 1, "chord", contact, partner)
    elif contact.phase == "held" and contact.button in table.long:
        yield _Timer(stamp(contact.at + table.hold), 2, "long", contact)
    elif contact.phase in {"held", "repeating"} and contact.button in table.repeating:
        held = table.hold + contact.repeats * table.repeat_every
        if stamp(held) <= table.repeat_for:
            yield _Timer(stamp(contact.at + held), 3, "repeat", contact)


def _fire(panel: Panel, table: Gestures, timer: _Timer) -> tuple[Panel, tuple[Gesture, ...]]:
    contact = timer.contact
    match timer.kind:
        case "settle" if contact.closed:
            return _settle_closed(panel, table, contact), ()
        case "settle":
            return _settle_open(panel, table, contact)
        case "chord":
            pair = [each for each in (contact, timer.partner) if each is not None]
            buttons = tuple(sorted(each.button for each in pair))
            return _spend(panel, pair), (Gesture("chord", buttons, contact.at, contact.where),)
        case "long":
            return _spend(panel, [contact]), (_gesture("long", contact),)
        case "repeat":
            again = replace(contact, phase="repeating", repeats=contact.repeats + 1)
            return _put(panel, again), (_gesture("repeat", contact),)
        case "stuck":
            return _put(panel, replace(contact, phase="stuck")), (_gesture("stuck", contact),)


def _settle_closed(panel: Panel, table: Gestures, contact: Contact) -> Panel:
    """The contact is meant. While a chord's two are both closed nothing but that chord may come of them.

    So a contact that meets a partner whose gesture is already had, or who is in another chord, is spent with it:
    a palm across the panel does nothing.
    """
    live = [each for each in panel.contacts if each.phase in _LIVE]
    partners = [each for each in live if table.pairs(each.button, contact.button)]
    rivals = [each for each in live if any(table.pairs(each.button, partner.button) for partner in partners)]
    one_chord = len(partners) == 1 and partners[0].phase == "held" and not rivals
    if one_chord or not partners:
        return _put(panel, replace(contact, phase="held"))
    return _spend(panel, [contact, *partners, *rivals])


def _settle_open(panel: Panel, table: Gestures, contact: Contact) -> tuple[Panel, tuple[Gesture, ...]]:
    rest = Panel(tuple(each for each in panel.contacts if each.button != contact.button))
    if contact.phase != "held":
        return rest, ()
    partner = _partner(panel, table, contact)
    if partner is not None:
        return _spend(rest, [partner]), ()  # a broken chord: neither release is a press
    return rest, (_gesture("press", contact),)


def _partner(panel: Panel, table: Gestures, contact: Contact) -> Contact | None:
    """The held contact that makes a chord with this held one, if any."""
    for each in panel.contacts:
        if each.phase == "held" and table.pairs(each.button, contact.button):
            return each
    return None


def _later(one: Contact, other: Contact) -> Contact:
    return max(one, other, key=lambda each: (each.at, each.button))


def _chord_hold(table: Gestures, one: Contact, other: Contact) -> Seconds:
    return min(chord.hold for chord in table.chords if set(chord.buttons) == {one.button, other.button})


def _gesture(kind: Kind, contact: Contact) -> Gesture:
    return Gesture(kind, (contact.button,), contact.at, contact.where)


def _find(panel: Panel, button: int) -> Contact | None:
    for contact in panel.contacts:
        if contact.button == button:
            return contact
    return None


def _put(panel: Panel, contact: Contact) -> Panel:
    """The panel with this contact in its button's place, or at the end."""
    if _find(panel, contact.button) is None:
        return Panel((*panel.contacts, contact))
    return Panel(tuple(contact if each.button == contact.button else each for each in panel.contacts))


def _spend(panel: Panel, contacts: list[Contact]) -> Panel:
    """Nothing more comes of these until they have been open."""
    for contact in contacts:
        panel = _put(panel, replace(contact, phase="spent"))
    return panel
