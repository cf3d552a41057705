"""The most that a roadbook may hold: far above any real one, and low enough for a small computer in a car.

What is beyond is left out with a doubt; only a file over `FILE_BYTES` is not opened at all.
"""

from typing import Final

from codriver.units import KILOMETRE, KMH, Metres, MetresPerSecond

FILE_BYTES: Final = 64 << 20
PICTURE_BYTES: Final = 8 << 20
NOTES: Final = 20_000
TRACK_POINTS: Final = 1_000_000
TAGS: Final = 64  # of one box
EVENTS: Final = 32  # of one box
BRANCHES: Final = 8  # of one junction
WORDS: Final = 1000  # letters of one note
NAME: Final = 80  # letters of a name
LONGEST: Final[Metres] = 20_000 * KILOMETRE
FASTEST: Final[MetresPerSecond] = 400 * KMH
WIDEST: Final[Metres] = 100 * KILOMETRE
