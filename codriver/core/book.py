"""Which note is next: the pointer into the book, moved by distance, by hand, or sought anew after a change of distance.

A note is passed when the total crosses its distance from below, so a correction by hand never makes the pointer jump
back and forth. One whose distance nobody knows is passed by hand, or with the next one that is measured. Books whose
distances repeat or fall back are followed in their own order, leg by leg: a leg ends where they fall, or the trip is
set. Indexes count from 0.
"""

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import Final

from codriver.roadbook.model import Roadbook
from codriver.units import Metres

# So many notes ahead of the pointer may be crossed in one step: more is not driving but a wrong distance.
WINDOW: Final = 8
# A note that stands this little before the one it follows is a slip of the book's writer, and no new leg.
SLIP: Final[Metres] = 100.0
# A note that was passed is passed, unless it turns out to lie this far ahead.
SLACK: Final[Metres] = 30.0
# A leg is not left for a distance that is so little beyond it: crews drive on past the last box, or set out before it.
BEYOND: Final[Metres] = 1000.0


def crossed(book: Roadbook, pointer: int, before: Metres, after: Metres) -> int | None:
    """Index of the last note from `pointer` on that driving from `before` to `after` passes; None where none is.

    At the end of a leg another count begins: what lies beyond is not passed in this step, nor before the leg is done.
    """
    notes, end = book.notes, min(pointer + WINDOW, len(book.notes))
    ahead = (index for index in range(pointer, end) if notes[index].measured and not notes[index].cancelled)
    last = next((index for index in ahead if before <= notes[index].total <= after), None)
    if last is None:
        return None
    if any(notes[index - 1].total > after and begins_leg(book, index) for index in range(pointer + 1, last + 1)):
        return None
    while last + 1 < end and _lies_behind(book, last + 1, after):
        last += 1
    return last


def _lies_behind(book: Roadbook, index: int, after: Metres) -> bool:
    note = book.notes[index]
    return note.measured and note.total <= after and not begins_leg(book, index)


def uncrossed(book: Roadbook, pointer: int, before: Metres, after: Metres) -> int:
    """The pointer when the total falls from `before` to `after`: notes that lie well ahead by now are not passed."""
    while (last := behind(book, pointer)) is not None and after < book.notes[last].total - SLACK <= before:
        pointer = last
    return pointer


def onward(book: Roadbook, pointer: int) -> int:
    """The first note from `pointer` on that a bulletin has not cancelled; the end of the book where there is none."""
    while pointer < len(book.notes) and book.notes[pointer].cancelled:
        pointer += 1
    return pointer


def behind(book: Roadbook, pointer: int) -> int | None:
    """The last note before `pointer` that is not cancelled; None where there is none."""
    return next((index for index in range(pointer - 1, -1, -1) if not book.notes[index].cancelled), None)


def reset(book: Roadbook, index: int) -> Metres | None:
    """What the trip becomes at this note; None at most, and where the book's own distances go on as if nothing were."""
    note, *following = book.notes[index : index + 2]
    values = [event.value for event in note.events if event.kind == "reset" and event.value is not None]
    if not values:
        return None
    if following and abs(following[0].total - note.total) <= abs(following[0].total - values[-1]):
        return None
    return float(values[-1])


def seek(book: Roadbook, total: Metres, near: int = 0) -> int:
    """Index of the first note ahead of `total`; one past the last where all are behind."""
    leg = _leg(book, total, near)
    return leg.start + bisect_right(list(accumulate((book.notes[index].total for index in leg), max)), total)


def nearest(book: Roadbook, total: Metres, near: int = 0) -> int | None:
    """Index of the note nearest to `total` by distance, the earlier of two; None in an empty book."""
    notes = book.notes
    known = [index for index in _leg(book, total, near) if notes[index].measured and not notes[index].cancelled]
    return min(known, key=lambda index: abs(notes[index].total - total), default=None)


def half_gap(book: Roadbook, index: int) -> Metres:
    """Half the way from a note to its nearer neighbour: further off than that, it may be the other one."""
    totals = [book.notes[i].total for i in (index - 1, index + 1) if 0 <= i < len(book.notes)]
    return min((abs(book.notes[index].total - total) for total in totals), default=float("inf")) / 2.0


def _leg(book: Roadbook, total: Metres, near: int) -> range:
    """The leg that `total` fits best; of those it fits alike, the one nearest to the note at `near`."""
    if not book.notes:
        return range(0)
    starts = [0, *(index for index in range(1, len(book.notes)) if begins_leg(book, index)), len(book.notes)]

    def misfit(leg: range) -> tuple[Metres, int]:
        least, most = book.notes[leg[0]].total, book.notes[leg[-1]].total
        return max(least - total - BEYOND, total - most - BEYOND, 0.0), max(leg[0] - near, near - leg[-1], 0)

    return min((range(start, end) for start, end in pairwise(starts)), key=misfit)


def begins_leg(book: Roadbook, index: int) -> bool:
    """Whether this note begins another leg: distances fall here, or the trip was set at the note before."""
    if index == 0:
        return False
    return book.notes[index].total < book.notes[index - 1].total - SLIP or reset(book, index - 1) is not None
