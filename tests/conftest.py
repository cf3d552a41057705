"""What many tests share: where the field recordings are, and the command line as a crew types it."""

import os
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from codriver.cli import main
from codriver.core.plan import Inputs
from codriver.roadbook.load import read
from codriver.signals import Done, Edge, Fault, Line, Signal
from codriver.signals import read as read_signal
from codriver.simulate.drive import Options, drive
from codriver.units import Metres
from codriver.wires.lines import frame

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def field_data() -> Path:
    """The folder of real recordings and roadbooks; it is private, so a test without it is skipped."""
    folder = Path(os.environ.get("CODRIVER_FIELD_DATA", BESIDE))
    if not folder.is_dir():
        pytest.skip(f"no field data at {folder}: set CODRIVER_FIELD_DATA")
    return folder


@pytest.fixture
def codriver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in an empty folder with its own state, and give its result."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)

    def run(*words: object, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


POD_MS = 4200  # what the simulated pod's clock reads at the start


def _crew(landmark: Metres) -> Iterator[Signal]:
    """What a lively crew does in the first two minutes, on pins, keys and pod, well and badly."""
    for n, (t, button, held) in enumerate(
        [(21.0, 1, 0.2), (30.0, 4, 0.3), (33.0, 5, 2.1), (41.0, 2, 0.1), (44.0, 3, 0.1), (52.0, 1, 1.4), (71.0, 6, 0.2)]
    ):
        source = ("gpio", "key")[n % 2]
        yield Edge(t, source, str(button), True)
        yield Edge(t + held, source, str(button), False)
    for t, pair, held in [
        (60.0, "45", 1.0),
        (66.0, "45", 1.0),
        (80.0, "35", 1.0),
        (90.0, "16", 1.1),
        (100.0, "13", 2.4),
    ]:
        yield from (Edge(t + 0.01 * i, "gpio", button, True) for i, button in enumerate(pair))
        yield from (Edge(t + held + 0.01 * i, "gpio", button, False) for i, button in enumerate(pair))
    yield from (Edge(75.0 + 0.001 * i, "gpio", "1", i % 2 == 0) for i in range(9))
    yield from (Edge(75.4 + 0.001 * i, "gpio", "1", i % 2 == 1) for i in range(9))
    for t, entry in [
        (47.0, "total=1234.5"),
        (48.0, "scale=0.996"),
        (49.0, "partial=nan"),
        (50.0, "nonsense"),
        (88.0, f"total={landmark + 25}"),
    ]:
        yield Edge(t, "key", entry, True)
        yield Edge(t + 0.1, "key", entry, False)
    for n, (t, closed) in enumerate([(25.0, 1), (25.3, 0), (55.0, 1), (57.0, 0)]):
        for again in range(3):
            yield Line(t + 0.05 * again, "pod", frame(f"PCDRB,{round(t * 1000) + POD_MS},{n + 1},4,{closed}").rstrip())
    yield Fault(62.0, "gps", "the cable is out: /dev/ttyUSB0")
    yield Fault(64.0, "gps", "ok: /dev/ttyUSB0 is back")
    yield Line(65.0, "gps", "\x00\xff binary \\ noise")
    yield Line(65.0, "pod", "$PCDRW,1,2*00")
    yield Done(70.0, "voice", "ended 12")
    yield Done(106.0, "load", 'stick {"here":true,"books":["sda1/SS2.gpx","sda1/SS1.gpx"],"more":1}')
    yield Done(107.0, "load", 'ready {"file":"ab-SS2.gpx","name":"SS2.gpx","pages":2,"lines":["4 boxes."]}')
    yield Done(108.0, "load", "failed SS1.gpx: the stick was pulled out")
    yield from (Edge(109.0 + n, "key", entry, True) for n, entry in enumerate(["do=report", "do=report_on"]))
    yield Done(110.1, "load", 'page {"page":1,"lines":["- box 3: Odd.","-> Look."]}')


@pytest.fixture(scope="session")
def stage() -> bytes:
    """The bundled stage."""
    return (files("codriver.simulate") / "stages" / "black-reg.gpx").read_bytes()


@pytest.fixture(scope="session")
def inputs(stage: bytes) -> Inputs:
    """A plan of the bundled stage with the default settings."""
    return Inputs(roadbook_name="black-reg.gpx", roadbook=stage)


@pytest.fixture(scope="session")
def lively(stage: bytes) -> tuple[Signal, ...]:
    """Two minutes of the bundled stage with receiver, pod and crew, a hole in the fixes included; in order of time."""
    options = Options(hz=5, wheel=True, noise="harsh", probe1_m_per_pulse=0.5, probe2_m_per_pulse=0.5, standing=5.0)
    book = read(stage, "black-reg.gpx").book
    made = drive(book, options)
    heard = (read_signal(*row) for row in takewhile(lambda row: row[0] < 120.0, made.wire()))
    seen = [
        signal for signal in heard if not (isinstance(signal, Line) and signal.source == "gps" and 83 < signal.t < 97)
    ]
    return tuple(sorted([*seen, *_crew(book.notes[5].total)], key=lambda signal: signal.t))
