"""PNG, JPEG and GIF to pixels: their size is read before anything is decoded, then they are scaled sharply.

Works without a display. Sizes in pixels. Knows nothing of books and themes.
"""

import binascii
from io import BytesIO
from typing import Final

import pygame

MOST_PIXELS: Final = 16_000_000  # a telephone's photograph has 12 million; at 4 bytes each this is 64 MB
MOST_SCANS: Final = 64  # of a progressive JPEG, each of which costs a pass over the whole picture
FAINT: Final = 0.35  # made smaller than this, a thin line becomes a faint shade, which is then darkened by itself
_LOST: Final = 4  # of 255: what smoothscale's rounding takes from white, so that the paper would be seen

MASKS: Final = (0xFF0000, 0xFF00, 0xFF, 0)
WHITE: Final = (255, 255, 255)


class UnshownError(ValueError):
    """A picture that cannot be shown; the message is a sentence for the crew."""


def blank(size: tuple[int, int], colour: tuple[int, int, int]) -> pygame.Surface:
    """An opaque surface of 32 bits, the same one on every machine and with no display."""
    surface = pygame.Surface(size, 0, 32, MASKS)
    surface.fill(colour)
    return surface


def decode(raw: bytes) -> pygame.Surface:
    """The picture at its own size, on white. UnshownError with a sentence where it is damaged or too large."""
    measured(raw)
    try:
        loaded = pygame.image.load(BytesIO(raw))
    except (pygame.error, MemoryError) as error:
        raise UnshownError("The picture is damaged. Look at the printed book.") from error
    surface = blank(loaded.get_size(), WHITE)
    surface.blit(loaded, (0, 0))
    return surface


def fitted(surface: pygame.Surface, size: tuple[int, int]) -> pygame.Surface:
    """The picture as large as fits into `size`, its shape kept."""
    width, height = surface.get_size()
    scale = min(size[0] / width, size[1] / height)
    target = max(1, round(width * scale)), max(1, round(height * scale))
    if target == (width, height):
        return surface
    scaled = pygame.transform.smoothscale(surface, target)
    scaled.fill((_LOST, _LOST, _LOST), special_flags=pygame.BLEND_RGB_ADD)
    if scale < FAINT:
        scaled.blit(spread(scaled, pygame.BLEND_RGB_MAX), (0, 0), special_flags=pygame.BLEND_RGB_MULT)
    return scaled


def spread(surface: pygame.Surface, blend: int) -> pygame.Surface:
    """The largest, or smallest, of red, green and blue in all three: copies with the colours swapped are laid on."""
    whole = surface.copy()
    raw = pygame.image.tobytes(surface, "RGB")
    for first, second, third in ((1, 2, 0), (2, 0, 1)):
        swapped = bytearray(len(raw))
        swapped[0::3], swapped[1::3], swapped[2::3] = raw[first::3], raw[second::3], raw[third::3]
        whole.blit(pygame.image.frombuffer(swapped, surface.get_size(), "RGB"), (0, 0), special_flags=blend)
    return whole


def measured(raw: bytes) -> tuple[int, int]:
    """Width and height, of a picture that is safe to decode; UnshownError where it is damaged or too large."""
    width, height = _pixels(raw) or (0, 0)
    if width * height == 0:
        raise UnshownError("The picture is damaged. Look at the printed book.")
    if width * height > MOST_PIXELS or (raw[:1] == b"\xff" and raw.count(b"\xff\xda") > MOST_SCANS):
        raise UnshownError(f"The picture is too large for the screen ({width} x {height}). Ask for a smaller one.")
    return width, height


def _pixels(raw: bytes) -> tuple[int, int] | None:
    """Width and height as the picture's own header has them; None where it has none."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return (_big(raw[16:20]), _big(raw[20:24])) if raw[12:16] == b"IHDR" and len(raw) >= 24 else None
    if raw.startswith((b"GIF87a", b"GIF89a")):
        return _gif(raw)
    return _jpeg(raw) if raw.startswith(b"\xff\xd8\xff") else None


def unlabelled(url: str) -> bytes:
    """The bytes of a base64 data URL; nothing where it is none or is damaged."""
    label, _, payload = url.partition(",")
    if not (label[:5].lower() == "data:" and label.lower().endswith(";base64")):
        return b""
    try:
        return binascii.a2b_base64(payload)
    except (binascii.Error, ValueError):
        return b""


def _gif(raw: bytes) -> tuple[int, int] | None:
    """The larger of the screen and its first frame (GIF89a specification, sections 18 to 24)."""
    if len(raw) < 13:
        return None
    wide, high = _little(raw[6:8]), _little(raw[8:10])
    at = 13 + (3 << (raw[10] & 7) + 1 if raw[10] & 0x80 else 0)
    while raw[at : at + 1] == b"!":  # an extension: its label, then blocks up to an empty one
        at += 2
        while at < len(raw) and raw[at]:
            at += 1 + raw[at]
        at += 1
    if raw[at : at + 1] != b"," or len(raw) < at + 9:
        return None
    return max(wide, _little(raw[at + 5 : at + 7])), max(high, _little(raw[at + 7 : at + 9]))


def _jpeg(raw: bytes) -> tuple[int, int] | None:
    """From the frame header, SOF0 to SOF15 (ITU-T T.81, annex B.2.2); C4, C8 and CC are other things."""
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker = raw[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(raw[at + 7 : at + 9]), _big(raw[at + 5 : at + 7])
        at += 1 if marker == 0xFF else 2 + _big(raw[at + 2 : at + 4])
    return None


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
