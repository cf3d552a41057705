"""Every real recording we have, as it is and damaged: driven, verified, and never a position nobody vouched for.

What a recording holds is judged here by a reader of its own, twenty lines long: a position counts where its sentence
has its checksum, and no sentence of the same time says that there is no fix.
"""

import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import pairwise
from operator import xor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result

from codriver.roadbook.geodesy import distance
from codriver.roadbook.model import Position

Command = Callable[..., Result]
Place = tuple[float, float]

FOLDER = Path(os.environ.get("CODRIVER_FIELD_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ABSENT = ["none"]  # one test is left, which the fixture skips with the reason
LOGS = sorted(path.name for path in FOLDER.glob("nmea/*")) or ABSENT
BOOKS = sorted(path.name for path in FOLDER.glob("roadbooks/*") if path.suffix != ".xsd") or ABSENT
SEEDS = (1, 2, 3)

# Binary to the last byte, or a receiver that had no fix and said so while it printed positions.
BINARY = {f"{name}.log" for name in ("bu303-moving", "bu303-nofix", "bu303-stillfix", "ublox-glo", "ublox-neo-m8u")}
NO_FIX = BINARY | {"garmin-geko201.log", "GPSmap-76S.log"}

# A specification's example, with no position but one; kinds that have none; and a course of half a day.
NO_TRACK = {"openrally-spec-example-v1.0.3.gpx"}
PLACELESS = {".rs", ".json", ".kml"}
ELSEWHERE = "kuksa_simplelog_example.nmea"

SENTENCE = re.compile(rb"\$(..(RMC|GGA|GNS|GLL),[^$*\r\n]*)\*([0-9A-Fa-f]{2})")


class Said(NamedTuple):
    """What one sentence says of the fix."""

    time: str
    good: bool
    place: Place | None


def sentences(data: bytes) -> Iterator[Said]:
    for body, kind, digits in SENTENCE.findall(data):
        if reduce(xor, body, 0) != int(digits, 16):
            continue
        f = body.decode("latin-1").split(",")[1:] + [""] * 12
        time, at, good = {
            b"RMC": (f[0], 2, f[1] == "A" and f[11][:1] not in {"N", "M", "S"}),
            b"GGA": (f[0], 1, f[5] not in {"", "0", "7", "8"}),
            b"GNS": (f[0], 1, bool(set(f[5]) & set("ADPRFE"))),
            b"GLL": (f[4], 0, f[5] in {"", "A"}),
        }[kind]
        yield Said(time, good, place(f[at : at + 4]))


def place(f: list[str]) -> Place | None:
    try:
        lat, lon = (int(number[:digits]) + float(number[digits:]) / 60 for number, digits in ((f[0], 2), (f[2], 3)))
    except ValueError:
        return None
    return near((-lat if f[1] == "S" else lat, -lon if f[3] == "W" else lon))


def near(where: Place) -> Place:
    """To a tenth of a metre, so that two ways of reading the same digits agree."""
    return round(where[0], 6), round(where[1], 6)


def vouched(data: bytes) -> list[Place]:
    """The positions in order that a crew may be shown."""
    said = list(sentences(data))
    denied = {one.time for one in said if not one.good and one.time}
    return [one.place for one in said if one.good and one.place and one.place != (0, 0) and one.time not in denied]


def damaged(data: bytes, seed: int) -> bytes:
    """The recording after a bad cable, a full disk and a receiver that also speaks binary."""
    chance = random.Random(seed)
    lines = data.splitlines(keepends=True)
    for at in sorted(chance.sample(range(len(lines)), min(len(lines), 1 + len(lines) // 20)), reverse=True):
        match chance.randrange(5):
            case 0:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                lines.insert(at, b"\xb5b" + chance.randbytes(chance.randrange(100)))
            case 3:
                lines[at : at + 2] = reversed(lines[at : at + 2])
            case _:
                del lines[at]
    rest = bytearray(b"".join(lines))
    for _ in range(1 + len(rest) // 2000):
        if rest:
            rest[chance.randrange(len(rest))] ^= 1 << chance.randrange(8)
    return bytes(rest[: chance.randrange(len(rest) * 3 // 4, len(rest) + 1)])


def fixes(path: Path) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(path)
    rows = db.execute("SELECT segment, t, lat, lon FROM fix WHERE lat IS NOT NULL ORDER BY rowid").fetchall()
    db.close()
    return rows


def metres(one: Place, other: Place) -> float:
    return distance(Position(*one), Position(*other))


def driven(codriver: Command, folder: Path, data: bytes) -> list[tuple[Any, ...]]:
    """Drive these bytes, hold the drive to what every drive must be, and give its fixes."""
    (folder / "recording").write_bytes(data)
    for old in folder.glob("RUN.db*"):
        old.unlink()
    told = codriver("run", "--gps", "recording", "--headless", "--speed", "max", "--log", "RUN.db")
    assert told.stdout == ""
    codriver("replay", "RUN.db", "--verify")
    found = fixes(folder / "RUN.db")
    assert told.stderr.count("\n") == (not found)
    assert found or told.stderr.startswith("no fix in the recording: ")
    assert not [row for row in found if max(abs(row[2]), abs(row[3])) < 0.01]
    return found


def jumps(places: list[Place]) -> list[tuple[Place, Place]]:
    return [(a, b) for a, b in pairwise(places) if metres(a, b) > 1000.0]


@pytest.mark.parametrize("name", LOGS)
def test_a_real_recording_shows_what_its_receiver_vouched_for(
    codriver: Command, tmp_path: Path, field_data: Path, name: str
) -> None:
    data = (field_data / "nmea" / name).read_bytes()
    found, good = driven(codriver, tmp_path, data), vouched(data)
    shown = [near((lat, lon)) for _, _, lat, lon in found]
    assert set(shown) <= set(good)
    assert bool(shown) == bool(good)
    assert not (shown and name in NO_FIX)
    for one, other in pairwise(found):
        if one[0] == other[0] and other[1] - one[1] <= 1.0 and metres(one[2:], other[2:]) > 1000.0:
            assert any(metres(other[2:], there) < 50.0 for _, there in jumps(good)), (one, other)


@pytest.mark.parametrize("name", LOGS)
def test_a_damaged_recording_is_driven_and_shows_nothing_else(
    codriver: Command, tmp_path: Path, field_data: Path, name: str
) -> None:
    whole = (field_data / "nmea" / name).read_bytes()
    for seed in SEEDS:
        data = damaged(whole[:40_000], seed)
        shown = {near((lat, lon)) for _, _, lat, lon in driven(codriver, tmp_path, data)}
        assert shown <= {one.place for one in sentences(data) if one.good}, seed


@pytest.mark.parametrize("name", BOOKS)
def test_a_real_book_is_checked_and_driven(codriver: Command, tmp_path: Path, field_data: Path, name: str) -> None:
    """On its own track, where it has one, else in another country."""
    book = field_data / "roadbooks" / name
    codriver("roadbook", "check", book)
    drive = ["--gps", field_data / "nmea" / ELSEWHERE]
    if name not in NO_TRACK and book.suffix not in PLACELESS:
        codriver("simulate", book, "-o", "drive.wire", "--hz", 1)
        drive = ["--wire", "drive.wire"]
    codriver("run", *drive, "--roadbook", book, "--log", "RUN.db", "--speed", "max", "--headless")
    codriver("replay", "RUN.db", "--verify")
    assert len(fixes(tmp_path / "RUN.db")) > 100
