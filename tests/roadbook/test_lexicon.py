"""What is read out in every book, what an event settles, what is spelt, and which symbols a text asks for."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from codriver import config
from codriver.cli import main
from codriver.config import ConfigError
from codriver.core import phrases
from codriver.core.languages.language import every, language, names
from codriver.roadbook import lexicon
from codriver.roadbook.lexicon import BUILT_IN, LexiconError
from codriver.roadbook.model import Note


def said(words: str, event: lexicon.Abbreviations = BUILT_IN, code: str = "en") -> str:
    return phrases.phrases(code, "metric", event).note(Note(1, 0.0, words=words), None)


def test_every_concept_has_words_in_every_language() -> None:
    for each in every():
        assert each.lexicon.keys() == lexicon.concepts().keys(), each.name
        assert all(text.strip() for text in each.lexicon.values())


def test_no_abbreviation_means_two_things() -> None:
    every_code = [code for concept in lexicon.concepts().values() for code in concept.codes]
    assert len(every_code) == len(set(every_code))


@pytest.mark.parametrize("code", names())
def test_a_concept_is_found_again_in_its_own_words(code: str) -> None:
    """So that a box written by hand has the symbol that its abbreviation would give it."""
    (words,) = (each.lexicon for each in every() if each is language(code))
    lost = [
        name
        for name, concept in lexicon.concepts().items()
        if concept.seen and name not in lexicon.symbols(f"10 m, {words[name]}!")
    ]
    assert lost == []


def test_what_differs_from_book_to_book_is_spelt_until_the_event_says() -> None:
    assert "MVS" in said("MVS")
    bad = lexicon.read(b'[codes]\nMVS = "bad"\n', "event.toml").entries
    assert said("MVS", bad) == "bad"
    assert said("MVS", bad, "fr") == "mauvais"
    assert said("MVS", lexicon.read(b'[codes]\nMVS = "more_or_less_visible"', "e").entries) == "more or less visible"


def test_an_event_may_use_words_of_its_own_and_overrule_what_is_built_in() -> None:
    event = lexicon.read(b'[codes]\n"P.R." = "on the ridge"\nCX = "crossroads"\n', "event.toml").entries
    assert said("P.R., CX", event) == "on the ridge, crossroads"
    assert said("CX") == "stones"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"MVS", "is no lexicon"),
        (b'MVS = "bad"', "no table [codes]"),
        (b"[codes]\n", "no table [codes]"),
        (b"\xff\xfe\x00", "is no lexicon"),
        (b"[" * 50_000, "is no lexicon"),
    ],
)
def test_what_is_no_lexicon_says_what_to_do(data: bytes, what: str) -> None:
    with pytest.raises(LexiconError, match=re.escape(what)) as told:
        lexicon.read(data, "event.toml")
    assert "MVS" in str(told.value)


def test_an_entry_that_cannot_be_used_is_told_and_the_others_hold() -> None:
    found = lexicon.read(b'[codes]\nMVS = 3\nHX = "hill"\n"" = "x"\nY = "a\\tb"\n', "event.toml")
    assert found.entries == (("HX", "hill"),)
    assert len(found.faults) == 3
    assert all(fault.startswith("event.toml: ") for fault in found.faults)


def test_a_lexicon_of_thousands_is_cut() -> None:
    rows = "\n".join(f'A{n} = "hill"' for n in range(lexicon.ENTRIES + 5))
    found = lexicon.read(f"[codes]\n{rows}".encode(), "event.toml")
    assert len(found.entries) == lexicon.ENTRIES
    assert len(found.faults) == 1


def test_a_lexicon_goes_into_a_plan_and_comes_back() -> None:
    event = lexicon.read('[codes]\nMVS = "bad"\n"É1" = "étroit là"\n'.encode(), "e").entries
    assert lexicon.from_text(lexicon.text(event)) == event
    assert lexicon.text(BUILT_IN) == ""
    with pytest.raises(LexiconError):
        lexicon.from_text("[1]")


def test_the_configuration_names_a_lexicon_beside_it(tmp_path: Path) -> None:
    (tmp_path / "raid.toml").write_text('[codes]\nMVS = "bad"\n')
    (tmp_path / "codriver.toml").write_text('[event]\nlexicon = "raid.toml"\n')
    settings = config.plan_settings(config.load(tmp_path / "codriver.toml"))
    assert settings["lexicon"] == '{"MVS":"bad"}'
    assert config.plan_settings(config.load())["lexicon"] == ""


@pytest.mark.parametrize(
    ("text", "what"), [(None, "cannot be read"), ("x", "is no lexicon"), ("[codes]\nA = 1", "its meaning is an id")]
)
def test_a_lexicon_that_is_not_there_or_damaged_is_a_fault_of_the_configuration(
    tmp_path: Path, text: str | None, what: str
) -> None:
    if text is not None:
        (tmp_path / "raid.toml").write_text(text)
    with pytest.raises(ConfigError, match=what):
        config.load(None, [f"event.lexicon={tmp_path / 'raid.toml'}"])


def test_the_command_lists_the_ids_and_what_an_events_file_makes_of_its_own(tmp_path: Path) -> None:
    asked = CliRunner().invoke(main, ["roadbook", "lexicon"])
    assert re.search(r"^bad +bad$", asked.output, re.MULTILINE)
    assert re.search(r"^ravine +ravine +RAV$", asked.output, re.MULTILINE)
    (tmp_path / "raid.toml").write_text('[codes]\nMVS = "bad"\nPTE = "small gate"\nX = 1\n')
    told = CliRunner().invoke(main, ["roadbook", "lexicon", str(tmp_path / "raid.toml"), "--language", "fr"])
    assert re.search(r"^MVS +mauvais +bad$", told.output, re.MULTILINE)
    assert re.search(r"^PTE +small gate +as it is written$", told.output, re.MULTILINE)
    assert "raid.toml: X: its meaning is" in told.output
    (tmp_path / "no.toml").write_text("MVS")
    refused = CliRunner().invoke(main, ["roadbook", "lexicon", str(tmp_path / "no.toml")])
    assert refused.exit_code == 1
    assert "no.toml is no lexicon" in refused.output


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("leave piste, keep right of the dry river", ("wash",)),
        ("RAV puis VF", ("ravine", "railway")),
        ("small dunes then dunes", ("small_dunes", "dune")),
        ("Fossé et clôture", ("ditch", "fence")),
        ("pont sur la rivière", ("bridge", "river")),
        ("", ()),
        ("straight, bridgehead, dunedin", ()),
    ],
)
def test_a_text_asks_for_the_symbols_of_what_it_speaks_of(words: str, ids: tuple[str, ...]) -> None:
    assert lexicon.symbols(words) == ids


def test_an_events_abbreviation_has_the_symbol_of_its_concept() -> None:
    assert lexicon.symbols("PTE", (("PTE", "gate"),)) == ("gate",)


def test_no_box_has_more_symbols_than_can_be_told_apart() -> None:
    assert len(lexicon.symbols("dune, well, tree, gate, bridge, village")) == lexicon.SYMBOLS
