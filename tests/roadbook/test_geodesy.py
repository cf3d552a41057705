"""Distances on the ellipsoid, held against published figures and against the exact geodesic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.roadbook.geodesy import EQUATOR, FLATTENING, bearing, chord, distance, offset
from codriver.roadbook.model import Position


def vincenty(a: Position, b: Position) -> float:
    """The geodesic to a tenth of a millimetre: T. Vincenty, Survey Review XXIII, 176 (1975)."""
    polar = EQUATOR * (1 - FLATTENING)
    reduced_a, reduced_b = (math.atan((1 - FLATTENING) * math.tan(math.radians(p.lat))) for p in (a, b))
    difference = lam = math.radians(b.lon - a.lon)
    for _ in range(100):
        across = math.hypot(
            math.cos(reduced_b) * math.sin(lam),
            math.cos(reduced_a) * math.sin(reduced_b) - math.sin(reduced_a) * math.cos(reduced_b) * math.cos(lam),
        )
        if across == 0:
            return 0.0
        along = math.sin(reduced_a) * math.sin(reduced_b) + math.cos(reduced_a) * math.cos(reduced_b) * math.cos(lam)
        sigma = math.atan2(across, along)
        azimuth = math.cos(reduced_a) * math.cos(reduced_b) * math.sin(lam) / across
        square = 1 - azimuth**2
        middle = along - 2 * math.sin(reduced_a) * math.sin(reduced_b) / square if square else 0.0
        c = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        before, lam = (
            lam,
            difference
            + (1 - c) * FLATTENING * azimuth * (sigma + c * across * (middle + c * along * (2 * middle**2 - 1))),
        )
        if abs(lam - before) < 1e-14:
            break
    u = square * (EQUATOR**2 - polar**2) / polar**2
    scale = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    bend = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = along * (2 * middle**2 - 1) - bend / 6 * middle * (4 * across**2 - 3) * (4 * middle**2 - 3)
    return polar * scale * (sigma - bend * across * (middle + bend / 4 * inner))


def test_the_published_test_line_in_australia_has_its_length_and_bearing() -> None:
    """Flinders Peak to Buninyong: 54 972.271 m, 306° 52' 05.37" (Geocentric Datum of Australia manual)."""
    flinders = Position(-37.95103341666667, 144.42486788888888)
    buninyong = Position(-37.65282113888889, 143.92649552777777)
    assert distance(flinders, buninyong) == pytest.approx(54972.271, rel=1e-5)
    assert bearing(flinders, buninyong) == pytest.approx(306.868158, abs=0.001)


STEPS = st.tuples(st.floats(-70, 70), st.floats(-180, 180), st.floats(0, 360))


@given(STEPS, st.floats(0.001, 10.0))
def test_no_line_under_10_km_is_wrong_by_a_millimetre(step: tuple[float, float, float], km: float) -> None:
    a, b = ends(*step, km)
    assert distance(a, b) == pytest.approx(vincenty(a, b), rel=0, abs=0.0005)


@given(STEPS, st.floats(0.001, 10.0))
def test_geographiclib_agrees_to_a_millimetre_in_10_km(step: tuple[float, float, float], km: float) -> None:
    geodesic = pytest.importorskip("geographiclib.geodesic").Geodesic.WGS84
    a, b = ends(*step, km)
    exact = geodesic.Inverse(a.lat, a.lon, b.lat, b.lon)["s12"]
    assert distance(a, b) == pytest.approx(exact, rel=0, abs=0.001)


@given(STEPS, st.floats(10.0, 50.0))
def test_no_line_under_50_km_is_wrong_by_a_centimetre(step: tuple[float, float, float], km: float) -> None:
    a, b = ends(*step, km)
    assert distance(a, b) == pytest.approx(vincenty(a, b), rel=0, abs=0.01)


def ends(lat: float, lon: float, way: float, km: float) -> tuple[Position, Position]:
    """A place, and another one about so far from it on this bearing."""
    north, east = km / 111.2 * math.cos(math.radians(way)), km / 111.2 * math.sin(math.radians(way))
    return Position(lat, lon), Position(lat + north, lon + east / math.cos(math.radians(lat)))


def test_one_degree_along_the_equator_is_the_equators_own_length() -> None:
    assert chord(0, 10, 0, 11) == pytest.approx(EQUATOR * math.pi / 180)


def test_a_step_across_the_date_line_is_a_step() -> None:
    assert chord(-17, 179.999, -17, -179.999) == pytest.approx(chord(-17, 10, -17, 10.002), rel=1e-6)
    assert bearing(Position(-17, 179.999), Position(-17, -179.999)) == pytest.approx(90, abs=0.01)


def test_a_place_is_no_distance_from_itself() -> None:
    assert chord(31.5, 2.5, 31.5, 2.5) == 0
    assert bearing(Position(31.5, 2.5), Position(31.5, 2.5)) == 0


@pytest.mark.parametrize(
    ("north", "east", "degrees"),
    [(1, 0, 0), (1, 1, 45), (0, 1, 90), (-1, 0, 180), (0, -1, 270), (1, -1e-9, 0)],
)
def test_bearings_run_clockwise_from_true_north(north: float, east: float, degrees: float) -> None:
    found = bearing(Position(0, 0), Position(north / 1000, east / 1000))
    assert 0 <= found < 360
    assert (found - degrees + 180) % 360 - 180 == pytest.approx(0, abs=0.25)


def test_the_offset_of_a_place_has_the_length_of_its_distance() -> None:
    a, b = Position(45, 7), Position(45.01, 7.02)
    assert math.hypot(*offset(a, b)) == pytest.approx(distance(a, b))


def test_altitude_plays_no_part() -> None:
    assert distance(Position(45, 7, 0), Position(45.01, 7, 3000)) == distance(Position(45, 7), Position(45.01, 7))
