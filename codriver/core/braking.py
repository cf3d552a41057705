"""How far before a note its last word should fall: by what hangs on it, and by what the car has to come down to.

A band has three distances before the note: `latest`, after which the words come too late, `aim`, where they should end,
and `earliest`, before which they are forgotten. Metres, seconds, m/s, m/s2. Pure.
"""

from typing import Final, NamedTuple

from codriver.config import Settings
from codriver.roadbook.model import Note
from codriver.units import Metres, MetresPerSecond, Seconds

# What passes between the last word and the foot on the brake; and the dangers' floor and cap (issue 6).
REACTION: Final[Seconds] = 1.5
DANGER_FLOOR: Final[Seconds] = 3.0
DANGER_CAP: Final[Seconds] = 12.0
# A danger no further than this is in sight of a slow car, which may be fast when it gets there.
NEAR: Final[Metres] = 150.0
# What a driver slows with where nothing but a limit asks for it.
GENTLE: Final = 3.0
# Before how much the words should end, more than they must: a plan is no promise.
MARGIN: Final[Seconds] = 2.0
# What a rally car gains in speed while it is spoken to: its tyres' at first, then its engine's (watts a kilogram).
TRACTION: Final = 3.0
POWER: Final = 70.0
READY: Final[Seconds] = 0.5
# By class, seconds and metres: 4 s is what the peers of stage rallies agree on for a corner, and the desert wants
# more (peers.md A12). At a crawl the floor in metres is near enough to be no surprise.
LATEST: Final[tuple[Seconds, ...]] = (2.0, 2.5, 3.0, 3.0)
AIM: Final[tuple[Seconds, ...]] = (4.0, 5.0, 7.0, 9.0)
EARLIEST: Final[tuple[Seconds, ...]] = (10.0, 11.0, 12.0, 12.0)
FLOOR: Final[tuple[Metres, ...]] = (25.0, 40.0, 60.0, 80.0)
CAP: Final[tuple[Metres, ...]] = (300.0, 400.0, 600.0, 800.0)


class Band(NamedTuple):
    """Metres between the last word and the note: never less than `latest`, best at `aim`, no more than `earliest`."""

    latest: Metres
    aim: Metres
    earliest: Metres


def way(speed: MetresPerSecond, slow: MetresPerSecond, braking: float) -> Metres:
    """What it takes to come down from one speed to another; nothing where the car is as slow already."""
    return max(speed * speed - slow * slow, 0.0) / (2.0 * braking)


def gained(speed: MetresPerSecond, seconds: Seconds) -> MetresPerSecond:
    """What the car may have become faster by in so many seconds."""
    return min(TRACTION, POWER / max(speed, 1.0)) * max(seconds, 0.0)


def band(settings: Settings, note: Note, weight: int, speed: MetresPerSecond) -> Band:
    """Where the last word of a note of this weight, 0 to 3, may fall, at this speed."""
    if note.danger >= 2:
        return _danger(settings, note.danger, speed)
    limit = limit_of(note)
    asked = 0.0 if limit is None else REACTION * speed + way(speed, limit, GENTLE)
    latest = max(LATEST[weight] * speed, asked)
    aim = max(min(max(AIM[weight] * speed, latest + speed), max(CAP[weight], asked + speed)), FLOOR[weight])
    earliest = max(EARLIEST[weight] * speed, aim + 2.0 * speed, FLOOR[weight] + speed * MARGIN + 20.0)
    return Band(min(latest, aim), aim, earliest)


def growing(settings: Settings, note: Note, weight: int, speed: MetresPerSecond, length: Seconds) -> Metres:
    """Where the last word has to fall if the car becomes faster while it hears so many seconds of words."""
    faster = gained(speed, length + READY)
    return band(settings, note, weight, speed + faster).latest + faster * length / 2.0 + READY * speed


def must(settings: Settings, danger: int, speed: MetresPerSecond) -> Metres:
    """Before a danger of 2 or 3 its last word must have fallen, to brake to what it can be passed with."""
    slow = settings.hazard3_mps if danger > 2 else settings.hazard2_mps
    return max(REACTION * speed + way(speed, slow, settings.braking_mps2), DANGER_FLOOR * speed)


def _danger(settings: Settings, danger: int, speed: MetresPerSecond) -> Band:
    latest = must(settings, danger, speed)
    earliest = max(DANGER_CAP * speed, NEAR)
    aim = min(max(latest + MARGIN * speed, AIM[danger] * speed / 1.5, FLOOR[danger]), earliest)
    return Band(min(latest, aim), aim, max(earliest, latest))


def limit_of(note: Note) -> MetresPerSecond | None:
    """What the car must have come down to at this note: a limit, or standstill; None where nobody asks for less."""
    kinds = {event.kind: event.value for event in note.events}
    if kinds.keys() & {"stop", "dn"}:
        return 0.0
    if "dz" in kinds or note.speed is not None:
        limit = kinds.get("dz") if kinds.get("dz") is not None else note.speed
        return None if limit is None else float(limit)
    return None
