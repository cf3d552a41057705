"""Calls: which note is announced when, so that its last word falls early enough to act on and late enough to keep.

A call is planned from where its words must *end*: so many seconds before the note, by what the note is, at the speed
of now, within a floor and a cap in metres. Notes too close for calls of their own are called in one breath. Each note
is called once, and never when it is passed already. The voice answers; where there is none a call ends by its own
length. Metres of the book, seconds, m/s. Knows nothing of engines and audio.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core import book, clock
from codriver.core.clock import Utc
from codriver.core.outs import Call, Called, Led, Out, Silence
from codriver.core.plan import Plan
from codriver.signals import stamp
from codriver.units import Metres, MetresPerSecond, Seconds

# Seconds between the last word and the note, by how much hangs on it: 4 s is what the peers of stage rallies agree on
# for a corner; in the desert crews want danger earlier (peers.md A12, domain.md 3.6).
LEAD: Final[tuple[Seconds, ...]] = (4.0, 5.0, 7.0, 9.0)
NEAREST: Final[tuple[Metres, ...]] = (40.0, 60.0, 90.0, 120.0)
FURTHEST: Final[tuple[Metres, ...]] = (300.0, 400.0, 500.0, 600.0)
# Between two fragments, and between a sound and the words, the voice leaves so much.
PAUSE: Final[Seconds] = 0.06
# Another note whose call would have to begin within this time of the end of the last is called with it.
BREATH: Final[Seconds] = 1.0
CHAIN: Final = 3
LONGEST: Final[Seconds] = 9.0
CRAWL: Final[MetresPerSecond] = 0.5
# A voice that has not said that it ended is believed to have, so long after it should.
OVERDUE: Final[Seconds] = 2.0
WAITING: Final = 8
MODES: Final = ("full", "dangers", "prompt", "off")

# What the voice has besides words, and how long each lasts.
SOUNDS: Final[Mapping[str, Seconds]] = {
    "danger1": 0.25,
    "danger2": 0.45,
    "danger3": 0.7,
    "zone": 0.4,
    "waypoint": 0.3,
    "note": 0.08,
    "fault": 0.6,
    "ok": 0.25,
}


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


class Here(NamedTuple):
    """Where the car is: the moment, the total there, the speed, and the next note of the book by the pointer.

    `measured`: something tells how far it goes. Else the total stands still, and no note comes nearer.
    """

    t: Seconds
    total: Metres
    speed: MetresPerSecond
    pointer: int
    utc: Utc = Utc()
    backwards: bool = False
    measured: bool = True


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
    calls = replace(calls, at=None)
    first = _first(calls, plan, here)
    return (calls, ()) if first is None else _begin(calls, plan, here, _breath(calls, plan, here, first), "note")


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


def _first(calls: Calls, plan: Plan, here: Here) -> int | None:
    """The note to be called next: not called, not passed, worth it in this mode; None where this leg has none.

    Sought each time: a note that was skipped counts as called by nobody, should the crew change mode or distance.
    """
    notes, dangers = plan.book.notes, mode(calls, plan) == "dangers"
    for index in range(max(calls.next, here.pointer), len(notes)):
        note = notes[index]
        behind = note.measured and note.total < here.total
        if (behind or index > here.pointer) and book.begins_leg(plan.book, index):
            return None  # its distances count from a box that has not been reached
        if note.measured and not behind and (note.danger or not dangers):
            return index
    return None


def _at(calls: Calls, plan: Plan, here: Here) -> Seconds | None:
    """When the next call has to begin; now where it should have begun already."""
    if calls.queue:
        return here.t
    if mode(calls, plan) == "off" or here.backwards or not here.measured:
        return None
    first = _first(calls, plan, here)
    if first is None:
        return None
    room = plan.book.notes[first].total - here.total - _needed(plan, first, here.speed)
    room -= here.speed * _length(calls, plan, here, first)
    if room <= 0.0:
        return here.t
    return stamp(here.t + room / here.speed) if here.speed > CRAWL else None


def _needed(plan: Plan, index: int, speed: MetresPerSecond) -> Metres:
    """How far before this note its last word should fall, at this speed."""
    weight = plan.scripts[index].importance
    return min(max(NEAREST[weight], speed * LEAD[weight]), FURTHEST[weight])


def _length(calls: Calls, plan: Plan, here: Here, index: int) -> Seconds:
    parts = _parts(calls, plan, index, plan.book.notes[index].total - here.total, first=True)
    return _sounding(_sound(plan, index)) + _seconds(plan, parts)


def _seconds(plan: Plan, parts: tuple[str, ...]) -> Seconds:
    """How long these fragments take, with the pauses between them."""
    return sum(plan.seconds[part] for part in parts) + PAUSE * (len(parts) - 1)


def _sounding(sound: str) -> Seconds:
    """How long a sound takes, with the pause after it."""
    return SOUNDS[sound] + PAUSE if sound else 0.0


def _breath(calls: Calls, plan: Plan, here: Here, first: int) -> tuple[int, ...]:
    """The note that is due, with those that follow too soon for a call of their own."""
    notes = plan.book.notes
    chain = [first]
    length = _length(calls, plan, here, first)
    while len(chain) < CHAIN and (after := chain[-1] + 1) < len(notes):
        gap = notes[after].total - notes[chain[-1]].total
        if gap < 0.0 or not notes[after].measured or (mode(calls, plan) == "dangers" and not notes[after].danger):
            break
        parts = _parts(calls, plan, after, gap, first=False)
        more = PAUSE + _seconds(plan, parts)
        left = notes[after].total - here.total - here.speed * length
        room = left - _needed(plan, after, here.speed) - here.speed * (more + BREATH)
        if room > 0.0 or (length + more > LONGEST and notes[after].danger < 2):
            break
        chain.append(after)
        length += more
    return tuple(chain)


def _parts(calls: Calls, plan: Plan, index: int, metres: Metres, *, first: bool) -> tuple[str, ...]:
    """The fragments that the voice has of a note's words; on the screen there is a colon between them.

    How far it is goes unsaid where nobody knows, and of a note that lies behind, since it is not "here".
    """
    script = plan.scripts[index]
    if mode(calls, plan) == "prompt":
        return (script.prompt,)
    if metres < 0.0 or not plan.book.notes[index].measured:
        return (script.full,)
    far = plan.phrases.ahead(metres) if first else plan.phrases.then(metres)
    return far, script.full


def _sound(plan: Plan, index: int) -> str:
    danger = plan.book.notes[index].danger
    return f"danger{danger}" if danger else ""


def _begin(calls: Calls, plan: Plan, here: Here, notes: tuple[int, ...], kind: str) -> Answer:
    words: list[str] = []
    ends: list[Seconds] = []
    spoken: list[str] = []
    sound = _sound(plan, notes[0]) or ("note" if mode(calls, plan) == "prompt" else "")
    length, before = _sounding(sound), here.total
    for index in notes:
        total = plan.book.notes[index].total
        parts = _parts(calls, plan, index, total - before, first=not words)
        length += _seconds(plan, parts) + (PAUSE if words else 0.0)
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
    saying = Saying(calls.count + 1, "alert", here.t, here.total, (), (words,), (stamp(_seconds(plan, (words,))),))
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
