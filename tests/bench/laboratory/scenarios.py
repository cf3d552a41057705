"""What a drive in the laboratory is like: the figures of its ground, its sky, its receiver and its wheel.

Figures are from gps-data.md; a number behind a line is its section. What no section gives is marked "ours". Where the
notes give a range, each drive draws its own from it. SI and shares.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from codriver.simulate.ground import GRAVEL, HARD, ROCKS, SAND, Surface
from codriver.units import Metres, MetresPerSecond, Seconds

Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sky:
    """How often the sky goes. Lengths of tunnel are for 60 km, and shares of the course's length."""

    dropouts_per_hour: float = 0.0
    dropout: Range = (3.0, 40.0)  # the gaps of the F9K recording last 4 to 40 s (8); as many short as long: ours
    tunnel: Metres = 0.0
    canyon: float = 0.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver's manners."""

    offset: Range = (2.0, 5.0)
    """One sigma of the position's error, both axes together, metres (3)."""
    offset_tau: Range = (60.0, 300.0)
    jitter: Metres = 0.03
    """What is new in each epoch's position, each axis (3.2)."""
    noise: MetresPerSecond = 0.08
    """Of each axis of the velocity, at rest as well: 0.05 to 0.15 (3); at rest 360 m/h of creep (3.2)."""
    noise_tau: Seconds = 0.8
    lag: Seconds = 0.1
    latency: Seconds = 0.12
    latency_jitter: Seconds = 0.015  # spacing of comma2k19's arrivals, sd 0.010 s and a tail (2)
    outliers_per_hour: float = 0.0
    void: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    position_digits: int = 5
    speed_digits: int = 3


@dataclass(frozen=True, slots=True)
class Wheel:
    """How a wheel and its probe lie."""

    calibration: float = 0.005  # (3)
    growth: float = 0.002
    """Of the tyre at 40 m/s, with the square of the speed; half as much by heat in 20 minutes (4). It turns less."""
    braking: float = 0.005  # (3.2)
    slip: Range = (0.08, 0.12)
    """Mean of a stretch of sand (3)."""
    spin: float = 0.5
    """Chance that it digs in before it moves off from a stop in sand; on other ground `spin_elsewhere`. Ours."""
    spin_elsewhere: float = 0.0
    lock: float = 0.0
    """Chance that hard brakes stop it for some tenths of a second. Ours."""
    missed: float = 0.0002  # ours, as the next
    doubled: float = 0.0001
    bursts_per_hour: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drive of `length` metres, or, where that is 0, an hour parked."""

    name: str
    sky: Sky
    receiver: Receiver
    wheel: Wheel
    ground: tuple[tuple[Surface, float], ...] = ((GRAVEL, 1.0),)
    steep: bool = False
    length: Metres = 60_000.0
    between_stops: Metres = 6_000.0
    turned: bool = True
    """Whether the wheel has turned before an hour parked."""

    @property
    def parked(self) -> bool:
        """Whether the car stands all the time."""
        return self.length == 0.0


_PISTE: Final = ((GRAVEL, 0.62), (HARD, 0.15), (ROCKS, 0.15), (SAND, 0.08))
_OPEN: Final = Receiver(lost=0.001)
_RALLY: Final = replace(_OPEN, outliers_per_hour=4.0, void=0.0005, lost=0.003, doubled=0.0005)
_HARSH: Final = replace(_RALLY, jitter=0.15, noise=0.15, outliers_per_hour=20.0, void=0.003, lost=0.005, doubled=0.005)
_HARSH_WHEEL: Final = Wheel(spin_elsewhere=0.3, lock=0.15, missed=0.002, doubled=0.001, bursts_per_hour=20.0)

SCENARIOS: Final = MappingProxyType(
    {
        each.name: each
        for each in (
            Scenario("open", Sky(), _OPEN, Wheel(), ((GRAVEL, 0.7), (HARD, 0.3))),
            Scenario("rally", Sky(6.0), _RALLY, Wheel(), _PISTE),
            Scenario("rally_old_rx", Sky(6.0), replace(_RALLY, jitter=0.25, position_digits=4), Wheel(), _PISTE),
            Scenario(
                "sand",
                Sky(8.0),
                replace(_RALLY, noise=0.10, outliers_per_hour=10.0),
                Wheel(),
                ((SAND, 0.87), (GRAVEL, 0.13)),
            ),
            Scenario(
                "mountain",
                Sky(20.0, canyon=0.04),
                replace(_RALLY, noise=0.10, outliers_per_hour=8.0),
                Wheel(),
                ((GRAVEL, 0.6), (ROCKS, 0.25), (HARD, 0.15)),
                steep=True,
            ),
            Scenario(
                "harsh",
                Sky(30.0, tunnel=2200.0, canyon=0.15),
                _HARSH,
                _HARSH_WHEEL,
                ((GRAVEL, 0.5), (ROCKS, 0.2), (HARD, 0.18), (SAND, 0.12)),
            ),
            Scenario("standstill", Sky(), _RALLY, Wheel(), length=0.0, turned=False),
            Scenario(
                "standstill_harsh",
                Sky(10.0),
                _HARSH,
                replace(_HARSH_WHEEL, bursts_per_hour=0.0),
                length=0.0,
                turned=False,
            ),
        )
    }
)
