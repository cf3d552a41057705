"""What the car has learnt, kept between runs: one small file a vehicle, in the state folder.

What was learnt holds for the factors it was learnt with: each entry says which, and under others it is left out. A file
that is damaged, or another version's, is told in a sentence and begun anew. It is written whole or not at all, in a
thread of its own, since a card may stall for seconds.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Collection
from pathlib import Path
from threading import Condition, Thread
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from codriver import config
from codriver.config import Settings
from codriver.core import learnt
from codriver.core.learnt import Book, Learnt, LearntError, Wheel
from codriver.core.outs import Save
from codriver.core.plan import Inputs
from codriver.units import Metres, Seconds

SCHEMA: Final = 1
BOOKS: Final = 50
LARGEST: Final = 64_000
LONGEST_STEM: Final = 40

Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class TaughtWheel(Struct, frozen=True, forbid_unknown_fields=True):
    """What was learnt of the wheel, and with which factors of the configuration."""

    learnt: Wheel
    probe1_m_per_pulse: Metres
    probe2_m_per_pulse: Metres


class TaughtBook(Struct, frozen=True, forbid_unknown_fields=True):
    """What was learnt of a roadbook, and with which `trip.book_scale`."""

    learnt: Book
    book_scale: float


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of a vehicle; books by the hash of their file, the one learnt last at the end."""

    schema: int
    vehicle: str
    wheel: TaughtWheel | None = None
    books: dict[Sha256, TaughtBook] = {}


class KeptError(ValueError):
    """What was learnt cannot be read or kept; the message says why."""


_DECODER: Final = msgspec.json.Decoder(Paper)


def path_of(folder: Path, vehicle: str) -> Path:
    """The file of the vehicle of this name, whatever letters it is written with."""
    stem = re.sub(r"[^\w-]+", "-", vehicle, flags=re.ASCII).strip("-")[:LONGEST_STEM]
    return folder / "learnt" / f"{stem or 'car'}-{hashlib.sha256(vehicle.encode()).hexdigest()[:8]}.json"


def recalled(folder: Path, inputs: Inputs, given: Collection[str] = ()) -> tuple[Inputs, str]:
    """The inputs with what their vehicle has learnt, and what the crew should be told of it, if anything.

    `given` are the kinds (`wheel`, `book`) that the command line sets by hand, and so discards.
    """
    settings = _settings(inputs)
    if not settings.vehicle.name:
        return inputs, ""
    path, told = path_of(folder, settings.vehicle.name), ""
    try:
        paper = _read(path, settings.vehicle.name)
    except (OSError, KeptError) as error:
        reason = f"{path} cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)
        paper, told = None, f"{reason}; what the car had learnt begins anew"
    taught = Learnt(given=tuple(kind for kind in ("wheel", "book") if kind in given))
    if paper is not None:
        taught = without(replace(taught, wheel=_wheel(paper, settings), book=_book(paper, settings, inputs)), given)
    return _with(inputs, _held(taught, settings)), told


def known(folder: Path, inputs: Inputs) -> Learnt:
    """What is kept for their vehicle, as far as it holds with these inputs."""
    return learnt.read(recalled(folder, inputs)[0].learnt)


def refolded(inputs: Inputs, before: Inputs, given: Collection[str] = ()) -> Inputs:
    """The inputs with what `before`, the plan of a drive that is driven again, knew: as far as it still holds."""
    settings, old = _settings(inputs), _settings(before)
    lost = set(given)
    lost |= {"wheel"} if settings.vehicle != old.vehicle else set()
    lost |= {"book"} if (settings.book_scale, inputs.roadbook) != (old.book_scale, before.roadbook) else set()
    try:
        return _with(inputs, _held(without(learnt.read(before.learnt), lost), settings))
    except LearntError:
        return inputs


def _held(taught: Learnt, settings: Settings) -> Learnt:
    """What was learnt, without a book's scale that another wheel, or GPS, has made."""
    book = taught.book
    if book is None or learnt.holds(book, taught.wheel, settings.vehicle.wheel, gps=settings.allow.gps):
        return taught
    return replace(taught, book=None)


def without(taught: Learnt, kinds: Collection[str]) -> Learnt:
    """What was learnt, but nothing of these kinds."""
    return replace(
        taught,
        wheel=None if "wheel" in kinds else taught.wheel,
        book=None if "book" in kinds else taught.book,
    )


def keep(folder: Path, save: Save, inputs: Inputs) -> None:
    """Keep this for the vehicle, the factors and the book of these inputs. KeptError where that cannot be."""
    settings = _settings(inputs)
    if not settings.vehicle.name:
        return
    path = path_of(folder, settings.vehicle.name)
    try:
        paper = _added(_read_or_new(path, settings.vehicle.name), save, settings, inputs.roadbook_sha256)
        _write(path, msgspec.json.encode(paper))
    except (OSError, LearntError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KeptError(f"{path}: what the car has learnt cannot be kept: {reason}") from error


class Keeper:
    """Keeps what a drive teaches. For the loop's thread, which never waits for it; the last word of a kind counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = Condition()
        self._waiting: dict[tuple[str, int], tuple[Save, Inputs]] = {}
        self._closing = False
        self.fault: str = ""
        self._thread = Thread(target=self._work, name="learnt", daemon=True)
        self._thread.start()

    def keep(self, save: Save, inputs: Inputs) -> None:
        """Take this, to be kept soon."""
        with self._changed:
            # Not by the book's hash: to find that takes too long for the loop.
            self._waiting[save.kind, id(inputs)] = save, inputs
            self._changed.notify_all()

    def close(self, patience: Seconds = 10.0) -> None:
        """Keep what waits; `fault` says what could not be."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(patience)
        if self._thread.is_alive():
            self.fault = "what the car has learnt may not have been kept: the card stalls"

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                waiting, self._waiting = self._waiting, {}
            if not waiting:
                return
            for save, inputs in waiting.values():
                self._keep(save, inputs)

    def _keep(self, save: Save, inputs: Inputs) -> None:
        try:
            keep(self._folder, save, inputs)
            self.fault = ""
        except KeptError as error:
            self.fault = str(error)


def _with(inputs: Inputs, taught: Learnt) -> Inputs:
    return dataclasses.replace(inputs, learnt=learnt.write(taught))


def _settings(inputs: Inputs) -> Settings:
    return config.settings_from(json.loads(inputs.settings))


def _wheel(paper: Paper, settings: Settings) -> Wheel | None:
    wheel, taught = settings.vehicle.wheel, paper.wheel
    now = wheel.probe1_m_per_pulse, wheel.probe2_m_per_pulse
    return taught.learnt if taught and (taught.probe1_m_per_pulse, taught.probe2_m_per_pulse) == now else None


def _book(paper: Paper, settings: Settings, inputs: Inputs) -> Book | None:
    taught = paper.books.get(inputs.roadbook_sha256 or "")
    return taught.learnt if taught and taught.book_scale == settings.book_scale else None


def _added(paper: Paper, save: Save, settings: Settings, roadbook: str | None) -> Paper:
    value, wheel = learnt.saved(save), settings.vehicle.wheel
    if isinstance(value, Wheel):
        return replace(paper, wheel=TaughtWheel(value, wheel.probe1_m_per_pulse, wheel.probe2_m_per_pulse))
    if roadbook is None:
        return paper
    older = [(sha256, taught) for sha256, taught in paper.books.items() if sha256 != roadbook]
    return replace(paper, books=dict([*older, (roadbook, TaughtBook(value, settings.book_scale))][-BOOKS:]))


def _read(path: Path, vehicle: str) -> Paper | None:
    """The file of this vehicle; None where there is none. KeptError where it is none of ours, OSError as it comes."""
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise KeptError(f"{path} is not what it should be")
    try:
        paper = _DECODER.decode(path.read_bytes())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise KeptError(f"{path} is damaged, or of another version") from error
    if paper.schema != SCHEMA or paper.vehicle != vehicle:
        raise KeptError(f"{path} is of another {'version' if paper.schema != SCHEMA else 'car'}")
    return paper


def _read_or_new(path: Path, vehicle: str) -> Paper:
    try:
        return _read(path, vehicle) or Paper(SCHEMA, vehicle)
    except KeptError:
        return Paper(SCHEMA, vehicle)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also through a power cut: another file first, then its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{path.stem}-*.part"):  # by a cut
        left.unlink(missing_ok=True)
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(made).unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # a folder cannot be opened everywhere
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
