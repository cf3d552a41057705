"""Calls: what becomes of them as time passes, the voice answers, notes are passed and the crew presses.

The face of the calls: `spoken` holds what is known, `choice` what is said next and when, as `horizon` lays it out, and
`speaking` says it. Each note is called once, and never when it is passed already. The voice answers; where there is
none a call ends by its own length. A danger takes the voice from information, at the end of a fragment. Metres of the
book, seconds. Knows nothing of audio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced
from typing import Final, NamedTuple

from msgspec.structs import replace

from codriver.core import choice, horizon, leads, rings, speaking
from codriver.core.horizon import Laid, Slot
from codriver.core.leads import Here
from codriver.core.outs import Decided, Led, Out
from codriver.core.plan import Plan
from codriver.core.speaking import TONE, WARNED
from codriver.core.spoken import GRAVE, Answer, Calls, Saying, Warned, mode, saved, wished
from codriver.roadbook.model import Note
from codriver.signals import stamp
from codriver.units import Seconds

# A voice that has not said that it ended is believed to have, so long after it should.
OVERDUE: Final[Seconds] = 2.0
AHEAD: Final = 16  # notes that can have been called and not been reached
MODES: Final = ("full", "dangers", "desert", "pacenotes", "prompt", "off")


def start(calls: Calls, plan: Plan) -> Calls:
    """A new segment: what was being said is lost with the time it was said in. A book without dangers says so."""
    kept = Calls(
        next=calls.next,
        mode=calls.mode,
        count=calls.count,
        already=calls.already,
        since=calls.since,
        fund=saved(calls, calls.fund_t),
        exit=calls.exit,
        astray=calls.astray,
        wary=calls.wary,
    )
    return unmarked(kept, plan)


def unmarked(calls: Calls, plan: Plan) -> Calls:
    """Under a book without dangers: what says so is to be said."""
    without = bool(plan.book.notes) and not any(note.danger for note in plan.book.notes)
    return replace(calls, queue=("no_dangers",)) if without and mode(calls, plan) != "off" else calls


def carried(calls: Calls, old: Sequence[Note], new: Sequence[Note], pointer: int) -> Calls:
    """The calls in another book: what was called of the notes that are in both is not called again.

    A note that the new book has not, or has changed, is called anew, and its old call is told of no more.
    """
    said = tuple(each._replace(note=index) for each in calls.said if (index := _found(old, new, each.note)) >= pointer)
    following = pointer
    while following < len(new) and 0 <= _found(new, old, following) < calls.next:
        following += 1
    called = (_found(old, new, index) for index in (*range(max(calls.next - AHEAD, 0), calls.next), *calls.already))
    return replace(
        calls,
        next=following,
        already=tuple(sorted(index for index in called if index >= following)),
        saying=_moved(calls.saying, old, new) if calls.saying else None,
        last=_moved(calls.last, old, new) if calls.last else None,
        said=said,
        aimed=None,
        left=(),
        warned=tuple(one._replace(note=at) for one in calls.warned if (at := _found(old, new, one.note)) >= pointer),
        rung=None,
        near=(),
    )


def _moved(saying: Saying, old: Sequence[Note], new: Sequence[Note]) -> Saying:
    """A call with its notes where they stand in the new book; one that is gone is nowhere, at -1."""
    return replace(saying, notes=tuple(_found(old, new, index) for index in saying.notes))


def _found(old: Sequence[Note], new: Sequence[Note], index: int) -> int:
    """Where the note of this index stands in the new book: as it was, whatever its number; -1 where it does not."""
    if not 0 <= index < len(old):
        return -1
    note = old[index]
    return next((at for at, other in enumerate(new) if other.total == note.total and _same(other, note)), -1)


def _same(one: Note, other: Note) -> bool:
    return replaced(one, number=other.number) == other


def due(calls: Calls) -> Seconds | None:
    """When a call begins, or takes the voice from another; or when one that is being said should have ended."""
    saying = calls.saying
    if saying is None:
        return calls.at
    patience = OVERDUE if saying.heard or calls.voice == "ready" else 0.0
    over = stamp(saying.t + saying.length + patience)
    return over if calls.at is None else min(over, calls.at)


def aim(calls: Calls, plan: Plan, here: Here) -> Calls:
    """Plan the next call anew, from here, where anything it hangs on has changed by more than a little."""
    if here.astray != calls.astray or here.wary != calls.wary:
        calls = _strayed(calls, plan, here)
    if choice.as_foreseen(calls, plan, here):
        return calls
    at, left = choice.planned(calls, plan, here)
    return replace(calls, at=at, left=left, aimed=choice.aimed(calls, plan, here))


def tick(calls: Calls, plan: Plan, here: Here) -> Answer:
    """Begin the call that is due, or end the one that nobody has heard of."""
    at = due(calls)
    if at is None or at > here.t:
        return calls, ()
    if calls.saying is not None:
        if calls.at is not None and calls.at <= here.t:
            return speaking.preempted(calls, plan, here)
        return speaking.ended(calls, here, calls.saying.t + calls.saying.length)
    calls, chosen = replace(calls, at=None, aimed=None), choice.following(calls, plan, here)
    if chosen is None or chosen.at > here.t:
        return calls, ()
    match chosen.what:
        case "alert":
            return speaking.alert(calls, plan, here)
        case "note":
            return speaking.call(calls, plan, here)
        case "remind":
            warned = tuple(one for one in calls.warned if one.note != chosen.note)
            return speaking.beside(replace(calls, warned=warned), plan, here, chosen, ())
        case "ring":
            word = plan.phrases.ring(chosen.ring)
            return speaking.beside(replace(calls, rung=(chosen.note, chosen.ring)), plan, here, chosen, (word,))
        case "exit":
            return speaking.alert(replace(calls, exit=None, queue=("zone_over", *calls.queue)), plan, here)
        case "near":
            script = plan.scripts[chosen.note]
            said = script.prompt if mode(calls, plan) == "prompt" else script.full
            words = (plan.phrases.ahead(chosen.metres, about=True), said)
            near = (*calls.near, chosen.note)[-WARNED:]
            return speaking.beside(replace(calls, near=near), plan, here, chosen, words)


def hear(calls: Calls, here: Here, text: str) -> Answer:
    """What the voice answers: `ready`, `dead`, and of a call `started`, `ended`, `cut` or `lost` with its id."""
    what, _, number = text.partition(" ")
    if what in {"ready", "dead"}:
        return replace(calls, voice=what), ()
    saying = calls.saying
    if saying is None or number != str(saying.id):
        return calls, ()
    match what:
        case "started":
            begun = replace(saying, t=here.t, from_m=here.total, heard=True)
            return replace(calls, saying=begun, aimed=None), ()
        case "ended":
            return speaking.ended(calls, here, here.t)
        case "lost":
            return replace(calls, voice="dead"), ()
        case "cut":
            return speaking.ended(calls, here, here.t, cut=True)
        case _:
            return calls, ()


def passed(calls: Calls, plan: Plan, indexes: range, t: Seconds) -> Answer:
    """These notes were passed by driving: their calls are told how far ahead they came."""
    outs = tuple(Led(said.id, said.ahead_m, stamp(t - said.t)) for said in calls.said if said.note in indexes)
    saying = calls.saying
    if saying is not None and any(index in indexes for index in saying.notes):
        moments = [t if note in indexes else was for note, was in zip(saying.notes, saying.passed, strict=True)]
        saying = replace(saying, passed=tuple(moments))
    missed = tuple(_missed(calls, plan, indexes, t))
    over = [plan.book.notes[index].total for index in indexes if rings.ends_zone(plan.book.notes[index])]
    warned = tuple(one for one in calls.warned if one.note not in indexes)
    if not outs and not missed and not over and saying is calls.saying and len(warned) == len(calls.warned):
        return calls, ()
    said = tuple(each for each in calls.said if each.note not in indexes)
    calls = replace(calls, saying=saying, said=said, warned=warned, exit=over[-1] if over else calls.exit)
    return calls, (*outs, *missed)


def _missed(calls: Calls, plan: Plan, indexes: range, t: Seconds) -> Iterator[Decided]:
    """Notes that were driven past uncalled, though they were to be called."""
    how = wished(calls, plan)
    if how == "off":
        return
    for index in indexes:
        note, why = plan.book.notes[index], dict(calls.left).get(index)
        if index < calls.next or index in calls.already or not leads.wanted(plan, how, index):
            continue
        if why is None:
            why = "off course" if calls.astray or calls.wary else "no time"
        yield Decided(t, note.number, "dropped" if why in {"speech", "too dense"} else "missed", why)


def back(calls: Calls, pointer: int) -> Calls:
    """The car has gone back behind notes that were called: they are called again when it comes up to them."""
    return replace(calls, next=min(calls.next, pointer), already=(), warned=(), rung=None, exit=None)


def repeat(calls: Calls, plan: Plan, here: Here) -> tuple[Calls, tuple[Out, ...], str]:
    """Say the last call again, with the distance from here; where its note is passed, the next one.

    Also where calls are off: who asks wants to hear it. What the event forbids is not said.
    """
    if not plan.settings.allow.voice:
        return calls, (), "the profile forbids the voice"
    last = calls.last
    still = () if last is None else tuple(index for index in last.notes if index >= here.pointer)
    notes = still or ((here.pointer,) if here.pointer < len(plan.book.notes) else ())
    if not notes:
        return calls, (), "say again: nothing lies ahead"
    calls, silence = speaking.hushed(calls, here)
    calls, outs = speaking.begin(calls, plan, here, tuple(Slot(index, "full", 0.0, 0.0) for index in notes), "repeat")
    return calls, silence + outs, f"say again: {', '.join(calls.saying.words) if calls.saying else ''}"


def hush(calls: Calls, plan: Plan, here: Here) -> tuple[Calls, tuple[Out, ...], str]:
    """Silence what is said of a note, at once and for good, but for its last beep; or all that is to come."""
    if not plan.settings.allow.voice:
        return calls, (), "the profile forbids the voice"
    if calls.saying is not None and calls.saying.notes and mode(calls, plan) != "off":
        return _silenced(calls, here, calls.saying)
    off = mode(calls, plan) != "off"
    own = plan.settings.calls if plan.settings.calls != "off" else "full"
    return _set(calls, here, "off" if off else own)


def choose(calls: Calls, plan: Plan, here: Here) -> tuple[Calls, tuple[Out, ...], str]:
    """The next of the modes: everything, dangers alone, rings, corners ahead, a sound and a word, nothing."""
    if not plan.settings.allow.voice:
        return calls, (), "the profile forbids the voice"
    now = wished(calls, plan)
    return _set(calls, here, MODES[(MODES.index(now) + 1) % len(MODES)])


def _set(calls: Calls, here: Here, what: str) -> tuple[Calls, tuple[Out, ...], str]:
    calls, outs = speaking.hushed(calls, here) if what == "off" else (calls, ())
    said = {"off": "calls_off", "dangers": "calls_dangers"}.get(what, "calls_dangers" if calls.wary else "calls_on")
    return replace(calls, mode=what, queue=(said,)), outs, f"calls: {what}"


class Coming(NamedTuple):
    """A call that is to come, for the eye: its notes, what is said of each, and in how many seconds it begins."""

    notes: tuple[int, ...]
    words: tuple[str, ...]
    begin: Seconds


def coming(calls: Calls, plan: Plan, here: Here, count: int = 2) -> tuple[Coming, ...]:
    """The next calls, as they are laid out from here; none where nothing will be called."""
    how = mode(calls, plan)
    if how == "off" or here.backwards or not here.measured or here.astray:
        return ()
    found: list[Coming] = []
    laid = horizon.lay(plan, how, here, calls.next, calls.already, saved(calls, here.t), horizon.SECONDS)
    while len(found) < count and (said := horizon.chain(plan, how, here, laid)):
        words = tuple(_words_of(plan, how, slot) for slot in said)
        found.append(Coming(tuple(slot.note for slot in said), words, max(said[0].begin, 0.0)))
        laid = Laid(laid.slots[len(said) :], laid.left)
    return tuple(found)


def _words_of(plan: Plan, how: str, slot: Slot) -> str:
    """A note's words without its distance, which runs on."""
    return ": ".join(leads.fragments(plan, how, slot.note, -1.0, slot.form, first=True))


def _silenced(calls: Calls, here: Here, saying: Saying) -> tuple[Calls, tuple[Out, ...], str]:
    """What is being said is cut, and is not said again: of its dangers the last-moment beep remains."""
    calls, outs = speaking.hushed(calls, here)
    known = {one.note for one in calls.warned}
    graves = (note for note, danger in zip(saying.notes, saying.dangers, strict=True) if danger >= GRAVE)
    dangers = (Warned(index, here.t) for index in graves if index not in known)
    calls = replace(calls, last=None, warned=(*calls.warned, *dangers)[-WARNED:])
    rows = tuple(Decided(here.t, number, "hushed", "by the crew") for number in saying.numbers)
    return calls, (*outs, *rows), "hushed"


def _strayed(calls: Calls, plan: Plan, here: Here) -> Calls:
    """The car has left the course, or may have, or is on it again: calls stop, are of dangers alone, or go on.

    It is said once, where calls are on and it makes a difference to them.
    """
    was, wanted = calls, wished(calls, plan)
    calls = replace(calls, astray=here.astray, wary=here.wary, near=(), aimed=None)
    if here.astray:
        word = "" if was.astray else "off_route"
    elif here.wary:
        word = "calls_dangers" if was.astray or wanted != "dangers" else ""
    else:
        word = "on_route" if was.astray else ("calls_on" if wanted != "dangers" else "")
    return replace(calls, queue=(*calls.queue, word)) if word and wanted != "off" else calls


def toned(calls: Calls, plan: Plan, sound: str) -> Calls:
    """This sound when the voice is free, without words; not where calls are off."""
    return calls if mode(calls, plan) == "off" else replace(calls, queue=(*calls.queue, f"{TONE}{sound}"))
