"""A short slice of `make fuzz`: wounded files of every format, read by a child that may touch nothing.

The judge is tried first on readers that do what none may.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.judge import Judge, Verdict
from tests.fuzz.mutate import MOST, mutate
from tests.fuzz.run import Faults
from tests.fuzz.seeds import real, synthetic

SEEDS = synthetic()

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the child's limits are those of Linux")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as child:
        yield child


@pytest.mark.parametrize("name", SEEDS)
def test_every_seed_is_read_soundly(judge: Judge, name: str) -> None:
    verdict = judge.judge(SEEDS[name])
    assert verdict.key == "", verdict.text


def test_every_real_file_is_read_soundly(judge: Judge, field_data: Path) -> None:
    for name, data in real(field_data / "roadbooks").items():
        verdict = judge.judge(data)
        assert verdict.key == "", f"{name}: {verdict.text}"


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(SEEDS)), st.sampled_from(sorted(SEEDS)), st.integers(0, 2**32))
def test_a_wounded_file_is_a_book_or_a_sentence_in_bounded_time_and_memory(
    judge: Judge, name: str, other: str, seed: int
) -> None:
    verdict = judge.judge(mutate(SEEDS[name], SEEDS[other], Random(seed)))
    assert verdict.key == "", verdict.text


def test_a_wound_comes_again_from_its_number_and_stays_in_bounds() -> None:
    for name, seed in SEEDS.items():
        wounds = [mutate(seed, SEEDS["kml"], Random(number)) for number in range(30)]
        assert wounds == [mutate(seed, SEEDS["kml"], Random(number)) for number in range(30)], name
        assert max(map(len, wounds)) <= MOST
        assert len(set(wounds)) > 10


CHILD = """
import sys
from codriver.roadbook import load
true = load.read
def read(data, name):
    if data[:1] != b"!":
        return true(data, name)
    exec(data[1:].decode())
    return true(b"km,note\\n1,a\\n", name)
load.read = read
from tests.fuzz import judge
judge.SECONDS = 1
judge.main()
"""


@pytest.mark.parametrize(
    ("deed", "key"),
    [
        ("pass", ""),
        ("1 / 0", "ZeroDivisionError"),
        ("raise load.RoadbookError('no')", "sentence"),
        ("bytearray(600 << 20)", "MemoryError"),
        ("while True: pass", "hung"),
        ("import os; os.abort()", "died"),
        ("open('/etc/hostname')", "touched open '/etc/hostname'"),
        ("open('/dev/null', 'w')", "touched open '/dev/null'"),
        ("import socket; socket.socket()", "touched socket.__new__"),
        ("import os; os.listdir('/')", "touched os.listdir"),
        ("import subprocess; subprocess.run(['true'])", "touched subprocess.Popen"),
    ],
)
def test_the_judge_sees_what_no_reader_may_do(deed: str, key: str) -> None:
    with Judge("-c", CHILD) as judge:
        verdict = judge.judge(b"!" + deed.encode())
        assert verdict.key.startswith(key) if key else not verdict.key, verdict
        assert judge.judge(b"km,note\n1,a\n").outcome == "book"


def test_a_fault_is_kept_once_with_its_smallest_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = Faults(tmp_path)
    for data in (b"larger", b"small", b"largest"):
        faults.keep(Verdict("faulty", "KeyError table.py:3", "why"), data)
    assert faults.counts == {"KeyError table.py:3": 3}
    assert [path.read_bytes() for path in tmp_path.glob("*.bin")] == [b"small"]
    assert "KeyError table.py:3" in capsys.readouterr().out
