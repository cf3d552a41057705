"""The laws of the fold, on which replay, resume and every golden drive rest. Later signals are added to `lively`."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from codriver import signals
from codriver.core import engine, odometer
from codriver.core.engine import Folded
from codriver.core.outs import Fixed, Out, Pressed, TripChanged
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State, StateError, decode, encode
from codriver.loop import Drive
from codriver.playing import play
from codriver.roadbook.model import Position
from codriver.runlog.compare import differences
from codriver.runlog.reader import Run
from codriver.runlog.refold import refold
from codriver.runlog.runs import Title
from codriver.signals import Edge, Line, Signal, Start, Tick
from codriver.wake import Stop
from codriver.wires.lines import Lines, frame
from codriver.wires.recordings import Began

STATE_BYTES = 8192

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def plan(inputs: Inputs) -> Plan:
    return build(inputs)


def folded(plan: Plan, state: State, heard: Iterable[Signal]) -> list[Folded]:
    steps: list[Folded] = []
    for signal in heard:
        for step in engine.fold(plan, state, signal):
            state = step.state
            steps.append(step)
    return steps


def begun(plan: Plan) -> State:
    return folded(plan, State(), [Start(0.0, plan.id, "test")])[-1].state


def outs_of(steps: Iterable[Folded]) -> list[Out]:
    return [out for step in steps for out in step.outs]


def driven(path: Path, inputs: Inputs, heard: Iterable[Signal], speed: float | None = None) -> Path:
    drive = Drive(path, Title(inputs.roadbook_name), patient=True)
    recording = [Began(Start(0.0, "", "test")), *heard]
    play(drive, recording, lambda _: inputs, speed, Stop())
    drive.close()
    return path


def test_the_lively_drive_holds_what_the_laws_are_about(plan: Plan, lively: tuple[Signal, ...]) -> None:
    outs = outs_of(folded(plan, begun(plan), lively))
    done = {out.action for out in outs if isinstance(out, Pressed)}
    assert {"zero partial", "+10 m", "-10 m", "next note", "previous note", "freeze", "backwards", "forwards"} <= done
    assert {"zero total", "total=1234.5", "scale=0.996"} <= done
    assert any(what.startswith("undo") for what in done)
    assert any(what.startswith("sync") for what in done)
    assert {out.source for out in outs if isinstance(out, Fixed)} >= {"gps", "wheel"}


def test_cutting_and_resuming_at_any_signal_gives_the_same_later_outs(plan: Plan, lively: tuple[Signal, ...]) -> None:
    """Every state on the way is put on paper and taken up again before the next signal."""
    whole = folded(plan, begun(plan), lively)
    state, outs = begun(plan), list[Out]()
    for signal in lively:
        text = encode(state)
        state = decode(text)
        assert encode(state) == text
        for step in engine.fold(plan, state, signal):
            state = step.state
            outs += step.outs
    assert outs == outs_of(whole)
    assert state == whole[-1].state


def test_ticks_follow_from_the_state_alone(plan: Plan, lively: tuple[Signal, ...]) -> None:
    """However often time is looked at between two signals, the same Ticks are folded."""
    state, outs = begun(plan), list[Out]()
    for signal in lively:
        for share in (0.1, 0.5, 0.9):
            for step in engine.run_on(plan, state, state.now + share * (signal.t - state.now)):
                state = step.state
                outs += step.outs
        for step in engine.fold(plan, state, signal):
            state = step.state
            outs += step.outs
    assert outs == outs_of(folded(plan, begun(plan), lively))


def test_no_tick_is_in_the_log_and_none_is_needed(tmp_path: Path, inputs: Inputs, lively: tuple[Signal, ...]) -> None:
    with Run.open(driven(tmp_path / "run.db", inputs, lively)) as run:
        assert all(not isinstance(logged.signal, Tick) for logged in run.signals())
        again = [out for step in refold(run) for out in step.folded.outs if isinstance(out, TripChanged)]
        assert [out.what for out in again] == [row["what"] for row in run.rows("trip_change")]


def test_any_speed_gives_the_same_tables(tmp_path: Path, inputs: Inputs, lively: tuple[Signal, ...]) -> None:
    short = [signal for signal in lively if signal.t < 36.0]
    fast = driven(tmp_path / "max.db", inputs, short)
    paced = driven(tmp_path / "paced.db", inputs, short, speed=12.0)
    assert list(differences(fast, paced)) == []


def test_splitting_the_reads_at_any_byte_changes_nothing(plan: Plan, lively: tuple[Signal, ...]) -> None:
    lines = [signal for signal in lively if isinstance(signal, Line) and signal.source == "gps" and signal.t > 20][:400]
    stream = b"".join(line.text.encode("latin-1") + b"\r\n" for line in lines)
    whole = folded(plan, begun(plan), _read(stream, [len(stream)]))
    assert odometer.distance(whole[-1].state.odo) > 50.0

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
    def law(sizes: list[int]) -> None:
        split = folded(plan, begun(plan), _read(stream, sizes))
        assert outs_of(split) == outs_of(whole)
        assert split[-1].state == whole[-1].state

    law()


def _read(stream: bytes, sizes: list[int]) -> list[Signal]:
    """The stream read in chunks of these sizes, over and over, all at one moment."""
    lines, at, heard = Lines(), 0, list[Signal]()
    while at < len(stream):
        size = sizes[len(heard) % len(sizes)]
        heard += [Line(1.0, "gps", text) for text in lines.feed(stream[at : at + size])]
        at += size
    return heard


def test_a_wire_log_brings_back_an_equal_database(
    tmp_path: Path, codriver: Command, stage: bytes, lively: tuple[Signal, ...]
) -> None:
    (tmp_path / "black-reg.gpx").write_bytes(stage)
    wire = tmp_path / "in.wire"
    rows = [signals.write_line(signal.t, *signals.write(signal)) for signal in lively]
    wire.write_text("\n".join([*rows[:900], '(0.000000) start {"reason":"power"}', *rows[900:1500]]) + "\n")
    codriver("run", "--wire", wire, "--roadbook", "black-reg.gpx", "--log", "a.db", "--speed", "max")
    codriver("export", "a.db", "-o", "a.wire")
    codriver("run", "--wire", "a.wire", "--log", "b.db", "--speed", "max", "--headless")
    codriver("run", "--wire", "a.wire", "--roadbook", "black-reg.gpx", "--log", "c.db", "--speed", "max")
    assert list(differences(tmp_path / "a.db", tmp_path / "b.db")) == []
    assert list(differences(tmp_path / "a.db", tmp_path / "c.db")) == []
    for name in ("a.db", "b.db"):
        assert "every out and checkpoint is the same" in codriver("replay", name, "--verify").output


def test_verify_finds_a_row_that_was_altered(
    tmp_path: Path, codriver: Command, inputs: Inputs, lively: tuple[Signal, ...]
) -> None:
    true = driven(tmp_path / "true.db", inputs, lively)
    for number, wrong in enumerate(
        [
            "UPDATE fix SET odo_m = odo_m + 0.001 WHERE rowid = 300",
            "DELETE FROM press WHERE rowid = 2",
            "INSERT INTO fault VALUES (1, 119.9, 'gps', 'never')",
            "UPDATE trip_change SET undone = 1 WHERE id = 2",
            "UPDATE checkpoint SET state = replace(state, '\"pointer\":', '\"pointer\":1')",
            "UPDATE resume SET state = replace(state, '\"pointer\":', '\"pointer\":1')",
            "DELETE FROM signal WHERE id = 700",
        ]
    ):
        altered = tmp_path / f"altered{number}.db"
        shutil.copy(true, altered)
        db = sqlite3.connect(altered)
        with db:
            assert db.execute(wrong).rowcount > 0, wrong
        db.close()
        codriver("replay", altered, "--verify", code=1)
    codriver("replay", true, "--verify")


def test_a_state_stays_small_over_a_day_and_a_half(plan: Plan) -> None:
    """36 hours with a fix a minute, dead minutes between, a change of distance each ten, at the end of the world."""
    state, largest = begun(plan), 0
    for minute in range(36 * 60):
        t = minute * 60.0
        heard: list[Signal] = [Line(t, "gps", _rmc(t, Position(-54.80191, -68.30295)))]
        if minute % 10 == 0:
            heard += [Edge(t + 1.0, source, "45"[minute % 20 == 0], True) for source in ("gpio", "key")]
            heard += [Edge(t + 1.1, source, "45"[minute % 20 == 0], False) for source in ("gpio", "key")]
            heard += [signals.Fault(t + 2.0, f"wire{minute % 90}", "a cable is out: " + "x" * 300)]
        if minute % 240 == 239:
            heard += [Edge(t + 3.0, "key", f"total={minute * 1234.56789}", True)]
        for step in folded(plan, state, sorted(heard, key=lambda signal: signal.t)):
            state = step.state
        largest = max(largest, len(encode(state)))
    assert len(state.trip.changes) == 50
    assert largest < STATE_BYTES


def _rmc(t: float, place: Position) -> str:
    h, m, s = int(t // 3600) % 24, int(t // 60) % 60, t % 60
    lat, lon = abs(place.lat), abs(place.lon)
    south, west = f"{int(lat):02d}{lat % 1 * 60:08.5f}", f"{int(lon):03d}{lon % 1 * 60:08.5f}"
    return frame(f"GPRMC,{h:02d}{m:02d}{s:05.2f},A,{south},S,{west},W,30.000,123.4,050126,,,A").rstrip()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema":0,"state":{}}', '{"schema":1,"state":{"unknown":2}}', '{"schema":1}']
)
def test_a_text_that_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(StateError):
        decode(text)
