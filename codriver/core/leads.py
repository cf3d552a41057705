"""Leads: which notes are called, in which fragments, and how far before its note the last word of each should fall.

When each begins is laid out by `horizon`, and what becomes of a call is the business of `calls`. Metres of the book,
seconds, m/s. Pure. `mode` is full, dangers, desert, pacenotes or prompt.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from codriver.core import book, braking
from codriver.core.braking import Band
from codriver.core.clock import Utc
from codriver.core.plan import Plan
from codriver.units import Degrees, Metres, MetresPerSecond, Seconds

# Between two fragments, and between a sound and the words, the voice leaves so much.
PAUSE: Final[Seconds] = 0.06
CRAWL: Final[MetresPerSecond] = 0.5
# Two sigma of the distance beyond this are said: "in about 400".
ABOUT: Final[Metres] = 50.0
# No call but a danger's is made earlier for a doubt than by this, and a danger's by no more than this.
DOUBTED: Final[tuple[Metres, Metres]] = (150.0, 800.0)
# Corners nearer to each other than this are "into" each other.
INTO: Final[Metres] = 60.0

# All words of a note; a word or two; its sound alone.
Form: TypeAlias = Literal["full", "brief", "tone"]
FORMS: Final[tuple[Form, ...]] = ("full", "brief", "tone")

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
    "agreed": 0.34,
    "backwards": 0.39,
    "forwards": 0.39,
}


class Here(NamedTuple):
    """Where the car is: the moment, the total there, the speed, and the next note of the book by the pointer.

    `measured`: something tells how far it goes. Else the total stands still, and no note comes nearer. `doubt` is one
    sigma of the total, `beyond` how far the car has surely come beyond it by what landmarks teach; `astray` that what
    lies ahead is not the book's next note, and `place` where the receiver last saw the car. `wary`: it may not be that;
    `vague`: the trip is known to differ from where the car is.
    """

    t: Seconds
    total: Metres
    speed: MetresPerSecond
    pointer: int
    utc: Utc = Utc()
    backwards: bool = False
    measured: bool = True
    doubt: Metres = 0.0
    beyond: Metres = 0.0
    astray: bool = False
    place: tuple[Degrees, Degrees] | None = None
    wary: bool = False
    vague: bool = False

    @property
    def about(self) -> bool:
        """Whether a distance is to be said with a grain of salt."""
        return self.wary or self.vague or 2.0 * self.doubt > ABOUT


def sought(plan: Plan, mode: str, here: Here, after: int) -> int | None:
    """The note to be called next: none before `after`, not passed, worth it in this mode; None where this leg has none.

    A box that sets the trip is looked beyond, since its count is known. Sought each time: a note that was skipped
    counts as called by nobody, should the crew change mode or distance.
    """
    notes = plan.book.notes
    for index in range(max(after, here.pointer), len(notes)):
        if not _counts(plan, here, index):
            return None
        if wanted(plan, mode, index) and way(plan, here, index) >= 0.0:
            return index
    return None


def _counts(plan: Plan, here: Here, index: int) -> bool:
    """Whether it is known how far this note is: in the count of now, or in one that begins at a known value."""
    if not book.begins_leg(plan.book, index):
        return True
    behind = plan.book.notes[index].measured and plan.book.notes[index].total < here.total
    return not (index > here.pointer or behind) or (
        index > here.pointer and book.reset(plan.book, index - 1) is not None
    )


def way(plan: Plan, here: Here, index: int) -> Metres:
    """Metres of the book from here to a note ahead, through the boxes between that set the trip anew."""
    notes, passed, base = plan.book.notes, 0.0, here.total
    for each in range(here.pointer + 1, index + 1):
        value = book.reset(plan.book, each - 1)
        if value is not None:
            passed += notes[each - 1].total - base
            base = value
    return passed + notes[index].total - base


def wanted(plan: Plan, mode: str, index: int) -> bool:
    """Whether a note is one to be called in this mode, whatever lies around it."""
    note = plan.book.notes[index]
    known = note.measured and not note.cancelled and plan.scripts[index].called
    return known and bool(note.danger or mode != "dangers")


def shift(here: Here, *, danger: bool = True) -> Metres:
    """How much nearer than by the trip a note is taken to be: two sigma, and what the car is known to be beyond it."""
    return min(2.0 * here.doubt + max(here.beyond, 0.0), DOUBTED[danger])


def band(plan: Plan, index: int, speed: MetresPerSecond) -> Band:
    """Where the last word of this note's call may fall, at this speed."""
    return braking.band(plan.settings, plan.book.notes[index], plan.scripts[index].importance, speed)


def length(plan: Plan, mode: str, index: int, metres: Metres, form: Form, *, first: bool, about: bool) -> Seconds:
    """How long the words of this note take in this form; with its sound where they begin a call."""
    sounds = sounding(sound(plan, index)) if first or form == "tone" else 0.0
    return sounds + seconds(plan, fragments(plan, mode, index, metres, form, first=first, about=about))


def fragments(
    plan: Plan, mode: str, index: int, metres: Metres, form: Form = "full", *, first: bool, about: bool = False
) -> tuple[str, ...]:
    """The fragments that the voice has of a note's words; on the screen there is a colon between them.

    How far it is goes unsaid where nobody knows, and of a note that lies behind, since it is not "here".
    """
    script = plan.scripts[index]
    if form == "tone":
        return ()
    if mode == "prompt":
        return (script.prompt,)
    words = script.full if form == "full" else script.prompt
    if metres < 0.0 or not plan.book.notes[index].measured:
        return (words,)
    if mode == "pacenotes" and not first and metres <= INTO:
        return plan.phrases.into(), words
    far = plan.phrases.ahead(metres, about=about) if first else plan.phrases.then(metres)
    return far, words


def seconds(plan: Plan, parts: tuple[str, ...]) -> Seconds:
    """How long these fragments take, with the pauses between them."""
    return sum(plan.seconds[part] for part in parts) + PAUSE * max(len(parts) - 1, 0)


def sounding(sound: str) -> Seconds:
    """How long a sound takes, with the pause after it."""
    return SOUNDS[sound] + PAUSE if sound else 0.0


def prompt(plan: Plan, index: int) -> str:
    """The sound before a note's one word: of its danger, else of what it is, a zone, a waypoint, a note."""
    note = plan.book.notes[index]
    zone = note.speed is not None or any(event.kind == "dz" for event in note.events)
    return sound(plan, index) or ("zone" if zone else "waypoint" if note.waypoint is not None else "note")


def sound(plan: Plan, index: int) -> str:
    """The sound before a note of this danger; empty for none."""
    danger = plan.book.notes[index].danger
    return f"danger{danger}" if danger else ""
