"""What systemd hears, over a real socket of the kind it listens on."""

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codriver.wires.supervisor import Supervisor

if sys.platform == "win32":
    pytest.skip("systemd is Linux's", allow_module_level=True)

TEN_SECONDS = "10000000"


class Systemd:
    """The listening end."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        said = []
        while True:
            try:
                said.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return said


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(str(tmp_path / "notify"))
    yield listening
    listening.socket.close()


@pytest.fixture
def unit(systemd: Systemd) -> Callable[..., Supervisor]:
    """A unit with this environment beside the socket."""
    return lambda **environ: Supervisor.from_environ({"NOTIFY_SOCKET": systemd.address, **environ})


def test_ready_carries_a_sentence_for_the_status(systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    unit().ready("driving stage 3\nby the book")
    assert systemd.heard() == ["READY=1\nSTATUS=driving stage 3 by the book"]


def test_a_beat_is_told_at_most_every_half_of_the_limit(systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    supervisor = unit(WATCHDOG_USEC=TEN_SECONDS)
    for tenth in range(101):
        supervisor.beat(tenth / 10)
    assert systemd.heard() == ["WATCHDOG=1"] * 3  # at 0, 5 and 10 s


def test_a_new_segment_whose_time_begins_again_beats_at_once(systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    supervisor = unit(WATCHDOG_USEC=TEN_SECONDS)
    supervisor.beat(3600.0)
    supervisor.beat(0.1)
    assert len(systemd.heard()) == 2


@pytest.mark.parametrize("limit", ["", "0", "soon", "-5", "²"])
def test_without_a_limit_there_is_no_beat(limit: str, systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    unit(WATCHDOG_USEC=limit).beat(1.0)
    assert systemd.heard() == []


def test_a_beat_is_told_although_the_first_process_is_another(
    systemd: Systemd, unit: Callable[..., Supervisor]
) -> None:
    """Under a compositor WATCHDOG_PID is the compositor's."""
    unit(WATCHDOG_USEC=TEN_SECONDS, WATCHDOG_PID="1").beat(0.0)
    assert systemd.heard() == ["WATCHDOG=1"]


def test_the_end_is_told_and_may_be_told_twice(systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    supervisor = unit()
    supervisor.stopping()
    supervisor.stopping()
    assert systemd.heard() == ["STOPPING=1"] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_abstract_name_is_reached(tmp_path: Path) -> None:
    name = f"codriver-{tmp_path.name}-{id(tmp_path)}"
    systemd = Systemd(f"\0{name}")
    Supervisor.from_environ({"NOTIFY_SOCKET": f"@{name}"}).ready("here")
    assert systemd.heard() == ["READY=1\nSTATUS=here"]
    systemd.socket.close()


def test_without_a_supervisor_nothing_happens() -> None:
    alone = Supervisor.from_environ({"WATCHDOG_USEC": TEN_SECONDS})
    alone.ready("alone")
    alone.beat(0.0)
    alone.stopping()


@pytest.mark.parametrize("address", ["/nowhere/at/all", "relative", "/" + "x" * 300, "@", "/nul\0in it"])
def test_a_supervisor_that_cannot_be_reached_is_none(address: str) -> None:
    lost = Supervisor.from_environ({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": TEN_SECONDS})
    lost.ready("lost")
    lost.beat(0.0)
    lost.stopping()


def test_a_supervisor_that_does_not_listen_is_not_waited_for(systemd: Systemd, unit: Callable[..., Supervisor]) -> None:
    """A thousand beats into a socket nobody empties: it fills, and the cockpit draws on."""
    supervisor = unit(WATCHDOG_USEC="2")
    for second in range(1000):
        supervisor.beat(float(second))
    assert 0 < len(systemd.heard()) < 1000
