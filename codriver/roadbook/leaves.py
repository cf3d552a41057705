"""The load report in pages for a screen: the verdict, then each doubt with its box and what to do.

A page has as few lines as can be read in a car, and a doubt is never cut in two by it.
"""

from collections.abc import Iterator
from textwrap import wrap
from typing import Final, TypeAlias

from codriver.roadbook.model import Report

LINES: Final = 7
WIDTH: Final = 76
MOST: Final = 99  # pages: a report lists two hundred kinds of doubts at most

Leaf: TypeAlias = tuple[str, ...]


def leaves(report: Report) -> tuple[Leaf, ...]:
    """The pages of a report, one at least, as lines of at most `WIDTH` letters."""
    found: list[Leaf] = []
    leaf: Leaf = ()
    for block in _blocks(report):
        if leaf and len(leaf) + len(block) > LINES:
            found.append(leaf)
            leaf = ()
        leaf += block
    return (*found, leaf)[:MOST]


def _blocks(report: Report) -> Iterator[Leaf]:
    yield _wrapped(report.verdict)
    for doubt in report.doubts:
        yield (*_wrapped(f"- {doubt.where}{doubt.text}"), *_wrapped(f"-> {doubt.advice}" if doubt.advice else ""))


def _wrapped(text: str) -> Leaf:
    """A text as lines, no more than half of a page."""
    return tuple(wrap(text, WIDTH, max_lines=LINES // 2, placeholder=" …"))
