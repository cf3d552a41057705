"""What the calls know: what is being said, what was, what waits, and how much speech is saved up.

Metres of the book, seconds. What changes it stands in `calls` and `speaking`.
"""

from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from codriver.core.outs import Out
from codriver.core.plan import Plan
from codriver.units import Metres, MetresPerSecond, Seconds

# Seconds of speech that are gained each second, and saved up at most; so a third of the time is speech at the most.
EARNS: Final = 0.3
SAVED: Final[Seconds] = 12.0
# The danger from which on a note takes the voice, and is brought to mind.
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
    crew knows that calls have stopped, `near` the dangers called meanwhile; `wary` whether it knows that dangers alone
    are called, since a box did not come.
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
    wary: bool = False


def wished(calls: Calls, plan: Plan) -> str:
    """What the crew wants called: full, dangers, prompt or off; the profile's word is the last."""
    if not plan.settings.allow.voice:
        return "off"
    return calls.mode or plan.settings.calls


def mode(calls: Calls, plan: Plan) -> str:
    """What is called: what the crew wants, but dangers alone where the trip may be that of another road."""
    wanted = wished(calls, plan)
    return "dangers" if calls.wary and wanted != "off" else wanted


def saved(calls: Calls, t: Seconds) -> Seconds:
    """The seconds of speech that are saved up by now."""
    return min(calls.fund + EARNS * max(t - calls.fund_t, 0.0), SAVED)


def spent(calls: Calls, t: Seconds, length: Seconds) -> Calls:
    """Speech of this length is taken from what is saved up."""
    return replace(calls, fund=round(max(saved(calls, t) - length, -SAVED), 3), fund_t=t)


Answer: TypeAlias = tuple[Calls, tuple[Out, ...]]
