"""Letters: a face is always found, its digits are of one width and no blocks, and memory has an end."""

from pathlib import Path

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codriver.cockpit import faces as room
from codriver.cockpit.faces import DEBIAN, DIGITS, Face, Faces, find
from codriver.cockpit.theme import DAY, NIGHT, Pair

PACKAGED = find(())
OWN = Face("pygame's own")


@pytest.fixture(scope="module", params=[find(), PACKAGED, OWN], ids=lambda face: face.name)
def faces(request: pytest.FixtureRequest) -> Faces:
    return Faces(request.param)


def ink(drawn: pygame.Surface, pair: Pair) -> float:
    """The share of a picture that is nearer to the ink than to the ground."""
    mask = pygame.mask.from_threshold(drawn, pair.ink, (100, 100, 100, 255))
    return mask.count() / (drawn.get_width() * drawn.get_height())


def test_b612_is_taken_where_debian_has_it() -> None:
    if not any(folder.is_dir() for folder in DEBIAN):
        pytest.skip("fonts-b612 is not installed")
    assert find().wanted
    assert find().name == "B612"


def test_half_a_face_is_none(tmp_path: Path) -> None:
    (tmp_path / "B612-Bold.ttf").touch()
    assert find([tmp_path]) == PACKAGED


def test_without_b612_the_packaged_face_is_taken() -> None:
    assert PACKAGED.name == "IBM Plex Sans Condensed"
    assert not PACKAGED.wanted


def test_without_any_face_pygame_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Path:
        raise ModuleNotFoundError

    monkeypatch.setattr(room, "files", missing)
    assert find(()) == OWN


def test_all_digits_are_equally_wide(faces: Faces) -> None:
    assert faces.tabular()
    for size in (12, 33, 97):
        assert len(set(faces.cells(DIGITS, size))) == 1


def test_a_point_has_a_narrower_cell(faces: Faces) -> None:
    point, digit = faces.cells(".8", 90)
    assert point < 0.7 * digit


@pytest.mark.parametrize("pair", [DAY.plain, DAY.plain.inverted, NIGHT.plain, DAY.danger])
def test_a_digit_is_neither_a_block_nor_empty(faces: Faces, pair: Pair) -> None:
    for digit in DIGITS:
        assert 0.12 < ink(faces.glyph(digit, 90, pair), pair) < 0.65


def test_different_digits_look_different(faces: Faces) -> None:
    assert len({pygame.image.tobytes(faces.glyph(digit, 40, DAY.plain), "RGB") for digit in DIGITS}) == 10


def test_a_text_is_opaque(faces: Faces) -> None:
    drawn = faces.text("keep left", 30, DAY.plain)
    assert drawn.get_at((0, 0))[:3] == DAY.plain.ground
    assert drawn.get_alpha() in {None, 255}
    assert drawn.get_bitsize() == 32


def test_a_glyph_is_cut_to_its_ink_and_no_further(faces: Faces) -> None:
    """The rows of a figure hold all of every digit, and of a comma where there is one."""
    for rows in (DIGITS, f"{DIGITS},"):
        whole = [pygame.mask.from_surface(faces.font(80).render(letter, True, "white")).count() for letter in rows]
        kept = [
            pygame.mask.from_threshold(faces.glyph(letter, 80, DAY.strong, rows), (255, 255, 255), (127, 127, 127, 255))
            for letter in rows
        ]
        assert [mask.count() for mask in kept] == pytest.approx(whole, rel=0.05)


def test_what_was_drawn_is_kept_within_its_budget() -> None:
    faces = Faces(PACKAGED, budget=200_000)
    for number in range(500):
        faces.text(f"note {number}", 30, DAY.plain)
        assert faces.held <= 200_000
    assert faces.text("note 499", 30, DAY.plain) is faces.text("note 499", 30, DAY.plain)


WORDS = st.lists(st.text(max_size=30), max_size=12).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(WORDS, st.integers(1, 500), st.integers(8, 200), st.integers(6, 60), st.integers(6, 30), st.booleans())
def test_fitted_words_are_never_larger_than_their_box(
    text: str, width: int, height: int, biggest: int, smallest: int, bold: bool
) -> None:
    """Whatever the words are, strange letters and line ends among them."""
    faces = shared()
    fitted = faces.fit(text, width, height, biggest, smallest, bold)
    sizes = [faces.text(line, fitted.size, DAY.plain, bold=bold).get_size() for line in fitted.lines]
    assert all(each[0] <= width for each in sizes)
    assert sum(each[1] for each in sizes) <= height


def test_words_that_fit_are_whole_and_as_big_as_may_be() -> None:
    fitted = shared().fit("keep left", 400, 60, 30, 10, True)
    assert fitted == room.Fitted(30, ("keep left",))


def test_longer_words_get_smaller_then_wrapped_then_cut() -> None:
    faces, words = shared(), "keep left at the church then right over the bridge"
    one = faces.fit(words, 400, 25, 40, 10, True)
    assert (len(one.lines), one.cut) == (1, False)
    assert one.size < 25
    two = faces.fit(words, 250, 45, 40, 12, True)
    assert (len(two.lines), " ".join(two.lines), two.cut) == (2, words, False)
    cut = faces.fit(words, 120, 30, 40, 12, True)
    assert cut.cut
    assert cut.lines[-1].endswith("…")
    assert words.startswith(" ".join(cut.lines).rstrip("…"))


def test_a_figure_is_as_big_as_its_box_allows() -> None:
    faces = shared()
    for width, height in ((300, 70), (300, 300), (60, 300)):
        size = faces.figure_size("888.88", width, height)
        assert sum(faces.cells("888.88", size)) <= width
        assert faces.figure_height(size) <= height
        bigger = round(size * 1.06) + 1
        assert sum(faces.cells("888.88", bigger)) > width or faces.figure_height(bigger) > height


_SHARED: list[Faces] = []


def shared() -> Faces:
    if not _SHARED:
        _SHARED.append(Faces(find()))
    return _SHARED[0]
