"""A car that manoeuvres: forwards and in reverse gear along arcs, as a bicycle rolls, and what a receiver says of it.

The laboratory's other cars follow a course and never go back. This one is steered piece by piece: so many metres, at a
speed that is negative in reverse gear, with a curvature; between two gears it stands. The receiver's errors are those
of gps-data.md (its sections 2, 3 and 8), with the manners that slow cars meet: a course that is blank below some speed,
and static hold, a speed of 0.0 below some other with the place held until it is released.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final, NamedTuple

from codriver.decode.nmea import Fix
from codriver.roadbook.geodesy import chord
from codriver.simulate.errors import gauss_markov, smooth, stream
from codriver.units import DAY, KNOT, Metres, MetresPerSecond, Seconds
from tests.bench.laboratory.receiver import DATE, FALSE_SPEED, FASTEST_FALSE, JUMP, MORNING, SINGLE
from tests.bench.laboratory.scenarios import Receiver

TICK: Final[Seconds] = 0.02
LAT: Final = 31.16
LON: Final = -4.17
NORTH: Final = chord(LAT - 0.005, LON, LAT + 0.005, LON) / 0.01
EAST: Final = chord(LAT, LON - 0.005, LAT, LON + 0.005) / 0.01
ATTEMPTS: Final = 1.5  # m/s²: how a car gathers speed and brakes when it manoeuvres; ours


class Go(NamedTuple):
    """So many metres at this speed, backwards where it is negative, with this curvature (1/m, left positive)."""

    metres: Metres
    speed: MetresPerSecond
    bend: float = 0.0


class Stand(NamedTuple):
    """Stand for so long."""

    seconds: Seconds


class Spin(NamedTuple):
    """Turn on the spot by so many degrees within so many seconds: a spin, or a motorcycle turned by hand."""

    degrees: float
    seconds: Seconds


Piece = Go | Stand | Spin


class Pose(NamedTuple):
    """The truth at one moment: place, signed speed, where the car points (radians, east is 0), its path's length."""

    t: Seconds
    x: Metres
    y: Metres
    speed: MetresPerSecond
    heading: float
    path: Metres


@dataclass(frozen=True, slots=True)
class Manners:
    """What a receiver does with a slow car: below these speeds it prints no course, or holds still."""

    name: str = "plain"
    courseless: MetresPerSecond = 0.5
    holds: MetresPerSecond = 0.0


PLAIN: Final = Manners()
BLANK: Final = Manners("blank course", courseless=1.0)
HOLD: Final = Manners("static hold", holds=0.8)


def driven(pieces: Sequence[Piece], hard: float = ATTEMPTS) -> list[Pose]:
    """The truth, fifty times a second. Where the next piece goes the other way, or stands, the car stops for it."""
    made = [Pose(0.0, 0.0, 0.0, 0.0, 0.3, 0.0)]
    for i, piece in enumerate(pieces):
        match piece:
            case Stand(seconds):
                _turned(made, 0.0, seconds)
            case Spin(turn, seconds):
                _turned(made, radians(turn), seconds)
            case Go():
                _gone(made, piece, _ending(piece, pieces[i + 1] if i + 1 < len(pieces) else None), hard)
    return made


def flips(made: Sequence[Pose]) -> list[tuple[Seconds, Metres, bool]]:
    """(t, path, whether backwards) of each change of gear."""
    found, gear = [], 1.0
    for pose in made:
        if pose.speed * gear < 0.0:
            gear = -gear
            found.append((pose.t, pose.path, gear < 0.0))
    return found


def heard(
    made: Sequence[Pose], kind: Receiver, hz: int, seed: str, manners: Manners = PLAIN, begun: Seconds = 0.0
) -> Iterator[Fix]:
    """The fixes of this drive, in the order of their arrival."""
    random, dt = stream(0, seed), 1.0 / hz
    sigma, tau = random.uniform(*kind.offset) / 2.0**0.5, random.uniform(*kind.offset_tau)
    wander = [smooth(random, sigma, tau / 2.0, dt) for _ in range(2)]
    noise = [gauss_markov(random, kind.noise, kind.noise_tau, dt) for _ in range(2)]
    jump, until, false, held = (0.0, 0.0), -1.0, None, None
    for k in range(int(made[-1].t * hz) + 1):
        t = round(k * dt, 3)
        off = [next(each) for each in wander]
        errors = [next(each) for each in noise]
        if t >= until:
            jump, false = (0.0, 0.0), None
            if random.random() < kind.outliers_per_hour / 3600.0 * dt:
                size, way = random.uniform(*JUMP), radians(random.uniform(0.0, 360.0))
                single = random.random() < SINGLE
                jump = size * cos(way), size * sin(way)
                until = t + (dt / 2.0 if single else random.uniform(1.0, 4.0))
                false = (
                    random.uniform(0.0, FASTEST_FALSE) if single and random.random() < FALSE_SPEED / SINGLE else None
                )
        if random.random() < kind.lost:
            continue
        here, then = _at(made, t), _at(made, t - kind.lag)
        x = here.x + off[0] + jump[0] + random.gauss(0.0, kind.jitter)
        y = here.y + off[1] + jump[1] + random.gauss(0.0, kind.jitter)
        east = then.speed * cos(then.heading) + errors[0]
        north = then.speed * sin(then.heading) + errors[1]
        speed, course = hypot(east, north), degrees(atan2(east, north)) % 360.0
        if false is not None:
            speed, course = false, degrees(atan2(jump[0], jump[1])) % 360.0
        if speed < manners.holds:
            speed, held = 0.0, held or (x, y)
            x, y = held
        else:
            held = None
        digits = 60.0 * 10.0**kind.position_digits
        yield Fix(
            round(begun + t + kind.latency, 3),
            round((MORNING + begun + t) % DAY, 2),
            DATE,
            round((LAT + y / NORTH) * digits) / digits,
            round((LON + x / EAST) * digits) / digits,
            900.0,
            round(speed / KNOT, kind.speed_digits) * KNOT,
            None if speed < manners.courseless else round(course, 2) % 360.0,
            1,
        )


def _ending(piece: Go, then: Piece | None) -> MetresPerSecond:
    """How fast the car still is at the end of a piece."""
    if not isinstance(then, Go) or then.speed * piece.speed < 0.0:
        return 0.0
    return min(abs(piece.speed), abs(then.speed))


def _turned(made: list[Pose], turn: float, seconds: Seconds) -> None:
    for _ in range(max(round(seconds / TICK), 1)):
        last = made[-1]
        step = turn * TICK / seconds if seconds else turn
        made.append(last._replace(t=round(last.t + TICK, 3), speed=0.0, heading=last.heading + step))


def _gone(made: list[Pose], piece: Go, ending: MetresPerSecond, hard: float) -> None:
    sign, left = (1.0 if piece.speed > 0.0 else -1.0), piece.metres
    speed = abs(made[-1].speed)
    while left > 0.0:
        wanted = min(abs(piece.speed), (ending * ending + 2.0 * hard * left) ** 0.5)
        before, speed = speed, max(min(wanted, speed + hard * TICK), speed - 6.0 * TICK)
        way = max((before + speed) / 2.0 * TICK, 0.002)
        left -= way
        last = made[-1]
        middle = last.heading + sign * piece.bend * way / 2.0
        heading = last.heading + sign * piece.bend * way
        x, y = last.x + sign * way * cos(middle), last.y + sign * way * sin(middle)
        made.append(Pose(round(last.t + TICK, 3), x, y, sign * speed, heading, last.path + way))


def _at(made: Sequence[Pose], t: Seconds) -> Pose:
    return made[min(max(round(t / TICK), 0), len(made) - 1)]
