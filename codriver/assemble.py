"""From the command line's words to a drive: which book, which log, which wires or recordings.

The fakes are chosen here and nowhere below: whether a source is a port or a file is settled before the loop begins.
Everything that can be refused is refused here, in a sentence.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from codriver import __version__, config, loop, stick
from codriver.cabin import Cabin, Say
from codriver.config import Config
from codriver.core.hearing import RENDERED
from codriver.core.learnt import Learnt
from codriver.core.outs import Replan, Save
from codriver.core.plan import Inputs, build
from codriver.planning import Remake
from codriver.playing import play
from codriver.roadbook import amend, load
from codriver.roadbook.model import RoadbookError
from codriver.runlog import learnt
from codriver.runlog.learnt import Keeper
from codriver.runlog.runs import Title, choose
from codriver.simulate import drive as simulator
from codriver.stick import Desk
from codriver.units import Seconds
from codriver.voice import piper
from codriver.voice.speech import Words
from codriver.wake import Stop, stopping
from codriver.wires import recordings
from codriver.wires.gpio import Gpio
from codriver.wires.gps import Gps
from codriver.wires.pinout import panel
from codriver.wires.pod import Pod
from codriver.wires.recordings import Began, Played, Tally
from codriver.wires.stick import Stick
from codriver.wires.wire import Wire


class RefusedError(ValueError):
    """The drive cannot be begun as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked of a drive."""

    config: Path | None = None
    roadbook: Path | None = None
    profile: str | None = None
    gps: str | None = None
    pod: str | None = None
    wire: Path | None = None
    log: Path | None = None
    runs: Path | None = None
    state: Path | None = None
    sets: Sequence[str] = ()
    speed: float | None = 1.0
    headless: bool = False
    original: bool = False
    watermark: str = ""


def run(asked: Asked, say: Say, pins: Any = None, until: Callable[[Stop], None] | None = None) -> Path:
    """Drive to the end of the recording, or until told to stop; the run's path. `say` gets sentences for the crew.

    `pins` is a gpiozero pin factory; None means those of the Pi this runs on. `until` is asked before each frame of a
    live drive, and may stop it.
    """
    sets = list(asked.sets)
    sets += [f"profile={asked.profile}"] if asked.profile is not None else []
    settings = config.load(asked.config, sets)
    playing = _recording(asked)
    inputs = _inputs(asked, settings, say)
    path = _log(asked, settings, go_on=playing is None)
    if playing is None:
        return _live(asked, settings, inputs, path, say, pins, until)
    return _play(asked, settings, inputs, path, playing, say)


def _live(
    asked: Asked,
    settings: Config,
    inputs: Inputs,
    path: Path,
    say: Say,
    pins: Any,
    until: Callable[[Stop], None] | None,
) -> Path:
    drive = loop.Drive(path, _title(inputs))
    resumed = drive.inputs is not None
    inputs = _recalled(asked, _gone_on_with(drive, inputs, say), say)
    drive.keeper = _keeper(asked, settings)
    say(f"{'going on with' if resumed else 'logging to'} {path}")
    voice = _voice(asked, settings, say)
    with stopping(drive.wake) as stop:
        try:
            with _cabin(asked, settings, voice, say) as cabin:

                def show(drive: loop.Drive, now: Seconds) -> None:
                    cabin.show(drive, now)
                    if until is not None:
                        until(stop)

                wires = _wires(asked, settings, drive, pins, partial(cabin.sit, drive, stop))
                remake = _remake(asked, voice, lambda changed: kept_beside(asked, changed, say))
                reason = "resume" if resumed else "start"
                loop.live(drive, _measured(inputs, voice), wires, stop, reason, show, remake)
        finally:
            whole = drive.close(ended=stop.ended)
    _insist_on(whole, drive)
    _tell_of_keeping(drive, say)
    return path


def _play(
    asked: Asked,
    settings: Config,
    inputs: Inputs,
    path: Path,
    playing: tuple[Iterator[Played], Tally],
    say: Say,
) -> Path:
    recording, tally = playing
    overridden = asked.config is not None or asked.profile is not None or asked.sets
    first = next(recording)
    assert isinstance(first, Began)
    # A run that was exported has its voice in it already.
    voice = _voice(asked, settings, say) if asked.speed == 1.0 and first.inputs is None else None
    inputs = _recalled(asked, inputs, say) if first.inputs is None else inputs

    def inputs_for(began: Began) -> Inputs:
        if began.inputs is None:
            return _measured(inputs, voice)
        if asked.roadbook is not None:
            return learnt.refolded(_measured(inputs, voice), began.inputs, _by_hand(asked))
        if not overridden:
            return began.inputs
        return learnt.refolded(_with_book_of(inputs, began.inputs), began.inputs, _by_hand(asked))

    drive = loop.Drive(path, _title(inputs_for(first)), patient=asked.speed is None)
    # Who drives an exported run again learns nothing new.
    drive.keeper = _keeper(asked, settings) if first.inputs is None else None
    recording = chain([first], recording)
    with stopping(drive.wake) as stop:
        try:
            with _cabin(asked, settings, voice, _nothing) as cabin:
                crew = partial(cabin.sit, drive, stop)
                remake = _remake(asked, voice, _as_it_is)
                play(drive, recording, inputs_for, asked.speed, stop, cabin.show, crew, remake)
        finally:
            whole = drive.close(ended=True)
    _insist_on(whole, drive)
    _tell_of_keeping(drive, say)
    _tell(drive, tally, say)
    return path


def _cabin(asked: Asked, settings: Config, voice: Words | None, say: Say) -> Cabin:
    """The seats. What goes as fast as it can has no window: nobody could follow it."""
    windowed = not asked.headless and asked.speed is not None
    return Cabin(settings, say, os.environ, windowed=windowed, voice=voice, watermark=asked.watermark)


def _as_it_is(inputs: Inputs) -> Inputs:
    """What is played from a recording leaves no trace beside the book."""
    return inputs


def _nothing(_: str) -> None:
    """A recording that is played where there is no display is played without a word about that."""


def _recalled(asked: Asked, inputs: Inputs, say: Say) -> Inputs:
    """The inputs with what the car has learnt before. What is set by hand discards it."""
    known, told = learnt.recalled(config.state_dir(asked.state, os.environ), inputs, _by_hand(asked))
    if told:
        say(told)
    return known


def _by_hand(asked: Asked) -> set[str]:
    """What a `--set` says of that which is otherwise learnt: kinds of `Save`."""
    keys = config.by_hand(asked.sets)
    wheel = {"wheel"} if any(key.startswith("vehicle.wheel.") for key in keys) else set()
    return wheel | ({"book"} if "trip.book_scale" in keys else set())


def remember(state: Path | None, save: Save, inputs: Inputs, say: Say) -> None:
    """Keep this for the vehicle of these inputs, as a drive would."""
    folder = config.state_dir(state, os.environ)
    learnt.keep(folder, save, inputs)
    say(f"kept in {learnt.path_of(folder, config.settings_from(json.loads(inputs.settings)).vehicle.name)}")


def remembered(state: Path | None, inputs: Inputs) -> Learnt:
    """What is kept for the vehicle of these inputs, as far as it holds with them."""
    return learnt.known(config.state_dir(state, os.environ), inputs)


def _keeper(asked: Asked, settings: Config) -> Keeper | None:
    """What keeps what the car learns; None where nothing is kept, since the car has no name."""
    return Keeper(config.state_dir(asked.state, os.environ)) if settings.vehicle.name else None


def _tell_of_keeping(drive: loop.Drive, say: Say) -> None:
    if drive.keeper is not None and drive.keeper.fault:
        say(drive.keeper.fault)


def _voice(asked: Asked, settings: Config, say: Say) -> Words | None:
    """What renders the words; None where the event forbids a voice."""
    if not settings.allow.voice:
        return None
    wanted, folder = settings.voice, config.state_dir(asked.state, os.environ) / "voice"
    voice, told = piper.chosen(wanted.language, folder, wanted.engine, wanted.model)
    if told is not None:
        say(told)
    return voice


def _measured(inputs: Inputs, voice: Words | None) -> Inputs:
    """The inputs with the lengths of all phrases that have been rendered before."""
    if voice is None:
        return inputs
    known = {text: round(seconds, 3) for text, seconds in voice.known(build(inputs).fragments).items()}
    return replace(inputs, phrases=json.dumps(known, sort_keys=True, separators=(",", ":")))


def _insist_on(whole: bool, drive: loop.Drive) -> None:
    if not whole:
        raise RefusedError(
            f"{drive.path}: the end of the drive is not in it: {drive.writer.fault or 'the card stalls'}"
        )


def _title(inputs: Inputs) -> Title:
    settings = config.settings_from(json.loads(inputs.settings))
    return Title(inputs.roadbook_name, settings.profile, settings.vehicle.name, __version__)


def _tell(drive: loop.Drive, tally: Tally, say: Say) -> None:
    """What the crew should know of a recording that did not hold what they expect."""
    if tally.refused:
        say(f"{tally.refused} lines of the wire log were left out; the first: {tally.first}")
    if drive.sieve.forbidden:
        say(f"{drive.sieve.forbidden} lines were dropped unlogged: this profile forbids them")
    if drive.plan is not None and not drive.plan.settings.allow.gps:
        return
    if not drive.fixes and not drive.state.pod.heard:
        say(f"no fix in the recording: {_why_no_fix(drive)}")


def _why_no_fix(drive: loop.Drive) -> str:
    if drive.state.receiver.heard is not None:
        return "the receiver spoke but never vouched for a position"
    if drive.state.receiver.damaged:
        return "its sentences are damaged or carry no checksum"
    return "it holds no NMEA position sentences; a receiver set to its own binary protocol must be set to NMEA"


def _recording(asked: Asked) -> tuple[Iterator[Played], Tally] | None:
    """The recording to play, or None for a live drive. RefusedError where files and ports are mixed."""
    tally = Tally()
    if asked.wire is not None:
        if asked.gps is not None or asked.pod is not None:
            raise RefusedError("--wire is the whole drive: leave --gps and --pod out")
        return recordings.wire(asked.wire, tally), tally
    named = {"--gps": asked.gps, "--pod": asked.pod}
    files = {option: Path(name) for option, name in named.items() if name is not None and _is_recording(option, name)}
    if not files:
        return None
    if len(files) < sum(name is not None for name in named.values()):
        raise RefusedError("--gps and --pod must both be ports or both be files: a file has its own time")
    if len(files) == 1:
        [(option, path)] = files.items()
        return (recordings.gps(path) if option == "--gps" else recordings.pod_log(path)), tally
    return recordings.merged(recordings.gps(files["--gps"]), recordings.pod_log(files["--pod"])), tally


def _is_recording(option: str, name: str) -> bool:
    """Whether a source is a file to play rather than a port to open."""
    path = Path(name)
    try:
        if path.is_dir():
            raise RefusedError(f"{option} {name}: this is a folder; name a port or a recording")
        if not path.exists() and not path.is_symlink() and not name.startswith(("/dev/", "COM")):
            raise RefusedError(f"{option} {name}: there is no such port or file")
        return path.is_file()
    except PermissionError as error:
        raise RefusedError(f"{option} {name}: {error.strerror}; choose one that this user may read") from error


def _inputs(asked: Asked, settings: Config, say: Say) -> Inputs:
    """The plan's inputs; the book is read and judged now, so that a bad one is refused before the start."""
    plan_settings = json.dumps(config.plan_settings(settings), sort_keys=True, separators=(",", ":"))
    if asked.roadbook is None:
        return Inputs(settings=plan_settings)
    changes = "" if asked.original else amend.stored(asked.roadbook)
    if changes:
        say(amend.beside(asked.roadbook))
    load.load(asked.roadbook, changes)
    return Inputs(
        settings=plan_settings,
        roadbook_name=asked.roadbook.name,
        roadbook=asked.roadbook.read_bytes(),
        changes=changes,
    )


def verdict(roadbook: Path) -> str:
    """The load report of a book in one line."""
    return load.load(roadbook).report.verdict


def _with_book_of(inputs: Inputs, before: Inputs) -> Inputs:
    """These settings with the book of those inputs, and all that belongs to it."""
    return replace(before, settings=inputs.settings, learnt=inputs.learnt)


def _gone_on_with(drive: loop.Drive, inputs: Inputs, say: Say) -> Inputs:
    """The inputs of the next segment: those of the run that is gone on with keep their book and its amendments.

    A book that is named anew and that this run was never driven by is meant. One that it was driven by is what stands
    in the unit's options for good: what the crew took into use since holds.
    """
    before = drive.inputs
    if before is None or (inputs.roadbook is not None and inputs.roadbook_sha256 not in drive.books):
        return inputs
    if inputs.roadbook is not None and inputs.roadbook_sha256 != before.roadbook_sha256:
        say(f"{before.roadbook_name} was taken into use in this run, and holds instead of {inputs.roadbook_name}")
    kept = _with_book_of(inputs, before)
    if inputs.roadbook_sha256 == before.roadbook_sha256 and inputs.changes not in drive.layers:
        return replace(kept, changes=inputs.changes)  # a bulletin that came since the run was left
    return kept


def _remake(asked: Asked, voice: Words | None, keep: Callable[[Inputs], Inputs]) -> Remake:
    """What makes the inputs that a Replan asks for: with other amendments, or another book of the state folder's.

    `keep` is what becomes of amendments besides.
    """

    def remake(inputs: Inputs, replan: Replan) -> Inputs:
        if replan.reason == RENDERED:
            return _measured(inputs, voice)
        if replan.reason == "amended":
            # On the card first: to make a plan takes seconds, and the ignition may go.
            return _measured(keep(replace(inputs, changes=replan.text)), voice)
        book = stick.taken(config.state_dir(asked.state, os.environ), replan.text)
        # The same book again: a stick without a layer says nothing of what was changed on the way.
        changes = book.changes or (inputs.changes if book.content == inputs.roadbook else "")
        new = Inputs(settings=inputs.settings, roadbook_name=book.name, roadbook=book.content, changes=changes)
        return _measured(_recalled(asked, new, _nothing), voice)

    return remake


def kept_beside(asked: Asked, inputs: Inputs, say: Say) -> Inputs:
    """The same inputs, whose layer is kept beside the book as well, wherever that came from.

    The run has it in any case: where the disk does not take it that is said, and no more.
    """
    places = [stick.place(config.state_dir(asked.state, os.environ), inputs.roadbook or b"", inputs.roadbook_name)]
    if asked.roadbook is not None:
        places.insert(0, asked.roadbook)
    try:
        place = next((each for each in places if each.is_file() and each.read_bytes() == inputs.roadbook), None)
        if place is not None:
            amend.save(place, amend.read(inputs.changes, load.load(place).book)[0])
    except (OSError, RoadbookError) as error:
        say(f"the amendment is in the run alone: {error}")
    return inputs


def _log(asked: Asked, settings: Config, *, go_on: bool) -> Path:
    """Where the run is logged: the file asked for, else the run to go on with, or a new one, in the runs' folder."""
    if asked.log is not None:
        return asked.log
    state = config.state_dir(asked.state, os.environ)
    folder = asked.runs or config.runs_dir(settings, state)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"{folder}: no folder for the runs: {error.strerror}; choose one with --runs") from error
    return choose(folder, asked.roadbook.stem if asked.roadbook is not None else "", go_on=go_on)


def _wires(
    asked: Asked, settings: Config, drive: loop.Drive, pins: Any, crew: Callable[[loop.Clock], Sequence[Wire]]
) -> Callable[[loop.Clock], Sequence[Wire]]:
    def opened(clock: loop.Clock) -> Sequence[Wire]:
        wires: list[Wire] = [*crew(clock)]
        gps, pod = asked.gps or settings.gps.port, asked.pod or settings.pod.port
        if gps and settings.allow.gps:
            wires.append(Gps(gps, settings.gps.baud))
        if pod:
            drive.pod = Pod(pod)
            wires.append(drive.pod)
        drive.stick = Stick(Desk(settings.stick.dir, config.state_dir(asked.state, os.environ)))
        wires.append(drive.stick)
        if settings.buttons.gpio:
            wires.append(Gpio(panel(), clock, pins))
        return wires

    return opened


def printed(roadbook: Path, output: Path, paper: str, units: str, *, original: bool = False) -> list[Path]:
    """Print a book to a PDF, or to a picture a page (`.png`), as it is amended or the `original`; the files written."""
    try:
        from codriver.print import book as printing
    except ImportError as error:
        raise RefusedError(f"printing needs {error.name}: pip install 'codriver[print]'") from error

    ending = output.suffix.lower()
    if ending not in {".pdf", ".png"}:
        raise RefusedError(f"{output}: a book is printed to .pdf or .png; give the file one of these endings")
    if output.exists() and output.samefile(roadbook):
        raise RefusedError(f"{output} is the original itself, which is never overwritten; name another file")
    loaded = amend.opened(roadbook, original=original)
    if not loaded.book.notes:
        raise RefusedError(f"{roadbook}: {loaded.book.name} has a track but no boxes; there is nothing to print")
    made = printing.pdf(loaded.book, roadbook.read_bytes(), paper, units)
    pages = [made] if ending == ".pdf" else list(printing.pictures(made))
    names = (
        [output] if ending == ".pdf" else [output.with_stem(f"{output.stem}-{n:02d}") for n in range(1, len(pages) + 1)]
    )
    try:
        for path, page in zip(names, pages, strict=True):
            path.write_bytes(page)
    except OSError as error:
        raise RefusedError(f"{error.filename}: cannot be written: {error.strerror}") from error
    return names


def desk(roadbook: Path, state: Path | None, language: str, say: Say, *, browser: bool) -> None:
    """Serve the desk of a book until Ctrl-C."""
    try:
        from codriver.desk import serve
    except ImportError as error:
        raise RefusedError(f"the desk needs {error.name}: pip install 'codriver[desk]'") from error
    try:
        serve.serve(roadbook, config.state_dir(state, os.environ), language, say, browser=browser)
    except OSError as error:
        raise RefusedError(f"no port of this computer can be had: {error.strerror or error}") from error


def has_display() -> bool:
    """Whether a window can be opened on this machine."""
    from codriver.cockpit.window import Window, WindowError

    try:
        Window(None, full=False, title="").close()
    except WindowError:
        return False
    return True


def simulate(
    roadbook: Path,
    output: Path,
    truth: Path | None,
    config_: Path | None,
    progress: Callable[[float], None],
    *,
    sets: Sequence[str] = (),
    hz: int = 5,
    wheel: bool = False,
    seed: int = 1,
    noise: str = "real",
    pace: str = "rally",
) -> None:
    """Write the wire log of a simulated car on this book's track, with the truth beside it if that is wanted."""
    probes = config.load(config_, sets).vehicle.wheel
    try:
        options = simulator.Options(
            hz=hz,
            wheel=wheel,
            seed=seed,
            noise=noise,
            pace=pace,
            probe1_m_per_pulse=probes.probe1_m_per_pulse or None,
            probe2_m_per_pulse=probes.probe2_m_per_pulse or None,
        )
    except ValueError as error:
        raise RefusedError(str(error)) from error
    try:
        made = simulator.drive(load.load(roadbook).book, options)
        simulator.write_wire(made, output, progress)
        if truth is not None:
            simulator.write_truth(made, truth, progress)
    except OSError as error:
        raise RefusedError(f"{error.filename}: cannot be written: {error.strerror}") from error
