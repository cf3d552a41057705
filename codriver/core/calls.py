"""Calls: what is being said, what was, and what becomes of it; when the next one begins is laid out by `horizon`.

Each note is called once, and never when it is passed already. The voice answers; where there is none a call ends by its
own length. A danger takes the voice from information, at the end of a fragment. What the crew asks of the calls is done
here, too, and what follows from being off the course. Metres of the book, seconds. Knows nothing of audio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import aside, clock, horizon, leads, rings
from codriver.core.horizon import Laid, Slot
from codriver.core.leads import Here
from codriver.core.outs import Call, Called, Decided, Led, Out, Silence
from codriver.core.plan import Plan
from codriver.roadbook.model import Note
from codriver.signals import stamp
from codriver.units import Metres, MetresPerSecond, Seconds

# A voice that has not said that it ended is believed to have, so long after it should.
OVERDUE: Final[Seconds] = 2.0
WAITING: Final = 8
AHEAD: Final = 16  # notes that can have been called and not been reached
# What is queued under such a name is a sound alone.
TONE: Final = "tone "
MODES: Final = ("full", "dangers", "desert", "pacenotes", "prompt", "off")
# A call is planned anew where the car is so far from where it was foreseen, or its speed so much another.
ASTRAY_BY: Final[Metres] = 2.0
FASTER_BY: Final = 0.5
# Seconds of speech that are gained each second, and saved up at most; so a third of the time is speech at the most.
EARNS: Final = 0.3
SAVED: Final[Seconds] = 12.0
# A danger waits no longer for the end of a fragment.
HOLDS_UP: Final[Seconds] = 0.6
# A danger whose words have just ended is not brought to mind again.
FRESH: Final[Seconds] = 1.5
WARNED: Final = 8
GRAVE: Final = 2


class Saying(Struct, frozen=True, array_like=True):
    """A call under way, or the last one: `notes` are indexes, `words` and `ends` one a note, seconds from its begin.

    `t` is when it was asked for, then when the voice began; `from_m` the total there; `heard` whether it did begin.
    `numbers` and `dangers` are its notes' own, `totals` where they are in the count of now; `passed` the moments at
    which they were passed while it was said. `cuts` are where its fragments end, seconds from its begin: there it may
    be cut short.
    """

    id: int
    kind: str
    t: Seconds
    from_m: Metres
    notes: tuple[int, ...]
    words: tuple[str, ...]
    ends: tuple[Seconds, ...]
    numbers: tuple[int, ...] = ()
    totals: tuple[Metres, ...] = ()
    danger: int = 0
    heard: bool = False
    passed: tuple[Seconds | None, ...] = ()
    cuts: tuple[Seconds, ...] = ()
    dangers: tuple[int, ...] = ()

    @property
    def length(self) -> Seconds:
        """Seconds from its begin to its last word."""
        return self.ends[-1]


class Said(NamedTuple):
    """A call whose note is still ahead: its row's id, the note's index, when its words ended, and how far before it."""

    id: int
    note: int
    t: Seconds
    ahead_m: Metres


class Since(NamedTuple):
    """The odometer's reading when the total was last set, and the noise and bias that it had gathered by then."""

    at: Metres = 0.0
    noise: float = 0.0
    bias: Metres = 0.0


class Aimed(NamedTuple):
    """What the next call was planned by: a moment, the total and the speed there, and all else that it hangs on.

    `counts` is whether the total tells of any note to come; `saying` and `queue` are what the voice has to do.
    """

    t: Seconds
    total: Metres
    speed: MetresPerSecond
    shift: Metres
    pointer: int
    next: int
    mode: str
    counts: bool
    saying: int
    queue: int


class Warned(NamedTuple):
    """A danger that was called and is not passed: the note's index, and when its words ended."""

    note: int
    t: Seconds


class Calls(Struct, frozen=True, array_like=True):
    """`next` is the note after the last that was called; `at` when a call is due at the speed of now.

    `mode` is the crew's own choice, None leaves it to the plan. `queue` are alerts to be said when the voice is free.
    `voice` is what is known of it: "" nothing, "ready", "dead". `already` are notes from `next` on that were called
    before another one came in between. `aimed` is what `at` rests on, and `left` what was left out by that plan.
    `fund` is the speech saved up at `fund_t`. `warned` are dangers to be brought to mind at the last moment; `rung` the
    note and the ring that was said last; `exit` the total behind which a zone has surely ended. `astray` is whether the
    crew knows that calls have stopped, `near` the dangers called meanwhile.
    """

    next: int = 0
    mode: str | None = None
    count: int = 0
    saying: Saying | None = None
    last: Saying | None = None
    said: tuple[Said, ...] = ()
    queue: tuple[str, ...] = ()
    at: Seconds | None = None
    voice: str = ""
    already: tuple[int, ...] = ()
    since: Since = Since()
    aimed: Aimed | None = None
    left: tuple[tuple[int, str], ...] = ()
    fund: Seconds = SAVED
    fund_t: Seconds = 0.0
    warned: tuple[Warned, ...] = ()
    rung: tuple[int, int] | None = None
    exit: Metres | None = None
    astray: bool = False
    near: tuple[int, ...] = ()


class Next(NamedTuple):
    """What is said next, and when: an alert, a note's call, a reminder, a ring, the end of a zone, a danger nearby."""

    at: Seconds
    what: Literal["alert", "note", "remind", "ring", "exit", "near"]
    note: int = 0
    ring: int = 0
    metres: Metres = 0.0


Answer: TypeAlias = tuple[Calls, tuple[Out, ...]]


def mode(calls: Calls, plan: Plan) -> str:
    """What is called: full, dangers, prompt or off; the profile's word is the last."""
    if not plan.settings.allow.voice:
        return "off"
    return calls.mode or plan.settings.calls


def start(calls: Calls, plan: Plan) -> Calls:
    """A new segment: what was being said is lost with the time it was said in. A book without dangers says so."""
    kept = Calls(
        next=calls.next,
        mode=calls.mode,
        count=calls.count,
        already=calls.already,
        since=calls.since,
        fund=_saved(calls, calls.fund_t),
        exit=calls.exit,
        astray=calls.astray,
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
    if here.astray != calls.astray:
        calls = _strayed(calls, plan, astray=here.astray)
    if _as_foreseen(calls, plan, here):
        return calls
    at, left = _planned(calls, plan, here)
    return replace(calls, at=at, left=left, aimed=_aimed(calls, plan, here))


def tick(calls: Calls, plan: Plan, here: Here) -> Answer:
    """Begin the call that is due, or end the one that nobody has heard of."""
    at = due(calls)
    if at is None or at > here.t:
        return calls, ()
    if calls.saying is not None:
        if calls.at is not None and calls.at <= here.t:
            return _preempted(calls, plan, here)
        return _ended(calls, here, calls.saying.t + calls.saying.length)
    calls, chosen = replace(calls, at=None, aimed=None), _next(calls, plan, here)
    if chosen is None or chosen.at > here.t:
        return calls, ()
    match chosen.what:
        case "alert":
            return _alert(calls, plan, here)
        case "note":
            return _call(calls, plan, here)
        case "remind":
            warned = tuple(one for one in calls.warned if one.note != chosen.note)
            return _aside(replace(calls, warned=warned), plan, here, chosen, ())
        case "ring":
            word = plan.phrases.ring(chosen.ring)
            return _aside(replace(calls, rung=(chosen.note, chosen.ring)), plan, here, chosen, (word,))
        case "exit":
            return _alert(replace(calls, exit=None, queue=("zone_over", *calls.queue)), plan, here)
        case "near":
            script = plan.scripts[chosen.note]
            said = script.prompt if mode(calls, plan) == "prompt" else script.full
            words = (plan.phrases.ahead(chosen.metres, about=True), said)
            near = (*calls.near, chosen.note)[-WARNED:]
            return _aside(replace(calls, near=near), plan, here, chosen, words)


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
            return _ended(calls, here, here.t)
        case "lost":
            return replace(calls, voice="dead"), ()
        case "cut":
            return _ended(calls, here, here.t, cut=True)
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
    how = mode(calls, plan)
    if how == "off":
        return
    for index in indexes:
        note, why = plan.book.notes[index], dict(calls.left).get(index)
        if index < calls.next or index in calls.already or not leads.wanted(plan, how, index):
            continue
        if why is None:
            why = "off course" if calls.astray else "no time"
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
    calls, silence = _hushed(calls, here)
    calls, outs = _begin(calls, plan, here, tuple(Slot(index, "full", 0.0, 0.0) for index in notes), "repeat")
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
    now = mode(calls, plan)
    return _set(calls, here, MODES[(MODES.index(now) + 1) % len(MODES)])


def _set(calls: Calls, here: Here, chosen: str) -> tuple[Calls, tuple[Out, ...], str]:
    calls, outs = _hushed(calls, here) if chosen == "off" else (calls, ())
    said = {"off": "calls_off", "dangers": "calls_dangers"}.get(chosen, "calls_on")
    return replace(calls, mode=chosen, queue=(said,)), outs, f"calls: {chosen}"


def _hushed(calls: Calls, here: Here) -> Answer:
    """Cut what is being said. The voice will say `cut`, of a call that is over by then."""
    if calls.saying is None:
        return calls, ()
    silence = Silence(calls.saying.id)
    calls, outs = _ended(calls, here, here.t, cut=True)
    return calls, (silence, *outs)


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
    laid = horizon.lay(plan, how, here, calls.next, calls.already, _saved(calls, here.t), horizon.SECONDS)
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
    calls, outs = _hushed(calls, here)
    known = {one.note for one in calls.warned}
    graves = (note for note, danger in zip(saying.notes, saying.dangers, strict=True) if danger >= GRAVE)
    dangers = (Warned(index, here.t) for index in graves if index not in known)
    calls = replace(calls, last=None, warned=(*calls.warned, *dangers)[-WARNED:])
    rows = tuple(Decided(here.t, number, "hushed", "by the crew") for number in saying.numbers)
    return calls, (*outs, *rows), "hushed"


def _strayed(calls: Calls, plan: Plan, *, astray: bool) -> Calls:
    """The car has left the course, or is on it again: calls stop or go on, which is said once."""
    said = () if mode(calls, plan) == "off" else ("off_route" if astray else "on_route",)
    return replace(calls, astray=astray, queue=(*calls.queue, *said), near=(), aimed=None)


def _aimed(calls: Calls, plan: Plan, here: Here) -> Aimed:
    return Aimed(
        here.t,
        round(here.total, 2),
        round(here.speed, 2),
        round(leads.shift(here), 1),
        here.pointer,
        calls.next,
        mode(calls, plan),
        here.measured and not here.backwards,
        0 if calls.saying is None else calls.saying.id,
        len(calls.queue),
    )


def _as_foreseen(calls: Calls, plan: Plan, here: Here) -> bool:
    """Whether the plan for the next call still holds: the car is where it was to be, at the speed it had."""
    was = calls.aimed
    if was is None or calls.astray or here.t < was.t:
        return False
    now = _aimed(calls, plan, here)
    return (
        abs(now.total - was.total - was.speed * (now.t - was.t)) < ASTRAY_BY
        and abs(now.speed - was.speed) < FASTER_BY
        and abs(now.shift - was.shift) < ASTRAY_BY
        and now[4:] == was[4:]
    )


def _planned(calls: Calls, plan: Plan, here: Here) -> tuple[Seconds | None, tuple[tuple[int, str], ...]]:
    """When something is to be said next, and what of the notes ahead is left out."""
    if calls.saying is not None:
        return _takes_over(calls, plan, here, calls.saying), calls.left
    chosen = _next(calls, plan, here)
    if chosen is None:
        return None, calls.left
    return stamp(chosen.at), tuple((each.note, each.why) for each in _laid(calls, plan, here).left)


def _laid(calls: Calls, plan: Plan, here: Here) -> Laid:
    how = mode(calls, plan)
    return horizon.lay(plan, how, here, calls.next, calls.already, _saved(calls, here.t))


def _next(calls: Calls, plan: Plan, here: Here) -> Next | None:
    """What is said next by a voice that is free; now where it should have begun already."""
    if calls.queue:
        return Next(here.t, "alert")
    how = mode(calls, plan)
    if how == "off" or here.backwards or not here.measured:
        return None
    if here.astray:
        near = aside.nearest(plan, here, calls.near)
        return None if near is None else Next(here.t, "near", near[0], 0, near[1])
    found = [
        one for one in (_note(calls, plan, here), _remind(calls, plan, here), _ring(calls, plan, how, here)) if one
    ]
    if calls.exit is not None and (at := _reached(here, calls.exit + leads.shift(here))) is not None:
        found.append(Next(at, "exit"))
    return min(found, key=lambda one: one.at, default=None)


def _note(calls: Calls, plan: Plan, here: Here) -> Next | None:
    laid = _laid(calls, plan, here)
    if not laid.slots:
        return None
    first = laid.slots[0]
    if first.begin <= 0.0:
        return Next(here.t, "note", first.note)
    return Next(stamp(here.t + first.begin), "note", first.note) if here.speed > leads.CRAWL else None


def _remind(calls: Calls, plan: Plan, here: Here) -> Next | None:
    """A danger that was called, at the last moment to brake; not where its words have only just been heard."""
    for one in calls.warned:
        if one.note < here.pointer or (way := leads.way(plan, here, one.note)) < 0.0:
            continue
        at = _reached(here, here.total + way - rings.last_moment(plan, one.note, here.speed))
        return None if at is None else Next(max(at, stamp(one.t + FRESH)), "remind", one.note)
    return None


def _ring(calls: Calls, plan: Plan, how: str, here: Here) -> Next | None:
    if how != "desert":
        return None
    ring = rings.following(plan, here, calls.next, calls.rung)
    at = None if ring is None else _reached(here, ring.total)
    return None if ring is None or at is None else Next(at, "ring", ring.note, ring.number)


def _reached(here: Here, total: Metres) -> Seconds | None:
    """When the car is there at the speed of now: now where it is already; None where it stands before it."""
    if total <= here.total:
        return here.t
    return stamp(here.t + (total - here.total) / here.speed) if here.speed > leads.CRAWL else None


def _takes_over(calls: Calls, plan: Plan, here: Here, saying: Saying) -> Seconds | None:
    """When a danger has to take the voice from what is being said: at the end of a fragment; None where it has not."""
    if saying.danger >= GRAVE or here.astray or here.backwards or not here.measured or mode(calls, plan) == "off":
        return None
    begin = horizon.danger_begins(plan, mode(calls, plan), here, calls.next, calls.already)
    end = saying.t + saying.length
    if begin is None or here.t + begin >= end:
        return None
    return _cut(saying, here.t, max(here.t + begin, here.t))


def _cut(saying: Saying, now: Seconds, wanted: Seconds) -> Seconds | None:
    """Where a call is cut for a danger that wants the voice by then: at the end of a fragment, as near as there is one.

    None where it ends in time by itself. A fragment that would hold the danger up is cut in the middle.
    """
    ends = [saying.t + each for each in saying.cuts if saying.t + each >= now]
    before = [end for end in ends if end <= wanted]
    after = next((end for end in ends if end > wanted), wanted)
    if after - wanted <= HOLDS_UP:
        return None if after >= saying.t + saying.length else stamp(after)
    return stamp(before[-1] if before else wanted)


def _preempted(calls: Calls, plan: Plan, here: Here) -> Answer:
    """Cut what is being said, for a danger. Notes that have not been said whole are called again, if there is time."""
    saying = calls.saying
    assert saying is not None
    if horizon.first_danger(plan, mode(calls, plan), here, calls.next, calls.already) is None:
        return replace(calls, at=None, aimed=None), ()
    took = here.t - saying.t
    unsaid = [index for index, end in zip(saying.notes, saying.ends, strict=False) if end > took + leads.PAUSE]
    calls, silence = _hushed(replace(calls, at=None, aimed=None), here)
    back = [index for index in unsaid if saying.kind == "note" and index >= here.pointer]
    if back:
        between = (index for index in range(back[0], calls.next) if index not in unsaid)
        calls = replace(calls, next=back[0], already=tuple(sorted({*calls.already, *between})))
    rows = tuple(Decided(here.t, plan.book.notes[index].number, "preempted", "a danger first") for index in unsaid)
    danger = horizon.first_danger(plan, mode(calls, plan), here, calls.next, calls.already)
    if danger is None:
        return calls, (*silence, *rows)
    following = calls.next
    calls, outs = _begin(calls, plan, here, (danger,), "note")
    if danger.note > following:
        calls = replace(calls, next=following, already=tuple(sorted({*calls.already, danger.note})))
    return calls, (*silence, *rows, *outs)


def _call(calls: Calls, plan: Plan, here: Here) -> Answer:
    """The notes that are due, in one breath; those left out between are settled by that."""
    laid = _laid(calls, plan, here)
    how = mode(calls, plan)
    said = horizon.chain(plan, how, here, laid)
    if not said:
        return calls, ()
    rows = [
        Decided(here.t, plan.book.notes[each.note].number, "dropped", each.why)
        for each in laid.left
        if each.note < said[-1].note
    ]
    rows += [
        Decided(
            here.t, plan.book.notes[each.note].number, "shortened", "to a sound" if each.form == "tone" else "too dense"
        )
        for each in said
        if each.form != "full"
    ]
    rows += [
        Decided(
            here.t, plan.book.notes[each.note].number, "merged", f"with box {plan.book.notes[said[0].note].numbered}"
        )
        for each in said[1:]
    ]
    calls, outs = _begin(calls, plan, here, said, "note")
    return calls, (*rows, *outs)


def _begin(calls: Calls, plan: Plan, here: Here, slots: tuple[Slot, ...], kind: str) -> Answer:
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
        _spent(calls, here.t, saying.length),
        next=following,
        already=tuple(index for index in calls.already if index >= following),
        count=calls.count + len(notes),
        saying=saying,
        last=saying,
        at=None,
        aimed=None,
    )
    return calls, (Call(saying.id, kind, sound, tuple(spoken), saying.length),)


def _saved(calls: Calls, t: Seconds) -> Seconds:
    """The seconds of speech that are saved up by now."""
    return min(calls.fund + EARNS * max(t - calls.fund_t, 0.0), SAVED)


def _spent(calls: Calls, t: Seconds, length: Seconds) -> Calls:
    return replace(calls, fund=round(max(_saved(calls, t) - length, -SAVED), 3), fund_t=t)


def toned(calls: Calls, plan: Plan, sound: str) -> Calls:
    """This sound when the voice is free, without words; not where calls are off."""
    return calls if mode(calls, plan) == "off" else replace(calls, queue=(*calls.queue, f"{TONE}{sound}"))


def _alert(calls: Calls, plan: Plan, here: Here) -> Answer:
    name, *rest = calls.queue
    calls = replace(calls, queue=tuple(rest))
    if name.startswith(TONE):
        return _say(calls, here, "alert", name.removeprefix(TONE), "", (), leads.sounding(name.removeprefix(TONE)))
    words = plan.phrases.alert(name)
    kind = "zone" if name == "zone_over" else "alert"
    return _say(calls, here, kind, "", words, (words,), leads.seconds(plan, (words,)))


def _aside(calls: Calls, plan: Plan, here: Here, chosen: Next, parts: tuple[str, ...]) -> Answer:
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
    calls = _spent(calls, here.t, saying.length)
    calls = replace(calls, count=calls.count + 1, saying=saying, at=None, aimed=None)
    return calls, (Call(saying.id, kind, sound, parts, saying.length),)


def _ended(calls: Calls, here: Here, t: Seconds, *, cut: bool = False) -> Answer:
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
