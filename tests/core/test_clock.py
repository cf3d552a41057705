"""What UTC it is: agreed on, doubted, stepped, never taken from a date that cannot be."""

import pytest

from codriver.core import clock
from codriver.core.clock import Standing, Utc
from codriver.decode.nmea import Epoch, Fix, NoFix
from codriver.units import DAY, Seconds

# 2026-01-05 12:00:00 UTC.
NOON = 1767614400.0


def fix(t: Seconds, of_day: Seconds | None, date: str = "050126") -> Fix:
    return Fix(t, of_day, date, 31.0, -4.0, None, 0.0, None, 1)


def heard(*epochs: Epoch, utc: Utc | None = None) -> Utc:
    now = Utc() if utc is None else utc
    for epoch in epochs:
        now = clock.hear(now, epoch)
    return now


def known() -> Utc:
    """UTC that was agreed on at noon, at t = 12."""
    return heard(*(fix(10.0 + i, DAY / 2 - 2.0 + i) for i in range(3)))


def test_three_agreeing_epochs_are_believed_and_two_are_not() -> None:
    epochs = [fix(10.0 + i, DAY / 2 - 2.0 + i) for i in range(3)]
    assert clock.at(heard(*epochs[:2]), 12.0) is None
    assert clock.at(heard(*epochs), 12.0) == NOON
    assert heard(*epochs).standing == Standing.GPS


def test_a_date_that_changes_begins_the_agreement_anew() -> None:
    utc = heard(fix(1.0, 1000.0, "040126"), fix(2.0, 1001.0, "040126"), fix(3.0, 1002.0), fix(4.0, 1003.0))
    assert utc.offset is None
    assert clock.at(heard(fix(5.0, 1004.0), utc=utc), 5.0) is not None


@pytest.mark.parametrize("date", ["161206", "310226", "000000", "010108", ""])
def test_a_date_that_cannot_be_is_never_believed(date: str) -> None:
    """161206 is what a receiver of 2026 prints that has forgotten that GPS weeks began anew (gps-data 8)."""
    utc = heard(*(fix(10.0 + i, 1000.0 + i, date) for i in range(20)))
    assert utc.offset is None


def test_a_receiver_that_forgets_its_weeks_under_way_changes_nothing() -> None:
    before = known()
    assert heard(*(fix(13.0 + i, DAY / 2 + 1.0 + i, "220506") for i in range(20)), utc=before) == before


def test_epochs_without_a_fix_a_date_or_a_clock_say_nothing() -> None:
    epochs: list[Epoch] = [NoFix(1.0 + i, 1000.0 + i, "050126") for i in range(5)]
    epochs += [fix(10.0 + i, None) for i in range(5)]
    epochs += [fix(20.0 + i, 1000.0 + i, "") for i in range(5)]
    assert heard(*epochs) == Utc()
    assert heard(*epochs, utc=known()) == known()


def test_leap_seconds_learnt_step_the_clock_once_three_agree() -> None:
    utc = heard(*(fix(13.0 + i, DAY / 2 + 1.0 + i - 18.0) for i in range(2)), utc=known())
    assert clock.at(utc, 14.0) == NOON + 2.0
    utc = heard(fix(15.0, DAY / 2 + 3.0 - 18.0), utc=utc)
    assert clock.at(utc, 15.0) == NOON + 3.0 - 18.0
    assert utc.standing == Standing.GPS


def test_one_late_epoch_changes_nothing() -> None:
    utc = heard(fix(15.0, DAY / 2 + 1.0), fix(15.0, DAY / 2 + 2.0), fix(15.0, DAY / 2 + 3.0), utc=known())
    assert clock.at(utc, 20.0) == NOON + 8.0
    assert utc.candidate is None


def test_leap_seconds_are_known_once_the_almanac_has_come_round() -> None:
    early = heard(fix(12.0 + 700.0, DAY / 2 + 700.0), utc=known())
    assert early.standing == Standing.GPS
    late = heard(fix(12.0 + 781.0, DAY / 2 + 781.0), utc=early)
    assert late.standing == Standing.GPS_LEAP_KNOWN


def test_the_clock_follows_a_crystal_that_drifts() -> None:
    """30 millionths, for 14 hours: 1.5 s."""
    utc = known()
    for minute in range(14 * 60):
        for second in range(3):
            passed = minute * 60.0 + second
            t, of_day = 13.0 + passed * (1.0 + 30e-6), (DAY / 2 + 1.0 + passed) % DAY
            utc = heard(fix(t, of_day, "050126" if passed < DAY / 2 - 1.0 else "060126"), utc=utc)
    true = NOON + 1.0 + passed
    assert clock.at(utc, t) == pytest.approx(true, abs=0.55)
    assert utc.standing == Standing.GPS_LEAP_KNOWN


@pytest.mark.parametrize("date", ["050126", "060126"])
def test_midnight_passes_whether_or_not_the_date_follows_at_once(date: str) -> None:
    before = heard(*(fix(10.0 + i, DAY - 5.0 + i) for i in range(3)))
    after = heard(*(fix(15.5 + i, 0.5 + i, date) for i in range(5)), utc=before)
    assert clock.at(after, 20.0) == clock.at(before, 20.0)
    assert clock.text(clock.of(after, fix(15.5, 0.5, date))) == "2026-01-06T00:00:00.500Z"


def test_a_wrong_day_is_mended_away_from_midnight() -> None:
    wrong = heard(*(fix(10.0 + i, 1000.0 + i, "040126") for i in range(3)))
    right = heard(*(fix(13.0 + i, 1003.0 + i) for i in range(3)), utc=wrong)
    assert clock.at(right, 0.0) == (clock.at(wrong, 0.0) or 0.0) + DAY


def test_an_epochs_own_clock_is_finer_than_its_arrival() -> None:
    utc = known()
    assert clock.of(utc, fix(20.13, DAY / 2 + 8.0)) == NOON + 8.0
    assert clock.of(utc, fix(20.13, None)) == pytest.approx(NOON + 8.13)
    assert clock.of(Utc(), fix(20.13, DAY / 2)) is None


def test_a_new_segment_knows_no_time() -> None:
    assert clock.restart(known()) == Utc()


def test_utc_is_written_to_the_millisecond() -> None:
    assert clock.text(NOON + 0.0005) == "2026-01-05T12:00:00.000Z"
    assert clock.text(NOON + 0.9996) == "2026-01-05T12:00:01.000Z"
    assert clock.text(None) is None
