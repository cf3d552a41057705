"""What is said next, and when: an alert, a note, a danger brought to mind, a ring, the end of a zone, a danger nearby.

Looked at anew where the car is not where it was foreseen. Changes nothing; `calls` asks. Metres of the book, seconds.
"""

from typing import Final, Literal, NamedTuple

from codriver.core import aside, horizon, leads, rings
from codriver.core.horizon import Laid
from codriver.core.leads import Here
from codriver.core.plan import Plan
from codriver.core.spoken import GRAVE, Aimed, Calls, Saying, mode, saved
from codriver.signals import stamp
from codriver.units import Metres, Seconds

# A call is planned anew where the car is so far from where it was foreseen, or its speed so much another.
ASTRAY_BY: Final[Metres] = 2.0
FASTER_BY: Final = 0.5
# A danger waits no longer for the end of a fragment.
HOLDS_UP: Final[Seconds] = 0.6
# A danger whose words have just ended is not brought to mind again.
FRESH: Final[Seconds] = 1.5


class Next(NamedTuple):
    """What is said next, and when: an alert, a note's call, a reminder, a ring, the end of a zone, a danger nearby."""

    at: Seconds
    what: Literal["alert", "note", "remind", "ring", "exit", "near"]
    note: int = 0
    ring: int = 0
    metres: Metres = 0.0


def aimed(calls: Calls, plan: Plan, here: Here) -> Aimed:
    """What a plan made from here rests on."""
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


def as_foreseen(calls: Calls, plan: Plan, here: Here) -> bool:
    """Whether the plan for the next call still holds: the car is where it was to be, at the speed it had."""
    was = calls.aimed
    if was is None or calls.astray or here.t < was.t:
        return False
    now = aimed(calls, plan, here)
    return (
        abs(now.total - was.total - was.speed * (now.t - was.t)) < ASTRAY_BY
        and abs(now.speed - was.speed) < FASTER_BY
        and abs(now.shift - was.shift) < ASTRAY_BY
        and now[4:] == was[4:]
    )


def planned(calls: Calls, plan: Plan, here: Here) -> tuple[Seconds | None, tuple[tuple[int, str], ...]]:
    """When something is to be said next, and what of the notes ahead is left out."""
    if calls.saying is not None:
        return _takes_over(calls, plan, here, calls.saying), calls.left
    chosen = following(calls, plan, here)
    if chosen is None:
        return None, calls.left
    return stamp(chosen.at), tuple((each.note, each.why) for each in laid_out(calls, plan, here).left)


def laid_out(calls: Calls, plan: Plan, here: Here) -> Laid:
    """The calls to come and what is left out of them, seen from here."""
    how = mode(calls, plan)
    return horizon.lay(plan, how, here, calls.next, calls.already, saved(calls, here.t))


def following(calls: Calls, plan: Plan, here: Here) -> Next | None:
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
    laid = laid_out(calls, plan, here)
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
