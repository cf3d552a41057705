"""The feeder of the demo: a wire log goes into two cables, each line through its own, never before its time."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from codriver.simulate import feeder
from codriver.simulate.cable import Cable

PATIENCE = 20.0


@pytest.fixture
def cables(tmp_path: Path) -> Iterator[dict[str, Cable]]:
    """The cables of receiver and pod, plugged in."""
    with ExitStack() as stack:
        made = {source: stack.enter_context(Cable(tmp_path / f"tty{source}")) for source in ("gps", "pod")}
        for cable in made.values():
            cable.plug()
        yield made


@pytest.fixture
def host(cables: dict[str, Cable]) -> Iterator[dict[str, int]]:
    """What a host has open of them."""
    opened = {source: os.open(cable.path, os.O_RDWR | os.O_NONBLOCK) for source, cable in cables.items()}
    yield opened
    for descriptor in opened.values():
        os.close(descriptor)


def written(folder: Path, *lines: str) -> Path:
    log = folder / "drive.wire"
    log.write_text("".join(line + "\n" for line in lines))
    return log


def heard(descriptor: int) -> bytes:
    """What has come, up to where nothing does."""
    data = b""
    while select.select([descriptor], [], [], 0.1)[0]:
        data += os.read(descriptor, 4096)
    return data


def test_each_line_goes_through_its_own_cable_as_the_bytes_it_was(
    tmp_path: Path, cables: dict[str, Cable], host: dict[str, int]
) -> None:
    log = written(
        tmp_path,
        '(0.000000) start {"reason":"test"}',
        "(0.000000) gps $GNRMC,1*00",
        "(0.000000) pod $PCDRW,1,2,3*00",
        "(0.010000) key n 1",
        r"(0.010000) gps \x00\xffnoise\x5c",
    )
    feeder.feed(log, {source: cable.fileno() for source, cable in cables.items()})
    assert heard(host["gps"]) == b"$GNRMC,1*00\r\n\x00\xffnoise\\\r\n"
    assert heard(host["pod"]) == b"$PCDRW,1,2,3*00\r\n"


def test_no_line_comes_before_its_time(tmp_path: Path, cables: dict[str, Cable], host: dict[str, int]) -> None:
    log = written(tmp_path, "(0.050000) gps one", "(0.250000) gps two")
    begun = time.monotonic()
    feeder.feed(log, {"gps": cables["gps"].fileno()})
    assert time.monotonic() - begun >= 0.25
    assert heard(host["gps"]) == b"one\r\ntwo\r\n"


def test_what_the_host_says_is_let_go(tmp_path: Path, cables: dict[str, Cable], host: dict[str, int]) -> None:
    """Else the pod's cable would be full after a while, and the host would find no room for its acknowledgements."""
    assert os.write(host["pod"], b"$PCDRA,7*00\r\n") == 13
    log = written(tmp_path, "(0.100000) gps one")
    feeder.feed(log, {source: cable.fileno() for source, cable in cables.items()})
    assert cables["pod"].heard() == b""


def test_a_cable_nobody_reads_loses_lines_and_holds_nothing_up(tmp_path: Path, cables: dict[str, Cable]) -> None:
    log = written(tmp_path, *(f"(0.000000) gps {'x' * 80}" for _ in range(2000)))
    feeder.feed(log, {"gps": cables["gps"].fileno()})


def started(log: Path, cables: dict[str, Cable]) -> "subprocess.Popen[str]":
    ends = [cables[source].fileno() for source in ("gps", "pod")]
    command = [sys.executable, "-m", "codriver.simulate.feeder", str(log), *map(str, ends)]
    return subprocess.Popen(command, pass_fds=ends, stderr=subprocess.PIPE, text=True)


def test_as_a_process_it_ends_with_the_log(tmp_path: Path, cables: dict[str, Cable], host: dict[str, int]) -> None:
    car = started(written(tmp_path, "(0.000000) pod hello"), cables)
    _, said = car.communicate(timeout=PATIENCE)
    assert (car.returncode, said) == (0, "")
    assert heard(host["pod"]) == b"hello\r\n"


def test_as_a_process_it_ends_without_a_word_when_its_host_is_gone(tmp_path: Path, cables: dict[str, Cable]) -> None:
    car = started(written(tmp_path, "(0.000000) gps one", "(3600.000000) gps two"), cables)
    for cable in cables.values():
        cable.unplug()
    _, said = car.communicate(timeout=PATIENCE)
    assert (car.returncode, said) == (0, "")
