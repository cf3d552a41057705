"""The configuration: where each setting comes from, and what is said of those that are wrong."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codriver import config
from codriver.config import Config, ConfigError, Settings
from codriver.kinds import Size
from codriver.sheet import Fault

DOCS = Path(__file__).parents[1] / "docs"

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


# Where a setting comes from.


def test_nothing_needs_to_be_set() -> None:
    assert config.load() == Config()


def test_the_default_wheel_is_half_a_metre_for_a_pulse_of_either_probe() -> None:
    wheel = config.load().vehicle.wheel
    assert (wheel.probe1_m_per_pulse, wheel.probe2_m_per_pulse) == (0.5, 0.5)


def test_a_file_sets_what_it_names_and_leaves_the_rest(toml: Write) -> None:
    found = config.load(toml('[gps]\nbaud = 38400\n[display]\nsize = "800x480"\n[buttons]\ngpio = true\n'))
    assert found.gps == config.Gps(port="", baud=38400)
    assert found.display == config.Display(units="metric", size=Size(800, 480))
    assert found.buttons.gpio is True
    assert found.voice == config.Voice()


def test_the_file_wins_over_the_profile(toml: Write) -> None:
    assert config.load(toml('profile = "baja"\n')).display.units == "statute"
    assert config.load(toml('profile = "baja"\ndisplay.units = "metric"\n')).display.units == "metric"


def test_set_wins_over_the_file(toml: Write) -> None:
    path = toml('[voice]\nmode = "off"\nlanguage = "fr"\n')
    assert config.load(path, ["voice.mode=dangers"]).voice == config.Voice(language="fr", mode="dangers")


def test_set_can_choose_the_profile_that_the_file_then_refines(toml: Write) -> None:
    found = config.load(toml('profile = "gazelles"\ntrip.step_m = 5\n'), ["profile=regularity"])
    assert (found.profile, found.trip.step_m, found.allow.gps) == ("regularity", 5.0, True)


def test_the_last_set_wins() -> None:
    assert config.load(sets=["gps.port=COM3", "gps.port=/dev/ttyACM0"]).gps.port == "/dev/ttyACM0"


def test_an_empty_word_takes_a_port_away(toml: Write) -> None:
    assert config.load(toml('gps.port = "COM3"\n'), ["gps.port="]).gps.port == ""


def test_auto_takes_a_number_away(toml: Write) -> None:
    assert config.load(toml("gps.baud = 9600\n"), ["gps.baud=auto"]).gps.baud is None


@pytest.mark.parametrize("words", ["911", "true", '"911"', "Car 412 #2", "a=b", "2026-01-03"])
def test_a_car_may_be_called_anything(words: str) -> None:
    assert config.load(sets=[f"vehicle.name={words}"]).vehicle.name == words.strip('"')


def test_set_takes_a_whole_table() -> None:
    found = config.load(sets=["vehicle.wheel={probe1_m_per_pulse = 0.4, probe2_m_per_pulse = 0}"])
    assert found.vehicle.wheel == config.Wheel(0.4, 0.0)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "codriver.toml"
    path.write_bytes(b'\xef\xbb\xbf[voice]\r\nlanguage = "es"\r\n')
    assert config.load(path).voice.language == "es"


# Profiles.


def test_no_file_and_no_set_allows_what_a_profile_forbids(toml: Write) -> None:
    found = faults(toml('profile = "gazelles"\n[allow]\ngps = true\n'), "allow.wheel=true")
    assert [(fault.key, fault.line, fault.wrong) for fault in found] == [
        ("allow", 2, "is the profile's to say"),
        ("allow", None, "is the profile's to say"),
    ]


def test_a_profile_of_the_crews_own_lies_beside_the_file_that_names_it(toml: Write) -> None:
    path = toml('profile = "event.toml"\n')
    path.with_name("event.toml").write_text('name = "ours"\ntitle = "Ours"\nallow.gps = false\ntrip.step_m = 5\n')
    found = config.load(path)
    assert (found.profile, found.allow.gps, found.trip.step_m) == ("ours", False, 5.0)


def test_the_faults_of_a_crews_profile_are_told_with_those_of_the_file(toml: Write) -> None:
    path = toml('profile = "event.toml"\ngps.bod = 1\n')
    event = path.with_name("event.toml")
    event.write_text('name = "ours"\ntitle = "Ours"\nprofile = "open"\n\n[allow]\ngpx = false\n')
    assert said(path).split("\n") == [
        f"{event}, line 3: profile stands in a profile; take it out: profiles do not build on others",
        f"{event}, line 6: allow.gpx is not a key; did you mean allow.gps?",
        f"{path}, line 2: gps.bod is not a key; did you mean gps.baud?",
    ]


def test_a_profile_that_cannot_be_read_is_one_fault_among_others() -> None:
    assert len(faults(None, "profile=/nowhere/event.toml", "x=1")) == 2


# The plan.


def test_the_plan_reads_back_as_the_settings_it_was_made_from() -> None:
    found = config.load(sets=["profile=gazelles", "vehicle.name=412", "event.utc_offset_h=5.75", "trip.step_m=2"])
    settings = config.settings_from(json.loads(json.dumps(config.plan_settings(found))))
    assert settings == Settings(
        profile="gazelles",
        allow=config.Allow(gps=False, wheel=False),
        vehicle=config.Vehicle(name="412"),
        step_m=2.0,
        agreement="off",
        reversing="off",
        utc_offset_s=20700.0,
    )


def test_the_settings_of_no_configuration_are_the_defaults() -> None:
    assert config.settings_from(config.plan_settings(config.load())) == Settings()


@pytest.mark.parametrize(
    "setting",
    [
        "gps.port=COM3",
        "gps.baud=9600",
        "pod.port=COM4",
        "runs.dir=/elsewhere",
        "display.size=800x480",
        "buttons.gpio=true",
    ],
)
def test_the_plan_knows_nothing_of_this_computer(setting: str) -> None:
    assert config.load(sets=[setting]) != config.load()
    assert config.plan_settings(config.load(sets=[setting])) == config.plan_settings(config.load())


@pytest.mark.parametrize(
    "setting",
    [
        "profile=training",
        "vehicle.name=x",
        "vehicle.wheel.probe1_m_per_pulse=0.4",
        "vehicle.wheel.probe2_m_per_pulse=0",
        "display.units=statute",
        "event.utc_offset_h=1",
        "trip.book_scale=1.01",
        "trip.step_m=1",
    ],
)
def test_the_plan_changes_with_what_the_core_reads(setting: str) -> None:
    assert config.plan_settings(config.load(sets=[setting])) != config.plan_settings(config.load())


def test_the_same_number_written_otherwise_is_the_same_plan() -> None:
    texts = [
        json.dumps(config.plan_settings(config.load(sets=[f"trip.book_scale={one}", f"event.utc_offset_h={zero}"])))
        for one, zero in [("1", "0"), ("1.0", "-0.0"), ("1e0", "+0")]
    ]
    assert len(set(texts)) == 1


def test_the_folder_of_a_crews_profile_is_not_in_the_plan(toml: Write) -> None:
    path = toml('profile = "event.toml"\n')
    path.with_name("event.toml").write_text('name = "ours"\ntitle = "Ours"\n')
    assert str(path.parent) not in json.dumps(config.plan_settings(config.load(path)))


def test_a_plan_from_before_a_setting_existed_has_its_default() -> None:
    assert config.settings_from({"profile": "raid"}) == Settings(profile="raid")


def test_a_plan_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"the plan: book_scale is nan.*\nthe plan: warp is not a key"):
        config.settings_from({"book_scale": math.nan, "warp": 9})


def test_a_plan_that_is_not_even_a_table_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"the plan: is \[\]; give a table with profile, allow, "):
        config.settings_from(json.loads("[]"))


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().step_m = 1.0  # type: ignore[misc]
    assert not hasattr(Settings(), "__dict__")


# Folders.


@pytest.mark.parametrize(
    ("given_dir", "environ", "expected"),
    [
        ("/given", {"STATE_DIRECTORY": "/var/lib/codriver"}, "/given"),
        (None, {"STATE_DIRECTORY": "/var/lib/codriver", "XDG_STATE_HOME": "/x"}, "/var/lib/codriver"),
        (None, {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}, "/var/lib/a"),
        (None, {"XDG_STATE_HOME": "/x/state", "HOME": "/home/pi"}, "/x/state/codriver"),
        (None, {"XDG_STATE_HOME": "relative", "HOME": "/home/pi"}, "/home/pi/.local/state/codriver"),
        (None, {"HOME": "/home/pi"}, "/home/pi/.local/state/codriver"),
    ],
)
def test_the_state_folder_is_as_given_else_systemds_else_xdgs(
    given_dir: str | None, environ: dict[str, str], expected: str
) -> None:
    assert config.state_dir(Path(given_dir) if given_dir else None, environ) == Path(expected)


def test_runs_lie_in_the_state_folder_unless_told_otherwise() -> None:
    state = Path("/state")
    assert config.runs_dir(Config(), state) == state / "runs"
    assert config.runs_dir(config.load(sets=["runs.dir=/media/stick"]), state) == Path("/media/stick")
    assert config.runs_dir(config.load(sets=["runs.dir=~/runs"]), state) == Path.home() / "runs"


def test_the_home_of_nobody_is_no_folder_for_runs() -> None:
    with pytest.raises(ConfigError, match="give the whole path"):
        config.runs_dir(config.load(sets=["runs.dir=~nobody-of-this-name/runs"]), Path("/state"))


# The handbook.


def test_the_handbook_holds_the_tables_as_they_are() -> None:
    assert config.as_markdown() in (DOCS / "config.md").read_text(encoding="utf-8")


def test_the_example_file_holds_every_key_with_its_default() -> None:
    path = DOCS / "codriver.toml"
    assert config.load(path) == config.load()
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(leaves(tree)) == {key.key for key in config.config_keys()}


def test_every_default_in_the_handbook_may_be_written() -> None:
    sets = [f"{key.key}={key.default}" for key in config.config_keys()]
    assert config.load(sets=sets) == config.load()


def test_every_key_says_what_it_means() -> None:
    assert all(key.meaning and key.type for key in config.config_keys())


def leaves(tree: dict[str, Any], above: str = "") -> list[str]:
    found: list[str] = []
    for name, value in tree.items():
        found += leaves(value, f"{above}{name}.") if isinstance(value, dict) else [above + name]
    return found
