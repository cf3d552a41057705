"""The loop: recordings are played as they were, presses acknowledged when they are safe, and nothing holds it up."""

import json
import select
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace

from codriver import config, loop
from codriver.core import engine
from codriver.core.plan import Inputs
from codriver.debrief.verify import verify
from codriver.loop import Drive
from codriver.playing import play
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title
from codriver.signals import Edge, Line, Signal, Start
from codriver.wake import Stop, Wake
from codriver.wires.lines import frame
from codriver.wires.recordings import Began, Played

NEVER = 3600.0
PATIENCE = 20.0

MakeDrive = Callable[..., Drive]


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[MakeDrive]:
    """Make a drive whose log is committed for urgent reasons alone; it is closed in the end."""
    made: list[Drive] = []

    def make(period: float = NEVER, monotonic: Callable[[], float] = time.monotonic) -> Drive:
        made.append(Drive(tmp_path / "RUN.db", Title(), period=period, monotonic=monotonic))
        return made[-1]

    yield make
    for one in made:
        one.close()


def reached(path: Path, segment: int) -> bool:
    return asked(path, "SELECT max(segment) FROM resume") == [(segment,)]


def asked(path: Path, question: str) -> list[tuple[Any, ...]]:
    """What another program reads in the log."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


def logged(path: Path) -> list[tuple[Any, ...]]:
    return asked(path, "SELECT source, payload FROM signal WHERE source != 'start' ORDER BY id")


def wait_until(what: Callable[[], object], wake: Wake | None = None) -> None:
    """Wait for the writer, woken by it where it wakes; a test fails that waits for twenty seconds."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it never came about"
        select.select([wake] if wake else [], [], [], 0.01)


def pressed(t: float) -> list[Signal]:
    return [Edge(t, "key", "1", True), Edge(t + 0.1, "key", "1", False)]


# The sieve.


def test_positions_are_dropped_before_the_log_where_the_profile_forbids_them(
    drive: MakeDrive, tmp_path: Path, stage: bytes
) -> None:
    settings = json.dumps(config.plan_settings(config.load(None, ["profile=gazelles-wheel"])))
    one = drive()
    one.begin(Start(0.0, "", "test"), Inputs(settings=settings, roadbook_name="stage.gpx", roadbook=stage))
    signals = [Line(1.0, "gps", "$GPRMC,1*00"), Line(1.0, "gps", "noise"), *pressed(2.0)]
    for signal in signals:
        one.take(signal)
    one.close()
    assert one.sieve.forbidden == 2
    assert {source for source, _ in logged(tmp_path / "RUN.db")} == {"key"}


def test_a_line_that_comes_late_is_sieved_by_the_time_it_is_logged_at(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    """Else the drive and its replay would keep different lines."""
    one = drive()
    one.begin(Start(0.0, "", "test"), inputs)
    one.take(Edge(5.0, "key", "x", True))
    one.take(Line(1.0, "gps", "$GPGSV,1*00"))
    one.take(Line(12.0, "gps", "$GPGSV,2*00"))
    one.close()
    assert asked(tmp_path / "RUN.db", "SELECT t FROM signal WHERE source = 'gps'") == [(5.0,)]


# Recordings.


def segments(path: Path) -> list[tuple[str, float]]:
    with Run.open(path) as run:
        return [(segment.reason, segment.end_t) for segment in run.segments()]


def test_each_segment_of_a_recording_runs_to_where_its_time_ended(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    """The one that knows, to its `until`; the other a second beyond its last signal."""
    recording: list[Played] = [Began(Start(0.0, "", "first"), until=30.0), *pressed(5.0)]
    recording += [Began(Start(0.0, "", "second")), *pressed(7.0)]
    one = drive()
    play(one, recording, lambda _: inputs, None, Stop())
    one.close()
    (first, end), (second, last_tick) = segments(tmp_path / "RUN.db")
    assert (first, end, second) == ("first", 30.0, "second")
    assert 7.1 < last_tick <= 8.1


def test_a_recording_that_is_stopped_ends_where_it_was(drive: MakeDrive, tmp_path: Path, inputs: Inputs) -> None:
    stop = Stop()

    def recording() -> Iterator[Played]:
        yield Began(Start(0.0, "", "first"), until=30.0)
        yield from pressed(5.0)
        stop.asked = True
        yield from pressed(9.0)

    one = drive()
    play(one, recording(), lambda _: inputs, None, stop)
    one.close()
    assert segments(tmp_path / "RUN.db") == [("first", 5.1)]


def test_a_recording_held_back_to_its_own_time_still_stops_at_once(drive: MakeDrive, inputs: Inputs) -> None:
    stop = Stop()
    one = drive()

    def ask() -> None:
        stop.asked = True
        one.wake.up()

    def recording() -> Iterator[Played]:
        yield Began(Start(0.0, "", "first"))
        Thread(target=ask).start()
        yield Line(PATIENCE, "gps", "$GPRMC,1*00")

    play(one, recording(), lambda _: inputs, 1.0, stop)
    assert one.state.now < PATIENCE


def test_a_recording_takes_its_own_time_divided_by_the_speed(drive: MakeDrive, inputs: Inputs) -> None:
    one = drive()
    began = time.monotonic()
    play(one, [Began(Start(0.0, "", "first")), *pressed(9.0)], lambda _: inputs, 50.0, Stop())
    assert time.monotonic() - began >= (9.1 + 1.0) / 50.0


# The log.


class Pod:
    """A pod that is told of safe presses, and looks at once whether another program can read them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acked: list[int] = []

    def ack(self, seq: int) -> bool:
        assert (seq,) in asked(self.path, "SELECT payload ->> 'seq' FROM \"out\" WHERE kind = 'ack'")
        self.acked.append(seq)
        return True

    def has(self, one: Drive, *seqs: int) -> bool:
        """Whether just these have been acknowledged, now that the drive may."""
        one.acknowledge()
        return self.acked == list(seqs)


def contact(t: float, seq: int, closed: bool) -> Line:
    return Line(t, "pod", frame(f"PCDRB,{round(t * 1000)},{seq},2,{closed:d}").rstrip())


def test_a_press_of_the_pod_is_acknowledged_when_its_row_is_in_the_file(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    one = drive()
    pod = one.pod = Pod(tmp_path / "RUN.db")
    one.begin(Start(0.0, "", "test"), inputs)
    for signal in (contact(1.0, 1, closed=True), contact(1.1, 2, closed=False)):
        one.take(signal)
    one.acknowledge()  # perhaps too early: the pod above would see that
    wait_until(lambda: pod.has(one, 1, 2), one.wake)
    assert asked(tmp_path / "RUN.db", "SELECT action FROM press") == [("next note",)]


def test_a_press_that_a_tick_completes_is_not_acknowledged_by_an_older_commit(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    """The pod's third contact waits 0.2 s for the lost ones; the card stalls just then."""
    one = drive()
    pod = one.pod = Pod(tmp_path / "RUN.db")
    one.begin(Start(0.0, "", "test"), inputs)
    third = contact(1.0, 3, closed=True)
    one.take(third)
    for edge in pressed(1.05):
        one.take(edge)
    wait_until(lambda: len(logged(tmp_path / "RUN.db")) == 3, one.wake)
    with closing(sqlite3.connect(tmp_path / "RUN.db")) as card:
        card.execute("BEGIN EXCLUSIVE")
        one.run_on(1.5)
        assert pod.has(one)
        card.rollback()
    one.take(replace(third, t=1.55))
    wait_until(lambda: pod.has(one, 3, 3), one.wake)


def test_a_press_is_committed_at_once_with_all_before_it_and_other_lines_wait(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    one = drive(period=NEVER)
    one.begin(Start(0.0, "", "test"), inputs)
    wait_until(lambda: asked(tmp_path / "RUN.db", "SELECT count(*) FROM segment") == [(1,)])
    for n in range(20):
        one.take(Line(1.0 + n / 100, "pod", f"$PCDRX,{n}"))
    assert logged(tmp_path / "RUN.db") == []
    for edge in pressed(2.0):
        one.take(edge)
    wait_until(lambda: len(logged(tmp_path / "RUN.db")) == 22)


def test_a_change_of_distance_is_committed_at_once_whoever_made_it(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    """Here the pod, by the metres it counted while the unit was down."""
    one = drive(period=NEVER)
    for n in (1, 2):
        one.begin(Start(0.0, "", "test"), inputs)
        wait_until(partial(reached, tmp_path / "RUN.db", n))
        one.take(Line(1.0, "pod", frame("PCDRI,1,fw,uid,1").rstrip()))
        one.take(Line(1.0, "pod", frame(f"PCDRW,{n}000,{n}00,0").rstrip()))
    wait_until(lambda: asked(tmp_path / "RUN.db", "SELECT what FROM trip_change") == [("wheel while down",)])


def test_what_is_not_urgent_is_committed_within_its_period(drive: MakeDrive, tmp_path: Path, inputs: Inputs) -> None:
    one = drive(period=0.05)
    one.begin(Start(0.0, "", "test"), inputs)
    one.take(Line(1.0, "pod", "$PCDRX,1"))
    wait_until(lambda: logged(tmp_path / "RUN.db") == [("pod", "$PCDRX,1")])


def test_each_minute_with_a_signal_has_a_checkpoint_though_a_tick_began_it(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    one = drive()
    one.begin(Start(0.0, "", "test"), inputs)
    for n in range(1, 8):
        for edge in pressed(n * 30.5):
            one.take(edge)
    one.close()
    minutes = asked(tmp_path / "RUN.db", "SELECT CAST(t / 60 AS INT) FROM checkpoint")
    assert minutes == [(1,), (2,), (3,)]
    with Run.open(tmp_path / "RUN.db") as run:
        assert verify(run) == one.signals


# Live.


class Hands:
    """A clock that goes on when it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Turns:
    """A wire that has a turn whenever the loop comes round: what it reports is what the script does then."""

    def __init__(self, script: Callable[[float], list[Signal]]) -> None:
        self.take = script
        self.closed = False

    def fileno(self) -> int | None:
        return None

    def due(self) -> float | None:
        return 0.0

    def close(self) -> None:
        self.closed = True


def test_a_stalled_card_never_holds_the_loop_and_the_crew_is_told_after_five_seconds(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    """Another program holds the file for eight seconds of the drive; the loop's clock is the script's."""
    path, stop, clock = tmp_path / "RUN.db", Stop(), Hands()
    one = drive(period=0.01, monotonic=clock)
    card = sqlite3.connect(path, isolation_level=None)
    told: list[tuple[float, str]] = []

    def troubles() -> list[str]:
        return [trouble.source for trouble in one.state.troubles]

    def script(now: float) -> list[Signal]:
        match step := next(steps):
            case "drive":
                clock.now += 0.1
                if troubles() and not told:
                    told.append((now, one.state.troubles[0].text))
                return [Line(now, "pod", "$PCDRX,1")]
            case "wait":
                select.select([], [], [], 0.01)
            case "stop":
                stop.asked = True
            case _:
                card.execute(step)
        return []

    def scripted() -> Iterator[str]:
        while asked(path, "SELECT count(*) FROM segment") == [(0,)]:
            yield "wait"
        yield "BEGIN EXCLUSIVE"
        yield from ["drive"] * 80
        yield "ROLLBACK"
        end = time.monotonic() + PATIENCE
        while troubles() and time.monotonic() < end:
            yield "wait"
        yield "stop"

    steps = scripted()
    wire = Turns(script)
    loop.live(one, inputs, lambda _: [wire], stop, "start")
    card.close()
    [(at, words)] = told
    assert at == pytest.approx(5.1, abs=0.15)
    assert words.startswith(("the card has not taken the log for 5 s", "another program holds the file"))
    assert troubles() == []
    assert wire.closed
    one.close()
    assert asked(path, "SELECT count(*) FROM signal WHERE source = 'pod'") == [(80,)]
    assert [text[:2] for (text,) in asked(path, "SELECT text FROM fault")] == [words[:2], "ok"]


def test_signals_of_two_wires_are_folded_in_the_order_of_their_stamps(
    drive: MakeDrive, tmp_path: Path, inputs: Inputs
) -> None:
    stop = Stop()
    one = drive()
    turns = iter(["late", "end"])

    def receiver(now: float) -> list[Signal]:
        stop.asked = next(turns) == "end"
        return [] if stop.asked else [Line(now, "pod", "$PCDRX,1")]

    def panel(now: float) -> list[Signal]:
        return [] if stop.asked else [Edge(now - 1e-6, "gpio", "1", True)]

    loop.live(one, inputs, lambda _: [Turns(receiver), Turns(panel)], stop, "start")
    one.close()
    assert [source for source, _ in logged(tmp_path / "RUN.db")] == ["gpio", "pod"]


def test_the_loop_sleeps_until_the_core_wants_its_next_tick(drive: MakeDrive, inputs: Inputs) -> None:
    """With no wire at all it wakes for its row, and ten times a second for a frame, not all the time."""
    stop, shown = Stop(), list[float]()
    one = drive()

    def show(_: Drive, _now: float) -> None:
        shown.append(one.state.now)
        stop.asked = one.state.now >= 2.0

    loop.live(one, inputs, lambda _: [], stop, "start", show)
    assert engine.due(one.state) == pytest.approx(3.0)
    assert len(shown) < 30
