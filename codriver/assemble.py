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

from codriver import __version__, config, loop
from codriver.cabin import Cabin, Say
from codriver.config import Config
from codriver.core.plan import Inputs, build
from codriver.playing import play
from codriver.roadbook import load
from codriver.runlog.runs import Title, choose
from codriver.simulate import drive as simulator
from codriver.units import Seconds
from codriver.voice.speech import Espeak
from codriver.wake import Stop, stopping
from codriver.wires import recordings
from codriver.wires.gpio import Gpio
from codriver.wires.gps import Gps
from codriver.wires.pinout import panel
from codriver.wires.pod import Pod
from codriver.wires.recordings import Began, Played, Tally
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
    inputs = _inputs(asked, settings)
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
    if drive.inputs is not None and asked.roadbook is None:
        inputs = _with_book_of(inputs, drive.inputs)
    say(f"{'going on with' if resumed else 'logging to'} {path}")
    voice = _voice(asked, settings)
    with stopping(drive.wake) as stop:
        try:
            with _cabin(asked, settings, voice, say) as cabin:

                def show(drive: loop.Drive, now: Seconds) -> None:
                    cabin.show(drive, now)
                    if until is not None:
                        until(stop)

                wires = _wires(asked, settings, drive, pins, partial(cabin.sit, drive, stop))
                loop.live(drive, _measured(inputs, voice), wires, stop, "resume" if resumed else "start", show)
        finally:
            whole = drive.close(ended=stop.ended)
    _insist_on(whole, drive)
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
    voice = _voice(asked, settings) if asked.speed == 1.0 and first.inputs is None else None

    def inputs_for(began: Began) -> Inputs:
        if began.inputs is None or asked.roadbook is not None:
            return _measured(inputs, voice)
        return _with_book_of(inputs, began.inputs) if overridden else began.inputs

    drive = loop.Drive(path, _title(inputs_for(first)), patient=asked.speed is None)
    recording = chain([first], recording)
    with stopping(drive.wake) as stop:
        try:
            with _cabin(asked, settings, voice, _nothing) as cabin:
                play(drive, recording, inputs_for, asked.speed, stop, cabin.show, partial(cabin.sit, drive, stop))
        finally:
            whole = drive.close(ended=True)
    _insist_on(whole, drive)
    _tell(drive, tally, say)
    return path


def _cabin(asked: Asked, settings: Config, voice: Espeak | None, say: Say) -> Cabin:
    """The seats. What goes as fast as it can has no window: nobody could follow it."""
    windowed = not asked.headless and asked.speed is not None
    return Cabin(settings, say, os.environ, windowed=windowed, voice=voice, watermark=asked.watermark)


def _nothing(_: str) -> None:
    """A recording that is played where there is no display is played without a word about that."""


def _voice(asked: Asked, settings: Config) -> Espeak | None:
    """What renders the words; None where the event forbids a voice."""
    if not settings.allow.voice:
        return None
    return Espeak(settings.voice.language, config.state_dir(asked.state, os.environ) / "voice")


def _measured(inputs: Inputs, voice: Espeak | None) -> Inputs:
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


def _inputs(asked: Asked, settings: Config) -> Inputs:
    """The plan's inputs; the book is read and judged now, so that a bad one is refused before the start."""
    plan_settings = json.dumps(config.plan_settings(settings), sort_keys=True, separators=(",", ":"))
    if asked.roadbook is None:
        return Inputs(settings=plan_settings)
    load.load(asked.roadbook)
    return Inputs(settings=plan_settings, roadbook_name=asked.roadbook.name, roadbook=asked.roadbook.read_bytes())


def verdict(roadbook: Path) -> str:
    """The load report of a book in one line."""
    return load.load(roadbook).report.verdict


def _with_book_of(inputs: Inputs, before: Inputs) -> Inputs:
    return Inputs(inputs.settings, inputs.learnt, before.phrases, before.roadbook_name, before.roadbook)


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
        if settings.buttons.gpio:
            wires.append(Gpio(panel(), clock, pins))
        return wires

    return opened


def printed(roadbook: Path, output: Path, paper: str, units: str) -> list[Path]:
    """Print a book to a PDF, or to a picture a page (`.png`); the files written."""
    try:
        from codriver.print import book as printing
    except ImportError as error:
        raise RefusedError(f"printing needs {error.name}: pip install 'codriver[print]'") from error

    ending = output.suffix.lower()
    if ending not in {".pdf", ".png"}:
        raise RefusedError(f"{output}: a book is printed to .pdf or .png; give the file one of these endings")
    if output.exists() and output.samefile(roadbook):
        raise RefusedError(f"{output} is the original itself, which is never overwritten; name another file")
    loaded = load.load(roadbook)
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
