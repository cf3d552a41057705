"""When what is learnt of the book is applied: off, proposed, or automatic where that is small, sure and safe.

A proposal is words, and the crew's to take. What is applied unasked is less than 150 m and no surprise, never makes a
box come again or vanish, and waits until no danger and no turn lies within 300 m; then it sounds, stands on the screen,
and can be undone, after which this drive only proposes. Metres, seconds; pure.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from codriver.core import (
    agreement,
    book,
    calls,
    factors,
    lengths,
    lessons,
    mile,
    odometer,
    offer,
    reckoning,
    trip,
    whereabouts,
)
from codriver.core.answers import Answer
from codriver.core.learnt import Book, save
from codriver.core.lessons import BY
from codriver.core.offer import SEEN, Offer
from codriver.core.outs import Alert, Out, TripChanged
from codriver.core.plan import Plan
from codriver.core.reckoning import GATE, Reckoning
from codriver.core.state import State, Stepped
from codriver.core.trip import Trip
from codriver.units import Metres, Seconds

KIND: Final = "agree"
# What such a change is called, in its row and in that of the press.
CHANGE: Final = "agree"
TONE: Final = "agreed"
STANDS_FOR: Final[Seconds] = 30.0
# Landmarks since the total was set, and since the scale was, before anything is said of them.
ENOUGH: Final = 2
LESSONS: Final = 3
# What is said is more than twice its sigma, and more than this; a scale is also known well by then.
SURELY: Final = 2.0
LEAST: Final[Metres] = 5.0
LEAST_SCALE: Final = 0.0005
SURE_SCALE: Final = 0.002
# What may be done unasked (issue 4), and the road that it needs before what matters.
MOST: Final[Metres] = 150.0
MOST_SCALE: Final = GATE * agreement.PRIOR
CLEAR: Final[Metres] = 300.0
# A proposal that was not taken is made again after so long.
AGAIN: Final[Metres] = 3000.0
# What is learnt is kept once it is as good as this, and again when it is so much surer, or another.
KEEPS: Final = 0.003
SURER: Final = 0.7


class Correction(NamedTuple):
    """What the trip lacks: metres to add, 0.0 where none are worth it, and the scale to go on with."""

    metres: Metres
    scale: float


def followed(plan: Plan, before: State, state: State) -> Stepped:
    """The car went on from `before`: learn, and apply or propose what is learnt."""
    if not _on(plan):
        return state, ()
    learner = lessons.driven(plan, before, state)
    if learner is not state.agreement:
        state = replace(state, agreement=learner)
    if not learner.waits or learner.changes != state.trip.count:
        return state, ()
    state, kept = _kept(plan, state)
    state, outs = _settled(plan, state)
    return state, kept + outs


def changed(plan: Plan, before: State, state: State, outs: tuple[Out, ...]) -> State:
    """The trip was changed on the way from `before`: learn from that.

    What was proposed holds no more where the total, its scale or its direction is another; that is made again soon,
    unless it was the crew that changed it.
    """
    if state.trip is before.trip or not _on(plan):
        return state
    state = replace(state, agreement=lessons.changed(plan, before, state, outs))
    if _counts_alike(before.trip, state.trip) or not _stands(state):
        return state
    by_crew = any(isinstance(out, TripChanged) and out.by == "crew" for out in outs)
    return replace(state if by_crew else _unheard(state), offer=None)


def restarted(state: State) -> State:
    """A new segment: what was being recognised is cut off, and a proposal that stood unanswered is made again."""
    state = _unheard(state) if _stands(state) else state
    return replace(state, agreement=agreement.restarted(state.agreement))


def refitted(plan: Plan, before: State, state: State) -> State:
    """A plan begins: where it reckons the wheel otherwise, and the wheel is all there is, so does the book's scale."""
    if (
        plan.settings.allow.gps
        or state.agreement.reckoning is None
        or factors.factors(before) == factors.factors(state)
    ):
        return state
    return replace(state, agreement=lessons.refitted(plan, state.agreement))


def _stands(state: State) -> bool:
    """Whether a proposal of agreement may be taken now."""
    standing = offer.standing(state.offer, state.now)
    return standing is not None and standing.kind == KIND


def _unheard(state: State) -> State:
    """The proposal that stood was neither taken nor left alone."""
    return replace(state, agreement=replace(state.agreement, offered=None, waits=True))


def _counts_alike(before: Trip, now: Trip) -> bool:
    """Whether the total runs on as it did: frozen or not, and whatever the partial is."""

    def counts(trip: Trip) -> tuple[Metres, Metres, float, bool]:
        return trip.basis.total, trip.basis.total_at, trip.basis.scale, trip.basis.backwards

    return counts(before) == counts(now)


def accept(plan: Plan, state: State, _offer: Offer, t: Seconds, odo: Metres, _by: str) -> Answer:
    """The crew takes what is proposed, as it stands now. Off the course it stands no more."""
    if whereabouts.is_astray(state) or whereabouts.is_doubtful(state):
        return state, (), "off the course: nothing was changed"
    now = state.agreement.reckoning
    lacks = None if now is None else _lacks(plan, state, now, odo)
    if lacks is None:
        return state, (), "agreed already: nothing was changed"
    what = _what(lacks, state)
    state, outs = _applied(plan, state, lacks, t, odo)
    return state, outs, what


def said(state: State) -> str:
    """What is known of the book's metres, for the status page; empty while that is nothing."""
    learner = state.agreement
    if learner.reckoning is None or not learner.believed:
        return ""
    doubted = f", {learner.outliers} not believed" if learner.outliers else ""
    return f"{_runs(learner.reckoning)}, by {learner.believed} landmarks{doubted}"


def _on(plan: Plan) -> bool:
    """Whether there is a book to agree with, and somebody wants it."""
    return plan.settings.agreement != "off" and bool(plan.book.notes)


def _settled(plan: Plan, state: State) -> Stepped:
    """Apply what is learnt, propose it, or wait."""
    learner, odo = state.agreement, odometer.distance(state.odo)
    now = learner.reckoning
    if now is None or learner.nudged is not None or state.trip.basis.backwards or _busy(state):
        return state, ()
    if whereabouts.is_astray(state) or whereabouts.is_doubtful(state):
        return state, ()
    lacks = _lacks(plan, state, now, odo)
    if lacks is None:
        return replace(state, agreement=replace(learner, waits=False)), ()
    total = trip.total(state.trip, odo)
    if plan.settings.agreement == "automatic" and not learner.refused and _small(state, lacks, odo):
        if _held(plan, state, total, lacks.metres):
            return state, ()
        words = _words(plan, lacks, now, state)
        state, outs = _applied(plan, state, lacks, state.now, odo)
        return replace(state, calls=calls.toned(state.calls, plan, TONE)), (*outs, Alert(KIND, words))
    if learner.offered is not None and abs(odo - learner.offered) < AGAIN:
        return replace(state, agreement=replace(learner, waits=False)), ()
    if _danger_near(plan, state, total):
        return state, ()
    words = _words(plan, lacks, now, state)
    proposed = f"total {words}" if lacks.metres else words
    offered = Offer(KIND, proposed, state.now + STANDS_FOR, lacks.metres, seen=state.now + SEEN)
    return replace(state, offer=offered, agreement=replace(learner, offered=odo, waits=False)), ()


def _lacks(plan: Plan, state: State, now: Reckoning, odo: Metres) -> Correction | None:
    """What the trip lacks, as far as that is more than its own doubt; None where that is nothing."""
    learner, scale = state.agreement, state.trip.basis.scale
    metres = round(reckoning.place(now, odo) - trip.total(state.trip, odo), 1)
    least = max(plan.settings.step_m, LEAST, SURELY * reckoning.sigma(now, odo))
    if learner.fresh < ENOUGH or abs(metres) < least:
        metres = 0.0
    taught = learner.lessons >= LESSONS or (plan.learnt.book is not None and not learner.believed)
    other = abs(now.scale - scale) >= max(LEAST_SCALE, SURELY * now.scale_sigma)
    if taught and other and now.scale_sigma <= SURE_SCALE:
        return Correction(metres, round(now.scale, 6))
    return Correction(metres, scale) if metres else None


def _small(state: State, lacks: Correction, odo: Metres) -> bool:
    """Whether the change is one that may be made unasked: no surprise to the trip, and no leap."""
    no_leap = abs(lacks.metres) < MOST and abs(lacks.scale - state.trip.basis.scale) <= MOST_SCALE
    return no_leap and abs(lacks.metres) <= GATE * whereabouts.doubt(state, odo)


def _busy(state: State) -> bool:
    """Whether the crew reads, measures, answers or hears something: a change would make it untrue, a yes go astray."""
    asked = state.question is not None and state.now <= state.question.until
    offered = offer.standing(state.offer, state.now) is not None
    says = state.calls.saying is not None and bool(state.calls.saying.notes)
    measures = mile.running(state.mile, state.now)
    return asked or offered or says or measures or state.form is not None or state.trip.frozen_until is not None


def _held(plan: Plan, state: State, total: Metres, metres: Metres) -> bool:
    """Whether the change has to wait: a box would be passed or come again, or something that matters lies ahead."""
    low, high = min(total, total + metres), max(total, total + metres)
    for index in _around(plan, state):
        note = plan.book.notes[index]
        if metres and low <= note.total <= high:
            return True
        if high < note.total <= high + CLEAR and (note.danger or plan.landmarks.bends[index]):
            return True
    return False


def _danger_near(plan: Plan, state: State, total: Metres) -> bool:
    """Whether a danger is so near that the crew should look at nothing else."""
    notes = plan.book.notes
    return any(notes[index].danger and 0.0 < notes[index].total - total <= CLEAR for index in _around(plan, state))


def _around(plan: Plan, state: State) -> list[int]:
    """The measured notes of this leg that may matter here."""
    legs, leg = plan.landmarks.legs, plan.landmarks.leg(state.pointer)
    near = range(max(state.pointer - book.WINDOW, 0), min(state.pointer + 4 * book.WINDOW, len(legs)))
    return [index for index in near if legs[index] == leg and plan.book.notes[index].measured]


def _applied(plan: Plan, state: State, lacks: Correction, t: Seconds, odo: Metres) -> Stepped:
    """The change itself, undone as one; the dangers that it passes over are told."""
    changed, outs = trip.agree(state.trip, t, odo, lacks.metres, lacks.scale, _what(lacks, state), BY)
    after = whereabouts.changed(plan, state, changed)
    known = state.agreement.lessons if lacks.scale == state.trip.basis.scale else 0
    learner = replace(state.agreement, fresh=0, lessons=known, offered=odo)
    skipped = whereabouts.skipped(plan, state.pointer, after.pointer, BY)
    return replace(after, agreement=learner), (*outs, *skipped)


def _what(lacks: Correction, state: State) -> str:
    """The change, for its row and for that of the press."""
    words = [f"{lacks.metres:+.0f} m"] if lacks.metres else []
    words += [f"scale {lacks.scale:.4f}"] if lacks.scale != state.trip.basis.scale else []
    return f"{CHANGE} {', '.join(words)}"


def _words(plan: Plan, lacks: Correction, now: Reckoning, state: State) -> str:
    """What is proposed, or was done, for the crew and in its units."""
    statute = plan.settings.units == "statute"
    moved = lengths.miles(lacks.metres, "+") if statute else f"{lacks.metres:+.0f} m"
    words = [moved] if lacks.metres else []
    words += [_runs(now)] if lacks.scale != state.trip.basis.scale else []
    return ", ".join(words)


def _runs(now: Reckoning) -> str:
    """How long the book's metres are, by this car."""
    share, doubt = 100.0 * (now.scale - 1.0), max(100.0 * now.scale_sigma, 0.05)
    if abs(share) < 0.05:
        return f"book runs true, ±{doubt:.1f} %"
    return f"book runs {abs(share):.1f} % {'long' if share > 0 else 'short'}, ±{doubt:.1f}"


def _kept(plan: Plan, state: State) -> Stepped:
    """What is learnt of the scale goes to the next drive of this car by this book, where it is news."""
    learner = state.agreement
    now, before = learner.reckoning, learner.saved
    if now is None or not plan.settings.vehicle.name or not learner.believed or now.scale_sigma > KEEPS:
        return state, ()
    if before is not None:
        surer = now.scale_sigma <= SURER * before.sigma
        other = abs(now.scale - before.scale) > SURELY * max(now.scale_sigma, LEAST_SCALE)
        if not surer and not other:
            return state, ()
    wheel = (None, None) if state.odo.last is not None else factors.metres(state, plan.settings.vehicle.wheel)
    value = Book(round(min(max(now.scale, 0.8), 1.2), 6), round(now.scale_sigma, 6), *wheel)
    return replace(state, agreement=replace(learner, saved=value)), (save(value),)
