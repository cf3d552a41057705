"""What taking an offer does, by its kind."""

from collections.abc import Mapping
from typing import Final

from codriver.core import agreeing, found, measuring
from codriver.core.answers import Accepted

ACCEPTED: Final[Mapping[str, Accepted]] = {
    agreeing.KIND: agreeing.accept,
    measuring.MEASURED: measuring.take,
    found.FOUND: found.accept,
    found.FORWARDS: found.forwards,
}
