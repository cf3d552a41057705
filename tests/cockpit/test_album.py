"""Every picture of a book fits its place, by day and by night; what cannot be shown says why and harms nothing."""

import base64
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pygame
import pytest

from codriver.cockpit import vector
from codriver.cockpit.album import Album
from codriver.cockpit.theme import Pair, contrast, theme
from codriver.roadbook.load import read
from codriver.roadbook.model import Picture, Roadbook
from codriver.roadbook.turns import Turn, turns

SIZES = ((60, 50), (150, 125), (300, 250))
SIZE = (120, 100)
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="100">'
SQUARE = '<rect width="60" height="50"/>'


def book_of(written: str | bytes, label: str = "image/png") -> tuple[bytes, Picture]:
    """A file with this one drawing: SVG as text, anything else as a data URL."""
    if isinstance(written, bytes):
        written = f"data:{label};base64,{base64.b64encode(written).decode()}"
    data = f"<gpx><wpt><tulip><![CDATA[{written}]]></tulip></wpt></gpx>".encode()
    return data, Picture(data.index(b"<tulip>"), data.index(b"</tulip>"))


def shown(written: str | bytes, size: tuple[int, int] = SIZE, *, night: bool = False) -> pygame.Surface:
    data, picture = book_of(written)
    surface = Album(data).picture(picture, size, night)
    assert isinstance(surface, pygame.Surface), surface
    return surface


def refused(written: str | bytes) -> str:
    data, picture = book_of(written)
    sentence = Album(data).picture(picture, SIZE, night=False)
    assert isinstance(sentence, str)
    assert sentence.endswith(".")
    return sentence


def encoded(surface: pygame.Surface, name: str) -> bytes:
    file = BytesIO()
    pygame.image.save(surface, file, f"x.{name}")
    return file.getvalue()


def canvas(size: tuple[int, int], colour: tuple[int, ...], *, alpha: bool = False) -> pygame.Surface:
    surface = pygame.Surface(size, pygame.SRCALPHA if alpha else 0, 32)
    surface.fill(colour)
    return surface


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int) -> bytes:
    """The header of a PNG of black and white, and rows of nothing packed as tightly as they go."""
    rows = b"" if width * height > 1e9 else zlib.compress(bytes((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    """A GIF of two colours, red and white, after a graphic control extension; its first pixel is red."""
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0" + b"\xff\0\0\xff\xff\xff"
    return head + b"!\xf9\x04\0\0\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\0;"


def drawings(book: Roadbook) -> Iterator[Picture]:
    for note in book.notes:
        yield from filter(None, (note.tulip, note.drawing))


def pixels(surface: pygame.Surface) -> set[tuple[int, ...]]:
    width, height = surface.get_size()
    return {tuple(surface.get_at((x, y)))[:3] for x in range(width) for y in range(height)}


def hue(colour: tuple[int, ...]) -> float:
    return pygame.Color(*colour[:3]).hsva[0]


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_every_drawing_of_the_bundled_stage_is_shown(stage: bytes, size: tuple[int, int], night: bool) -> None:
    album = Album(stage)
    ground = theme(night=night).plain.ground
    for picture in drawings(read(stage, "black-reg.gpx").book):
        surface = album.picture(picture, size, night)
        assert isinstance(surface, pygame.Surface)
        assert surface.get_size() == size
        assert surface.get_bitsize() == 32
        assert not surface.get_flags() & pygame.SRCALPHA
        assert surface.get_at((0, 0))[:3] == ground
        box = surface.get_bounding_rect() if night else None
        assert box is None or box.width > 0


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_every_drawing_of_real_books_is_shown(field_data: Path, size: tuple[int, int], night: bool) -> None:
    for file in sorted((field_data / "roadbooks").glob("*openrally*.gpx")):
        data = file.read_bytes()
        album = Album(data)
        for picture in drawings(read(data, file.name).book):
            surface = album.picture(picture, size, night)
            assert isinstance(surface, pygame.Surface), (file.name, surface)
            assert surface.get_size() == size


@pytest.mark.parametrize("size", SIZES)
def test_black_lines_are_in_the_themes_ink_at_night_on_its_ground(stage: bytes, size: tuple[int, int]) -> None:
    """Thin lines are blends of the two at a small size, but the thick way in is pure ink."""
    tulip = read(stage, "black-reg.gpx").book.notes[4].tulip
    assert tulip
    album = Album(stage)
    for night in (False, True):
        surface = album.picture(tulip, size, night)
        assert isinstance(surface, pygame.Surface)
        plain = theme(night=night).plain
        assert plain.ink in pixels(surface)
        assert plain.ground in pixels(surface)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 128, 0), (200, 0, 30), (0, 0, 90)])
def test_a_colour_keeps_its_hue_at_night_and_can_be_read(colour: tuple[int, int, int]) -> None:
    middle = SIZE[0] // 2, SIZE[1] // 2
    night = shown(encoded(canvas(SIZE, colour), "png"), night=True).get_at(middle)
    apart = abs(hue(colour) - hue(tuple(night)))
    assert min(apart, 360 - apart) <= 10
    red, green, blue, _ = night
    assert contrast(Pair((red, green, blue), theme(night=True).plain.ground)) >= 5
    assert shown(encoded(canvas(SIZE, colour), "png")).get_at(middle)[:3] == colour


def test_white_and_black_change_places_at_night() -> None:
    plain = theme(night=True).plain
    assert pixels(shown(encoded(canvas(SIZE, (255, 255, 255)), "png"), night=True)) == {plain.ground}
    assert pixels(shown(encoded(canvas(SIZE, (0, 0, 0)), "png"), night=True)) == {plain.ink}


def test_the_shape_is_kept_and_the_picture_stands_in_the_middle() -> None:
    surface = shown(encoded(canvas((400, 100), (0, 0, 0)), "png"), (100, 100))
    dark = [(x, y) for x in range(100) for y in range(100) if surface.get_at((x, y))[0] < 128]
    assert (min(dark), max(dark)) == ((0, 37), (99, 61))
    svg = f'{HEAD}<rect width="120" height="100"/></svg>'
    surface = shown(svg, (300, 100))
    assert surface.get_at((89, 50))[:3] == (255, 255, 255)
    assert surface.get_at((150, 50))[:3] == (0, 0, 0)
    assert surface.get_at((211, 50))[:3] == (255, 255, 255)


def test_an_svg_is_drawn_at_the_pixels_it_is_shown_at() -> None:
    """An edge in it stays an edge ten times larger: no pixel is grey, as it would be in a picture made larger."""
    assert pixels(shown(f"{HEAD}{SQUARE}</svg>", (1200, 1000))) == {(0, 0, 0), (255, 255, 255)}


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_what_is_transparent_is_white_paper(kind: str) -> None:
    clear = encoded(canvas(SIZE, (0, 0, 0, 0), alpha=True), "png") if kind == "png" else f"{HEAD}<g/><rect/></svg>"
    assert pixels(shown(clear)) == {(255, 255, 255)}
    assert pixels(shown(clear, night=True)) == {theme(night=True).plain.ground}


def test_the_bytes_say_what_it_is_and_the_label_does_not() -> None:
    data, picture = book_of(gif((1, 1), (1, 1)), label="image/png")
    surface = Album(data).picture(picture, (20, 20), night=False)
    assert isinstance(surface, pygame.Surface)
    red, green, blue, _ = surface.get_at((10, 10))
    assert (red, max(green, blue) < 10) == (255, True)
    assert hue(tuple(shown(encoded(canvas(SIZE, (255, 0, 0)), "jpg")).get_at((60, 50)))) < 5


def test_a_line_of_a_large_picture_is_still_seen_in_a_small_one() -> None:
    """Three pixels of a thousand become a third of one of a hundred: each line is there, and no faint shade."""
    lines = canvas((1000, 1000), (255, 255, 255))
    for x in range(5, 1000, 40):
        pygame.draw.line(lines, (0, 0, 0), (x, 0), (x, 1000), 3)
    surface = shown(encoded(lines, "png"), (100, 100))
    row = [surface.get_at((x, 50))[0] for x in range(100)]
    assert all(min(row[n : n + 3]) < 140 for n in range(0, 100, 4))
    assert row.count(255) >= 50


def test_text_in_a_drawing_is_written() -> None:
    for family in ("", ' font-family="Arial, Helvetica"', ' font-family="sans-serif" font-weight="bold"'):
        surface = shown(f'{HEAD}<text x="5" y="60" font-size="40"{family}>12</text></svg>')
        assert (0, 0, 0) in pixels(surface)


def test_a_drawing_without_a_namespace_with_a_prefix_or_foreign_names_is_drawn() -> None:
    plain = pixels(shown(f"{HEAD}{SQUARE}</svg>"))
    assert pixels(shown(f'<svg width="120" height="100">{SQUARE}</svg>')) == plain
    prefixed = '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="120" height="100"><s:rect width="60" height="50"/>'
    assert pixels(shown(f"{prefixed}</s:svg>")) == plain
    foreign = '<metadata><rdf:RDF>x</rdf:RDF></metadata><sodipodi:namedview a:b="1"/>'
    assert pixels(shown(f"{HEAD}{foreign}{SQUARE}</svg>")) == plain


def test_a_picture_inside_a_drawing_is_drawn() -> None:
    inside = base64.b64encode(encoded(canvas((10, 10), (255, 0, 0)), "png")).decode()
    for name, link in (("image", "xlink:href"), ("image", "href"), ("img", "href")):
        svg = f'{HEAD}<{name} width="120" height="100" {link}="data:image/gif;base64,{inside}"/></svg>'
        assert shown(svg).get_at((60, 50))[:3] == (255, 0, 0)


@pytest.mark.parametrize("way", ["{}", "file://{}", "{}#x", "../../../../../../../..{}"])
def test_a_drawing_opens_no_file(way: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(encoded(canvas(SIZE, (255, 0, 0)), "png"))
    link = way.format(secret)
    for use in (
        f'<image width="120" height="100" href="{link}"/>',
        f'<image width="120" height="100" xlink:href="{link}"/>',
        f'<use href="{link}"/>{SQUARE}',
        f'<filter id="f"><feImage href="{link}"/></filter><rect filter="url(#f)" width="120" height="100"/>',
        f'<style>@import "{link}"; rect {{fill: url({link})}}</style>{SQUARE}',
        f'<rect width="120" height="100" fill="url({link})"/>',
    ):
        data, picture = book_of(f"{HEAD}{use}</svg>")
        got = Album(data).picture(picture, SIZE, night=False)
        assert isinstance(got, str) or (255, 0, 0) not in pixels(got)
    assert "another file" in refused(f'{HEAD}<image width="9" height="9" href="{link}"/></svg>')


@pytest.mark.parametrize(
    "raw",
    [
        png(60_000, 60_000),
        png(20_000, 20_000),
        gif((65_535, 65_535), (1, 1)),
        gif((1, 1), (65_535, 65_535)),
        b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\xff\xff\xff\xff\x03" + bytes(20),
    ],
)
def test_a_picture_too_large_is_refused_by_its_header(raw: bytes) -> None:
    assert "too large" in refused(raw)


@pytest.mark.parametrize("name", ["png", "jpg"])
def test_a_damaged_picture_is_a_sentence_or_what_is_left_of_it(name: str) -> None:
    whole = encoded(canvas((40, 30), (255, 0, 0)), name)
    for cut in range(8, len(whole) - 1, 5):
        data, picture = book_of(whole[:cut])
        got = Album(data).picture(picture, SIZE, night=False)
        assert isinstance(got, (str, pygame.Surface))
    assert "damaged" in refused(whole[: len(whole) // 4])


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    whole = encoded(canvas((40, 30), (255, 0, 0)), "jpg")
    assert "too large" in refused(whole + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" * 1000)


def _copies(levels: int) -> str:
    groups = "".join(f'<g id="a{n + 1}">' + f'<use href="#a{n}"/>' * 10 + "</g>" for n in range(levels))
    return f'<defs><g id="a0">{SQUARE}</g>{groups}</defs><use href="#a{levels}"/>'


def _clips() -> str:
    clipped = (f'<rect clip-path="url(#c{n + 1})" width="9" height="9"/>' * 4 for n in range(20))
    return "".join(f'<clipPath id="c{n}">{four}</clipPath>' for n, four in enumerate(clipped))


HOSTILE = {
    "copies of copies": _copies(8),
    "a copy of itself": '<g id="a"><use href="#b"/><rect/></g><g id="b"><use href="#a"/></g>',
    "nested to the stack's end": "<g>" * 20_000 + SQUARE + "</g>" * 20_000,
    "nested in what is left out": "<metadata>" * 20_000 + "</metadata>" * 20_000 + SQUARE,
    "clips of clips": _clips() + '<rect clip-path="url(#c0)"/>',
    "sheets upon sheets": '<g opacity=".5">' + SQUARE * 3 + "</g>" + f'<g opacity=".5">{SQUARE}</g>' * 500,
    "sheets by style": f"<style>g {{opacity: .5}}</style>{f'<g>{SQUARE}</g>' * 500}",
    "dashes finer than dust": '<path stroke="red" stroke-dasharray="0.00001" d="M0 0H100"/>',
    "dashes by style": '<style>path{stroke:red;stroke-dasharray:1e-5}</style><path d="M0 0H100"/>',
    "lines without end": f'<path stroke="red" d="M0 0{"L99 9L9 99" * 9000}"/>',
    "more than any tulip": SQUARE * 5000,
    "a long story": f"<text>{'word ' * 2000}</text>",
    "a marker at each bend": f'<marker id="m">{SQUARE * 50}</marker>'
    f'<path marker-mid="url(#m)" d="M0 0{"L5 5" * 900}"/>',
    "as large as a country": '<path transform="scale(1e9)" stroke="red" d="M0 0C50 9 90 40 30 80"/>',
    "a bomb inside": f'<image href="data:image/png;base64,{base64.b64encode(png(9000, 9000)).decode()}"/>',
    "a huge pattern": '<pattern id="p" width="30000" height="30000"/><rect fill="url(#p)" width="9" height="9"/>',
    "nothing": "<metadata>x</metadata>",
}


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_drawing_is_a_sentence(inside: str) -> None:
    refused(f"{HEAD}{inside}</svg>")


@pytest.mark.parametrize(
    "written",
    [
        f"{HEAD}{SQUARE}",
        f"{HEAD}<rect</svg>",
        '<svg width="0" height="0"><rect/></svg>',
        '<svg width="-5" height="5"><rect/></svg>',
        "<svg>\0<rect/></svg>",
        "<svg><!DOCTYPE x></svg>",
        "http://example.org/tulip.svg",
        "",
        b"BM not a picture of ours",
    ],
)
def test_a_broken_drawing_is_a_sentence(written: str | bytes) -> None:
    refused(written)


@pytest.mark.parametrize("css", ["filter:blur(20px)", "fil<!-- -->ter/**/:blur(20px)"])
def test_a_shadow_is_left_out_and_the_drawing_is_shown(css: str) -> None:
    """Its filter may cost anything and says nothing."""
    plain = pixels(shown(f"{HEAD}{SQUARE}</svg>"))
    assert pixels(shown(f"{HEAD}<style>rect {{{css}}}</style>{SQUARE}</svg>")) == plain
    assert pixels(shown(f'{HEAD}<rect style="filter : blur(20px)" width="60" height="50"/></svg>')) == plain


def test_a_renderer_that_breaks_down_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own break-down is no Exception, so that no handler for those would meet it."""
    panic = type("PanicException", (BaseException,), {})

    def broken(**_: object) -> bytes:
        raise panic

    monkeypatch.setattr("resvg_py.svg_to_bytes", broken)
    refused(f"{HEAD}{SQUARE}</svg>")


def test_a_picture_of_another_file_or_of_none_is_a_sentence(stage: bytes) -> None:
    assert isinstance(Album(stage).picture(Picture(10**9, 10**9 + 9), SIZE, night=False), str)
    assert isinstance(Album(None).picture(Picture(0, 9), SIZE, night=False), str)
    assert isinstance(Album(stage).picture(Turn(0, 90, sure=True), (0, 50), night=False), str)


def test_the_album_keeps_no_more_than_it_may(stage: bytes) -> None:
    limit = 20 * SIZE[0] * SIZE[1] * 4
    album = Album(stage, limit=limit)
    for night in (False, True):
        for picture in drawings(read(stage, "black-reg.gpx").book):
            album.picture(picture, SIZE, night)
            assert 0 < album.kept <= limit


def test_one_picture_larger_than_all_it_may_keep_is_shown_all_the_same(stage: bytes) -> None:
    album = Album(stage, limit=100)
    for turn in turns(read(stage, "black-reg.gpx").book)[:3]:
        assert isinstance(album.picture(turn, SIZE, night=False), pygame.Surface)
        assert album.kept == SIZE[0] * SIZE[1] * 4


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been drawn so far."""
    drawn: list[str] = []
    original: Callable[[str, tuple[int, int]], bytes] = vector.drawn

    def drawing(svg: str, size: tuple[int, int]) -> bytes:
        drawn.append(svg)
        return original(svg, size)

    monkeypatch.setattr(vector, "drawn", drawing)
    return drawn


def test_a_picture_is_made_once_for_each_size_and_hour(made: list[str]) -> None:
    album = Album(None)
    for _ in range(3):
        for size in SIZES:
            for night in (False, True):
                album.picture(Turn(0, 90, sure=True), size, night)
    assert len(made) == 6
    first = album.picture(Turn(0, 90, sure=True), SIZES[0], night=False)
    assert album.picture(Turn(0, 90, sure=True), SIZES[0], night=False) is first


def test_the_longest_unused_is_forgotten_first(made: list[str]) -> None:
    album = Album(None, limit=3 * SIZE[0] * SIZE[1] * 4)
    for heading in (0, 10, 20, 0, 30):
        album.picture(Turn(0, heading, sure=True), SIZE, night=False)
    assert len(made) == 4
    album.picture(Turn(0, 0, sure=True), SIZE, night=False)
    assert len(made) == 4
    album.picture(Turn(0, 10, sure=True), SIZE, night=False)
    assert len(made) == 5


def test_ahead_makes_one_a_call_until_nothing_is_left(made: list[str]) -> None:
    album = Album(None)
    wanted = [(Turn(0, heading, sure=True), SIZE, False) for heading in (0, 10, 20)]
    assert [album.ahead(wanted) for _ in range(4)] == [True, True, False, False]
    assert len(made) == 3
    assert not album.ahead([])


def test_ahead_does_not_turn_in_circles_when_too_much_is_wanted(made: list[str]) -> None:
    album = Album(None, limit=3 * SIZE[0] * SIZE[1] * 4)
    wanted = [(Turn(0, heading, sure=True), SIZE, False) for heading in range(0, 100, 10)]
    calls = 0
    while album.ahead(wanted):
        calls += 1
        assert calls < 10
    for _ in range(5):
        album.ahead(wanted)
    assert len(made) == 3


def test_a_sentence_is_not_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    data, picture = book_of(b"no picture")
    album = Album(data)
    sentence = album.picture(picture, SIZE, night=False)
    monkeypatch.setattr("codriver.roadbook.pictures.read", lambda *_: pytest.fail("it was read again"))
    assert album.picture(picture, SIZE, night=False) == sentence
    assert not album.ahead([(picture, SIZE, False)])


def test_equal_books_give_equal_pixels(stage: bytes) -> None:
    for picture in list(drawings(read(stage, "black-reg.gpx").book))[:10]:
        one, other = (Album(stage).picture(picture, SIZE, night=True) for _ in range(2))
        assert isinstance(one, pygame.Surface)
        assert isinstance(other, pygame.Surface)
        assert pygame.image.tobytes(one, "RGB") == pygame.image.tobytes(other, "RGB")


def test_no_display_is_needed() -> None:
    assert not pygame.display.get_init()
    assert isinstance(Album(None).picture(Turn(0, 90, sure=True), SIZE, night=True), pygame.Surface)
