"""The computer itself: what it is, its card, its clock, its supply, its heat. Everything is read below a `root`."""

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from codriver import __version__
from codriver.doctor.finding import Finding, fail, ok, warn
from codriver.units import Seconds

Shell: TypeAlias = Callable[..., str | None]
"""Runs a command, gives what it said on stdout; None where there is none, or it failed."""

MB: Final = 1_000_000
LOG_MB_AN_HOUR: Final = 20.0
"""What an hour of a lively drive writes, on the generous side: docs/performance.md."""
PLENTY_HOURS: Final = 500.0
SHORT_HOURS: Final = 40.0
TOO_SHORT_HOURS: Final = 5.0
SLOW_COMMIT: Final[Seconds] = 0.5
BLOCK: Final = 32_768
TRIES: Final = 5
BORN: Final = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
WARM: Final = 70.0
HOT: Final = 80.0

# The firmware's word, as Raspberry Pi documents get_throttled: now in bits 0 to 3, since power-up in bits 16 to 19.
_UNDER_VOLTAGE: Final = 0x1
_CAPPED: Final = {0x2: "its clock is capped", 0x4: "it is throttled", 0x8: "it slows down for its heat"}
_SINCE: Final = 16


def machine(root: Path) -> Finding:
    """What this is, and which codriver on which Python."""
    return ok("computer", f"{model(root) or f'not a Pi ({platform.machine()})'}, {_versions()}")


def model(root: Path) -> str:
    """The name on the board; empty where this is no Pi."""
    name = _read(root / "proc/device-tree/model").rstrip("\0").strip()
    return name if name.startswith("Raspberry") else ""


def running(root: Path) -> bool:
    """Whether the cockpit runs as a service now."""
    return bool(_read(root / "sys/fs/cgroup/system.slice/codriver.service/cgroup.procs").strip())


def disk(root: Path, runs: Path, monotonic: Callable[[], Seconds]) -> Finding:
    """Whether a drive can be logged in the folder `runs`: hours that fit, and the seconds of the slowest commit."""
    folder = runs
    try:
        folder = next(path for path in (runs, *runs.absolute().parents) if path.is_dir())
        slowest = max(_commits(folder, monotonic))
        hours = shutil.disk_usage(folder).free / MB / LOG_MB_AN_HOUR
    except OSError as error:
        return fail("disk", f"{folder} cannot be written ({error.strerror})", "set runs.dir to a folder that can")
    shown = f"{hours:.0f}" if hours < PLENTY_HOURS else f"over {PLENTY_HOURS:.0f}"
    words = f"{shown} h of log fit in {runs}, a commit takes up to {slowest * 1000:.0f} ms"
    kind = _kind(root, folder)
    if kind in ("tmpfs", "ramfs"):
        return fail("disk", f"{runs} is in memory: the log would go with the key", "set runs.dir to a folder on a card")
    if hours < TOO_SHORT_HOURS:
        return fail("disk", words, f"make room: copy the old runs from {runs} to a stick and remove them")
    if hours < SHORT_HOURS:
        return warn("disk", words, f"copy the old runs from {runs} to a stick and remove them")
    if slowest > SLOW_COMMIT:
        return warn("disk", words, "the card is slow or tired: nothing is lost, but take a new one for the next event")
    if kind == "overlay":
        return warn("disk", f"{words}, on an overlay", "see that its upper part is on a card, or set runs.dir to one")
    return ok("disk", words)


def clock(root: Path, utc: Seconds, *, receiver: bool) -> Finding:
    """Whether the computer's own UTC (`utc`, since 1970) can be believed. A receiver, where allowed, mends it."""
    shown = f"{datetime.fromtimestamp(utc, UTC):%Y-%m-%d %H:%M} UTC"
    todo = "the receiver will set the rally clock" if receiver else "set it: sudo timedatectl set-time 'Y-M-D h:m:s'"
    if utc < BORN:
        return warn("clock", f"{shown}, which is past", todo)
    if (root / "run/systemd/timesync/synchronized").exists():
        return ok("clock", f"{shown}, synchronised with the net")
    if any((root / "dev").glob("rtc*")):
        return ok("clock", f"{shown}, by a clock with a battery: compare it with the official one")
    return warn("clock", f"{shown}, by neither the net nor a clock with a battery", todo)


def supply(root: Path, shell: Shell) -> Finding:
    """Whether the Pi has had its 5 V, now and since power-up."""
    bits = _throttled(root, shell)
    if bits is None:
        return ok("supply", "not measured: not a Pi" if not model(root) else "not measured by this Pi")
    now, since = bits & 0xF, bits >> _SINCE & 0xF
    if now & _UNDER_VOLTAGE:
        return fail("supply", "too little voltage now", "a shorter, thicker cable to the 5 V supply, or a stronger one")
    capped = [words for bit, words in _CAPPED.items() if now & bit]
    if capped:
        return warn("supply", f"the Pi is held back: {', '.join(capped)}", "give it air and a good supply")
    if since & _UNDER_VOLTAGE:
        return warn("supply", "good now, but too little voltage since power-up", "look at the cable and its plugs")
    return ok("supply", "good now and since power-up")


def heat(root: Path) -> Finding:
    """How warm the processor is, in degrees Celsius."""
    zones = sorted((root / "sys/class/thermal").glob("thermal_zone*/temp"))
    degrees = [int(text) / 1000 for text in map(_read, zones) if text.strip().lstrip("-").isdigit()]
    if not degrees:
        return ok("heat", "not measured here")
    words = f"{max(degrees):.0f} °C"
    if max(degrees) >= HOT:
        return fail("heat", words, "it slows down at this heat: give it air, take it out of the sun")
    return warn("heat", words, "give it air before the stage") if max(degrees) >= WARM else ok("heat", words)


def _versions() -> str:
    return f"Python {platform.python_version()}, codriver {__version__}"


def _commits(folder: Path, monotonic: Callable[[], Seconds]) -> Iterator[Seconds]:
    """How long each of a few small writes takes until it is safe."""
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(TRIES):
            begun = monotonic()
            file.write(os.urandom(BLOCK))
            file.flush()
            os.fsync(file.fileno())
            yield monotonic() - begun


def _kind(root: Path, folder: Path) -> str:
    """The kind of file system that `folder` is on."""
    mounts = [line.split()[1:3] for line in _read(root / "proc/mounts").splitlines() if len(line.split()) > 2]
    around = [(len(at), kind) for at, kind in mounts if folder.resolve().is_relative_to(at)]
    return max(around, default=(0, ""), key=lambda found: found[0])[1]


def _throttled(root: Path, shell: Shell) -> int | None:
    """The firmware's bits; where it cannot be asked, those that the kernel's own alarm stands for."""
    told = (
        _read(root / "sys/devices/platform/soc/soc:firmware/get_throttled") or shell("vcgencmd", "get_throttled") or ""
    )
    try:
        return int(told.strip().removeprefix("throttled="), 16)
    except ValueError:
        return _alarm(root)


def _alarm(root: Path) -> int | None:
    for name in sorted((root / "sys/class/hwmon").glob("hwmon*/name")):
        if _read(name).strip() == "rpi_volt":
            return _UNDER_VOLTAGE if _read(name.with_name("in0_lcrit_alarm")).strip() == "1" else 0
    return None


def _read(path: Path) -> str:
    """What is in a file; empty where it is not there, or not for us."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
