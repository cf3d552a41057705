"""The OpenRally part of a GPX box: tags, distance and drawings, from v0.1 to v1.0.3 and under any prefix.

A tag is known by its local name; the namespace only tells which version a file claims. Drawings stay where they are.
Source: openrally/openrally, README and cross-country/openrally.xsd v1.0.3.
"""

import re
from dataclasses import replace
from typing import Final

from codriver.roadbook.figures import decimal, words
from codriver.roadbook.findings import Findings
from codriver.roadbook.limits import LONGEST, PICTURE_BYTES, TAGS
from codriver.roadbook.markup import Element
from codriver.roadbook.model import Note, Picture
from codriver.roadbook.vocabulary import METRIC, STATUTE, Tag, Units, known, mark
from codriver.units import Metres

NAMESPACE: Final = "http://www.openrally.org"
GPX_NAMESPACE: Final = "http://www.topografix.com/gpx"
DRAWINGS: Final = frozenset({"tulip", "notes"})

_VERSION = re.compile(r"v\d{1,3}(?:\.\d{1,3}){1,2}(?:-[A-Za-z]{1,20})?(?![\d.])")
_STATUTE_NAMES = frozenset({"statute", "statue"})  # the schema itself misspells it


def version(space: str) -> str:
    """The version that a namespace claims, such as `v1.0.3`; empty where it claims none."""
    match = _VERSION.search(space[len(NAMESPACE) :])
    return match[0] if match else ""


def units(metadata: Element, findings: Findings) -> Units:
    """The units that a file's metadata ask for; metric where they ask for none or for unknown ones."""
    written = metadata.words("extensions", "units").strip().lower()
    if written in _STATUTE_NAMES:
        return STATUTE
    if written not in {"", "metric"}:
        findings.doubt(f"The units “{written[:20]}” are unknown.", "Kilometres are taken: check a distance you know.")
    return METRIC


def distance(text: str, unit: Metres) -> Metres | None:
    """Metres from the start that a `distance` says; None where it says nothing that can be."""
    number = decimal(text)
    return None if number is None or not 0 <= number * unit <= LONGEST else number * unit


def box(wpt: Element, note: Note, units: Units, findings: Findings) -> tuple[Metres | None, Note]:
    """(distance from the start if it is said, the note) of one waypoint with whatever its extensions tell of it."""
    total = None
    extensions = wpt.find("extensions")
    tags = extensions.children if extensions else []
    if len(tags) > TAGS:
        findings.doubt(f"The box has more than {TAGS} tags.", "The rest were left out: check the box.", note.number)
    for element in tags[:TAGS]:
        if not _ours(element):
            findings.ignore(element.name)
        elif element.name == "distance":
            total = _total(element.text, units, note, findings)
        elif element.name in DRAWINGS:
            note = _drawn(note, element, findings)
        elif known(element.name):
            note = mark(note, _tag(element), units, findings)
        else:
            findings.ignore(element.name)
    return total, note


def _ours(element: Element) -> bool:
    space = element.space.lower()
    return not space or space.startswith((NAMESPACE, GPX_NAMESPACE))


def _total(text: str, units: Units, note: Note, findings: Findings) -> Metres | None:
    total = distance(text, units.distance)
    if total is None:
        what = f"The distance “{text.strip()[:20]}” makes no sense."
        findings.doubt(what, "It is measured from the box before: check it.", note.number)
    return total


def _tag(element: Element) -> Tag:
    attributes = element.attributes
    text = element.text.strip()
    for unit in ("kph", "mph"):  # v0.1 wrote the limit as an attribute
        if not text and unit in attributes:
            text = f"{attributes[unit]} {unit}"
    return Tag(
        element.name,
        text,
        open=attributes.get("open", ""),
        clear=attributes.get("clear", ""),
        called=attributes.get("name", ""),
        time=attributes.get("time", "") or attributes.get("allowed", ""),
    )


def _drawn(note: Note, element: Element, findings: Findings) -> Note:
    """`note` with its drawing, or with words where somebody wrote words in the drawing's place."""
    begins = element.text.lstrip()
    if begins and not begins.startswith(("data:", "<", "http:", "https:")):
        return replace(note, words=words(note.words, begins))
    if not begins and "href" not in element.attributes:
        return note
    start, end = element.span
    if end - start > PICTURE_BYTES:
        findings.doubt(
            f"The {element.name} drawing is over 8 MB and was left out.", "Ask for a smaller one.", note.number
        )
        return note
    picture = Picture(start, end)
    return replace(note, tulip=picture) if element.name == "tulip" else replace(note, drawing=picture)
