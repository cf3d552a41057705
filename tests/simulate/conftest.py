"""A book to drive in these tests: twelve kilometres of winding piste with a zone, a stop sign and a neutralisation."""

from math import cos, radians, sin

import pytest

from codriver.roadbook.geodesy import distance
from codriver.roadbook.model import Event, Note, Position, Roadbook
from codriver.units import KMH

EVENTS: dict[int, tuple[Event, ...]] = {
    4: (Event("dz"),),
    6: (Event("fz"),),
    8: (Event("stop", 3.0),),
    10: (Event("dn", 300.0),),
    11: (Event("fn"),),
}


def _track(points: int = 200, step: float = 60.0) -> tuple[Position, ...]:
    """A swinging line with a right angle now and then, as pistes have."""
    lat, lon, heading, track = 31.2, -4.1, 40.0, []
    for i in range(points):
        track.append(Position(lat, lon, 700.0 + 0.1 * i))
        heading += 12 * sin(i / 3) + (90.0 if i % 60 == 45 else 0.0)
        lat += step * cos(radians(heading)) / 110_850
        lon += step * sin(radians(heading)) / (111_320 * cos(radians(lat)))
    return tuple(track)


@pytest.fixture(scope="session")
def piste() -> Roadbook:
    """The book; its notes lie on every fifteenth point of the track, which comes in two pieces."""
    track, notes, total = _track(), [], 0.0
    for i, point in enumerate(track):
        total += distance(track[i - 1], point) if i else 0.0
        if i % 15 == 0:
            number = i // 15 + 1
            speed = 50 * KMH if number == 4 else None
            notes.append(Note(number, total, position=point, speed=speed, events=EVENTS.get(number, ())))
    return Roadbook("piste", "made here", "metric", tuple(notes), (track[:70], track[70:]), total)
