"""Changes as a crew types them in a minute, in its own language and units, and as codriver keeps them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codriver.roadbook import figures, layer
from codriver.roadbook.change import COLOURS, OPS, Change
from codriver.roadbook.change_table import EXACT
from codriver.roadbook.model import Event, Position, Waypoint
from codriver.units import KMH, MILE, MPH


def typed(text: str, units: str = "metric") -> tuple[Change, ...]:
    """The changes in this table, in which nothing is doubtful."""
    changes, findings = layer.read(text.encode(), units)
    assert not findings.doubts, findings.doubts
    return changes


def doubted(text: str) -> str:
    changes, findings = layer.read(text.encode())
    assert not changes
    assert findings.doubts
    return " ".join(doubt.text for doubt in findings.doubts)


HEAD = "change,distance,value,words\n"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("danger,12.35,3,washed out", Change("put", 12350.0, danger=3, words="washed out")),
        ("danger,12.35,!!", Change("put", 12350.0, danger=2)),
        ("zone,15.0,50", Change("put", 15000.0, speed=50 * KMH, events=(Event("dz", 50 * KMH),))),
        ("zone start,15.0,30 mph", Change("put", 15000.0, speed=30 * MPH, events=(Event("dz", 30 * MPH),))),
        ("zone end,16.2", Change("put", 16200.0, events=(Event("fz"),))),
        ("end,16.2", Change("put", 16200.0, events=(Event("fz"),))),
        ("cancel zone,15", Change("alter", 15000.0, without=("zone",))),
        ("cancel danger,15", Change("alter", 15000.0, danger=0)),
        ("cancel fuel,15", Change("alter", 15000.0, without=("fuel",))),
        ("cancel,18.4", Change("cancel", 18400.0)),
        ("cancel,box 41", Change("cancel", box="41")),
        ("cancel,#41", Change("cancel", box="#41")),
        ("add,19.05,,culvert", Change("add", 19050.0, words="culvert")),
        ("add danger,19.05,2", Change("add", 19050.0, danger=2)),
        ("move,31,31.2", Change("alter", 31000.0, moved=31200.0)),
        ("cap,5,126", Change("put", 5000.0, cap=126.0)),
        ("fuel,33", Change("put", 33000.0, events=(Event("fuel"),))),
        ("WPM,33", Change("put", 33000.0, waypoint=Waypoint("WPM"))),
        ("stop,33,60", Change("put", 33000.0, events=(Event("stop", 60.0),))),
        ("note,1,,mine", Change("note", 1000.0, words="mine")),
        ("annulé,18.4", Change("cancel", 18400.0)),
        ("Ajouter,18.4,,pont", Change("add", 18400.0, words="pont")),
        ("fin zone,18.4", Change("put", 18400.0, events=(Event("fz"),))),
        ("peligro,18.4,1", Change("put", 18400.0, danger=1)),
        ("suprimir,500 m", Change("cancel", 500.0)),
        ("cancel,2 miles", Change("cancel", 2 * MILE)),
    ],
)
def test_a_line_says_what_a_bulletin_says(line: str, meant: Change) -> None:
    assert typed(HEAD + line) == (meant,)
    assert typed(line) == (meant,), "without a title line the cells come in this order"


@pytest.mark.parametrize(
    ("table", "meant"),
    [
        ("box;danger;note\n41;3;washed out\n", Change("put", box="41", danger=3, words="washed out")),
        ("km;neuer km\n5;6\n", None),
        ("km,new km\n5,6\n", Change("put", 5000.0, moved=6000.0)),
        ("distance miles,speed\n2,30\n", Change("put", 2 * MILE, speed=30 * MPH)),
        (
            "cambio\tkm\tcap\tevento\nalter\t7,5\t90\tfuel CP\n",
            Change("alter", 7500.0, cap=90.0, events=(Event("fuel"), Event("checkpoint"))),
        ),
        ("op,distance,words,cap\nalter,7.5,-,-\n", Change("alter", 7500.0, without=("cap", "words"))),
        (
            "distance,class,highlight,joined\n7.5,2,Pink,x\n",
            Change("put", 7500.0, importance=2, highlight="pink", joined=True),
        ),
        ("distance,lat,lon\n7.5,31.5,-4.25\n", Change("put", 7500.0, position=Position(31.5, -4.25))),
        ("distance,danger\n# as of noon\n\n7.5,3\n", Change("put", 7500.0, danger=3)),
        ("Bulletin 2\nissued at noon\ndistance,danger\n7.5,3\n", Change("put", 7500.0, danger=3)),
    ],
)
def test_titles_say_what_a_column_holds(table: str, meant: Change | None) -> None:
    if meant is None:
        assert doubted(table)
    else:
        assert typed(table) == (meant,)


def test_a_distance_without_a_unit_counts_as_the_book_does() -> None:
    assert typed("distance,danger\n2,3\n", "statute") == (Change("put", 2 * MILE, danger=3),)
    assert typed("km,danger\n2,3\n", "statute") == (Change("put", 2000.0, danger=3),)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("frobnicate,12", "is no change"),
        ("danger,12,7", "danger “7” makes no sense"),
        ("danger,,3", "neither a distance nor a box"),
        ("alter,12", "nothing that is to be changed"),
        ("cap,12,9000", "cap “9000” makes no sense"),
        ("cancel,-4", "distance “-4” makes no sense"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_with_its_number_and_the_others_stand(line: str, told: str) -> None:
    changes, findings = layer.read(f"{HEAD}cancel,1\n{line}\ncancel,3\n".encode())
    assert [change.total for change in changes] == [1000.0, 3000.0]
    assert told in findings.doubts[0].text
    assert "Line 3 of the changes" in findings.doubts[0].text


def test_a_table_as_another_program_saves_it_is_read() -> None:
    """UTF-16 with a byte order mark, as a spreadsheet does; Latin-1, as an old one."""
    meant = (Change("cancel", 12350.0),)
    assert layer.read("change;distance\nannulé;12,35\n".encode("utf-16"))[0] == meant
    assert layer.read("change;distance\nannulé;12,35\n".encode("latin-1"))[0] == meant


def test_nothing_is_no_change() -> None:
    assert layer.read(b"") == ((), layer.read(b"")[1])
    assert layer.read(b"")[0] == layer.read(layer.write(()))[0] == ()


def text(most: int) -> st.SearchStrategy[str]:
    return st.text(max_size=most).map(lambda found: figures.lines(found)[:most])


figure = st.floats(0, 1e7).map(lambda number: number if number > 1e-9 else 0.0)
maybe = st.none() | figure
changes = st.builds(
    Change,
    op=st.sampled_from(OPS),
    total=maybe,
    box=text(8),
    moved=maybe,
    cap=st.none() | st.floats(0, 360).map(lambda number: number if number > 1e-9 else 0.0),
    danger=st.none() | st.integers(0, 3),
    speed=maybe,
    words=text(60),
    events=st.lists(st.builds(Event, st.sampled_from(["dz", "a=b:c;d%20", "fuel"]), maybe, text(9)), max_size=3).map(
        tuple
    ),
    waypoint=st.none() | st.builds(Waypoint, st.sampled_from(["WPM", "VCP"]), text(9), maybe, maybe),
    position=st.none() | st.builds(Position, st.floats(1e-3, 90), st.floats(1e-3, 180), st.none() | st.floats(1, 9000)),
    importance=st.none() | st.integers(0, 3),
    highlight=st.sampled_from(["", *COLOURS]),
    joined=st.booleans(),
    without=st.lists(st.sampled_from(["cap", "zone", "fuel", "a;b"]), max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(changes, max_size=4).map(tuple))
def test_what_is_written_reads_back_equal(changes: tuple[Change, ...]) -> None:
    written = layer.write(changes)
    assert layer.read(written)[0] == changes
    assert layer.write(layer.read(written)[0]) == written


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from(["change", "danger", "12.35", "zone", ",", ";", "\n", '"', "-", "box 3", *EXACT]), max_size=30
    ).map(lambda parts: "".join(parts).encode())
)
def test_whatever_is_read_is_a_layer_and_its_doubts(data: bytes) -> None:
    found, _ = layer.read(data)
    assert layer.read(layer.write(found))[0] == found
