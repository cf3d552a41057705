"""The horizon: which of the next notes are called, in how many words, and when each call has to begin.

The next notes are laid out on the time to come at the speed of now, as far as is worth a thought: backwards first, each
so that its last word falls where it should and the next call has room after it, then forwards from now. Where speech
does not fit, words are left out by value: mere information first; a danger never, which at the worst is a sound
alone. Seconds from now, metres of the book. Pure.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from codriver.core import braking, leads, rings
from codriver.core.leads import CRAWL, Form, Here
from codriver.core.plan import Plan
from codriver.units import Metres, Seconds

# No further is looked (issue 6); and beyond such a pause nothing said later presses on what is said now.
NOTES: Final = 8
SECONDS: Final[Seconds] = 90.0
PAUSE: Final[Seconds] = 30.0
# A call that would begin within this time of the end of another is said in one breath with it.
BREATH: Final[Seconds] = 1.0
CHAIN: Final = 3
LONGEST: Final[Seconds] = 9.0
# Pace notes are called one to three corners ahead, as far as they follow each other within this.
TOGETHER: Final[Seconds] = 4.0
# The last word of what hardly fits falls so long before its note, or it is not said.
LEAST: Final[Seconds] = 0.4
# A danger takes the voice a little before it has to.
READY: Final[Seconds] = 0.4
# The share of the way to the earliest place for a last word at which it is aimed at most.
SURELY: Final = 0.95
# Seconds of speech that are saved up for: below these, information is short, then left out; then turns are short.
RICH: Final[Seconds] = 9.0
POOR: Final[Seconds] = 5.0
BROKE: Final[Seconds] = 2.5

# In the desert the words end so long before the first ring, and may end so long before that.
RINGS_AFTER: Final[Seconds] = 1.5
PAUSE_BEFORE: Final[Seconds] = 5.0
GRAVE: Final = 2


class Slot(NamedTuple):
    """One note's words: in which form, when they should begin, and how long they take."""

    note: int
    form: Form
    begin: Seconds
    length: Seconds


class Left(NamedTuple):
    """A note that is not called, and why."""

    note: int
    why: str


class Laid(NamedTuple):
    """What is to be said next, in the order of the book, and what is left out between."""

    slots: tuple[Slot, ...] = ()
    left: tuple[Left, ...] = ()


class _Note(NamedTuple):
    """A note ahead: its weight, the time to it, and when its words should, must and may end."""

    note: int
    weight: int
    danger: bool
    away: Seconds
    due: Seconds
    last: Seconds
    first: Seconds
    lengths: dict[Form, Seconds]


_Forms: TypeAlias = dict[int, Form]


def lay(
    plan: Plan,
    mode: str,
    here: Here,
    after: int,
    already: Collection[int],
    fund: Seconds,
    pause: Seconds = PAUSE,
) -> Laid:
    """Lay out the notes from `after` on, but for those called `already`, with so many seconds of speech saved up.

    Beyond a way of so long a `pause` without a note nothing is looked at.
    """
    ahead = list(_ahead(plan, mode, here, after, already, pause))
    forms: _Forms = {}
    left: list[Left] = []
    for one in list(ahead):
        form = _afforded(one, mode, fund)
        if form is None:
            ahead.remove(one)
            left.append(Left(one.note, "no change of speed" if mode == "desert" else "speech"))
        else:
            forms[one.note] = form
    moving = here.speed >= CRAWL
    while (change := _change(ahead, forms, _begins(ahead, forms), moving=moving)) is not None:
        one, form, why = change
        if form is None:
            ahead.remove(one)
            left.append(Left(one.note, why))
        else:
            forms[one.note] = form
    begins = _begins(ahead, forms)
    slots = (
        Slot(one.note, forms[one.note], begin, one.lengths[forms[one.note]])
        for one, begin in zip(ahead, begins, strict=True)
    )
    return Laid(tuple(slots), tuple(sorted(left)))


def danger_begins(plan: Plan, mode: str, here: Here, after: int, already: Collection[int]) -> Seconds | None:
    """When, at the latest, the next danger of 2 or 3 has to be begun; None where none is near."""
    found = _first_danger(plan, mode, here, after, already)
    return None if found is None else found.last - found.lengths["full"] - READY


def first_danger(plan: Plan, mode: str, here: Here, after: int, already: Collection[int]) -> Slot | None:
    """The next danger of 2 or 3, as it can be called now."""
    found = _first_danger(plan, mode, here, after, already)
    if found is None:
        return None
    form: Form = next((each for each in leads.FORMS if found.lengths[each] <= found.away - LEAST), "tone")
    return Slot(found.note, form, 0.0, found.lengths[form])


def _first_danger(plan: Plan, mode: str, here: Here, after: int, already: Collection[int]) -> _Note | None:
    index, notes = after, plan.book.notes
    for _ in range(NOTES):
        found = leads.sought(plan, mode, here, index)
        if found is None or (far := leads.way(plan, here, found)) > SECONDS * max(here.speed, CRAWL):
            return None
        if notes[found].danger >= GRAVE and found not in already:
            return _note(plan, mode, here, found, far, first=True)
        index = found + 1
    return None


def chain(plan: Plan, mode: str, here: Here, laid: Laid) -> tuple[Slot, ...]:
    """The call that is due with those that follow in one breath, or that the crew has joined to it."""
    said = list(laid.slots[:1])
    if not said:
        return ()
    end = said[0].length
    left = {each.note for each in laid.left}
    for slot in laid.slots[1:]:
        before = plan.book.notes[said[-1].note]
        between = set(range(said[-1].note + 1, slot.note)) - left
        if len(said) == CHAIN or any(not plan.book.notes[each].cancelled for each in between):
            break
        gap = leads.way(plan, here, slot.note) - leads.way(plan, here, said[-1].note)
        breath = TOGETHER if mode == "pacenotes" and gap < TOGETHER * here.speed else BREATH
        alone = slot.begin - max(said[0].begin, 0.0) > end + breath
        long = end + slot.length > LONGEST and plan.book.notes[slot.note].danger < GRAVE
        if (alone or long) and not before.joined:
            break
        said.append(slot)
        end += leads.PAUSE + slot.length
    return tuple(said)


def _ahead(plan: Plan, mode: str, here: Here, after: int, already: Collection[int], pause: Seconds) -> Iterator[_Note]:
    index, before, count = after, 0.0, 0
    last_away = 0.0
    last: int | None = None
    while count < NOTES and (found := leads.sought(plan, mode, here, index)) is not None:
        index = found + 1
        if found in already:
            continue
        way = leads.way(plan, here, found)
        one = _note(plan, mode, here, found, way - before, first=not count)
        apart = one.away > SECONDS or one.away - last_away > pause
        if count and apart and not (last is not None and plan.book.notes[last].joined):
            return
        yield one
        last = found
        before, last_away, count = way, one.away, count + 1


def _note(plan: Plan, mode: str, here: Here, index: int, gap: Metres, *, first: bool) -> _Note:
    """A note as it lies ahead: nearer than the trip says by two sigma, since who is unsure calls early."""
    speed, note, weight = max(here.speed, CRAWL), plan.book.notes[index], plan.scripts[index].importance
    way = leads.way(plan, here, index)
    near = way - leads.shift(here, danger=note.danger >= GRAVE)
    far = gap if not first else min(gap, braking.CAP[weight])
    lengths: dict[Form, Seconds] = {
        form: leads.length(plan, mode, index, far, form, first=first, about=here.about) for form in leads.FORMS
    }
    band = leads.band(plan, index, speed)
    aim = band.aim
    if max(weight, note.danger) >= GRAVE:
        growing = braking.growing(plan.settings, note, weight, here.speed, lengths["full"])
        aim = max(
            min(max(aim, growing), SURELY * band.earliest - (way - near)), min(band.aim, band.latest + READY * speed)
        )
    earliest = band.earliest
    ring = rings.begin(plan, index, here.speed) if mode == "desert" else 0
    if ring:
        aim = max(aim, rings.distance(plan, ring, here.speed) + RINGS_AFTER * speed)
        earliest = max(earliest, aim + PAUSE_BEFORE * speed)
    return _Note(
        index,
        max(weight, note.danger),
        note.danger > 0,
        way / speed,
        (near - aim) / speed,
        (near - band.latest) / speed,
        (way - earliest) / speed,
        lengths,
    )


def _afforded(one: _Note, mode: str, fund: Seconds) -> Form | None:
    """In how many words a note can be called by what is saved; None where it is not worth any."""
    if one.danger or one.weight >= GRAVE or mode == "prompt":
        return "full"
    if one.weight:
        return "full" if fund >= BROKE else "brief"
    if mode == "desert":
        return None
    if fund >= RICH:
        return "full"
    return "brief" if fund >= POOR else None


def _begins(ahead: Sequence[_Note], forms: _Forms) -> list[Seconds]:
    """When each should begin, so that its words end where they should and before the next one's begin."""
    begins: list[Seconds] = []
    until = float("inf")
    for one in reversed(ahead):
        end = min(one.due, until)
        until = end - one.lengths[forms[one.note]] - leads.PAUSE
        begins.append(until + leads.PAUSE)
    return begins[::-1]


def _change(
    ahead: Sequence[_Note], forms: _Forms, begins: Sequence[Seconds], *, moving: bool
) -> tuple[_Note, Form | None, str] | None:
    """The first thing that does not fit, and the cheapest word that can be left out for it; None where all fits."""
    now = 0.0
    for at, one in enumerate(ahead):
        begin = max(begins[at], now)
        end = begin + one.lengths[forms[one.note]]
        if end > one.last + 1e-9 and moving:
            found = _cheapest(ahead[: at + 1], forms, one.weight, one)
            if found is not None:
                return (*found, f"box {one.note + 1} first")
        if moving and end > one.away - LEAST:
            return _last_words(ahead[: at + 1], forms)
        now = end + leads.PAUSE
    for at, one in enumerate(ahead):
        if begins[at] + one.lengths[forms[one.note]] < one.first - 1e-9:
            block = _block(ahead, forms, begins, at)
            worth = max(each.weight for each in block)
            found = _cheapest(block, forms, worth, None)
            if found is not None:
                return (*found, "too dense")
    return None


def _last_words(among: Sequence[_Note], forms: _Forms) -> tuple[_Note, Form | None, str] | None:
    """There is no time for the last one's words: fewer, for a danger the sound, also of those before it; else none."""
    one = among[-1]
    form = forms[one.note]
    if form == "full":
        return one, "brief", ""
    if one.danger:
        if form == "brief":
            return one, "tone", ""
        wordy = next((each for each in among[:-1] if forms[each.note] != "tone"), None)
        if wordy is not None:
            shorter: Form = "brief" if forms[wordy.note] == "full" else "tone"
            droppable = not wordy.danger and shorter == "tone"
            return wordy, None if droppable else shorter, f"box {one.note + 1} first"
    return one, None, "no time"


def _block(ahead: Sequence[_Note], forms: _Forms, begins: Sequence[Seconds], at: int) -> list[_Note]:
    """The notes from this one on whose words follow each other without a pause."""
    block = [ahead[at]]
    for this, after in zip(range(at, len(ahead) - 1), ahead[at + 1 :], strict=False):
        if begins[this + 1] - begins[this] - ahead[this].lengths[forms[ahead[this].note]] > leads.PAUSE + 1e-6:
            break
        block.append(after)
    return block


def _cheapest(
    among: Sequence[_Note], forms: _Forms, worth: int, whose: _Note | None
) -> tuple[_Note, Form | None] | None:
    """What costs the least: a note of less weight shortened, then left out; at last what it is about, shortened."""
    choices: list[tuple[int, int, int, _Note, Form | None]] = []
    for place, one in enumerate(among):
        form = forms[one.note]
        if form == "full" and one.lengths["brief"] < one.lengths["full"]:
            choices.append((one.weight, int(one is whose), -place, one, "brief"))
        elif one.weight < min(worth, GRAVE) and not one.danger:
            choices.append((one.weight, 1, -place, one, None))
    if not choices:
        return None
    *_, one, form_after = min(choices, key=lambda choice: choice[:3])
    return one, form_after
