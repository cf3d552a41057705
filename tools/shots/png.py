"""A picture as a small PNG: a palette of its most frequent colours, where pygame writes three bytes a pixel.

What is lost is a few shades at the edges of letters. Equal pictures give equal bytes. Source of the format: the PNG
specification (third edition), chapters 5, 11.2 and 9.2.
"""

import struct
import zlib
from collections import Counter
from pathlib import Path
from typing import Final

import pygame

COLOURS: Final = 256
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def shrink(path: Path) -> None:
    """Write the picture in this file anew, smaller."""
    surface = pygame.image.load(path)
    width, height = surface.get_size()
    pixels = memoryview(pygame.image.tobytes(surface, "RGBA")).cast("I")
    palette, places = _palette(Counter(pixels))
    indexes = bytes(map(places.__getitem__, pixels))
    rows = b"".join(b"\0" + indexes[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    path.write_bytes(SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks))


def _palette(counted: Counter[int]) -> tuple[bytes, dict[int, int]]:
    """The colours that are kept, three bytes each, and for every colour there was the place of what it becomes."""
    ranked = sorted(counted, key=lambda colour: (-counted[colour], colour))
    kept = [_rgb(colour) for colour in ranked[:COLOURS]]
    places = {colour: place for place, colour in enumerate(ranked[:COLOURS])}
    for colour in ranked[COLOURS:]:
        places[colour] = _nearest(_rgb(colour), kept)
    return b"".join(map(bytes, kept)), places


def _nearest(colour: tuple[int, int, int], kept: list[tuple[int, int, int]]) -> int:
    return min(range(len(kept)), key=lambda n: sum((a - b) ** 2 for a, b in zip(colour, kept[n], strict=True)))


def _rgb(pixel: int) -> tuple[int, int, int]:
    red, green, blue, _ = pixel.to_bytes(4, "little")
    return red, green, blue


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
