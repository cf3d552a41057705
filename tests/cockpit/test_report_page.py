"""The load report on the screen: verdict, each doubt with its box and what to do, in pages that can be read."""

import pytest

from codriver.cockpit import report
from codriver.cockpit.view import screen
from codriver.config import Settings
from codriver.core import engine
from codriver.core.plan import Plan, lay_out
from codriver.core.reading import Reading
from codriver.core.state import State
from codriver.core.stick import Checked, Stick
from codriver.roadbook.model import Doubt, Note, Report, Roadbook
from codriver.signals import Edge, Start

NOTES = tuple(Note(n, n * 100.0) for n in range(1, 60))


def plan_of(*doubts: Doubt) -> Plan:
    book = Roadbook("test", "test", "metric", NOTES)
    return lay_out("test", Settings(), book, Report("59 boxes over 5.90 km, 1 thing to check.", (), doubts))


def started(plan: Plan) -> State:
    [folded] = engine.fold(plan, State(), Start(0.0, plan.id, "start"))
    return folded.state


def pressed(plan: Plan, state: State, button: str, times: int = 1) -> State:
    for _ in range(times):
        for t, closed in ((0.1, True), (0.2, False)):
            for folded in engine.fold(plan, state, Edge(state.now + t, "key", button, closed)):
                state = folded.state
    return state


MANY = tuple(Doubt(f"The thing number {n} is doubtful here.", f"Look at it {n} times.", n) for n in range(1, 50))


def test_before_the_start_the_verdict_stands_first_and_each_doubt_says_what_to_do() -> None:
    plan = plan_of(Doubt("The distance goes back by 10 m.", "Check it with the printed book.", 8), Doubt("No dangers."))
    seen = screen(plan, started(plan), 0.0)
    assert seen.page == "report"
    assert seen.lines == (
        "LOAD REPORT",
        "59 boxes over 5.90 km, 1 thing to check.",
        "- box 8: The distance goes back by 10 m.",
        "-> Check it with the printed book.",
        "- No dangers.",
        "MARK leaves the report",
    )
    assert {hint.name: hint.press for hint in seen.hints}["NEXT"] == "more"


def test_a_box_that_was_added_is_named_as_it_is_on_the_road() -> None:
    plan = plan_of(Doubt("The box has the same distance as the one before.", "Check them.", 60, "13a"))
    lines = screen(plan, started(plan), 0.0).lines
    assert "- box 13a: The box has the same distance as the one before." in lines


def test_all_pages_together_hold_all_doubts_and_none_is_cut_in_two() -> None:
    plan = plan_of(*MANY)
    state, found = started(plan), list[tuple[str, ...]]()
    while not found or screen(plan, state, state.now).lines != found[0]:
        found.append(screen(plan, state, state.now).lines)
        state = pressed(plan, state, "2")
    assert [lines[0] for lines in found] == [f"LOAD REPORT, page {n + 1} of {len(found)}" for n in range(len(found))]
    assert max(map(len, found)) <= report.LINES
    body = [line for lines in found for line in lines[1:-1]]
    assert body[1:] == [
        text for n in range(1, 50) for text in (f"- box {n}: {MANY[n - 1].text}", f"-> {MANY[n - 1].advice}")
    ]
    for lines in found:
        assert not lines[1].startswith("->")


def test_back_from_the_first_page_is_the_last() -> None:
    plan = plan_of(*MANY)
    state = started(plan)
    last = screen(plan, pressed(plan, state, "3"), 0.2).lines[0]
    assert last.split()[3] == last.split()[5]


def test_one_press_leaves_it_and_the_road_is_there() -> None:
    plan = plan_of(*MANY)
    state = pressed(plan, started(plan), "6")
    assert screen(plan, state, state.now).page == "road"


def test_a_doubt_without_end_has_half_a_page() -> None:
    plan = plan_of(Doubt("word " * 400, "do " * 400, 1))
    lines = screen(plan, started(plan), 0.0).lines
    assert len(lines) <= report.LINES
    assert any(line.endswith(" …") for line in lines)


@pytest.mark.parametrize("pages", [1, 3])
def test_a_copied_book_says_how_it_is_taken_and_which_page_this_is(pages: int) -> None:
    plan = plan_of()
    checked = Checked("ab-SS2.gpx", "SS2.gpx", pages, pages - 1, ("4 boxes.", "- box 3: Odd."))
    state = State(stick=Stick(here=True, checked=checked), reading=Reading(checked=True, until=100.0))
    head, *lines, foot = screen(plan, state, 1.0).lines
    assert head == "LOAD REPORT of SS2.gpx" + (", page 3 of 3" if pages == 3 else "")
    assert tuple(lines) == checked.lines
    assert foot.endswith("MARK takes the book; MARK held leaves it")
