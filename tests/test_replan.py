"""A new plan in mid-drive: the loop opens a segment under it, loses no press, and goes on as before where it cannot."""

import os
import select
import signal as posix
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codriver import __version__, loop
from codriver.core.outs import Replan
from codriver.core.plan import Inputs
from codriver.debrief.verify import verify
from codriver.loop import Drive
from codriver.playing import play
from codriver.roadbook.model import RoadbookError
from codriver.runlog.compare import differences
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title
from codriver.signals import Edge, Line, Signal, Start, stamp
from codriver.wake import Stop
from codriver.wires.lines import frame
from codriver.wires.recordings import Began, Played

PATIENCE = 20.0


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Drive]]:
    made: list[Drive] = []

    def make(period: float = 3600.0, monotonic: Callable[[], float] = time.monotonic) -> Drive:
        made.append(Drive(tmp_path / "RUN.db", Title(), period=period, monotonic=monotonic))
        return made[-1]

    yield make
    for one in made:
        one.close()


def asked(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(question).fetchall()


def in_miles(inputs: Inputs, _: Replan) -> Inputs:
    return replace(inputs, settings='{"units":"statute"}')


def refusing(_inputs: Inputs, replan: Replan) -> Inputs:
    raise RoadbookError(f"{replan.text} is empty. Copy the roadbook again.")


class Turns:
    """A wire that has a turn whenever the loop comes round: what it reports is what the script does then."""

    def __init__(self, script: Callable[[float], list[Signal]]) -> None:
        self.take = script

    def fileno(self) -> int | None:
        return None

    def due(self) -> float | None:
        return 0.0

    def close(self) -> None:
        pass


class Hands:
    """A clock that goes on when it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def live(one: Drive, inputs: Inputs, clock: Hands, remake: Any, steps: Iterator[list[Signal] | None]) -> None:
    """Drive live, a tenth of a second a step; None ends the drive."""
    stop = Stop()

    def script(_: float) -> list[Signal]:
        clock.now += 0.1
        signals = next(steps)
        stop.asked = signals is None
        return signals or []

    loop.live(one, inputs, lambda _: [Turns(script)], stop, "start", remake=remake)


def segments(path: Path) -> list[tuple[str, str]]:
    with Run.open(path) as run:
        plans = run.plans()
        return [(segment.reason, plans[segment.plan_id].settings) for segment in run.segments()]


def test_a_new_plan_opens_a_segment_while_the_car_goes_on(
    drive: Callable[..., Drive], tmp_path: Path, inputs: Inputs
) -> None:
    clock = Hands()
    one = drive(monotonic=clock)
    began = list[float]()

    def steps() -> Iterator[list[Signal] | None]:
        for _ in range(30):
            yield [Edge(clock.now - 1000.0, "key", "x", True)]
        one.asked.append(Replan("amended", ""))
        yield []
        while one.segment == 1:
            yield from waited()
        began.append(clock.now - 1000.0)
        for _ in range(5):
            yield [Edge(clock.now - 1000.0, "key", "y", True)]
        yield None

    live(one, inputs, clock, in_miles, steps())
    one.close()
    assert segments(tmp_path / "RUN.db") == [("start", "{}"), ("amended", '{"units":"statute"}')]
    edges = asked(tmp_path / "RUN.db", "SELECT t FROM signal WHERE source = 'key' AND segment = 2 ORDER BY id")
    assert [t for (t,) in edges] == [pytest.approx(0.1 * n, abs=0.11) for n in range(1, 6)]
    with Run.open(tmp_path / "RUN.db") as run:
        assert verify(run) == one.signals


def waited() -> Iterator[list[Signal]]:
    """Let the planner's thread have the processor."""
    select.select([], [], [], 0.005)
    yield []


def test_where_no_plan_can_be_made_the_old_one_goes_on_and_the_crew_is_told(
    drive: Callable[..., Drive], inputs: Inputs
) -> None:
    clock = Hands()
    one = drive(monotonic=clock)

    def steps() -> Iterator[list[Signal] | None]:
        one.asked.append(Replan("book", "torn.gpx"))
        end = time.monotonic() + PATIENCE
        while not said(one) and time.monotonic() < end:
            yield from waited()
        yield None

    live(one, inputs, clock, refusing, steps())
    assert one.segment == 1
    assert said(one) == "torn.gpx is empty. Copy the roadbook again.; driving goes on as before"


def said(one: Drive) -> str:
    return one.state.notice.text if one.state.notice is not None else ""


def test_a_press_before_a_new_plan_is_acknowledged_after_it(drive: Callable[..., Drive], inputs: Inputs) -> None:
    """The card is busy when the plan changes: what waits for it still waits, and is told of when it is safe."""
    one, acked = drive(), list[int]()

    class Pod:
        def ack(self, seq: int) -> bool:
            acked.append(seq)
            return True

    one.pod = Pod()
    one.begin(Start(0.0, "", "test"), inputs)
    one.take(contact(0.9, 1, closed=True))
    one.take(contact(1.0, 2, closed=False))
    pressed = one.state.deed
    assert pressed is not None
    one.run_on(4.0)
    one.begin(Start(0.0, "", "amended", after=4.0), in_miles(inputs, Replan("amended", "")))
    assert one.state.deed is not None
    end = time.monotonic() + PATIENCE
    while acked != [1, 2] and time.monotonic() < end:
        select.select([one.wake], [], [], 0.05)
        one.acknowledge()
    assert acked == [1, 2]
    assert one.safe_until == pytest.approx(-3.0)
    assert one.state.deed.t <= one.safe_until


def contact(t: float, seq: int, *, closed: bool) -> Line:
    return Line(t, "pod", frame(f"PCDRB,{round(t * 1000)},{seq},2,{closed:d}").rstrip())


def test_a_button_held_through_a_new_plan_is_one_press(drive: Callable[..., Drive], inputs: Inputs) -> None:
    one = drive()
    one.begin(Start(0.0, "", "test"), inputs)
    one.take(Edge(1.0, "key", "2", True))
    one.begin(Start(0.0, "", "amended", after=1.05), in_miles(inputs, Replan("amended", "")))
    one.take(Edge(0.05, "key", "2", False))
    assert one.state.pointer == 1


# Recordings.


def replanning(t: float, one: Drive) -> Iterator[Played]:
    """A recording in which the crew, at `t`, asks for a new plan."""
    yield Began(Start(0.0, "", "first"))
    yield Edge(t, "key", "x", True)
    one.asked.append(Replan("amended", ""))
    yield Edge(t + 1.0, "key", "x", True)
    yield Edge(t + 2.0, "key", "2", True)
    yield Edge(t + 2.1, "key", "2", False)


def test_a_raw_recording_goes_on_under_the_new_plan(
    drive: Callable[..., Drive], tmp_path: Path, inputs: Inputs
) -> None:
    one = drive()
    play(one, replanning(5.0, one), lambda _: inputs, None, Stop(), remake=in_miles)
    one.close()
    assert segments(tmp_path / "RUN.db") == [("first", "{}"), ("amended", '{"units":"statute"}')]
    assert asked(tmp_path / "RUN.db", "SELECT segment, t FROM press") == [(2, pytest.approx(1.0))]


def test_a_recording_with_plans_of_its_own_has_no_others(
    drive: Callable[..., Drive], tmp_path: Path, inputs: Inputs
) -> None:
    one = drive()
    recording = replanning(5.0, one)
    next(recording)
    play(one, [Began(Start(0.0, "", "first"), None, inputs), *recording], lambda _: inputs, None, Stop())
    one.close()
    assert segments(tmp_path / "RUN.db") == [("first", "{}")]
    assert not one.asked


def test_a_recording_whose_new_plan_cannot_be_made_is_played_to_its_end(
    drive: Callable[..., Drive], tmp_path: Path, inputs: Inputs
) -> None:
    one = drive()
    play(one, replanning(5.0, one), lambda _: inputs, None, Stop(), remake=refusing)
    one.close()
    assert segments(tmp_path / "RUN.db") == [("first", "{}")]
    assert asked(tmp_path / "RUN.db", "SELECT action FROM press") == [("next note",)]


def test_a_run_with_a_new_plan_comes_back_equal_from_its_wire_log(
    tmp_path: Path, codriver: Callable[..., Any], inputs: Inputs, lively: tuple[Signal, ...]
) -> None:
    """Its Starts say what was driven by, and what went on without a break: nothing is planned anew."""
    one = Drive(tmp_path / "a.db", Title(inputs.roadbook_name, "open", "", __version__), patient=True)

    def recording() -> Iterator[Played]:
        yield Began(Start(0.0, "", "first"))
        for signal in lively:
            if signal.t > 33.3 and one.segment == 1 and not one.asked:
                one.asked.append(Replan("amended", ""))
            yield stamped(signal)

    play(one, recording(), lambda _: inputs, None, Stop(), remake=in_miles)
    one.close(ended=True)
    codriver("export", "a.db", "-o", "a.wire")
    codriver("run", "--wire", "a.wire", "--log", "b.db", "--speed", "max")
    assert [reason for reason, _ in segments(tmp_path / "b.db")] == ["first", "amended"]
    assert list(differences(tmp_path / "a.db", tmp_path / "b.db")) == []
    codriver("replay", "b.db", "--verify")


def stamped(signal: Any) -> Signal:
    """As a wire would have it: to the microsecond."""
    told: Signal = msgspec.structs.replace(signal, t=stamp(signal.t))
    return told


# The key is turned.

VICTIM = """
import sys, os, signal, select
from pathlib import Path
from codriver.core.outs import Replan
from codriver.core.plan import Inputs
from codriver.loop import Drive
from codriver.runlog.runs import Title
from codriver.signals import Edge, Start
from codriver.planning import make
from dataclasses import replace
drive = Drive(Path(sys.argv[1]), Title())
inputs = Inputs(roadbook_name="black-reg.gpx", roadbook=Path(sys.argv[2]).read_bytes())
drive.begin(Start(0.0, "", "start"), inputs)
drive.take(Edge(1.0, "key", "2", True)); drive.take(Edge(1.1, "key", "2", False))
made = make(lambda inputs, _: replace(inputs, settings='{"units":"statute"}'), inputs, Replan("amended", ""))
assert drive.go_on(made, 2.0, "boot")
while drive._committed < drive.signals:
    select.select([drive.wake], [], [], 1.0)
    drive.wake.drain()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_power_cut_right_after_a_new_plan_goes_on_under_it(tmp_path: Path, stage: bytes) -> None:
    (tmp_path / "stage.gpx").write_bytes(stage)
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, tmp_path / "RUN.db", tmp_path / "stage.gpx"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
        timeout=60,
    )
    assert done.returncode == -posix.SIGKILL
    one = Drive(tmp_path / "RUN.db", Title())
    assert one.inputs is not None
    assert one.inputs.settings == '{"units":"statute"}'
    assert one.state.pointer == 1
    one.begin(Start(0.0, "", "resume"), one.inputs)
    one.close()
    with Run.open(tmp_path / "RUN.db") as run:
        assert verify(run) == one.signals
