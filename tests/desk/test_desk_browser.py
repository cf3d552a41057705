"""The page in a real browser, by keyboard alone: what crews do with it, and what it does when things fail.

Waits are for a state of the page, never for a time. Skipped where there is no Chromium.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from codriver.desk.server import Server
from codriver.roadbook import amend
from codriver.roadbook.change import Change
from tests.desk.conftest import Book, Opened
from tests.roadbook.press import BOOK

PATIENCE = 60  # seconds; a busy computer has that long
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"


class Crew:
    """Somebody before the page, who has a keyboard and no mouse, and whose key presses are counted."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.presses = 0
        driver.get(address)
        self.until(lambda: self.state == "saved")

    def until(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.driver, PATIENCE, 0.02).until(lambda _: condition())

    def keys(self, *keys: str) -> None:
        """Press keys one after the other, letters among them."""
        self.presses += sum(map(len, keys))
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, held: str, *keys: str) -> None:
        """Press keys while one is held."""
        self.presses += len(keys)
        chain = ActionChains(self.driver).key_down(held)
        for key in keys:
            chain = chain.send_keys(key)
        chain.key_up(held).perform()

    def saved(self) -> None:
        """Wait until all that was entered is on the disk, as the page says."""
        self.until(lambda: self.state == "saved")

    def seen(self, selector: str, what: str = "textContent") -> Any:
        """What an element of the page says, in one look: the page may make it anew at any moment."""
        return self.run("return document.querySelector(arguments[0])?.[arguments[1]]", selector, what)

    def text(self, selector: str) -> str:
        return str(self.seen(selector) or "").strip()

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    @property
    def state(self) -> str:
        return str(self.run("return document.getElementById('state').dataset.state"))

    @property
    def here(self) -> str:
        """The box in hand."""
        return str(self.run("return document.querySelector('.box.here').dataset.key"))

    @property
    def words(self) -> str:
        """What stands in the field of the words."""
        return str(self.seen("#words", "value"))

    def row(self, key: str) -> str:
        """What a row of the book says."""
        return self.text(f'.box[data-key="{key}"]')


@pytest.fixture
def crew(browser: webdriver.Chrome) -> Iterator[Callable[[str], Crew]]:
    """Sit down before the page at an address; afterwards it must not have complained of anything but a lost server."""
    yield lambda address: Crew(browser, address)
    told = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert [message for message in told if "Failed to load resource" not in message] == []


@pytest.fixture
def sit(crew: Callable[[str], Crew], served: Callable[[Book], Server]) -> Callable[[Book], Crew]:
    """Sit down before the page of a book."""
    return lambda book: crew(served(book).address)


# The work.


def test_a_scanned_book_is_written_by_keyboard_alone_with_two_presses_a_box_besides_its_letters(
    scanned: Book, sit: Callable[[Book], Crew]
) -> None:
    crew = sit(scanned)
    letters = 0
    for box in BOOK:
        crew.keys(box.total, Keys.ENTER, box.notes, Keys.ENTER)
        letters += len(box.total) + len(box.notes)
    crew.saved()
    assert crew.presses == letters + 2 * len(BOOK)
    notes = scanned.notes()
    assert [note.total for note in notes] == pytest.approx([1000 * float(box.total) for box in BOOK])
    assert [note.words for note in notes] == [" ".join(box.notes.split()) for box in BOOK]
    assert crew.text("#progress") == "each box has its words"


def test_a_book_with_distances_takes_one_press_a_box_besides_its_letters(
    typed: Book, sit: Callable[[Book], Crew]
) -> None:
    crew = sit(typed)
    for word in ("here", " again", " now", " many", "the end"):
        crew.keys(word, Keys.ENTER)
    crew.saved()
    assert crew.presses == sum(map(len, ("here", " again", " now", " many", "the end"))) + 5
    assert [note.words for note in typed.notes()] == [
        "starthere",
        "dip in the wash again",
        "left at the well now",
        "stones many",
        "the end",
    ]


def test_marks_are_set_without_leaving_the_words(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, ", slowly")
    crew.chord(Keys.ALT, "3")
    crew.chord(Keys.ALT, "h", "h")
    crew.chord(Keys.ALT, "c", "c")
    crew.chord(Keys.ALT, "j")
    crew.keys("!")
    crew.keys(Keys.ENTER)
    crew.saved()
    note = typed.notes()[2]
    assert (note.words, note.danger, note.highlight) == ("left at the well, slowly!", 3, "orange")
    assert (note.importance, note.joined) == (1, True)
    assert crew.here == "#4"
    assert "!!!" in crew.row("#3")
    crew.keys(Keys.ARROW_UP)
    crew.chord(Keys.ALT, "b")
    crew.saved()
    assert amend.changes_of(typed.path) == ()
    assert crew.words == "left at the well"


def test_what_was_written_is_undone_and_done_again(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.keys(" line", Keys.ENTER)
    crew.chord(Keys.ALT, "2")
    crew.chord(Keys.CONTROL, "z")
    crew.chord(Keys.CONTROL, "z")
    crew.saved()
    assert amend.changes_of(typed.path) == ()
    assert crew.here == "#1"
    crew.chord(Keys.CONTROL, "y")
    crew.chord(Keys.CONTROL, "y")
    crew.saved()
    assert (typed.notes()[0].words, typed.notes()[1].danger) == ("start line", 2)


def test_typing_that_was_not_meant_is_forgotten(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.keys("xyz", Keys.ESCAPE, Keys.ENTER)
    crew.saved()
    assert not typed.layer.exists()


def test_a_box_is_found_by_its_words_its_number_and_its_want_of_words(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.chord(Keys.CONTROL, "f")
    crew.keys("stones", Keys.ENTER)
    assert crew.here == "#4"
    crew.keys("!", Keys.ENTER)
    crew.chord(Keys.CONTROL, "f")
    crew.keys("2", Keys.ENTER)
    assert crew.here == "#2"
    crew.chord(Keys.ALT, Keys.ARROW_DOWN)
    assert crew.here == "#5"
    crew.chord(Keys.CONTROL, Keys.HOME)
    assert crew.here == "#1"
    crew.keys(Keys.PAGE_DOWN)
    assert crew.here == "#5"
    crew.saved()
    assert typed.notes()[3].words == "stones!"


def test_the_voices_words_follow_the_typing(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.keys(Keys.ARROW_DOWN, ", keep right")
    crew.until(lambda: "keep right" in crew.text("#said"))
    assert crew.text("#said").endswith("caution, dip in the wash, keep right, cap 120")


def test_a_distance_that_is_none_is_told_and_can_be_mended(scanned: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(scanned)
    crew.keys("1.2.3", Keys.ENTER)
    crew.until(lambda: "is no distance" in crew.text("#wrong"))
    assert crew.seen("#distance", "value") == "1.2.3"
    crew.keys(Keys.BACKSPACE * 2, Keys.ENTER)
    crew.saved()
    assert scanned.notes()[0].total == 1200.0


def test_a_distance_out_of_order_is_asked_about(scanned: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(scanned)
    crew.keys("5.0", Keys.ENTER, "a", Keys.ENTER, "4.0", Keys.ENTER)
    crew.until(lambda: "less than box 1 has" in crew.text("#wrong"))
    crew.saved()
    assert [note.total for note in scanned.notes()[:2]] == [5000.0, 4000.0]
    crew.chord(Keys.SHIFT, Keys.TAB)
    crew.keys(Keys.BACKSPACE * 4, "6", Keys.ENTER)
    crew.until(lambda: not crew.text("#wrong"))


# What must not happen.


def test_a_hostile_book_is_read_as_letters(typed: Book, sit: Callable[[Book], Crew]) -> None:
    typed.path.write_text(f'distance,cap,note\n0,1,"{HOSTILE}"\n1,2,{HOSTILE}\n')
    crew = sit(Book(typed.path))
    assert HOSTILE in crew.row("#1")
    assert crew.words == HOSTILE
    crew.keys(HOSTILE, Keys.ENTER)
    crew.saved()
    assert crew.run("return document.querySelectorAll('img[onerror], script:not([src])').length") == 0
    assert crew.driver.title == "day3: desk"


def test_the_page_asks_nobody_but_its_own_server(staged: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(staged)
    crew.until(lambda: crew.run("return document.querySelector('#tulip img')?.naturalWidth") == 540)
    asked = crew.run("return performance.getEntriesByType('resource').map((each) => new URL(each.name).host)")
    assert set(asked) == {urlsplit(crew.driver.current_url).netloc}


def test_of_a_long_book_only_what_is_in_sight_is_drawn(typed: Book, sit: Callable[[Book], Crew]) -> None:
    rows = "".join(f"{number / 10:.1f},{number % 360},note {number}\n" for number in range(2500))
    typed.path.write_text(f"distance,cap,note\n{rows}")
    crew = sit(Book(typed.path))
    assert len(crew.driver.find_elements(By.CSS_SELECTOR, ".box")) == 2500
    crew.chord(Keys.CONTROL, Keys.END)
    crew.keys("!", Keys.ENTER)
    crew.saved()
    drawn = crew.run(
        "return performance.getEntriesByType('resource').filter((e) => e.name.includes('size=small')).length"
    )
    assert 0 < drawn < 60
    assert amend.opened(typed.path).book.notes[-1].words == "note 2499!"


# When things fail.


def test_a_server_that_dies_is_told_and_what_was_typed_meanwhile_is_sent_when_it_is_back(
    typed: Book, opened: Callable[..., Opened], crew: Callable[[str], Crew]
) -> None:
    process, address = opened()
    page = crew(address)
    page.keys(" line", Keys.ENTER)
    page.saved()
    process.kill()
    process.wait()
    page.keys("!", Keys.ENTER, "?", Keys.ENTER)
    page.until(lambda: "2 kept here" in page.text("#state"))
    assert page.state == "lost"
    assert "NOT SAVED" in page.text("#state")
    assert [note.words for note in typed.notes()[:3]] == ["start line", "dip in the wash", "left at the well"]
    opened()
    page.saved()
    assert [note.words for note in typed.notes()[:3]] == ["start line", "dip in the wash!", "left at the well?"]


def test_a_page_that_is_closed_unsaved_is_saved_by_the_next(
    typed: Book, opened: Callable[..., Opened], crew: Callable[[str], Crew]
) -> None:
    process, address = opened()
    page = crew(address)
    process.kill()
    process.wait()
    page.keys(" line", Keys.ENTER, ", half typed")
    page.until(lambda: page.state == "lost")
    page.driver.switch_to.new_window("tab")
    first, second = page.driver.window_handles
    page.driver.switch_to.window(first)
    page.driver.close()
    page.driver.switch_to.window(second)
    opened()
    next_page = crew(address)
    next_page.until(lambda: [note.words for note in typed.notes()[:2]] == ["start line", "dip in the wash, half typed"])


@pytest.mark.parametrize(("choice", "kept"), [("m", "start here"), ("t", "start elsewhere")])
def test_a_box_that_was_changed_elsewhere_is_shown_with_both_versions(
    typed: Book, sit: Callable[[Book], Crew], choice: str, kept: str
) -> None:
    """Whether in another window or by another desk, it comes to the same: the file is another one."""
    crew = sit(typed)
    crew.keys(" here")
    typed.write("#1", words="start elsewhere")
    crew.keys(Keys.ENTER)
    crew.until(lambda: not crew.seen("#conflict", "hidden"))
    assert (crew.text("#theirs"), crew.text("#mine")) == ("start elsewhere", "start here")
    assert typed.notes()[0].words == "start elsewhere"
    assert crew.state == "lost"
    crew.chord(Keys.ALT, choice)
    crew.saved()
    assert crew.seen("#conflict", "hidden")
    assert typed.notes()[0].words == crew.words == kept


def test_what_another_window_writes_appears_in_this_one(typed: Book, sit: Callable[[Book], Crew]) -> None:
    crew = sit(typed)
    crew.keys(" he")
    amend.save(typed.path, [Change("alter", total=1200.0, words="closed: turn right", danger=2)])
    crew.until(lambda: "closed: turn right" in crew.row("#3"))
    crew.keys("re", Keys.ENTER)
    crew.saved()
    assert [note.words for note in typed.notes()[::2]] == ["start here", "closed: turn right", ""]
