"""The pod's wire against a simulated pod on a real tty: greeted, kept company, acknowledged, unplugged, restarted."""

import time

import pytest

from codriver.signals import Fault, Line, Signal
from codriver.simulate.cable import Cable
from codriver.simulate.pod import SimulatedPod
from codriver.wires.lines import sentence
from codriver.wires.pod import Pod


class Bench:
    """A pod and a host at the two ends of a cable; `run` lets time pass in hundredths."""

    def __init__(self, cable: Cable) -> None:
        self.cable = cable
        self.wire = Pod(str(cable.path))
        self.pod = SimulatedPod()
        self.now = 0.0
        self.plugged = False
        self.asked: list[str | None] = []
        self.plug()

    def plug(self) -> None:
        self.cable.plug()
        self.plugged = True

    def unplug(self) -> None:
        self.cable.unplug()
        self.plugged = False

    def run(self, seconds: float) -> list[Signal]:
        signals: list[Signal] = []
        for _ in range(round(seconds * 100)):
            signals += self.wire.take(self.now)
            said = self.pod.step(self.now)
            if self.plugged:
                heard = self.cable.heard()
                self.asked += [sentence(line) for line in heard.decode("latin-1").split()]
                self.pod.hear(self.now, heard)
                self.cable.send(said)
            self.now = round(self.now + 0.01, 2)
        return signals


def bodies(signals: list[Signal], kind: str) -> list[list[str]]:
    """The fields of each sentence of this kind; a line that is no sentence would be a fault of the pod or the wire."""
    found = [sentence(signal.text) for signal in signals if isinstance(signal, Line)]
    assert None not in found
    return [body.split(",")[1:] for body in found if body is not None and body.startswith(f"PCDR{kind},")]


def faults(signals: list[Signal]) -> list[str]:
    return [signal.text for signal in signals if isinstance(signal, Fault)]


@pytest.fixture
def bench(cable: Cable) -> Bench:
    return Bench(cable)


def test_a_pod_is_asked_who_it_is_and_then_kept_alive_each_second(bench: Bench) -> None:
    signals = bench.run(5.5)
    assert bench.asked == ["PCDRQ", "PCDRK", "PCDRK", "PCDRK", "PCDRK", "PCDRK"]
    assert bench.pod.kept_alive == 5.0
    assert bodies(signals, "I")[0] == ["1", "simulated", "E66141040396", "1"]


def test_every_line_is_the_pods(bench: Bench) -> None:
    assert {signal.source for signal in bench.run(1.0) if isinstance(signal, Line)} == {"pod"}


def test_a_turning_wheel_is_told_20_times_a_second_and_a_still_one_once(bench: Bench) -> None:
    still = bodies(bench.run(5.0), "W")
    moving: list[list[str]] = []
    for _ in range(500):
        bench.pod.turn(bench.now, 2, 1)
        moving += bodies(bench.run(0.01), "W")
    assert len(still) == 5
    assert len(moving) == pytest.approx(100, abs=2)
    assert bodies(bench.run(0.1), "W")[-1][1:] == ["1000", "500"]


def test_counts_told_are_never_older_than_their_pulses(bench: Bench) -> None:
    bench.run(0.9)
    bench.pod.turn(bench.now, 7)
    assert bodies(bench.run(0.05), "W")[0] == ["900", "7", "0"]


def test_a_change_of_contact_is_repeated_until_it_is_acknowledged(bench: Bench) -> None:
    bench.run(1.0)
    seq = bench.pod.contact(bench.now, 3, True)
    repeated = bodies(bench.run(0.54), "B")
    assert repeated == [["1000", "1", "3", "1"]] * 11
    assert bench.wire.ack(seq)
    bench.run(0.02)
    assert bodies(bench.run(1.0), "B") == []


def test_a_lost_acknowledgement_costs_one_more_repeat(bench: Bench) -> None:
    bench.run(1.0)
    bench.pod.lose_acks = 2
    seq, heard = bench.pod.contact(bench.now, 1, True), 0
    for _ in range(100):
        if told := bodies(bench.run(0.01), "B"):
            heard += len(told)
            bench.wire.ack(seq)
    assert heard == 3


def test_the_key_is_told_at_once(bench: Bench) -> None:
    bench.run(1.5)
    bench.pod.ignition(bench.now, False)
    assert bodies(bench.run(0.03), "P") == [["1500", "13800", "0", "41.5"]]


def test_a_complaint_is_told_once(bench: Bench) -> None:
    bench.run(1.0)
    bench.pod.complain(bench.now, "stuck", "probe 2")
    assert bodies(bench.run(2.0), "E") == [["1000", "stuck", "probe 2"]]


def test_a_restarted_pod_says_so_and_counts_from_nothing(bench: Bench) -> None:
    bench.run(1.0)
    bench.pod.turn(bench.now, 500)
    bench.run(1.0)
    bench.pod.restart(bench.now)
    signals = bench.run(0.5)
    assert bodies(signals, "I") == [["1", "simulated", "E66141040396", "2"]]
    assert bodies(signals, "W")[0] == ["0", "0", "0"]
    assert faults(signals) == []


def test_clock_counts_and_numbers_wrap_at_32_bits(bench: Bench) -> None:
    top = (1 << 32) - 1
    bench.pod = SimulatedPod(ms=top - 99, counts=(top, top), seq=top)
    bench.run(0.2)
    bench.pod.turn(bench.now, 3, 1)
    seq = bench.pod.contact(bench.now, 2, True)
    signals = bench.run(0.02)
    assert bodies(signals, "W")[0] == ["100", "2", "0"]
    assert (bodies(signals, "B")[0], seq) == (["100", "0", "2", "1"], 0)
    bench.wire.ack(seq)
    bench.run(0.02)
    assert bodies(bench.run(0.5), "B") == []


def test_a_pod_unplugged_and_back_is_told_once_each_and_asked_again(bench: Bench) -> None:
    bench.run(2.0)
    bench.unplug()
    out = bench.run(20.0)
    bench.plug()
    bench.asked.clear()
    back = bench.run(6.0)
    assert faults(out) == [f"the pod is gone from {bench.cable.path}: check its plug and cable"]
    assert faults(back) == [f"ok: the pod is back on {bench.cable.path}"]
    assert bench.asked[:2] == ["PCDRQ", "PCDRK"]


def test_metres_made_while_the_host_was_away_are_in_the_counts(bench: Bench) -> None:
    bench.run(1.0)
    bench.unplug()
    bench.run(5.0)
    bench.pod.turn(bench.now, 321)
    bench.plug()
    back = bench.run(6.0)
    assert bodies(back, "W")[0][1:] == ["321", "0"]
    assert {boot for *_, boot in bodies(back, "I")} == {"1"}


def test_a_lamp_is_lit(bench: Bench) -> None:
    bench.run(0.1)
    assert bench.wire.send("PCDRL,2,128")
    bench.run(0.02)
    assert bench.pod.leds == {2: 128}


def test_a_pod_that_does_not_read_never_holds_the_host(cable: Cable) -> None:
    """What finds no room is dropped and counted; the pod asks for it again by repeating."""
    cable.plug()
    wire = Pod(str(cable.path))
    wire.take(0.0)
    began = time.perf_counter()
    sent = [wire.ack(seq) for seq in range(6000)]
    assert time.perf_counter() - began < 2.0
    assert sent[0]
    assert wire.dropped == sent.count(False) > 0


def test_what_is_sent_to_no_pod_is_counted(cable: Cable) -> None:
    wire = Pod(str(cable.path))
    wire.take(0.0)
    assert not wire.ack(1)
    assert wire.dropped == 1


def test_a_write_to_a_pod_just_pulled_out_is_dropped_and_the_take_tells(bench: Bench) -> None:
    bench.run(1.0)
    bench.unplug()
    assert not bench.wire.ack(1)
    assert len(faults(bench.run(0.01))) == 1
