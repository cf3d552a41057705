"""The lexicon: what the abbreviations of a roadbook mean, one id a concept, and which symbols a text asks for.

Built in are only abbreviations that mean one thing in every book. What differs from event to event (`MVS` is "more or
less visible" in one book and "bad" in another) an event's own lexicon settles: a TOML file that gives abbreviations an
id, or words of its own. What neither knows is left as it is, to be spelt. What an id is called in each language is not
known here.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

# What an event adds, in a form that can be kept in a plan: each abbreviation with an id, or with words.
Abbreviations: TypeAlias = tuple[tuple[str, str], ...]

BUILT_IN: Final[Abbreviations] = ()
ENTRIES: Final = 500
LONGEST_CODE: Final = 24
LONGEST_WORDS: Final = 80
SYMBOLS: Final = 4  # of one box: more would be too small to be told apart


class Concept(Struct, frozen=True, forbid_unknown_fields=True):
    """One concept: the abbreviations that always mean it, and the words by which it is found in a text."""

    codes: tuple[str, ...] = ()
    seen: str = ""


class Found(NamedTuple):
    """What was made of an event's lexicon: its entries, and what is wrong with the others, a sentence each."""

    entries: Abbreviations
    faults: tuple[str, ...]


class LexiconError(ValueError):
    """This is no lexicon at all; the message says why and what to do."""


@cache
def concepts() -> Mapping[str, Concept]:
    """Every concept by its id, in the order of the lexicon."""
    text = resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Concept])


@cache
def codes(event: Abbreviations = BUILT_IN) -> Mapping[str, str]:
    """Each abbreviation with its id, or the words an event gives it; the event's own before those of every book.

    Those of mixed letters are known in capitals too.
    """
    every = {code: name for name, concept in concepts().items() for code in concept.codes} | dict(event)
    return {code.upper(): name for code, name in every.items()} | every


def read(data: bytes, name: str) -> Found:
    """The event's lexicon in these bytes of a TOML file: a table `[codes]`, as `MVS = "bad"`.

    LexiconError where there is none; an entry that cannot be used is told, and the others hold.
    """
    try:
        tree = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LexiconError(
            f'{name} is no lexicon: {error}. Write a line each, as MVS = "bad", below [codes].'
        ) from error
    table = tree.get("codes")
    if not isinstance(table, dict) or not table:
        raise LexiconError(f'{name} has no table [codes]. Write a line each below it, as MVS = "bad".')
    entries, faults = [], []
    for code, meaning in list(table.items())[:ENTRIES]:
        fault = _fault(code, meaning)
        if fault:
            faults.append(f"{name}: {code[:LONGEST_CODE]}: {fault}")
        else:
            entries.append((" ".join(code.split()), " ".join(meaning.split())))
    if len(table) > ENTRIES:
        faults.append(f"{name}: only the first {ENTRIES} abbreviations are used")
    return Found(tuple(sorted(entries)), tuple(faults))


def text(event: Abbreviations) -> str:
    """An event's lexicon as canonical JSON, for a plan to keep; empty where there is none."""
    return json.dumps(dict(event), sort_keys=True, ensure_ascii=False, separators=(",", ":")) if event else ""


def from_text(written: str) -> Abbreviations:
    """The lexicon that `text` wrote. LexiconError where it is none."""
    try:
        return tuple(sorted(msgspec.json.decode(written, type=dict[str, str]).items())) if written else BUILT_IN
    except msgspec.MsgspecError as error:
        raise LexiconError("the lexicon of this plan is damaged") from error


def symbols(words: str, event: Abbreviations = BUILT_IN) -> tuple[str, ...]:
    """The concepts with a symbol that a text speaks of, by abbreviation or by word, in its order; `SYMBOLS` at most."""
    found = sorted(_found(words, event))
    return tuple(dict.fromkeys(name for _, _, name in found))[:SYMBOLS]


def _found(words: str, event: Abbreviations) -> Iterator[tuple[int, int, str]]:
    """Where each concept begins; of two in the same place the longer one, as `small dunes` before `dunes`."""
    taken: list[range] = []
    hits = [(each.start(), each.end(), name) for name, pattern in _seen().items() for each in pattern.finditer(words)]
    known = codes(event)
    hits += [
        (each.start(), each.end(), known[each[0]])
        for each in pattern(event).finditer(words)
        if known[each[0]] in _seen()
    ]
    for begin, end, name in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if not any(begin < other.stop and other.start < end for other in taken):
            taken.append(range(begin, end))
            yield begin, end, name


@cache
def pattern(event: Abbreviations = BUILT_IN) -> re.Pattern[str]:
    """Finds every abbreviation that is known, as a word of its own, the longest first."""
    keys = "|".join(re.escape(key) for key in sorted(codes(event), key=len, reverse=True))
    return re.compile(rf"(?<![\w'\u2019+±/-])(?:{keys})(?![\w'\u2019+/-])")


@cache
def _seen() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<!\w)(?:{concept.seen})(?!\w)", re.IGNORECASE)
        for name, concept in concepts().items()
        if concept.seen
    }


def _fault(code: str, meaning: object) -> str:
    if not code.strip() or len(code) > LONGEST_CODE:
        return f"an abbreviation has 1 to {LONGEST_CODE} letters"
    if not isinstance(meaning, str) or not meaning.strip() or len(meaning) > LONGEST_WORDS:
        return f"its meaning is an id or a few words in quotes, {LONGEST_WORDS} letters at most"
    return "" if meaning.isprintable() and code.isprintable() else "it has signs that cannot be printed"
