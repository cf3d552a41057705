"""The pieces of a track put into one course: in order, turned, and beginning where the course begins.

Old receivers took 10 000 points a track, so long courses are cut, and files hold the pieces in any order. They are
joined by their nearest ends; which way round the course goes, and where a loop begins, the numbers of the points beside
it say, which rise along the course (measured in the 2025 Baja 1000 pre-run files, without one exception). Metres.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, combinations, pairwise
from typing import Final, NamedTuple, TypeAlias

from codriver.roadbook.findings import Findings
from codriver.roadbook.geodesy import chord, distance
from codriver.roadbook.model import Position
from codriver.roadbook.track import Line, Pass
from codriver.units import Metres

Piece: TypeAlias = tuple[Position, ...]

RING: Final[Metres] = 1000.0  # a course whose ends are no further apart is a loop
HOLE: Final[Metres] = 500.0  # a step that is so long, and so much longer than the others, is a hole in the track
STEPS: Final = 10.0
MOST: Final = 200  # pieces that are put in order; real courses have ten
EVIDENCE: Final = 3  # pairs of numbered points, before a track is turned because of them

_End: TypeAlias = tuple[int, bool]  # of which piece, and whether it is its last point


class Way(NamedTuple):
    """The course: its pieces one behind the other, the line along them, and how far along it each of their points is.

    `known` has the passes by places that were looked up already, which is most of the work.
    """

    pieces: tuple[Piece, ...]
    line: Line
    ats: list[Metres]
    known: Mapping[Position, list[Pass]]

    @property
    def joints(self) -> tuple[Metres, ...]:
        """How far along the line each piece but the first begins."""
        return tuple(self.ats[index] for index in accumulate(map(len, self.pieces[:-1])))


def way(track: Sequence[Sequence[Position]], series: Sequence[Sequence[Position]], findings: Findings) -> Way:
    """The course along these pieces, with the places of each of the `series` in rising order along it.

    What was turned is doubted. A long hole within a piece makes it two, so that whoever follows knows of it.
    """
    pieces = list(dict.fromkeys(tuple(piece) for piece in track if piece))
    chain = _chain(pieces)
    if chain != pieces:
        what = "The pieces of the track do not follow each other in the file."
        findings.doubt(what, "They were joined by their nearest ends: look at the course on a map.")
    line = Line(chain)
    known = {place: line.passes(place) for one in series for place in one}
    turned = _turned(chain, line, [[known[place] for place in one] for one in series])
    if turned is not chain:
        what = "The track does not run as its points are numbered."
        findings.doubt(what, "It was turned so that the numbers rise: look at the course on a map.")
        chain, line, known = turned, Line(turned), {}
    steps = [chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(place for piece in chain for place in piece)]
    return Way(tuple(_cut(chain, steps)), line, list(accumulate(steps, initial=0.0)), known)


def _cut(chain: Sequence[Piece], steps: Sequence[Metres]) -> Iterator[Piece]:
    """The pieces, each cut where it has a hole; `steps` are those between all their points."""
    begin = 0
    for piece in chain:
        inside = steps[begin : begin + len(piece) - 1]
        begin += len(piece)
        least = max(HOLE, STEPS * sum(inside) / len(inside)) if inside else HOLE
        cuts = [0, *(index for index, step in enumerate(inside, start=1) if step > least), len(piece)]
        yield from (piece[start:end] for start, end in pairwise(cuts))


def _chain(pieces: list[Piece]) -> list[Piece]:
    """The pieces in an order and direction in which each begins where the one before ends; as they are if they do."""
    if not 1 < len(pieces) <= MOST:
        return pieces
    joined = _by_nearest_ends(pieces)
    return pieces if _gaps(pieces) <= 2 * _gaps(joined) + RING else joined


def _gaps(pieces: Sequence[Piece]) -> Metres:
    return sum(distance(a[-1], b[0]) for a, b in pairwise(pieces))


def _by_nearest_ends(pieces: list[Piece]) -> list[Piece]:
    order = _walk(_links(pieces), len(pieces))
    if not next(forwards for index, forwards in order if index == 0):
        order = [(index, not forwards) for index, forwards in reversed(order)]
    first = next(at for at, (index, _) in enumerate(order) if index == 0)
    chain = [pieces[index] if forwards else pieces[index][::-1] for index, forwards in order]
    return chain[first:] + chain[:first] if _is_ring(chain) else chain


def _links(pieces: list[Piece]) -> dict[_End, _End]:
    """Which end is joined to which: the nearest first, until all pieces hang together in one chain."""
    ends = [(index, last) for index in range(len(pieces)) for last in (False, True)]
    places = {(index, last): pieces[index][-1 if last else 0] for index, last in ends}
    pairs = [(a, b) for a, b in combinations(ends, 2) if a[0] != b[0]]
    pairs.sort(key=lambda pair: distance(places[pair[0]], places[pair[1]]))
    chains = list(range(len(pieces)))
    links: dict[_End, _End] = {}
    for a, b in pairs:
        one, other = chains[a[0]], chains[b[0]]
        if one != other and a not in links and b not in links:
            links[a], links[b] = b, a
            chains = [one if chain == other else chain for chain in chains]
    return links


def _walk(links: dict[_End, _End], count: int) -> list[tuple[int, bool]]:
    """(piece, whether forwards) along the chain, from the free end of the piece that comes first in the file."""
    at: _End | None = next((i, last) for i in range(count) for last in (False, True) if (i, last) not in links)
    order: list[tuple[int, bool]] = []
    while at is not None:
        index, last = at
        order.append((index, not last))
        at = links.get((index, not last))
    return order


def _is_ring(chain: Sequence[Piece]) -> bool:
    return distance(chain[-1][-1], chain[0][0]) <= RING


def _turned(chain: list[Piece], line: Line, series: Sequence[Sequence[list[Pass]]]) -> list[Piece]:
    """The chain reversed, or begun at another joint of a loop, if the numbers then rise; itself if they do as it is."""
    found = [[passes[0].at for passes in one if len(passes) == 1] for one in series]
    numbered = [one for one in found if len(one) > 1]
    pairs = sum(len(one) - 1 for one in numbered)
    ring = _is_ring(chain)
    starts = [0.0, *(_joints(chain) if ring and len(chain) <= MOST else ())]
    tries = [(start, backwards) for backwards in (False, True) for start in starts]
    falls = [_falls(numbered, line.length, start, backwards=backwards) for start, backwards in tries]
    best = falls.index(min(falls))
    if best == 0 or pairs < EVIDENCE or 2 * falls[best] > falls[0]:
        return chain
    first = starts.index(tries[best][0])
    chain = chain[first:] + chain[:first]
    return [piece[::-1] for piece in reversed(chain)] if tries[best][1] else chain


def _joints(chain: Sequence[Piece]) -> list[Metres]:
    lengths = [sum(distance(a, b) for a, b in pairwise(piece)) for piece in chain[:-1]]
    gaps = [distance(a[-1], b[0]) for a, b in pairwise(chain)]
    return list(accumulate(length + gap for length, gap in zip(lengths, gaps, strict=True)))


def _falls(numbered: Sequence[Sequence[Metres]], length: Metres, start: Metres, *, backwards: bool) -> int:
    """How often the numbers would fall along the course if it began at `start`."""
    moved = ([(start - at if backwards else at - start) % (length or 1.0) for at in one] for one in numbered)
    return sum(later < earlier for one in moved for earlier, later in pairwise(one))
