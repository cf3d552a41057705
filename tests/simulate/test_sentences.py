from dataclasses import replace
from datetime import UTC, datetime

import pynmea2
import pytest

from codriver.simulate.receiver import QUIET, Epoch, Fix
from codriver.simulate.sentences import burst

NOON = datetime(2026, 1, 10, 12, 0, 0, tzinfo=UTC)
FIX = Fix(lat=-45.877591, lon=170.500125, alt=14.2, speed=0.0129, course=None, satellites=14, hdop=0.64)


def printed(fix: Fix | None, *, dated: bool = True, utc: datetime = NOON, digits: int = 5) -> list[str]:
    device = replace(QUIET, position_digits=digits)
    return list(burst(Epoch(0.0, 0.1, fix, dated=dated, times=1), device, utc))


def test_a_fix_reads_as_a_u_blox_prints_it() -> None:
    rmc, vtg, gga, *_ = printed(FIX)
    assert rmc == "$GNRMC,120000.00,A,4552.65546,S,17030.00750,E,0.025,,100126,,,A*76"
    assert vtg == "$GNVTG,,T,,M,0.025,N,0.046,K,A*38"
    assert gga == "$GNGGA,120000.00,4552.65546,S,17030.00750,E,1,12,0.64,14.2,M,25.0,M,,*68"


def test_a_receiver_without_a_fix_leaves_the_fields_blank() -> None:
    rmc, vtg, gga, gsa, *gsv = printed(None)
    assert rmc == "$GNRMC,120000.00,V,,,,,,,100126,,,N*64"
    assert vtg == "$GNVTG,,,,,,,,,N*2E"
    assert gga == "$GNGGA,120000.00,,,,,0,00,99.99,,,,,,*7B"
    assert gsa.startswith("$GNGSA,A,1,,,,")
    assert gsv[0] == "$GPGSV,1,1,00*79"


def test_before_it_saw_the_sky_it_knows_no_time() -> None:
    rmc, _, gga, *_ = printed(None, dated=False)
    assert rmc == "$GNRMC,,V,,,,,,,,,,N*4D"
    assert gga == "$GNGGA,,,,,,0,00,99.99,,,,,,*56"


@pytest.mark.parametrize("digits", [3, 4, 5, 7])
def test_minutes_never_read_sixty(digits: int) -> None:
    rmc = pynmea2.parse(printed(FIX._replace(lat=46 - 1e-12, lon=-(8 - 1e-12)), digits=digits)[0], check=True)
    assert (rmc.lat, rmc.lat_dir) == (f"4600.{'0' * digits}", "N")
    assert (rmc.lon, rmc.lon_dir) == (f"00800.{'0' * digits}", "W")


def test_a_course_never_reads_three_hundred_and_sixty() -> None:
    assert pynmea2.parse(printed(FIX._replace(course=359.9999))[0], check=True).true_course == 0.0


def test_satellites_are_told_once_a_second() -> None:
    kinds = [text[3:6] for text in printed(FIX)]
    assert kinds == ["RMC", "VTG", "GGA", "GSA", "GSA", "GSV", "GSV", "GSV", "GSV", "GSV"]
    assert len(printed(FIX, utc=NOON.replace(microsecond=200_000))) == 3


def test_the_satellites_used_are_among_those_in_view() -> None:
    parsed = [pynmea2.parse(text, check=True) for text in printed(FIX)]
    used = {field for gsa in parsed if gsa.sentence_type == "GSA" for field in gsa.data[2:14] if field}
    seen = {field for gsv in parsed if gsv.sentence_type == "GSV" for field in gsv.data[3::4]}
    assert len(used) == FIX.satellites
    assert used <= seen


def test_no_sentence_is_longer_than_the_standard_allows() -> None:
    fast = FIX._replace(speed=55.0, course=123.456, alt=1234.5)
    assert max(len(text) + 2 for text in printed(fast, digits=5)) <= 82
