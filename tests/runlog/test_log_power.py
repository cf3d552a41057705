"""Power is cut, and cards are full: what was committed is there, and the drive goes on from it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from codriver.runlog.database import connect
from codriver.runlog.reader import Run
from codriver.runlog.runs import Title, open_run

if sys.platform == "win32":
    pytest.skip("no kill -9 and no limits on Windows, where nobody drives", allow_module_level=True)

VICTIM: Final = Path(__file__).with_name("victim.py")


@contextmanager
def victim(*words: object) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(VICTIM), *map(str, words)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None
    return (line.strip() for line in process.stdout)


def kill_after(path: Path, commits: int) -> int:
    """Drive on at `path`, kill without warning, and give the last signal that was reported as committed."""
    with victim(path) as process:
        said = lines(process)
        reported = [int(next(said)) for _ in range(commits)]
        process.kill()
        reported += [int(line) for line in said if line]
    return reported[-1]


def integrity(path: Path) -> str:
    with connect(path, "ro") as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


def test_every_committed_signal_survives_kill_9_and_the_state_agrees_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "RUN.db"
    for cut, commits in enumerate((1, 3, 12), start=1):
        reported = kill_after(path, commits)
        assert integrity(path) == "ok"
        with Run.open(path) as run:
            logged = [entry.id for entry in run.signals()]
            resume = run.resume()
            assert resume is not None
            assert logged == list(range(1, resume.signal_id + 1))
            assert resume.signal_id >= reported
            assert json.loads(resume.state)["folded"] == resume.signal_id
            assert resume.segment == cut == len(run.segments())


def test_a_run_that_was_cut_says_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "RUN.db"
    reported = kill_after(path, 3)
    opened = open_run(path, Title())
    assert opened.signal_id >= reported
    assert opened.segment == 1
    assert opened.inputs is not None
    assert json.loads(str(opened.state))["folded"] == opened.signal_id


def test_a_full_card_is_said_and_all_is_kept_when_there_is_room_again(tmp_path: Path) -> None:
    path = tmp_path / "RUN.db"
    with victim(path, 200_000) as process:
        said = lines(process)
        assert next(said).isdigit()
        trouble = next(line for line in said if not line.isdigit())
        assert "card" in trouble
        with Run.open(path) as run:
            before = sum(1 for _ in run.signals())
        assert process.stdin is not None
        process.stdin.write("room\n")
        process.stdin.flush()
        last = next(int(line.removeprefix("closed ")) for line in said if line.startswith("closed"))
    with Run.open(path) as run:
        assert [entry.id for entry in run.signals()] == list(range(1, last + 1))
    assert 1 < before < last
    assert integrity(path) == "ok"
