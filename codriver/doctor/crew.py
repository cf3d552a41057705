"""What the crew has said: the settings, the event's profile, the book, and the letters it will be read in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from codriver import config, stick
from codriver.config import Config, ConfigError
from codriver.doctor.finding import Finding, fail, ok, warn
from codriver.profiles import load as profiles
from codriver.roadbook import load
from codriver.roadbook.model import RoadbookError
from codriver.sheet import SheetError

DOUBTS: Final = 3

_FORBIDDEN: Final = {"gps": "satellite positions", "wheel": "the wheel probes", "voice": "the voice"}


def settings(path: Path | None, sets: Sequence[str] = ()) -> tuple[Config, Finding]:
    """The settings in this file; where they cannot stand, the defaults and all that is wrong."""
    try:
        found = config.load(path, sets)
    except ConfigError as error:
        count = len(error.faults)
        return Config(), fail("settings", f"{count} wrong, nothing would start", *map(str, error.faults))
    return found, ok("settings", str(path) if path is not None else "no file: every key has its default")


def event(found: Config) -> Finding:
    """The profile, and what it forbids."""
    forbidden = [words for key, words in _FORBIDDEN.items() if not getattr(found.allow, key)]
    if not forbidden:
        return ok("event", f"{found.profile}: everything is allowed")
    return ok("event", f"{found.profile}: forbids {', '.join(forbidden)}{_title(found.profile)}")


def book(path: Path | None) -> Finding:
    """The verdict on the roadbook, and the first of its doubts."""
    if path is None:
        return ok("roadbook", "none was asked for: codriver doctor --roadbook FILE looks at one")
    try:
        report = load.load(path).report
    except RoadbookError as error:
        words, _, todo = str(error).partition(". ")
        return fail("roadbook", words, todo or "copy the roadbook again")
    if not report.doubts:
        return ok("roadbook", f"{path.name}: {report.verdict}")
    first = [f"{doubt.where}{doubt.text}" for doubt in report.doubts]
    more = [f"all of it: codriver roadbook check {path}"]
    return warn("roadbook", f"{path.name}: {report.verdict}", *first[:DOUBTS], *more)


def sticks(found: Config) -> Finding:
    """Which roadbooks a stick holds, where one is plugged in."""
    folder = stick.folder(found.stick.dir)
    if found.stick.dir and not folder.is_dir():
        return fail(
            "stick", f"{folder} is no folder", "set stick.dir to one, or to nothing where a service mounts sticks"
        )
    books, more = stick.listed(folder)
    if not books:
        return ok("stick", f"no roadbook in {folder}")
    names = ", ".join(each.path for each in books[:DOUBTS])
    return ok("stick", f"{len(books) + more} in {folder}: {names}{', …' if len(books) + more > DOUBTS else ''}")


def letters(folders: Iterable[Path] | None = None) -> Finding:
    """Which face the cockpit is drawn in; `folders` are where B612 is looked for, None: where Debian puts it."""
    from codriver.cockpit import faces

    face = faces.find() if folders is None else faces.find(folders)
    if face.wanted:
        return ok("letters", face.name)
    return warn("letters", f"{face.name}, for want of B612", "sudo apt install fonts-b612")


def _title(profile: str) -> str:
    """What the profile is for; a crew's own, by its name alone, is not found again."""
    try:
        return f" ({profiles.load(profile).title})"
    except (profiles.UnknownProfileError, SheetError):
        return ""
