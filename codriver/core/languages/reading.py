"""What a crew or a book has written of a box: cut into clauses, abbreviations read out, and what it says already.

Read out are the abbreviations of the lexicon, those of the event before those of every book. What neither knows, `MVS`
or `R` where the event says nothing of them, stays in capitals, which a voice spells. All other words stay as they are,
in whatever language. Pure.
"""

import re
from functools import cache
from typing import Final, Literal, NamedTuple, TypeAlias

from codriver.core.languages.language import either, every, language
from codriver.roadbook import lexicon
from codriver.roadbook.lexicon import BUILT_IN, Abbreviations

Side: TypeAlias = Literal["left", "right"]

_EXCLAMATIONS: Final = re.compile(r"!!+|(?<!\S)!(?!\S)")
# Where a text may be cut: at marks and line ends, but not inside a figure, nor after the A of `A. San Juan`.
_BREAKS: Final = re.compile(
    r"[\n\r\v\f\t;()\[\]{}<>\"“”«»?!…]|(?<!\d)[,:]|[,:](?!\d)|(?<!\b\w)\.(?=\s|$)|\s[-\u2013\u2014/|]+\s"
)
_RACE_ZONE: Final = re.compile(r"(-?)\bSZ\d+", re.ASCII)
_HEADING: Final = re.compile(r"(?<!\w)C(\d{1,3})°", re.ASCII)
_NUMBERED: Final = re.compile(r"(?<!\w)([^\W\d_]{2,})(\d+)(?!\w)")
_CAPITALS: Final = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
_VOWEL: Final = re.compile(r"[AEIOUYÀÂÄÁÉÈÊËÍÎÏÓÔÖÚÛÜŒÆ]")
# What begins is not said by the words for its end, though these contain it; nor is any control a time control.
_APART: Final = {"dz": "fz", "dn": "fn", "dt": "ft", "checkpoint": "timecontrol"}
_WORST: Final = 3
_LONGEST_WORD: Final = 24
_CIRCLE: Final = 360
# So many capitals with a vowel among them are a word and no abbreviation: where all is in capitals, and elsewhere.
_WORD_OF_CAPITALS: Final = 4
_WORD: Final = 5


class Reading(NamedTuple):
    """The clauses of a text, and the danger, 0 to 3, that it marks by itself."""

    clauses: tuple[str, ...]
    danger: int


class _Marks(NamedTuple):
    """The marks of all languages together, so that a crew may write in one and be called in another."""

    aside: re.Pattern[str]
    sides: re.Pattern[str]
    turn: re.Pattern[str]
    outset: re.Pattern[str]
    urgent: re.Pattern[str]
    danger: re.Pattern[str]
    danger_alone: re.Pattern[str]
    levels: dict[str, int]
    cap: re.Pattern[str]
    words: frozenset[str]


def read(words: str, code: str, event: Abbreviations = BUILT_IN) -> Reading:
    """The text of a note, its abbreviations in the language of this code, by the event's lexicon first."""
    level = max((min(_WORST, len(marks)) for marks in _EXCLAMATIONS.findall(words)), default=0)
    text = _RACE_ZONE.sub(lambda found: ", SZ" if found[1] else "SZ", _EXCLAMATIONS.sub(", ", words))
    pieces = _BREAKS.sub("\n", text).split("\n")
    shouted = not any(letter.islower() for letter in text)
    clauses: list[str] = []
    for piece in pieces:
        clause = _clause(piece, code, event, shouted=shouted)
        found = _marks().danger_alone.fullmatch(clause)
        if found:
            level = max(level, _marks().levels.get((found[1] or found[2] or "").lower(), 0))
        if clause:
            clauses.append(clause if clauses else _uncapitalised(clause))
    return Reading(tuple(clauses), level)


def side_of(clause: str) -> bool:
    """Whether it names left or right in any way that may mean where to go."""
    return _marks().sides.search(_marks().aside.sub(" ", clause)) is not None


def turns_of(clause: str) -> frozenset[Side]:
    """The side that it surely tells the car to take; with any other that it names."""
    plain = _marks().aside.sub(" ", clause).strip()
    if not _marks().turn.search(plain) and not _marks().outset.match(plain):
        return frozenset()
    return frozenset("left" if each["left"] else "right" for each in _marks().sides.finditer(plain))


def urgent(clause: str) -> bool:
    """Whether it says more than what is to be seen: slow, stop, not."""
    return _marks().urgent.search(clause) is not None


def warns(clause: str) -> bool:
    """Whether it has a word for danger."""
    return _marks().danger.search(clause) is not None


def only_warns(clause: str) -> bool:
    """Whether it has nothing but words for danger."""
    return _marks().danger_alone.fullmatch(clause) is not None


def says(clause: str, kind: str) -> bool:
    """Whether it says what the event of this kind would say, in any language."""
    other = _APART.get(kind)
    return _event(kind).search(_event(other).sub(" ", clause) if other else clause) is not None


def names_cap(clause: str) -> Literal["no", "word", "figure"]:
    """Whether it names a heading by its figure, or ends with the word for it, as in `keep to the cap`."""
    found = _marks().cap.search(clause)
    if found is None:
        return "no"
    return "figure" if found[2] else "word"


def _clause(piece: str, code: str, event: Abbreviations, *, shouted: bool) -> str:
    """One piece of the text, tidied, with its abbreviations read out and its headings in three figures."""
    cap = language(code).phrases["cap"]
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in piece).split())
    plain = _HEADING.sub(lambda found: f"{cap} {found[1]}", plain)
    plain = _NUMBERED.sub(lambda found: f"{found[1]} {found[2]}" if found[1].isupper() else found[0], plain)
    words, codes = language(code).lexicon, lexicon.codes(event)
    plain = lexicon.pattern(event).sub(lambda found: words.get(codes[found[0]], codes[found[0]]), plain)
    plain = _marks().cap.sub(_three_figures, plain)
    plain = _CAPITALS.sub(lambda found: _lowered(found[0], shouted=shouted), plain)
    return " ".join(word[:_LONGEST_WORD] for word in plain.split()).strip(" .,;:-\u2013\u2014/|'\u2019*_")


def _three_figures(found: re.Match[str]) -> str:
    if not found[2] or int(found[2]) > _CIRCLE:
        return found[0]
    return f"{found[1]} {int(found[2]):03d}"


def _lowered(word: str, *, shouted: bool) -> str:
    """A word in capitals as a word; as it is where it may be an abbreviation."""
    if not word.isupper():
        return word
    enough = _WORD_OF_CAPITALS if shouted else _WORD
    is_word = word.lower() in _marks().words or (len(word) >= enough and _VOWEL.search(word))
    return word.lower() if is_word else word


def _uncapitalised(clause: str) -> str:
    """Without the capital that only begins a sentence: a call goes on after its distance."""
    first, _, _ = clause.partition(" ")
    return first.lower() + clause[len(first) :] if first[1:].islower() else clause


@cache
def _marks() -> _Marks:
    marks = [each.marks for each in every()]
    sides = "|".join(f"(?P<{side}>{'|'.join(getattr(each, side) for each in marks)})" for side in ("left", "right"))
    turn, toward, onward = ("|".join(getattr(each, name) for each in marks) for name in ("turn", "toward", "onward"))
    danger = "|".join(each.danger for each in marks)
    levels = {word: level for each in marks for level, words in enumerate(each.dangers, 1) for word in words.split("|")}
    levels |= {str(level): level for level in range(1, _WORST + 1)}
    how = "|".join(map(re.escape, levels))
    cap = "|".join(each.cap for each in marks)
    return _Marks(
        either(*(aside for each in marks for aside in each.aside)),
        either(sides),
        re.compile(rf"(?<!\w)(?:{turn}) (?:(?:{toward}) )?(?:{sides})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:(?:{toward}) )?(?:{sides})(?:$| (?:{onward})(?!\w))", re.IGNORECASE),
        either(*(each.urgent for each in marks)),
        either(danger),
        re.compile(rf"(?:({how}) )?(?:{danger})(?: ({how}))?", re.IGNORECASE),
        levels,
        re.compile(rf"(?<!\w)({cap})(?: ([0-9]{{1,3}})(?!\w|[.,][0-9])°?|$)", re.IGNORECASE),
        frozenset(word for each in every() for word in each.words.split()),
    )


@cache
def _event(kind: str) -> re.Pattern[str]:
    return either(*(each.marks.events[kind] for each in every()))
