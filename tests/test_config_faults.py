"""What is said of settings that are wrong: all of it, with the place, and what to do."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver import config, kinds
from codriver.config import ConfigError
from codriver.sheet import Fault

T = TypeVar("T")
Write = Callable[[str], Path]


@pytest.fixture
def toml(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "codriver.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults(path: Path | None = None, *sets: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as error:
        config.load(path, sets)
    return error.value.faults


def said(path: Path | None = None, *sets: str) -> str:
    return "\n".join(map(str, faults(path, *sets)))


def test_all_the_faults_of_all_the_sources_are_told_together(toml: Write) -> None:
    path = toml('profile = "raidd"\n[gps]\nbauds = 9600\n[voice]\nmode = 3\n')
    assert said(path, "display.size=big", "vehicle.wheel.probe1_m_per_pulse=500", "nonsense").split("\n") == [
        "--set: nonsense has no key or no value; write --set KEY=VALUE",
        f"{path}, line 1: profile is 'raidd', which is no profile; did you mean raid?",
        f"{path}, line 3: gps.bauds is not a key; did you mean gps.baud?",
        f"{path}, line 5: voice.mode is 3; choose full, dangers, desert, pacenotes, prompt or off",
        '--set: display.size is \'big\'; give "WIDTHxHEIGHT" in pixels, as "800x480"',
        "--set: vehicle.wheel.probe1_m_per_pulse is 500; give 0 or 0.001 to 10",
    ]


def test_a_bad_value_is_told_even_where_a_later_one_replaces_it(toml: Write) -> None:
    assert "voice.mode is 'loud'" in said(toml('voice.mode = "loud"\n'), "voice.mode=off")


def test_the_faults_of_a_file_are_told_in_its_own_order(toml: Write) -> None:
    found = faults(toml("[trip]\nstep = 1\nbook_scale = 9\n[gps]\nbaud = 1\n"))
    assert [fault.line for fault in found] == [2, 3, 5]


def test_the_text_of_the_error_is_the_list() -> None:
    with pytest.raises(ConfigError) as error:
        config.load(sets=["a=1", "b=2"])
    assert str(error.value).count("\n") == 1
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    "factor", ["nan", "inf", "-inf", "-0.5", "0.0001", "10.5", "true", '"half"', "half", "1" * 400]
)
def test_a_wheel_factor_that_cannot_be_is_refused(factor: str) -> None:
    (fault,) = faults(None, f"vehicle.wheel.probe2_m_per_pulse={factor}")
    assert (fault.source, fault.key) == ("--set", "vehicle.wheel.probe2_m_per_pulse")


@pytest.mark.parametrize(("factor", "metres"), [("0", 0.0), ("-0.0", 0.0), ("0.001", 0.001), ("2", 2.0), ("10", 10.0)])
def test_a_wheel_factor_that_can_be_is_taken(factor: str, metres: float) -> None:
    found = config.load(sets=[f"vehicle.wheel.probe1_m_per_pulse={factor}"]).vehicle.wheel.probe1_m_per_pulse
    assert (found, math.copysign(1.0, found)) == (metres, 1.0)


@pytest.mark.parametrize(
    "setting",
    [
        "gps.baud=1234",
        "gps.baud=9600.0",
        "gps.baud=true",
        "display.units=furlongs",
        "display.size=800",
        "display.size=0800x0480",
        "buttons.gpio=1",
        "buttons.gpio=yes",
        "event.utc_offset_h=25",
        "trip.book_scale=0",
        "trip.step_m=0",
        "voice.language=EN",
        "vehicle.name=a\tb",
        "vehicle=5",
        "vehicle=wheel",
        "vehicle.wheel=[]",
        "profile=5",
        "gps.port.name=x",
        "trip.step_m=1\nx = 2",
        "gps.baud=" + "[" * 5000,
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_once_with_something_to_do(setting: str) -> None:
    (fault,) = faults(None, setting)
    assert fault.advice


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("vehicle.wheel.probe1", "vehicle.wheel.probe1_m_per_pulse"),
        ("wheel.probe2_m_per_pulse", "vehicle.wheel.probe2_m_per_pulse"),
        ("vehical.name", "vehicle.name"),
        ("display.unit", "display.units"),
        ("gps_port", "gps.port"),
        ("Profile", "profile"),
    ],
)
def test_a_slip_of_the_pen_is_asked_about(slip: str, meant: str) -> None:
    assert said(None, f"{slip}=1") == f"--set: {slip} is not a key; did you mean {meant}?"


def test_a_word_near_nothing_is_to_be_taken_out() -> None:
    assert said(None, "xyzzy=1") == "--set: xyzzy is not a key; take it out"


def test_each_key_of_a_misspelt_table_is_told_with_its_line(toml: Write) -> None:
    found = faults(toml('[vehical]\nname = "x"\n\n[vehical.wheel]\nprobe1_m_per_pulse = 1\n'))
    assert [(fault.line, fault.advice) for fault in found] == [
        (2, "did you mean vehicle.name?"),
        (5, "did you mean vehicle.wheel.probe1_m_per_pulse?"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# why\n\nvehicle.wheel.probe1_m_per_pulse = 99", 3),
        ("[vehicle]\nwheel.probe1_m_per_pulse = 99", 2),
        ("[vehicle.wheel]\n# why\n  probe1_m_per_pulse=99", 3),
        ("[ vehicle . \"wheel\" ]\n'probe1_m_per_pulse' = 99", 2),
        ("[vehicle]\nwheel = { probe1_m_per_pulse = 99 }", 2),
        ("[gps]\nbaud = 9600\n[vehicle.wheel]\r\nprobe1_m_per_pulse = 99\r\n", 4),
    ],
)
def test_a_fault_names_its_line_however_the_key_is_written(toml: Write, text: str, line: int) -> None:
    (fault,) = faults(toml(text))
    assert (fault.key, fault.line) == ("vehicle.wheel.probe1_m_per_pulse", line)


def test_a_quoted_dot_is_not_a_table(toml: Write) -> None:
    assert '"vehicle.name" is not a key' in said(toml('"vehicle.name" = "x"\n'))


def test_what_is_no_toml_gets_a_sentence_with_its_line(toml: Write) -> None:
    (fault,) = faults(toml("[gps]\nport = /dev/ttyACM0\n"))
    assert fault.line == 2
    assert "this is not TOML (Invalid value)" in str(fault)
    assert fault.advice == "write KEY = VALUE, with text in double quotes"


def test_a_key_given_twice_is_no_toml(toml: Write) -> None:
    assert "this is not TOML (Cannot overwrite a value)" in said(toml("gps.baud = 9600\ngps.baud = 4800\n"))


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "\0", "a." * 3000 + "a = 1"])
def test_a_hostile_file_is_refused_with_one_fault(toml: Write, text: str) -> None:
    assert len(faults(toml(text))) == 1


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "codriver.toml"
    path.write_bytes(b'[vehicle]\nname = "\xe9"\n')
    assert said(path) == f"{path}, line 2: this is not UTF-8 text; save the file as UTF-8"


def test_a_file_that_is_not_there_is_told_and_the_sets_are_checked_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    first, second = faults(path, "gps.baud=1")
    assert str(first).startswith(f"{path}: cannot be read (No such file")
    assert second.key == "gps.baud"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in said(tmp_path)


# Whatever is written, the answer is a configuration or a list of faults.

NAMES = st.sampled_from(
    ["profile", "vehicle", "wheel", "name", "probe1_m_per_pulse", "gps", "port", "baud", "allow", "trip", "step_m"]
) | st.text(max_size=6)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.sampled_from(["auto", "open", "baja", "x.toml", "800x480", "metric", 9600, 0.5, 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def outcome(make: Callable[[], T]) -> T | tuple[Fault, ...]:
    try:
        return make()
    except ConfigError as error:
        return error.faults


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_tree_is_settings_that_read_back_or_faults(tree: dict[str, Any]) -> None:
    found = outcome(lambda: config.settings_from(tree))
    if isinstance(found, config.Settings):
        assert config.settings_from(kinds.DOOR.unstructure(found)) == found
    else:
        assert found
        assert all(fault.key and fault.wrong and fault.advice for fault in found)


@given(st.lists(st.builds("{}={}".format, st.lists(NAMES, max_size=4).map(".".join), VALUES) | st.text(), max_size=5))
def test_any_sets_are_a_configuration_or_faults(sets: list[str]) -> None:
    found = outcome(lambda: config.load(None, sets))
    if isinstance(found, config.Config):
        assert json.dumps(config.plan_settings(found), allow_nan=False)
    else:
        assert {fault.source for fault in found} <= {"--set", "x.toml"}
        assert found


LINES = st.lists(
    st.builds("{} = {}".format, st.lists(NAMES, min_size=1, max_size=3).map(".".join), VALUES.map(str))
    | st.builds("[{}]".format, st.lists(NAMES, min_size=1, max_size=3).map(".".join))
    | st.text(),
    max_size=6,
).map("\n".join)


@given(content=LINES.map(lambda text: text.encode("utf-8", "replace")) | st.binary())
def test_any_file_is_a_configuration_or_faults(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    assert outcome(lambda: config.load(path))


def test_calls_that_nobody_would_hear_are_refused() -> None:
    with pytest.raises(ConfigError, match="leaves nobody to hear the calls"):
        config.load(None, ["voice.codriver=none", "voice.driver=none"])
    assert config.load(None, ["voice.driver=none"]).voice.driver == "none"
