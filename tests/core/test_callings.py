"""What goes with the calls, on the bench: reminders, rings, dangers that take the voice, zones that end, off course."""

import pytest
from msgspec.structs import replace

from codriver.cockpit.view import screen
from codriver.config import Settings
from codriver.core import calls, speaking, whereabouts
from codriver.core.astray import Astray, Good
from codriver.core.offer import FOUND, Offer
from codriver.core.outs import Call, Called, Decided, Silence
from codriver.roadbook.model import Event, Note, Position
from codriver.units import KMH, Metres
from tests.core.car_bench import MINUTE_NORTH, OPEN, Bench
from tests.core.test_calls import Heard

LONG = "keep to the main track by the old village wall and the well"


def on(*notes: Note, settings: Settings = OPEN) -> Heard:
    return Heard(*notes, settings=settings)


def decided(bench: Bench) -> list[tuple[int, str, str]]:
    return [(out.note, out.what, out.why) for out in bench.outs if isinstance(out, Decided)]


def north(metres: Metres) -> Position:
    """A place on the bench's road, so far from its start."""
    minutes = 31 * 60 + 10 + metres / MINUTE_NORTH
    return Position(minutes / 60.0, -(4 + 10.25 / 60.0))


def test_a_danger_comes_back_with_its_beep_at_the_last_moment_to_brake() -> None:
    bench = on(Note(1, 1500.0, danger=3, words="step"), Note(2, 3000.0, words="left"))
    bench.drive(3.0)
    bench.drive(70.0, 25.0)
    beeps = [row for row in bench.called if row.kind == "alert" and row.note == 1]
    assert len(beeps) == 1
    slow = 30 * KMH
    assert beeps[0].ends_m == pytest.approx(1500.0 - 0.5 * 25.0 - (25.0**2 - slow**2) / 8.0, abs=35.0)


def test_a_danger_of_one_is_not_brought_to_mind_again() -> None:
    bench = on(Note(1, 1500.0, danger=1, words="step"), Note(2, 3000.0, words="left"))
    bench.drive(3.0)
    bench.drive(70.0, 25.0)
    assert not [row for row in bench.called if row.kind == "alert"]


def test_a_danger_takes_the_voice_from_information_at_the_end_of_a_fragment() -> None:
    """The crew puts the total right in the middle of a call, and a danger is suddenly near."""
    bench = on(Note(1, 1000.0, words=LONG, danger=1), Note(2, 1600.0, danger=3, words="step"), Note(3, 5000.0))
    bench.say("ready")
    bench.drive(3.0)
    while not any(call.kind == "note" for call in bench.asked):
        bench.drive(0.2, 25.0)
    said = bench.asked[-1]
    bench.say(f"started {said.id}")
    bench.enter("total=1400")
    bench.drive(1.5, 25.0)
    assert Silence(said.id) in bench.outs
    cut = next(row for row in bench.called if row.note == 1)
    assert cut.speech_s < said.speech_s
    assert [call.kind for call in bench.asked] == ["note", "note"]
    assert (1, "preempted", "a danger first") in decided(bench)


def test_what_is_left_out_is_told_once_with_its_reason() -> None:
    notes = [Note(number, 900.0 + 12.0 * number, words=LONG) for number in range(1, 7)]
    bench = on(*notes, Note(7, 985.0, danger=3, words="step"), Note(8, 5000.0))
    bench.drive(3.0)
    bench.drive(50.0, 25.0)
    dropped = [note for note, what, _ in decided(bench) if what == "dropped"]
    assert dropped
    assert len(dropped) == len(set(dropped))
    assert not set(dropped) & set(bench.notes)
    assert 7 in bench.notes


def test_the_end_of_a_zone_is_said_when_it_is_passed_and_not_before() -> None:
    bench = on(Note(1, 600.0, events=(Event("fz"),)), Note(2, 2000.0, words="left", danger=1))
    bench.drive(3.0)
    bench.drive(28.0, 20.0)
    assert bench.total < 600.0
    assert not bench.called
    bench.drive(8.0, 20.0)
    [row] = bench.called
    assert (row.kind, row.note, row.words) == ("zone", None, bench.plan.phrases.alert("zone_over"))
    assert row.ends_m - 20.0 * row.speech_s >= 600.0


def test_after_a_minute_without_a_fix_a_distance_is_only_about() -> None:
    bench = on(Note(1, 2600.0, danger=2, words="ditch"), Note(2, 9000.0))
    bench.drive(3.0)
    bench.drive(40.0, 20.0)
    bench.drive(60.0, 20.0, gps=False)
    bench.drive(30.0, 20.0)
    [row] = [row for row in bench.called if row.kind == "note"]
    assert row.words.startswith("in about ")


def test_off_the_course_the_calls_stop_and_go_on_and_both_are_said_once() -> None:
    bench = on(Note(1, 900.0, words="left", danger=1), Note(2, 3000.0, words="right"))
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.state = replace(bench.state, astray=Astray(at=200.0, odo=200.0, off=Good(200.0, 200.0)))
    bench.drive(40.0, 20.0)
    assert bench.alerts == [bench.plan.phrases.alert("off_route")]
    assert bench.notes == []
    bench.state = replace(bench.state, astray=Astray())
    bench.drive(100.0, 20.0)
    assert bench.alerts == [bench.plan.phrases.alert(name) for name in ("off_route", "on_route")]
    assert bench.notes == [2]


def test_who_is_found_and_has_not_answered_is_not_called_by_a_trip_that_is_known_to_be_wrong() -> None:
    bench = on(Note(1, 900.0, words="left", danger=1), Note(2, 3000.0, words="right"))
    bench.drive(3.0)
    bench.drive(10.0, 20.0)
    bench.state = replace(bench.state, astray=Astray(at=200.0, odo=200.0, off=Good(200.0, 200.0)))
    bench.drive(5.0, 20.0)
    offered = Offer(FOUND, "found: 1.20 km", bench.t + 60.0, 1200.0)
    bench.state = replace(bench.state, astray=Astray(), offer=offered)
    bench.drive(30.0, 20.0)
    assert bench.notes == []
    held = screen(bench.plan, bench.state, bench.t)
    assert held.to_next.tone == "stale"
    assert [lamp.text for lamp in held.lamps if lamp.name == "VOICE"] == ["held"]
    bench.state = replace(bench.state, offer=None)
    bench.drive(105.0, 20.0)
    assert bench.alerts == [bench.plan.phrases.alert(name) for name in ("off_route", "on_route")]
    assert bench.notes == [2]
    assert screen(bench.plan, bench.state, bench.t).to_next.tone == "live"


def test_off_the_course_a_danger_is_called_by_the_straight_line_to_it() -> None:
    """The total says that it is far: but there it is."""
    bench = on(Note(1, 9000.0, words="ditch", danger=2, position=north(1000.0)), Note(2, 20_000.0))
    bench.drive(3.0)
    bench.drive(5.0, 20.0)
    bench.state = replace(bench.state, astray=Astray(at=50.0, odo=50.0, off=Good(50.0, 50.0)))
    bench.drive(60.0, 20.0)
    near = [row for row in bench.called if row.note == 1]
    assert [row.kind for row in near] == ["alert"]
    assert near[0].words.startswith("in about ")
    assert near[0].ends_m < 1000.0 - 3.0 * 20.0


@pytest.mark.parametrize(("rings", "last"), [("distance", 160.9), ("seconds", 75.0)])
def test_in_the_desert_what_must_be_slowed_down_for_is_counted_down(rings: str, last: Metres) -> None:
    settings = Settings(calls="desert", rings=rings)  # type: ignore[arg-type]
    bench = on(Note(1, 3000.0, danger=3, words="step"), Note(2, 9000.0, words="left"), settings=settings)
    bench.drive(3.0)
    bench.drive(130.0, 25.0)
    said = [row for row in bench.called if row.words in {"one", "two", "three"}]
    assert [row.words for row in said] == ["three", "two", "one"]
    assert 3000.0 - said[-1].ends_m + 25.0 * said[-1].speech_s == pytest.approx(last, abs=25.0)


def test_a_note_with_nothing_to_slow_down_for_has_no_rings() -> None:
    bench = on(Note(1, 3000.0, words="well", danger=1), settings=Settings(calls="desert"))
    bench.drive(3.0)
    bench.drive(130.0, 25.0)
    assert not [row for row in bench.called if row.words in {"one", "two", "three"}]


def test_the_calls_stay_small_in_a_state() -> None:
    notes = [Note(number, 300.0 + 35.0 * number, danger=number % 4, words=LONG) for number in range(60)]
    bench = on(*notes)
    bench.drive(3.0)
    bench.drive(110.0, 20.0)
    state = bench.state.calls
    assert len(state.warned) <= speaking.WARNED
    assert len(state.left) <= 8
    assert len(state.already) <= 16


def test_the_same_drive_makes_the_same_calls() -> None:
    def drive() -> list[object]:
        bench = on(*(Note(n, 200.0 + 60.0 * n, danger=n % 4, words=LONG) for n in range(1, 20)))
        bench.drive(2.0)
        bench.drive(60.0, 22.0)
        return [out for out in bench.outs if isinstance(out, Call | Called | Decided | Silence)]

    assert drive() == drive()


def test_the_next_two_calls_are_known_before_they_come() -> None:
    bench = on(Note(1, 600.0, words="left"), Note(2, 1500.0, danger=2, words="ditch"), Note(3, 2500.0, words="right"))
    bench.drive(3.0)
    bench.drive(8.0, 20.0)
    now = calls.coming(bench.state.calls, bench.plan, whereabouts.here(bench.state))
    assert [each.notes for each in now] == [(0,), (1,)]
    assert now[1].words == (bench.plan.scripts[1].full,)
    bench.drive(now[0].begin + 1.0, 20.0)
    assert bench.asked[-1].kind == "note"
