"""Which note is next: the pointer into the book, moved by distance, by hand, or sought anew after a change of distance.

A note is passed when the total crosses its distance from below, so a correction by hand never makes the pointer jump
back and forth. Books whose distances repeat or fall back are followed in their own order. Indexes count from 0.
"""

from bisect import bisect_right
from typing import Final

from codriver.roadbook.model import Roadbook
from codriver.units import Metres

# So many notes ahead of the pointer may be crossed in one step: more is not driving but a wrong distance.
WINDOW: Final = 8


def crossed(book: Roadbook, pointer: int, before: Metres, after: Metres) -> int | None:
    """Index of the last note from `pointer` on whose distance lies in (before, after]; None where none does."""
    found = None
    for index in range(pointer, min(pointer + WINDOW, len(book.notes))):
        if before < book.notes[index].total <= after:
            found = index
    return found


def seek(book: Roadbook, total: Metres) -> int:
    """Index of the first note ahead of `total`; one past the last where all are behind."""
    return bisect_right([note.total for note in book.notes], total) if _rises(book) else _seek_any(book, total)


def nearest(book: Roadbook, total: Metres) -> int | None:
    """Index of the note nearest to `total` by distance, the earlier of two; None in an empty book."""
    if not book.notes:
        return None
    return min(range(len(book.notes)), key=lambda index: abs(book.notes[index].total - total))


def half_gap(book: Roadbook, index: int) -> Metres:
    """Half the way from a note to its nearer neighbour: further off than that, it may be the other one."""
    totals = [book.notes[i].total for i in (index - 1, index + 1) if 0 <= i < len(book.notes)]
    return min((abs(book.notes[index].total - total) for total in totals), default=float("inf")) / 2.0


def _rises(book: Roadbook) -> bool:
    return all(a.total <= b.total for a, b in zip(book.notes, book.notes[1:], strict=False))


def _seek_any(book: Roadbook, total: Metres) -> int:
    return next((i for i, note in enumerate(book.notes) if note.total > total), len(book.notes))
