"""One language as a value: its words for the boxes of a book, its numbers, and how fast it is spoken.

Each is a TOML file beside this module, named by its code; another file is another language. `every` is what lets a
crew write in one language and be called in another.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from codriver.units import Seconds


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """What speech costs: to begin, a syllable, a consonant, a word, a pause within, and a letter spelt."""

    start: Seconds
    syllable: Seconds
    consonant: Seconds
    word: Seconds
    pause: Seconds
    letter: Seconds


class Marks(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns that find in a crew's text what it says already, letters of any case.

    `aside` is a side that is no turn (`on the left`); `left` and `right` are sought in what it leaves. Surely meant to
    be taken is a side after `turn`, or one that begins a clause and ends it or has `onward` after it; `toward` may
    stand before it. `urgent` is in what must not be cut, `danger` a word for danger, and `dangers` how one, two and
    three of them are written. `events` go by the kinds of the model, and `cap` is the heading.
    """

    aside: tuple[str, ...]
    left: str
    right: str
    turn: str
    toward: str
    onward: str
    urgent: str
    danger: str
    dangers: tuple[str, str, str]
    cap: str
    events: dict[str, str]


class Language(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of a language. `{}` is where a figure goes; `words` are what capitals may spell without being short.

    `numbers` are those from nought to 99, `hundreds` those from 100 (alone), 100 (before more) and 200 to 900. `units`
    are a single one and several; `letters` are those whose name a voice would not say by itself. `lexicon` is what each
    concept of `roadbook.lexicon` is called.
    """

    name: str
    decimal: str
    point: str
    numbers: tuple[str, ...]
    hundreds: tuple[str, ...]
    units: dict[str, tuple[str, str]]
    letters: dict[str, str]
    words: str
    phrases: dict[str, str]
    dangers: tuple[str, str, str]
    events: dict[str, str]
    prompts: dict[str, str]
    waypoints: dict[str, str]
    lexicon: dict[str, str]
    alerts: dict[str, str]
    marks: Marks
    pace: Pace


_ENDING: Final = ".toml"


@cache
def names() -> tuple[str, ...]:
    """The codes of the languages there are, sorted."""
    files = (Path(each.name) for each in resources.files(__package__).iterdir())
    return tuple(sorted(file.stem for file in files if file.suffix == _ENDING))


@cache
def language(code: str) -> Language:
    """The language of this code. KeyError where there is none."""
    if code not in names():
        raise KeyError(code)
    content = resources.files(__package__).joinpath(code + _ENDING).read_text("utf-8")
    return msgspec.convert(tomllib.loads(content), Language)


@cache
def every() -> tuple[Language, ...]:
    """All languages there are, in the order of their codes."""
    return tuple(language(code) for code in names())


def either(*patterns: str) -> re.Pattern[str]:
    """A pattern that finds whole words of any of these, in letters of any case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)
