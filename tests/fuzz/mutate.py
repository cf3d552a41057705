"""Damage as it comes and as it is made: bytes lost, doubled and exchanged, figures nobody foresaw, files in pieces.

All chance comes from one `Random`, so that a number gives the same file again.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from tests.fuzz.seeds import archive

MOST: Final = 3_000_000

_VALUE: Final = re.compile(rb"-?\d+(?:\.\d+)?|\"[^\"<>]{0,60}\"|true|false|null")
_ODD_WORDS: Final = rb"""
0 -1 360 361 181 -91 1e400 -1e400 1e308 1e-320 1e99999999 NaN inf -0.0 0x1F 1,5 1.2.3 1_000 2147483648
18446744073709551616 null true [] {} "" "x" [[[[]]]] {"a":{}} \ud800 "\ud83d" \u0000
"""
_ODD: Final = (*_ODD_WORDS.split(), b"\xd9\xa3", b"9" * 30, b"9" * 5000, b"1" + b"0" * 400)
_SIGNS: Final = rb"""
< > & ]]> <![CDATA[ <!-- --> <? </ <wpt> </wpt> <wpt/> <gpx> <kml> <Point> <coordinates> &x; &#0; &#xD800; ="NaN"
' " , ; | = : # { } [ ] \ stream endobj << >> %PDF- WPM1:0:1e9
"""
_PHRASES: Final = (
    b"/Kids[3 0 R]~/Length 99999999~1 0 R~RM 1e9~SZ99 999MPH~END SZ99~reset 1 0\n~speed 0 0\n~\0~\r~\n\n~\t~PK\x03\x04"
)
_LETTERS: Final = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80", b"\xc3", b"\xed\xa0\x80")
_PIECES: Final = (*_SIGNS.split(), *_PHRASES.split(b"~"), *_LETTERS, b"<!DOCTYPE x [<!ENTITY a 'b'>]>")
_NESTS: Final = (
    (b"<a>", b"</a>"),
    (b"[", b"]"),
    (b'{"a":', b"}"),
    (b"<Folder>", b"</Folder>"),
    (b"(", b")"),
    (b"<<", b">>"),
)


def mutate(data: bytes, other: bytes, random: Random) -> bytes:
    """`data` with one to eight wounds; `other` is a file to take pieces from. Inside a ZIP, a member is wounded."""
    if data.startswith(b"PK") and random.random() < 0.8:
        return _in_archive(data, other, random)
    for _ in range(1 + int(random.random() ** 2 * 8)):
        data = random.choice(_WOUNDS)(data, other, random)[:MOST]
    if random.random() < 0.02:
        data = data.decode("utf-8", "replace").encode(
            random.choice(["utf-16", "utf-8-sig", "cp1252", "utf-16-be"]), "replace"
        )
    return data


def _in_archive(data: bytes, other: bytes, random: Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            members = {name: zipped.read(name) for name in zipped.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error, EOFError):
        return data
    if not members:
        return data
    name = random.choice(sorted(members))
    members[name] = mutate(members[name], other, random)
    if random.random() < 0.1:
        members["../" + name] = members.pop(name)
    return archive(members)


def _span(data: bytes, random: Random, most: int = 200) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + 1 + int(random.random() ** 2 * most))


def _exchange(data: bytes, _: bytes, random: Random) -> bytes:
    start, _end = _span(data, random)
    return data[:start] + bytes([random.randrange(256)]) + data[start + 1 :]


def _lose(data: bytes, _: bytes, random: Random) -> bytes:
    start, end = _span(data, random, 2000)
    return data[:start] + data[end:]


def _double(data: bytes, _: bytes, random: Random) -> bytes:
    start, end = _span(data, random, 2000)
    times = random.choice([1, 1, 1, 2, 30, 3000])
    return data[:end] + data[start:end] * min(times, MOST // (end - start + 1)) + data[end:]


def _cut(data: bytes, _: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _graft(data: bytes, other: bytes, random: Random) -> bytes:
    (start, end), (begin, stop) = _span(data, random), _span(other, random, 3000)
    return data[:start] + other[begin:stop] + data[end if random.random() < 0.5 else start :]


def _insert(data: bytes, _: bytes, random: Random) -> bytes:
    start, end = _span(data, random, 20)
    return data[:start] + random.choice(_PIECES) + data[end if random.random() < 0.3 else start :]


def _misvalue(data: bytes, _: bytes, random: Random) -> bytes:
    """Another figure, word or nothing in a value's place."""
    start = random.randrange(len(data) + 1)
    found = _VALUE.search(data, start, start + 10_000) or _VALUE.search(data, 0, 10_000)
    if found is None:
        return data
    return data[: found.start()] + random.choice(_ODD) + data[found.end() :]


def _swap(data: bytes, _: bytes, random: Random) -> bytes:
    (a, b), (c, d) = sorted((_span(data, random), _span(data, random)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _nest(data: bytes, _: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    before, after = random.choice(_NESTS)
    deep = random.choice([1, 3, 70, 2000, 100_000])
    return data[:start] + before * deep + data[start:end] + after * deep + data[end:]


_Wound = Callable[[bytes, bytes, Random], bytes]
_WOUNDS: Final[Sequence[_Wound]] = (
    *[_misvalue] * 5, *[_insert] * 3, *[_exchange] * 3, *[_graft] * 2, *[_lose] * 2, _double, _cut, _swap, _nest,
)  # fmt: skip
