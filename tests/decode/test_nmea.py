"""Sentences to fixes: damaged, doubled, late, in any order, from any talker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.decode import nmea
from codriver.decode.nmea import Epoch, Fix, NoFix, Receiver
from codriver.units import KNOT, Seconds
from codriver.wires.lines import frame

RMC = "GPRMC,{:09.2f},A,3110.5000,N,00410.2500,W,20.0,45.0,050126,,,A"
GGA = "GPGGA,{:09.2f},3110.50004,N,00410.25006,W,1,09,0.9,745.0,M,45.0,M,,"
VTG = "GPVTG,45.0,T,,M,20.0,N,37.0,K,A"
VOID = "GPRMC,{:09.2f},V,3110.5000,N,00410.2500,W,5.0,45.0,050126,,,N"


def sentence(body: str) -> str:
    return frame(body).rstrip()


class Bench:
    """A receiver, fed line by line at chosen times."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.epochs: list[Epoch] = []

    def hear(self, t: Seconds, *bodies: str) -> None:
        for body in bodies:
            self.raw(t, sentence(body))

    def raw(self, t: Seconds, line: str) -> None:
        self.wait(t)
        self.receiver, epochs = nmea.fold(self.receiver, t, line)
        self.epochs += epochs

    def wait(self, t: Seconds) -> None:
        while (at := nmea.due(self.receiver)) is not None and at <= t:
            self.receiver, epochs = nmea.tick(self.receiver, at)
            self.epochs += epochs

    def fixes(self) -> list[Fix]:
        return [epoch for epoch in self.epochs if isinstance(epoch, Fix)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_sentences_of_an_epoch_become_one_fix(bench: Bench) -> None:
    bench.hear(1.0, RMC.format(120000), GGA.format(120000), VTG)
    bench.wait(2.0)
    [fix] = bench.fixes()
    assert fix.lat == pytest.approx(31.175000667)
    assert fix.lon == pytest.approx(-4.170834333)
    assert fix.speed == pytest.approx(20.0 * KNOT)
    assert (fix.alt, fix.quality, fix.date, fix.clock) == (745.0, 1, "050126", 43200.0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_within_an_epoch_does_not_matter(bench: Bench, order: tuple[int, int]) -> None:
    for second in range(4):
        bodies = [RMC.format(120000 + second), GGA.format(120000 + second)]
        bench.hear(float(second), *(bodies[i] for i in order))
    bench.wait(9.0)
    assert [(fix.clock, fix.alt) for fix in bench.fixes()] == [(43200.0 + second, 745.0) for second in range(4)]
    assert [fix.speed for fix in bench.fixes()] == [pytest.approx(20 * KNOT)] * 4


def test_a_usual_burst_is_a_fix_at_once(bench: Bench) -> None:
    bench.hear(0.0, RMC.format(120000), GGA.format(120000))
    bench.hear(1.0, RMC.format(120001), GGA.format(120001))
    assert [fix.t for fix in bench.fixes()] == [0.0, 1.0]


def test_a_fix_has_the_time_of_its_last_sentence_however_late_it_closes(bench: Bench) -> None:
    bench.hear(0.0, RMC.format(120000))
    bench.hear(0.1, GGA.format(120000))
    bench.wait(5.0)
    assert [fix.t for fix in bench.fixes()] == [0.1]


def test_a_sentence_that_comes_after_its_epoch_closed_is_waited_for_next_time(bench: Bench) -> None:
    bench.hear(0.0, RMC.format(120000))
    bench.hear(1.0, RMC.format(120001), GGA.format(120001))
    bench.hear(2.0, RMC.format(120002), GGA.format(120002))
    bench.wait(9.0)
    assert [fix.alt for fix in bench.fixes()] == [None, None, 745.0]


def test_a_slow_burst_is_waited_for_to_its_end(bench: Bench) -> None:
    """4800 baud, GGA first: the satellites' sentences, which nobody folds, keep RMC back for most of a second."""
    for second in range(6):
        bench.hear(second + 0.17, GGA.format(120000 + second))
        bench.hear(second + 0.92, RMC.format(120000 + second))
    bench.wait(9.0)
    assert [fix.speed for fix in bench.fixes()] == [None, *[pytest.approx(20.0 * KNOT)] * 5]
    assert [fix.t for fix in bench.fixes()] == [0.17, 1.92, 2.92, 3.92, 4.92, 5.92]


def test_an_epoch_that_lacks_a_usual_sentence_is_complete_before_it_looks_like_no_fix(bench: Bench) -> None:
    for second in range(3):
        bench.hear(float(second), RMC.format(120000 + second), GGA.format(120000 + second))
    bench.hear(3.0, RMC.format(120003))
    assert nmea.due(bench.receiver) == 3.4
    bench.wait(3.4)
    assert len(bench.fixes()) == 4


def test_two_constellations_in_one_epoch_are_one_fix(bench: Bench) -> None:
    bench.hear(0.0, "GAGGA" + GGA.format(120000)[5:].replace("745.0", "700.0"), GGA.format(120000), RMC.format(120000))
    bench.wait(1.0)
    assert [fix.alt for fix in bench.fixes()] == [700.0]


def test_a_speed_that_leads_its_burst_goes_with_the_position_that_follows(bench: Bench) -> None:
    for second in range(4):
        bench.hear(second + 0.0, VTG.replace("20.0,N", f"{second}.0,N"))
        bench.hear(second + 0.1, GGA.format(120000 + second))
    bench.wait(9.0)
    assert [fix.speed for fix in bench.fixes()] == [pytest.approx(second * KNOT) for second in range(4)]


@pytest.mark.parametrize(
    "body",
    [
        VOID.format(120000),
        RMC.format(120000).replace(",A,3110", ",V,3110"),
        RMC.format(120000)[:-1] + "N",
        RMC.format(120000)[:-1] + "S",
        GGA.format(120000).replace("W,1,", "W,0,"),
        GGA.format(120000).replace("W,1,", "W,7,"),
        GGA.format(120000).replace("W,1,", "W,8,"),
        GGA.format(120000).replace("W,1,", "W,,"),
        RMC.format(120000).replace("3110.5000,N,00410.2500,W", "0000.0000,N,00000.0000,E"),
        RMC.format(120000).replace("3110.5000", "9110.5000"),
        RMC.format(120000).replace("3110.5000", "3160.5000"),
        RMC.format(120000).replace("3110.5000,N", "3110.5000,X"),
        RMC.format(120000).replace("3110.5000", "31nan"),
        "GPRMC,,V,,,,,,,,,,N",
        "GPGLL,3110.5,N,00410.25,W,120000,V",
        "GNGNS,120000.00,3110.5,N,00410.25,W,NNN,00,,,,,",
    ],
)
def test_what_is_no_fix_is_never_a_fix(bench: Bench, body: str) -> None:
    bench.hear(0.0, body)
    bench.wait(1.0)
    assert bench.fixes() == []


def test_one_doubting_sentence_voids_the_epoch(bench: Bench) -> None:
    bench.hear(0.0, RMC.format(120000), GGA.format(120000).replace("W,1,", "W,0,"))
    bench.wait(1.0)
    assert [type(epoch) for epoch in bench.epochs] == [NoFix]


def test_a_position_that_only_a_silent_sentence_gives_is_no_fix(bench: Bench) -> None:
    """A GLL of NMEA 1.5 has no status: it vouches for nothing."""
    bench.hear(0.0, "GPGLL,3110.5,N,00410.25,W")
    bench.wait(1.0)
    assert bench.fixes() == []


def test_gll_with_a_status_and_gns_are_fixes(bench: Bench) -> None:
    bench.hear(0.0, "GPGLL,3110.5,N,00410.25,W,120000,A,A")
    bench.hear(1.0, "GNGNS,120001.00,3110.5,N,00410.25,W,NA,08,1.0,745.0,45.0,,")
    bench.wait(2.0)
    assert [fix.alt for fix in bench.fixes()] == [None, 745.0]


def test_dead_reckoning_is_a_fix_that_says_so(bench: Bench) -> None:
    bench.hear(0.0, GGA.format(120000).replace("W,1,", "W,6,"))
    bench.wait(1.0)
    assert [fix.quality for fix in bench.fixes()] == [6]


@pytest.mark.parametrize(
    "line",
    [
        sentence(RMC.format(120000))[:-1] + "?",
        "$" + RMC.format(120000),
        "$" + RMC.format(120000) + "*00",
        "$GPRMC,000346.03,A,4808\0\0\0\0",
    ],
)
def test_a_damaged_sentence_is_counted_and_nothing_else(bench: Bench, line: str) -> None:
    bench.raw(0.0, line)
    bench.wait(1.0)
    assert bench.epochs == []
    assert bench.receiver.damaged == 1


@pytest.mark.parametrize(
    "line",
    [
        "$" + sentence(RMC.format(120000)),
        "\x00\xffnoise" + sentence(RMC.format(120000)),
        sentence("GPGSA,A,3,01,,,,,,,,,,,,1.6,1.3,0.9") + sentence(RMC.format(120000)),
        "$GPRMC,1200" + sentence(RMC.format(120000)),
    ],
)
def test_a_sound_sentence_is_found_behind_noise(bench: Bench, line: str) -> None:
    bench.raw(0.0, line)
    bench.wait(1.0)
    assert len(bench.fixes()) == 1


def test_lines_nobody_folds_change_nothing(bench: Bench) -> None:
    before = bench.receiver
    for body in ("GPGSV,1,1,00", "PUBX,00,1", "PQTMCFGMSGRATE,W,GGA,1", "GNGGAH,073346.00,4004.7,N"):
        bench.hear(0.0, body)
    assert bench.receiver == before


def test_an_epoch_said_twice_is_one_fix(bench: Bench) -> None:
    bench.hear(0.0, RMC.format(120000))
    bench.hear(1.0, RMC.format(120000))
    bench.hear(2.0, RMC.format(120000))
    bench.wait(9.0)
    assert len(bench.epochs) == 1


def test_a_doubled_burst_does_not_break_the_bursts_after_it(bench: Bench) -> None:
    for second in (0, 1, 1, 2, 3):
        bench.hear(second + 0.0, RMC.format(120000 + second), VTG, GGA.format(120000 + second))
    bench.wait(9.0)
    assert [(fix.clock, fix.alt) for fix in bench.fixes()] == [(43200.0 + second, 745.0) for second in range(4)]
    assert len(bench.epochs) == 4


@pytest.mark.parametrize("lost", range(3))
def test_a_lost_sentence_does_not_break_the_bursts_after_it(bench: Bench, lost: int) -> None:
    for second in range(6):
        burst = [RMC.format(120000 + second), VTG, GGA.format(120000 + second)]
        if second == 2:
            del burst[lost]
        bench.hear(second + 0.0, *burst)
    bench.wait(9.0)
    assert [fix.clock for fix in bench.fixes()] == [43200.0 + second for second in range(6)]
    assert len(bench.epochs) == 6


@pytest.mark.parametrize("date", ["220899", "2208-1", "000126", "321399", ""])
def test_a_date_that_is_none_is_not_given(bench: Bench, date: str) -> None:
    bench.hear(0.0, RMC.format(120000).replace("050126", date))
    bench.wait(1.0)
    assert [fix.date for fix in bench.fixes()] == [""]


def test_time_of_day_goes_round_at_midnight() -> None:
    assert nmea.elapsed(86399.5, 0.5) == pytest.approx(1.0)
    assert nmea.elapsed(0.5, 86399.5) == pytest.approx(-1.0)


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=90), max_size=20))
def test_nothing_that_comes_down_a_wire_raises(lines: list[str]) -> None:
    bench = Bench()
    for number, line in enumerate(lines):
        bench.raw(number / 10.0, line)
        bench.raw(number / 10.0, "$GPRMC," + line)


FIELD = st.sampled_from(["", "A", "V", "N", "0", "-1", "120000.00", "3110.5", "00410.25", "W", "999999", "nan", "1e5"])


@given(st.sampled_from(sorted(nmea.FOLDED)), st.lists(FIELD, max_size=16))
def test_no_fields_behind_a_right_checksum_raise(kind: str, fields: list[str]) -> None:
    bench = Bench()
    bench.hear(0.0, ",".join(["GP" + kind, *fields]))
    bench.wait(1.0)
    for fix in bench.fixes():
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lon <= 180
