"""Calls: what is being said, what was, and what becomes of it; when the next one begins is planned by `leads`.

Each note is called once, and never when it is passed already. The voice answers; where there is none a call ends by its
own length. What the crew asks of the calls is done here, too. Metres of the book, seconds. Knows nothing of audio.
"""

from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import clock, leads
from codriver.core.leads import Here
from codriver.core.outs import Call, Called, Led, Out, Silence
from codriver.core.plan import Plan
from codriver.signals import stamp
from codriver.units import Metres, Seconds

# A voice that has not said that it ended is believed to have, so long after it should.
OVERDUE: Final[Seconds] = 2.0
WAITING: Final = 8
MODES: Final = ("full", "dangers", "prompt", "off")


class Saying(Struct, frozen=True):
    """A call under way, or the last one: `notes` are indexes, `words` and `ends` one a note, seconds from its begin.

    `t` is when it was asked for, then when the voice began; `from_m` the total there; `heard` whether it did begin.
    `numbers` and `totals` are its notes' own; `passed` the moments at which they were passed while it was said.
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

    @property
    def length(self) -> Seconds:
        """Seconds from its begin to its last word."""
        return self.ends[-1]


class Said(NamedTuple):
    """A call whose note is still ahead: its row's id, the note's index, and when and where its words ended."""

    id: int
    note: int
    t: Seconds
    ends_m: Metres


class Calls(Struct, frozen=True):
    """`next` is the note after the last that was called; `at` when a call is due at the speed of now.

    `mode` is the crew's own choice, None leaves it to the plan. `queue` are alerts to be said when the voice is free.
    `voice` is what is known of it: "" nothing, "ready", "dead".
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


Answer: TypeAlias = tuple[Calls, tuple[Out, ...]]


def mode(calls: Calls, plan: Plan) -> str:
    """What is called: full, dangers, prompt or off; the profile's word is the last."""
    if not plan.settings.allow.voice:
        return "off"
    return calls.mode or plan.settings.calls


def start(calls: Calls, plan: Plan) -> Calls:
    """A new segment: what was being said is lost with the time it was said in. A book without dangers says so."""
    fresh = Calls(next=calls.next, mode=calls.mode, count=calls.count)
    unmarked = bool(plan.book.notes) and not any(note.danger for note in plan.book.notes)
    return replace(fresh, queue=("no_dangers",)) if unmarked and mode(fresh, plan) != "off" else fresh


def due(calls: Calls) -> Seconds | None:
    """When a call begins, or one that is being said should have ended."""
    saying = calls.saying
    if saying is None:
        return calls.at
    patience = OVERDUE if saying.heard or calls.voice == "ready" else 0.0
    return stamp(saying.t + saying.length + patience)


def aim(calls: Calls, plan: Plan, here: Here) -> Calls:
    """Plan the next call anew, from here: after every change of place, speed or pointer."""
    at = None if calls.saying is not None else _at(calls, plan, here)
    return calls if at == calls.at else replace(calls, at=at)


def tick(calls: Calls, plan: Plan, here: Here) -> Answer:
    """Begin the call that is due, or end the one that nobody has heard of."""
    at = due(calls)
    if at is None or at > here.t:
        return calls, ()
    if calls.saying is not None:
        return _ended(calls, here, calls.saying.t + calls.saying.length)
    if calls.queue:
        return _alert(calls, plan, here)
    calls, how = replace(calls, at=None), mode(calls, plan)
    first = leads.sought(plan, how, here, calls.next)
    if first is None:
        return calls, ()
    return _begin(calls, plan, here, leads.breath(plan, how, here, first), "note")


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
            return replace(calls, saying=begun), ()
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
    outs = tuple(
        Led(said.id, round(plan.book.notes[said.note].total - said.ends_m, 3), stamp(t - said.t))
        for said in calls.said
        if said.note in indexes
    )
    saying = calls.saying
    if saying is not None and any(index in indexes for index in saying.notes):
        moments = [t if note in indexes else was for note, was in zip(saying.notes, saying.passed, strict=True)]
        saying = replace(saying, passed=tuple(moments))
    if not outs and saying is calls.saying:
        return calls, ()
    return replace(calls, saying=saying, said=tuple(each for each in calls.said if each.note not in indexes)), outs


def back(calls: Calls, pointer: int) -> Calls:
    """The car has gone back behind notes that were called: they are called again when it comes up to them."""
    return replace(calls, next=min(calls.next, pointer))


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
    calls, outs = _begin(calls, plan, here, notes, "repeat")
    return calls, silence + outs, f"say again: {', '.join(calls.saying.words) if calls.saying else ''}"


def hush(calls: Calls, plan: Plan, here: Here) -> tuple[Calls, tuple[Out, ...], str]:
    """Silence the voice, at once, or let it speak again."""
    if not plan.settings.allow.voice:
        return calls, (), "the profile forbids the voice"
    off = mode(calls, plan) != "off"
    own = plan.settings.calls if plan.settings.calls != "off" else "full"
    return _set(calls, here, "off" if off else own)


def choose(calls: Calls, plan: Plan, here: Here) -> tuple[Calls, tuple[Out, ...], str]:
    """The next of the modes: everything, dangers alone, a sound and a word, nothing."""
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


def _at(calls: Calls, plan: Plan, here: Here) -> Seconds | None:
    """When the next call has to begin; now where it should have begun already."""
    if calls.queue:
        return here.t
    how = mode(calls, plan)
    if how == "off" or here.backwards or not here.measured:
        return None
    first = leads.sought(plan, how, here, calls.next)
    if first is None:
        return None
    room = plan.book.notes[first].total - here.total - leads.needed(plan, first, here.speed)
    room -= here.speed * leads.duration(plan, how, here, first)
    if room <= 0.0:
        return here.t
    return stamp(here.t + room / here.speed) if here.speed > leads.CRAWL else None


def _begin(calls: Calls, plan: Plan, here: Here, notes: tuple[int, ...], kind: str) -> Answer:
    words: list[str] = []
    ends: list[Seconds] = []
    spoken: list[str] = []
    sound = leads.sound(plan, notes[0]) or ("note" if mode(calls, plan) == "prompt" else "")
    length, before = leads.sounding(sound), here.total
    for index in notes:
        total = plan.book.notes[index].total
        parts = leads.fragments(plan, mode(calls, plan), index, total - before, first=not words)
        length += leads.seconds(plan, parts) + (leads.PAUSE if words else 0.0)
        before = total
        words.append(": ".join(parts))
        ends.append(stamp(length))
        spoken += parts
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
        tuple(box.total for box in boxes),
        max(box.danger for box in boxes),
        passed=(None,) * len(notes),
    )
    following = notes[-1] + 1 if kind == "note" else calls.next
    calls = replace(calls, next=following, count=calls.count + len(notes), saying=saying, last=saying, at=None)
    return calls, (Call(saying.id, kind, sound, tuple(spoken), saying.length),)


def _alert(calls: Calls, plan: Plan, here: Here) -> Answer:
    kind, *rest = calls.queue
    words = plan.phrases.alert(kind)
    saying = Saying(calls.count + 1, "alert", here.t, here.total, (), (words,), (stamp(leads.seconds(plan, (words,))),))
    calls = replace(calls, queue=tuple(rest), count=calls.count + 1, saying=saying, at=None)
    return calls, (Call(saying.id, "alert", "", (words,), saying.length),)


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
        Said(row.id, note, stamp(row.t + row.speech_s), row.ends_m)
        for row, note in zip(rows, saying.notes, strict=False)
        if saying.kind == "note" and row.lead_m is None and note >= here.pointer
    )
    said = tuple(each for each in calls.said if each.note >= here.pointer)
    return replace(calls, saying=None, last=saying, said=(*said, *ahead)[-WAITING:]), rows


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
