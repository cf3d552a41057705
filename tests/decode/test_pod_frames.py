"""What stands in a pod's line, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.decode.pod_frames import (
    WRAP,
    Complaint,
    ContactChange,
    Frame,
    Identity,
    Supply,
    WheelCount,
    checksum,
    read,
)


def sentence(kind: str, *fields: object) -> str:
    body = ",".join((f"PCDR{kind}", *map(str, fields)))
    return f"${body}*{checksum(body):02X}"


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("$PCDRI,1,0.3.1,E6614103E7,42*49", Identity(1, "0.3.1", "E6614103E7", 42)),
        ("$PCDRW,4294967295,0,17*45", WheelCount(4294967295, 0, 17)),
        ("$PCDRB,1200,3,6,1*70", ContactChange(1200, 3, 6, True)),
        ("$PCDRP,1000,13810,1,41.5*40", Supply(1000, 13810, True, 41.5)),
        ("$PCDRP,1000,11900,0,*5D", Supply(1000, 11900, False, None)),
        ("$PCDRE,99,probe,probe 1 stuck, closed*39", Complaint(99, "probe", "probe 1 stuck, closed")),
    ],
)
def test_each_frame_is_read(text: str, frame: Frame) -> None:
    assert read(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$PCDRW,1,2,3",
        "$PCDRW,1,2,3*00",
        sentence("W", 1, 2),
        sentence("W", 1, 2, 3, 4),
        sentence("W", 1, -2, 3),
        sentence("W", 1, "1_0", 3),
        sentence("W", WRAP, 2, 3),
        sentence("B", 1, 2, 0, 1),
        sentence("B", 1, 2, 3, 2),
        sentence("P", 1, 12000, 1, "nan"),
        sentence("Z", 1, 2, 3),
        "$GPRMC,,V,,,,,,,,,,N*53",
    ],
)
def test_what_is_no_frame_of_ours_is_none(text: str) -> None:
    assert read(text) is None


@given(st.tuples(*[st.integers(0, WRAP - 1)] * 3), st.integers(0, 60), st.characters(max_codepoint=255))
def test_one_damaged_character_never_makes_another_frame(fields: tuple[int, ...], place: int, damage: str) -> None:
    text = sentence("W", *fields)
    damaged = text[:place] + damage + text[place + 1 :]
    assert read(text) == WheelCount(*fields)
    assert read(damaged) in {None, WheelCount(*fields)}


@given(st.text() | st.from_regex(r"\$PCDR[IWBPE],[-0-9.,\w]*\*[0-9A-F]{2}"))
def test_reading_never_raises(text: str) -> None:
    read(text)
    body = text[1:].partition("*")[0]
    read(sentence(body[4:5] or "W", body[6:]))
