"""Pictures of the cockpit from a run: what the crew saw at a moment, at any size, without a display.

A moment is folded from the log; what is drawn is the same Screen that the window drew then. Another page or theme than
the crew had open may be asked for.
"""

from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path
from typing import Any, Final, NamedTuple

import pygame
from msgspec.structs import replace

from codriver.cockpit.cockpit import Cockpit
from codriver.cockpit.outside import Outside
from codriver.core.display import PAGES
from codriver.debrief import replay
from codriver.debrief.replay import Moment
from codriver.kinds import Size
from codriver.runlog.database import RunError
from codriver.runlog.reader import Run
from codriver.units import Seconds

SIZE: Final = Size(1280, 720)
# After the words began, and after the note before was passed: the note is the next one, and still ahead.
INTO_CALL: Final[Seconds] = 1.5
JUST_BEFORE: Final[Seconds] = 0.1


class Shot(NamedTuple):
    """A picture to take: the name of its file, when in the last segment, and what the crew is to look at."""

    name: str
    t: Seconds
    page: str = "road"
    night: bool = False


def take(run: Run, folder: Path, watermark: str = "", size: Size = SIZE) -> list[Path]:
    """Pictures of the moments of a run that say most of it, as `cockpit-*.png`; the paths written."""
    shots = list(telling(run))
    moments = replay.at(run, [shot.t for shot in shots])
    paths = []
    for shot, moment in zip(sorted(shots, key=lambda shot: shot.t), moments, strict=True):
        paths.append(folder / f"cockpit-{shot.name}.png")
        picture(moment, paths[-1], size, page=shot.page, night=shot.night, watermark=watermark)
    return paths


def telling(run: Run) -> Iterable[Shot]:
    """The start, the worst danger that was called, another call by night, the middle of the run on the other pages."""
    segment = run.segments()[-1]
    calls = [row for row in run.rows("call") if row["segment"] == segment.id and row["kind"] == "note"]
    dangers = {row["number"]: row["danger"] for row in run.rows("note")}
    passed = {row["note"]: row["t"] for row in run.rows("passage") if row["segment"] == segment.id}
    middle, end = round(segment.end_t / 2.0, 1), segment.end_t
    yield Shot("1-start", min(8.0, end))
    if calls:
        worst = max(calls, key=lambda row: dangers.get(row["note"], 0))
        yield Shot("2-danger", min(_alone(worst, passed), end))
        yield Shot("3-night", min(_alone(calls[len(calls) // 3], passed), end), night=True)
    yield Shot("4-trip", middle, "trip")
    yield Shot("5-status", middle, "status")


def _alone(call: Mapping[str, Any], passed: Mapping[int, Seconds]) -> Seconds:
    """When the note of this call was the next one, and its words were on the screen."""
    said, own = float(call["t"]), passed.get(call["note"], inf)
    before = max((t for t in passed.values() if t < own), default=0.0)
    return min(max(said, before) + INTO_CALL, max(own - JUST_BEFORE, said))


def picture(
    moment: Moment,
    path: Path,
    size: Size = SIZE,
    *,
    page: str | None = None,
    night: bool | None = None,
    watermark: str = "REPLAY",
) -> None:
    """Write what was seen at this moment, or what another page or theme would have shown. RunError where it fails."""
    display = moment.state.display
    if page is not None:
        display = replace(display, page=PAGES.index(page))
    if night is not None:
        display = replace(display, night=night)
    cockpit = Cockpit(size)
    state = replace(moment.state, display=display)
    cockpit.show(moment.plan, moment.inputs, state, moment.t, Outside(recorded=moment.t, watermark=watermark))
    try:
        cockpit.save(path)
    except (OSError, ValueError, pygame.error) as error:
        raise RunError(f"{path}: the picture cannot be written: {error}") from error
