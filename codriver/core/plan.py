"""The plan: everything a segment is driven by, built afresh from its inputs.

Inputs are what the run database keeps, by hash: texts and the roadbook's bytes. `build` makes every index from them
and from nothing else, so that a run refolds the same on any machine. A plan changes only by a new Start.
"""

import hashlib
import json
from dataclasses import dataclass

from codriver.config import Settings, settings_from
from codriver.roadbook import load
from codriver.roadbook.model import Report, Roadbook


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


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings and book, ready to fold by. `id` is the hash of the inputs."""

    id: str
    settings: Settings
    book: Roadbook
    report: Report


class PlanError(ValueError):
    """These inputs make no plan."""


NO_BOOK = Roadbook(name="", format="none", units="metric", notes=())


def build(inputs: Inputs) -> Plan:
    """The plan these inputs stand for. PlanError, RoadbookError or ConfigError where they are damaged."""
    try:
        settings = settings_from(json.loads(inputs.settings))
    except (json.JSONDecodeError, RecursionError) as error:
        raise PlanError("the settings of this plan are damaged") from error
    if inputs.roadbook is None:
        return Plan(inputs.sha256, settings, NO_BOOK, Report("no roadbook"))
    loaded = load.read(inputs.roadbook, inputs.roadbook_name)
    return Plan(inputs.sha256, settings, loaded.book, loaded.report)
