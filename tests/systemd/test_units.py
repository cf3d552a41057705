"""The unit, alone and under the compositor: systemd has nothing to say against it, and little to fear from it."""

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
HANDBOOK = Path(__file__).parents[2] / "docs" / "install.md"
EXPOSED_AT_MOST = 2.0

analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")


def stand_in(folder: Path, name: str) -> Path:
    """A program that is there, which is all that is asked of it."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(params=["alone", "under cage"])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The unit as installed, but that what it starts stands in a folder of the test's."""
    programs = {
        "/opt/codriver/venv/bin/codriver": stand_in(tmp_path, "codriver"),
        "/usr/bin/cage": stand_in(tmp_path, "cage"),
        "/usr/bin/udevadm": stand_in(tmp_path, "udevadm"),
    }

    def copied(source: str, target: Path) -> Path:
        text = (SYSTEMD / source).read_text()
        for path, program in programs.items():
            text = text.replace(path, str(program))
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
        return target

    if request.param == "under cage":
        copied("cage.conf", tmp_path / "codriver.service.d" / "cage.conf")
    return copied("codriver.service", tmp_path / "codriver.service")


def analyzed(*words: object) -> str:
    """What systemd-analyze says, which must succeed."""
    done = subprocess.run(
        ["systemd-analyze", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def exposure(unit: Path) -> float:
    score = re.search(r"exposure level for \S+: ([\d.]+)", analyzed("security", "--offline=true", "--no-pager", unit))
    assert score is not None
    return float(score[1])


def settings(name: str, section: str) -> dict[str, list[str]]:
    """Each key of a unit with all its values, in order."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in (SYSTEMD / name).read_text().splitlines():
        if line.startswith("["):
            here = line.strip("[]")
        elif here == section and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@analyze
def test_systemd_finds_nothing_to_say(unit: Path) -> None:
    """An unknown key leaves the exit status 0, so the output must be empty as well."""
    assert analyzed("verify", "--man=no", unit) == ""


@analyze
def test_a_misspelt_key_would_be_found(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("OOMScoreAdjust", "OOMScoreAdjusted"))
    assert "Unknown key" in analyzed("verify", "--man=no", unit)


@analyze
def test_the_unit_is_exposed_as_little_as_the_handbook_says(unit: Path) -> None:
    score = exposure(unit)
    assert score <= EXPOSED_AT_MOST
    assert f"{EXPOSED_AT_MOST:.1f}" in HANDBOOK.read_text()


def test_it_never_gives_up() -> None:
    assert settings("codriver.service", "Unit")["StartLimitIntervalSec"] == ["0"]
    assert settings("codriver.service", "Service")["Restart"] == ["always"]


def test_a_beat_is_awaited_from_whoever_draws() -> None:
    service = settings("codriver.service", "Service")
    assert (service["Type"], service["WatchdogSec"], service["NotifyAccess"]) == (["notify"], ["10"], ["main"])
    assert settings("cage.conf", "Service")["NotifyAccess"] == ["all"]


def test_both_ways_start_the_same_cockpit() -> None:
    alone = settings("codriver.service", "Service")["ExecStart"][-1]
    assert settings("cage.conf", "Service")["ExecStart"] == ["", f"/usr/bin/cage -- {alone}"]


def test_no_group_is_named_that_a_computer_may_lack() -> None:
    assert "SupplementaryGroups" not in settings("codriver.service", "Service")


def test_what_it_writes_to_the_console_would_be_on_the_screen() -> None:
    """With a terminal as its input, systemd sends the output there too unless told otherwise."""
    service = settings("codriver.service", "Service")
    assert service["StandardInput"] == ["tty-force"]
    assert service["StandardOutput"] == service["StandardError"] == ["journal"]


def test_the_options_are_a_file_that_systemd_reads_as_nothing() -> None:
    options = RawConfigParser(delimiters="=", comment_prefixes="#")
    options.read_string("[options]\n" + (SYSTEMD / "options").read_text())
    assert dict(options["options"]) == {"codriver_options": ""}
