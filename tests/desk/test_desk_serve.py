"""A desk held open: on this computer alone, found again where it was, and a `kill -9` takes nothing that was saved."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from codriver.desk.serve import HERE, serve
from codriver.roadbook import amend
from tests.desk.conftest import Book, Opened


def ask(address: str, way: str, sent: Any = None) -> Any:
    """What the desk at this address answers, as the page would ask."""
    parts = urlsplit(address)
    line = HTTPConnection(HERE, parts.port or 0, timeout=30)
    body = None if sent is None else json.dumps(sent)
    line.request("GET" if sent is None else "POST", parts.path + way, body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    data = answer.read()
    line.close()
    assert answer.status == 200, data
    return json.loads(data)


@pytest.mark.usefixtures("typed")
def test_the_desk_listens_to_this_computer_alone(opened: Callable[..., Opened]) -> None:
    process, address = opened()
    listening = [each.laddr for each in psutil.Process(process.pid).net_connections() if each.status == "LISTEN"]
    assert [(each.ip, each.port) for each in listening] == [("127.0.0.1", urlsplit(address).port)]


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the client's own, when the other end dies
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_saved_survives_a_kill_in_the_middle(opened: Callable[..., Opened], typed: Book) -> None:
    """Edits follow each other until the desk is shot; the last one that it answered is there, or the one behind it."""
    for shot in range(1, 9):
        process, address = opened()
        rev = next(box["rev"] for box in ask(address, "book")["boxes"] if box["key"] == "#3")
        saved = words = ""
        with suppress(OSError, HTTPException):
            for number in range(100):
                words = f"shot {shot}, edit {number}"
                if number == 3 * shot:
                    Thread(target=process.kill).start()
                rev = ask(address, "box/%233", {"base": rev, "set": {"words": words}})["rev"]
                saved = words
        process.wait()
        assert saved
        assert typed.notes()[2].words in {saved, words}


@pytest.mark.usefixtures("typed")
def test_a_desk_that_comes_back_is_where_it_was(opened: Callable[..., Opened]) -> None:
    process, before = opened()
    process.kill()
    process.wait()
    _, after = opened()
    assert after == before


@pytest.mark.usefixtures("typed")
def test_a_book_that_is_opened_twice_is_one_desk(opened: Callable[..., Opened]) -> None:
    _, first = opened()
    process, second = opened()
    assert second == first
    assert process.wait(timeout=60) == 0


def test_ctrl_c_ends_and_tells_where_the_work_is(opened: Callable[..., Opened], typed: Book) -> None:
    process, address = opened()
    rev = next(box["rev"] for box in ask(address, "book")["boxes"] if box["key"] == "#3")
    ask(address, "box/%233", {"base": rev, "set": {"words": "right"}})
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"1 box carries your notes, in {typed.layer.name}" in said


@pytest.mark.skipif(os.name != "posix", reason="files have modes on POSIX alone")
@pytest.mark.usefixtures("typed")
def test_nobody_else_can_read_the_token(opened: Callable[..., Opened], tmp_path: Path) -> None:
    _, address = opened()
    [memory] = (tmp_path / "state" / "desk").iterdir()
    assert memory.stat().st_mode & 0o077 == 0
    assert json.loads(memory.read_text())["token"] in address


@pytest.mark.usefixtures("typed")
def test_a_memory_that_is_damaged_is_begun_anew(opened: Callable[..., Opened], tmp_path: Path) -> None:
    process, address = opened()
    process.kill()
    process.wait()
    [memory] = (tmp_path / "state" / "desk").iterdir()
    for damage in ("", "{", '{"port": -1, "token": "x"}', '{"port": 99999999, "token": "x"}', '{"port": 80}'):
        memory.write_text(damage)
        process, again = opened()
        assert again.startswith("http://127.0.0.1:")
        assert again != address
        process.kill()
        process.wait()


@pytest.mark.usefixtures("typed")
def test_a_port_that_is_taken_is_not_fought_for(opened: Callable[..., Opened], tmp_path: Path) -> None:
    other, foreign = opened()
    [memory] = (tmp_path / "state" / "desk").iterdir()
    memory.write_text(json.dumps({"port": urlsplit(foreign).port, "token": "of-another-desk"}))
    _, now = opened()
    assert urlsplit(now).port != urlsplit(foreign).port
    assert "/of-another-desk/" in now
    assert other.poll() is None


def test_a_browser_is_opened_at_the_page(typed: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("webbrowser.open", seen.append)
    monkeypatch.setattr("werkzeug.serving.BaseWSGIServer.serve_forever", lambda server: server.server_close())
    said: list[str] = []
    serve(typed.path, tmp_path, "en", said.append, browser=True)
    serve(typed.path, tmp_path, "en", said.append, browser=False)
    assert len(seen) == 1
    assert seen[0] in said[0]
    assert amend.changes_of(typed.path) == ()


def test_no_book_is_a_sentence(codriver: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear crew,\nthe start is at six.\n")
    told = codriver("roadbook", "edit", "letter.txt", "--no-browser", code=1).output
    assert "letter" in told
    assert "Traceback" not in told
