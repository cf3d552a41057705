"""The laboratory is what it says: its drives have the errors of gps-data.md, and its figures measure what they name."""

import sqlite3
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from click.testing import Result

from codriver import signals
from codriver.core.odometer import Mark
from codriver.decode.nmea import Fix
from codriver.roadbook.geodesy import chord
from codriver.simulate import car
from codriver.simulate.errors import stream
from codriver.simulate.ground import SAND
from tests.bench.laboratory import lines, pistes, receiver, scores, sky
from tests.bench.laboratory.algorithms import ALGORITHMS, OURS, SILENCE, SLOPING, Doppler, Haversine, Ours, WheelAlone
from tests.bench.laboratory.receiver import Void
from tests.bench.laboratory.scenarios import SCENARIOS
from tests.bench.laboratory.simulated import simulated
from tests.bench.laboratory.trip import Trip, trip
from tests.bench.laboratory.truth import Event, Truth
from tests.bench.laboratory.wheel import M_PER_PULSE, Extra, Pulses

SHORT = 12_000.0


def fixes(drive: Trip) -> list[Fix]:
    return [each for each in drive.events() if isinstance(each, Fix)]


def measured(epoch: Fix | Void) -> float:
    """The moment of the drive to which this belongs."""
    assert epoch.clock is not None
    return epoch.clock - receiver.MORNING


def turned(drive: Trip, probes: int = 1) -> list[Pulses]:
    return [each for each in drive.events(probes) if isinstance(each, Pulses)]


def rolled(drive: Trip) -> float:
    return sum(each.first for each in turned(drive)) * M_PER_PULSE


# The courses.


@pytest.mark.parametrize("name", pistes.LANDS)
def test_a_piste_is_as_long_as_the_ellipsoid_says(name: str) -> None:
    """Its map length by the product's own geodesy, its slope apart: two hands, one length."""
    course = pistes.piste(name, SHORT)
    flat = sum(chord(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(course.places))
    assert course.length == pytest.approx(SHORT)
    assert flat == pytest.approx(sum(pistes.slopes(course)) * pistes.NODE, rel=2e-6)


@pytest.mark.parametrize(("name", "least", "most"), [("sierra", 0.0015, 0.0035), ("cordillera", 0.0015, 0.0035)])
def test_the_mountains_are_longer_along_the_slope_than_on_the_map(name: str, least: float, most: float) -> None:
    """0.2 to 0.3 % (gps-data 3.2), and the plains nearly nothing."""
    course = pistes.piste(name, 60_000.0)
    assert least < 1.0 - statistics.mean(pistes.slopes(course)) < most


def test_the_course_of_acceptance_is_another_one() -> None:
    for tuning, acceptance in zip(pistes.TUNING, pistes.ACCEPTANCE, strict=True):
        a, b = pistes.piste(tuning, SHORT), pistes.piste(acceptance, SHORT)
        assert abs(a.places[0].lat - b.places[0].lat) > 1.0
        assert statistics.correlation(a.bend, b.bend) < 0.2


def test_a_mountain_road_has_hairpins_and_a_piste_in_the_sand_has_none() -> None:
    assert max(pistes.piste("sierra", SHORT).bend) > 1 / 15.0
    assert max(pistes.piste("erg", SHORT).bend) < 1 / 15.0


# The drives.


def test_a_drive_repeats_itself_and_another_seed_is_another_drive() -> None:
    first, again, other = (list(trip("harsh", seed, length=SHORT).events(2)) for seed in (3, 3, 4))
    assert first == again
    assert first[:200] != other[:200]


def test_all_rates_drive_under_the_same_sky_and_the_same_ground() -> None:
    slow, fast = trip("harsh", 3, 1, length=SHORT), trip("harsh", 3, 10, length=SHORT)
    assert (slow.cover, slow.ground, slow.run) == (fast.cover, fast.ground, fast.run)
    assert len(fixes(fast)) == pytest.approx(10 * len(fixes(slow)), rel=0.05)


def test_events_come_in_the_order_of_their_arrival() -> None:
    times = [each.t for each in trip("harsh", 1, length=SHORT).events(2)]
    assert times == sorted(times)


def test_a_receiver_in_the_open_is_as_good_as_it_is_said_to_be() -> None:
    """0.05 to 0.15 m/s a speed, 2 to 5 m a place, and nothing arrives before it was measured."""
    drive = trip("open", 0, length=30_000.0)
    told = fixes(drive)
    speeds = [
        (fix.speed or 0.0) - drive.run.at(measured(fix) - 0.1).speed
        for fix in told
        if drive.run.at(measured(fix)).speed > 5.0
    ]
    assert statistics.mean(speeds) == pytest.approx(0.0, abs=0.01)
    assert 0.05 < statistics.stdev(speeds) < 0.15
    away = []
    for fix in told[::25]:
        place = drive.course.at(drive.truth.metres(measured(fix)))
        away.append(chord(place.lat, place.lon, fix.lat, fix.lon))
    assert 1.0 < statistics.mean(away) < 5.0
    assert min(fix.t - measured(fix) for fix in told) > 0.0
    assert statistics.mean(fix.t - measured(fix) for fix in told) == pytest.approx(0.12, abs=0.01)


def test_a_place_jumps_thirty_to_four_hundred_metres_and_a_third_of_the_jumps_have_a_false_speed() -> None:
    scenario = SCENARIOS["standstill"]
    kind = replace(scenario.receiver, outliers_per_hour=1000.0, offset=(0.0, 0.0), jitter=0.0, noise=0.0)
    course, run = pistes.piste("erg", 10.0), car.Run((0.0, 3600.0), (0.0, 0.0), (0.0, 0.0))
    cover = sky.Cover((), (), ())
    home = course.places[0]
    said = list(receiver.heard(kind, run, course, pistes.slopes(course), cover, 1, "jumps"))
    away = [
        (chord(home.lat, home.lon, fix.lat, fix.lon), fix.speed or 0.0)
        for fix in said
        if isinstance(fix, Fix) and chord(home.lat, home.lon, fix.lat, fix.lon) > 1.0
    ]
    assert len(away) > 500
    assert min(metres for metres, _ in away) > 20.0
    assert max(metres for metres, _ in away) < 420.0
    assert 0.05 < sum(speed > 0.5 for _, speed in away) / len(away) < 0.35


def test_a_harsh_drive_has_its_tunnels_its_canyons_and_its_dropouts() -> None:
    """2.2 km of tunnel in 60, 15 % canyon, 30 dropouts an hour (gps-data 3.2)."""
    kind = SCENARIOS["harsh"]
    drive = trip("harsh", 2)
    covered = [drive.truth.metres(end) - drive.truth.metres(start) for start, end in drive.cover.canyons]
    assert sum(covered) == pytest.approx(0.15 * drive.truth.length, rel=0.15)
    only = replace(kind.sky, dropouts_per_hour=0.0)
    tunnels = sky.over(only, drive.run, stream(5, "tunnels")).blocked
    dark = sum(drive.truth.metres(end) - drive.truth.metres(start) for start, end in tunnels)
    assert dark == pytest.approx(2200.0, rel=0.05)
    per_hour = (len(drive.cover.blocked) - len(tunnels)) / drive.run.duration * 3600.0
    assert 15.0 < per_hour < 45.0


def test_nothing_is_fixed_in_a_gap_and_half_of_the_gaps_are_silent() -> None:
    drive = trip("harsh", 2)
    said = list(drive.events())
    blocked = [
        each for each in said if not isinstance(each, Pulses) and sky.within(drive.cover.blocked, measured(each))
    ]
    assert blocked
    assert all(isinstance(each, Void) for each in blocked)
    assert 0 < len(drive.cover.silent) < len(drive.cover.blocked)


# The wheel.


def test_a_wheel_on_the_open_piste_is_half_a_per_cent_out_of_calibration() -> None:
    drive = trip("open", 0, length=SHORT)
    assert rolled(drive) / drive.truth.length == pytest.approx(1.0055, abs=0.0025)


def test_a_wheel_in_sand_turns_eight_to_twelve_per_cent_too_much() -> None:
    drive = trip("sand", 0)
    assert 1.07 < rolled(drive) / drive.truth.length < 1.13


def test_a_wheel_digs_itself_in_before_it_moves_off_in_sand() -> None:
    drive = trip("sand", 1)
    still = [each for each in turned(drive) if any(start + 1.0 < each.t < end for start, end in drive.truth.stops)]
    assert sum(each.first for each in still) * M_PER_PULSE > 20.0
    assert all(drive.ground.at(drive.truth.metres(each.t)) is SAND for each in still if each.first)


def test_a_spinning_wheel_comes_up_to_speed_and_down_again() -> None:
    spin = Extra((10.0, 12.0), 8.0, 0.25)
    assert spin.within(0.0, 100.0) == pytest.approx(8.0 * 1.75)
    steps = [spin.within(t / 20.0, (t + 1) / 20.0) for t in range(180, 260)]
    assert sum(steps) == pytest.approx(14.0)
    assert max(b - a for a, b in pairwise(steps)) / 0.05 / 0.05 == pytest.approx(32.0)
    assert Extra((10.0, 12.0), 200.0).within(9.5, 10.5) == pytest.approx(100.0)


def test_the_outer_wheel_turns_more_and_both_together_go_the_way_of_the_car() -> None:
    drive = trip("mountain", 0, length=SHORT)
    reports = turned(drive, probes=2)
    assert swing(reports) * M_PER_PULSE > 3.0  # half a turn is 2.7 m
    first, second = (sum(each[i] for each in reports) * M_PER_PULSE for i in (1, 2))
    assert (first + second) / 2.0 == pytest.approx(drive.truth.length * 1.006, rel=0.004)


def swing(reports: Sequence[Pulses]) -> int:
    """By how many pulses one probe led the other, from its greatest lead to its least."""
    lead = list(accumulate(each.first - each.second for each in reports))
    return max(lead) - min(lead)


def test_interference_reaches_both_lines_or_one() -> None:
    quiet = replace(SCENARIOS["harsh"].wheel, bursts_per_hour=0.0)
    drive = trip("harsh", 0, length=SHORT)
    clean = replace(drive, scenario=replace(drive.scenario, wheel=quiet))
    false = [sum(each[i] for each in turned(drive, 2)) - sum(each[i] for each in turned(clean, 2)) for i in (1, 2)]
    assert max(false) > 100


# Lines.


def test_a_drive_as_lines_is_heard_as_the_same_fixes_and_pulses() -> None:
    drive = trip("harsh", 3, length=4_000.0)
    events = list(drive.events(2))
    heard = list(lines.heard(lines.wire(events, drive.scenario.receiver)))
    once = {each.clock: each for each in reversed(events) if isinstance(each, Fix)}
    assert {each.clock: each for each in heard if isinstance(each, Fix)} == once
    for i in (1, 2):
        told = [sum(each[i] for each in many if isinstance(each, Pulses)) for many in (events, heard)]
        assert told[0] == told[1]


def test_the_whole_product_reads_the_same_distance_as_the_laboratory(
    codriver: Callable[..., Result], tmp_path: Path
) -> None:
    drive = trip("rally", 3, length=4_000.0)
    events = list(drive.events(1))
    rows = lines.wire(events, drive.scenario.receiver)
    (tmp_path / "drive.wire").write_text("".join(signals.write_line(*row) + "\n" for row in rows))
    codriver("run", "--wire", "drive.wire", "--log", "run.db", "--speed", "max", "--headless")
    with closing(sqlite3.connect(tmp_path / "run.db")) as run:
        ((said,),) = run.execute("SELECT odo_m FROM fix ORDER BY rowid DESC LIMIT 1")
    ours = Ours()
    for event in events:
        if isinstance(event, Fix):
            ours.fixed(event)
        elif isinstance(event, Pulses):
            ours.rolled(event)
    assert said == pytest.approx(ours.metres(events[-1].t), abs=0.5)
    assert said == pytest.approx(drive.truth.length, rel=0.01)


# Figures.


class Perfect:
    """Reads the truth, `share` too long, and creeps while the car stands."""

    def __init__(self, truth: Truth, share: float = 0.0, creep: float = 0.0, bound: float = 10.0) -> None:
        self._truth, self._share, self._creep, self._bound = truth, share, creep, bound

    def fixed(self, _: Fix) -> None:
        pass

    def rolled(self, _: Pulses) -> None:
        pass

    def ticked(self, _: float) -> None:
        pass

    def metres(self, t: float) -> float:
        stood = sum(min(t, end) - start for start, end in self._truth.stops if start < t)
        return self._truth.metres(t) * (1.0 + self._share) + self._creep / 3600.0 * stood

    def bound(self, _: float) -> float:
        return self._bound

    def marked(self) -> Mark:
        return Mark()

    def bound_since(self, _: float, _mark: Mark) -> float:
        return self._bound


def score(drive: Trip, probes: int = 0, **faults: float) -> scores.Score:
    return scores.scored(lambda: Perfect(drive.truth, **faults), drive.truth, [], probes)


def test_a_perfect_odometer_has_no_errors() -> None:
    found = score(trip("rally", 0, length=SHORT))
    assert (found.final_share, found.leg_p95, found.creep, found.within) == (0.0, 0.0, 0.0, 1.0)
    assert found.bound_share == pytest.approx(10.0 / 5_000.0)


def test_an_odometer_one_per_cent_long_is_that_in_the_end_and_on_every_leg() -> None:
    found = score(trip("rally", 0, length=SHORT), share=0.01)
    assert found.final_share == pytest.approx(0.01)
    assert found.leg_p95 == pytest.approx(0.01)
    assert found.per_km == pytest.approx(10.0)
    assert len(found.legs) == 15  # one each 500 m from 0 to the one that ends at 12 km


@pytest.mark.parametrize("probes", [0, 1])
def test_creep_is_what_is_counted_while_the_car_stands(probes: int) -> None:
    found = score(trip("harsh", 1), probes, creep=30.0)
    assert found.creep == pytest.approx(30.0, rel=0.01)
    assert found.stood > 60.0


def test_a_bound_that_is_too_narrow_is_found_out() -> None:
    """The error grows to 120 m: two sigma of 30 m hold for half of the way."""
    drive = trip("open", 0, length=SHORT)
    found = score(drive, share=0.01, bound=30.0)
    assert found.within == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("bound", "share"), [(26.0, 1.0), (24.0, 0.0)])
def test_a_leg_is_held_against_its_own_bound(bound: float, share: float) -> None:
    """One per cent of 5 km is two sigma of 25 m."""
    assert score(trip("open", 0, length=SHORT), share=0.01, bound=bound).legs_within == share


def test_a_leg_that_ends_in_a_gap_is_told_apart() -> None:
    """Marks lie at 500 m, legs at 5 km: of a gap at 7 km the leg that ends there, and none that begins there."""
    times = tuple(50.0 * k for k in range(22))
    run = car.Run(times, tuple(10.0 * t for t in times), (10.0,) * len(times))
    truth = Truth(run, ((649.0, 651.0),))
    found = scores.scored(lambda: Perfect(truth), truth, [], 0)
    assert [leg.blind for leg in found.every_leg].count(True) == 1
    assert found.every_leg[4].blind


def test_a_gap_that_began_in_motion_and_is_mended_at_rest_is_no_creep() -> None:
    """Nor is what a receiver could not know: without a wheel, standing shows only when GPS is back."""
    times, metres = (0.0, 9.0, 10.0, 70.0, 71.0), (0.0, 90.0, 95.0, 95.0, 100.0)
    run = car.Run(times, metres, (10.0, 10.0, 0.0, 0.0, 10.0))
    truth = Truth(run, ((5.0, 30.0),))

    class Blind(Perfect):
        def metres(self, t: float) -> float:
            return self._truth.metres(t) + (10.0 * (t - 10.0) if 10.0 < t < 31.0 else 0.0)

    without = scores.scored(lambda: Blind(truth), truth, [], 0)
    wheel = scores.scored(lambda: Blind(truth), truth, [], 1)
    assert without.crept == 0.0
    assert wheel.crept == pytest.approx(170.0)  # from three seconds after the stop to the end of the gap


def test_gaps_are_told_before_and_after_they_are_mended() -> None:
    run = car.Run((0.0, 100.0), (0.0, 1000.0), (10.0, 10.0))
    truth = Truth(run, ((40.0, 50.0),))

    class Stuck(Perfect):
        def metres(self, t: float) -> float:
            return self._truth.metres(40.0 if 40.0 < t <= 50.0 else t)

    (gap,) = scores.scored(lambda: Stuck(truth), truth, [], 0).gaps
    assert gap == scores.Gap(10.0, -100.0, 0.0)
    assert {name: len(gaps) for name, gaps in scores.by_length([gap])}["5-10 s"] == 1


# The simple ways.


def test_adding_every_fix_is_several_per_cent_long_and_doppler_creeps() -> None:
    """In the order of gps-data 3.2: what makes it so are jumped fixes, false speeds and 0.08 m/s at rest."""
    drive = trip("rally", 2, length=30_000.0)
    events = list(drive.events())
    naive = scores.scored(Haversine, drive.truth, events, 0)
    doppler = scores.scored(Doppler, drive.truth, events, 0)
    assert 0.005 < naive.final_share < 0.10
    assert naive.final > 0.0
    assert doppler.final_share < naive.final_share / 2.0
    assert 250.0 < doppler.creep < 500.0


def test_a_sphere_reads_another_length_than_the_ellipsoid() -> None:
    """+0.38 / -0.17 % at 25 degrees, by the way one goes (gps-data 4)."""
    north = [Fix(t, t, "", 25.0 + t / 100.0, 46.0, None, 0.0, None, 1) for t in (0.0, 1.0)]
    read = {name: ALGORITHMS[name]() for name in ("haversine", "ellipsoid")}
    for algorithm in read.values():
        for fix in north:
            algorithm.fixed(fix)
    assert read["haversine"].metres(1.0) / read["ellipsoid"].metres(1.0) == pytest.approx(1.0038, abs=1e-4)


def test_the_wheel_alone_is_lost_in_sand() -> None:
    drive = trip("sand", 0, length=SHORT)
    assert scores.scored(WheelAlone, drive.truth, list(drive.events(1)), 1).final_share > 0.05


def test_between_fixes_a_simple_way_is_carried_on_for_a_while_only() -> None:
    doppler = Doppler()
    for t in (0.0, 1.0):
        doppler.fixed(Fix(t, t, "", 25.0, 46.0, None, 10.0, None, 1))
    assert doppler.metres(1.5) == pytest.approx(15.0)
    assert doppler.metres(60.0) == pytest.approx(10.0 + 10.0 * SILENCE)


def test_ours_is_better_than_every_simple_way_where_it_is_hard() -> None:
    drive = trip("harsh", 1, length=30_000.0)
    events: list[Event] = list(drive.events(1))
    found = {name: scores.scored(make, drive.truth, events, 1).leg_p95 for name, make in ALGORITHMS.items()}
    best = min(share for name, share in found.items() if name not in {OURS, SLOPING})
    assert found[OURS] < best / 10.0


# The product's own simulator.


def test_the_products_own_simulator_is_a_drive_of_the_laboratory() -> None:
    drive = simulated("quiet", 1, 5, 1, length=SHORT)
    events = list(drive.events())
    assert drive.truth.length == pytest.approx(SHORT, rel=0.02)
    assert {type(each) for each in events} == {Fix, Pulses}
    assert scores.scored(Doppler, drive.truth, events, 1).final_share < 0.003


def test_its_harsh_noise_is_worse_than_its_real_one() -> None:
    shares = []
    for noise in ("real", "harsh"):
        drive = simulated(noise, 1, 1, 0, length=SHORT)
        shares.append(scores.scored(Haversine, drive.truth, list(drive.events()), 0).final_share)
    assert shares[0] < shares[1]
