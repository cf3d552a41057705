"""Bytes become lines, however the reads fall."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from codriver.wires.lines import LONGEST, Lines, frame, sentence

GGA = "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"  # its checksum, 47, is in every book on NMEA
STREAM = st.lists(
    st.one_of(
        st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\n", b"$GPRMC,1*00", b"\xb5b\x00$", b"x" * 1024]),
        st.binary(max_size=40),
        st.integers(1000, 2100).map(lambda length: b"y" * length),
    ),
    max_size=8,
).map(b"".join)


def lines_of(*chunks: bytes) -> list[str]:
    lines = Lines()
    return [line for chunk in chunks for line in lines.feed(chunk)] + lines.flush()


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in at), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@given(STREAM, st.lists(st.integers(0, 1 << 20)))
def test_splitting_the_reads_at_any_byte_changes_nothing(stream: bytes, at: list[int]) -> None:
    assert lines_of(*cut(stream, at)) == lines_of(stream)


@settings(deadline=None, max_examples=20)  # thousands of reads an example: slow on a busy machine
@given(STREAM)
def test_reading_byte_by_byte_changes_nothing(stream: bytes) -> None:
    assert lines_of(*(bytes([byte]) for byte in stream)) == lines_of(stream)


@given(STREAM)
def test_no_byte_but_a_line_end_is_lost(stream: bytes) -> None:
    assert "".join(lines_of(stream)).encode("latin-1") == stream.replace(b"\r", b"").replace(b"\n", b"")


@given(STREAM)
def test_no_line_is_empty_or_over_long(stream: bytes) -> None:
    assert all(0 < len(line) <= LONGEST for line in lines_of(stream))


def test_every_line_end_that_receivers_use_ends_a_line() -> None:
    assert lines_of(b"one\r\ntwo\nthree\r\r\nfour\r\n\r\nfive\rsix") == ["one", "two", "three", "four", "five", "six"]


def test_a_line_is_out_as_soon_as_it_ends() -> None:
    assert Lines().feed(b"$GPRMC,1*00\r") == ["$GPRMC,1*00"]


def test_two_sentences_in_one_line_stay_one_line() -> None:
    assert lines_of(b"$GPRMC,1*00$GPGGA,2*00\r\n") == ["$GPRMC,1*00$GPGGA,2*00"]


def test_a_stream_without_line_ends_is_cut_into_pieces() -> None:
    assert [len(line) for line in lines_of(b"z" * 2500)] == [1024, 1024, 452]


def test_an_unfinished_line_waits_until_it_is_flushed() -> None:
    lines = Lines()
    assert lines.feed(b"$GPRMC,12") == []
    assert lines.flush() == ["$GPRMC,12"]
    assert lines.flush() == []


def test_a_frame_carries_the_checksum_of_its_body() -> None:
    assert frame(GGA) == f"${GGA}*47\r\n"


def test_a_sentence_is_found_whatever_stands_around_it() -> None:
    assert sentence(f"\xb5b\x00$$GNGSA,A*00 ${GGA}*47") == GGA


def test_a_wrong_checksum_is_no_sentence() -> None:
    assert sentence(f"${GGA}*46") is None


def test_a_sentence_without_a_checksum_is_none() -> None:
    assert sentence(f"${GGA}") is None


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="$*"), min_size=5))
def test_what_was_framed_is_read_back(body: str) -> None:
    assert sentence(frame(body).rstrip()) == body
