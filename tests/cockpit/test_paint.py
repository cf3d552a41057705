"""The picture of a Screen: complete, legible, the same however it came about, and nothing beyond its box."""

from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pygame import Rect

from codriver.cockpit.brush import Brush
from codriver.cockpit.faces import Face, Faces, find
from codriver.cockpit.heights import heights
from codriver.cockpit.layout import Shape, boxes
from codriver.cockpit.notes import UNKNOWN, share
from codriver.cockpit.paint import PARTS, Painter
from codriver.cockpit.screen import Banner, Call, Coming, Drawn, Driver, Hint, Lamp, Menu, Reading, Row, Screen
from codriver.cockpit.theme import DAY, LEAST, NIGHT, Pair, Theme, contrast, theme
from codriver.core.display import MENU
from codriver.roadbook.model import Crop, Picture
from codriver.roadbook.turns import Turn
from tests.cockpit.screens import DRIVE, HINTS, LAMPS, ROWS, Album, screen

SIZES = [(800, 480), (1024, 600), (1280, 720), (1920, 1080)]
SMALL, WIDE = SIZES[0], SIZES[2]
FACES = Faces(find())
SHAPES = [
    Shape(page, menu, hints, marks, drawing, words, share)
    for page in ("road", "trip", "calls", "status")
    for menu in (False, True)
    for hints in (False, True)
    for marks in range(4)
    for drawing in (False, True)
    for words in (False, True)
    for share in (0.0, 0.2, 0.6, 0.8, 1.0)
]
LONG = "leave the main piste at the old well, keep right of the dry river until the third electricity pylon, then cross"
LONGEST = screen(
    watermark="REPLAY",
    clock=Reading("23:58:58", "", "estimated"),
    total=Reading("-1888.888", "km", "stale"),
    partial=Reading("-1888.888", "km", "estimated"),
    speed=Reading("188", "km/h", "stale"),
    cap=Reading("288", "°", "stale"),
    to_next=Reading("-188.88", "km", "estimated"),
    danger=3,
    rows=tuple(
        replace(
            row,
            number="88.88 bis",
            total="1888.88",
            gap="188.88",
            near=True,
            to_go=Reading("1888.8", "km", "estimated"),
            danger=3,
            cap="288°",
            badges=("WPM 90 m", "DZ 50", "CP Tamanrasset Ouest", "DN 15 min", "RESET 0.00"),
            words=(LONG, LONG),
            drawing=Picture(1, 2),
        )
        for row in ROWS
    ),
    call=Call(LONG, True, 3),
    lamps=tuple(Lamp("VOICE OF THE CAR", "forbidden by the rules", "bad") for _ in range(4)),
    banners=tuple(Banner(LONG, "bad") for _ in range(4)),
    notice=Banner(LONG, "warn"),
    done=LONG,
    recorded=False,
    hints=tuple(replace(hint, press=LONG, long=LONG) for hint in HINTS),
    chords=(LONG, LONG),
    lines=(LONG * 3,) * 30,
    held=("PLUS", "MINUS", "DRIVER REPEAT"),
    driver=Driver(Call(LONG, True, 3), 100, (Coming("1888.8 km", LONG, 3), Coming("1888.8 km", LONG, 3))),
)
PIECE = Crop(1, 342.0, 44.0, 569.0, 153.0)


def scan(shown: Screen, drawing: Crop | None = PIECE) -> Screen:
    """The same by a scanned book: of each note there is a piece of its page, and no distance."""
    tulip = Crop(1, 26.0, 44.0, 341.0, 153.0)
    rows = tuple(replace(row, measured=False, tulip=tulip, drawing=drawing) for row in shown.rows)
    return replace(shown, rows=rows, to_next=Reading("-", "m", "none"), closing=None)


SCAN = scan(screen(danger=0))


def surface(size: tuple[int, int] = SMALL) -> pygame.Surface:
    return pygame.Surface(size, 0, 32)


def painted(shown: Screen, size: tuple[int, int] = SMALL, faces: Faces = FACES) -> bytes:
    drawn = surface(size)
    Painter(size, faces, Album()).paint(drawn, shown)
    return pixels(drawn)


def pixels(drawn: pygame.Surface) -> bytes:
    return pygame.image.tobytes(drawn, "RGB")


# Where things stand


@pytest.mark.parametrize("size", [*SIZES, (640, 480)])
def test_boxes_never_overlap_and_are_all_on_the_screen(size: tuple[int, int]) -> None:
    """All but the frame, which is drawn around what is in it."""
    for shape in SHAPES:
        found = boxes(size, shape)
        assert found.keys() <= PARTS.keys()
        assert all(Rect((0, 0), size).contains(box) and min(box.size) > 8 for box in found.values()), shape
        inside = [box for name, box in found.items() if name != "frame"]
        assert not [pair for pair in combinations(inside, 2) if pair[0].colliderect(pair[1])], shape


@pytest.mark.parametrize("size", SIZES)
def test_every_page_has_total_partial_and_the_next_distance(size: tuple[int, int]) -> None:
    for shape in SHAPES:
        found = boxes(size, shape)
        assert {"total", "partial", "clock", "lamps", "call"} <= found.keys()
        assert found.keys() & {"to_next", "following", "unknown"}


@pytest.mark.parametrize("size", SIZES)
def test_the_room_of_the_hints_never_makes_the_next_distance_smaller(size: tuple[int, int]) -> None:
    """A higher note has wider pictures: the distance beside them must not pay for it."""
    for drawing, marks in product((False, True), (0, 3)):
        with_hints, without = (
            boxes(size, Shape(hints=hints, drawing=drawing, marks=marks))["to_next"] for hints in (True, False)
        )
        assert without.height >= with_hints.height, (drawing, marks)
        assert without.width * 3 >= without.height * 4, (drawing, marks)


def test_no_message_and_no_call_moves_anything() -> None:
    def where(shown: Screen) -> dict[str, Rect | None]:
        painter = Painter(SMALL, FACES, Album())
        painter.paint(surface(), shown)
        return {name: painter.box(name) for name in PARTS}

    busy = screen(banners=LONGEST.banners, notice=LONGEST.notice, chords=("a",), done=LONG, call=None, closing=None)
    assert where(busy) == where(DRIVE)


@pytest.mark.parametrize("page", ["trip", "calls", "status"])
@pytest.mark.parametrize(("level", "first"), [("info", "offer"), ("bad", "notice")])
def test_what_mark_would_take_is_read_before_a_notice_unless_that_is_of_danger(
    monkeypatch: pytest.MonkeyPatch, page: Any, level: Any, first: str
) -> None:
    said: list[str] = []
    words = Brush.words

    def heard(brush: Brush, box: Rect, text: str, *how: Any, **more: Any) -> None:
        said.append(text)
        words(brush, box, text, *how, **more)

    monkeypatch.setattr(Brush, "words", heard)
    offer = Banner("offer", "warn", "offer")
    driver = Driver(None, None, ()) if page == "calls" else None
    busy = screen(page=page, driver=driver, banners=(offer,), notice=Banner("notice", level), done=LONG)
    Painter(SMALL, FACES, Album()).paint(surface(), busy)
    assert next(text for text in said if text.endswith(("offer", "notice"))).endswith(first)


# A scanned book: the picture is all there is


@pytest.mark.parametrize("size", [*SIZES, (640, 480)])
@pytest.mark.parametrize("danger", range(4))
def test_the_pictures_of_a_scanned_note_take_all_of_its_frame_but_head_and_danger(
    size: tuple[int, int], danger: int
) -> None:
    for shown in (SCAN, scan(DRIVE, None)):
        painter = Painter(size, FACES, Album())
        painter.paint(surface(size), replace(shown, danger=danger))
        found = {name: painter.box(name) for name in ("frame", "head", "unknown", "marks", "tulip", "drawing")}
        assert (found["marks"] is not None) == (danger > 0)
        assert (found["drawing"] is not None) == (shown is SCAN)
        frame, *inside = (box.width * box.height for box in found.values() if box is not None)
        assert sum(inside) > 0.93 * frame
        assert painter.box("to_next") is painter.box("bar") is None


@pytest.mark.parametrize("size", [*SIZES, (640, 480)])
def test_both_pictures_of_a_scanned_note_are_of_one_scale(size: tuple[int, int]) -> None:
    """So far as steps of a twentieth allow; the page's piece is 315 points wide, its drawing 227."""
    painter = Painter(size, FACES, Album())
    painter.paint(surface(size), SCAN)
    tulip, drawing = painter.box("tulip"), painter.box("drawing")
    assert tulip is not None
    assert drawing is not None
    assert tulip.width / 315 == pytest.approx(drawing.width / 227, rel=0.1)


@pytest.mark.parametrize("size", [*SIZES, (640, 480)])
def test_the_picture_of_a_scanned_note_ahead_is_as_wide_as_its_card(size: tuple[int, int]) -> None:
    painter = Painter(size, FACES, Album())
    painter.paint(surface(size), SCAN)
    wanted = painter.wanted(SCAN)[2:5]
    for n, (what, (wide, high), _) in enumerate(wanted):
        card = painter.box(f"ahead{n}")
        assert card is not None
        assert what == SCAN.rows[2 + n].tulip
        assert wide > 0.96 * card.width
        assert high > 0.7 * card.height


def test_pieces_of_any_shape_leave_room_for_each_other() -> None:
    """A sliver of a page, a piece without height, and a picture that is no piece."""
    pieces = (Crop(1, 0.0, 0.0, 500.0, 1.0), Crop(1, 0.0, 9.0, 500.0, 9.0), Crop(1, 0.0, 0.0, 1.0, 500.0))
    for tulip, drawing in product(pieces, (*pieces, Picture(1, 2))):
        assert 0.2 <= share(replace(SCAN.rows[1], tulip=tulip, drawing=drawing)) <= 0.8


def test_a_scanned_note_says_small_that_nobody_knows_how_far_it_is(put: list[tuple[Rect, pygame.Surface]]) -> None:
    assert UNKNOWN in texts(put, SCAN)
    assert UNKNOWN not in texts(put, DRIVE)


def test_what_is_told_of_a_scanned_note_ahead_is_whole_or_counted(put: list[tuple[Rect, pygame.Surface]]) -> None:
    """Half of DZ 30 is another limit."""

    def told(danger: int) -> set[str]:
        rows = (*SCAN.rows[:2], replace(SCAN.rows[2], danger=danger, cap="98°", badges=("DZ 30",), words=("deep mud",)))
        return texts(put, replace(SCAN, rows=rows))

    assert "DZ 30 · 98° · +1" in told(0)
    assert "DZ 30 · +2" in told(3)


def test_a_note_without_a_distance_or_a_picture_stands_as_any_other() -> None:
    """Of a typed book there is nothing that the room would serve."""
    typed = tuple(replace(row, measured=False) for row in ROWS)
    assert painted(screen(rows=typed)) == painted(DRIVE)


# Nothing beyond its box


class Watched(Brush):
    """A brush that minds where each text goes."""

    boxes: list[tuple[Rect, pygame.Surface]] = []  # noqa: RUF012

    def put(self, drawn: pygame.Surface, box: Rect, align: Any = "centre") -> None:
        self.boxes.append((box, drawn))
        super().put(drawn, box, align)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Rect, pygame.Surface]]:
    """What a painter puts, and the boxes for it."""
    monkeypatch.setattr(Watched, "boxes", [])
    monkeypatch.setattr("codriver.cockpit.paint.Brush", Watched)
    return Watched.boxes


PAGES: list[dict[str, Any]] = [
    {"page": "road"},
    {"page": "trip"},
    {"page": "calls"},
    {"page": "status"},
    {"menu": Menu(tuple((LONG, LONG) for _ in range(20)), 12)},
    {"hints": ()},
    {"danger": 0},
    {"notice": None},
]


@pytest.mark.parametrize("size", [*SIZES, (640, 480)])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(next(iter(page))))
@pytest.mark.parametrize("shown", [DRIVE, LONGEST, scan(LONGEST)])
def test_no_text_is_larger_than_its_box(
    put: list[tuple[Rect, pygame.Surface]], size: tuple[int, int], page: dict[str, Any], shown: Screen
) -> None:
    Painter(size, FACES, Album()).paint(surface(size), replace(shown, **page))
    assert len(put) > 20
    for box, drawn in put:
        assert drawn.get_width() <= box.width
        assert drawn.get_height() <= box.height


@pytest.mark.parametrize("face", [find(()), Face("pygame's own")], ids=lambda face: face.name)
def test_no_text_is_larger_than_its_box_in_another_face(put: list[tuple[Rect, pygame.Surface]], face: Face) -> None:
    Painter(SMALL, Faces(face), Album()).paint(surface(), LONGEST)
    assert all(drawn.get_width() <= box.width and drawn.get_height() <= box.height for box, drawn in put)


@pytest.mark.parametrize("size", [SMALL, WIDE])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(next(iter(page))))
@pytest.mark.parametrize("longest", [LONGEST, scan(LONGEST)], ids=["typed", "scanned"])
def test_no_part_paints_outside_its_box(size: tuple[int, int], page: dict[str, Any], longest: Screen) -> None:
    """Each part is drawn alone on a strange colour: all around its box that must still be there."""
    strange = (1, 2, 3)
    shown = replace(longest, **page)
    painter = Painter(size, FACES, Album())
    painter.paint(surface(size), shown)
    drawn = surface(size)
    brush = Brush(drawn, FACES, DAY, Album(), night=False)
    for name, part in PARTS.items():
        if box := painter.box(name):
            drawn.fill(strange)
            part.draw(brush, box, part.sees(shown))
            drawn.fill(strange, box)
            assert pixels(drawn) == bytes(strange) * (size[0] * size[1]), name


# The same picture however it came about

TONES = st.sampled_from(["live", "estimated", "stale", "frozen", "none"])
READINGS = st.builds(
    Reading, st.from_regex(r"\A-?[0-9]{1,4}[.,:][0-9]{2}\Z"), st.sampled_from(["", "km", "m", "°"]), TONES
)
LEVELS = st.sampled_from(["ok", "info", "warn", "bad", "off"])
TEXTS = st.text(max_size=40)
BANNERS = st.builds(Banner, TEXTS, LEVELS)
BANDS = st.sampled_from(["far", "near", "now"])
CROPS = st.builds(Crop, st.just(1), st.just(0.0), st.just(0.0), st.floats(9, 500), st.floats(9, 500))
ROW_LISTS = st.lists(
    st.builds(
        Row,
        st.integers(0, 99),
        st.text("0123456789", max_size=5),
        st.just("ahead"),
        st.just("12.34"),
        st.just("0.34"),
        st.booleans(),
        st.none() | READINGS,
        st.integers(0, 3),
        st.sampled_from(["", "275°"]),
        st.lists(TEXTS, max_size=3).map(tuple),
        st.lists(TEXTS, max_size=3).map(tuple),
        st.none() | st.builds(Turn, st.floats(0, 359), st.floats(0, 359)) | CROPS,
        st.none() | st.builds(Picture, st.integers(10, 15), st.integers(20, 60)) | CROPS,
        st.booleans(),
    ),
    max_size=5,
).map(lambda rows: tuple(replace(row, standing=("passed", "next")[n]) if n < 2 else row for n, row in enumerate(rows)))
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "page": st.sampled_from(["road", "road", "trip", "calls", "status"]),
    "night": st.booleans(),
    "watermark": st.sampled_from(["", "DEMO"]),
    **dict.fromkeys(("clock", "total", "partial", "speed", "cap", "to_next"), READINGS),
    "closing": st.none() | st.integers(0, 100),
    "band": BANDS,
    "danger": st.integers(0, 3),
    "rows": ROW_LISTS,
    "call": st.none() | st.builds(Call, TEXTS, st.booleans(), st.integers(0, 3)),
    "lamps": st.lists(st.builds(Lamp, TEXTS, TEXTS, LEVELS), max_size=5).map(tuple),
    "banners": st.lists(BANNERS, max_size=4).map(tuple),
    "notice": st.none() | BANNERS,
    "done": TEXTS,
    "recorded": st.sampled_from([None, True, False]),
    "hints": st.sampled_from([HINTS, (), (replace(HINTS[0], held=True), *HINTS[1:])]),
    "chords": st.lists(TEXTS, max_size=3).map(tuple),
    "menu": st.none() | st.just(Menu((("Night", "off"), ("Calls", "on")), 1)),
    "lines": st.lists(TEXTS, max_size=4).map(tuple),
    "held": st.sampled_from([(), ("PLUS",)]),
    "driver": st.none()
    | st.builds(
        Driver,
        st.none() | st.builds(Call, TEXTS, st.booleans(), st.integers(0, 3)),
        st.none() | st.integers(0, 100),
        st.lists(st.builds(Coming, TEXTS, TEXTS, st.integers(0, 3)), max_size=2).map(tuple),
    ),
}
STEPS = st.lists(
    st.sampled_from(sorted(CHANGES)).flatmap(lambda name: st.tuples(st.just(name), CHANGES[name])), max_size=12
)


@settings(deadline=None, max_examples=40)
@given(STEPS, st.sampled_from([SMALL, WIDE]))
def test_a_picture_painted_piece_by_piece_is_the_one_painted_afresh(
    steps: list[tuple[str, Any]], size: tuple[int, int]
) -> None:
    """After any sequence of Screens, byte for byte; and what has changed lies within the rectangles it gives."""
    painter, drawn, shown = Painter(size, FACES, Album()), surface(size), DRIVE
    painter.paint(drawn, shown)
    for name, value in steps:
        before, shown = drawn.copy(), replace(shown, **{name: value})
        for rect in painter.paint(drawn, shown):
            before.blit(drawn, rect, rect)
        assert pixels(before) == pixels(drawn)
    assert pixels(drawn) == painted(shown, size)


def test_two_runs_are_the_same_picture() -> None:
    assert painted(LONGEST, faces=Faces(find())) == painted(LONGEST, faces=Faces(find()))


def test_an_equal_screen_draws_nothing() -> None:
    painter, drawn = Painter(SMALL, FACES, Album()), surface()
    assert painter.paint(drawn, DRIVE) == [drawn.get_rect()]
    assert painter.paint(drawn, replace(DRIVE, night=False)) == []


def test_a_figure_alone_draws_its_own_box_alone() -> None:
    painter, drawn = Painter(SMALL, FACES, Album()), surface()
    painter.paint(drawn, DRIVE)
    assert painter.paint(drawn, screen(total=Reading("141.96", "km"))) == [painter.box("total")]


def test_another_surface_gets_the_whole_picture() -> None:
    painter = Painter(SMALL, FACES, Album())
    painter.paint(surface(), DRIVE)
    other = surface()
    painter.paint(other, DRIVE)
    assert pixels(other) == painted(DRIVE)


# Everything is to be seen

OTHER: dict[str, Any] = {
    "page": "trip",
    "night": True,
    "watermark": "DEMO",
    "clock": Reading("10:35:28"),
    "total": Reading("141.96", "km"),
    "partial": Reading("0.94", "km"),
    "speed": Reading("129", "km/h"),
    "cap": Reading("272", "°"),
    "to_next": Reading("0.41", "km"),
    "closing": 70,
    "band": "near",
    "danger": 1,
    "rows": ROWS[1:],
    "call": None,
    "lamps": LAMPS[1:],
    "banners": (Banner("no roadbook", "info"),),
    "notice": Banner("box 57, +42 m", "warn"),
    "done": "undone",
    "recorded": False,
    "hints": HINTS[1:],
    "chords": ("with MINUS: count backwards",),
    "menu": Menu((("Night", "off"),), 0),
    "held": ("DRIVER MARK",),
}


@pytest.mark.parametrize("field", [field for field in Screen.__struct_fields__ if field not in {"lines", "driver"}])
@pytest.mark.parametrize("size", [SMALL, WIDE])
def test_every_field_of_a_screen_is_to_be_seen(field: str, size: tuple[int, int]) -> None:
    assert painted(screen(**{field: OTHER[field]}), size) != painted(DRIVE, size)


SAID = Call("in 400: danger 2, left?", True, 2)
COMING = (Coming("0.7 km", "hole", 3), Coming("2.2 km", "keep left", 0))


@pytest.mark.parametrize("size", [SMALL, WIDE])
def test_everything_on_the_drivers_page_is_to_be_seen(size: tuple[int, int]) -> None:
    seen = [
        Driver(SAID, 60, COMING),
        Driver(replace(SAID, speaking=False), 60, COMING),
        Driver(replace(SAID, danger=3), 60, COMING),
        Driver(replace(SAID, words="left"), 60, COMING),
        Driver(SAID, 59, COMING),
        Driver(SAID, None, COMING),
        Driver(None, 60, COMING),
        Driver(SAID, 60, COMING[:1]),
        Driver(SAID, 60, (replace(COMING[0], distance="0.6 km"), COMING[1])),
        Driver(SAID, 60, (replace(COMING[0], danger=1), COMING[1])),
        Driver(SAID, 60, (COMING[0], replace(COMING[1], words="keep right"))),
    ]
    assert len({painted(screen(page="calls", driver=driver), size) for driver in seen}) == len(seen)


def test_the_countdown_runs_out_from_right_to_left_and_is_another_colour_at_the_end() -> None:
    def inked(left: int) -> int:
        painter, drawn = Painter(SMALL, FACES, Album()), surface()
        painter.paint(drawn, screen(page="calls", danger=0, driver=Driver(SAID, left)))
        box = painter.box("countdown")
        assert box is not None
        row = [drawn.get_at((x, box.centery))[:3] for x in range(box.left, box.right)]
        return sum(colour in {DAY.plain.ink, DAY.bar} for colour in row)

    assert inked(100) > inked(60) > inked(10) > inked(0) == 0
    assert shades(screen(page="calls", driver=Driver(SAID, 20)), "countdown") != shades(
        screen(page="calls", driver=Driver(SAID, 60)), "countdown"
    )


def test_the_lines_of_the_status_page_are_to_be_seen() -> None:
    assert painted(screen(page="status", lines=("a", "b"))) != painted(screen(page="status", lines=("a", "c")))


ROW: dict[str, Any] = {
    "number": "77",
    "total": "99.99",
    "gap": "9.99",
    "near": True,
    "to_go": Reading("9.9", "km"),
    "danger": 1,
    "cap": "111°",
    "badges": ("STOP",),
    "words": ("mud",),
    "tulip": Turn(0.0, 170.0),
    "drawing": Picture(20, 60),
    "struck": True,
    "highlight": "pink",
}
# What a row has and does not show where it stands so: the screen shows the next one's distance and danger itself.
UNSHOWN = {
    "passed": {"gap", "near", "to_go", "drawing", "highlight"},
    "next": {"to_go", "danger", "struck"},
    "ahead": {"total", "drawing"},
}


@pytest.mark.parametrize("at", [0, 1, 3])
def test_every_field_of_a_row_is_to_be_seen(at: int) -> None:
    base = replace(ROWS[at], near=False, danger=0, cap="", badges=(), words=())
    for field in ROW.keys() - UNSHOWN[base.standing]:
        rows = [*ROWS]
        rows[at] = base
        before = painted(screen(rows=tuple(rows), danger=0))
        rows[at] = replace(base, **{field: ROW[field]})
        assert painted(screen(rows=tuple(rows), danger=0)) != before, field


@pytest.mark.parametrize("at", [1, 3])
def test_every_field_of_a_scanned_row_is_to_be_seen(at: int) -> None:
    """But the words of the next one, which were read from its picture, and figures that nobody knows."""
    base = replace(SCAN.rows[at], near=False, danger=0, cap="", badges=(), words=())
    unshown = UNSHOWN[base.standing] | ({"words"} if at == 1 else {"gap", "near", "to_go"})
    for field, value in (ROW | {"measured": True, "tulip": Crop(1, 0.0, 0.0, 99.0, 33.0)}).items():
        if field not in unshown:
            rows = [*SCAN.rows]
            rows[at] = base
            before = painted(replace(SCAN, rows=tuple(rows)))
            rows[at] = replace(base, **{field: value})
            assert painted(replace(SCAN, rows=tuple(rows))) != before, field


def test_every_tone_of_a_figure_looks_different() -> None:
    """By more than colour: in black and white as well."""
    looks = {shades(screen(total=Reading("141.95", "km", tone)), "total") for tone in ("live", "estimated", "stale")}
    looks |= {shades(screen(total=Reading("141.95", "km", tone)), "total") for tone in ("frozen", "none")}
    assert len(looks) == 5


def shades(shown: Screen, name: str) -> bytes:
    """A part with each pixel either ink or not, whatever the colour."""
    drawn, painter = surface(), Painter(SMALL, FACES, Album())
    painter.paint(drawn, shown)
    part = drawn.subsurface(painter.box(name) or Rect(0, 0, 1, 1))
    return bytes(pygame.mask.from_threshold(part, DAY.plain.ground, (90, 90, 90, 255)).to_surface().get_buffer().raw)


def test_every_level_of_a_lamp_has_a_shape_of_its_own() -> None:
    box = Rect(0, 0, 21, 21)
    shapes = set()
    for level in ("ok", "info", "warn", "bad", "off"):
        drawn = pygame.Surface(box.size, 0, 32)
        Brush(drawn, FACES, DAY, Album(), night=False).lamp(box, level, DAY.strong)
        shapes.add(pixels(drawn))
    assert len(shapes) == 5


def ground(shown: Screen, at: Callable[[Painter], Rect], colours: Theme = DAY) -> float:
    """The share of a place that has the ground of what stands out."""
    drawn, painter = surface(), Painter(SMALL, FACES, Album())
    painter.paint(drawn, shown)
    part = drawn.subsurface(at(painter))
    return pygame.mask.from_threshold(part, colours.strong.ground, (1, 1, 1, 255)).count() / (part.width * part.height)


def test_a_held_button_is_inverted() -> None:
    def second(painter: Painter) -> Rect:
        box = painter.box("hints")
        assert box is not None
        return Rect(box.left + box.width // 6, box.top, box.width // 6, box.height)

    held = (HINTS[0], replace(HINTS[1], held=True), *HINTS[2:])
    assert ground(DRIVE, second) < 0.2
    assert ground(screen(hints=held), second) > 0.7


def texts(put: list[tuple[Rect, pygame.Surface]], shown: Screen, size: tuple[int, int] = SMALL) -> set[str]:
    """Every line that is written on a Screen."""
    faces = Faces(find())
    put.clear()
    Painter(size, faces, Album()).paint(surface(size), shown)
    drawn = {id(image) for _, image in put}
    return {key[0] for key, image in faces._kept.items() if id(image) in drawn}


def test_a_figure_of_a_head_is_whole_or_not_there(put: list[tuple[Rect, pygame.Surface]]) -> None:
    """Half of a cap is another cap: where the menu takes the room it is left out."""
    narrow = screen(menu=Menu((("night", "day"),), 0), danger=3)
    assert "275°" in texts(put, screen(danger=3))
    assert texts(put, narrow).isdisjoint({"275°", "275", "27", "27…"})
    assert "42.37" in texts(put, narrow)


@pytest.mark.parametrize("at", range(len(MENU)))
def test_the_item_that_the_menu_points_at_is_seen_with_its_neighbours(
    put: list[tuple[Rect, pygame.Surface]], at: int
) -> None:
    items = tuple((f"item {n}", "") for n in range(len(MENU)))
    seen = texts(put, screen(menu=Menu(items, at)))
    assert {name for name, _ in items[max(at - 1, 0) : at + 2]} <= seen
    assert sum(name in seen for name, _ in items) >= 8


def test_a_form_has_its_title_above_its_fields(put: list[tuple[Rect, pygame.Surface]]) -> None:
    shown = Menu((("kind", "danger"), ("box", "42.37 km")), 1, "Amend the book")
    assert {"Amend the book", "kind", "danger", "box", "42.37 km"} <= texts(put, screen(menu=shown))


def test_what_has_no_room_is_counted_with_all_it_stands_for(put: list[tuple[Rect, pygame.Surface]]) -> None:
    banners = (*(Banner(f"banner {n}", "warn") for n in range(3)), Banner("+4 more", "bad", count=4))
    told = texts(put, screen(page="status", banners=banners, done="", recorded=None))
    assert {"banner 0", "+5: banner 1"} <= told


def test_one_banner_alone_does_not_light_up_the_car() -> None:
    def whole(painter: Painter) -> Rect:
        return painter.box("banners") or Rect(0, 0, 1, 1)

    alone = replace(quiet := screen(done="", recorded=None), banners=(Banner("FROZEN 58 s", "warn"),))
    drawn, painter = surface(), Painter(SMALL, FACES, Album())
    painter.paint(drawn, alone)
    part = drawn.subsurface(whole(painter))
    share = pygame.mask.from_threshold(part, DAY.warn.ground, (1, 1, 1, 255)).count() / (part.width * part.height)
    assert 0.2 < share < 0.5
    assert quiet.banners == ()


def test_behind_the_last_note_the_book_is_at_its_end(put: list[tuple[Rect, pygame.Surface]]) -> None:
    nothing = Reading("-", "m", "none")
    over = texts(put, screen(rows=ROWS[:1], danger=0, to_next=nothing, closing=None, call=None))
    assert "end of the book" in over
    assert "?" not in over
    assert "no roadbook" in texts(put, screen(rows=(), danger=0, to_next=nothing, closing=None, call=None))


def test_danger_fills_a_block_as_high_as_the_next_note() -> None:
    for danger in (1, 2, 3):
        drawn, painter = surface(), Painter(SMALL, FACES, Album())
        painter.paint(drawn, screen(danger=danger))
        box = painter.box("marks")
        assert box is not None
        assert box.height > 0.3 * SMALL[1]
        block = drawn.subsurface(box)
        share = pygame.mask.from_threshold(block, DAY.danger.ink, (1, 1, 1, 255))
        assert len(share.connected_components()) == 2 * danger
        assert 0.15 < share.count() / (box.width * box.height) < 0.5


def test_a_picture_that_cannot_be_shown_says_so() -> None:
    rows = (*ROWS[:1], replace(ROWS[1], tulip=Picture(13, 14)), *ROWS[2:])
    blank = (*ROWS[:1], replace(ROWS[1], tulip=None), *ROWS[2:])
    assert painted(screen(rows=rows)) != painted(screen(rows=blank))


def test_the_pictures_wanted_are_those_the_painter_asks_for() -> None:
    asked = []

    class Asked(Album):
        def picture(self, what: Drawn, size: tuple[int, int], night: bool) -> pygame.Surface | str:
            asked.append((what, size, night))
            return super().picture(what, size, night)

    for size in SIZES:
        for shown in (
            DRIVE,
            LONGEST,
            screen(night=True, danger=0),
            screen(page="trip"),
            screen(rows=()),
            SCAN,
            scan(LONGEST),
        ):
            asked.clear()
            painter = Painter(size, FACES, Asked())
            painter.paint(surface(size), replace(shown, notice=None))
            assert sorted(map(str, painter.wanted(shown))) == sorted(map(str, asked))


# Legible


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=lambda colours: colours.name)
def test_every_pair_of_ink_and_ground_has_enough_contrast(colours: Theme) -> None:
    assert {name: round(contrast(pair), 2) for name, pair in colours.pairs.items() if contrast(pair) < LEAST} == {}


def test_every_text_that_is_drawn_is_in_one_of_these_pairs() -> None:
    for night in (False, True):
        faces, colours = Faces(find()), theme(night=night)
        for page in PAGES:
            for shown in (DRIVE, LONGEST):
                Painter(SMALL, faces, Album()).paint(surface(), replace(shown, night=night, **page))
        known = {*colours.pairs.values(), *(pair.inverted for pair in colours.pairs.values())}
        assert {key[2] for key in faces._kept} <= known


def test_contrast_is_that_of_the_rule() -> None:
    """Black on white is 21, a colour on itself 1, and mid grey (119) on white the 4.48 that the rule's authors give."""
    assert contrast(Pair((0, 0, 0), (255, 255, 255))) == pytest.approx(21)
    assert contrast(Pair((9, 9, 9), (9, 9, 9))) == pytest.approx(1)
    assert contrast(Pair((119, 119, 119), (255, 255, 255))) == pytest.approx(4.48, abs=0.01)


def test_a_frozen_display_does_not_glare_at_night() -> None:
    day, night = (
        sum(painted(screen(night=night, total=frozen, partial=frozen)))
        for night in (False, True)
        for frozen in [Reading("5.39", "km", "frozen")]
    )
    live = sum(painted(screen(night=True)))
    assert night < min(1.2 * live, 0.25 * day)


def test_the_night_is_dark() -> None:
    """A whole night picture is less than a quarter as bright as the day's, in spite of three marks of danger."""
    day, night = (sum(painted(screen(night=night, danger=3))) for night in (False, True))
    assert night < 0.25 * day


@pytest.mark.parametrize("size", SIZES)
def test_the_figures_are_as_high_as_promised(size: tuple[int, int]) -> None:
    """Digit heights as shares of the screen's, of ink that was painted; the handbook gives them."""
    road, trip = heights(size, faces=FACES), heights(size, "trip", FACES)
    assert road["total"] > 0.115
    assert road["partial"] > 0.145
    assert road["to_next"] > 0.13
    assert road["to_next_alone"] > 0.18
    assert road["speed"] > 0.10
    assert road["clock"] > 0.045
    assert trip["partial"] > 0.20
    assert trip["total"] > 0.145


def test_no_digit_on_the_screen_is_a_block(put: list[tuple[Rect, pygame.Surface]]) -> None:
    """Each cell of a figure holds ink and ground, and each digit looks like no other."""
    painter, drawn, looks = Painter(WIDE, FACES, Album()), surface(WIDE), set()
    painter.paint(drawn, DRIVE)
    for text in ("123.45", "678.90"):
        put.clear()
        painter.paint(drawn, screen(total=Reading(text, "km")))
        for letter, (box, _) in zip(text, put[-len(text) :], strict=True):
            cell = drawn.subsurface(box)
            share = pygame.mask.from_threshold(cell, DAY.plain.ink, (100, 100, 100, 255)).count()
            assert 0.08 < share / (box.width * box.height) < 0.65, letter
            looks.add(pixels(cell))
    assert len(looks) == len("1234567890.")


# Fingers


def test_a_finger_finds_the_button_under_it() -> None:
    painter = Painter(SMALL, FACES, Album())
    assert painter.touched((10, 470)) is None
    painter.paint(surface(), DRIVE)
    assert [painter.touched((800 * n / 6 + 60, 470)) for n in range(6)] == [hint.touch for hint in HINTS]
    assert painter.touched((400, 200)) is None


def test_where_no_hints_are_nothing_is_touched() -> None:
    painter = Painter(SMALL, FACES, Album())
    painter.paint(surface(), screen(hints=()))
    assert painter.touched((10, 470)) is None


def test_any_number_of_hints_tiles_the_strip() -> None:
    for count in range(1, 9):
        painter = Painter(SMALL, FACES, Album())
        painter.paint(surface(), screen(hints=tuple(Hint("X", "", "", False, str(n)) for n in range(count))))
        hit = [painter.touched((x, 479)) for x in range(800)]
        assert None not in hit
        assert len(set(hit)) == count
