"""Calls, on the bench: each note once, its words over in time, nothing of what is passed, and silence never unsaid."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codriver.config import Allow, Settings
from codriver.core import calls, leads
from codriver.core.outs import Alert, Call, Called, Decided, Led, Silence
from codriver.core.plan import lay_out
from codriver.roadbook.model import Event, Note, Report, Roadbook
from codriver.signals import Done, Fault
from codriver.units import Metres
from tests.core.car_bench import OPEN, Bench

ROAD = (
    Note(1, 0.0, words="start"),
    Note(2, 600.0, words="keep left"),
    Note(3, 1500.0, words="ditch", danger=2),
    Note(4, 2600.0, words="right"),
)


class Heard(Bench):
    """The bench, with ears for what is called."""

    @property
    def asked(self) -> list[Call]:
        return [out for out in self.outs if isinstance(out, Call)]

    @property
    def called(self) -> list[Called]:
        return [out for out in self.outs if isinstance(out, Called)]

    @property
    def notes(self) -> list[int | None]:
        return [row.note for row in self.called if row.kind == "note"]

    @property
    def repeats(self) -> list[Called]:
        return [row for row in self.called if row.kind == "repeat"]

    @property
    def decided(self) -> list[tuple[int, str]]:
        return [(out.note, out.what) for out in self.outs if isinstance(out, Decided)]

    @property
    def led(self) -> dict[int, Led]:
        return {out.id: out for out in self.outs if isinstance(out, Led)}

    @property
    def alerts(self) -> list[str]:
        return [row.words for row in self.called if row.kind == "alert"]

    def say(self, text: str) -> None:
        """The voice answers."""
        self.take(Done(self.t, "voice", text))


def on(*notes: Note, settings: Settings = OPEN) -> Heard:
    return Heard(*notes, settings=settings)


@pytest.fixture
def road() -> Heard:
    return on(*ROAD)


@pytest.mark.parametrize("speed", [8.0, 20.0, 40.0])
def test_each_note_is_called_once_and_its_words_end_before_it(road: Heard, speed: float) -> None:
    road.drive(5.0)
    road.drive(3000.0 / speed, speed)
    assert road.notes == [1, 2, 3, 4]
    for row in road.called[1:]:
        if row.kind != "note":
            continue
        assert road.led[row.id].lead_m > 20.0
        assert road.led[row.id].lead_s is not None


@pytest.mark.parametrize("speed", [15.0, 25.0, 35.0])
@pytest.mark.parametrize("danger", [2, 3])
def test_the_words_of_a_danger_leave_the_way_to_brake_to_it(danger: int, speed: float) -> None:
    """1.5 s to understand, then braking at 4 m/s² to what it is passed with; not 12 s before, when it is forgotten."""
    bench = on(Note(1, 3000.0, danger=danger, words="step"), Note(2, 6000.0, words="danger over"))
    bench.drive(3.0)
    bench.drive(3100.0 / speed + 10.0, speed)
    slow = 60.0 / 3.6 if danger == 2 else 30.0 / 3.6
    brake = 1.5 * speed + max(speed**2 - slow**2, 0.0) / 8.0
    assert max(brake, 3.0 * speed) <= bench.led[bench.called[0].id].lead_m <= 12.0 * speed


@pytest.mark.parametrize("speed", [5.0, 15.0, 30.0])
def test_a_danger_is_called_in_time_by_a_car_that_is_becoming_faster(speed: float) -> None:
    """Full throttle while it hears the words: the way to brake is that of the speed at the last one."""
    bench = on(Note(1, 2000.0, danger=3, words="step"), Note(2, 6000.0))
    bench.drive(3.0)
    while not any(call.kind == "note" for call in bench.asked):
        bench.drive(0.2, speed)
    for _ in range(25):
        bench.hear(bench.speed)
        bench.step(0.2, bench.speed + 0.2 * min(3.0, 70.0 / bench.speed))
        if bench.state.calls.saying is None:
            break
    left = 2000.0 - bench.total
    assert left >= max(1.5 * bench.speed + (bench.speed**2 - (30.0 / 3.6) ** 2) / 8.0, 3.0 * bench.speed)


def test_a_danger_is_called_earlier_than_a_bend() -> None:
    leads = {}
    for danger in (0, 1, 2, 3):
        bench = on(Note(1, 2000.0, danger=danger, words="rocks"), Note(2, 9000.0, danger=1))
        bench.drive(3.0)
        bench.drive(2200.0 / 30.0, 30.0)
        leads[danger] = next(iter(bench.led.values())).lead_m
    assert leads[0] <= leads[1] < leads[2] < leads[3]


def test_a_note_that_is_passed_is_never_called() -> None:
    """The crew sets the total beyond two notes: they are let go, and the next one is called."""
    bench = on(*ROAD)
    bench.drive(2.0)
    bench.enter("total=1550")
    bench.drive(80.0, 20.0)
    assert bench.notes == [1, 4]


def test_notes_too_close_for_calls_of_their_own_are_called_in_one_breath() -> None:
    bench = on(Note(1, 800.0, words="left"), Note(2, 820.0, words="right"), Note(3, 3000.0, danger=1))
    bench.drive(3.0)
    bench.drive(45.0, 25.0)
    rows = [row for row in bench.called if row.note in {1, 2}]
    assert [row.note for row in rows] == [1, 2]
    assert rows[0].t == rows[1].t
    assert rows[0].chain == rows[1].chain == rows[0].id
    assert rows[0].speech_s < rows[1].speech_s
    assert rows[1].words.startswith("then")
    [asked] = [call for call in bench.asked if call.id == rows[0].id]
    assert asked.speech_s == rows[1].speech_s


def test_nothing_is_said_while_something_is_being_said(road: Heard) -> None:
    road.drive(5.0)
    road.drive(120.0, 25.0)
    ends = [(row.t, row.t + row.speech_s) for row in road.called]
    assert all(end <= begin for (_, end), (begin, _) in pairwise(ends))


def test_the_voice_says_when_its_words_begin_and_end(road: Heard) -> None:
    road.say("ready")
    road.drive(0.6)
    [asked] = road.asked
    began = road.t
    road.say(f"started {asked.id}")
    road.drive(2.0)
    road.say(f"ended {asked.id}")
    [row] = road.called
    assert (row.t, row.speech_s) == (began, 2.0)


def test_a_voice_that_never_answers_holds_up_nothing(road: Heard) -> None:
    """What was asked of it ends by itself, a little late, and the next note is called."""
    road.say("ready")
    road.drive(5.0)
    road.drive(60.0, 20.0)
    assert road.notes == [1, 2]


def test_a_call_that_is_lost_is_still_on_record_and_on_the_screen(road: Heard) -> None:
    road.say("ready")
    road.drive(2.0)
    [asked] = road.asked
    road.say(f"lost {asked.id}")
    assert road.state.calls.voice == "dead"
    road.drive(5.0)
    assert road.notes == [1]


def test_an_answer_to_a_call_of_long_ago_changes_nothing(road: Heard) -> None:
    road.drive(30.0)
    before = road.state.calls
    road.say("ended 1")
    road.say("started 99")
    road.say("nonsense")
    assert road.state.calls == before


def test_say_again_gives_the_distance_from_here(road: Heard) -> None:
    road.drive(5.0)
    road.drive(28.0, 20.0)
    assert road.notes[-1] == 2
    ahead: Metres = 600.0 - road.total
    road.press(6)
    road.wait(10.0)
    row = road.repeats[-1]
    assert (row.kind, row.note, row.lead_m) == ("repeat", 2, None)
    assert row.words.startswith(road.plan.phrases.ahead(ahead))
    road.drive(60.0, 20.0)
    assert road.notes.count(2) == 1


def test_say_again_after_the_note_says_the_next_one(road: Heard) -> None:
    road.drive(5.0)
    road.drive(40.0, 20.0)
    assert road.total > 600.0
    road.press(6)
    road.wait(10.0)
    assert (road.repeats[-1].kind, road.repeats[-1].note) == ("repeat", 3)


def test_say_again_tells_no_distance_that_nobody_knows() -> None:
    bench = on(Note(1, 600.0, danger=1), Note(2, 600.0, words="ruin", measured=False), Note(3, 9000.0))
    bench.drive(2.0)
    bench.drive(45.0, 20.0)
    bench.press(6)
    bench.wait(10.0)
    assert (bench.repeats[-1].note, bench.repeats[-1].words) == (2, bench.plan.scripts[1].full)


def test_say_again_of_a_note_that_lies_behind_does_not_say_here(road: Heard) -> None:
    road.drive(5.0)
    road.drive(50.0, 20.0)
    road.press(3)
    road.press(6)
    road.wait(10.0)
    assert (road.repeats[-1].note, road.repeats[-1].words) == (2, road.plan.scripts[1].full)


def test_hush_when_nothing_is_said_turns_the_calls_off_and_on(road: Heard) -> None:
    road.drive(5.0)
    road.enter("do=hush")
    road.drive(5.0)
    assert road.alerts == [road.plan.phrases.alert("calls_off")]
    road.drive(60.0, 20.0)
    assert road.notes == [1]
    road.enter("do=hush")
    road.drive(60.0, 20.0)
    assert road.plan.phrases.alert("calls_on") in road.alerts
    assert road.notes[-1] in {3, 4}


def test_hush_cuts_the_words_of_a_note_and_leaves_its_last_beep(road: Heard) -> None:
    """The rest goes on: the note is not called again, its danger beeps at the last moment, the next one is called."""
    road.drive(5.0)
    while 2 not in _said(road):
        road.drive(0.2, 20.0)
    asked = road.asked[-1]
    road.enter("do=hush")
    assert Silence(asked.id) in road.outs
    assert road.decided[-1] == (3, "hushed")
    road.drive(90.0, 20.0)
    assert road.notes == [1, 2, 3, 4]
    assert [call.sound for call in road.asked if not call.parts] == ["danger2"]


def _said(road: Heard) -> tuple[int, ...]:
    saying = road.state.calls.saying
    return () if saying is None else saying.notes


def test_dangers_alone(road: Heard) -> None:
    road.enter("do=calls")
    road.drive(2.0)
    road.drive(140.0, 20.0)
    assert road.notes == [3]
    assert road.alerts == [road.plan.phrases.alert("calls_dangers"), road.plan.scripts[2].prompt]


def test_the_profile_has_the_last_word() -> None:
    bench = on(*ROAD, settings=Settings(allow=Allow(voice=False)))
    bench.enter("do=hush")
    bench.enter("do=calls")
    bench.drive(2.0)
    bench.drive(100.0, 20.0)
    bench.press(6)
    assert not bench.asked
    assert bench.pressed == ["the profile forbids the voice"] * 3


def test_a_book_without_any_danger_mark_says_so_at_the_start() -> None:
    bench = on(Note(1, 1000.0), Note(2, 2000.0))
    bench.drive(5.0)
    assert bench.alerts == [bench.plan.phrases.alert("no_dangers")]


def test_prompt_mode_is_a_sound_and_a_word() -> None:
    bench = on(*ROAD, settings=Settings(calls="prompt"))
    bench.drive(3.0)
    bench.drive(100.0, 20.0)
    danger = next(call for call, row in zip(bench.asked, bench.called, strict=False) if row.note == 3)
    assert danger.sound == "danger2"
    assert danger.parts == (bench.plan.scripts[2].prompt,)
    assert all(call.sound for call in bench.asked)


def test_counting_backwards_is_silent_and_the_note_is_called_again(road: Heard) -> None:
    road.drive(5.0)
    road.drive(40.0, 20.0)
    assert road.total > 700.0
    road.press(4, 5, held=1.0)
    said = len(road.asked)
    road.drive(20.0, 20.0)
    assert road.total < 500.0
    assert len(road.asked) == said
    road.press(4, 5, held=1.0)
    road.drive(20.0, 20.0)
    assert road.notes == [1, 2, 2]


def test_a_wrong_total_that_is_undone_costs_no_call(road: Heard) -> None:
    road.drive(2.0)
    road.enter("total=2590")
    road.drive(1.0)
    road.enter("do=undo")
    road.drive(140.0, 20.0)
    assert {2, 3, 4} <= set(road.notes)


def test_after_the_total_is_zeroed_every_note_is_called_again(road: Heard) -> None:
    """Driven to the start with the book loaded: what was called on the way counts for nothing from there."""
    road.drive(160.0, 20.0)
    road.enter("do=zero_total")
    road.drive(150.0, 20.0)
    assert [road.notes.count(note) for note in (2, 3, 4)] == [2, 2, 2]


def test_a_mode_that_is_chosen_in_passing_costs_no_call(road: Heard) -> None:
    road.drive(5.0)
    road.drive(3.0, 20.0)
    for _ in calls.MODES:
        road.enter("do=calls")
    road.drive(140.0, 20.0)
    assert road.notes == [1, 2, 3, 4]


def test_next_and_back_call_no_note_twice(road: Heard) -> None:
    road.drive(5.0)
    road.drive(28.0, 20.0)
    assert road.total < 600.0
    assert road.notes == [1, 2]
    road.press(3)
    road.press(2)
    road.drive(8.0, 20.0)
    assert road.notes == [1, 2]


def test_the_notes_after_a_box_that_sets_the_trip_are_called_by_the_new_count() -> None:
    """None of them before that box, though their distances are yet to come by the old count."""
    zero = Event("reset", value=0.0)
    bench = on(
        Note(1, 600.0, danger=1), Note(2, 1500.0, events=(zero,)), Note(3, 400.0), Note(4, 1600.0), Note(5, 9000.0)
    )
    bench.drive(3.0)
    bench.drive(74.0, 20.0)
    assert bench.notes == [1, 2]
    bench.drive(80.0, 20.0)
    assert bench.notes == [1, 2, 3, 4]
    assert all(led.lead_m > 20.0 for led in bench.led.values())


def test_a_new_segment_forgets_the_words_and_calls_no_note_twice(road: Heard) -> None:
    road.drive(5.0)
    road.drive(26.0, 20.0)
    assert road.state.calls.next == 2
    road.start()
    assert road.state.calls.saying is None
    road.drive(80.0, 20.0)
    assert road.notes.count(2) <= 1


def test_without_any_source_of_distance_nothing_is_called() -> None:
    """On a desk, before the receiver has spoken, a note at the start must not be announced as if one drove."""
    bench = on(Note(1, 0.0), Note(2, 300.0))
    bench.wait(30.0)
    assert not bench.notes


def test_a_fault_leaves_the_calls_alone(road: Heard) -> None:
    road.take(Fault(road.t, "voice", "no audio device"))
    assert any(isinstance(out, Alert) for out in road.outs)
    road.drive(5.0)
    assert road.notes == [1]


def test_every_sound_that_is_asked_for_has_a_length() -> None:
    assert {"danger1", "danger2", "danger3", "note"} <= leads.SOUNDS.keys()
    assert all(0.0 < length < 1.0 for length in leads.SOUNDS.values())


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.floats(5.0, 900.0), st.integers(0, 3)), min_size=1, max_size=12),
    st.floats(2.0, 45.0),
    st.sampled_from(["full", "prompt", "dangers"]),
)
def test_whatever_the_book_no_note_is_called_twice_or_behind(
    gaps: list[tuple[float, int]], speed: float, mode: str
) -> None:
    total, notes = 0.0, []
    for number, (gap, danger) in enumerate(gaps, start=1):
        total += gap
        notes.append(Note(number, total, danger=danger, words="left"))
    plan = lay_out("test", Settings(calls=mode), Roadbook("test", "test", "metric", tuple(notes)), Report("test"))  # type: ignore[arg-type]
    bench = on(*notes, settings=plan.settings)
    bench.drive(3.0)
    bench.drive(min(total / speed + 5.0, 150.0), speed)
    assert len(bench.notes) == len(set(bench.notes))
    assert bench.notes == sorted(note for note in bench.notes if note is not None)
    for out in bench.outs:
        if isinstance(out, Called) and out.kind == "note" and out.note is not None:
            begun = out.ends_m - speed * out.speech_s
            assert begun <= notes[out.note - 1].total + 1.0
