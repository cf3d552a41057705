"""What the benches drive: the bundled stage at the load of blueprint 1, a minute of it or an hour.

The load is fifty sentences (RMC VTG GGA at 10 Hz, GSA and GSV between) and twenty pod lines a second. An hour is the
stage driven again and again, another car each time, with a crew that presses buttons: one receiver, one pod, one log.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from heapq import merge
from importlib.resources import files
from itertools import count, takewhile
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Final, TypeAlias, cast

from codriver import loop
from codriver.core import engine
from codriver.core.plan import Inputs, Plan, build
from codriver.core.state import State
from codriver.loop import Frames
from codriver.roadbook.load import read
from codriver.sieve import Sieve
from codriver.signals import Line, Signal, Start, stamp
from codriver.simulate import drive as simulator
from codriver.simulate import frames
from codriver.simulate.drive import Options, WireRow
from codriver.units import MINUTE, Seconds
from codriver.voice.speech import Espeak, SpeechError
from codriver.wires.lines import frame

NAME: Final = "black-reg.gpx"
FILLERS: Final = [
    frame("GNGSA,A,3,02,08,10,23,27,,,,,,,,1.6,1.3,0.9,1").rstrip(),
    frame("GPGSV,3,1,10,66,40,075,48,82,56,327,48,73,22,320,34,80,37,257,18,1").rstrip(),
]
OPTIONS: Final = Options(hz=10, wheel=True, probe1_m_per_pulse=0.5, probe2_m_per_pulse=0.5)
PACES: Final = ("rally", "flat out", "rally", "slow")
# What the crew of an hour does in every five minutes: when, which buttons, and for how long.
HANDS: Final[Sequence[tuple[Seconds, str, Seconds]]] = (
    *((20.0 + 60.0 * minute, "4", 0.12) for minute in range(5)),
    *((45.0 + 60.0 * minute, "1", 0.15) for minute in range(5)),
    (100.0, "6", 0.1),
    *((at, "2", 1.0) for at in (120.0, 140.0, 160.0)),  # through the pages, and back
    (200.0, "2", 0.1),
    (205.0, "3", 0.1),
    (250.0, "45", 1.0),
    (255.0, "45", 1.0),
)
ZERO_TOTAL: Final = (4.0, "13", 2.3)

Hand: TypeAlias = tuple[Seconds, str, Seconds]


def stage() -> Inputs:
    """A plan of the bundled stage."""
    return Inputs(roadbook_name=NAME, roadbook=(files("codriver.simulate") / "stages" / NAME).read_bytes())


def made(inputs: Inputs, options: Options = OPTIONS) -> simulator.Drive:
    """The stage, driven once."""
    assert inputs.roadbook is not None
    return simulator.drive(read(inputs.roadbook, NAME).book, options)


def loaded(rows: Iterator[WireRow]) -> Iterator[WireRow]:
    """These rows, with the sentences that nobody folds between them, sorted by time."""
    late: deque[WireRow] = deque()
    for row in rows:
        while late and late[0][0] <= row[0]:
            yield late.popleft()
        yield row
        if row[2][3:6] == "GGA":
            late += [(stamp(row[0] + 0.005 * n), row[1], filler) for n, filler in enumerate(FILLERS, 1)]
    yield from late


def load(inputs: Inputs, seconds: Seconds) -> Iterator[Signal]:
    """The bundled stage at the full load, sorted by time."""
    rows = takewhile(lambda row: row[0] < seconds, made(inputs).wire())
    return (Line(*row) for row in loaded(rows))


def laps(inputs: Inputs, until: Seconds) -> Iterator[WireRow]:
    """The stage lap after lap, with its crew, sorted by time; at each start the crew zeroes the total."""
    pod, begun = _Pod(), 0.0
    for number in count():
        options = replace(
            OPTIONS,
            seed=number + 1,
            pace=PACES[number % len(PACES)],
            start=OPTIONS.start + timedelta(seconds=begun),
        )
        lap = made(inputs, options)
        hands = [ZERO_TOTAL, *((at + five * 300.0, which, held) for five in range(9) for at, which, held in HANDS)]
        crew = pod.pressed([hand for hand in hands if hand[0] + hand[2] < lap.duration])
        for t, source, text in merge(lap.wire(), crew, key=itemgetter(0)):
            at = stamp(begun + t)
            if at >= until:
                return
            yield at, source, pod.counted(text, begun) if source == "pod" else text
        begun = round(begun + lap.duration + 1.0, 1)
        pod.lap()


def hour(inputs: Inputs, plan: Plan, minutes: float) -> Iterator[Signal]:
    """All that comes in, in so many minutes."""
    yield Start(0.0, plan.id, "bench")
    yield from (Line(*row) for row in loaded(laps(inputs, minutes * MINUTE)))


def rendered(inputs: Inputs, state: Path) -> None:
    """Render every word of the book, as has been done after some minutes of its first day."""
    voice = Espeak("en", state / "voice")
    for text in build(inputs).fragments:
        try:
            voice.render(text)
        except SpeechError:
            return


class _Pod:
    """One pod for all laps: its clock, its counts and its numbers go on."""

    def __init__(self) -> None:
        self._seq = 0
        self._before, self._last = (0, 0), (0, 0)

    def pressed(self, hands: Sequence[Hand]) -> list[WireRow]:
        """What it says of the crew's fingers."""
        moves = [(t, button, True) for t, buttons, _ in hands for button in buttons]
        moves += [(t + held, button, False) for t, buttons, held in hands for button in buttons]
        rows = []
        for t, button, closed in sorted(moves):
            self._seq += 1
            body = f"PCDRB,{frames.clock(t)},{self._seq},{button},{closed:d}"
            rows.append((stamp(t + 0.002), "pod", frame(body).rstrip()))
        return rows

    def counted(self, text: str, begun: Seconds) -> str:
        """The line with its time and its counts since the first lap."""
        kind, ms, *rest = text[1:-3].split(",")
        if kind == "PCDRI":
            return text
        if kind == "PCDRW":
            self._last = self._before[0] + int(rest[0]), self._before[1] + int(rest[1])
            rest = [str(each) for each in self._last]
        return frame(",".join([kind, str(int(ms) + round(begun * 1000)), *rest])).rstrip()

    def lap(self) -> None:
        """The next car begins to count at 0."""
        self._before = self._last


def shown(plan: Plan, signals: Iterator[Signal], show: Callable[[State, Seconds], None]) -> State:
    """Fold these, and show the state at each of the moments at which the loop would; the last state."""
    drive = cast("loop.Drive", SimpleNamespace(state=State()))
    turns = Frames(lambda drive, now: show(drive.state, now))
    sieve = Sieve()
    for signal in signals:
        if isinstance(signal, Line) and not sieve.admits(signal):
            continue
        while not isinstance(signal, Start) and (due := turns.due(drive)) < signal.t:
            for folded in engine.run_on(plan, drive.state, due):
                drive.state = folded.state
            turns.turn(drive, due)
        for folded in engine.fold(plan, drive.state, signal):
            drive.state = folded.state
        turns.turn(drive, signal.t)
    return drive.state


def folded(plan: Plan, heard: Sequence[Signal]) -> State:
    """Fold what the sieve lets through, as a drive does; nothing is logged."""
    sieve, state = Sieve(), State()
    for signal in (Start(0.0, plan.id, "bench"), *heard):
        if isinstance(signal, Line) and not sieve.admits(signal):
            continue
        for step in engine.fold(plan, state, signal):
            state = step.state
    return state
