"""The units of every number inside codriver: SI and true degrees, with the conversions used at the edges.

A value's unit is read in its type's name. Kilometres, miles, knots and the rest exist only in the readers
of files, the decoders of sentences and the view.
"""

from typing import Final, TypeAlias

Metres: TypeAlias = float
Seconds: TypeAlias = float
MetresPerSecond: TypeAlias = float
Degrees: TypeAlias = float

KILOMETRE: Final[Metres] = 1000.0
MILE: Final[Metres] = 1609.344
YARD: Final[Metres] = 0.9144
FOOT: Final[Metres] = 0.3048
KNOT: Final[MetresPerSecond] = 1852.0 / 3600.0
KMH: Final[MetresPerSecond] = 1000.0 / 3600.0
MPH: Final[MetresPerSecond] = 1609.344 / 3600.0
MINUTE: Final[Seconds] = 60.0
DAY: Final[Seconds] = 86400.0
