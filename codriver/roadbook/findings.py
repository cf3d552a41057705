"""What a reader notices on its way through a file, gathered until the report is written.

One kind of doubt is told once, with all the boxes it concerns, however often a file repeats it.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from codriver.roadbook.model import Doubt

KINDS: Final = 200
NAMED: Final = 8


@dataclass(slots=True)
class _Where:
    boxes: list[int] = field(default_factory=list)
    count: int = 0
    last: int | None = None


@dataclass(slots=True)
class Findings:
    """The doubts and the ignored parts of one file; `cut` says where its reading had to stop, if it did.

    `labels` are what the crew calls boxes that are not called by their numbers.
    """

    cut: str = ""
    labels: dict[int, str] = field(default_factory=dict)
    _doubts: dict[tuple[str, str], _Where] = field(default_factory=dict)
    _ignored: Counter[str] = field(default_factory=Counter)
    _unlisted: int = 0

    def doubt(self, text: str, advice: str = "", note: int | None = None) -> None:
        """Note a doubt: a sentence on what was found, another on what to do, and the box's number if it has one."""
        if (text, advice) not in self._doubts and len(self._doubts) >= KINDS:
            self._unlisted += 1
            return
        where = self._doubts.setdefault((text, advice), _Where())
        if note is None or note != where.last:
            where.count += 1
        if note is not None and note != where.last and len(where.boxes) < NAMED:
            where.boxes.append(note)
        where.last = note

    def ignore(self, what: str) -> None:
        """Count something that was read over, named as the file names it."""
        name = what[:40]
        self._ignored[name if name in self._ignored or len(self._ignored) < KINDS else "others"] += 1

    def renumber(self, numbers: dict[int, int]) -> None:
        """Follow boxes to their numbers in the finished book; those that are not in it are no longer named."""
        for where in self._doubts.values():
            where.boxes = [numbers[number] for number in where.boxes if number in numbers]

    def copy(self) -> "Findings":
        """The same, to be added to without changing these."""
        doubts = {key: replace(where, boxes=[*where.boxes]) for key, where in self._doubts.items()}
        return replace(self, labels={**self.labels}, _doubts=doubts, _ignored=self._ignored.copy())

    def take(self, other: "Findings") -> None:
        """Take over the doubts of `other`, and what its boxes are called."""
        self.labels |= other.labels
        for doubt in other.doubts:
            self.doubt(doubt.text, doubt.advice, doubt.note)

    @property
    def ignored(self) -> tuple[tuple[str, int], ...]:
        """(name, how often) of all that was read over, the most frequent first."""
        return tuple(self._ignored.most_common())

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Each doubt once, in the order found; further boxes stand in its text."""
        told = [self._told(text, advice, where) for (text, advice), where in self._doubts.items()]
        if self._unlisted:
            told.append(Doubt(f"{self._unlisted} more doubts are not listed.", "Ask for a better copy of this file."))
        return tuple(told)

    def _told(self, text: str, advice: str, where: _Where) -> Doubt:
        boxes = sorted(where.boxes)
        if not boxes:
            return Doubt(text if where.count == 1 else f"{text} ({where.count} times)", advice)
        if len(boxes) > 1:
            more = where.count - len(boxes)
            others = ", ".join(self.labels.get(box, str(box)) for box in boxes[1:])
            text += f" Also box{'es' if len(boxes) > 2 else ''} {others}"
            text += f" and {more} more." if more else "."
        return Doubt(text, advice, boxes[0], self.labels.get(boxes[0], ""))
