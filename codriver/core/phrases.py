"""The words of a call: a note of the book, or how far it is, in few words. Pure, and the same on every machine.

What the crew or the book has written wins; tags, cap and geometry say the rest. A side is named only where it is
written, or where the way at the box turns so clearly that cap and track agree; else the heading alone. A text is made
for the eye (`in 400: danger 2, left, cap 126`); `speech` is what a voice is to be given of it, `seconds` how long that
takes. The words themselves stand in `languages/`, a file a language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite, remainder
from typing import Final, NamedTuple

from codriver.core.languages import distances, reading
from codriver.core.languages.language import Language, language
from codriver.core.languages.reading import Reading, Side
from codriver.core.languages.speech import seconds, speech
from codriver.roadbook.lexicon import BUILT_IN, Abbreviations
from codriver.roadbook.model import Event, Note
from codriver.roadbook.turns import Turn
from codriver.units import KMH, MILE, MINUTE, MPH, Degrees, Metres, MetresPerSecond, Seconds

__all__ = ["LONGEST", "Phrases", "importance", "phrases", "seconds", "speech"]

# Words that can be kept in mind at 140 km/h (peers.md A12: never 13 at once; a heading alone has four).
LONGEST: Final = 14
RINGS: Final = (3, 2, 1)
# Steps of a distance that is only known about, up to `ROUGH` and beyond.
ABOUT: Final[dict[str, tuple[Metres, Metres]]] = {"metric": (100.0, 1000.0), "statute": (0.1 * MILE, MILE)}
ROUGH: Final[Metres] = 2000.0
# A bend of less is a bend of the track; of more than the second, which side it goes hangs on where one measures.
CLEAR: Final[tuple[Degrees, Degrees]] = (35.0, 165.0)
AGREEING: Final[Degrees] = 30.0
# How crews call a turn (domain.md 3.6): in degrees 30, 60, 90 or hairpin, or 1-2-3; from at least so many degrees.
HAIRPIN: Final[Degrees] = 120.0
DEGREES: Final[tuple[tuple[Degrees, int], ...]] = ((75.0, 90), (45.0, 60), (0.0, 30))
SEVERITIES: Final[tuple[tuple[Degrees, int], ...]] = ((90.0, 3), (60.0, 2), (0.0, 1))

# What of a note goes first where not all of it can be kept, and in which order its events are said.
_DANGER, _SIDE, _CAP, _ZONE, _DUTY, _WORDS, _POINT, _MARKER = range(8)
_FIRST: Final = {"stop": _DUTY, "dz": _ZONE, "dn": _DUTY}
_EVENTS: Final = {
    "fz": _DUTY,
    "fn": _DUTY,
    "dss": _DUTY,
    "ass": _DUTY,
    "dt": _DUTY,
    "ft": _DUTY,
    "timecontrol": _DUTY,
    "checkpoint": _POINT,
    "fuel": _POINT,
    "reset": _MARKER,
    "medical": _MARKER,
    "helicopter": _MARKER,
    "police": _MARKER,
    "fire": _MARKER,
    "spectators": _MARKER,
    "media": _MARKER,
}
_RANKS: Final = _FIRST | _EVENTS
# Waypoints that are the place of an event, which says it already.
_EVENT_POINTS: Final = {kind.upper(): kind for kind in _RANKS} | {"CP": "checkpoint"}
_GRAVE: Final = frozenset({"stop", "dz", "dn"})
_NOTABLE: Final = frozenset({"fz", "fn", "dss", "ass", "dt", "ft", "timecontrol", "checkpoint"})
_FIGURE: Final = re.compile(r"\d+", re.ASCII)
_MEASURED: Final = re.compile(r"\d ?(?:km|mph|kph|min)", re.ASCII | re.IGNORECASE)
_WORST: Final = 3
_MOST: Final = 1000.0
# Words of a prompt, and of a clause that is not cut.
_BRIEF: Final = 2
_CLAUSE: Final = 9
_SPELT: Final = 8


class _Part(NamedTuple):
    """A piece of a call. What is `soft` may lose its end where the call is too long."""

    rank: int
    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, in `metric` or `statute` units, with the abbreviations of an `event`.

    `turns` is how sharp a turn is said: `plain` (not at all), in `degrees`, or by `severity`.
    """

    code: str
    units: str
    event: Abbreviations = BUILT_IN
    turns: str = "plain"

    def note(self, note: Note, turn: Turn | None) -> str:
        """All there is to say of a note: `danger 2, left, main track, cap 126`. Not empty, `LONGEST` words at most."""
        read = reading.read(note.words, self.code, self.event)
        clauses = self._clauses(note, read)
        said = [part.text for part in clauses]
        parts = [*self._danger(note, read, said), *self._events(note, said, _FIRST)]
        side = _side(note, turn)
        if side and not any(map(reading.side_of, said)):
            parts.append(_Part(_SIDE, self._turned(side, turn)))
        parts += clauses
        parts += self._events(note, said, _EVENTS)
        parts += self._waypoint(note, said)
        parts += self._cap(note, said)
        if side is None and not any(map(reading.side_of, said)) and _drawn(note) and _doubtful(note, turn):
            parts.append(_Part(_MARKER, self._words.phrases["tulip"]))
        return self._within(parts) if parts else self._bare(note)

    def prompt(self, note: Note, turn: Turn | None) -> str:
        """A note in a word or two: its danger, else its duty, else its side, else what it is."""
        read = reading.read(note.words, self.code, self.event)
        level = _level(note, read)
        if level > 1:
            return self._words.dangers[level - 1]
        events = _events_of(note)
        duty = next((self._prompt(events[kind]) for kind in _FIRST if kind in events), None)
        if duty:
            return duty
        side = _prompted(read, _side(note, turn))
        words = [self._words.dangers[0]] * level + ([self._words.phrases[side]] if side else [])
        if words:
            return ", ".join(words)
        rest = (self._prompt(events[kind]) for kind in self._words.prompts if kind in events)
        return next(rest, None) or self._point(note, read)

    def ahead(self, metres: Metres, *, about: bool = False) -> str:
        """How far it is: `in 400`, `in 1.2 km`, `in about 0.3`. Always one of `steps`."""
        return self._distance("about", self._coarse(metres)) if about else self._distance("ahead", metres)

    def then(self, metres: Metres) -> str:
        """How far from one note to the next: `then 120`. Always one of `steps`."""
        return self._distance("then", metres)

    def into(self) -> str:
        """What joins a corner to the one that follows at once."""
        return self._words.phrases["into"]

    def ring(self, number: int) -> str:
        """The rings before a note: `three`, `two`, `one`."""
        return self._words.numbers[number]

    def steps(self) -> tuple[str, ...]:
        """Every text that `ahead`, `then`, `into` and `ring` can give, for a voice to make ready."""
        texts = [self._words.phrases[name] for name in ("here", "far", "into")]
        texts += [self.ring(number) for number in RINGS]
        coarse = {self._coarse(distance) for distance in distances.rungs(self.units)}
        texts += [self._distance("about", distance) for distance in sorted(coarse)]
        for phrase in ("ahead", "then"):
            figures = distances.figures(self.units, self._words.decimal)
            texts += [self._words.phrases[phrase].format(figure) for figure in figures]
        return tuple(dict.fromkeys(texts))

    def alert(self, kind: str) -> str:
        """A fixed sentence: `calls off`, `GPS lost`. Of a kind nobody has words for, its name."""
        return self._words.alerts.get(kind) or kind.replace("_", " ")

    def alerts(self) -> tuple[str, ...]:
        """Every fixed sentence, for a voice to make ready."""
        return tuple(self._words.alerts.values())

    @property
    def _words(self) -> Language:
        return language(self.code)

    def _turned(self, side: Side, turn: Turn | None) -> str:
        """`left`, `left 60` or `left 2`; a turn of more than `HAIRPIN` is a hairpin by any count."""
        word = self._words.phrases[side]
        if self.turns == "plain" or turn is None or turn.entry is None or turn.exit is None:
            return word
        angle = abs(remainder(turn.exit - turn.entry, 360.0))
        if angle >= HAIRPIN:
            return self._words.phrases["hairpin"].format(word)
        steps = DEGREES if self.turns == "degrees" else SEVERITIES
        return f"{word} {next(figure for least, figure in steps if angle >= least)}"

    def _clauses(self, note: Note, read: Reading) -> list[_Part]:
        """The crew's words, each clause with the figure of what it speaks of, where it has none itself."""
        level = _level(note, read)
        parts = [
            _Part(_rank(clause), clause, soft=True)
            for clause in read.clauses
            if not (level and reading.only_warns(clause))
        ]
        for kind, event in _events_of(note).items():
            at = self._saying([part.text for part in parts], kind)
            if at is not None:
                rank, value, text = min(parts[at].rank, _RANKS[kind]), self._value(event), parts[at].text
                missing = value and not _has(text, value)
                parts[at] = _Part(rank, f"{text}, {value}" if missing else text, soft=not missing)
        return [self._headed(note, part) for part in parts]

    def _headed(self, note: Note, part: _Part) -> _Part:
        """`keep to the cap`, with the cap."""
        heading = _heading(note)
        if heading is None or reading.names_cap(part.text) != "word" or self._count(part.text) > _CLAUSE:
            return part
        return _Part(min(part.rank, _CAP), f"{part.text} {heading}")

    def _danger(self, note: Note, read: Reading, said: list[str]) -> Iterator[_Part]:
        level = _level(note, read)
        if level > 1 or (level and not (said and reading.warns(said[0]))):
            yield _Part(_DANGER, self._words.dangers[level - 1])

    def _events(self, note: Note, said: list[str], kinds: dict[str, int]) -> Iterator[_Part]:
        """The events of these kinds of which the crew's words say nothing."""
        events = _events_of(note)
        for kind, rank in kinds.items():
            if kind in events and self._saying(said, kind) is None:
                value = self._value(events[kind])
                words = self._words.events[kind]
                yield _Part(rank, f"{words}, {value}" if value else words)

    def _saying(self, clauses: list[str], kind: str) -> int | None:
        """Which clause says what the event of this kind would say, and is short enough to be said whole."""
        if kind not in _RANKS:
            return None
        found = (at for at, clause in enumerate(clauses) if reading.says(clause, kind))
        return next((at for at in found if self._count(clauses[at]) <= _CLAUSE), None)

    def _waypoint(self, note: Note, said: list[str]) -> Iterator[_Part]:
        if note.waypoint is None or _EVENT_POINTS.get(note.waypoint.type) in _events_of(note):
            return
        name = self._kind(note.waypoint.type)
        if not any(name in clause for clause in said):
            yield _Part(_POINT, name)

    def _kind(self, kind: str) -> str:
        """What a waypoint of this type is called. Events invent types: an unknown one is spelt."""
        known = self._words.waypoints.get(kind) or self._words.events.get(_EVENT_POINTS.get(kind, ""))
        spelt = "".join(letter for letter in kind if letter.isalnum())[:_SPELT]
        return known or f"{self._words.phrases['waypoint']} {spelt}".strip()

    def _cap(self, note: Note, said: list[str]) -> Iterator[_Part]:
        heading = _heading(note)
        if heading is not None and all(reading.names_cap(clause) != "figure" for clause in said):
            yield _Part(_CAP, f"{self._words.phrases['cap']} {heading}")

    def _value(self, event: Event) -> str:
        """The figure of an event that the driver must know: the limit, or how long to wait."""
        match event.kind, event.value:
            case "dz", float() | int() as limit:
                return self._speed(limit)
            case "dn", float() | int() as wait:
                return _span(wait)
        return ""

    def _speed(self, limit: MetresPerSecond) -> str:
        figure = limit / (MPH if self.units == "statute" else KMH)
        return str(round(figure)) if 0.0 <= figure < _MOST else ""

    def _prompt(self, event: Event) -> str | None:
        prompt = self._words.prompts.get(event.kind)
        return prompt and prompt.format(self._value(event)).strip()

    def _point(self, note: Note, read: Reading) -> str:
        """What a note is that has neither danger nor duty nor side."""
        if note.waypoint is not None:
            return self._words.phrases["waypoint"]
        heading = _heading(note)
        if heading is not None:
            return f"{self._words.phrases['cap']} {heading}"
        brief = (each for each in read.clauses if not reading.side_of(each) and self._count(each) <= _BRIEF)
        return next(brief, None) or self._bare(note)

    def _bare(self, note: Note) -> str:
        if note.tulip or note.drawing:
            return self._words.phrases["tulip"]
        return self._words.phrases["box"].format(note.numbered)

    def _within(self, parts: list[_Part]) -> str:
        """The parts in their order; where they are too many words, the weightiest. `…` is where the crew wrote more."""
        left = LONGEST
        kept: dict[int, str] = {}
        reserved = sum(self._count(part.text) for part in parts if part.rank in {_CAP, _ZONE} and not part.soft)
        for index, part in sorted(enumerate(parts), key=lambda each: (each[1].rank, each[0])):
            text = part.text
            if part.soft and not any(parts[other].soft for other in kept):
                text = self._shortened(text, left - reserved if part.rank < _CAP else left)
            if text and self._count(text) <= left:
                kept[index] = text
                left -= self._count(text)
        written = [index for index, part in enumerate(parts) if part.soft]
        if any(kept.get(index) != parts[index].text for index in written) and kept.keys() & set(written):
            kept[max(kept.keys() & set(written))] += "…"
        return ", ".join(kept[index] for index in sorted(kept))

    def _shortened(self, text: str, most: int) -> str:
        """As much of the beginning of `text` as takes no more than so many words to say."""
        words = text.split()
        while words and self._count(" ".join(words)) > most:
            words.pop()
        return " ".join(words).rstrip(",")

    def _count(self, text: str) -> int:
        return len(speech(text, self.code).split())

    def _coarse(self, metres: Metres) -> Metres:
        """A distance that nobody knows better: to a tenth of a mile, or to 100 m, beyond 2 km to 1 km; never none."""
        step = ABOUT[self.units][metres > ROUGH]
        return max(round(metres / step), 1) * step

    def _distance(self, phrase: str, metres: Metres) -> str:
        figure = distances.figure(metres, self.units, self._words.decimal)
        if figure is None:
            return self._words.phrases["far"]
        return self._words.phrases[phrase].format(figure) if figure else self._words.phrases["here"]


def phrases(code: str, units: str, event: Abbreviations = BUILT_IN, turns: str = "plain") -> Phrases:
    """The phrases of the language of this code, with an event's own abbreviations. KeyError where there is none."""
    language(code)
    return Phrases(code, units, event, turns)


def importance(note: Note) -> int:
    """How much hangs on a note: 3 a danger of three, 0 mere information.

    2 is a danger of two, a stop, a limit, a neutralisation; 1 a danger of one, a change of direction, a point to be
    taken, a control, the end of something. Where the crew has given the note a class, that counts, but for its danger.
    """
    read = reading.read(note.words, "en")
    if note.importance is not None:
        return max(_level(note, read), note.importance)
    events = _events_of(note)
    grave = 2 if _GRAVE & events.keys() else 0
    guides = note.cap is not None or note.waypoint is not None or any(_rank(clause) == _SIDE for clause in read.clauses)
    return max(_level(note, read), grave, int(guides or bool(_NOTABLE & events.keys())))


def ahead_of(note: Note) -> Note:
    """What may be said of a note before it is passed: not that a zone ends, which holds from its place on."""
    if not any(event.kind == "fz" for event in note.events):
        return note
    return replace(
        note,
        events=tuple(event for event in note.events if event.kind != "fz"),
        waypoint=None if note.waypoint is not None and note.waypoint.type == "FZ" else note.waypoint,
    )


def says(note: Note) -> bool:
    """Whether a note says anything of its own, by words, tags, cap or danger."""
    return bool(note.words.strip() or note.events or note.danger or note.waypoint) or note.cap is not None


def inferred(note: Note, turn: Turn | None, code: str) -> str:
    """The side that is called though nobody has written it; empty where none is."""
    side = _side(note, turn)
    written = any(map(reading.side_of, reading.read(note.words, code).clauses))
    return side if side is not None and not written else ""


def _level(note: Note, read: Reading) -> int:
    """The danger of a note, 0 to 3: of its tag and of its text, the worse."""
    return min(_WORST, max(0, note.danger, read.danger))


def _events_of(note: Note) -> dict[str, Event]:
    """The events of a note, one a kind; a limit without a zone begins one."""
    events = {event.kind: event for event in reversed(note.events)}
    if note.speed is not None and "dz" not in events:
        events["dz"] = Event("dz", note.speed)
    return events


def _has(text: str, value: str) -> bool:
    """Whether a clause has this figure already, or one of its own with a unit."""
    return value.split(maxsplit=1)[0] in _FIGURE.findall(text) or _MEASURED.search(text) is not None


def _rank(clause: str) -> int:
    return _SIDE if reading.side_of(clause) or reading.urgent(clause) or reading.warns(clause) else _WORDS


def _side(note: Note, turn: Turn | None) -> Side | None:
    """The side to which the way turns at a note, where there is no doubt of it."""
    if turn is None or not turn.sure or turn.entry is None or turn.exit is None:
        return None
    angle = _clear(turn.exit, turn.entry)
    if angle is None:
        return None
    if note.cap is not None:
        by_cap = _clear(note.cap, turn.entry)
        if by_cap is None or by_cap * angle < 0.0 or abs(remainder(note.cap - turn.exit, 360.0)) > AGREEING:
            return None
    return "right" if angle > 0.0 else "left"


def _drawn(note: Note) -> bool:
    """Whether a driver told a heading alone has a drawing to look at."""
    return note.cap is not None and bool(note.tulip or note.drawing)


def _doubtful(note: Note, turn: Turn | None) -> bool:
    """Whether the way at a box may turn to a side that nobody can tell: unknown, as good as none, or not the cap's."""
    if turn is None or not turn.sure or turn.entry is None or note.cap is None:
        return True
    return abs(remainder(note.cap - turn.entry, 360.0)) >= CLEAR[0]


def _clear(after: Degrees, before: Degrees) -> Degrees | None:
    """The turn from one heading to another, right positive; None where it is none, or hardly has a side."""
    if not isfinite(after - before):
        return None
    angle = remainder(after - before, 360.0)
    return angle if CLEAR[0] < abs(angle) < CLEAR[1] else None


def _prompted(read: Reading, side: Side | None) -> Side | None:
    """The one side of a note: of its geometry, or of its text; None where there are several."""
    sides = {turn for clause in read.clauses for turn in reading.turns_of(clause)} | ({side} if side else set())
    return sides.pop() if len(sides) == 1 else None


def _heading(note: Note) -> str | None:
    """The cap in three figures."""
    if note.cap is None or not isfinite(note.cap):
        return None
    cap = round(note.cap)
    return f"{cap if cap == 360 else cap % 360:03d}"


def _span(wait: Seconds) -> str:
    """A time to wait: in minutes where it is whole minutes or many of them."""
    if not 0.0 <= wait < _MOST * MINUTE:
        return ""
    whole = wait % MINUTE == 0.0 or wait >= 10 * MINUTE
    return f"{round(wait / MINUTE)} min" if whole else f"{round(wait)} s"
