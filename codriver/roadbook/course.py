"""A desert-race course as an organiser's GPS file holds it: a long track, and points whose names are the data.

`SZ08 60MPH` begins a speed zone, `VCP A5` is a virtual checkpoint, `RM 45` a race mile post. The points come sorted by
name, so each is put where the track passes it; where it passes twice, the numbers tell, which rise along the course.
Totals are race miles, in metres. Source: the 2025 Baja 1000 pre-run files, measured; the format is nowhere described.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from codriver.roadbook.findings import NAMED, Findings
from codriver.roadbook.geodesy import chord
from codriver.roadbook.joined import Piece, Way, way
from codriver.roadbook.limits import EVENTS, NOTES
from codriver.roadbook.miles import Count, count
from codriver.roadbook.model import Event, Note, Position, Waypoint
from codriver.roadbook.order import BACKWARDS
from codriver.roadbook.track import REACHES, Pass
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, mark, settle
from codriver.units import KILOMETRE, MILE, Metres

# A name may say several things, joined by a hyphen: `CHECK 2-SZ19 60MPH`, `VCP 132-RM 150`, `VCP 304-SPTM CUT`.
_GAP: Final = r"[ ._#-]{0,3}"
_SIGNS: Final = {
    kind: re.compile(pattern.replace("~", _GAP), re.ASCII | re.IGNORECASE)
    for kind, pattern in {
        "end": r"END~(?:OF~)?(?:SZ|SPEED~ZONE)~(?P<number>\d{0,4})",
        "zone": r"(?:(?:START|BEGIN)~)?(?:SZ|SPEED~ZONE)~(?P<number>\d{1,4}(?=\D|$))?"
        r"~(?:(?P<limit>\d{1,3})~(?P<unit>MPH|KM/?H|KPH))?",
        "post": r"(?:RM|RACE~MILE)~(?P<number>\d{1,4}(?:\.\d{1,3})?)",
        "virtual": r"VCP~(?P<letters>[A-Z]{0,3})~(?P<number>\d{0,4})",
        "check": r"CHECK(?:POINT)?~(?P<number>\d{1,3})",
        "stop": r"STOP~(?P<number>\d{0,4})",
        "danger": r"DANGER~(?P<number>\d{0,4})",
        "pit": r"(?:[A-Z]{2,12}~)?PIT~(?P<number>\d{1,3})",
    }.items()
}
_JOINTS: Final = re.compile(r"\s*(?:[-&+,]|/(?!h))\s*", re.IGNORECASE)

# The marks are numbered, not graded. Their word is that of `!!` (attention, danger, great danger), 23 of them in 766
# miles are no mere cautions, and one that is not graded must not pass for the least; nor for `!!!`, which is a safety
# waypoint too.
DANGER: Final = "2"
FEW: Final = 3  # names that say something, before a file is taken for a course…
SHARE: Final = 0.25  # …and their share of all, since an organiser's file is full of towns
BESIDE: Final[Metres] = REACHES[0]  # the box of a place that is further from the track stands where one passes it…
ASIDE: Final[Metres] = REACHES[1]  # …and if it is this far, its note says so
SAMPLES: Final = 4000
FAR: Final = 200  # places far from the track that are looked up
PASSES: Final = 8
ENDS: Final[Metres] = 500.0
_LIKE: Final[Metres] = 10.0  # passages no more unlike are equally near
_DRIFT: Final[Metres] = 300.0
_LAPS: Final = 0.8


@dataclass(frozen=True, slots=True)
class Sign:
    """What one part of a name says: a kind of `_SIGNS`, its series and its number there; of no kind if nothing."""

    kind: str
    text: str
    series: str = ""
    number: str = ""
    limit: str = ""

    @property
    def order(self) -> float | None:
        """Where it stands in its series; a zone ends after it begins."""
        return float(self.number) + 0.5 * (self.kind == "end") if self.number else None


class Course(NamedTuple):
    """A course laid out: its notes in order, its track in order, and the units it is counted in."""

    notes: tuple[Note, ...]
    track: tuple[Piece, ...]
    units: Units

    @property
    def begins(self) -> Metres:
        """The race mile of the first point, in metres: what the trip is set to at the start."""
        return self.notes[0].total if self.notes else 0.0


def named(names: Iterable[str]) -> bool:
    """Whether points with these names are those of a course: enough of them say something."""
    total = said = 0
    for name in names:
        total += 1
        said += any(sign.kind for sign in signs(name))
    return said >= FEW and said >= SHARE * total


def signs(name: str) -> tuple[Sign, ...]:
    """All that a name says; a single sign of no kind where that is nothing."""
    whole = _sign(name)
    if whole.kind:
        return (whole,)
    parts = tuple(_sign(part) for part in _JOINTS.split(name.strip()) if part)
    return parts if any(part.kind for part in parts) else (whole,)


def _sign(text: str) -> Sign:
    text = text.strip()
    for kind, pattern in _SIGNS.items():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        found = {key: value or "" for key, value in match.groupdict().items()}
        letters, number = found.get("letters", "").upper(), found.get("number", "")
        if kind == "virtual" and not letters + number:
            continue
        series = {"end": "zone"}.get(kind, kind) + letters
        return Sign(kind, text, series, number, f"{found.get('limit', '')} {found.get('unit', '')}".strip())
    return Sign("", text)


def laid(notes: Sequence[Note], track: Sequence[Sequence[Position]], findings: Findings) -> Course:
    """The course of these points, whose names are its data, along this track; notes without a position are left out.

    Where there is no track, the longest series of numbered points stands in for it.
    """
    points = [_Point(note, signs(note.name)) for note in notes if note.position is not None]
    units = _units(points)
    drawn = [piece for piece in track if piece]
    if not points:
        return Course((), tuple(map(tuple, drawn)), units)
    course = way(drawn or _drawn(points, findings), _series_places(points), findings)
    placed = _placed(points, course, findings)
    counted = count([one.at for one in placed], _posts(placed, units), course.joints)
    _tell(placed, counted, units, findings)
    finished = [_note(one, index, counted, units, findings) for index, one in enumerate(placed)]
    _tell_signs(finished, placed, findings)
    numbers: dict[int, int] = {}
    for number, note in enumerate(finished, start=1):
        numbers.setdefault(note.number, number)
    findings.renumber(numbers)
    renumbered = tuple(replace(note, number=number) for number, note in enumerate(finished, start=1))
    return Course(renumbered, course.pieces if drawn else (), units)


@dataclass(frozen=True, slots=True)
class _Point:
    """A point as read, and what its name says."""

    note: Note
    signs: tuple[Sign, ...]

    @property
    def place(self) -> Position:
        assert self.note.position is not None
        return self.note.position

    @property
    def says(self) -> bool:
        return any(sign.kind for sign in self.signs)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A point where it stands: metres along the track, and aside of it."""

    point: _Point
    at: Metres
    miss: Metres
    lap: int = 1


def _units(points: Sequence[_Point]) -> Units:
    """Miles, unless the limits are all in kilometres and no post counts miles."""
    limits = {sign.limit[-3:].upper() for point in points for sign in point.signs if sign.limit}
    posts = any(sign.kind == "post" for point in points for sign in point.signs)
    return METRIC if limits and "MPH" not in limits and not posts else STATUTE


def _series(points: Sequence[_Point]) -> dict[str, list[tuple[float, int]]]:
    """(number, index of the point) of each series in rising order, the mile posts first, then the longest series."""
    found: dict[str, list[tuple[float, int]]] = {}
    for index, point in enumerate(points):
        for sign in point.signs:
            if sign.order is not None:
                found.setdefault(sign.series, []).append((sign.order, index))
    names = sorted(found, key=lambda name: (name != "post", -len(found[name]), name))
    return {name: sorted(found[name]) for name in names}


def _series_places(points: Sequence[_Point]) -> list[list[Position]]:
    return [[points[index].place for _, index in one] for one in _series(points).values()]


def _drawn(points: Sequence[_Point], findings: Findings) -> list[list[Position]]:
    """A line through the longest series of points, where a file has no track."""
    what = "The file has points, but no track: it was drawn in straight lines from one to the next."
    findings.doubt(what, "The road is longer: ask for the course with its track.")
    lines = max(_series_places(points), key=len, default=[])
    return [lines or [point.place for point in points]]


def _placed(points: Sequence[_Point], course: Way, findings: Findings) -> list[_Placed]:
    """The points in course order. A place off the course is put where the course comes nearest to it."""
    passes = {index: _near(course, point.place) for index, point in enumerate(points)}
    found = {index: one for index, one in passes.items() if one}
    if course.line.exhausted:
        what = "The track is too tangled to find every point on it."
        findings.doubt(what, "Check the course on a map: points may be missing, or stand at the wrong mile.")
    laps = _lapped(points, found)
    if laps is None:
        chosen = _chosen(points, found, course.line.length, findings)
        placed = [_Placed(points[index], one.at, one.miss) for index, one in chosen.items()]
    else:
        findings.doubt(f"The track goes round {laps[1]} times.", "Each point is called once a lap.")
        placed = [_Placed(points[i], one.at, one.miss, _lap(one.at, laps)) for i in found for one in found[i]]
    walk = [place for piece in course.pieces for place in piece]
    placed += _far([point for index, point in enumerate(points) if index not in found], course, walk, findings)
    placed = [_abeam(one, course, walk) for one in placed]
    return sorted(placed, key=lambda one: (one.at, one.miss > BESIDE, one.point.note.number))[:NOTES]


def _near(course: Way, place: Position) -> list[Pass]:
    known = course.known.get(place)
    passes = course.line.passes(place) if known is None else known
    if len(passes) > PASSES:
        passes = sorted(sorted(passes, key=lambda one: one.miss)[:PASSES], key=lambda one: one.at)
    return passes


def _chosen(
    points: Sequence[_Point], found: Mapping[int, list[Pass]], length: Metres, findings: Findings
) -> dict[int, Pass]:
    """Which passage each point means: that with which the numbers of its series rise; else the nearest, or first."""
    left = {index: list(passes) for index, passes in found.items()}
    numbered: set[int] = set()
    for name, series in _series(points).items():
        ranked = [(number, index) for number, index in series if index in left]
        if any(len(left[index]) > 1 for _, index in ranked):
            best = _rising([left[index] for _, index in ranked], [number for number, _ in ranked], name)
            left.update((index, [one]) for (_, index), one in zip(ranked, best, strict=True))
        numbered.update(index for _, index in ranked)
    chosen = {index: min(passes, key=lambda one: (one.miss // _LIKE, one.at)) for index, passes in left.items()}
    for index, passes in found.items():
        if index not in numbered and _doubtful(passes, chosen[index], length):
            what = "The course passes here more than once, and nothing says which time is meant."
            findings.doubt(what, "The first or nearest time was taken: look at it on a map.", points[index].note.number)
    return chosen


def _doubtful(passes: Sequence[Pass], chosen: Pass, length: Metres) -> bool:
    """Whether another passage is as near, but for start and finish at one place."""
    ends = chosen.at < ENDS, length - ENDS
    others = (one for one in passes if one is not chosen and one.miss // _LIKE <= chosen.miss // _LIKE)
    return any(not (ends[0] and one.at > ends[1]) for one in others)


def _rising(passes: Sequence[list[Pass]], numbers: Sequence[float], series: str) -> list[Pass]:
    """One passage of each point, so that as few as can be fall behind the one before; of equal ways the nearest.

    Mile posts must also lie as far apart as their numbers say.
    """
    costs = [[(0, one.miss // _LIKE) for one in passes[0]]]
    ways: list[list[int]] = []
    for at in range(1, len(passes)):
        step = (numbers[at] - numbers[at - 1]) * MILE if series == "post" else None
        row, back = [], []
        for one in passes[at]:
            reached = [
                (breaks + _breaks(passes[at - 1][i].at, one.at, step), miss)
                for i, (breaks, miss) in enumerate(costs[-1])
            ]
            best = reached.index(min(reached))
            row.append((reached[best][0], reached[best][1] + one.miss // _LIKE))
            back.append(best)
        costs.append(row)
        ways.append(back)
    index = costs[-1].index(min(costs[-1]))
    chosen = [passes[-1][index]]
    for at in range(len(passes) - 2, -1, -1):
        index = ways[at][index]
        chosen.append(passes[at][index])
    return chosen[::-1]


def _breaks(before: Metres, after: Metres, step: Metres | None) -> bool:
    return after <= before or (step is not None and abs(after - before - step) > _DRIFT)


def _lapped(points: Sequence[_Point], found: Mapping[int, list[Pass]]) -> tuple[Metres, int, Metres] | None:
    """(where laps begin, how many, how long) if the track passes nearly every point again after one and the same way.

    None where the numbers go on from lap to lap: then each point means one of them.
    """
    ways = [passes for passes in found.values() if passes[0].miss <= REACHES[0]]
    several = [passes for passes in ways if len(passes) > 1]
    if len(several) < FEW or len(several) < _LAPS * len(ways):
        return None
    times = max({len(passes) for passes in several}, key=[len(passes) for passes in several].count)
    gaps = sorted(b.at - a.at for passes in several if len(passes) == times for a, b in pairwise(passes))
    lap = gaps[len(gaps) // 2]
    if sum(abs(gap - lap) <= 0.01 * lap + BACKWARDS for gap in gaps) < _LAPS * len(gaps):
        return None
    for series in _series(points).values():
        firsts = [found[index][0].at for _, index in series if index in found]
        if any(later < earlier - BACKWARDS for earlier, later in pairwise(firsts)):
            return None
    return min(passes[0].at for passes in several), times, lap


def _lap(at: Metres, laps: tuple[Metres, int, Metres]) -> int:
    begin, times, length = laps
    return min(times, max(1, 1 + int((at - begin) / length + 0.01)))


def _far(points: Sequence[_Point], course: Way, walk: Sequence[Position], findings: Findings) -> list[_Placed]:
    """Places beside the course, put where it comes nearest; what ought to stand on the course is left out there."""
    if not course.line.exhausted:
        _tell_far([f"“{point.note.name}”" for point in points if point.says], findings)
    aside = [point for point in points if not point.says]
    if len(aside) > FAR:
        findings.doubt(f"More than {FAR} places lie far from the track.", "The others were left out.")
    nearest = [(point, *_nearest(point.place, walk)) for point in aside[:FAR]]
    return [_Placed(point, course.ats[index], miss) for point, index, miss in nearest]


def _tell_far(names: Sequence[str], findings: Findings) -> None:
    """All in one sentence: of half a course there are hundreds."""
    if len(names) == 1:
        findings.doubt(f"{names[0]} lies more than 1.5 km from the track.", "It was left out: check its position.")
    elif names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        what = f"{', '.join(names[:NAMED])}{more} lie more than 1.5 km from the track."
        findings.doubt(what, "They were left out: check their positions.")


def _nearest(place: Position, walk: Sequence[Position]) -> tuple[int, Metres]:
    """(index, metres aside) of the track's point nearest to `place`, to within a few points."""

    def aside(index: int) -> Metres:
        return chord(place.lat, place.lon, walk[index].lat, walk[index].lon)

    step = max(1, len(walk) // SAMPLES)
    rough = min(range(0, len(walk), step), key=aside)
    best = min(range(max(0, rough - step), min(len(walk), rough + step + 1)), key=aside)
    return best, aside(best)


def _abeam(one: _Placed, course: Way, walk: Sequence[Position]) -> _Placed:
    """The point; that of a place beside the course moved to the track, where the crew has it abeam."""
    if one.miss <= BESIDE or one.point.says:
        return one
    place = walk[max(0, bisect_right(course.ats, one.at) - 1)]
    return replace(one, point=replace(one.point, note=replace(one.point.note, position=place)))


def _posts(placed: Sequence[_Placed], units: Units) -> dict[int, Metres]:
    """The miles of the posts, by index; those of the first lap only, since a post has one number."""
    return {
        index: float(sign.number) * units.distance
        for index, one in enumerate(placed)
        for sign in one.point.signs
        if sign.kind == "post" and one.lap == 1
    }


def _note(one: _Placed, index: int, counted: Count, units: Units, findings: Findings) -> Note:
    """The note that a point makes: its tags, the words that no tag says, and its race miles."""
    note = replace(one.point.note, total=counted.totals[index], lap=one.lap, words=_words(one, units))
    for sign in one.point.signs:
        if sign.kind == "virtual":
            note = replace(note, waypoint=Waypoint("VCP", sign.series.removeprefix("virtual") + sign.number))
        for tag in _tags(sign):
            note = mark(note, tag, units, findings)
    if index in counted.resets and len(note.events) < EVENTS:
        note = replace(note, events=(*note.events, Event("reset", counted.resets[index])))
    return settle(note, findings)


def _tags(sign: Sign) -> tuple[Tag, ...]:
    called = sign.number
    match sign.kind:
        case "zone":
            return (Tag("dz", sign.limit, called=f"SZ{called}"),)
        case "end":
            return (Tag("fz", called=f"SZ{called}"),)
        case "check":  # physical checkpoints are full stops
            return Tag("checkpoint", called=called), Tag("stop")
        case "stop":
            return (Tag("stop", called=called),)
        case "danger":
            return (Tag("danger", DANGER),)
    return ()


def _words(one: _Placed, units: Units) -> str:
    """What is left to say: of the name what is no tag, and what the file has besides the name."""
    note = one.point.note
    kept = [sign.text for sign in one.point.signs if sign.kind in {"", "post", "pit", "check"}]
    if one.miss > ASIDE and not one.point.says:
        miles = units is STATUTE
        kept.append(f"{one.miss / (MILE if miles else KILOMETRE):.1f} {'miles' if miles else 'km'} off the course")
    return "\n".join([", ".join(kept), *([] if note.words == note.name else [note.words])]).strip()


def _tell(placed: Sequence[_Placed], counted: Count, units: Units, findings: Findings) -> None:
    """Doubt what was found of the race miles, since the crew sets its trip by them."""
    unit = units.distance
    first = counted.stretches[0]
    if not any(each.posts for each in counted.stretches):
        findings.doubt("No race mile post (RM) stands on the course.", "Distances count from the start of the track.")
    else:
        told = " and later ".join(f"{each.offset / unit:.2f}" for each in counted.stretches if each.posts)
        posts = sum(each.posts for each in counted.stretches)
        what = f"Race miles are track miles plus {told}, by {posts} post{'s' if posts > 1 else ''} (RM)."
        begins = (placed[0].at + first.offset) / unit
        advice = f"A new run begins at {max(0.0, begins):.2f}, as the book does: check the trip at its first box."
        findings.doubt(what, advice)
    for index in counted.wrong:
        what = "A race mile post does not stand at its mile by the others."
        findings.doubt(what, "The others are believed: check the trip here.", placed[index].point.note.number)
    for index, value in counted.resets.items():
        what = f"Race miles jump here from {counted.totals[index] / unit:.2f} to {value / unit:.2f}."
        findings.doubt(what, "The trip is set by this box.", placed[index].point.note.number)


def _tell_signs(notes: Sequence[Note], placed: Sequence[_Placed], findings: Findings) -> None:
    _tell_zones(notes, findings)
    _tell_order(placed, findings)
    if any(sign.kind == "danger" for one in placed for sign in one.point.signs):
        what = "The danger marks of this course have no level."
        findings.doubt(what, "Each is called as danger 2: raise those you know to be worse.")
    aside = sum(one.miss > ASIDE and not one.point.says for one in placed)
    if aside:
        what = f"{aside} places lie more than {ASIDE:.0f} m beside the course."
        findings.doubt(what, "Each is noted where the course comes nearest to it.")


def _tell_zones(notes: Sequence[Note], findings: Findings) -> None:
    running = ""
    for note in notes:
        begun = [event.name for event in note.events if event.kind == "dz"]
        ended = [event.name for event in note.events if event.kind == "fz"]
        if ended and running and running not in ended and "SZ" not in ended:
            what = "A zone ends here by another name than the one that runs."
            findings.doubt(what, "It is taken for the end: check it.", note.number)
        if begun and running and running not in ended:
            what = "A speed zone begins here before the last one has ended."
            findings.doubt(what, "The new limit takes over: the last zone has no end of its own.", note.number)
        if begun or ended:
            running = begun[-1] if begun else ""


def _tell_order(placed: Sequence[_Placed], findings: Findings) -> None:
    """Doubt every number that is lower than one before it on the course."""
    highest: dict[tuple[str, int], tuple[float, Metres]] = {}
    for one in placed:
        for sign in one.point.signs:
            key = sign.series, one.lap
            if sign.order is None:
                continue
            most, at = highest.get(key, (-1.0, 0.0))
            if sign.order < most and one.at > at + BACKWARDS:
                what = "The number in the name is lower than one before it on the course."
                findings.doubt(what, "The box may stand at the wrong place: check it.", one.point.note.number)
            highest[key] = max((sign.order, one.at), (most, at))
