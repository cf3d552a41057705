"""The writer's thread: what is put is committed, in order, whatever the card does; and the loop never waits."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias

import pytest

from codriver.core.outs import Ack, Alert, Called, Faulted, Pressed, SourceChanged, TripChanged, Undone, UtcKnown
from codriver.debrief import story
from codriver.runlog import batch
from codriver.runlog.batch import Reached, Recorded
from codriver.runlog.database import connect_to_write
from codriver.runlog.reader import Checkpoint, Run
from codriver.runlog.runs import Title, open_run
from codriver.runlog.writer import Writer
from codriver.signals import Edge, Line, Tick

NEVER = 3600.0
AT_ONCE = 0.01

MakeDrive: TypeAlias = Callable[..., Any]


class StalledCard:
    """A card that takes no byte until it moves: the encoder holds up the writer's thread inside its transaction."""

    def __init__(self) -> None:
        self.moves = Event()

    def encode(self, state: object) -> str:
        self.moves.wait(10.0)
        return json.dumps(state)


def read(drive: Any, table: str) -> list[dict[str, Any]]:
    with Run.open(drive.path) as run:
        return list(run.rows(table))


def trouble(writer: Writer) -> str:
    """The writer's fault, once it has met one."""
    for _ in range(1000):
        if (fault := writer.fault) is not None:
            return fault
        Event().wait(0.01)
    pytest.fail("the writer met no trouble")


def test_what_is_put_is_in_the_file_in_order(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(25)
    one.close()
    with Run.open(one.path) as run:
        logged = list(run.signals())
        assert [entry.id for entry in logged] == list(range(1, 27))
        assert logged[25].signal == Line(2.5, "gps", "$GPRMC,25*00")
        assert [row["odo_m"] for row in run.rows("fix")] == [10.0, 20.0]
        assert run.resume() == Checkpoint(26, 1, 2.5, '{"folded": 26}')
        (segment,) = run.segments()
        assert (segment.first_signal, segment.end_t, segment.boot_id, segment.reason) == (1, 2.5, "b1", "test")


def test_rows_are_committed_within_the_period_without_being_asked_for(drive: MakeDrive) -> None:
    one = drive(period=AT_ONCE)
    one.begin()
    one.go(3)
    one.wait_until(lambda: one.committed == 4)
    assert len(read(one, "signal")) == 4


def test_a_press_is_committed_at_once_with_all_that_came_before(drive: MakeDrive) -> None:
    one = drive(period=NEVER)
    one.begin()
    one.wait_until(lambda: one.committed == 1)
    one.go(3)
    one.fold(Edge(0.5, "gpio", "1", True), urgent=True)
    one.wait_until(lambda: one.committed == 5)
    assert [row["source"] for row in read(one, "signal")] == ["start", "gps", "gps", "gps", "gpio"]


def test_what_is_not_urgent_waits_for_its_period(drive: MakeDrive) -> None:
    one = drive(period=NEVER)
    one.begin()
    one.wait_until(lambda: one.committed == 1)
    one.go(3)
    assert one.writer.age(one.now) == 0.0
    one.now = 0.75
    assert one.writer.age(one.now) == 0.75
    assert len(read(one, "signal")) == 1


def test_a_tick_is_no_signal_but_its_outs_and_its_moment_are_kept(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(1)
    one.writer.put(2, 1, Tick(7.5), (Faulted(7.5, "gps", "silent"),), {"folded": 2})
    one.close()
    assert [row["source"] for row in read(one, "signal")] == ["start", "gps"]
    assert read(one, "fault") == [{"segment": 1, "t": 7.5, "source": "gps", "text": "silent"}]
    with Run.open(one.path) as run:
        assert run.segments()[0].end_t == 7.5
        assert run.resume() == Checkpoint(2, 1, 7.5, '{"folded": 2}')


def test_a_tone_and_a_change_of_source_are_told_in_the_story(drive: MakeDrive) -> None:
    """A tone has no words, and neither has a source that is heard for the first time."""
    tone = Called(1, 0.5, None, None, "alert", "", 0.4, 100.0, None, None, None)
    one = drive()
    one.begin()
    one.fold(Line(1.0, "gps", "a"), (tone, SourceChanged(1.0, "GPS", "")))
    one.fold(Line(9.0, "gps", "b"), (SourceChanged(9.0, "wheel", "GPS lost: distance by wheel"),))
    one.close()
    with Run.open(one.path) as run:
        lines = [line.split("  ")[-1].strip() for line in story.told(run)]
    assert lines[1:] == ["a tone", "source GPS", "source wheel: GPS lost: distance by wheel"]
    db = sqlite3.connect(one.path)
    seen = db.execute("SELECT what, words FROM story").fetchall()
    db.close()
    assert seen == [
        ("call", "(a tone)"),
        ("source", "GPS"),
        ("source", "wheel: GPS lost: distance by wheel"),
    ]


def test_an_undone_change_is_marked_and_the_deeds_are_kept(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.fold(Edge(1.0, "key", "plus", False), (TripChanged(1, 1.0, "total", "set total", 100.0, 110.0, "crew"), Ack(7)))
    one.fold(Edge(2.0, "key", "undo", False), (Undone(1), Alert("undo", "+10 m undone")))
    one.close()
    assert [(row["id"], row["undone"]) for row in read(one, "trip_change")] == [(1, 1)]
    assert [(row["signal_id"], row["kind"], row["payload"]) for row in read(one, "out")] == [
        (2, "ack", '{"seq":7}'),
        (3, "undone", '{"id":1}'),
        (3, "alert", '{"kind":"undo","text":"+10 m undone"}'),
    ]


def test_the_run_has_no_start_until_utc_is_trusted(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.go(1)
    one.writer.put(3, 1, Line(2.0, "gps", "x"), (), {})
    one.wait_until(lambda: one.committed == 3)
    assert read(one, "run")[0]["started_utc"] is None
    one.writer.put(4, 1, Line(3.0, "gps", "y"), (UtcKnown(1767594612.5),), {})
    one.close()
    assert read(one, "run")[0]["started_utc"] == "2026-01-05T06:30:12.500Z"
    assert read(one, "segment")[0]["utc_offset_s"] == 1767594612.5


def test_a_later_segment_does_not_say_when_the_run_began(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.begin(reason="power")
    one.fold(Line(3.0, "gps", "y"), (UtcKnown(1767594612.5),))
    one.close()
    assert read(one, "run")[0]["started_utc"] is None
    assert [row["utc_offset_s"] for row in read(one, "segment")] == [None, 1767594612.5]


def test_each_segment_ends_where_its_last_signal_was_though_one_commit_holds_both(drive: MakeDrive) -> None:
    one = drive(period=NEVER, patient=True)
    one.begin()
    one.go(4)
    one.begin()
    one.fold(Line(0.25, "gps", "x"))
    one.close()
    assert [row["end_t"] for row in read(one, "segment")] == [0.4, 0.25]


def test_a_checkpoint_is_kept_with_its_own_state(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.fold(Line(1.0, "gps", "x"), checkpoint=True)
    one.go(2)
    one.close()
    with Run.open(one.path) as run:
        assert list(run.checkpoints()) == [Checkpoint(2, 1, 1.0, '{"folded": 2}')]


def test_the_loop_goes_on_while_the_card_stalls(drive: MakeDrive) -> None:
    """The encoder stands for a card that takes no byte: it holds up the writer's thread inside its transaction."""
    card = StalledCard()
    one = drive(period=AT_ONCE, encode=card.encode)
    one.begin()
    one.go(500)
    one.now = 6.0
    assert one.writer.age(one.now) == 6.0
    assert one.committed == 0
    card.moves.set()
    one.wait_until(lambda: one.committed == 501)
    assert one.writer.age(one.now) <= 6.0
    one.close()
    assert one.writer.age(one.now) == 0.0
    assert len(read(one, "signal")) == 501


def test_a_card_that_comes_late_gets_all(tmp_path: Path) -> None:
    path = tmp_path / "stick" / "RUN.db"
    committed = Event()
    with Writer(path, json.dumps, lambda: 0.0, lambda _: committed.set(), period=AT_ONCE) as writer:
        writer.put(1, 1, Line(0.5, "gps", "x"), (), {})
        assert "cannot be opened" in trouble(writer)
        path.parent.mkdir()
        open_run(path, Title())
        writer.put(2, 1, Line(0.6, "gps", "y"), (), {})
        assert committed.wait(10.0)
    assert writer.fault is None
    with Run.open(path) as run:
        assert [entry.id for entry in run.signals()] == [1, 2]


def test_a_closed_writer_says_what_the_card_did_not_take(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "nowhere" / "RUN.db", json.dumps, lambda: 0.0)
    writer.put(1, 1, Line(0.5, "gps", "x"), (), {})
    assert writer.close() is False
    assert writer.fault is not None


def test_a_file_that_another_program_holds_is_a_fault_until_it_is_let_go(drive: MakeDrive) -> None:
    one = drive(period=AT_ONCE)
    other = sqlite3.connect(one.path)
    other.execute("BEGIN IMMEDIATE")
    one.begin()
    one.wait_until(lambda: one.writer.fault)
    assert "another program" in str(one.writer.fault)
    other.rollback()
    other.close()
    one.wait_until(lambda: one.committed == 1)
    assert one.writer.fault is None


def test_what_a_failing_card_had_taken_after_all_is_not_written_twice(drive: MakeDrive) -> None:
    """As when a card takes the bytes and fails to say so; here another connection puts them there."""
    one = drive(period=AT_ONCE)
    line, outs = Line(0.5, "gps", "x"), (Faulted(0.5, "gps", "silent"),)
    with connect_to_write(one.path) as other:
        other.conn.execute("BEGIN IMMEDIATE")
        batch.write(other, [Recorded(1, 0, line, outs)], Reached(1, 0, 0.5, {}), json.dumps)
        one.fold(line, outs, urgent=True)
        one.wait_until(lambda: one.writer.fault)
        other.conn.execute("COMMIT")
    one.go(1)
    one.wait_until(lambda: one.committed == 2)
    assert one.writer.fault is None
    assert [row["id"] for row in read(one, "signal")] == [1, 2]
    assert len(read(one, "fault")) == 1


def test_a_gap_is_counted_and_the_log_goes_on_behind_it(drive: MakeDrive) -> None:
    card = StalledCard()
    one = drive(period=AT_ONCE, room=10, encode=card.encode)
    one.begin()
    one.go(20)
    assert one.writer.lost == 12
    card.moves.set()
    one.wait_until(lambda: one.committed == 21)
    one.go(3)
    one.close()
    with Run.open(one.path) as run:
        assert [entry.id for entry in run.signals()] == [*range(1, 10), 22, 23, 24]
        assert list(run.checkpoints())[-1] == Checkpoint(21, 1, 2.0, '{"folded": 21}')
        assert run.resume() == Checkpoint(24, 1, 2.3, '{"folded": 24}')
        (gap,) = run.rows("out")
        assert (gap["signal_id"], gap["kind"], gap["payload"]) == (21, "gap", '{"lost": 12}')


def test_a_gap_at_the_end_still_leaves_the_newest_state(drive: MakeDrive) -> None:
    card = StalledCard()
    one = drive(period=AT_ONCE, room=10, encode=card.encode)
    one.begin()
    one.go(20)
    card.moves.set()
    one.close()
    with Run.open(one.path) as run:
        resume = run.resume()
        assert resume is not None
        assert resume.signal_id == 21


def test_a_segment_that_begins_in_a_gap_is_kept(drive: MakeDrive) -> None:
    card = StalledCard()
    one = drive(period=AT_ONCE, room=10, encode=card.encode)
    one.begin()
    one.go(20)
    one.begin()
    one.go(5)
    card.moves.set()
    one.close()
    with Run.open(one.path) as run:
        assert [segment.first_signal for segment in run.segments()] == [1, 22]
        assert [place.signal_id for place in run.checkpoints()] == [21, 27]
        assert [json.loads(row["payload"]) for row in run.rows("out")] == [{"lost": 12}, {"lost": 5}]


def test_a_played_file_waits_for_the_card_and_loses_nothing(drive: MakeDrive) -> None:
    one = drive(period=NEVER, room=10, patient=True)
    one.begin()
    one.go(500)
    one.close()
    assert one.writer.lost == 0
    assert len(read(one, "signal")) == 501


def test_a_played_file_does_not_wait_for_a_card_that_is_not_there(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "nowhere" / "RUN.db", json.dumps, lambda: 0.0, patient=True, room=10, period=AT_ONCE)
    for number in range(100):
        writer.put(number + 1, 1, Line(0.5, "gps", "x"), (), {})
    assert writer.fault is not None
    writer.close()


def test_one_wrong_row_is_left_out_and_told_and_the_others_are_kept(drive: MakeDrive) -> None:
    one = drive(period=NEVER)
    one.begin()
    one.go(1)
    one.fold(Edge(1.0, "key", "x", True), (Pressed(1.0, "key", "\ud800", "press", "?"),))
    one.go(1)
    one.close()
    assert [row["id"] for row in read(one, "signal")] == [1, 2, 3, 4]
    assert read(one, "press") == []
    assert one.writer.fault == "the log refused 1 of its rows"
    with Run.open(one.path) as run:
        resume = run.resume()
        assert resume is not None
        assert resume.signal_id == 4


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_log_that_stopped_says_so_and_holds_nobody_up(drive: MakeDrive) -> None:
    """A state that cannot be encoded is a fault of ours, and no reason to stop the car's odometer."""
    one = drive(period=AT_ONCE, encode=lambda _: json.dumps(object()), patient=True, room=10)
    one.begin()
    one.go(100)
    assert one.writer.fault == "the log has stopped: restart the unit"


def test_the_file_alone_is_the_whole_run_after_close(drive: MakeDrive, tmp_path: Path) -> None:
    one = drive()
    one.begin()
    one.go(100)
    one.close()
    assert [path.name for path in tmp_path.iterdir()] == ["RUN.db"]


def test_the_file_alone_is_the_whole_run_though_somebody_looks_at_it(drive: MakeDrive, tmp_path: Path) -> None:
    one = drive()
    one.begin()
    one.wait_until(lambda: one.committed == 1)
    with Run.open(one.path) as looking:
        next(looking.signals())
        one.go(100)
        one.close()
        alone = Path(shutil.copy(one.path, tmp_path / "copy.db"))
        with Run.open(alone) as run:
            assert len(list(run.signals())) == 101


def test_every_commit_is_synced_to_the_card(drive: MakeDrive) -> None:
    """In a real power cut synchronous=FULL, which SQLite shows as 2, kept every committed row and NORMAL none."""
    with connect_to_write(drive().path) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA page_size").fetchone() == (1024,)


def test_the_plan_and_the_notes_are_written_once_a_book(drive: MakeDrive) -> None:
    one = drive()
    one.begin()
    one.begin(reason="power")
    one.close()
    assert len(read(one, "plan")) == len(read(one, "blob")) == 1
    first, second = read(one, "note")
    assert first["words"] == "start"
    assert first["lat"] is None
    assert (second["total_m"], second["lat"], second["waypoint"], second["open_m"]) == (812.5, 23.5, "WPM", 800.0)
