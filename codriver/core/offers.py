"""What taking an offer does, by its kind."""

from collections.abc import Mapping
from typing import Final

from codriver.core import agreeing, counting, found, measuring
from codriver.core.answers import Accepted
from codriver.core.offer import FOUND

ACCEPTED: Final[Mapping[str, Accepted]] = {
    agreeing.KIND: agreeing.accept,
    measuring.MEASURED: measuring.take,
    counting.KIND: counting.accept,
    FOUND: found.accept,
    found.FORWARDS: found.forwards,
}
