"""How the view writes numbers: rounded as odometers round, in the crew's units, never a zero for the unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.cockpit import figures
from codriver.cockpit.figures import METRIC, STATUTE, Units
from codriver.cockpit.rows import badges
from codriver.roadbook.model import Event, Note, Waypoint
from codriver.units import KMH, MILE, MPH, YARD, Metres

METRES = st.floats(-1e6, 1e6)
UNITS = st.sampled_from([METRIC, STATUTE])


@pytest.mark.parametrize(
    ("metres", "places", "shown"),
    [
        (0.0, 2, "0.00"),
        (9.99, 2, "0.00"),
        (10.0, 2, "0.01"),
        (1239.9, 2, "1.23"),
        (1239.9, 3, "1.239"),
        (999_999.0, 2, "999.99"),
        (-0.5, 2, "-0.01"),
        (-1230.0, 2, "-1.23"),
    ],
)
def test_a_distance_driven_is_never_ahead_of_itself(metres: Metres, places: int, shown: str) -> None:
    assert figures.odometer(metres, METRIC, places) == shown


@given(METRES, UNITS, st.sampled_from([2, 3]))
def test_what_is_shown_is_the_last_step_that_was_reached(metres: Metres, measure: Units, places: int) -> None:
    step = measure.road / 10**places
    shown = float(figures.odometer(metres, measure, places)) * measure.road
    assert -1e-6 <= metres + figures.ROUNDING - shown < step + 1e-6


def test_fifty_presses_of_a_hundredth_of_a_mile_are_half_a_mile() -> None:
    """The trip keeps tenths of a millimetre, and each press is rounded to them."""
    total = 0.0
    for presses in range(1, 51):
        total = round(total + 0.01 * MILE, 4)
        assert figures.odometer(total, STATUTE, 2) == f"{presses / 100:.2f}"


@pytest.mark.parametrize(
    ("metres", "shown"),
    [
        (1234.0, ("1.24", "km")),
        (1000.0, ("1.00", "km")),
        (990.0, ("990", "m")),
        (981.0, ("990", "m")),
        (80.0, ("80", "m")),
        (0.0, ("0", "m")),
        (-3.0, ("0", "m")),
        (-41.0, ("-40", "m")),
        (-1500.0, ("-1.50", "km")),
    ],
)
def test_what_is_left_is_told_in_steps_of_ten_metres(metres: Metres, shown: tuple[str, str]) -> None:
    assert figures.to_go(figures.remaining(metres, METRIC), METRIC) == shown


@pytest.mark.parametrize(
    ("miles", "shown"),
    [(12.0, "12.00"), (0.301, "0.31"), (0.3, "0.30"), (0.1, "0.10"), (0.0, "0.00"), (-0.021, "-0.02")],
)
def test_miles_are_told_in_hundredths_down_to_the_note(miles: float, shown: str) -> None:
    assert figures.to_go(figures.remaining(miles * MILE, STATUTE), STATUTE) == (shown, "mi")


@given(st.integers(0, 90_000).map(lambda steps: 10.0 * steps), st.floats(0.0, 900_000.0))
def test_what_is_driven_and_what_is_left_add_up_to_the_book(target: Metres, total: Metres) -> None:
    """What a co-driver works out from the two figures is what stands in the book."""
    driven = float(figures.odometer(total, METRIC, 2)) * 1000
    assert driven + figures.remaining(target - total, METRIC) == pytest.approx(target, abs=1e-3)


@pytest.mark.parametrize(("course", "shown"), [(0.0, "000"), (7.4, "007"), (359.6, "000"), (180.0, "180")])
def test_a_heading_has_three_digits(course: float, shown: str) -> None:
    assert figures.heading(course) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0, "00:00:00"), (86_399.9, "23:59:59"), (-1.0, "23:59:59"), (90_000.0, "01:00:00")]
)
def test_a_clock_goes_round(seconds: float, shown: str) -> None:
    assert figures.time_of_day(seconds) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(30.0, "30 s"), (60.0, "1 min"), (90.0, "1:30"), (900.0, "15 min")])
def test_a_length_of_time_is_told_as_crews_do(seconds: float, shown: str) -> None:
    assert figures.lasting(seconds) == shown


def test_the_unknown_is_dashes() -> None:
    assert (figures.unknown(2), figures.unknown(3)) == ("-.--", "-.---")


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (Event("dz", 50 * KMH), "DZ 50"),
        (Event("dz"), "DZ"),
        (Event("fz"), "FZ"),
        (Event("dss"), "DSS"),
        (Event("ass"), "ASS"),
        (Event("dn", 900.0), "DN 15 min"),
        (Event("dt"), "DT"),
        (Event("stop", 0.0), "STOP"),
        (Event("stop", 5.0), "STOP 5 s"),
        (Event("timecontrol", 2700.0, "3A"), "CH 3A 45 min"),
        (Event("checkpoint", name="4"), "CP 4"),
        (Event("fuel"), "FUEL"),
        (Event("reset", 0.0), "RESET 0.00"),
        (Event("helicopter"), "HELI"),
        (Event("something"), "SOMETHING"),
    ],
)
def test_events_are_told_in_the_words_of_the_field(event: Event, shown: str) -> None:
    assert badges(Note(1, 0.0, events=(event,)), "metric") == (shown,)


def test_a_point_is_told_with_the_radius_that_validates_it() -> None:
    note = Note(1, 0.0, waypoint=Waypoint("WPM", open=800.0, clear=90.0))
    assert badges(note, "metric") == ("WPM 90 m",)
    assert badges(Note(1, 0.0, waypoint=Waypoint("WPE", clear=100 * YARD)), "statute") == ("WPE 100 yd",)
    assert badges(Note(1, 0.0, waypoint=Waypoint("WPS")), "metric") == ("WPS",)


def test_a_point_that_an_event_makes_is_told_once() -> None:
    note = Note(1, 0.0, events=(Event("dz", 60 * MPH),), speed=60 * MPH, waypoint=Waypoint("DZ", clear=90.0))
    assert badges(note, "statute") == ("DZ 60",)


def test_a_limit_without_a_zone_is_told_as_one() -> None:
    assert badges(Note(1, 0.0, speed=30 * KMH), "metric") == ("MAX 30",)


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (Note(1, 0.0, amended="altered", changed=("danger",)), ("AMENDED",)),
        (Note(121, 0.0, "41a", amended="added", events=(Event("fz"),)), ("NEW", "FZ")),
        (Note(1, 0.0, amended="cancelled"), ("CANCELLED",)),
        (Note(1, 0.0, joined=True, events=(Event("fz"),)), ("FZ", "AND NEXT")),
        (Note(1, 0.0, importance=3, words="mine"), ()),
    ],
)
def test_a_note_says_what_a_bulletin_has_made_of_it(note: Note, shown: tuple[str, ...]) -> None:
    assert badges(note, "metric") == shown
