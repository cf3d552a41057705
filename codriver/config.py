"""What the crew can set: codriver.toml, the event's profile and --set, checked whole before anything starts.

Later sources win: the defaults here, the profile's settings, the file, then each --set. What a profile forbids no
file and no --set can allow. Only what the core reads goes on into a plan, so that the same drive on another
computer has the same plan. Reads the files it is given and nothing else; SI units, named in each key.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from codriver import kinds, sheet
from codriver.kinds import About, Key, Size
from codriver.profiles import load as profiles
from codriver.profiles.load import Profile
from codriver.roadbook import lexicon as lexicons
from codriver.sheet import Fault, Sheet, SheetError
from codriver.units import KMH, MILE, MINUTE, Metres, MetresPerSecond, Seconds

HOUR: Final[Seconds] = 60 * MINUTE
HD: Final = Size(1280, 720)

Units: TypeAlias = Literal["metric", "statute"]
Language: TypeAlias = Literal["en", "fr", "es"]
VoiceMode: TypeAlias = Literal["full", "dangers", "desert", "pacenotes", "prompt", "off"]
Turns: TypeAlias = Literal["plain", "degrees", "severity"]
Rings: TypeAlias = Literal["distance", "seconds"]
Engine: TypeAlias = Literal["espeak", "piper"]
Side: TypeAlias = Literal["left", "right", "both", "none"]
Contact: TypeAlias = Literal["none", "gpio 7", "gpio 8", "pod 7", "pod 8", "key 7", "key 8"]
Agreement: TypeAlias = Literal["off", "propose", "automatic"]
Reversing: TypeAlias = Literal["off", "propose", "automatic"]
Baud: TypeAlias = Literal[4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600]


class ConfigError(SheetError):
    """The configuration cannot stand; the text is the whole list of faults, one a line."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """The wheel probes. A probe that is not fitted never pulses, so that its default does no harm."""

    probe1_m_per_pulse: Annotated[
        Metres, About("metres the car rolls for one pulse of probe 1; 0: not fitted", 0.001, 10.0, or_zero=True)
    ] = 0.5
    probe2_m_per_pulse: Annotated[
        Metres, About("the same for probe 2, by default on a wheel of the same size", 0.001, 10.0, or_zero=True)
    ] = 0.5


@dataclass(frozen=True, slots=True)
class Vehicle:
    """The car."""

    name: Annotated[str, About("the name under which what the wheels teach is kept between runs; empty: not kept")] = ""
    wheel: Wheel = Wheel()


@dataclass(frozen=True, slots=True)
class Gps:
    """The receiver."""

    port: Annotated[str, About("the receiver's port, as /dev/ttyACM0 or COM3; empty: none")] = ""
    baud: Annotated[Baud | None, About("its speed; auto tries each until sentences come")] = None


@dataclass(frozen=True, slots=True)
class Pod:
    """The pod: buttons, wheel probes and supply."""

    port: Annotated[str, About("the pod's port; empty: none")] = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """The calls aloud."""

    language: Annotated[Language, About("the language of the calls")] = "en"
    mode: Annotated[
        VoiceMode,
        About(
            "whole calls, dangers alone, 3-2-1 before what must be slowed down for, corners some ahead as in pace "
            "notes, a beep and one word for the co-driver, or silence"
        ),
    ] = "full"
    turns: Annotated[
        Turns,
        About("how sharp a turn is said: not at all, in degrees, or by severity, 1 the slightest and 3 the worst"),
    ] = "plain"
    rings: Annotated[
        Rings, About("the rings of the desert mode: 0.3, 0.2 and 0.1 mile, or 9, 6 and 3 seconds before")
    ] = "distance"
    hazard3_kmh: Annotated[
        float, About("what a danger 3 can be passed with: its call leaves the way to brake to it", 5.0, 150.0)
    ] = 30.0
    hazard2_kmh: Annotated[float, About("the same for a danger 2", 5.0, 150.0)] = 60.0
    braking_mps2: Annotated[float, About("how hard the car brakes on its ground, m/s2", 1.0, 9.0)] = 4.0
    volume: Annotated[float, About("how loud, 1 is as loud as it goes; the crew makes it softer", 0.0, 1.0)] = 1.0
    codriver: Annotated[Side, About("the channel of the sound output on which the co-driver's headset is")] = "both"
    driver: Annotated[Side, About("the same for the driver's; none: the driver hears nothing")] = "both"
    busy: Annotated[
        Contact,
        About("a contact that is closed while the intercom or a radio speaks, instead of a driver's button"),
    ] = "none"
    engine: Annotated[Engine, About("what renders the words; piper is the crew's to install, with a voice")] = "espeak"
    model: Annotated[str, About("the voice for piper: the path of a file ending in .onnx; empty: none")] = ""


@dataclass(frozen=True, slots=True)
class Display:
    """The screen."""

    units: Annotated[Units, About("km, or miles, for the whole car; a roadbook's file keeps its own")] = "metric"
    size: Annotated[Size, About("the window in pixels")] = HD
    full: Annotated[bool, About("the whole screen, whatever its size; size is then not read")] = False
    theme: Annotated[Literal["day", "night"], About("the colours at the start; the crew changes them")] = "day"
    touch_distance: Annotated[bool, About("whether a finger on the screen may change a distance above 10 km/h")] = False


@dataclass(frozen=True, slots=True)
class Runs:
    """The run databases."""

    dir: Annotated[str, About("the folder of the run databases; empty: runs in the state folder")] = ""


@dataclass(frozen=True, slots=True)
class Stick:
    """The stick with roadbooks."""

    dir: Annotated[
        str, About("a folder that stands for the stick, with roadbooks; empty: where the service mounts sticks")
    ] = ""


@dataclass(frozen=True, slots=True)
class Event:
    """The event."""

    utc_offset_h: Annotated[float, About("hours from UTC to rally time, east positive", -14.0, 14.0)] = 0.0
    lexicon: Annotated[str, About("a TOML file with the abbreviations of this event's books; empty: none")] = ""
    abbreviations: lexicons.Abbreviations = lexicons.BUILT_IN


@dataclass(frozen=True, slots=True)
class Trip:
    """The trip meter."""

    book_scale: Annotated[float, About("metres of the book for each metre of the car", 0.8, 1.2)] = 1.0
    step_m: Annotated[
        Metres | None, About("metres for one press of PLUS or MINUS; auto: 10, or 0.01 mile in statute", 0.1, 1000.0)
    ] = None
    along_slope: Annotated[
        bool,
        About("count along the road's slope, as a wheel rolls, and not along the map, as books made from GPS do"),
    ] = False
    agreement: Annotated[
        Agreement,
        About("what is done with what landmarks teach of the book's distances: nothing, a proposal, or a small change"),
    ] = "propose"
    reversing: Annotated[
        Reversing,
        About("what is done when the car is in reverse gear, by GPS: nothing, an offer to count backwards, or that"),
    ] = "propose"


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons wired to the computer itself."""

    gpio: Annotated[bool, About("whether buttons are wired to this computer's own pins")] = False


@dataclass(frozen=True, slots=True)
class Allow:
    """What the event permits: a profile's alone to say."""

    gps: Annotated[bool, About("satellite positions; if false, none reaches screen, speech or log")] = True
    wheel: Annotated[bool, About("distance from the wheel probes")] = True
    voice: Annotated[bool, About("speech and beeps")] = True


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration.

    `profile` becomes the profile's name also where it was given as a file.
    """

    profile: Annotated[str, About("the kind of event: one of those below, or a file of your own ending in .toml")] = (
        "open"
    )
    vehicle: Vehicle = Vehicle()
    gps: Gps = Gps()
    pod: Pod = Pod()
    voice: Voice = Voice()
    display: Display = Display()
    runs: Runs = Runs()
    stick: Stick = Stick()
    event: Event = Event()
    trip: Trip = Trip()
    buttons: Buttons = Buttons()
    allow: Allow = Allow()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the core reads of a configuration, as the plan keeps it: nothing of this computer's ports and paths."""

    profile: Annotated[str, About("the profile's name")] = "open"
    allow: Allow = Allow()
    vehicle: Vehicle = Vehicle()
    units: Annotated[Units, About("display.units")] = "metric"
    night: Annotated[bool, About("whether display.theme is night")] = False
    touch_distance: Annotated[bool, About("display.touch_distance")] = False
    language: Annotated[Language, About("voice.language")] = "en"
    calls: Annotated[VoiceMode, About("voice.mode")] = "full"
    turns: Annotated[Turns, About("voice.turns")] = "plain"
    rings: Annotated[Rings, About("voice.rings")] = "distance"
    hazard3_mps: Annotated[MetresPerSecond, About("voice.hazard3_kmh", 1.0, 50.0)] = 30.0 * KMH
    hazard2_mps: Annotated[MetresPerSecond, About("voice.hazard2_kmh", 1.0, 50.0)] = 60.0 * KMH
    braking_mps2: Annotated[float, About("voice.braking_mps2", 1.0, 9.0)] = 4.0
    book_scale: Annotated[float, About("trip.book_scale", 0.8, 1.2)] = 1.0
    step_m: Annotated[Metres, About("one press of PLUS or MINUS", 0.1, 1000.0)] = 10.0
    along_slope: Annotated[bool, About("trip.along_slope")] = False
    agreement: Annotated[Agreement, About("trip.agreement")] = "propose"
    reversing: Annotated[Reversing, About("trip.reversing")] = "propose"
    busy: Annotated[Contact, About("voice.busy")] = "none"
    utc_offset_s: Annotated[Seconds, About("from UTC to rally time")] = 0.0
    lexicon: Annotated[str, About("the abbreviations of the event, as JSON; empty: none")] = ""


def load(path: Path | None = None, sets: Sequence[str] = ()) -> Config:
    """The configuration of this file, if any, and these `KEY=VALUE`. ConfigError with all that is wrong in all of them.

    A VALUE is read as TOML where it is TOML, else as text. A relative profile file is looked for beside the file that
    names it.
    """
    found: list[Fault] = []
    given = list(_given(path, sets, found))
    profile = _profile(given, found)
    for layer in given:
        found += _forbidden(layer, "allow", "is the profile's to say", "choose another profile, or write your own")
        found += _faults(layer)
    if found or profile is None:
        raise ConfigError(found)
    tree = reduce(sheet.over, [profile.settings.tree, *(layer.tree for layer in given)])
    config = sheet.structure(Sheet("the configuration", tree), Config)
    if config.voice.codriver == config.voice.driver == "none":
        wrong, advice = "leaves nobody to hear the calls", "set one of them, or voice.mode to off"
        raise ConfigError([Fault("voice.codriver and voice.driver", None, "none", wrong, advice)])
    event = replace(config.event, abbreviations=_abbreviations(given, config.event.lexicon))
    return replace(config, profile=profile.name, event=event)


def by_hand(sets: Iterable[str]) -> frozenset[str]:
    """The keys that these `KEY=VALUE` set; ConfigError where they set none."""
    return frozenset(key for text in sets for key in sheet.leaves(_set(text).tree))


def plan_settings(config: Config) -> dict[str, Any]:
    """What goes into the plan's inputs: the same dict, of JSON's own types, wherever the same drive is made."""
    settings = Settings(
        profile=config.profile,
        allow=config.allow,
        vehicle=config.vehicle,
        units=config.display.units,
        night=config.display.theme == "night",
        touch_distance=config.display.touch_distance,
        language=config.voice.language,
        calls=config.voice.mode,
        turns=config.voice.turns,
        rings=config.voice.rings,
        hazard3_mps=config.voice.hazard3_kmh * KMH,
        hazard2_mps=config.voice.hazard2_kmh * KMH,
        braking_mps2=config.voice.braking_mps2,
        book_scale=config.trip.book_scale,
        step_m=_step(config),
        along_slope=config.trip.along_slope,
        agreement=config.trip.agreement,
        reversing=config.trip.reversing,
        busy=config.voice.busy,
        utc_offset_s=config.event.utc_offset_h * HOUR,
        lexicon=lexicons.text(config.event.abbreviations),
    )
    tree: dict[str, Any] = kinds.DOOR.unstructure(settings)
    return tree


def settings_from(tree: Mapping[str, Any]) -> Settings:
    """The settings that `plan_settings` put down, here or in an older version. ConfigError where they are none."""
    try:
        return sheet.structure(Sheet("the plan", tree), Settings)
    except SheetError as error:
        raise ConfigError(error.faults) from error


def state_dir(given: Path | None, environ: Mapping[str, str]) -> Path:
    """Where what is learnt is kept: as given, else systemd's StateDirectory, else XDG's place for it.

    Sources: systemd.exec(5), of whose colon-separated list the first counts; XDG Base Directory 0.8, by which a
    relative XDG_STATE_HOME is to be ignored.
    """
    if given is not None:
        return given
    if unit := environ.get("STATE_DIRECTORY"):
        return Path(unit.split(":")[0])
    xdg = Path(environ.get("XDG_STATE_HOME", ""))
    home = xdg if xdg.is_absolute() else Path(environ.get("HOME") or Path.home(), ".local", "state")
    return home / "codriver"


def runs_dir(config: Config, state: Path) -> Path:
    """Where the run databases go: `runs.dir`, in which `~` is the home folder, or `runs` in the state folder."""
    if not config.runs.dir:
        return state / "runs"
    try:
        return Path(config.runs.dir).expanduser()
    except RuntimeError as error:  # ~somebody, who has no home here
        raise ConfigError([Fault("runs.dir", None, config.runs.dir, f"({error})", "give the whole path")]) from error


def config_keys() -> list[Key]:
    """Every key that a file or --set may set, in the order of the handbook."""
    return [key for key in kinds.keys(Config) if not key.key.startswith("allow.")]


def as_markdown() -> str:
    """The tables of docs/config.md: the keys, what a profile alone says, and the profiles."""
    rules = [key for key in kinds.keys(Config) if key.key.startswith("allow.")]
    heads = [(f"`{name}`", profiles.load(name).title) for name in profiles.names()]
    return "\n".join(
        [
            *_markdown(("key", "type", "default", "meaning"), map(_cells, config_keys())),
            "",
            *_markdown(("only in a profile", "type", "default", "meaning"), map(_cells, rules)),
            "",
            *_markdown(("profile", "for"), heads),
        ]
    )


def _abbreviations(given: Sequence[Sheet], name: str) -> lexicons.Abbreviations:
    """What the event's lexicon says; a relative file is looked for beside the file that names it. ConfigError."""
    if not name:
        return lexicons.BUILT_IN
    naming = next(layer for layer in reversed(given) if "lexicon" in layer.tree.get("event", {}))
    path = (naming.folder or Path()) / Path(name).expanduser()
    try:
        found = lexicons.read(path.read_bytes(), path.name)
    except OSError as error:
        wrong, advice = f"names {path}, which cannot be read ({error.strerror})", "check the name"
        raise ConfigError([naming.fault("event.lexicon", wrong, advice)]) from error
    except lexicons.LexiconError as error:
        raise ConfigError([naming.fault("event.lexicon", "is of no use", str(error))]) from error
    if found.faults:
        raise ConfigError([naming.fault("event.lexicon", "has a fault", fault) for fault in found.faults])
    return found.entries


def _step(config: Config) -> Metres:
    """Blueprint 6: one step is 10 m, or 0.01 mile in miles, where neither crew nor profile say otherwise."""
    if config.trip.step_m is not None:
        return config.trip.step_m
    return 0.01 * MILE if config.display.units == "statute" else 10.0


def _given(path: Path | None, sets: Sequence[str], found: list[Fault]) -> Iterator[Sheet]:
    """The file and each --set that can be read, in the order in which they win; what cannot is found wrong."""
    readers = [partial(sheet.read, path)] if path is not None else []
    for read in [*readers, *(partial(_set, text) for text in sets)]:
        try:
            yield read()
        except SheetError as error:
            found += error.faults


def _set(text: str) -> Sheet:
    """The sheet of one KEY=VALUE."""
    key, equals, raw = (part.strip() for part in text.partition("="))
    if not key or not equals:
        raise SheetError([Fault("--set", None, text, "has no key or no value", "write --set KEY=VALUE")])
    tree = reduce(lambda value, name: {name: value}, reversed(key.split(".")), _value(key, raw))
    return Sheet("--set", tree)


def _value(key: str, raw: str) -> Any:
    """What the words after `=` mean. A text key takes them as they are, so that a car may be called 911."""
    try:
        tree = tomllib.loads(f"value = {raw}")
    except (ValueError, RecursionError):
        return raw
    value = tree.pop("value")
    text_wanted = any(known.key == key and known.type == "text" for known in config_keys())
    return raw if tree or (text_wanted and not isinstance(value, str)) else value


def _profile(given: Sequence[Sheet], found: list[Fault]) -> Profile | None:
    """The profile that the last sheet to name one asks for; None where it is found wrong."""
    silent = Sheet("the defaults", {"profile": Config().profile})
    naming = next(layer for layer in [*reversed(given), silent] if isinstance(layer.tree.get("profile"), str))
    try:
        profile = profiles.load(naming.tree["profile"], naming.folder)
    except profiles.UnknownProfileError as error:
        found.append(naming.fault("profile", error.wrong, error.advice))
        return None
    except SheetError as error:
        found += error.faults
        return None
    found += _forbidden(
        profile.settings, "profile", "stands in a profile", "take it out: profiles do not build on others"
    )
    found += _faults(profile.settings)
    return profile


def _forbidden(layer: Sheet, key: str, wrong: str, advice: str) -> list[Fault]:
    return [layer.fault(key, wrong, advice)] if key in layer.tree else []


def _faults(layer: Sheet) -> Sequence[Fault]:
    """What is wrong in one layer, whatever the others say: a bad value is told even where a later one replaces it."""
    try:
        sheet.structure(layer, Config)
    except SheetError as error:
        return error.faults
    return ()


def _cells(key: Key) -> tuple[str, ...]:
    return f"`{key.key}`", key.type, f"`{key.default}`", key.meaning


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in [head, ("---",) * len(head), *rows]]
