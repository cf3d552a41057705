"""The plan: everything a segment is driven by, built afresh from its inputs.

Inputs are what the run database keeps, by hash: texts and the roadbook's bytes. `build` makes every index from them
and from nothing else, so that a run refolds the same on any machine. A plan changes only by a new Start.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, NamedTuple

from codriver.config import Settings, settings_from
from codriver.core import phrases
from codriver.core.phrases import Phrases
from codriver.roadbook import load
from codriver.roadbook.model import Note, Report, Roadbook
from codriver.roadbook.turns import Turn, turns
from codriver.units import Seconds


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan is built from. `settings`, `learnt` and `phrases` are canonical JSON.

    `learnt` holds the scales, `phrases` the seconds each phrase takes to say; the book is its file's own bytes.
    """

    settings: str = "{}"
    learnt: str = "{}"
    phrases: str = "{}"
    roadbook_name: str = ""
    roadbook: bytes | None = None

    @property
    def sha256(self) -> str:
        """The name of this plan: what `Start.plan` carries. Equal inputs have equal names, on every machine."""
        texts = [self.settings, self.learnt, self.phrases, self.roadbook_name, self.roadbook_sha256]
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()

    @property
    def roadbook_sha256(self) -> str | None:
        """The hash of the roadbook's bytes; None without a book."""
        return None if self.roadbook is None else hashlib.sha256(self.roadbook).hexdigest()


class Script(NamedTuple):
    """What there is to say of a note: in full, and in a word or two; how much hangs on it, 0 to 3."""

    full: str
    prompt: str
    importance: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings and book, ready to fold by. `id` is the hash of the inputs.

    `turns` and `scripts` have one value a note; `seconds` is how long each fragment of speech takes, as it was measured
    where it has been rendered, else by the formula.
    """

    id: str
    settings: Settings
    book: Roadbook
    report: Report
    phrases: Phrases
    turns: tuple[Turn, ...]
    scripts: tuple[Script, ...]
    seconds: Mapping[str, Seconds]

    @property
    def fragments(self) -> tuple[str, ...]:
        """Every text that this plan can ask the voice for, in the order of the book."""
        return tuple(self.seconds)


class PlanError(ValueError):
    """These inputs make no plan."""


LONGEST_PHRASE: Final[Seconds] = 120.0
NOTHING: Final[Mapping[str, Seconds]] = {}
NO_BOOK = Roadbook(name="", format="none", units="metric", notes=())


def build(inputs: Inputs) -> Plan:
    """The plan these inputs stand for. PlanError, RoadbookError or ConfigError where they are damaged."""
    try:
        settings = settings_from(json.loads(inputs.settings))
        measured = _seconds(json.loads(inputs.phrases))
    except (json.JSONDecodeError, RecursionError) as error:
        raise PlanError("the settings of this plan are damaged") from error
    if inputs.roadbook is None:
        return lay_out(inputs.sha256, settings, NO_BOOK, Report("no roadbook"), measured)
    loaded = load.read(inputs.roadbook, PurePath(inputs.roadbook_name).stem)
    return lay_out(inputs.sha256, settings, loaded.book, loaded.report, measured)


def lay_out(
    plan_id: str, settings: Settings, book: Roadbook, report: Report, measured: Mapping[str, Seconds] = NOTHING
) -> Plan:
    """A plan with all that follows from its settings and its book; `measured` are lengths of phrases, as rendered."""
    words = phrases.phrases(settings.language, settings.units)
    ways = turns(book)
    scripts = tuple(_script(words, note, way) for note, way in zip(book.notes, ways, strict=True))
    lengths = {
        text: measured[text] if text in measured else phrases.seconds(text, settings.language)
        for text in _texts(words, scripts)
    }
    return Plan(plan_id, settings, book, report, words, ways, scripts, lengths)


def _texts(words: Phrases, scripts: Sequence[Script]) -> Iterator[str]:
    """What can be said, the book's notes first, in the order in which they are wanted."""
    for script in scripts:
        yield from (script.full, script.prompt)
    yield from words.steps()
    yield from words.alerts()


def _script(words: Phrases, note: Note, turn: Turn) -> Script:
    return Script(words.note(note, turn), words.prompt(note, turn), phrases.importance(note))


def _seconds(measured: object) -> Mapping[str, Seconds]:
    """The lengths a plan carries. PlanError where they are none: they come from a file."""
    if not isinstance(measured, dict) or not all(
        isinstance(length, float | int) and 0.0 <= length <= LONGEST_PHRASE for length in measured.values()
    ):
        raise PlanError("the phrase lengths of this plan are damaged")
    return {str(text): float(length) for text, length in measured.items()}
