"""What is called: few words, the crew's own first, never a wrong side, and how long it takes to say them."""

from importlib import resources
from math import remainder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codriver.core import phrases as words
from codriver.core.languages import reading
from codriver.core.languages.language import every, language, names
from codriver.core.phrases import LONGEST, Phrases, importance, seconds, speech
from codriver.roadbook import load
from codriver.roadbook.geodesy import bearing, chord
from codriver.roadbook.model import Event, Note, Picture, Position, Roadbook, Waypoint
from codriver.roadbook.turns import Turn, turns
from codriver.units import KMH, MILE, MPH, Degrees, Metres

EN = words.phrases("en", "metric")
FR = words.phrases("fr", "metric")
ES = words.phrases("es", "metric")
MILES = words.phrases("en", "statute")
RIGHT = Turn(entry=10.0, exit=90.0, sure=True)
LEFT = Turn(entry=10.0, exit=290.0, sure=True)


def note(text: str = "", **more: object) -> Note:
    """Box 12 with this text."""
    return Note(12, 1000.0, words=text, **more)  # type: ignore[arg-type]


def said(text: str = "", turn: Turn | None = None, by: Phrases = EN, **more: object) -> str:
    return by.note(note(text, **more), turn)


def prompted(text: str = "", turn: Turn | None = None, by: Phrases = EN, **more: object) -> str:
    return by.prompt(note(text, **more), turn)


# What is said of a note


def test_danger_comes_first_and_the_cap_last() -> None:
    assert said("PP", LEFT, danger=2, cap=290.0) == "danger 2, left, main track, cap 290"


def test_a_danger_of_three_is_heard_as_another_word_than_one_of_two() -> None:
    assert [said("rocks", danger=level) for level in (1, 2, 3)] == [
        "caution, rocks",
        "danger 2, rocks",
        "triple danger, rocks",
    ]


def test_a_bare_box_says_what_it_can() -> None:
    assert said() == "box 12"
    assert said(tulip=Picture(0, 1)) == "see tulip"
    assert said(cap=7.0) == "cap 007"


def test_a_text_that_says_the_danger_is_not_told_it_again() -> None:
    assert said("Danger: rocks", danger=1) == "caution, rocks"
    assert said("Caution, rocks", danger=3) == "triple danger, rocks"
    assert said("danger in the dip", danger=1) == "danger in the dip"
    assert said("attention au trou", by=FR, danger=1) == "attention au trou"


@pytest.mark.parametrize("text", ["!! ditch", "Ditch !!", "ditch!!", "Danger 2: ditch", "double caution, ditch"])
def test_a_danger_that_is_only_in_the_text_is_said_as_one(text: str) -> None:
    assert said(text) == "danger 2, ditch"
    assert importance(note(text)) == 2


def test_a_numbered_danger_of_a_course_is_no_level() -> None:
    assert said("DANGER 4") == "danger 4"
    assert said("DANGER 4", danger=2) == "danger 2, danger 4"


def test_the_end_of_a_sentence_is_no_danger() -> None:
    assert said("Slow down!") == "slow down"


# Sides


def test_a_side_is_said_where_the_way_turns_and_the_cap_agrees() -> None:
    assert said(turn=RIGHT) == "right"
    assert said(turn=LEFT, cap=285.0) == "left, cap 285"
    assert said(turn=LEFT, by=FR) == "à gauche"
    assert said(turn=RIGHT, by=ES) == "derecha"


@pytest.mark.parametrize(
    ("turn", "cap"),
    [
        (Turn(10.0, 90.0, sure=False), 90.0),
        (Turn(10.0, 44.0, sure=True), 90.0),
        (Turn(10.0, 90.0, sure=True), 292.0),
        (Turn(10.0, 90.0, sure=True), 125.0),
        (Turn(10.0, 50.0, sure=True), 40.0),
        (Turn(10.0, 188.0, sure=True), 188.0),
        (Turn(None, 90.0, sure=True), 90.0),
        (Turn(10.0, None, sure=True), 90.0),
        (None, 90.0),
    ],
)
def test_where_there_is_doubt_of_the_side_only_the_cap_is_said(turn: Turn | None, cap: Degrees) -> None:
    """Unsure, too slight, against the cap, hardly with it, nearly straight by the cap, back where one came from."""
    assert said(turn=turn, cap=cap) == f"cap {cap:03.0f}"


def test_the_crews_side_is_the_only_one_said() -> None:
    """Also where the geometry would have another: the crew may have seen what no track shows."""
    assert said("keep right at the well", LEFT) == "keep right at the well"
    assert said("arbre à gauche", RIGHT) == "arbre à gauche"


def test_a_thing_at_the_side_does_not_silence_the_turn() -> None:
    assert said("Cairn onR", LEFT) == "left, cairn on the right"
    assert said("pass right of the dune", LEFT) == "left, pass right of the dune"
    assert said("palmier à main droite", LEFT, by=FR) == "à gauche, palmier à main droite"


def test_right_after_is_a_time_and_bend_right_a_turn() -> None:
    assert not reading.side_of("stop right after the dip")
    assert reading.turns_of("bend right after the dip") == {"right"}


@pytest.mark.parametrize("text", ["tout droit", "todo derecho", "leftover tyres", "arriba", "bright lights"])
def test_straight_on_has_no_side(text: str) -> None:
    assert not reading.side_of(text)


# Abbreviations, and words in any language


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("kpR on PP, cairn onL", "keep right on main track, cairn on the left"),
        ("TDSPP", "straight on, main track"),
        ("PP// HP", "parallel tracks off track"),
        ("C80°", "cap 080"),
        ("CAP 5 P", "cap 005 track"),
        ("G puis D", "left then right"),
        ("±V F-F", "more or less visible fesh-fesh"),
        ("RM 45", "race mile 45"),
        ("WPM12", "masked waypoint 12"),
    ],
)
def test_abbreviations_that_mean_one_thing_are_read_out(text: str, call: str) -> None:
    assert said(text) == call


@pytest.mark.parametrize("text", ["MVS", "R on RP", "RFC", "XYZ", "G", "D", "BL"])
def test_those_that_differ_from_book_to_book_are_spelt(text: str) -> None:
    assert said(text) == text
    assert all(len(word) == 1 or word.islower() for word in speech(text, "en").split())


def test_a_text_all_in_capitals_is_words() -> None:
    assert said("KEEP LEFT ON THE MAIN TRACK, RUINS, MVS") == "keep left on the main track, ruins, MVS"
    assert said("keep LEFT at the well") == "keep LEFT at the well".lower()


def test_abbreviations_are_read_out_in_the_language_of_the_call() -> None:
    assert said("kpL, HP", by=FR) == "garder à gauche, hors piste"
    assert said("kpL, HP", by=ES) == "mantener izquierda, fuera de pista"


def test_the_crews_own_words_stay_as_they_are() -> None:
    assert said("Nach dem Brunnen durchs Wadi") == "nach dem Brunnen durchs Wadi"
    assert said("A. San Juan") == "A. San Juan"
    assert said("1.5 m step") == "1.5 m step"


# Events and waypoints


def test_a_speed_zone_is_said_with_its_limit_in_the_units_of_the_car() -> None:
    zone = Event("dz", 60 * KMH)
    assert said(events=(zone,)) == "speed zone, 60"
    assert said(events=(zone,), by=MILES) == "speed zone, 37"
    assert said(speed=30 * KMH) == "speed zone, 30"
    assert said(events=(Event("dz"),)) == "speed zone"


def test_the_limit_is_added_to_a_text_that_leaves_it_out() -> None:
    zone = Event("dz", 50 * KMH)
    assert said("Start of speed zone, palmeraie", events=(zone,)) == "start of speed zone, 50, palmeraie"
    assert said("Village, zone 50", events=(zone,)) == "village, zone 50"
    assert said("Zone 2", events=(zone,)) == "zone 2, 50"
    assert said("SZ07 37MPH", events=(Event("dz", 37 * MPH),)) == "speed zone 37MPH"
    assert said("END SZ09", events=(Event("fz"),)) == "end of speed zone"


@pytest.mark.parametrize(
    ("event", "call"),
    [
        (Event("fz"), "end of zone"),
        (Event("dss"), "start of special"),
        (Event("ass"), "finish of special"),
        (Event("dn", 900.0), "neutralisation, 15 min"),
        (Event("dn", 90.0), "neutralisation, 90 s"),
        (Event("fn"), "end of neutralisation"),
        (Event("stop", 3.0), "full stop"),
        (Event("fuel"), "fuel"),
        (Event("timecontrol", 1800.0), "time control"),
        (Event("checkpoint"), "passage control"),
    ],
)
def test_each_event_has_its_words(event: Event, call: str) -> None:
    assert said(events=(event,)) == call


def test_an_event_that_the_text_says_is_not_said_again() -> None:
    assert said("Finish of special", events=(Event("ass"),)) == "finish of special"
    assert said("Stop at road, then kpS", events=(Event("stop", 3.0),)) == "stop at road, then keep straight"
    assert said("Fin de zone", events=(Event("fz"),)) == "fin de zone"


def test_several_events_are_said_in_the_order_of_their_weight() -> None:
    events = (Event("fuel"), Event("checkpoint"), Event("dz", 50 * KMH), Event("stop"))
    assert said(events=events, danger=1) == "caution, full stop, speed zone, 50, passage control, fuel"


def test_a_waypoint_is_named_by_its_kind_once() -> None:
    assert said("Cairn", waypoint=Waypoint("WPM")) == "cairn, masked waypoint"
    assert said("WPM at cairn", waypoint=Waypoint("WPM")) == "masked waypoint at cairn"
    assert said(waypoint=Waypoint("DSS"), events=(Event("dss"),)) == "start of special"
    assert said(waypoint=Waypoint("CP")) == "passage control"
    assert said(waypoint=Waypoint("WPX")) == "waypoint WPX"


def test_a_text_that_ends_in_cap_is_given_its_figure() -> None:
    assert said("keep to the cap", cap=299.0) == "keep to the cap 299"
    assert said("CAP 300, sand", cap=299.0) == "cap 300, sand"


# Long notes

LONG = "Turn left at the big tree after the third cairn then follow the wadi until the village, well, mosque, palms"


def test_a_call_that_is_too_long_keeps_danger_side_and_cap() -> None:
    call = said(LONG, danger=3, cap=120.0)
    assert call == "triple danger, turn left at the big tree after the…, cap 120"


def test_of_many_clauses_those_that_say_what_to_do_are_kept() -> None:
    text = "old well and ruined walls, two big palms, a mosque far behind, slow, keep right"
    assert said(text, cap=120.0) == "old well and ruined walls, slow, keep right…, cap 120"


# Prompts


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("danger 2", {"danger": 2, "text": "kpL"}),
        ("caution", {"danger": 1}),
        ("caution, left", {"danger": 1, "text": "kpL"}),
        ("zone 50", {"events": (Event("dz", 50 * KMH),)}),
        ("zone ends", {"events": (Event("fz"),)}),
        ("start", {"events": (Event("dss"),)}),
        ("stop", {"events": (Event("stop", 3.0),), "danger": 1}),
        ("right", {"turn": RIGHT, "cap": 90.0}),
        ("waypoint", {"waypoint": Waypoint("WPC"), "cap": 90.0}),
        ("cap 090", {"cap": 90.0}),
        ("crossing", {"text": "Crossing, cairn onR"}),
        ("box 12", {}),
    ],
)
def test_a_prompt_is_the_one_thing_to_know(call: str, more: dict[str, object]) -> None:
    assert prompted(**more) == call  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("left then right", None),
        ("kpR", LEFT),
        ("árbol a la izquierda", None),
        ("arbre à gauche", None),
        ("tree on the left", None),
        ("left rocks", None),
    ],
)
def test_a_prompt_names_no_side_that_is_in_doubt(text: str, turn: Turn | None) -> None:
    assert not {"left", "right"} & set(prompted(text, turn).split())


# Distances


@pytest.mark.parametrize(
    ("metres", "call"),
    [
        (0.0, "here"),
        (-5.0, "here"),
        (float("nan"), "here"),
        (12.0, "in 10"),
        (126.0, "in 130"),
        (412.0, "in 400"),
        (955.0, "in 1 km"),
        (1180.0, "in 1.2 km"),
        (8400.0, "in 8 km"),
        (99_000.0, "in 100 km"),
        (1e9, "far ahead"),
        (float("inf"), "far ahead"),
    ],
)
def test_a_distance_is_said_as_co_drivers_do(metres: Metres, call: str) -> None:
    assert EN.ahead(metres) == call


def test_distances_go_with_the_units_and_the_language() -> None:
    assert MILES.ahead(0.3 * MILE) == "in 0.3"
    assert MILES.ahead(MILE) == "in 1 mi"
    assert MILES.then(0.08 * MILE) == "then 0.08"
    assert EN.then(120.0) == "then 120"
    assert FR.ahead(1200.0) == "dans 1,2 km"
    assert ES.then(400.0) == "luego 400"


@given(st.floats(), st.sampled_from(names()), st.sampled_from(["metric", "statute"]))
def test_every_distance_is_one_of_the_steps(metres: float, code: str, units: str) -> None:
    by = words.phrases(code, units)
    assert {by.ahead(metres), by.then(metres)} <= set(by.steps())


@given(st.floats(20.0, 100_000.0))
def test_a_distance_that_is_said_is_near_the_true_one(metres: Metres) -> None:
    figure, _, unit = EN.ahead(metres).removeprefix("in ").partition(" ")
    assert float(figure) * (1000.0 if unit else 1.0) == pytest.approx(metres, rel=0.26)


@pytest.mark.parametrize("code", names())
@pytest.mark.parametrize("units", ["metric", "statute"])
def test_the_steps_are_few_enough_to_be_rendered_at_load(code: str, units: str) -> None:
    steps = words.phrases(code, units).steps()
    assert len(steps) == len(set(steps)) < 200


# Speech


@pytest.mark.parametrize(
    ("text", "code", "voice"),
    [
        ("danger 2, left, cap 126", "en", "danger two, left, cap one two six"),
        ("cap 080", "fr", "cap zéro huit zéro"),
        ("rumbo 300", "es", "rumbo tres cero cero"),
        ("in 120", "en", "in one hundred twenty"),
        ("in 1.2 km", "en", "in one point two kilometres"),
        ("in 1 km", "en", "in one kilometre"),
        ("in 0.3", "en", "in zero point three"),
        ("dans 180", "fr", "dans cent quatre-vingts"),
        ("dans 1,2 km", "fr", "dans un virgule deux kilomètres"),
        ("en 100", "es", "en cien"),
        ("en 120", "es", "en ciento veinte"),
        ("en 1 km", "es", "en un kilómetro"),
        ("MVS hole…, P", "en", "M V S hole, P"),
        ("step of 1.5m, 30° bank", "en", "step of one point five metres, thirty degrees bank"),
        ("4x4 N12 12:30", "en", "4x4 N12 12:30"),
        ("GPA", "en", "G P ay"),
    ],
)
def test_a_voice_is_given_what_it_reads_rightly(text: str, code: str, voice: str) -> None:
    assert speech(text, code) == voice


MEASURED = [
    ("en", "start of special, main track on reg, cap 112", 3.47),
    ("en", "hairpin left, narrow", 1.28),
    ("en", "in 500", 1.01),
    ("en", "in 12 km", 1.23),
    ("en", "then 1.6 km", 1.90),
    ("en", "then 0.3", 1.33),
    ("fr", "start of special, piste principale on reg, cap 112", 3.22),
    ("fr", "hairpin left, narrow", 1.16),
    ("fr", "dans 10", 0.45),
    ("fr", "dans 12 km", 0.95),
    ("fr", "puis 1,6 km", 1.46),
    ("fr", "GPS retrouvé", 1.09),
    ("es", "start of special, pista principal on reg, rumbo 112", 3.97),
    ("es", "hairpin left, narrow", 1.35),
    ("es", "en 10", 0.54),
    ("es", "en 12 km", 1.17),
    ("es", "luego 1,6 km", 1.84),
    ("es", "GPS de vuelta", 1.24),
]


@pytest.mark.parametrize(("code", "text", "measured"), MEASURED)
def test_the_formula_stays_near_what_was_measured(code: str, text: str, measured: float) -> None:
    """By espeak-ng 1.51, voices en-gb, fr and es at 170 words a minute, 20 ms of silence kept at both ends."""
    assert seconds(text, code) == pytest.approx(measured, rel=0.15)


def test_nothing_takes_no_time() -> None:
    assert seconds("", "en") == 0.0


# Languages


def test_every_language_has_words_for_the_same_things() -> None:
    english = language("en")
    for other in every():
        for table in ("phrases", "events", "prompts", "waypoints", "lexicon", "alerts"):
            assert getattr(other, table).keys() == getattr(english, table).keys(), (other.name, table)
        assert other.units.keys() == english.units.keys()
        assert other.marks.events.keys() == english.marks.events.keys()
        assert (len(other.numbers), len(other.hundreds)) == (100, 10)


def test_the_languages_of_the_house_are_these() -> None:
    assert names() == ("en", "es", "fr")
    with pytest.raises(KeyError):
        words.phrases("xx", "metric")


@pytest.mark.parametrize("code", names())
def test_what_a_language_says_it_understands(code: str) -> None:
    """The words for a side, an event, a danger and a cap are found again in a text that a crew copies from a call."""
    own = language(code)
    assert reading.turns_of(own.phrases["left"]) == {"left"}
    assert reading.turns_of(own.lexicon["keep_right"]) == {"right"}
    assert not reading.side_of(own.lexicon["on_left"])
    assert reading.names_cap(f"{own.phrases['cap']} 080") == "figure"
    for kind, text in own.events.items():
        assert reading.says(text, kind), (code, kind)
    for start, end in (("dz", "fz"), ("dn", "fn"), ("dt", "ft"), ("checkpoint", "timecontrol")):
        assert not reading.says(own.events[end], start)
    for level, text in enumerate(own.dangers, 1):
        assert reading.warns(text)
        assert level == 1 or reading.read(text, code).danger == level


def test_no_call_ever_says_right_for_yes() -> None:
    assert not any("right" in text or "left" in text for text in EN.alerts())


def test_an_alert_nobody_has_words_for_is_its_name() -> None:
    assert EN.alert("calls_off") == "calls off"
    assert EN.alert("no_dangers") == "no danger marks in this book"
    assert EN.alert("sand_storm") == "sand storm"


# How much hangs on a note


@pytest.mark.parametrize(
    ("weight", "more"),
    [
        (3, {"danger": 3}),
        (2, {"danger": 2}),
        (2, {"events": (Event("stop"),)}),
        (2, {"speed": 8.0}),
        (2, {"events": (Event("dn", 60.0),)}),
        (1, {"danger": 1}),
        (1, {"text": "kpL"}),
        (1, {"text": "slow"}),
        (1, {"cap": 90.0}),
        (1, {"waypoint": Waypoint("WPM")}),
        (1, {"events": (Event("fz"),)}),
        (0, {"text": "Cairn onR"}),
        (0, {"events": (Event("media"),)}),
        (0, {}),
    ],
)
def test_how_much_hangs_on_a_note(weight: int, more: dict[str, object]) -> None:
    text = more.pop("text", "")
    assert importance(note(str(text), **more)) == weight


# The bundled stage

REACH: Metres = 40.0


@pytest.fixture(scope="module")
def stage() -> Roadbook:
    data = (resources.files("codriver.simulate") / "stages" / "black-reg.gpx").read_bytes()
    return load.read(data, "black-reg").book


def bend_at(book: Roadbook, box: Note) -> Degrees | None:
    """By how much the track bends at a box, right positive, over forty metres each way; None at an end of it."""
    (track,) = book.track
    assert box.position is not None
    here = min(range(len(track)), key=lambda index: far(track[index], box.position))
    before = next((p for p in reversed(track[:here]) if far(p, track[here]) >= REACH), None)
    after = next((p for p in track[here:] if far(p, track[here]) >= REACH), None)
    if before is None or after is None:
        return None
    return remainder(bearing(track[here], after) - bearing(before, track[here]), 360.0)


def far(a: Position, b: Position | None) -> Metres:
    assert b is not None
    return chord(a.lat, a.lon, b.lat, b.lon)


def test_no_call_of_the_stage_names_a_wrong_side(stage: Roadbook) -> None:
    """Each side that a call tells the car to take is the one to which the track bends, with the text and without.

    Where the track bends by less than 15 degrees a side is one of a fork or a wash, and the track says nothing of it.
    """
    told = 0
    for box, turn in zip(stage.notes, turns(stage), strict=True):
        bend = bend_at(stage, box)
        if bend is None or abs(bend) < 15.0:
            continue
        bare = Note(box.number, box.total, cap=box.cap)
        for call in (EN.note(box, turn), EN.prompt(box, turn), EN.note(bare, turn), EN.prompt(bare, turn)):
            sides = {side for clause in call.split(", ") for side in reading.turns_of(clause)}
            told += len(sides)
            assert sides <= {"right" if bend > 0 else "left"}, (box.number, call, bend)
    assert told > 40


def test_a_turn_of_the_stage_is_told_from_its_track_alone(stage: Roadbook) -> None:
    """What the book's author wrote of the sharp bends is found from cap and track as well."""
    for box, turn in zip(stage.notes, turns(stage), strict=True):
        if abs(bend_at(stage, box) or 0.0) > 45.0:
            bare = EN.prompt(Note(box.number, box.total, cap=box.cap), turn)
            assert bare in {"left", "right"}
            assert bare in EN.note(box, turn)


@pytest.mark.parametrize("code", names())
def test_every_call_of_the_stage_is_short_and_its_own(stage: Roadbook, code: str) -> None:
    by = words.phrases(code, "metric")
    calls = [by.note(box, turn) for box, turn in zip(stage.notes, turns(stage), strict=True)]
    assert len(set(calls)) == len(calls)
    assert all(len(speech(call, code).split()) <= LONGEST for call in calls)
    assert max(seconds(call, code) for call in calls) < 7.0


# Anything at all

KINDS = (
    "dz",
    "fz",
    "dss",
    "ass",
    "dn",
    "fn",
    "dt",
    "ft",
    "stop",
    "timecontrol",
    "checkpoint",
    "fuel",
    "reset",
    "media",
)
FRAGMENTS = st.sampled_from(
    [
        "kpL",
        "kpR",
        "left",
        "droite",
        "!!",
        "!",
        "MVS",
        "cap",
        "cap 80",
        "SZ07",
        "zone",
        "danger 2",
        ",",
        ".",
        "\n",
        "C80°",
    ]
)
TEXTS = st.text() | st.lists(FRAGMENTS | st.text(max_size=8), max_size=30).map(" ".join)
FIGURES = st.none() | st.floats()
NOTES = st.builds(
    Note,
    number=st.integers(),
    total=st.floats(),
    cap=FIGURES,
    danger=st.integers(0, 3),
    speed=FIGURES,
    words=TEXTS,
    events=st.lists(st.builds(Event, st.sampled_from(KINDS) | st.text(), FIGURES), max_size=8).map(tuple),
    waypoint=st.none() | st.builds(Waypoint, st.sampled_from(["WPM", "DZ", "CP", "WPX"]) | st.text()),
)
TURNS = st.none() | st.builds(Turn, entry=FIGURES, exit=FIGURES, sure=st.booleans())


@given(NOTES, TURNS, st.sampled_from(names()), st.sampled_from(["metric", "statute"]))
def test_any_note_has_a_call_of_bounded_length(box: Note, turn: Turn | None, code: str, units: str) -> None:
    by = words.phrases(code, units)
    call, prompt = by.note(box, turn), by.prompt(box, turn)
    assert call
    assert prompt
    assert call.isprintable()
    assert len(speech(call, code).split()) <= LONGEST
    assert len(prompt.split()) <= 4
    assert 0.0 < seconds(call, code) < 60.0
    assert importance(box) in range(4)


@given(NOTES, TURNS, st.sampled_from(names()))
def test_a_danger_of_two_or_three_is_the_first_thing_said(box: Note, turn: Turn | None, code: str) -> None:
    by = words.phrases(code, "metric")
    if box.danger > 1:
        first = by.note(box, turn).split(",")[0].rstrip("…")
        assert first in language(code).dangers[box.danger - 1 :]
        assert by.prompt(box, turn) == first


@given(TEXTS, st.floats(0.0, 360.0), st.floats(0.0, 360.0), FIGURES)
def test_a_side_not_written_is_never_against_the_turn(
    text: str, entry: Degrees, exit_: Degrees, cap: Degrees | None
) -> None:
    box, turn = note(text, cap=cap), Turn(entry, exit_, sure=True)
    if not any(map(reading.side_of, reading.read(text, "en").clauses)):
        sides = {side for clause in EN.note(box, turn).split(", ") for side in reading.turns_of(clause)}
        assert sides <= {"right" if remainder(exit_ - entry, 360.0) > 0 else "left"}


# How sharp a turn is, and what nobody has written


@pytest.mark.parametrize(
    ("degrees", "by_degrees", "by_severity"),
    [(40.0, "right 30", "right 1"), (65.0, "right 60", "right 2"), (100.0, "right 90", "right 3")],
)
def test_a_turn_is_as_sharp_as_the_crew_wants_to_hear_it(degrees: Degrees, by_degrees: str, by_severity: str) -> None:
    turn = Turn(entry=10.0, exit=10.0 + degrees, sure=True)
    for turns_said, text in (("plain", "right"), ("degrees", by_degrees), ("severity", by_severity)):
        assert said(turn=turn, by=words.phrases("en", "metric", turns=turns_said)) == text


@pytest.mark.parametrize("code", names())
def test_a_hairpin_is_one_by_any_count(code: str) -> None:
    turn = Turn(entry=10.0, exit=160.0, sure=True)
    texts = {said(turn=turn, by=words.phrases(code, "metric", turns=kind)) for kind in ("degrees", "severity")}
    assert texts == {language(code).phrases["hairpin"].format(language(code).phrases["right"])}


def test_a_cap_whose_side_nobody_knows_sends_the_eye_to_the_tulip() -> None:
    drawn = Picture(0, 1)
    assert said(cap=292.0, tulip=drawn) == "cap 292, see tulip"
    assert said(cap=292.0, tulip=drawn, turn=Turn(290.0, 292.0, sure=True)) == "cap 292"
    assert said(cap=290.0, tulip=drawn, turn=LEFT) == "left, cap 290"
    assert said(cap=292.0) == "cap 292"


def test_a_side_that_nobody_has_written_is_marked_as_such() -> None:
    assert words.inferred(note(), LEFT, "en") == "left"
    assert words.inferred(note("left at the well"), LEFT, "en") == ""
    assert words.inferred(note(), Turn(10.0, 20.0, sure=True), "en") == ""


def test_the_end_of_a_zone_is_not_said_before_it_is_passed() -> None:
    end = note(events=(Event("fz"),))
    assert "end of zone" in said(events=(Event("fz"),))
    assert not words.says(words.ahead_of(end))
    with_more = note("left", events=(Event("fz"), Event("fuel")))
    assert words.says(words.ahead_of(with_more))
    assert "zone" not in EN.note(words.ahead_of(with_more), None)


def test_right_is_a_side_and_never_a_yes() -> None:
    assert not any("right" in alert.split() for alert in EN.alerts())


@pytest.mark.parametrize("by", [EN, FR, ES, MILES])
def test_what_is_only_known_about_is_ready_for_the_voice(by: Phrases) -> None:
    steps = set(by.steps())
    assert {by.ahead(metres, about=True) for metres in range(1, 120_000, 37)} <= steps
    assert {by.into(), *(by.ring(number) for number in (1, 2, 3))} <= steps
