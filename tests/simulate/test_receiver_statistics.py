"""The simulated receiver beside recorded ones: what can be measured of both, measured the same way.

At rest the yardstick is the median of fourteen receivers, each a log of the field data; in motion it is the
u-blox M8 of comma2k19, whose truth is the pose beside it. Both the recordings and the simulation go through the
same functions. "Within 30 %" is meant of the recording's figure; where nothing was recorded (gaps, outliers, the harsh
receiver) the figures are those of gps-data.md, whose section each test names.
"""

import ast
import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import atan2, cos, degrees, hypot, isnan, radians, sin, sqrt
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any, NamedTuple

import pynmea2
import pytest

from codriver.roadbook.geodesy import EQUATOR, FLATTENING, chord
from codriver.simulate.car import Run
from codriver.simulate.course import Course, Place
from codriver.simulate.drive import START
from codriver.simulate.receiver import HARSH, REAL, Receiver, epochs
from codriver.simulate.sentences import burst, moment
from codriver.simulate.sky import DROPOUT, Cover, Sky, weather
from codriver.units import KNOT, Metres, MetresPerSecond, Seconds

STANDING = (
    "com-1289", "et-332", "firefly-II", "mt3339", "neo-m8n", "quectel-L70", "quectel-l76k-dual", "sirfstarv-nmea",
    "skytraq-fix", "telit-pls83-w", "ublox-8", "ublox-neo-m9n-nmea", "ublox-zed-f9p-nmea", "ublox-zed-f9r",
)  # fmt: skip
A_MINUTE_LONG = ("quectel-l76k-dual", "ublox-8", "ublox-neo-m9n-nmea")

COURSE = Course((0.0, 1e6), (Place(31.0, -4.0, 700.0, 40.0), Place(37.9, 3.1, 700.0, 40.0)), (0.0,))


class Heard(NamedTuple):
    """One RMC: its own time, when it arrived, what it says."""

    t: Seconds
    arrival: Seconds
    lat: float
    lon: float
    speed: MetresPerSecond


class Moved(NamedTuple):
    """A drive with its truth: (lat, lon, speed) at any time of the clock that stamped the arrivals."""

    heard: Sequence[Heard]
    truth: Callable[[Seconds], tuple[float, float, MetresPerSecond]]


# --- figures, the same for both ---------------------------------------------------------------------------------


def drift(heard: Sequence[Heard], seconds: Seconds) -> Metres:
    """Root mean square of how far the printed position of a receiver at rest is from itself so much later."""
    at = {round(h.t, 2): h for h in heard}
    pairs = [(h, at[later]) for t, h in at.items() if (later := round(t + seconds, 2)) in at]
    return sqrt(fmean(chord(a.lat, a.lon, b.lat, b.lon) ** 2 for a, b in pairs)) if pairs else float("nan")


def per_hour(heard: Sequence[Heard], step: Callable[[Heard, Heard], Metres]) -> float:
    return sum(step(a, b) for a, b in pairwise(heard)) / (heard[-1].t - heard[0].t) * 3600


AT_REST: dict[str, Callable[[Sequence[Heard]], float]] = {
    "printed speed, 95th percentile, m/s": lambda heard: sorted(h.speed for h in heard)[int(0.95 * len(heard))],
    "creep by adding every fix, m/h": lambda heard: per_hour(heard, lambda a, b: chord(a.lat, a.lon, b.lat, b.lon)),
    "creep by integrating the speed, m/h": lambda heard: per_hour(heard, lambda a, b: b.speed * (b.t - a.t)),
    "drift over 10 s, m": lambda heard: drift(heard, 10.0),
}


def speed_errors(moved: Moved, lag: Seconds) -> list[MetresPerSecond]:
    return [h.speed - moved.truth(h.arrival - lag)[2] for h in moved.heard]


def speed_lag(moved: Moved) -> Seconds:
    """How far behind the truth the printed speeds arrive: where their errors spread least."""
    return min((k / 100 for k in range(31)), key=lambda lag: pstdev(speed_errors(moved, lag)))


def after_a_second(moved: Moved) -> float:
    """What of the speed's noise is left in the mean of a second, as a share: 0.32 of white noise at 10 Hz."""
    errors = speed_errors(moved, speed_lag(moved))
    return pstdev([fmean(errors[i : i + 10]) for i in range(len(errors) - 10)]) / pstdev(errors)


def position_errors(moved: Moved, lag: Seconds) -> Iterator[tuple[Heard, Metres, Metres]]:
    """(fix, east, north) of each position against the truth, when positions usually arrive `lag` late.

    By the receiver's own time, so that the jitter of its arrivals, 0.1 m at 14 m/s, is no error of position.
    """
    clock = median(h.arrival - h.t for h in moved.heard)
    for h in moved.heard:
        lat, lon, _ = moved.truth(h.t + clock - lag)
        north, east = chord(lat, lon, h.lat, lon), chord(h.lat, lon, h.lat, h.lon)
        yield h, east if h.lon > lon else -east, north if h.lat > lat else -north


def drift_in_motion(moved: Moved, seconds: Seconds) -> Metres:
    """Root mean square of the change of the position's error in so much time."""
    at = {round(h.t, 1): (east, north) for h, east, north in position_errors(moved, 0.085)}
    pairs = [(e, at[later]) for t, e in at.items() if (later := round(t + seconds, 1)) in at]
    return sqrt(fmean((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for a, b in pairs))


def spacing(moved: Moved) -> Seconds:
    """Spread of the time from one arrival to the next, of epochs that follow each other."""
    return pstdev(b.arrival - a.arrival for a, b in pairwise(moved.heard) if b.t - a.t < 0.15)


def lost(moved: Moved) -> float:
    """Share of the epochs of a 10 Hz receiver that never came."""
    span = round((moved.heard[-1].t - moved.heard[0].t) * 10) + 1
    return 1 - len(moved.heard) / span


IN_MOTION: dict[str, Callable[[Moved], float]] = {
    "speed lag, s": speed_lag,
    "speed error once its lag is taken out, sd, m/s": lambda moved: pstdev(speed_errors(moved, speed_lag(moved))),
    "speed error left after a second's mean, share": after_a_second,
    "arrival spacing, sd, s": spacing,
    "epochs lost, share": lost,
}


# --- the recordings ---------------------------------------------------------------------------------------------


def log(folder: Path, name: str) -> list[Heard]:
    """The valid RMCs of a recorded log, one a time, as pynmea2 reads them."""
    found: dict[float, Heard] = {}
    data = (folder / "nmea" / f"{name}.log").read_bytes().decode("latin-1")
    for text in re.findall(r"\$G[A-Z]RMC,[\x20-\x7e]*?\*[0-9A-F]{2}", data):
        try:
            rmc = pynmea2.parse(text, check=True)
        except pynmea2.ParseError:
            continue
        if rmc.status == "A":
            heard = _heard(rmc, 0.0)
            found.setdefault(heard.t, heard)
    return list(found.values())


def _heard(rmc: Any, arrival: Seconds) -> Heard:
    t = (datetime.combine(START, rmc.timestamp, tzinfo=UTC) - START.replace(hour=0, minute=0)).total_seconds()
    return Heard(t, arrival, rmc.latitude, rmc.longitude, float(rmc.spd_over_grnd) * KNOT)


def array(folder: Path, *path: str) -> list[tuple[float, ...]]:
    """The rows of a NumPy array in comma2k19's folder (format 1.0: magic, a dict in text, the numbers)."""
    data = folder.joinpath("truth", "comma2k19", *path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10 : 10 + length].decode("ascii"))
    assert header["descr"] == "<f8"
    assert not header["fortran_order"]
    rows, width = (*header["shape"], 1)[:2]
    return list(struct.iter_unpack(f"<{width}d", data[10 + length : 10 + length + rows * width * 8]))


def comma2k19(folder: Path) -> Moved:
    """u-blox M8 against the optimised pose, both by the phone's clock since boot."""
    receiver = zip(
        array(folder, "processed_log", "GNSS", "live_gnss_ublox", "t"),
        array(folder, "processed_log", "GNSS", "live_gnss_ublox", "value"),
        strict=True,
    )
    heard = [Heard(row[3] / 1000, t, row[0], row[1], row[2]) for (t,), row in receiver]
    times = [t for (t,) in array(folder, "global_pose", "frame_times")]
    places = [_geodetic(*xyz) for xyz in array(folder, "global_pose", "frame_positions")]
    speeds = [
        _level(place, velocity)
        for place, velocity in zip(places, array(folder, "global_pose", "frame_velocities"), strict=True)
    ]

    def truth(t: Seconds) -> tuple[float, float, MetresPerSecond]:
        i = min(max(bisect_right(times, t) - 1, 0), len(times) - 2)
        share = (t - times[i]) / (times[i + 1] - times[i])
        before, after = (*places[i], speeds[i]), (*places[i + 1], speeds[i + 1])
        lat, lon, speed = (a + (b - a) * share for a, b in zip(before, after, strict=True))
        return lat, lon, speed

    return Moved(heard, truth)


def _geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    """Latitude and longitude of an ECEF position, by four rounds of the fixed-point iteration."""
    e2, across = FLATTENING * (2 - FLATTENING), hypot(x, y)
    lat = atan2(z, across * (1 - e2))
    for _ in range(4):
        lat = atan2(z + e2 * EQUATOR / sqrt(1 - e2 * sin(lat) ** 2) * sin(lat), across)
    return degrees(lat), degrees(atan2(y, x))


def _level(place: tuple[float, float], velocity: tuple[float, ...]) -> MetresPerSecond:
    """The horizontal part of an ECEF velocity."""
    lat, lon = radians(place[0]), radians(place[1])
    x, y, z = velocity
    east = -sin(lon) * x + cos(lon) * y
    north = -sin(lat) * cos(lon) * x - sin(lat) * sin(lon) * y + cos(lat) * z
    return hypot(east, north)


# --- the simulation ---------------------------------------------------------------------------------------------


def hear(device: Receiver, car: Run, hz: int, seed: int = 1) -> list[Heard]:
    """What a drive under an open sky sounds like, read back from its sentences."""
    heard = []
    for epoch in epochs(device, car, COURSE, Sky(), hz, seed):
        rmc = pynmea2.parse(next(burst(epoch, device, moment(START, epoch.t))), check=True)
        heard.append(_heard(rmc, epoch.arrival))
    return heard


def calm(device: Receiver) -> Receiver:
    """Without outliers: none of the recordings has one."""
    return replace(device, outliers_per_hour=0.0)


def parked(hours: float) -> Run:
    return Run((0.0, hours * 3600), (0.0, 0.0), (0.0, 0.0))


def town(minutes: int) -> Run:
    """Between 8 and 20 m/s, as comma2k19 drives, up and down once a minute at up to 0.8 m/s2."""
    t, distance, speed = [0.0], [0.0], [8.0]
    for _ in range(minutes):
        for seconds, to in ((15.0, 20.0), (14.0, 19.0), (16.0, 8.0), (15.0, 8.5)):
            distance.append(distance[-1] + (speed[-1] + to) / 2 * seconds)
            t.append(t[-1] + seconds)
            speed.append(to)
    return Run(tuple(t), tuple(distance), tuple(speed))


@pytest.fixture(scope="module")
def simulated_rest() -> list[Heard]:
    return hear(calm(REAL), parked(hours=3), hz=1)


@pytest.fixture(scope="module")
def simulated_town() -> Moved:
    return in_town(minutes=12, hz=10)


def in_town(minutes: int, hz: int) -> Moved:
    car = town(minutes)

    def truth(t: Seconds) -> tuple[float, float, MetresPerSecond]:
        metres, speed = car.at(t)
        place = COURSE.at(metres)
        return place.lat, place.lon, speed

    return Moved(hear(calm(REAL), car, hz), truth)


@pytest.fixture(scope="module")
def recorded_town(field_data: Path) -> Moved:
    return comma2k19(field_data)


# --- beside the recordings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", AT_REST)
def test_at_rest_it_does_as_the_median_recording(figure: str, simulated_rest: list[Heard], field_data: Path) -> None:
    measure = AT_REST[figure]
    values = [value for name in STANDING if not isnan(value := measure(log(field_data, name)))]
    assert len(values) >= 13
    assert measure(simulated_rest) == pytest.approx(median(values), rel=0.3)


def test_at_rest_its_drift_grows_from_ten_seconds_to_sixty_as_recorded(
    simulated_rest: list[Heard], field_data: Path
) -> None:
    """As a ratio, since only three logs last a minute, and they drift 0.65 to 11 m in it."""
    ratios = [drift(log(field_data, name), 60.0) / drift(log(field_data, name), 10.0) for name in A_MINUTE_LONG]
    assert drift(simulated_rest, 60.0) / drift(simulated_rest, 10.0) == pytest.approx(median(ratios), rel=0.3)


@pytest.mark.parametrize("figure", IN_MOTION)
def test_in_motion_it_does_as_the_recorded_m8(figure: str, simulated_town: Moved, recorded_town: Moved) -> None:
    measure = IN_MOTION[figure]
    assert measure(simulated_town) == pytest.approx(measure(recorded_town), rel=0.3)


def test_in_motion_its_position_drifts_as_the_recorded_m8s(recorded_town: Moved) -> None:
    simulated = in_town(minutes=180, hz=1)
    assert drift_in_motion(simulated, 10.0) == pytest.approx(drift_in_motion(recorded_town, 10.0), rel=0.3)


def test_its_sentences_arrive_as_late_as_the_recorded_positions(simulated_town: Moved, recorded_town: Moved) -> None:
    """The M8's positions fit the pose, along the way, where they arrive this much late (its clock tells nothing)."""

    def ahead(lag: Seconds) -> Metres:
        total = 0.0
        for h, east, north in position_errors(recorded_town, lag):
            (lat0, lon0, _), (lat1, lon1, _) = recorded_town.truth(h.arrival - lag), recorded_town.truth(h.arrival)
            way_east, way_north = (lon1 - lon0) * cos(radians(lat0)), lat1 - lat0
            total += (east * way_east + north * way_north) / hypot(way_east, way_north)
        return abs(total / len(recorded_town.heard))

    latency = min((k / 200 for k in range(1, 41)), key=ahead)
    simulated = fmean(h.arrival - (h.t - START.hour * 3600 - START.minute * 60) for h in simulated_town.heard)
    assert simulated == pytest.approx(latency, rel=0.3)


# --- beside gps-data.md, where no recording lies here -----------------------------------------------------------


def correlated(series: dict[int, float], later: int) -> float:
    mean, variance = fmean(series.values()), pstdev(series.values()) ** 2
    pairs = ((value, series[t + later]) for t, value in series.items() if t + later in series)
    return fmean((a - mean) * (b - mean) for a, b in pairs) / variance


def test_its_position_error_fades_as_the_f9k_does(simulated_rest: list[Heard]) -> None:
    """Autocorrelation 0.78, 0.45 and 0.04 over 10, 60 and 120 s (gps-data.md, 2); near 0 a share says nothing."""

    def correlation(seconds: int) -> float:
        return fmean(
            correlated({round(h.t): place for h, place in zip(simulated_rest, axis, strict=True)}, seconds)
            for axis in ([h.lat for h in simulated_rest], [h.lon for h in simulated_rest])
        )

    assert correlation(10) == pytest.approx(0.78, rel=0.3)
    assert correlation(60) == pytest.approx(0.45, rel=0.3)
    assert correlation(120) == pytest.approx(0.04, abs=0.15)


def test_dropouts_come_six_times_an_hour_and_last_four_to_forty_seconds() -> None:
    """gps-data.md 3.2 (rally) and 8 (the F9K log)."""
    car = parked(hours=100)
    sky = weather(REAL.sky, car, seed=1)
    gaps = [end - start for start, end in sky.blocked[1:]]
    assert len(gaps) / 100 == pytest.approx(6, rel=0.3)
    assert min(gaps) >= DROPOUT[0]
    assert median(gaps) < DROPOUT[1]


def test_outliers_jump_thirty_to_four_hundred_metres_and_three_in_ten_lie_about_speed() -> None:
    """gps-data.md 3; twenty an hour when harsh (3.2)."""
    jumps: list[tuple[Metres, MetresPerSecond]] = []
    last = -10.0
    for epoch in epochs(HARSH, parked(hours=20), COURSE, Sky(), hz=1, seed=1):
        assert epoch.fix is not None
        far = chord(epoch.fix.lat, epoch.fix.lon, COURSE.places[0].lat, COURSE.places[0].lon)
        if far > 30.0 and epoch.t - last > 6.0:
            jumps.append((far, epoch.fix.speed))
            last = epoch.t
    assert len(jumps) / 20 == pytest.approx(20, rel=0.3)
    assert max(far for far, _ in jumps) < 425.0
    assert sum(speed > 3.0 for _, speed in jumps) / len(jumps) == pytest.approx(0.3, rel=0.3)


def test_a_static_hold_prints_no_speed_while_positions_wander() -> None:
    """Speed exactly 0 in 95 to 100 % of standing epochs (gps-data.md, 8)."""
    held = hear(replace(calm(REAL), hold=0.3), parked(hours=0.5), hz=1)
    assert sum(h.speed == 0.0 for h in held) >= 0.95 * len(held)
    assert drift(held, 10.0) > 0.1


def test_a_harsh_speed_is_noisy_for_most_of_a_second() -> None:
    """0.15 m/s, correlated over 0.8 s (gps-data.md, 3)."""
    car = Run((0.0, 1200.0), (0.0, 24_000.0), (20.0, 20.0))
    errors = [h.speed - 20.0 for h in hear(calm(HARSH), car, hz=10)]
    assert pstdev(errors) == pytest.approx(0.15, rel=0.3)
    # exp(-1) of it is left after 0.8 s, eight epochs; a few lost ones do not matter
    later = fmean(a * b for a, b in zip(errors, errors[8:], strict=False)) / pstdev(errors) ** 2
    assert later == pytest.approx(0.37, rel=0.3)


def test_a_harsh_course_lies_in_canyons_and_tunnels_as_much_as_it_should() -> None:
    """15 % canyon, 2.2 km of tunnel in 60 (gps-data.md, 3.2, scenario notes), over a course long enough to tell."""
    metres = [20.0 * k for k in range(100_000)]
    car = Run(tuple(s / 20.0 for s in metres), tuple(metres), tuple(20.0 for _ in metres))
    sky = weather(replace(HARSH.sky, dropouts_per_hour=0.0, warm_up=0.0), car, seed=2)
    covers = [sky.cover(t) for t in range(int(car.duration))]
    assert covers.count(Cover.CANYON) / len(covers) == pytest.approx(0.15, rel=0.3)
    assert covers.count(Cover.BLOCKED) / len(covers) == pytest.approx(2.2 / 60, rel=0.3)
