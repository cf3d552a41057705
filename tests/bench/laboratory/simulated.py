"""The product's own simulator (codriver/simulate) as a drive of the laboratory: its noises, over the same pistes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from codriver.roadbook.model import Position, Roadbook
from codriver.simulate import drive
from codriver.units import Metres
from tests.bench.laboratory import lines, pistes
from tests.bench.laboratory.truth import Event, Truth
from tests.bench.laboratory.wheel import M_PER_PULSE

NOISES: Final = ("quiet", "real", "harsh")
LENGTH: Final[Metres] = 30_000.0


@dataclass(frozen=True)
class Simulated:
    """A drive of codriver/simulate; what is heard of it has gone through the product's own decoders."""

    made: drive.Drive

    @property
    def truth(self) -> Truth:
        """Its own truth, along the map."""
        return Truth(self.made.car, self.made.sky.blocked)

    def events(self) -> Iterator[Event]:
        """What comes in."""
        return lines.heard(self.made.wire())


def simulated(
    noise: str, seed: int, hz: int, probes: int, *, acceptance: bool = False, length: Metres = LENGTH
) -> Simulated:
    """A drive with this noise."""
    course = pistes.piste(pistes.ACCEPTANCE[0] if acceptance else pistes.TUNING[0], length)
    track = tuple(Position(place.lat, place.lon, place.alt) for place in course.places)
    sizes = (M_PER_PULSE if probes else None, M_PER_PULSE if probes == 2 else None)
    options = drive.Options(
        hz=hz,
        wheel=probes > 0,
        seed=seed,
        noise=noise,
        between_stops=6_000.0,
        probe1_m_per_pulse=sizes[0],
        probe2_m_per_pulse=sizes[1],
    )
    return Simulated(drive.drive(Roadbook("piste", "laboratory", "metric", (), (track,)), options))
