"""Who may ask the desk's server and what they get: its own page everything, all others a sentence."""

from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from codriver.desk.server import LARGEST, Server
from tests.desk.conftest import TOKEN, Book

HOST = "127.0.0.1:8123"
OWN = {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def ask(book: Book, way: str, headers: Mapping[str, str] = OWN, **how: Any) -> TestResponse:
    method = "POST" if "json" in how or "data" in how else "GET"
    client = Client(Server(book.desk, HOST, TOKEN))
    return client.open(f"/{TOKEN}/{way}", method=method, headers=dict(headers), **how)


def edit(book: Book, key: str, **fields: Any) -> dict[str, Any]:
    return {"base": book.box(key).rev, "set": fields}


def test_the_page_comes_with_all_its_parts(typed: Book) -> None:
    page = ask(typed, "").text
    assert "desk.js" in page
    for part in (
        "desk.css",
        "desk.js",
        "desk.svg",
        "hand.js",
        "history.js",
        "keys.js",
        "list.js",
        "outbox.js",
        "server.js",
    ):
        assert ask(typed, f"page/{part}").status_code == 200
    assert ask(typed, "face/bold").data[:4] == b"\x00\x01\x00\x00"


def test_every_answer_forbids_the_browser_all_but_the_page_itself(typed: Book) -> None:
    for way in ("", "book", "page/desk.js", "nowhere", "picture/%231/tulip"):
        headers = ask(typed, way).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert not any(name.lower().startswith("access-control") for name, _ in headers)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost:8123", "127.0.0.1", "127.0.0.1:9", "127.0.0.1:8123.evil"]
)
def test_another_host_name_gets_nothing(typed: Book, host: str) -> None:
    """A foreign page can make its own name point here, but not make the browser send ours."""
    answer = ask(typed, "book", {**OWN, "Host": host})
    assert answer.status_code == 403
    assert b"boxes" not in answer.data


@pytest.mark.parametrize(
    "path", ["/", "/book", "/wrong/book", f"/{TOKEN[:-1]}/book", f"/{TOKEN}x/", f"//{TOKEN}/book", "/é/book"]
)
def test_who_does_not_know_the_token_gets_nothing(typed: Book, path: str) -> None:
    answer = Client(Server(typed.desk, HOST, TOKEN)).get(path, headers=OWN)
    assert answer.status_code == 404
    assert b"boxes" not in answer.data
    assert TOKEN.encode() not in answer.data


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": HOST, "Origin": "http://evil.example"},
        {"Host": HOST, "Origin": "null"},
        {"Host": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Host": HOST, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_page_writes_nothing(typed: Book, headers: dict[str, str]) -> None:
    assert ask(typed, "box/%233", headers, json=edit(typed, "#3", words="x")).status_code == 403
    assert not typed.layer.exists()


def test_a_form_writes_nothing(typed: Book) -> None:
    """What a page can send abroad without asking: forms and plain text."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = ask(typed, "box/%233", data='{"base":"","set":{}}', content_type=kind)
        assert answer.status_code == 403
    assert not typed.layer.exists()


@pytest.mark.parametrize("name", ["..%2fserver.py", "%2e%2e/desk.py", "desk.py", "", "desk.html%00.js", "__init__.py"])
def test_no_other_file_is_handed_out(typed: Book, name: str) -> None:
    assert ask(typed, f"page/{name}").status_code == 404


def test_an_edit_is_written_and_answered_with_what_the_box_is_now(typed: Book) -> None:
    answer = ask(typed, "box/%233", json=edit(typed, "#3", words="right", danger=2))
    assert answer.status_code == 200
    assert answer.json is not None
    assert [box["words"] for box in answer.json["boxes"]] == ["right"]
    assert answer.json["rev"] == typed.box("#3").rev
    assert typed.notes()[2].words == "right"


def test_a_stale_edit_is_answered_with_what_is_there(typed: Book) -> None:
    late = edit(typed, "#3", words="straight on")
    typed.write("#3", words="right")
    answer = ask(typed, "box/%233", json=late)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["words"] == "right"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"base": "", "set": {"word": "x"}}',
        b'{"base": "", "set": {"danger": 4}}',
        b'{"base": "", "set": {"danger": "2"}}',
        b'{"base": "", "set": {"highlight": "mauve"}}',
        b'{"base": 1, "set": {}}',
        b'{"base": "", "set": {"total": "-3"}}',
        b'{"base": "", "set": {"words": "\\ud800"}}',
        b'{"base": "", "set": {"words": "' + b"x" * 1001 + b'"}}',
    ],
)
def test_what_is_no_edit_is_a_sentence_and_not_written(typed: Book, sent: bytes) -> None:
    answer = ask(typed, "box/%233", data=sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.text
    assert "Traceback" not in answer.text
    assert not typed.layer.exists()


def test_what_is_too_long_is_not_even_read(typed: Book) -> None:
    answer = ask(typed, "box/%233", data=b" " * (LARGEST + 1), content_type="application/json")
    assert answer.status_code == 413
    assert not typed.layer.exists()


def test_a_disk_that_takes_nothing_is_no_refusal(typed: Book) -> None:
    """The page sends again what was not refused."""
    typed.layer.mkdir()
    for answer in (ask(typed, "box/%233", json={"base": "", "set": {"words": "x"}}), ask(typed, "stamp")):
        assert answer.status_code == 507
        assert answer.text


def test_the_voices_words_are_told_and_nothing_is_written(typed: Book) -> None:
    answer = ask(typed, "said/%234", json={"words": "keep left"})
    assert answer.json == {"said": "danger 2, keep left, cap 045"}
    assert ask(typed, "said/%2399", json={}).status_code == 422
    assert not typed.layer.exists()


# What a hostile book holds.


def test_a_books_words_are_sent_as_data_alone(typed: Book) -> None:
    typed.path.write_text(f'distance,cap,note\n0,1,start\n1,2,"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n')
    book = Book(typed.path)
    answer = ask(book, "book")
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["boxes"][1]["words"] == HOSTILE
    assert b"onerror" not in ask(book, "").data


def test_a_drawing_that_is_svg_leaves_as_drawn_pixels(typed: Book) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><path d="M0 0h9"/></svg>'
    typed.path.write_text(
        '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:openrally="http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3">'
        f'<wpt lat="1" lon="1"><extensions><openrally:distance>1</openrally:distance><openrally:tulip>{svg}'
        "</openrally:tulip></extensions></wpt></gpx>"
    )
    answer = ask(Book(typed.path), "picture/%231/tulip?size=small&scale=1")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert b"script" not in answer.data


def test_a_picture_that_cannot_be_drawn_is_a_sentence(typed: Book) -> None:
    answer = ask(typed, "picture/%231/tulip")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert answer.text == "The book has no drawing here."
