"""Installed from a wheel, with no checkout beside it, everything works: data comes through importlib.resources."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from flit_core import buildapi

from codriver.wires.lines import frame

ROOT = Path(__file__).resolve().parents[1]

PROVES = """
import codriver, json, sys
from importlib.resources import files
from pathlib import Path
from codriver import config
from codriver.profiles import load as profiles
from codriver.roadbook.load import read
from codriver.wires.pinout import panel
stage = files("codriver.simulate") / "stages" / "black-reg.gpx"
Path("stage.gpx").write_bytes(stage.read_bytes())
print(json.dumps({
    "at": codriver.__file__,
    "profiles": profiles.names(),
    "boxes": len(read(stage.read_bytes(), "stage").book.notes),
    "buttons": len(panel()),
    "allowed": config.load(None, ["profile=gazelles"]).allow.gps,
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content and nothing of the checkout."""
    made, there = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        wheel = made / buildapi.build_wheel(str(made))
    finally:
        os.chdir(before)
    with ZipFile(wheel) as packed:
        packed.extractall(there)
    return there


def python(installed: Path, cwd: Path, *words: str) -> str:
    environ = {**os.environ, "PYTHONPATH": str(installed), "XDG_STATE_HOME": str(cwd)}
    done = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_data_is_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    found = json.loads(python(installed, tmp_path, "-c", PROVES))
    assert Path(found["at"]).is_relative_to(installed)
    assert {"open", "raid", "gazelles"} <= set(found["profiles"])
    assert (found["boxes"], found["buttons"], found["allowed"]) == (37, 8, False)


def test_a_drive_from_the_wheel_verifies(installed: Path, tmp_path: Path) -> None:
    python(installed, tmp_path, "-c", PROVES)
    wire = tmp_path / "x.wire"
    line = frame("GPRMC,120000,A,3110.5,N,00410.25,W,20.0,45.0,050126,,,A").rstrip()
    wire.write_text(f"(0.000000) gps {line}\n")
    command = "from codriver.cli import main; main()"
    python(installed, tmp_path, "-c", command, "run", "--wire", str(wire), "--roadbook", "stage.gpx", "--log", "x.db")
    assert "is the same" in python(installed, tmp_path, "-c", command, "replay", "x.db", "--verify")
