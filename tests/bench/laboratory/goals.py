"""What the odometer is to reach: the goals of its issue, each for the worst of the drives."""

from dataclasses import dataclass
from typing import Final

from codriver.units import Metres


@dataclass(frozen=True, slots=True)
class Goal:
    """For one scenario. Shares in per cent, creep in metres an hour; None where nothing is asked.

    `aims` are what would be better still, in the same order: final, leg, creep.
    """

    scenario: str
    wheel: bool
    hz: tuple[int, ...]
    final: float | None
    leg: float | None
    creep: Metres | None
    aims: tuple[float | None, float | None, float | None] = (None, None, None)
    sloping: bool = False
    """Of an odometer that counts along the slope, as the truth of all drives does."""


GOALS: Final = (
    Goal("open", wheel=False, hz=(5,), final=0.03, leg=0.15, creep=1.0),
    Goal("open", wheel=False, hz=(1,), final=0.05, leg=0.25, creep=1.0),
    Goal("rally", wheel=False, hz=(5, 1), final=0.20, leg=1.0, creep=1.0, aims=(0.10, None, None)),
    Goal("rally", wheel=True, hz=(5, 1), final=0.08, leg=0.4, creep=1.0, aims=(0.05, 0.3, None)),
    Goal("sand", wheel=True, hz=(5, 1), final=0.20, leg=0.6, creep=1.0, aims=(0.10, None, None)),
    Goal("mountain", wheel=True, hz=(5, 1), final=0.35, leg=0.7, creep=1.0),
    Goal("mountain", wheel=True, hz=(5, 1), final=0.35, leg=0.7, creep=1.0, aims=(0.10, None, None), sloping=True),
    Goal("harsh", wheel=True, hz=(5, 1), final=0.6, leg=4.0, creep=20.0, aims=(0.3, None, 1.0)),
    Goal("standstill", wheel=False, hz=(5, 1), final=None, leg=None, creep=1.0),
    Goal("standstill_harsh", wheel=False, hz=(5, 1), final=None, leg=None, creep=5.0),
    Goal("standstill_harsh", wheel=True, hz=(5, 1), final=None, leg=None, creep=5.0),
)
# The true error lies within two sigma so often, of the whole way and of a leg; and half of the legs' bounds are no
# wider than this in rally, per cent of a leg.
HONEST: Final = 95.0
USEFUL: Final = 0.3
USEFUL_IN: Final = "rally"
# Where the road is longer than its shadow: driven along the slope as well.
SLOPING_IN: Final = "mountain"
# Where a wheel must not make things worse.
NO_WORSE_IN: Final = "sand"
COST: Final = 40.0  # microseconds a fix


def judged(value: float, goal: float, aim: float | None = None) -> str:
    """The goal in words, and whether it is met."""
    asked = f"{goal:g} or less" + ("" if aim is None else f", aim {aim:g}")
    if aim is not None and value <= aim:
        return f"{asked}: aim met"
    return f"{asked}: {'met' if value <= goal else 'MISSED'}"
