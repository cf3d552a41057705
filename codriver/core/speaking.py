"""The voice is given something to say, or it is taken from it; and what is written down of what was said.

Metres of the book, seconds. When is not decided here.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from codriver.core import choice, clock, horizon, leads
from codriver.core.choice import Next
from codriver.core.horizon import Laid, Slot
from codriver.core.leads import Here
from codriver.core.outs import Call, Called, Decided, Silence
from codriver.core.plan import Plan
from codriver.core.spoken import GRAVE, Answer, Calls, Said, Saying, Warned, mode, spent
from codriver.signals import stamp
from codriver.units import Seconds

# Calls that wait for their notes to be passed, and dangers to be brought to mind, at most.
WAITING: Final = 8
WARNED: Final = 8
# What is queued under such a name is a sound alone.
TONE: Final = "tone "


def call(calls: Calls, plan: Plan, here: Here) -> Answer:
    """The notes that are due, in one breath; those left out between are settled by that."""
    laid = choice.laid_out(calls, plan, here)
    how = mode(calls, plan)
    said = horizon.chain(plan, how, here, laid)
    if not said:
        return calls, ()
    rows = (*_left_out(plan, here, laid, said), *_altered(plan, here, said))
    calls, outs = begin(calls, plan, here, said, "note")
    return calls, (*rows, *outs)


def _left_out(plan: Plan, here: Here, laid: Laid, said: tuple[Slot, ...]) -> Iterator[Decided]:
    """What is settled by these being said before it: it is not called."""
    for each in laid.left:
        if each.note < said[-1].note:
            yield Decided(here.t, plan.book.notes[each.note].number, "dropped", each.why)


def _altered(plan: Plan, here: Here, said: tuple[Slot, ...]) -> Iterator[Decided]:
    """What is said shorter than it could be, or in one breath with another."""
    for each in said:
        if each.form != "full":
            why = "to a sound" if each.form == "tone" else "too dense"
            yield Decided(here.t, plan.book.notes[each.note].number, "shortened", why)
    first = plan.book.notes[said[0].note].numbered
    for each in said[1:]:
        yield Decided(here.t, plan.book.notes[each.note].number, "merged", f"with box {first}")


def preempted(calls: Calls, plan: Plan, here: Here) -> Answer:
    """Cut what is being said, for a danger. Notes that have not been said whole are called again, if there is time."""
    saying = calls.saying
    assert saying is not None
    if horizon.first_danger(plan, mode(calls, plan), here, calls.next, calls.already) is None:
        return replace(calls, at=None, aimed=None), ()
    took = here.t - saying.t
    unsaid = [index for index, end in zip(saying.notes, saying.ends, strict=False) if end > took + leads.PAUSE]
    calls, silence = hushed(replace(calls, at=None, aimed=None), here)
    back = [index for index in unsaid if saying.kind == "note" and index >= here.pointer]
    if back:
        between = (index for index in range(back[0], calls.next) if index not in unsaid)
        calls = replace(calls, next=back[0], already=tuple(sorted({*calls.already, *between})))
    rows = tuple(Decided(here.t, plan.book.notes[index].number, "preempted", "a danger first") for index in unsaid)
    danger = horizon.first_danger(plan, mode(calls, plan), here, calls.next, calls.already)
    if danger is None:
        return calls, (*silence, *rows)
    following = calls.next
    calls, outs = begin(calls, plan, here, (danger,), "note")
    if danger.note > following:
        calls = replace(calls, next=following, already=tuple(sorted({*calls.already, danger.note})))
    return calls, (*silence, *rows, *outs)


def begin(calls: Calls, plan: Plan, here: Here, slots: tuple[Slot, ...], kind: str) -> Answer:
    """These notes in one breath, from the first's sound on, each with the distance from the one before it."""
    words: list[str] = []
    ends: list[Seconds] = []
    cuts: list[Seconds] = []
    spoken: list[str] = []
    how, notes = mode(calls, plan), tuple(slot.note for slot in slots)
    sound = leads.prompt(plan, notes[0]) if how == "prompt" else leads.sound(plan, notes[0])
    length, before = leads.sounding(sound), 0.0
    ways = [leads.way(plan, here, index) for index in notes]
    for slot, way in zip(slots, ways, strict=True):
        parts = leads.fragments(plan, how, slot.note, way - before, slot.form, first=not words, about=here.about)
        for part in parts:
            length += plan.seconds[part] + (leads.PAUSE if spoken else 0.0)
            cuts.append(stamp(length))
            spoken.append(part)
        before = way
        words.append(": ".join(parts))
        ends.append(stamp(length))
    boxes = [plan.book.notes[index] for index in notes]
    saying = Saying(
        calls.count + 1,
        kind,
        here.t,
        here.total,
        notes,
        tuple(words),
        tuple(ends),
        tuple(box.number for box in boxes),
        tuple(round(here.total + way, 3) for way in ways),
        max(box.danger for box in boxes),
        passed=(None,) * len(notes),
        cuts=tuple(cuts),
        dangers=tuple(box.danger for box in boxes),
    )
    following = notes[-1] + 1 if kind == "note" else calls.next
    calls = replace(
        spent(calls, here.t, saying.length),
        next=following,
        already=tuple(index for index in calls.already if index >= following),
        count=calls.count + len(notes),
        saying=saying,
        last=saying,
        at=None,
        aimed=None,
    )
    return calls, (Call(saying.id, kind, sound, tuple(spoken), saying.length),)


def alert(calls: Calls, plan: Plan, here: Here) -> Answer:
    """The first that waits: its words, or a sound alone."""
    name, *rest = calls.queue
    calls = replace(calls, queue=tuple(rest))
    if name.startswith(TONE):
        return _say(calls, here, "alert", name.removeprefix(TONE), "", (), leads.sounding(name.removeprefix(TONE)))
    words = plan.phrases.alert(name)
    kind = "zone" if name == "zone_over" else "alert"
    return _say(calls, here, kind, "", words, (words,), leads.seconds(plan, (words,)))


def beside(calls: Calls, plan: Plan, here: Here, chosen: Next, parts: tuple[str, ...]) -> Answer:
    """A reminder, a ring or a danger nearby: of a note, but no call of it."""
    sound = "" if chosen.what == "ring" else leads.sound(plan, chosen.note)
    length = leads.sounding(sound) + leads.seconds(plan, parts)
    number = plan.book.notes[chosen.note].number
    danger = plan.book.notes[chosen.note].danger
    words = ": ".join(parts) or plan.scripts[chosen.note].prompt  # for the eye, where there is a sound alone
    return _say(calls, here, "alert", sound, words, parts, length, number, danger)


def _say(
    calls: Calls,
    here: Here,
    kind: str,
    sound: str,
    words: str,
    parts: tuple[str, ...],
    length: Seconds,
    number: int | None = None,
    danger: int = 0,
) -> Answer:
    numbers = () if number is None else (number,)
    saying = Saying(calls.count + 1, kind, here.t, here.total, (), (words,), (stamp(length),), numbers, danger=danger)
    calls = spent(calls, here.t, saying.length)
    calls = replace(calls, count=calls.count + 1, saying=saying, at=None, aimed=None)
    return calls, (Call(saying.id, kind, sound, parts, saying.length),)


def hushed(calls: Calls, here: Here) -> Answer:
    """Cut what is being said. The voice will say `cut`, of a call that is over by then."""
    if calls.saying is None:
        return calls, ()
    silence = Silence(calls.saying.id)
    calls, outs = ended(calls, here, here.t, cut=True)
    return calls, (silence, *outs)


def ended(calls: Calls, here: Here, t: Seconds, *, cut: bool = False) -> Answer:
    """The words are over, at `t`: a row for each note, or for the alert. Of a call that was cut, what was begun."""
    saying = calls.saying
    assert saying is not None
    took = max(t - saying.t, 0.0)
    share = 1.0 if cut or not saying.length else took / saying.length
    rows = tuple(
        _row(saying, here, number, min(end * share, took))
        for number, end in enumerate(saying.ends)
        if not cut or number == 0 or saying.ends[number - 1] < took
    )
    ahead = tuple(
        Said(row.id, note, stamp(row.t + row.speech_s), round(total - row.ends_m, 3))
        for row, note, total in zip(rows, saying.notes, saying.totals, strict=False)
        if saying.kind == "note" and row.lead_m is None and note >= here.pointer
    )
    said = tuple(each for each in calls.said if each.note >= here.pointer)
    dangers = (
        Warned(note, here.t)
        for note, danger in zip(saying.notes, saying.dangers, strict=True)
        if note >= here.pointer and danger >= GRAVE and not cut and saying.kind == "note"
    )
    return replace(
        calls,
        saying=None,
        at=None,
        aimed=None,
        last=saying if saying.notes else calls.last,
        said=(*said, *ahead)[-WAITING:],
        warned=(*calls.warned, *dangers)[-WARNED:],
    ), rows


def _row(saying: Saying, here: Here, number: int, end: Seconds) -> Called:
    """The row of one note of a call, whose last word came `end` seconds after the call began."""
    since = here.t - saying.t
    ends_m = saying.from_m + (here.total - saying.from_m) * (end / since if since > 0.0 else 1.0)
    passed = saying.passed[number] if saying.passed else None
    ahead = saying.kind == "note" and passed is not None
    return Called(
        id=saying.id + number,
        t=saying.t,
        utc=clock.text(clock.at(here.utc, saying.t)),
        note=saying.numbers[number] if saying.numbers else None,
        kind=saying.kind,
        words=saying.words[number],
        speech_s=stamp(end),
        ends_m=round(ends_m, 3),
        lead_m=round(saying.totals[number] - ends_m, 3) if ahead else None,
        lead_s=stamp(passed - saying.t - end) if ahead and passed is not None else None,
        chain=saying.id if len(saying.notes) > 1 else None,
    )
