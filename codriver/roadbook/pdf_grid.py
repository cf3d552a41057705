"""Where the boxes of a page are: rows and cells between ruled lines, or between stretches of blank paper.

A page has one or more strips of boxes side by side; a strip has rows, and a row has cells. Places are points from the
left and the top of the page. Knows nothing of what is written in them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final, TypeAlias

from codriver.roadbook.pdf_pages import Area, Rule, Rules

_NEAR: Final = 4.0  # lines so near to each other are one: the two edges of a bar, or two boxes that touch
_ENDS: Final = 8.0  # lines that begin and end so near to each other belong to one strip
_LEAST_ROW: Final = 11.0
_LEAST_CELL: Final = 12.0
_WIDE: Final = 0.2  # of the page: a shorter line is no edge of a box
_SHARE: Final = 0.6  # of the rows of a strip: a line down fewer of them is part of a drawing
_ALIKE: Final = 0.08


@dataclass(frozen=True, slots=True)
class Row:
    """One box as it stands on the page: all of it, and its cells from left to right (one, where nothing parts them)."""

    area: Area
    cells: tuple[Area, ...]


Strip: TypeAlias = tuple[Row, ...]


def ruled(rules: Rules, page: Area) -> tuple[Strip, ...]:
    """The strips between the ruled lines of a page, from left to right; their rows from the top."""
    across = [
        rule
        for rule in _joined(rules.across)
        if rule.end - rule.begin >= _WIDE * page.right and 2.0 < rule.at < page.bottom - 2.0
    ]
    strips: list[Strip] = []
    for begin, end in _extents(across):
        edges = [rule.at for rule in across if rule.begin <= begin + _ENDS and rule.end >= end - _ENDS]
        rows = [Area(begin, top, end, bottom) for top, bottom in pairwise(edges) if bottom - top >= _LEAST_ROW]
        strips += _halves(_celled(rows, _joined(rules.down)))
    return tuple(sorted(filter(None, strips), key=lambda strip: strip[0].area.left))


def moved(row: Row, where: Callable[[Area], Area]) -> Row:
    """The row with each of its areas moved."""
    return Row(where(row.area), tuple(map(where, row.cells)))


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Lines that are one line drawn in pieces, or twice, made one; in order of their place."""
    lines: list[list[Rule]] = []
    for rule in sorted(rules):
        if lines and rule.at - lines[-1][0].at <= _NEAR:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return [piece for line in lines for piece in _pieces(line)]


def _pieces(line: list[Rule]) -> Iterable[Rule]:
    at = median(rule.at for rule in line)
    begin = end = None
    for rule in sorted(line, key=lambda rule: rule.begin):
        if begin is None or end is None:
            begin, end = rule.begin, rule.end
        elif rule.begin <= end + _NEAR:
            end = max(end, rule.end)
        else:
            yield Rule(at, begin, end)
            begin, end = rule.begin, rule.end
    if begin is not None and end is not None:
        yield Rule(at, begin, end)


def _extents(across: Sequence[Rule]) -> list[tuple[float, float]]:
    """(left, right) of each strip. Of two that overlap it is the wider, unless that is only a frame."""
    groups: list[list[Rule]] = []
    for rule in across:
        group = next(
            (one for one in groups if abs(one[0].begin - rule.begin) < _ENDS and abs(one[0].end - rule.end) < _ENDS),
            None,
        )
        if group is None:
            groups.append([rule])
        else:
            group.append(rule)
    kept: list[list[Rule]] = []
    for group in sorted((one for one in groups if len(one) > 1), key=lambda one: one[0].begin - one[0].end):
        rivals = [one for one in kept if one[0].begin < group[0].end - _ENDS and group[0].begin < one[0].end - _ENDS]
        if all(2 * len(one) < len(group) for one in rivals):
            kept = [one for one in kept if one not in rivals] + [group]
    return [(median(rule.begin for rule in one), median(rule.end for rule in one)) for one in kept]


def _celled(rows: Sequence[Area], down: Sequence[Rule]) -> Strip:
    """The rows with their cells. Where most rows have lines down them, one without any is the gap between two boxes."""
    lines = [[rule.at for rule in down if _spans(rule, row)] for row in rows]
    common = _common(lines)
    if sum(bool(one) for one in lines) * 2 > len(lines):
        rows = [row for row, one in zip(rows, lines, strict=True) if one]
        lines = [one for one in lines if one]
    found = []
    for row, own in zip(rows, lines, strict=True):
        inner = [at for at in own if any(abs(at - other) <= _NEAR for other in common)]
        edges = [row.left, *(at for at in sorted(inner) if row.left + _NEAR < at < row.right - _NEAR), row.right]
        cells = [
            Area(left, row.top, right, row.bottom) for left, right in pairwise(edges) if right - left >= _LEAST_CELL
        ]
        found.append(Row(row, tuple(cells) or (row,)))
    return tuple(found)


def _spans(rule: Rule, row: Area) -> bool:
    inside = row.left - _NEAR <= rule.at <= row.right + _NEAR
    return inside and rule.begin <= row.top + 3.0 and rule.end >= row.bottom - 3.0


def _common(lines: Sequence[Sequence[float]]) -> list[float]:
    """The places at which most rows have a line down them."""
    places = {round(at) for one in lines for at in one}
    return [
        at for at in places if sum(any(abs(at - own) <= _NEAR for own in one) for one in lines) >= _SHARE * len(lines)
    ]


def _halves(strip: Strip) -> Iterable[Strip]:
    """Two strips, where two boxes that touch stand in each row: their cells come twice in the same widths."""
    count = max((len(row.cells) for row in strip), default=0)
    if count < 4 or count % 2 or not all(_twice(row) for row in strip if len(row.cells) == count):
        return (strip,)
    halves = [
        [_row(row.cells[part * count // 2 : (part + 1) * count // 2]) for row in strip if len(row.cells) == count]
        for part in (0, 1)
    ]
    return (tuple(halves[0]), tuple(halves[1]))


def _twice(row: Row) -> bool:
    widths = [cell.right - cell.left for cell in row.cells]
    half, whole = len(widths) // 2, row.area.right - row.area.left
    alike = all(abs(a - b) <= _ALIKE * whole / 2 for a, b in zip(widths[:half], widths[half:], strict=True))
    return alike and max(widths[:half]) > 1.3 * min(widths[:half])


def _row(cells: Sequence[Area]) -> Row:
    return Row(Area(cells[0].left, cells[0].top, cells[-1].right, cells[0].bottom), tuple(cells))
