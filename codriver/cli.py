"""The commands: arguments and exit codes only. 0 done, 1 the work failed (a sentence on stderr), 2 usage."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, get_args

import click

from codriver import __version__, assemble, config, loop
from codriver.assemble import Asked, RefusedError
from codriver.core.display import PAGES
from codriver.core.plan import PlanError
from codriver.core.state import StateError
from codriver.debrief.verify import DiffersError
from codriver.kinds import Size
from codriver.roadbook.lexicon import LexiconError
from codriver.roadbook.model import Loaded, RoadbookError
from codriver.runlog.database import RunError
from codriver.runlog.learnt import KeptError
from codriver.runlog.reader import Run
from codriver.wires.recordings import RecordingError

FILE = click.Path(path_type=Path)
NEEDED = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGUAGES = click.Choice(get_args(config.Language))


class Speed(click.ParamType[float | None]):
    """How fast a recording is played: a factor, or `max`."""

    name = "N|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """The factor, None for as fast as can be, or 0 where nobody said."""
        if value == "max":
            return None
        if value == "auto":
            return 0.0
        try:
            factor = float(value)
        except ValueError:
            factor = 0.0
        if not 0.01 <= factor <= 1000.0:
            self.fail(f"{value!r} is neither a factor between 0.01 and 1000 nor 'max'", param, ctx)
        return factor


class ScreenSize(click.ParamType[Size]):
    """A size in pixels."""

    name = "WIDTHxHEIGHT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Size:
        """The size, of a screen that can be read."""
        if isinstance(value, Size):
            return value
        width, _, height = value.partition("x")
        figures = all(text.isdecimal() and len(text) <= 4 for text in (width, height))
        size = Size(int(width), int(height)) if figures else Size(0, 0)
        if not (320 <= size.width <= 7680 and 240 <= size.height <= 4320):
            self.fail(f"{value!r} is no size between 320x240 and 7680x4320", param, ctx)
        return size


SCREEN = ScreenSize()
ORIGINAL = click.option("--original", is_flag=True, help="the book alone, without the changes laid over it")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """An in-car co-driver for off-road endurance racing."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # what a command prints is the command's alone
    os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # and what ends it is the loop's


@contextmanager
def sentences() -> Iterator[None]:
    """What the work can fail with becomes one sentence on stderr and exit code 1."""
    try:
        yield
    except (
        RunError,
        RoadbookError,
        RecordingError,
        RefusedError,
        DiffersError,
        StateError,
        PlanError,
        KeptError,
        LexiconError,
        config.ConfigError,
    ) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)


def say(words: str) -> None:
    """A sentence for the crew."""
    click.echo(words, err=True)


@main.command()
@click.option("--config", "config_", type=NEEDED, help="codriver.toml")
@click.option("--roadbook", type=NEEDED, help="the book to drive by")
@click.option("--profile", help="the kind of event: open, raid, baja, regularity…, or a .toml of your own")
@click.option("--gps", help="the receiver's port, or a file of NMEA sentences to play")
@click.option("--pod", help="the pod's port, or a file of its lines to play")
@click.option("--wire", type=NEEDED, help="a wire log to play")
@click.option("--log", type=FILE, help="the run database; one that exists is gone on with")
@click.option("--runs", type=FILE, help="the folder of run databases; the last one that was not ended is gone on with")
@click.option("--state", type=FILE, help="the folder of what is learnt")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="any key of the configuration")
@click.option("--headless", is_flag=True, help="without a window")
@click.option("--speed", type=Speed(), default="1", show_default=True, help="how fast to play a file; max: no window")
@ORIGINAL
@click.pass_obj
def run(pins: Any, /, config_: Path | None, **asked: Any) -> None:
    """Drive: with a receiver and a pod, or from a recording.

    Example: codriver run --gps /dev/ttyACM0 --roadbook stage3.gpx
    """
    with sentences():
        assemble.run(Asked(config=config_, **asked), say, pins)


@main.command()
@click.option("--out", type=FILE, default="demo-out", show_default=True, help="the folder to leave everything in")
@click.option("--headless", is_flag=True, help="without a window")
@click.option("--speed", type=Speed(), default="auto", show_default="1 in a window, max without")
def demo(out: Path, headless: bool, speed: float | None) -> None:
    """Drive the bundled stage in a simulated car, in a window if there is a display, else as fast as can be.

    Example: codriver demo --out /tmp/demo
    """
    from codriver import demo as desk

    with sentences(), as_file(files("codriver.simulate") / "stages" / "black-reg.gpx") as stage:
        desk.demo(stage, out, speed, click.echo, headless=headless)


@main.command()
@click.argument("roadbook", type=NEEDED)
@click.option("-o", "--output", type=FILE, required=True, help="the wire log to write")
@click.option("--truth", type=FILE, help="also write where the car really was, as CSV")
@click.option("--hz", type=click.IntRange(1, 10), default=5, show_default=True, help="fixes a second")
@click.option("--wheel", is_flag=True, help="with a pod and two wheel probes")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--noise", type=click.Choice(["quiet", "real", "harsh"]), default="real", show_default=True)
@click.option("--pace", default="rally", show_default=True, help="slow, rally, 'flat out' or a factor")
@click.option("--config", "config_", type=NEEDED, help="codriver.toml, for the vehicle")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="any key of the configuration")
def simulate(roadbook: Path, output: Path, truth: Path | None, config_: Path | None, **asked: Any) -> None:
    """Drive a roadbook's track in a simulated car, and write what its receiver and pod would say.

    Example: codriver simulate stage3.gpx -o drive.wire --wheel --truth truth.csv
    """
    with sentences():
        assemble.simulate(roadbook, output, truth, config_, progress("simulating"), **asked)


@main.command()
@click.argument("run_", metavar="RUN.db", type=NEEDED)
@click.option("--verify", is_flag=True, help="fold it again and compare every out and checkpoint")
@click.option("--at", type=float, help="where the drive stood at this second of its last segment")
@click.option("--frame", type=FILE, help="with --at: a picture of the cockpit, as PNG")
@click.option("--size", type=SCREEN, default="1280x720", show_default=True, help="of the picture or the window")
@click.option("--page", type=click.Choice(PAGES), help="of the picture; as the crew had it if not named")
@click.option("--night/--day", default=None, help="of the picture; as the crew had it if not named")
@click.option("--speed", type=Speed(), default="1", show_default=True, help="how fast it is shown")
@click.option("--text", is_flag=True, help="tell the drive in lines of text, without a window")
def replay(run_: Path, verify: bool, at: float | None, frame: Path | None, **shown: Any) -> None:
    """Show a drive again as it was seen and heard, or a picture of a moment, or prove that its log is true.

    Without a display it is told in lines of text. In the window: space holds it, the arrows go ten seconds back and
    on, or slower and faster; Escape leaves.

    Example: codriver replay RUN.db --at 312 --frame x.png
    """
    if frame is not None and at is None:
        raise click.UsageError("--frame is a picture of a moment: say which with --at SECONDS")
    if frame is not None and frame.suffix.lower() != ".png":
        raise click.UsageError(f"--frame {frame}: a frame is written as PNG; give the file the ending .png")
    from codriver import screening

    with sentences(), Run.open(run_) as opened:
        if verify:
            from codriver.debrief.verify import verify as verified

            click.echo(f"{verified(opened)} signals refolded: every out and checkpoint is the same")
        elif frame is not None and at is not None:
            screening.picture(opened, at, frame, shown["size"], page=shown["page"], night=shown["night"])
            click.echo(f"{frame}: the cockpit at {at:g} s")
        else:
            screening.replay(opened, at, click.echo, speed=shown["speed"], size=shown["size"], text=shown["text"])


@main.command()
@click.argument("run_", metavar="RUN.db", type=NEEDED)
@click.option("--json", "as_json", is_flag=True, help="SI figures for other programs")
def summary(run_: Path, as_json: bool) -> None:
    """A drive in a dozen figures.

    Example: codriver summary RUN.db --json
    """
    from codriver.debrief import summary as figures

    with sentences(), Run.open(run_) as opened:
        click.echo(json.dumps(figures.summary(opened), indent=2) if as_json else figures.text(opened))


@main.command()
@click.argument("run_", metavar="RUN.db", type=NEEDED)
@click.option("-o", "--output", type=FILE, required=True, help="ending in .wire, .gpx or .csv")
def export(run_: Path, output: Path) -> None:
    """Write a run as a wire log to drive again, a GPX track, or a CSV of its fixes.

    Example: codriver export RUN.db -o RUN.wire
    """
    from codriver.debrief import export as exporting

    with sentences(), Run.open(run_) as opened:
        exporting.export(opened, output)


@main.command()
@click.argument("run_", metavar="RUN.db", type=NEEDED)
@click.option("--distance", type=click.FloatRange(10.0, 1e6), required=True, help="the known way, in metres")
@click.option("--from", "begin", type=float, help="its beginning, a second of the last segment")
@click.option("--to", "end", type=float, help="its end; with neither from the first mark to the last, or the whole run")
@click.option("--keep", is_flag=True, help="for the next drives of this run's vehicle")
@click.option("--force", is_flag=True, help="keep it also where GPS denies it")
@click.option("--state", type=FILE, help="the folder of what is learnt")
@click.option("--json", "as_json", is_flag=True, help="SI figures for other programs")
def calibrate(
    run_: Path, distance: float, begin: float | None, end: float | None, state: Path | None, **how: bool
) -> None:
    """The factors of the wheel probes, from a recorded run over a way of known length.

    Example: codriver calibrate RUN.db --distance 1000
    """
    from codriver.debrief import calibrate as calibrating

    with sentences(), Run.open(run_) as opened:
        found = calibrating.calibrate(opened, distance, begin, end)
        click.echo(json.dumps(calibrating.as_json(found), indent=2) if how["as_json"] else calibrating.text(found))
        if how["keep"]:
            inputs = calibrating.plan_of(opened, found.end)
            kept = assemble.remembered(state, inputs).wheel
            assemble.remember(state, calibrating.save(found, opened, kept, force=how["force"]), inputs, say)


@main.command()
@click.option("--config", "config_", type=NEEDED, help="codriver.toml")
@click.option("--roadbook", type=FILE, help="the book to drive by")
@click.option("--profile", help="the kind of event")
@click.option("--gps", help="the receiver's port")
@click.option("--pod", help="the pod's port")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="any key of the configuration")
@click.option("--seconds", type=click.FloatRange(1, 600), default=15.0, show_default=True, help="to listen at most")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(pins: Any, /, config_: Path | None, profile: str | None, sets: tuple[str, ...], **asked: Any) -> None:
    """Everything that can be checked before the start: each line OK, or what to do.

    Example: codriver doctor --config codriver.toml --roadbook stage3.gpx
    """
    from codriver.doctor import examine, finding

    as_json = asked.pop("as_json")
    given = [*sets, *([f"profile={profile}"] if profile else [])]
    world = examine.World(loop.monotonic, loop.wall, os.environ, pins=pins)
    found = examine.run(examine.Asked(config=config_, sets=given, **asked), world)
    click.echo(json.dumps(finding.as_json(found), indent=2) if as_json else "\n".join(finding.text(found)))
    sys.exit(finding.status(found))


@main.group()
def roadbook() -> None:
    """Look at a roadbook before the start."""


@roadbook.command()
@click.argument("file", type=NEEDED)
@click.option("--json", "as_json", is_flag=True)
@ORIGINAL
def check(file: Path, as_json: bool, original: bool) -> None:
    """What is in a book, what is doubtful, and what to do about it.

    Example: codriver roadbook check stage3.gpx
    """
    from codriver.roadbook import report

    with sentences():
        loaded = opened_book(file, original=original)
        shown = report.as_json(loaded.report, loaded.book)
        click.echo(json.dumps(shown, indent=2) if as_json else report.text(loaded.report))


@roadbook.command()
@click.argument("file", metavar="IN", type=NEEDED)
@click.argument("out", metavar="OUT", type=FILE)
@click.option("--plain", is_flag=True, help="GPX for any device: places, names and words alone")
@ORIGINAL
def convert(file: Path, out: Path, plain: bool, original: bool) -> None:
    """Write a book to another file: .csv holds all of it, .gpx is OpenRally. What cannot be held is told.

    Example: codriver roadbook convert course.kml course.csv
    """
    from codriver.roadbook.write import convert as converting

    with sentences():
        loaded = opened_book(file, original=original)
        for told in converting.convert(loaded, file.read_bytes(), out, plain=plain):
            say(told)
        click.echo(f"{out}: {loaded.report.verdict}")


@roadbook.command()
@click.argument("file", type=NEEDED)
@click.option("-o", "--output", type=FILE, required=True, help="ending in .pdf, or .png for a picture a page")
@click.option("--paper", type=click.Choice(["a4", "a5"]), default="a4", show_default=True)
@click.option("--units", type=click.Choice(["metric", "statute"]), help="as the book has them if not named")
@ORIGINAL
def show(file: Path, output: Path, paper: str, units: str | None, original: bool) -> None:
    """Print a book in the columns crews know, for the day the screen stays dark.

    Example: codriver roadbook show stage3.gpx -o stage3.pdf
    """
    with sentences():
        opened_book(file, original=original)
        for path in assemble.printed(file, output, paper, units or "", original=original):
            click.echo(path)


@roadbook.command()
@click.argument("file", type=NEEDED)
@click.option("--language", type=LANGUAGES, default="en", show_default=True, help="of the voice's words")
@click.option("--browser/--no-browser", default=True, help="open the page, or print its address alone")
@click.option("--state", type=FILE, help="the folder of what is learnt, where the page's address is remembered")
def edit(file: Path, language: str, browser: bool, state: Path | None) -> None:
    """Write into a book at a page in your browser, on this computer alone: words, dangers, highlights, distances.

    What you write is kept beside the book as changes; the book's own file stays as it is. Ctrl-C ends.

    Example: codriver roadbook edit stage3.gpx
    """
    with sentences():
        assemble.desk(file, state, language, click.echo, browser=browser)


@roadbook.command()
@click.argument("book", type=NEEDED)
@click.argument("changes", type=NEEDED, required=False)
@click.option("--list", "listed", is_flag=True, help="the changes that are laid over the book")
@click.option("--undo", metavar="last|N", help="take back the last change, or the one of this number in the list")
def amend(book: Path, changes: Path | None, listed: bool, undo: str | None) -> None:
    """Lay a bulletin's changes over a book, whose own file stays as it is.

    They are kept beside it, in BOOK.changes.csv, and every command takes them into account. A table with a line for
    each: change, distance, value, words; such as “danger, 12.35, 3, washed out”, “zone, 15.0, 50”, “end, 16.2”,
    “cancel, 18.4”, “add, 19.05, , culvert”.

    Example: codriver roadbook amend stage3.gpx bulletin2.csv
    """
    from codriver.roadbook import amend as amending

    if sum((changes is not None, listed, undo is not None)) != 1:
        raise click.UsageError("name a file with changes, or --list, or --undo")
    number = int(undo) if undo is not None and undo.isdecimal() else None
    if undo is not None and undo != "last" and number is None:
        raise click.UsageError(f"--undo {undo}: say “last”, or the number of a change in the list")
    with sentences():
        if listed:
            click.echo("\n".join(amending.listed(book)) or "no changes are laid over this book")
            return
        made = amending.merge(book, changes) if changes is not None else amending.take_back(book, number)
        click.echo(amending.told(made, book))


def opened_book(file: Path, *, original: bool) -> Loaded:
    """The book of a command, with the changes that are laid over it, which are told."""
    from codriver.roadbook import amend as amending

    told = "" if original else amending.beside(file)
    if told:
        say(told)
    return amending.opened(file, original=original)


@roadbook.command()
@click.argument("file", required=False, type=NEEDED)
@click.option("--language", type=click.Choice(["en", "fr", "es"]), default="en", show_default=True)
def lexicon(file: Path | None, language: str) -> None:
    """What abbreviations mean: the ids an event's lexicon may name, or what such a file makes of its own.

    Example: codriver roadbook lexicon raid2026.toml
    """
    from codriver.core.languages import glossary

    with sentences():
        for line in glossary.lines(file, language):
            click.echo(line)


def progress(what: str) -> Callable[[float], None]:
    """A share from 0 to 1, shown on a terminal and nowhere else."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda share: click.echo(f"\r{what} {share:4.0%}" + ("\n" if share >= 1.0 else ""), nl=False, err=True)
