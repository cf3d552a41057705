"""Dangers beside the way: off the course nobody knows what comes next, but the places of dangers are known.

Metres in a straight line. Pure.
"""

from collections.abc import Collection
from typing import Final

from codriver.core import leads
from codriver.core.leads import Here
from codriver.core.plan import Plan
from codriver.roadbook.geodesy import chord
from codriver.units import Metres, Seconds

GRAVE: Final = 2
# What the words take, of which nobody knows yet how many they are.
SPEECH: Final[Seconds] = 4.0


def nearest(plan: Plan, here: Here, told: Collection[int]) -> tuple[int, Metres] | None:
    """The nearest danger that is due to be called, by its index, and how far off it is; none that was told already."""
    if here.place is None:
        return None
    found: list[tuple[Metres, int]] = []
    for index, note in enumerate(plan.book.notes):
        if note.danger < GRAVE or note.position is None or note.cancelled or index in told:
            continue
        way = chord(here.place[0], here.place[1], note.position.lat, note.position.lon)
        if way <= leads.band(plan, index, here.speed).aim + SPEECH * here.speed:
            found.append((way, index))
    if not found:
        return None
    way, index = min(found)
    return index, way
