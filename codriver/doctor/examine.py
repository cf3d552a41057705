"""The whole examination, in the order in which a co-driver asks: what was said, heard, seen, spoken and written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from codriver import config
from codriver.config import Config, ConfigError
from codriver.doctor import computer, crew, devices, ports, senses
from codriver.doctor.computer import Shell
from codriver.doctor.finding import Finding, fail, ok, warn
from codriver.doctor.ports import PodEar, ReceiverEar, Wait
from codriver.doctor.senses import Opened
from codriver.kinds import Size
from codriver.units import Seconds
from codriver.wires.gps import Gps
from codriver.wires.pod import Pod

SECONDS: Final[Seconds] = 15.0
"""Long enough to try every likely rate."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked of the doctor; `seconds` is how long he listens to the ports at most."""

    config: Path | None = None
    roadbook: Path | None = None
    gps: str | None = None
    pod: str | None = None
    state: Path | None = None
    sets: Sequence[str] = ()
    seconds: Seconds = SECONDS


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside: two clocks (monotonic, and UTC since 1970), the tree below `root`, what can be opened."""

    monotonic: Callable[[], Seconds]
    utc: Callable[[], Seconds]
    environ: Mapping[str, str]
    root: Path = Path("/")
    show: Callable[[Size, bool], Opened] = devices.show
    sound: Callable[[], None] = devices.sound
    speech: Callable[[config.Voice], str | None] = devices.speech
    has: Callable[[str], bool] = devices.has
    shell: Shell = devices.shell
    wait: Wait = ports.wait
    pins: Any = None


def run(asked: Asked, world: World) -> tuple[Finding, ...]:
    """Everything that can be checked before the start. Takes up to `asked.seconds`."""
    return tuple(_checks(asked, world))


def _checks(asked: Asked, world: World) -> Iterator[Finding]:
    settings, said = crew.settings(asked.config, asked.sets)
    running = computer.running(world.root)
    yield said
    yield crew.event(settings)
    yield crew.book(asked.roadbook)
    yield crew.sticks(settings)
    yield from _ports(asked, world, settings, running=running)
    yield ports.pins(settings.buttons.gpio, world.pins)
    show = partial(world.show, settings.display.size, settings.display.full)
    yield senses.screen(world.root, world.environ, show, world.has, running=running)
    yield crew.letters()
    yield senses.speaker(settings, world.sound)
    yield senses.voice(settings, world.speech)
    yield _disk(asked, world, settings)
    yield computer.clock(world.root, world.utc(), receiver=settings.allow.gps and bool(asked.gps or settings.gps.port))
    yield computer.supply(world.root, world.shell)
    yield computer.heat(world.root)
    yield computer.machine(world.root)


def _ports(asked: Asked, world: World, settings: Config, *, running: bool) -> Iterator[Finding]:
    """Receiver and pod, listened to together."""
    gps, pod = asked.gps or settings.gps.port, asked.pod or settings.pod.port
    receiver = ReceiverEar(Gps(gps, settings.gps.baud)) if gps and settings.allow.gps else None
    listener = PodEar(Pod(pod)) if pod else None
    ports.listen([ear for ear in (receiver, listener) if ear is not None], asked.seconds, world.monotonic, world.wait)
    if receiver is not None:
        yield ports.receiver(receiver, gps, running=running)
    elif not settings.allow.gps:
        yield ok("receiver", "not opened: the event forbids it")
    else:
        yield _unnamed(world.root, "receiver", "gps", alone=not pod)
    if listener is not None:
        yield ports.pod(listener, pod, running=running)
    else:
        yield _unnamed(world.root, "pod", "pod", alone=settings.allow.wheel and not settings.allow.gps)


def _unnamed(root: Path, check: str, table: str, *, alone: bool) -> Finding:
    """A port that is not set; `alone`: nothing else would measure the distance."""
    named = root / f"dev/codriver-{table}"
    if named.exists():
        return fail(
            check, f"one is plugged in, and {table}.port is empty", f'set {table}.port = "/dev/codriver-{table}"'
        )
    words = f"none ({table}.port is empty)"
    if alone:
        return warn(check, f"{words}: nothing measures the distance", f"set {table}.port")
    return ok(check, words)


def _disk(asked: Asked, world: World, settings: Config) -> Finding:
    state = config.state_dir(asked.state, world.environ)
    try:
        runs = config.runs_dir(settings, state)
    except ConfigError as error:
        return fail("disk", "there is no folder for the runs", *map(str, error.faults))
    return computer.disk(world.root, runs, world.monotonic)
