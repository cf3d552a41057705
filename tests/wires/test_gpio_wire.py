"""The panel on gpiozero's own mock pins: every edge, when it happened, and the loop woken for it."""

import fcntl
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from codriver.signals import Edge, Fault, Signal
from codriver.wires.gpio import Gpio
from codriver.wires.pinout import Contact, panel

gpiozero = pytest.importorskip("gpiozero", reason="GPIO is for Linux")
mock = pytest.importorskip("gpiozero.pins.mock")

TRIP, NEXT = Contact(1, "TRIP", 5, 29, "up"), Contact(2, "NEXT", 6, 31, "up")


class Bench:
    """Pins to press, and a clock that goes on by a millisecond at each edge."""

    def __init__(self) -> None:
        self.factory = mock.MockFactory()
        self.ms = count(1)
        self.wire = Gpio((TRIP, NEXT), lambda: next(self.ms) / 1000, self.factory)

    def press(self, contact: Contact) -> None:
        self.factory.pin(contact.bcm).drive_low()

    def release(self, contact: Contact) -> None:
        self.factory.pin(contact.bcm).drive_high()

    def woken(self) -> bool:
        descriptor = self.wire.fileno()
        return descriptor is not None and bool(select.select([descriptor], [], [], 0)[0])


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.wire.close()
    bench.factory.reset()


def levels(signals: list[Signal]) -> list[bool]:
    return [signal.closed for signal in signals if isinstance(signal, Edge)]


def test_a_press_is_two_edges_each_stamped_when_it_happened(bench: Bench) -> None:
    bench.wire.take(0.0)
    bench.press(TRIP)
    bench.release(TRIP)
    assert bench.wire.take(5.0) == [Edge(0.001, "gpio", "1", True), Edge(0.002, "gpio", "1", False)]


def test_edges_of_two_buttons_keep_their_order(bench: Bench) -> None:
    bench.wire.take(0.0)
    for act, contact in ((bench.press, NEXT), (bench.press, TRIP), (bench.release, NEXT), (bench.release, TRIP)):
        act(contact)
    names = [(signal.name, signal.closed) for signal in bench.wire.take(5.0) if isinstance(signal, Edge)]
    assert names == [("2", True), ("1", True), ("2", False), ("1", False)]


def test_the_loop_is_woken_by_an_edge_and_sleeps_after_the_take(bench: Bench) -> None:
    bench.wire.take(0.0)
    assert not bench.woken()
    bench.press(TRIP)
    assert bench.woken()
    bench.wire.take(1.0)
    assert not bench.woken()


def test_no_bounce_is_swallowed(bench: Bench) -> None:
    """Settling is done elsewhere, in code that can be replayed: here every closure of a chattering contact comes."""
    bench.wire.take(0.0)
    for _ in range(500):
        bench.press(TRIP)
        bench.release(TRIP)
    assert levels(bench.wire.take(5.0)) == [True, False] * 500


def test_a_burst_beyond_the_wake_pipe_loses_no_edge(bench: Bench) -> None:
    bench.wire.take(0.0)
    descriptor = bench.wire.fileno()
    assert descriptor is not None
    room = fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 4096)
    for _ in range(room):
        bench.press(TRIP)
        bench.release(TRIP)
    assert len(bench.wire.take(60.0)) == 2 * room
    assert not bench.woken()


def test_edges_from_another_thread_all_arrive(bench: Bench) -> None:
    bench.wire.take(0.0)

    def chatter() -> None:
        for _ in range(2000):
            bench.press(NEXT)
            bench.release(NEXT)

    thread = Thread(target=chatter)
    thread.start()
    heard: list[Signal] = []
    while thread.is_alive():
        heard += bench.wire.take(60.0)
    thread.join()
    heard += bench.wire.take(60.0)
    assert levels(heard) == [True, False] * 2000


class Finger(mock.MockPin):  # type: ignore[name-defined, misc]  # gpiozero is untyped
    """A contact held closed before the pins are opened: stronger than any pull-up until it is let go."""

    holds = True

    def drive_high(self) -> None:
        if self.holds:
            self.drive_low()
        else:
            super().drive_high()

    def let_go(self) -> None:
        self.holds = False
        self.drive_high()


@pytest.fixture
def held() -> Iterator[Bench]:
    """The bench with a finger on each of its buttons before the start."""
    bench = Bench()
    bench.factory.pin_class = Finger
    yield bench
    bench.wire.close()
    bench.factory.reset()


def faults(signals: list[Signal]) -> list[str]:
    return [signal.text for signal in signals if isinstance(signal, Fault)]


def test_a_contact_closed_at_the_start_is_a_fault_and_no_edge(held: Bench) -> None:
    told = held.wire.take(0.0)
    assert levels(told) == []
    assert [text.partition(":")[0] for text in faults(told)] == [
        "button 1 is closed at the start",
        "button 2 is closed at the start",
    ]


def test_when_the_last_contact_closed_at_the_start_opens_all_is_well(held: Bench) -> None:
    held.wire.take(0.0)
    held.factory.pin(NEXT.bcm).let_go()
    assert held.wire.take(1.0) == [Edge(0.001, "gpio", "2", False)]
    held.factory.pin(TRIP.bcm).let_go()
    assert held.wire.take(2.0) == [Edge(0.002, "gpio", "1", False), Fault(2.0, "gpio", "ok: every button is open")]
    held.press(TRIP)
    held.release(TRIP)
    assert held.wire.take(3.0) == [Edge(0.003, "gpio", "1", True), Edge(0.004, "gpio", "1", False)]


def test_a_dead_pin_stays_a_fault_when_the_held_contact_opens(held: Bench) -> None:
    with gpiozero.LED(NEXT.bcm, pin_factory=held.factory):
        held.wire.take(0.0)
        held.factory.pin(TRIP.bcm).let_go()
        assert held.wire.take(1.0) == [Edge(0.001, "gpio", "1", False)]


def test_open_contacts_are_not_news_at_the_start(bench: Bench) -> None:
    assert bench.wire.due() == 0.0
    assert bench.wire.take(0.0) == []
    assert bench.wire.due() is None


def test_an_edge_is_never_later_than_the_take_that_reports_it(bench: Bench) -> None:
    """An edge stamped in the last segment, at 4000 s, is reported at the beginning of this one."""
    bench.wire.take(0.0)
    bench.ms = count(4_000_000)
    bench.press(TRIP)
    assert bench.wire.take(0.25) == [Edge(0.25, "gpio", "1", True)]


def test_the_pins_are_pulled_up_and_the_factory_stays_ours(bench: Bench) -> None:
    bench.wire.take(0.0)
    assert bench.factory.pin(TRIP.bcm).pull == "up"
    assert gpiozero.Device.pin_factory is None


def test_a_pin_in_other_hands_is_one_fault_and_the_others_work(bench: Bench) -> None:
    with gpiozero.LED(TRIP.bcm, pin_factory=bench.factory):
        told = bench.wire.take(0.0)
        bench.press(NEXT)
        assert levels(bench.wire.take(1.0)) == [True]
    assert [type(signal) for signal in told] == [Fault]
    assert isinstance(told[0], Fault)
    assert told[0].text.startswith("button 1 on GPIO5 is dead (")


def test_without_lgpio_the_panel_is_one_fault_that_says_what_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    wire = Gpio(panel(), lambda: 0.0)
    told = wire.take(3.0)
    assert len(told) == 1
    assert isinstance(told[0], Fault)
    assert told[0].text.startswith("the panel's buttons are dead (no GPIO here: ")
    assert told[0].text.endswith("the pod, the keyboard and touch still work")
    assert (wire.fileno(), wire.due(), wire.take(4.0)) == (None, None, [])
    wire.close()


def test_a_closed_panel_is_silent_and_closing_twice_is_closing_once(bench: Bench) -> None:
    bench.wire.take(0.0)
    bench.wire.close()
    bench.wire.close()
    bench.press(TRIP)
    assert bench.wire.take(1.0) == []


@pytest.mark.skipif(find_spec("lgpio") is None, reason="lgpio is installed on the Pi alone")
def test_lgpio_leaves_nothing_behind_and_the_working_directory_where_it_was(tmp_path: Path) -> None:
    """Imported plainly it leaves a FIFO, `.lgd-nfy0`, in the working directory."""
    ask = (
        "import os; from codriver.wires.gpio import Gpio; wire = Gpio((), lambda: 0.0); print(wire.take(0.0)); "
        "import sys; assert 'lgpio' in sys.modules; wire.close(); print(os.getcwd())"
    )
    env = {name: value for name, value in os.environ.items() if name != "LG_WD"} | {"TMPDIR": str(tmp_path)}
    (tmp_path / "car").mkdir()
    told = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path / "car", env=env, capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    assert told.stdout.splitlines()[-1] == str(tmp_path / "car")
    assert [path.name for path in tmp_path.rglob("*")] == ["car"]
