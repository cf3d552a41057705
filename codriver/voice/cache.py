"""Speech on disk: what was rendered once is read the next time. Bytes under names, each file with its own check.

A cache may always be deleted, and a card that takes nothing only costs time: nothing here raises.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

_CHECK: Final = 16
_SUFFIX: Final = ".pcm"
ROOM: Final = 256 << 20


class Cache:
    """A folder of sounds. Safe in several threads, and shared by several programs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes | None:
        """What was kept under this name; None for nothing, and for a file that was damaged."""
        try:
            kept = self._path(name).read_bytes()
        except OSError:
            return None
        check, sound = kept[:_CHECK], kept[_CHECK:]
        return sound if check == _checked(sound) else None

    def put(self, name: str, sound: bytes) -> None:
        """Keep this, whole or not at all."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, made = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_checked(sound) + sound)
                Path(made).replace(self._path(name))
            except OSError:
                Path(made).unlink(missing_ok=True)

    def prune(self, room: int = ROOM) -> None:
        """Let the oldest go until `room` bytes hold the rest, and what a power cut left half written."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.part"):
                path.unlink(missing_ok=True)
            found = [(path.stat(), path) for path in self._folder.glob(f"*{_SUFFIX}")]
            for stat, path in sorted(found, key=lambda file: file[0].st_mtime, reverse=True):
                room -= stat.st_size
                if room < 0:
                    path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def _checked(sound: bytes) -> bytes:
    """A power cut may leave a file of the right length with nothing in it: only its content tells."""
    return hashlib.blake2b(sound, digest_size=_CHECK).digest()
