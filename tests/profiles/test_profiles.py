"""The profiles that come with codriver, and a crew's own."""

from pathlib import Path

import pytest

from codriver import config
from codriver.profiles import load as profiles
from codriver.sheet import SheetError


@pytest.mark.parametrize("name", profiles.names())
def test_each_profile_loads_as_a_configuration_under_its_own_name(name: str) -> None:
    assert profiles.load(name).name == name
    assert config.load(sets=[f"profile={name}"]).profile == name


@pytest.mark.parametrize("name", profiles.names())
def test_each_profile_opens_with_its_reason(name: str) -> None:
    first, _, rest = profiles.load(name).settings.text.partition("\n")
    assert first.startswith("# ")
    assert rest


def test_the_names_are_sorted_and_hold_the_kinds_of_event_we_know() -> None:
    assert list(profiles.names()) == sorted(profiles.names())
    assert {"open", "raid", "baja", "regularity", "authentic", "gazelles", "training"} <= set(profiles.names())


def test_open_takes_nothing_away() -> None:
    assert config.load(sets=["profile=open"]).allow == config.Allow(gps=True, wheel=True, voice=True)


def test_open_and_no_profile_at_all_are_the_same() -> None:
    assert config.load() == config.load(sets=["profile=open"])


def test_gazelles_has_neither_positions_nor_wheel() -> None:
    allow = config.load(sets=["profile=gazelles"]).allow
    assert not allow.gps
    assert not allow.wheel


def test_a_scrutineer_may_give_gazelles_the_wheel_but_never_positions() -> None:
    allow = config.load(sets=["profile=gazelles-wheel"]).allow
    assert allow.wheel
    assert not allow.gps


def test_authentic_computes_nothing() -> None:
    assert config.load(sets=["profile=authentic"]).allow == config.Allow(gps=False, wheel=False, voice=False)


def test_baja_is_in_miles_and_steps_a_hundredth_of_one() -> None:
    baja = config.load(sets=["profile=baja"])
    assert baja.display.units == "statute"
    assert config.plan_settings(baja)["step_m"] == pytest.approx(16.09344)


def test_regularity_steps_one_metre() -> None:
    assert config.plan_settings(config.load(sets=["profile=regularity"]))["step_m"] == 1.0


def test_raid_prompts() -> None:
    assert config.load(sets=["profile=raid"]).voice.mode == "prompt"


def test_an_unknown_profile_is_asked_about() -> None:
    with pytest.raises(profiles.UnknownProfileError, match="'gazeles', which is no profile; did you mean gazelles"):
        profiles.load("gazeles")


def test_a_word_near_no_profile_gets_the_list() -> None:
    with pytest.raises(profiles.UnknownProfileError, match=r"choose authentic, baja, .* or training, or a file"):
        profiles.load("qqq")


@pytest.mark.parametrize("name", ["", ".", "../load", "open.toml/../open", "OPEN"])
def test_nothing_but_a_name_finds_a_profile_of_the_house(name: str) -> None:
    with pytest.raises(profiles.UnknownProfileError):
        profiles.load(name)


def test_a_file_of_the_crews_own_is_a_profile(tmp_path: Path) -> None:
    text = 'name = "ours"\ntitle = "Our event"\n[allow]\nvoice = false\n'
    (tmp_path / "ours.toml").write_text(text)
    profile = profiles.load("ours.toml", tmp_path)
    assert (profile.name, profile.title, profile.settings.text) == ("ours", "Our event", text)
    assert profile.settings.tree == {"allow": {"voice": False}}


def test_a_file_without_name_and_title_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text("title = 3\n")
    with pytest.raises(SheetError) as error:
        profiles.load(str(tmp_path / "ours.toml"))
    assert [(fault.key, fault.line) for fault in error.value.faults] == [("name", None), ("title", 1)]


def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="cannot be read"):
        profiles.load("none.toml", tmp_path)
