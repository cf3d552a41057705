"""The symbols beside a box without a drawing: each is there, drawn, and unlike all others."""

import xml.etree.ElementTree as ET

import pytest

from codriver.cockpit import raster, vector
from codriver.roadbook import lexicon, symbols
from codriver.roadbook.symbols import Symbols

EVERY = sorted(symbols.drawn())


def test_what_can_be_found_in_a_text_can_be_drawn() -> None:
    assert symbols.drawn().keys() == {name for name, concept in lexicon.concepts().items() if concept.seen}


def test_no_two_symbols_are_the_same_picture() -> None:
    pictures = {vector.drawn(symbols.svg(Symbols((name,))), (60, 60)): name for name in EVERY}
    assert len(pictures) == len(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_symbol_stays_within_its_square_and_fills_a_part_of_it(name: str) -> None:
    drawn = raster.decode(vector.drawn(symbols.svg(Symbols((name,))), (112, 112)))
    dark = [(x, y) for x in range(112) for y in range(112) if sum(drawn.get_at((x, y))[:3]) < 384]
    assert min(min(place) for place in dark) >= 2
    assert max(max(place) for place in dark) <= 109
    assert 0.02 <= len(dark) / 112**2 <= 0.4


@pytest.mark.parametrize(
    ("count", "box"), [(1, "0 0 112 112"), (2, "0 0 224 112"), (3, "0 0 224 224"), (4, "0 0 224 224")]
)
def test_symbols_stand_side_by_side_and_three_or_four_in_two_rows(count: int, box: str) -> None:
    root = ET.fromstring(symbols.svg(Symbols(tuple(EVERY[:count]))))
    assert root.get("viewBox") == box
    assert len([each for each in root if each.tag.endswith("g")]) == count


def test_words_without_anything_to_draw_have_no_symbols() -> None:
    assert symbols.of("keep left") is None
    assert symbols.of("bridge") == Symbols(("bridge",))
