"""Race miles: what the organiser counts at each place of a course, found from the mile posts that stand along it.

The count is the length of the track and an offset, since a file may begin at any mile: in the 2025 Baja 1000 pre-run
file one offset holds to 0.01 mile over 761 miles. Where a course leaves out a part of a longer one, as the sportsman
file does, the offset jumps. The offset of a stretch is the median of its posts', and each is held against it. Metres.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from codriver.units import MILE, Metres

JUMP: Final[Metres] = 0.25 * MILE  # posts that differ by more belong to two counts
AGREE: Final[Metres] = 0.02 * MILE
AT_JOINT: Final[Metres] = 100.0
ROUNDING: Final[Metres] = 50.0


class Post(NamedTuple):
    """A mile post: where on the track it stands, and what the organiser counts there."""

    at: Metres
    mile: Metres

    @property
    def offset(self) -> Metres:
        """What its count is ahead of the track."""
        return self.mile - self.at


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the course on which one offset holds, from box `first`, and how many posts say so."""

    first: int
    offset: Metres
    posts: int


@dataclass(frozen=True, slots=True)
class Count:
    """The count along a course: its totals, box by box; what each `reset` box sets it to; which posts do not agree."""

    totals: tuple[Metres, ...]
    resets: Mapping[int, Metres]
    stretches: tuple[Stretch, ...]
    wrong: tuple[int, ...]


def count(ats: Sequence[Metres], posts: Mapping[int, Metres], joints: Sequence[Metres]) -> Count:
    """The count at boxes that stand at these rising distances along the track; `posts` has the miles of those with one.

    A box at which the count jumps has its total in the old one, and its reset in the new.
    """
    standing = {index: Post(ats[index], mile) for index, mile in sorted(posts.items())}
    stretches = _stretches(ats, standing, joints)
    ends = [*(each.first for each in stretches[1:]), len(ats)]
    offsets = [each.offset for each, end in zip(stretches, ends, strict=True) for _ in range(each.first, end)]
    resets = {after.first - 1: ats[after.first - 1] + after.offset for after in stretches[1:]}
    wrong = [index for index, post in standing.items() if abs(post.offset - offsets[index]) > AGREE]
    return Count(
        tuple(max(0.0, at + offset) for at, offset in zip(ats, offsets, strict=True)),
        resets,
        tuple(stretches),
        tuple(index for index in wrong if abs(resets.get(index, 0.0) - standing[index].mile) > AGREE),
    )


def _stretches(ats: Sequence[Metres], posts: Mapping[int, Post], joints: Sequence[Metres]) -> list[Stretch]:
    runs = _runs(posts)
    offsets = [median(posts[index].offset for index in run) for run in runs] or [0.0]
    found = [Stretch(0, offsets[0], len(runs[0]) if runs else 0)]
    for (before, after), offset in zip(pairwise(runs), offsets[1:], strict=True):
        found.append(Stretch(_change(ats, before[-1], after[0], joints) + 1, offset, len(after)))
    return _from_zero(ats, found)


def _runs(posts: Mapping[int, Post]) -> list[list[int]]:
    """The posts of one count after the other. A post that agrees with no neighbour has no say, unless none has."""
    runs: list[list[int]] = []
    for index, post in posts.items():
        if runs and abs(post.offset - posts[runs[-1][-1]].offset) <= JUMP:
            runs[-1].append(index)
        else:
            runs.append([index])
    heard = [run for run in runs if len(run) > 1] or [[index for run in runs for index in run]]
    merged: list[list[int]] = []
    for run in heard:
        if merged and run and abs(posts[run[0]].offset - posts[merged[-1][-1]].offset) <= JUMP:
            merged[-1] += run
        elif run:
            merged.append(run)
    return merged


def _change(ats: Sequence[Metres], before: int, after: int, joints: Sequence[Metres]) -> int:
    """The box at which the count jumps, between two posts: the first at a joint of the track, else the last of all."""
    between = range(before + 1, after)
    at_joint = (index for index in between if _is_joint(ats[index], joints))
    return next(at_joint, between[-1] if between else before)


def _is_joint(at: Metres, joints: Sequence[Metres]) -> bool:
    following = bisect_left(joints, at - AT_JOINT)
    return following < len(joints) and joints[following] <= at + AT_JOINT


def _from_zero(ats: Sequence[Metres], stretches: list[Stretch]) -> list[Stretch]:
    """The stretches, with one that counts from the start of the track where the race miles begin further on.

    So it is where miles count from a bridge after the start line; no trip can begin below zero.
    """
    first = stretches[0]
    zero = next((index for index, at in enumerate(ats) if at + first.offset >= 0.0), len(ats))
    if not ats or zero >= len(ats) - 1 or ats[0] + first.offset > -ROUNDING:
        return stretches
    if len(stretches) > 1 and stretches[1].first <= zero + 1:
        return stretches
    return [Stretch(0, 0.0, 0), Stretch(zero + 1, first.offset, first.posts), *stretches[1:]]
