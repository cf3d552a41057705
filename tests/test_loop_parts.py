"""The parts of the loop: which lines become signals, what ends its waiting, and what stops it."""

import os
import select
import signal as posix
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.sieve import KINDS, Sieve
from codriver.signals import Line
from codriver.wake import Wake, stopping

PATIENCE = 20.0


def sifted(signals: list[Line]) -> list[Line]:
    sieve = Sieve()
    return [line for line in signals if sieve.admits(line)]


TEXTS = st.one_of(
    st.sampled_from(["$GPRMC,1*00", "$GPGSV,1*00", "$GNGSA,1*00", "$PUBX,00*00", "$PCDRX,1*00", "noise", ""]),
    st.text(st.characters(max_codepoint=255), max_size=12),
)
LINES = st.lists(st.tuples(st.floats(0.0, 60.0), st.sampled_from(["gps", "pod"]), TEXTS), max_size=60)


@given(LINES)
def test_what_was_sieved_passes_whole_through_another_sieve(rows: list[tuple[float, str, str]]) -> None:
    once = sifted([Line(*row) for row in sorted(rows)])
    assert sifted(once) == once


def test_what_nobody_folds_is_kept_once_in_ten_seconds() -> None:
    lines = [Line(t / 2, "gps", text) for t in range(60) for text in ("$GPGSV,1*00", "$GPRMC,1*00", "\xb5b")]
    kept = [(line.t, line.text[:6]) for line in sifted(lines)]
    assert [t for t, text in kept if text == "$GPGSV"] == [0.0, 10.0, 20.0]
    assert [t for t, text in kept if text == "\xb5b"] == [0.0, 10.0, 20.0]
    assert sum(text == "$GPRMC" for _, text in kept) == 60


def test_a_receiver_that_invents_sentences_fills_neither_memory_nor_log() -> None:
    sieve = Sieve()
    kept = sum(sieve.admits(Line(n / 1000, "gps", f"$GP{n:03X},1*00")) for n in range(4096))
    assert kept == KINDS + 1
    assert sieve.seen is not None
    assert len(sieve.seen) <= KINDS + 1


def test_a_waiting_loop_is_woken_from_another_thread_and_waits_again() -> None:
    wake = Wake()
    thread = Thread(target=wake.up)
    thread.start()
    assert select.select([wake], [], [], PATIENCE)[0] == [wake]
    thread.join()
    wake.drain()
    assert select.select([wake], [], [], 0)[0] == []
    wake.close()


def test_waking_a_loop_that_does_not_listen_never_blocks() -> None:
    wake = Wake()
    for _ in range(100_000):
        wake.up()
    wake.drain()
    assert select.select([wake], [], [], 0)[0] == []
    wake.close()


def test_a_wake_up_after_the_end_writes_into_nobodys_file(tmp_path: Path) -> None:
    wake = Wake()
    wake.close()
    others = [os.open(tmp_path / name, os.O_CREAT | os.O_RDWR) for name in "ab"]
    wake.up()
    assert [os.fstat(number).st_size for number in others] == [0, 0]
    for number in others:
        os.close(number)


@pytest.mark.parametrize(("number", "ended"), [(posix.SIGTERM, False), (posix.SIGINT, True)])
def test_the_ignition_stops_the_loop_and_ctrl_c_ends_the_run(number: posix.Signals, ended: bool) -> None:
    wake, before = Wake(), posix.getsignal(number)
    with stopping(wake) as stop:
        posix.raise_signal(number)
        assert (stop.asked, stop.ended) == (True, ended)
        assert select.select([wake], [], [], 0)[0] == [wake]
    assert posix.getsignal(number) == before
    wake.close()
