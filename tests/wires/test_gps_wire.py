"""A receiver on a real tty: its rate is found, its cable comes out and goes in, and nothing of it is lost."""

import os
import select
import time
from pathlib import Path
from random import Random

import pytest

from codriver.signals import Fault, Line, Signal
from codriver.simulate.cable import Cable
from codriver.wires.gps import LIKELY_RATES, Gps
from codriver.wires.lines import frame

BURST = "".join(frame(f"{kind},120000.00,{number}") for kind in ("GPRMC", "GPGGA", "GPVTG") for number in range(2))
TEXTS = BURST.split()


class Receiver:
    """A receiver at 1 Hz: understood at its own rate, garbage at any other."""

    def __init__(self, cable: Cable, baud: int, burst: bytes = BURST.encode()) -> None:
        self.cable = cable
        self.baud = baud
        self.burst = burst
        self.sent = 0
        self._noise = Random(baud)

    def speak(self) -> None:
        data = self.burst if self.cable.baud == self.baud else self._noise.randbytes(len(self.burst))
        self.sent += self.cable.send(data)


def listen(wire: Gps, receiver: Receiver | None, start: int, until: int) -> list[Signal]:
    """Take whatever comes from `start` to `until` seconds, at 10 Hz and whenever the wire is due."""
    signals: list[Signal] = []
    for tenth in range(start * 10, until * 10):
        if tenth % 10 == 5 and receiver is not None:
            receiver.speak()
        signals += wire.take(tenth / 10)
    return signals


def lines(signals: list[Signal]) -> list[str]:
    return [signal.text for signal in signals if isinstance(signal, Line)]


def faults(signals: list[Signal]) -> list[str]:
    return [signal.text for signal in signals if isinstance(signal, Fault)]


def readable(wire: Gps) -> bool:
    descriptor = wire.fileno()
    return descriptor is not None and bool(select.select([descriptor], [], [], 0)[0])


@pytest.fixture
def gps(cable: Cable) -> Gps:
    cable.plug()
    return Gps(str(cable.path), 9600)


def test_every_line_is_reported_with_the_time_of_its_take(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    cable.send(BURST.encode())
    assert gps.take(12.3456789) == [Line(12.345679, "gps", text) for text in TEXTS]


def test_a_sentence_cut_by_the_reads_is_one_line(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    cable.send(b"$GPRMC,12")
    assert gps.take(1.0) == []
    cable.send(b"0000*00\r\n")
    assert lines(gps.take(2.0)) == ["$GPRMC,120000*00"]


def test_the_loop_is_woken_by_a_byte_and_only_by_a_byte(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    assert not readable(gps)
    cable.send(b"$")
    assert readable(gps)
    gps.take(0.1)
    assert not readable(gps)


def test_a_take_with_nothing_to_read_never_waits(gps: Gps) -> None:
    """pyserial's `readline` waits 100 ms and more beside a drawing loop; a thousand takes must not reach one second."""
    began = time.perf_counter()
    for thousandth in range(1000):
        assert gps.take(thousandth / 1000) == []
    assert time.perf_counter() - began < 1.0


def test_one_take_brings_all_there_is(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    for _ in range(40):
        cable.send(BURST.encode())
    assert lines(gps.take(0.1)) == TEXTS * 40


def test_a_flood_at_460800_baud_is_read_faster_than_it_comes(cable: Cable) -> None:
    flood = b"".join(frame(f"GPGGA,{number:09d},4807.038,N,01131.000,E,1,08").encode() for number in range(9000))
    seconds_on_the_wire = len(flood) * 10 / 460800
    cable.plug()
    gps = Gps(str(cable.path), 460800)
    signals: list[Signal] = gps.take(0.0)
    began, sent = time.perf_counter(), 0
    while sent < len(flood):
        sent += cable.send(flood[sent : sent + 4000])
        signals += gps.take(1.0)
    assert time.perf_counter() - began < seconds_on_the_wire
    assert lines(signals) == flood.decode().split()


@pytest.mark.parametrize("baud", LIKELY_RATES)
def test_the_baud_rate_is_found(cable: Cable, baud: int) -> None:
    cable.plug()
    gps = Gps(str(cable.path))
    heard = lines(listen(gps, Receiver(cable, baud), 0, 20))
    assert gps.baud == cable.baud == baud
    assert heard[-6:] == TEXTS


def test_what_is_read_at_a_wrong_rate_is_reported_too(cable: Cable) -> None:
    cable.plug()
    receiver = Receiver(cable, 57600)
    receiver.burst = b"$GPTXT,all of it*08\r\n" * 10
    heard = lines(listen(Gps(str(cable.path)), receiver, 0, 20))
    line_ends = receiver.sent - sum(len(line) for line in heard)
    assert 0 < line_ends < receiver.sent / 8


def test_what_was_begun_at_a_wrong_rate_is_a_line_of_its_own(cable: Cable) -> None:
    cable.plug()
    gps = Gps(str(cable.path))
    gps.take(0.0)
    cable.send(b"~~~~")
    gps.take(0.1)
    gps.take(1.7)
    cable.send(BURST.encode())
    assert lines(gps.take(1.8)) == TEXTS
    assert gps.baud == LIKELY_RATES[1]


def test_a_receiver_read_in_pieces_is_never_doubted(cable: Cable) -> None:
    cable.plug()
    gps = Gps(str(cable.path))
    gps.take(0.0)
    for second in range(60):
        for place in range(0, len(BURST), 20):
            cable.send(BURST[place : place + 20].encode())
            gps.take(second + place / 1000)
            assert second == 0 or gps.baud == LIKELY_RATES[0]


def test_a_rate_that_was_told_is_kept(cable: Cable) -> None:
    cable.plug()
    gps = Gps(str(cable.path), 38400)
    listen(gps, Receiver(cable, 9600), 0, 30)
    assert cable.baud == 38400


def test_a_receiver_that_changes_its_rate_is_found_again(cable: Cable) -> None:
    cable.plug()
    gps, receiver = Gps(str(cable.path)), Receiver(cable, 9600)
    listen(gps, receiver, 0, 5)
    receiver.baud = 115200
    listen(gps, receiver, 5, 8)
    assert cable.baud == 9600, "three seconds are not enough to give a good rate up"
    listen(gps, receiver, 8, 20)
    assert gps.baud == cable.baud == 115200


def test_a_good_rate_is_kept_through_silence_and_a_stray_byte(cable: Cable) -> None:
    cable.plug()
    gps, receiver = Gps(str(cable.path)), Receiver(cable, 38400)
    listen(gps, receiver, 0, 10)
    cable.send(b"\xff")
    listen(gps, None, 10, 60)
    assert cable.baud == 38400
    assert lines(listen(gps, receiver, 60, 61)) == ["\xff" + TEXTS[0], *TEXTS[1:]]


def test_a_receiver_of_binary_alone_is_reported_once(cable: Cable) -> None:
    cable.plug()
    gps, receiver = Gps(str(cable.path)), Receiver(cable, 9600, burst=b"\xb5b\x01\x07\\\x00" * 20)
    told = faults(listen(gps, receiver, 0, 90))
    assert len(told) == 1
    assert "binary, no NMEA" in told[0]
    receiver.burst = BURST.encode()
    assert faults(listen(gps, receiver, 90, 120)) == ["ok: the GPS receiver sends NMEA at 9600 baud"]


def test_a_told_rate_without_nmea_is_reported_after_five_seconds(cable: Cable, gps: Gps) -> None:
    receiver = Receiver(cable, 115200)
    assert faults(listen(gps, receiver, 0, 5)) == []
    told = faults(listen(gps, receiver, 5, 30))
    assert len(told) == 1
    assert "at 9600 baud" in told[0]


def test_a_cable_that_comes_out_is_told_once_and_its_return_once(cable: Cable, gps: Gps) -> None:
    receiver = Receiver(cable, 9600)
    listen(gps, receiver, 0, 3)
    cable.unplug()
    assert faults(listen(gps, None, 3, 60)) == [f"the GPS receiver is gone from {cable.path}: check its plug and cable"]
    assert gps.fileno() is None
    cable.plug()
    signals = listen(gps, None, 60, 66) + listen(gps, receiver, 66, 68)
    assert faults(signals) == [f"ok: the GPS receiver is back on {cable.path}"]
    assert lines(signals) == TEXTS * 2


def test_each_outage_is_told_and_soon_tried_again(cable: Cable, gps: Gps) -> None:
    receiver, told = Receiver(cable, 9600), []
    for start in range(0, 60, 20):
        listen(gps, receiver, start, start + 3)
        cable.unplug()
        told += faults(gps.take(start + 3))
        assert gps.due() == start + 3.5
        listen(gps, None, start + 4, start + 10)
        cable.plug()
        listen(gps, None, start + 10, start + 20)
    assert told == [f"the GPS receiver is gone from {cable.path}: check its plug and cable"] * 3


def test_a_device_is_back_when_it_speaks_not_when_it_can_be_opened(cable: Cable, gps: Gps) -> None:
    listen(gps, Receiver(cable, 9600), 0, 3)
    told: list[str] = []
    for start in range(3, 63, 12):
        cable.unplug()
        told += faults(listen(gps, None, start, start + 6))
        cable.plug()
        told += faults(listen(gps, None, start + 6, start + 12))
        assert gps.fileno() is not None
    assert len(told) == 1


def test_the_last_good_rate_is_the_first_after_the_cable_is_back(cable: Cable) -> None:
    cable.plug()
    gps, receiver = Gps(str(cable.path)), Receiver(cable, 230400)
    listen(gps, receiver, 0, 20)
    cable.unplug()
    listen(gps, None, 20, 30)
    cable.plug()
    assert lines(listen(gps, receiver, 35, 36)) == TEXTS


def test_a_rate_on_trial_is_not_kept_for_the_next_connection(cable: Cable) -> None:
    cable.plug()
    gps, receiver = Gps(str(cable.path)), Receiver(cable, 9600)
    listen(gps, receiver, 0, 5)
    receiver.baud = 460800
    listen(gps, receiver, 5, 14)
    assert cable.baud != 9600
    cable.unplug()
    listen(gps, None, 14, 20)
    cable.plug()
    listen(gps, None, 25, 26)
    assert cable.baud == 9600


def test_half_a_sentence_is_not_joined_to_what_the_next_connection_says(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    cable.send(b"$GPRMC,1200")
    gps.take(0.1)
    cable.unplug()
    before = lines(gps.take(0.2))
    cable.plug()
    gps.take(1.0)
    cable.send(b"00*00\r\n")
    assert (before, lines(gps.take(1.1))) == (["$GPRMC,1200"], ["00*00"])


def test_a_port_that_does_not_exist_is_one_fault_that_says_what_to_do(tmp_path: Path) -> None:
    gps = Gps(str(tmp_path / "ttyUSB7"))
    assert listen(gps, None, 0, 60) == [
        Fault(0.0, "gps", f"no GPS receiver at {tmp_path}/ttyUSB7: plug it in, or set gps.port")
    ]


def test_an_absent_port_is_tried_again_ever_more_slowly(tmp_path: Path) -> None:
    gps, now, waits = Gps(str(tmp_path / "ttyUSB7")), 0.0, []
    for _ in range(7):
        gps.take(now)
        due = gps.due()
        assert due is not None
        waits.append(due - now)
        now = due
    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_a_new_segment_does_not_put_the_next_try_off(cable: Cable) -> None:
    """Time restarts with a segment: a try due at 1005 s of the last one is due at 0 s of the next."""
    gps = Gps(str(cable.path), 9600)
    gps.take(1000.0)
    cable.plug()
    gps.take(0.0)
    assert gps.fileno() is not None


@pytest.mark.parametrize("kind", ["file", "folder", "fifo"])
def test_what_is_no_serial_port_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    match kind:
        case "file":
            path.touch()
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    assert faults(Gps(str(path)).take(0.0)) == [f"{path} is no serial port: set gps.port"]


def test_a_port_in_use_is_left_to_its_user(cable: Cable, gps: Gps) -> None:
    gps.take(0.0)
    second = Gps(str(cable.path))
    told = faults(second.take(0.0))
    assert told == [f"{cable.path} is in use by another program: stop it (gpsd? ModemManager?)"]
    cable.send(BURST.encode())
    assert lines(gps.take(0.1)) == TEXTS


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_port_that_may_not_be_opened_says_which_group_to_join(tmp_path: Path) -> None:
    path = tmp_path / "ttyS0"
    path.touch(mode=0)
    assert faults(Gps(str(path)).take(0.0)) == [f"{path} may not be opened: add this user to the group dialout"]


def test_closing_twice_is_closing_once(gps: Gps) -> None:
    gps.take(0.0)
    gps.close()
    gps.close()
    assert gps.fileno() is None


def test_a_receiver_that_never_speaks_is_told_once_and_its_first_word_ends_it(cable: Cable) -> None:
    cable.plug()
    wire = Gps(str(cable.path))
    silent = listen(wire, None, 0, 20)
    assert len(faults(silent)) == 1
    assert "says nothing" in faults(silent)[0]
    spoken = listen(wire, Receiver(cable, 9600), 20, 24)
    assert [words[:2] for words in faults(spoken)] == ["ok"]


def test_a_silent_receiver_gives_the_loop_a_time_to_look_again(gps: Gps) -> None:
    gps.take(0.0)
    assert gps.due() == 5.0
    gps.take(5.0)
    assert gps.due() is None
