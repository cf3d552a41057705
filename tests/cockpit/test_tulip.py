"""A turn that the book does not draw: left is left, a guess is dashed, and a bare cap is no tulip."""

from xml.etree import ElementTree as ET

import pygame
import pytest

from codriver.cockpit.album import Album
from codriver.cockpit.tulip import tulip
from codriver.roadbook.turns import Turn
from codriver.units import Degrees

SIZE = (150, 125)
BALL = 13  # pixels from the middle to the edge of the ball, and a little more


def drawn(entry: Degrees | None, leave: Degrees | None, *, sure: bool = True, night: bool = False) -> pygame.Surface:
    surface = Album(None).picture(Turn(entry, leave, sure), SIZE, night)
    assert isinstance(surface, pygame.Surface)
    return surface


def ink(surface: pygame.Surface, begin: int = 0, end: int = SIZE[0], top: int = 0, bottom: int = SIZE[1]) -> int:
    """How many pixels are dark between these columns and rows."""
    return sum(sum(surface.get_at((x, y))[:3]) < 384 for x in range(begin, end) for y in range(top, bottom))


def left_and_right(surface: pygame.Surface) -> tuple[int, int]:
    return ink(surface, end=SIZE[0] // 2 - BALL), ink(surface, begin=SIZE[0] // 2 + BALL)


@pytest.mark.parametrize("entry", [0.0, 90.0, 200.0, 355.0])
@pytest.mark.parametrize("turn", [30, 60, 90, 120, 140])
def test_a_right_turn_is_on_the_right_and_a_left_turn_on_the_left(turn: int, entry: Degrees) -> None:
    left, right = left_and_right(drawn(entry, (entry + turn) % 360))
    assert left == 0
    assert right > 100
    left, right = left_and_right(drawn(entry, (entry - turn) % 360))
    assert left > 100
    assert right == 0


@pytest.mark.parametrize("turn", [150, 170, 179])
def test_a_hairpin_comes_back_on_its_own_side(turn: int) -> None:
    """The arrow's head reaches farther out than the ball on the other side."""
    left, right = SIZE[0] // 2 - 33, SIZE[0] // 2 + 33
    assert ink(drawn(0, turn), begin=right, top=60) > 5
    assert ink(drawn(0, turn), end=left) == 0
    assert ink(drawn(0, -turn), end=left, top=60) > 5
    assert ink(drawn(0, -turn), begin=right) == 0


def test_straight_on_is_straight_up() -> None:
    straight = drawn(200, 200)
    left, right = left_and_right(straight)
    assert abs(left - right) <= 4
    assert ink(straight, bottom=20) > 0
    assert ink(straight, top=SIZE[1] - 10) > 0


def test_only_the_difference_of_the_headings_counts() -> None:
    assert tulip(Turn(350, 20, sure=True)) == tulip(Turn(0, 30, sure=True)) == tulip(Turn(180, 210, sure=True))


@pytest.mark.parametrize(("entry", "leave"), [(0, 0), (0, 90), (10, 280), (0, 170), (None, 45)])
def test_a_guess_is_dashed(entry: Degrees | None, leave: Degrees) -> None:
    assert "dasharray" in tulip(Turn(entry, leave, sure=False))
    assert "dasharray" not in tulip(Turn(entry, leave, sure=True))
    assert ink(drawn(entry, leave, sure=False)) < ink(drawn(entry, leave))


def test_a_bare_cap_is_an_arrow_in_a_compass_with_north_up() -> None:
    """East points right, west left, whatever the way in; and the ring is there, unlike in any tulip."""
    east, west, north = drawn(None, 90), drawn(None, 270), drawn(None, 0)
    middle = SIZE[0] // 2
    assert ink(east, begin=middle) > ink(east, end=middle) + 50
    assert ink(west, end=middle) > ink(west, begin=middle) + 50
    for compass in (east, west, north):
        assert ink(compass, top=115) > 0
        assert ink(compass, begin=70, end=81, top=3, bottom=22) > 20
    assert ink(drawn(0, 0), begin=25, end=40) == 0


@pytest.mark.parametrize("entry", [None, 90.0])
def test_where_no_way_out_is_known_there_is_a_dash_and_no_arrow(entry: Degrees | None) -> None:
    nothing = drawn(entry, None)
    assert 0 < ink(nothing) < 400
    assert ink(nothing, top=50, bottom=75) == ink(nothing)


@pytest.mark.parametrize("size", [(60, 50), (300, 250), (50, 200)])
@pytest.mark.parametrize("turn", [*range(-180, 181, 15), None])
def test_nothing_of_a_turn_is_cut_off(turn: int | None, size: tuple[int, int]) -> None:
    surface = Album(None).picture(Turn(0, turn, sure=True), size, night=False)
    assert isinstance(surface, pygame.Surface)
    white = surface.map_rgb((255, 255, 255))
    edges = [(x, y) for x in range(size[0]) for y in (0, size[1] - 1)]
    edges += [(x, y) for y in range(size[1]) for x in (0, size[0] - 1)]
    assert all(surface.get_at_mapped(place) == white for place in edges)


def test_it_is_well_formed_and_nothing_but_shapes() -> None:
    for turn in (Turn(), Turn(None, 90, sure=True), Turn(0, 90, sure=False), Turn(0, 175, sure=True)):
        names = {element.tag.rpartition("}")[2] for element in ET.fromstring(tulip(turn)).iter()}
        assert names <= {"svg", "g", "path", "circle"}
