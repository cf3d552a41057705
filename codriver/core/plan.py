"""The plan: everything a segment is driven by, built afresh from its inputs.

Inputs are what the run database keeps, by hash: texts and the roadbook's bytes. `build` makes every index from them
and from nothing else, so that a run refolds the same on any machine. A plan changes only by a new Start.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final, NamedTuple

from codriver.config import Settings, settings_from
from codriver.core import landmarks, learnt, phrases
from codriver.core.course import Course
from codriver.core.landmarks import Landmarks
from codriver.core.learnt import Learnt, LearntError
from codriver.core.phrases import Phrases
from codriver.roadbook import layer, lexicon, load
from codriver.roadbook.change import Change
from codriver.roadbook.lexicon import LexiconError
from codriver.roadbook.model import Note, Report, Roadbook
from codriver.roadbook.turns import Turn, turns
from codriver.units import Seconds


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan is built from. `settings`, `learnt` and `phrases` are canonical JSON.

    `learnt` holds the scales, `phrases` the seconds each phrase takes to say; the book is its file's own bytes, and
    `changes` the text of the layer over it, as `roadbook.layer` writes it.
    """

    settings: str = "{}"
    learnt: str = "{}"
    phrases: str = "{}"
    roadbook_name: str = ""
    roadbook: bytes | None = None
    changes: str = ""

    @property
    def sha256(self) -> str:
        """The name of this plan: what `Start.plan` carries. Equal inputs have equal names, on every machine."""
        texts = [self.settings, self.learnt, self.phrases, self.roadbook_name, self.roadbook_sha256]
        texts += [self.changes] if self.changes else []  # a plan without a layer keeps the name that it always had
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()

    @property
    def roadbook_sha256(self) -> str | None:
        """The hash of the roadbook's bytes; None without a book."""
        return None if self.roadbook is None else hashlib.sha256(self.roadbook).hexdigest()


class Script(NamedTuple):
    """What there is to say of a note: in full, and in a word or two; how much hangs on it, 0 to 3.

    `called` is False of a note that is only the end of a zone, which is said when it is passed. `inferred` is the side
    that stands in neither text nor tag, but follows from the way at the box; empty where none is.
    """

    full: str
    prompt: str
    importance: int
    called: bool = True
    inferred: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings and book, ready to fold by.

    `id` is the hash of the inputs; `changes` are laid over the book already. `source` is the hash of the book's file:
    two layers over one book have the same. `turns` and `scripts` have one value a note; `seconds` is how long each
    fragment of speech takes, as it was measured where it has been rendered, else by the formula, as `guessed` of them
    are. `learnt` is what earlier drives taught. `course` is the way along the book's track, empty where it has none or
    no position may be known; `landmarks` what a car can recognise, empty where nothing is to be learnt of it; `boxes`
    what it can be found by without a course.
    """

    id: str
    settings: Settings
    book: Roadbook
    report: Report
    phrases: Phrases
    turns: tuple[Turn, ...]
    scripts: tuple[Script, ...]
    seconds: Mapping[str, Seconds]
    learnt: Learnt
    course: Course = field(compare=False)
    landmarks: Landmarks
    boxes: Landmarks
    changes: tuple[Change, ...] = ()
    source: str = ""
    guessed: int = 0

    @property
    def fragments(self) -> tuple[str, ...]:
        """Every text that this plan can ask the voice for, in the order of the book."""
        return tuple(self.seconds)


class PlanError(ValueError):
    """These inputs make no plan."""


LONGEST_PHRASE: Final[Seconds] = 120.0
NOTHING: Final[Mapping[str, Seconds]] = {}
UNTAUGHT: Final = Learnt()
NOWHERE: Final = Landmarks()
NO_BOOK = Roadbook(name="", format="none", units="metric", notes=())


def build(inputs: Inputs) -> Plan:
    """The plan these inputs stand for. PlanError, RoadbookError or ConfigError where they are damaged."""
    try:
        settings = settings_from(json.loads(inputs.settings))
        measured = _seconds(json.loads(inputs.phrases))
        taught = learnt.read(inputs.learnt)
    except (json.JSONDecodeError, RecursionError, LearntError, LexiconError) as error:
        raise PlanError("the settings of this plan are damaged") from error
    if inputs.roadbook is None:
        return lay_out(inputs.sha256, settings, NO_BOOK, Report("no roadbook"), measured, taught)
    loaded = load.read(inputs.roadbook, PurePath(inputs.roadbook_name).stem, inputs.changes)
    changes, _ = layer.read(inputs.changes.encode("utf-8", "replace"), loaded.book.units)
    source = inputs.roadbook_sha256 or ""
    return lay_out(inputs.sha256, settings, loaded.book, loaded.report, measured, taught, changes, source)


def lay_out(
    plan_id: str,
    settings: Settings,
    book: Roadbook,
    report: Report,
    measured: Mapping[str, Seconds] = NOTHING,
    taught: Learnt = UNTAUGHT,
    changes: tuple[Change, ...] = (),
    source: str = "",
) -> Plan:
    """A plan with all that follows from its settings and its book; `measured` are lengths of phrases, as rendered."""
    words = phrases.phrases(settings.language, settings.units, lexicon.from_text(settings.lexicon), settings.turns)
    ways = turns(book)
    scripts = tuple(_script(words, note, way) for note, way in zip(book.notes, ways, strict=True))
    lengths = {
        text: measured[text] if text in measured else phrases.seconds(text, settings.language)
        for text in _texts(words, scripts)
    }
    course = Course(book if settings.allow.gps else NO_BOOK)
    marks = Landmarks() if settings.agreement == "off" else landmarks.lay_out(book, ways)
    boxes = (marks if marks.cells else landmarks.lay_out(book, ways)) if settings.allow.gps and not course else NOWHERE
    return Plan(
        plan_id,
        settings,
        book,
        report,
        words,
        ways,
        scripts,
        lengths,
        taught,
        course,
        marks,
        boxes,
        changes,
        source,
        guessed=len(lengths.keys() - measured.keys()),
    )


def _texts(words: Phrases, scripts: Sequence[Script]) -> Iterator[str]:
    """What can be said, the book's notes first, in the order in which they are wanted."""
    for script in scripts:
        yield from (script.full, script.prompt)
    yield from words.steps()
    yield from words.alerts()


def _script(words: Phrases, note: Note, turn: Turn) -> Script:
    ahead = phrases.ahead_of(note)
    full, prompt = words.note(ahead, turn), words.prompt(ahead, turn)
    called = ahead is note or phrases.says(ahead)
    return Script(full, prompt, phrases.importance(note), called, phrases.inferred(note, turn, words.code))


def _seconds(measured: object) -> Mapping[str, Seconds]:
    """The lengths a plan carries. PlanError where they are none: they come from a file."""
    if not isinstance(measured, dict) or not all(
        isinstance(length, float | int) and 0.0 <= length <= LONGEST_PHRASE for length in measured.values()
    ):
        raise PlanError("the phrase lengths of this plan are damaged")
    return {str(text): float(length) for text, length in measured.items()}
