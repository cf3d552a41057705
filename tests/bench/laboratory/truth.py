"""What is true of a drive, whoever made it: how far the car had gone when, when it stood, when it saw no sky."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from codriver.decode.nmea import Fix
from codriver.simulate.car import Run
from codriver.units import Metres, Seconds
from tests.bench.laboratory.receiver import Void
from tests.bench.laboratory.sky import Span, merged
from tests.bench.laboratory.wheel import Pulses

Event: TypeAlias = Fix | Void | Pulses


@dataclass(frozen=True)
class Truth:
    """The way of one drive; `gaps` are the times in which no receiver can have a fix."""

    run: Run
    gaps: tuple[Span, ...]

    @property
    def length(self) -> Metres:
        """Metres from the first moment to the last."""
        return self.run.distance[-1]

    def metres(self, t: Seconds) -> Metres:
        """How far the car has gone at `t`."""
        return self.run.at(t).distance

    @cached_property
    def stops(self) -> tuple[Span, ...]:
        """When the car stands, at the start and at the end as well."""
        return merged((start, end) for start, end, _ in self.run.pauses())
