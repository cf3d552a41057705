"""The view: what a crew sees of a drive that is really folded, and how much of it is to be believed."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace as replace_box
from typing import Any

import pytest
from msgspec.structs import replace

from codriver.cockpit.notes import share
from codriver.cockpit.outside import NOWHERE
from codriver.cockpit.screen import Banner, Call, Lamp, Reading, Screen
from codriver.cockpit.view import PAGES, Outside, screen
from codriver.core import buttons, display, engine, odometer
from codriver.core.form import Field, Form
from codriver.core.plan import Inputs, build
from codriver.core.state import State
from codriver.roadbook.geodesy import chord
from codriver.signals import Done, Edge, Fault, Line, Signal, Start
from codriver.units import DAY, KNOT, MetresPerSecond, Seconds
from codriver.wires.lines import frame
from tests.roadbook.press import BOOK as PRINTED
from tests.roadbook.press import pdf

BOOK = """\
distance,name,cap,danger,note
0.00,,118,,start
0.50,RM 1,80,,left of the well
1.40,,,2,step down
1.60,Old oasis of the seven palms,,,village
4.00,,,,camp
6.00,,,,"""
SAFE = "distance,note\n0.00,start\n2.00,well\n"
NO_GPS: dict[str, Any] = {"profile": "gazelles-wheel", "allow": {"gps": False}}
STOPWATCH: dict[str, Any] = {"profile": "authentic", "allow": {"gps": False, "wheel": False, "voice": False}}
HARD = 4.0  # m/s²
MINUTE_NORTH = chord(31.16, -4.17, 31.21, -4.17) / 3.0


class Car:
    """A car that goes north, folded: its receiver prints RMC five times a second, its pod counts half metres."""

    def __init__(self, book: str = BOOK, **settings: Any) -> None:
        content = book.encode() or None
        name = "crew.csv" if book else ""
        self.plan = build(Inputs(settings=json.dumps(settings), roadbook_name=name, roadbook=content))
        self.state = State()
        self.t, self.truth, self.speed = 0.0, 0.0, 0.0
        self.take(Start(0.0, self.plan.id, "test"))
        self.state = replace(self.state, reading=None)  # the crew has read the load report

    def take(self, signal: Signal) -> None:
        for folded in engine.fold(self.plan, self.state, signal):
            self.state = folded.state

    def wait(self, seconds: Seconds) -> None:
        """Nothing comes in for a while."""
        self.t = round(self.t + seconds, 6)
        for folded in engine.run_on(self.plan, self.state, self.t):
            self.state = folded.state

    def step(self, dt: Seconds, speed: MetresPerSecond) -> None:
        """The car goes on, towards this speed, as hard as it can."""
        before = self.speed
        self.speed += max(-HARD * dt, min(HARD * dt, speed - before))
        self.t = round(self.t + dt, 6)
        self.truth += (before + self.speed) / 2.0 * dt

    def hear(self, course: str = "7.0", *, valid: bool = True) -> None:
        now = round((6 * 3600.0 + self.t) % DAY, 3)
        clock = f"{int(now // 3600):02d}{int(now // 60) % 60:02d}{now % 60:06.3f}"
        minutes = 31 * 60 + 10 + self.truth / MINUTE_NORTH
        place = f"{int(minutes // 60):02d}{minutes % 60:010.7f},N,00410.2500,W"
        body = f"GPRMC,{clock},{'AV'[not valid]},{place},{self.speed / KNOT:.4f},{course},050126,,,{'AN'[not valid]}"
        self.take(Line(self.t, "gps", frame(body).rstrip()))

    def drive(self, seconds: Seconds, speed: MetresPerSecond = 0.0, course: str = "7.0", *, valid: bool = True) -> None:
        for _ in range(round(seconds * 5)):
            self.step(0.2, speed)
            self.hear(course, valid=valid)

    def roll(self, seconds: Seconds, speed: MetresPerSecond = 0.0) -> None:
        for _ in range(round(seconds * 20)):
            self.step(0.05, speed)
            pulses = round(self.truth / 0.5)
            self.take(Line(self.t, "pod", frame(f"PCDRW,{round(self.t * 1000)},{pulses},{pulses}").rstrip()))

    def close(self, *buttons: int) -> None:
        for button in buttons:
            self.take(Edge(self.t, "gpio", str(button), True))

    def open(self, *buttons: int) -> None:
        for button in buttons:
            self.take(Edge(self.t, "gpio", str(button), False))
        self.wait(0.05)

    def press(self, *buttons: int, held: Seconds = 0.1) -> None:
        self.close(*buttons)
        self.wait(held)
        self.open(*buttons)

    def enter(self, entry: str) -> None:
        self.take(Edge(self.t, "key", entry, True))

    def look(self, later: Seconds = 0.0, outside: Outside = NOWHERE) -> Screen:
        return screen(self.plan, self.state, self.t + later, outside)

    def lamp(self, name: str, later: Seconds = 0.0, outside: Outside = NOWHERE) -> str:
        return next(lamp.text for lamp in self.look(later, outside).lamps if lamp.name == name)

    def banners(self) -> list[str]:
        return [banner.text for banner in self.look().banners]


@pytest.fixture
def car() -> Iterator[Car]:
    """A car whose receiver has had a fix for two seconds, standing at the start."""
    made = Car()
    made.drive(2.0)
    yield made
    assert made.look() == made.look(), "equal states make equal Screens"


# Distances.


def test_a_distance_that_is_measured_is_live(car: Car) -> None:
    car.drive(60.0, 20.0)
    car.press(1)
    car.drive(10.0, 20.0)
    assert car.truth == pytest.approx(1350.0)
    assert car.look().total == Reading("1.35", "km", "live")
    assert car.look().partial == Reading("0.20", "km", "live")


def test_before_any_source_there_are_dashes_and_no_figures() -> None:
    shown = Car().look()
    nothing = [shown.total, shown.partial, shown.speed, shown.cap, shown.clock, shown.to_next]
    assert [reading.tone for reading in nothing] == ["none"] * 6
    assert not any(letter.isdigit() for reading in nothing for letter in reading.text)
    assert shown.closing is None


def test_a_car_that_stands_with_a_fix_has_driven_nothing_and_says_so(car: Car) -> None:
    assert car.look().total == Reading("0.00", "km", "live")
    assert car.look().speed == Reading("0", "km/h", "live")


def test_the_distance_goes_on_between_fixes_by_speed_and_age(car: Car) -> None:
    car.drive(20.0, 30.0)
    here = odometer.distance(car.state.odo)
    carried = [float(car.look(later / 100).total.text) for later in range(120)]
    assert carried == sorted(carried)
    assert carried == [pytest.approx(int((here + 30.0 * later / 100 + 0.005) / 10) / 100) for later in range(120)]
    assert car.look(1.0).total.tone == "live"


def test_without_a_source_the_distance_is_estimated_then_stale(car: Car) -> None:
    car.drive(20.0, 30.0)
    assert car.look(1.4).total.tone == "live"
    assert car.look(1.6).total.tone == "estimated"
    car.wait(130.0)
    assert car.look().total.tone == "stale"
    assert float(car.look().total.text) > 3.0


def test_the_wheel_carries_the_distance_while_positions_are_away(car: Car) -> None:
    for _ in range(20):
        car.roll(0.2, 10.0)
        car.hear()
    car.roll(10.0, 10.0)
    assert car.look().total == Reading(f"{int(car.truth / 10) / 100:.2f}", "km", "live")


def test_after_a_power_cut_the_distance_is_known_but_stale(car: Car) -> None:
    car.drive(60.0, 20.0)
    car.take(Start(0.0, car.plan.id, "power"))
    car.t = 0.0
    assert car.look().total == Reading("1.15", "km", "stale")


def test_a_frozen_display_holds_what_it_showed_while_the_way_to_the_note_goes_on(car: Car) -> None:
    car.drive(20.0, 20.0)
    car.press(1, held=1.0)
    before = car.look()
    car.drive(2.0, 20.0)
    shown = car.look()
    assert (shown.total, shown.partial) == (before.total, before.partial)
    assert shown.total.tone == shown.partial.tone == "frozen"
    assert shown.to_next.tone == "live"
    assert shown.to_next != before.to_next
    assert car.banners()[0] == "FROZEN 57 s"
    car.wait(60.0)
    assert "FROZEN" not in " ".join(car.banners())
    assert car.look().total.tone != "frozen"


def test_time_that_runs_backwards_makes_everything_stale(car: Car) -> None:
    car.drive(20.0, 20.0)
    shown = car.look(-0.5)
    assert {reading.tone for reading in (shown.total, shown.partial, shown.speed, shown.cap, shown.clock)} == {"stale"}


def test_miles_are_shown_with_two_decimals_and_a_fine_step_with_three() -> None:
    miles = Car(units="statute", step_m=16.09344)
    fine = Car(step_m=1.0)
    for each in (miles, fine):
        each.drive(2.0)
        each.drive(60.0, 20.0)
    assert miles.look().total == Reading("0.71", "mi", "live")
    assert miles.look().speed == Reading("45", "mph", "live")
    assert miles.look().to_next.unit == "mi"
    assert fine.look().total.text == "1.150"


def test_a_distance_below_zero_has_its_sign(car: Car) -> None:
    car.press(5)
    assert car.look().total == Reading("-0.01", "km", "live")


# Speed, cap, clock.


def test_a_speed_that_nobody_measures_any_more_goes_stale_and_then_is_not_shown(car: Car) -> None:
    car.drive(20.0, 30.0)
    assert car.look(1.0).speed == Reading("108", "km/h", "live")
    assert car.look(2.0).speed == Reading("108", "km/h", "stale")
    assert car.look(11.0).speed == Reading("--", "km/h", "none")


def test_where_only_the_wheel_lives_it_says_how_fast() -> None:
    car = Car(**NO_GPS)
    car.roll(10.0, 10.0)
    assert car.look().speed == Reading("36", "km/h", "live")
    car.roll(5.0, 0.0)
    assert car.look().speed == Reading("0", "km/h", "live")
    assert car.look().total.tone == "live"


@pytest.mark.parametrize(("kmh", "text", "tone"), [(20.0, "007", "live"), (3.0, "007", "stale"), (1.0, "---", "none")])
def test_a_cap_needs_a_car_that_moves(car: Car, kmh: float, text: str, tone: str) -> None:
    car.drive(10.0, kmh / 3.6)
    assert (car.look().cap.text, car.look().cap.tone) == (text, tone)


def test_a_cap_of_a_while_ago_is_stale(car: Car) -> None:
    car.drive(10.0, 20.0, "359.8")
    assert car.look().cap == Reading("000", "°", "live")
    assert car.look(3.0).cap.tone == "stale"
    assert car.look(11.0).cap == Reading("---", "°", "none")


def test_rally_time_is_utc_and_the_events_zone_once_utc_is_trusted() -> None:
    car = Car(utc_offset_s=3 * 3600.0)
    car.drive(0.4)
    assert car.look().clock == Reading("--:--:--", tone="none")
    car.drive(1.6)
    assert car.look().clock == Reading("09:00:02", tone="live")
    assert car.look(58.0).clock == Reading("09:01:00", tone="live")


# What a profile forbids.


def test_no_position_reaches_a_screen_whose_profile_forbids_them() -> None:
    """Whatever may be left in the state of a drive before this plan; the distance driven is no position."""
    forbidden, allowed = Car(**NO_GPS), Car()
    allowed.drive(20.0, 20.0)
    shown = screen(forbidden.plan, allowed.state, allowed.t + 1.0)
    assert (shown.speed.tone, shown.cap.tone) == ("none", "none")
    assert shown.total == Reading(allowed.look().total.text, "km", "stale")
    assert shown.lamps[0] == Lamp("GPS", "forbidden", "off")


def test_without_gps_and_wheel_there_is_no_distance_but_the_book_is_turned_by_hand() -> None:
    car = Car(**STOPWATCH)
    car.press(2)
    shown = car.look()
    assert (shown.total.tone, shown.partial.tone, shown.to_next.tone) == ("none", "none", "none")
    assert (shown.closing, shown.band) == (None, "far")
    assert [row.standing for row in shown.rows] == ["passed", "next", "ahead", "ahead", "ahead"]
    assert [lamp.text for lamp in shown.lamps] == ["forbidden", "forbidden", "off", "forbidden"]
    assert car.banners() == ["no calls: the profile forbids the voice"]


# The way to the next note, and the rows.


def test_the_bar_closes_while_the_next_note_comes_nearer(car: Car) -> None:
    seen = []
    for _ in range(27):
        car.drive(1.0, 20.0)
        seen.append(car.look())
    ours = [shown for shown in seen if shown.rows[-1].index == 4]
    assert [shown.closing for shown in ours] == [round(100 - int(shown.to_next.text) / 5) for shown in ours]
    assert next(shown.band for shown in ours) == "far"
    assert {"far", "near", "now"} == {shown.band for shown in ours}


def test_a_bar_moves_only_with_the_figure_beside_it(car: Car) -> None:
    car.drive(10.0, 5.0)
    shown = {car.look(later / 100).to_next: car.look(later / 100).closing for later in range(140)}
    assert len(shown) == 2
    assert all((car.look(later / 100).closing == shown[car.look(later / 100).to_next]) for later in range(140))


def test_a_note_set_by_hand_lies_behind_with_a_minus(car: Car) -> None:
    car.drive(28.0, 20.0)
    assert car.look().rows[1].number == "3"
    car.press(3)
    shown = car.look()
    assert shown.rows[1].number == "RM 1"
    assert (shown.to_next.text, shown.to_next.unit, shown.closing) == ("-10", "m", 100)
    assert shown.band == "now"


def test_the_rows_are_the_last_note_the_next_and_three_ahead(car: Car) -> None:
    car.drive(30.0, 20.0)
    rows = car.look().rows
    assert [(row.number, row.standing) for row in rows] == [
        ("RM 1", "passed"),
        ("3", "next"),
        ("4", "ahead"),
        ("5", "ahead"),
        ("6", "ahead"),
    ]
    assert rows[0].words == ("left of the well",)
    assert rows[0].cap == "080°"
    assert (rows[1].total, rows[1].gap, rows[1].near, rows[1].danger) == ("1.40", "0.90", False, 2)
    assert (rows[2].gap, rows[2].near) == ("0.20", True)
    assert rows[2].words == ("Old oasis of the seven palms", "village")
    assert [row.to_go is None for row in rows] == [True, False, False, False, False]
    assert rows[1].to_go == car.look().to_next
    assert rows[4].to_go == Reading("5.5", "km", "live")
    assert car.look().danger == 2
    assert all(row.tulip is not None for row in rows)


def test_a_row_knows_whether_its_distance_is_known() -> None:
    """Of a page's boxes one says it not in letters: its picture, with the distance in it, is what there is of it."""
    sheet = pdf([*PRINTED[:1], replace_box(PRINTED[1], total="see", partial=""), *PRINTED[2:]])
    plan = build(Inputs(roadbook_name="stage.pdf", roadbook=sheet))
    rows = screen(plan, replace(State(), pointer=1), 0.0).rows
    assert [row.measured for row in rows] == [True, False, True, True, True]
    assert (rows[1].total, rows[1].gap) == ("-.--", "?")
    assert share(rows[1]) > 0.0
    assert {share(row) for row in rows if row.measured} == {0.0}


def test_at_the_ends_of_the_book_there_are_fewer_rows(car: Car) -> None:
    assert [row.index for row in Car().look().rows] == [0, 1, 2, 3]
    for _ in range(7):
        car.press(2)
    shown = car.look()
    assert [(row.index, row.standing) for row in shown.rows] == [(5, "passed")]
    assert (shown.to_next.tone, shown.closing, shown.danger) == ("none", None, 0)


@pytest.mark.parametrize(("event", "gap"), [("reset=0", "0.20"), ("reset=150", "0.05"), ("", "0.20")])
def test_behind_a_box_that_sets_the_trip_the_way_begins_anew(event: str, gap: str) -> None:
    """A book whose distances fall back without a word is taken to count from nothing again."""
    car = Car(f"total_m,events\n0,\n1000,\n1500,{event}\n200,\n")
    car.drive(2.0)
    last = car.look().rows[-1]
    assert (last.total, last.gap, last.to_go) == ("0.20", gap, None)


# Lamps, banners, what is told for a while.


def test_the_gps_lamp_tells_a_fix_from_none_from_silence(car: Car) -> None:
    assert Car().lamp("GPS") == "off"
    assert car.lamp("GPS") == "ok"
    car.drive(3.0, valid=False)
    assert car.lamp("GPS") == "no fix"
    assert car.lamp("GPS", 6.0) == "silent"
    car.wait(6.0)
    assert any("receiver" in text for text in car.banners())


def test_the_wheel_lamp_tells_one_that_lives_from_one_that_died() -> None:
    car = Car()
    assert car.lamp("WHEEL") == "off"
    car.roll(1.0, 0.0)
    assert car.lamp("WHEEL") == "no pulse"
    car.roll(2.0, 5.0)
    assert car.lamp("WHEEL") == "ok"
    assert car.lamp("WHEEL", 4.0) == "dead"


def test_the_log_lamp_tells_a_live_drive_from_a_replay(car: Car) -> None:
    assert car.lamp("LOG") == "off"
    assert car.lamp("LOG", outside=Outside(recorded=1.0)) == "ok"
    late = Outside(recorded=1.0, late=True)
    assert car.lamp("LOG", outside=late) == "LATE"
    assert any(banner.kind == "log" for banner in car.look(0.0, late).banners)
    assert car.look(0.0, Outside(watermark="DEMO")).watermark == "DEMO"


def test_the_voice_lamp_says_what_is_called_and_silence_never_looks_like_a_clear_road(car: Car) -> None:
    assert (car.lamp("VOICE"), car.banners()) == ("full", [])
    car.take(Done(car.t, "voice", "ready"))
    assert next(lamp.level for lamp in car.look().lamps if lamp.name == "VOICE") == "ok"
    while car.state.calls.saying is not None:  # else it would only be cut
        car.take(Done(car.t, "voice", f"ended {car.state.calls.saying.id}"))
    car.enter("do=hush")
    assert (car.lamp("VOICE"), car.banners()) == ("OFF", ["CALLS OFF"])
    car.enter("do=hush")
    car.take(Done(car.t, "voice", "dead"))
    assert car.lamp("VOICE") == "no voice"


def test_the_voice_lamp_and_the_status_page_say_how_many_words_are_ready(car: Car) -> None:
    car.take(Done(car.t, "voice", "ready"))
    car.take(Done(car.t, "voice", "rendering 120/340"))
    assert car.lamp("VOICE") == "120/340"
    car.enter("do=previous_page")
    assert any(line.endswith("120 of 340 phrases ready") for line in car.look().lines)
    car.take(Done(car.t, "voice", "rendered"))
    assert car.lamp("VOICE") == "full"
    assert not any("phrases ready" in line for line in car.look().lines)


def test_a_book_without_danger_marks_and_no_book_at_all_say_so() -> None:
    assert Car(SAFE).look().banners == (Banner("this book marks no dangers", "info", "dangers"),)
    assert Car("").look().banners == (Banner("no roadbook", "info", "book"),)
    assert Car("").look().rows == ()


def test_counting_backwards_is_said_first_and_faults_beyond_the_room_are_counted(car: Car) -> None:
    car.press(4, 5, held=1.0)
    for source in ("gps", "pod", "load", "key", "gpio"):
        car.take(Fault(car.t, source, "the cable is out"))
    shown = car.look().banners
    assert [banner.text for banner in shown] == [
        "COUNTING BACKWARDS",
        "gpio: the cable is out",
        "key: the cable is out",
        "+3 more",
    ]
    assert (shown[-1].level, shown[-1].count) == ("bad", 3)


def test_an_alert_is_shown_while_it_is_young(car: Car) -> None:
    car.take(Fault(car.t, "gps", "the cable is out"))
    assert car.look().notice == Banner("gps: the cable is out", "bad", "fault")
    assert car.look(9.0).notice is not None
    assert car.look(10.0).notice is None


def test_a_question_is_shown_until_nobody_may_answer_it(car: Car) -> None:
    """Without fixes for six seconds a sync over more than half the way to the neighbour may mean the wrong note."""
    car.drive(61.0, 20.0)
    car.wait(6.0)
    car.press(1, 6, held=0.9)
    asked = car.look().notice
    assert asked is not None
    assert asked.text.endswith("press again to set")
    assert (asked.kind, asked.level) == ("sync", "warn")
    assert car.look(4.0).notice == asked
    assert car.look(6.0).notice is None


def test_a_press_is_told_until_it_is_safe_on_the_card(car: Car) -> None:
    car.press(1)
    at = car.t
    assert (car.look().done, car.look().recorded) == ("zero partial", None)
    assert car.look(0.0, Outside(recorded=at - 1.0)).recorded is False
    assert car.look(0.0, Outside(recorded=at)).recorded is True
    assert car.look(30.0, Outside(recorded=at - 1.0)).done == "zero partial"
    assert (car.look(3.0, Outside(recorded=at)).done, car.look(3.0).done) == ("", "")


def test_a_call_is_shown_while_it_is_said_and_for_a_while_before_its_note(car: Car) -> None:
    seen = []
    for _ in range(75):
        car.drive(1.0, 20.0)
        seen.append(car.look().call)
    called = [call for call in seen if call is not None and "step down" in call.words]
    assert 5 <= len(called) < 12
    assert {call.danger for call in called} == {2}
    assert seen[-1] is None, "the note is passed"


def test_a_call_that_was_said_a_while_ago_is_not_shown(car: Car) -> None:
    while (last := car.state.calls.last) is None or car.state.calls.saying or last.notes[-1] < car.state.pointer:
        car.drive(0.2, 20.0)
    assert car.look(4.0).call is not None
    assert car.look(5.5).call is None


def test_a_call_is_gone_when_the_total_is_set_back_and_its_note_is_far_again(car: Car) -> None:
    car.drive(40.0, 20.0)
    while (last := car.state.calls.last) is None or car.state.calls.saying or last.notes[-1] < car.state.pointer:
        car.drive(0.2, 20.0)
    assert car.look().call is not None
    car.enter("do=minus")
    assert car.look().call is not None
    car.enter("total=0")
    assert car.state.calls.saying is None
    assert car.look().call is None
    for _ in range(2):
        car.enter("do=next_page")
    shown = car.look().driver
    assert shown is not None
    assert shown.call is None


def test_a_voice_that_has_begun_is_speaking(car: Car) -> None:
    while (saying := car.state.calls.saying) is None:
        car.drive(0.2, 20.0)
    silent = car.look().call
    car.take(Done(car.t, "voice", f"started {saying.id}"))
    spoken = car.look().call
    assert (silent, spoken) == (Call(saying.words[0], False), Call(saying.words[0], True))


# Hands, pages, night.


def test_each_button_says_what_it_does_and_shows_at_once_that_it_is_held(car: Car) -> None:
    hints = car.look().hints
    assert [hint.name for hint in hints] == ["TRIP", "NEXT", "BACK", "PLUS", "MINUS", "MARK"]
    assert all(hint.press and hint.long for hint in hints)
    assert [buttons.number(hint.touch) for hint in hints] == [1, 2, 3, 4, 5, 6]
    assert not any(hint.held for hint in hints)
    car.close(3)
    shown = car.look()
    assert [hint.name for hint in shown.hints if hint.held] == ["BACK"] == list(shown.held)
    assert "with MINUS: undo" in shown.chords
    assert "with TRIP: zero total" in shown.chords
    car.close(5)
    assert "hold: undo" in car.look().chords
    car.open(3, 5)
    assert (car.look().chords, car.look().held) == ((), ())


def test_plus_and_minus_say_how_much_and_that_they_repeat() -> None:
    metric, miles = (
        Car(units=units, step_m=step).look().hints for units, step in (("metric", 10.0), ("statute", 16.09344))
    )
    assert [(hint.press, hint.long) for hint in metric[3:5]] == [("+10 m", "repeats"), ("-10 m", "repeats")]
    assert [hint.press for hint in miles[3:5]] == ["+0.01 mi", "-0.01 mi"]


def test_a_contact_that_was_closed_at_the_start_is_not_held(car: Car) -> None:
    car.close(3)
    car.take(Start(0.0, car.plan.id, "again"))
    car.t = 0.0
    assert car.look().held == ()


def test_hints_can_be_put_away_but_a_held_button_still_shows(car: Car) -> None:
    car.enter("do=hints")
    car.close(2)
    assert car.look().hints == ()
    assert car.look().held == ("NEXT",)


def test_in_a_list_the_hints_are_those_of_a_list(car: Car) -> None:
    car.enter("do=set_total")
    assert [hint.press for hint in car.look().hints[1:]] == ["next field", "field before", "more", "less", "do it"]
    books = Form("set_total", "Books", (Field("", "choice", options=("a", "b")),), until=car.t + 60.0)
    car.state = replace(car.state, form=books)
    assert [hint.press for hint in car.look().hints[1:]] == ["down", "up", "down", "up", "choose"]


def test_without_a_book_mark_marks(car: Car) -> None:
    assert [each.look().hints[5].press for each in (car, Car(""))] == ["say again", "mark"]


def test_the_menu_tells_what_each_item_is_set_to(car: Car) -> None:
    assert car.look().menu is None
    car.enter("do=menu")
    menu = car.look().menu
    assert menu is not None
    assert menu.items[menu.at] == ("night / day", "day")
    assert ("calls", "full") in menu.items
    assert ("hints", "on") in menu.items
    assert all(label for label, _ in menu.items)
    car.press(2)
    assert car.look().hints[5].press == "choose"
    moved = car.look().menu
    assert moved is not None
    assert moved.at == 1
    assert car.look(display.MENU_OPEN + 1.0).menu is None


def test_night_is_the_crews_choice_or_the_configurations(car: Car) -> None:
    assert (car.look().night, Car(night=True).look().night) == (False, True)
    car.enter("do=night")
    assert car.look().night


def test_the_pages_are_those_of_the_display(car: Car) -> None:
    assert PAGES == display.PAGES
    seen = []
    for _ in PAGES:
        seen.append(car.look().page)
        car.enter("do=next_page")
    assert tuple(seen) == PAGES


def test_the_status_page_says_what_the_figures_rest_on(car: Car) -> None:
    assert car.look().lines == ()
    car.drive(20.0, 20.0)
    car.take(Fault(car.t, "pod", "a very long story " * 10))
    car.enter("do=previous_page")
    lines = car.look(0.0, Outside(recorded=car.t - 1.0)).lines
    told = "\n".join(lines)
    assert len(lines) <= 16
    assert all(0 < len(line) <= 80 for line in lines)
    assert lines[0].startswith("fault: pod")
    for words in ("profile open", "by GPS", "fix 0 s ago", "safe up to 1 s ago", "fault: pod", "book: 6 boxes"):
        assert words in told


def status(car: Car) -> str:
    """The status page as it would be now."""
    page = display.Display(page=display.PAGES.index("status"))
    return "\n".join(screen(car.plan, replace(car.state, display=page), car.t).lines)


def test_the_status_page_says_what_there_is_to_measure_with(car: Car) -> None:
    assert "distance: dead, by nothing" in status(Car())
    car.drive(20.0, 20.0)
    assert "distance: GPS, by GPS, 0.4 km driven" in status(car)
    car.wait(20.0)
    assert "distance: dead, estimated from the last speed" in status(car)


def test_the_status_page_says_how_sure_the_trip_is_since_it_was_set(car: Car) -> None:
    """A minute without GPS leaves the whole way unsure, and a trip that is set at a landmark behind it is not."""
    car.drive(20.0, 20.0)
    car.step(60.0, 20.0)
    car.drive(20.0, 20.0)

    def told() -> tuple[int, int]:
        whole, trip = re.search(r"sigma (\d+) m\n", status(car)), re.search(r"trip: sigma (\d+) m", status(car))
        assert whole is not None
        assert trip is not None
        return int(whole[1]), int(trip[1])

    whole, before = told()
    assert whole == before > 20
    car.enter("total=1800")
    car.drive(5.0, 20.0)
    whole, after = told()
    assert whole > 20
    assert 0 < after < 10


def test_the_status_page_says_what_is_forbidden() -> None:
    car = Car(**STOPWATCH)
    told = screen(car.plan, replace(car.state, display=display.Display(page=display.PAGES.index("status"))), 1.0).lines
    assert any(line.endswith("profile authentic: forbids GPS, the wheel, the voice") for line in told)
    assert not any(line.startswith(("GPS", "wheel")) for line in told)


def test_nothing_changed_is_an_equal_screen_and_shares_its_rows(car: Car) -> None:
    car.drive(20.0, 20.0)
    one, two = car.look(), car.look(0.01)
    assert one == two
    assert one.rows[0] is two.rows[0]
