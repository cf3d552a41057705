"""Texts and figures as XML and its schema want them. Knows nothing of roadbooks."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from math import inf, nextafter
from typing import Final
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 has no way to hold (section 2.2), and half letters that are no letters at all.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_SMALL: Final = 1e-20


def element(name: str, text: str = "", /, **attributes: str) -> str:
    """One element with text in it; attributes without a text are left out."""
    begin = name + "".join(f" {key}={quoteattr(clean(value))}" for key, value in attributes.items() if value)
    return f"<{begin}>{escape(clean(text))}</{name}>" if text else f"<{begin}/>"


def cdata(text: str) -> str:
    """`text` as it stands, for a parser to step over."""
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def clean(text: str) -> str:
    """`text` without what XML cannot hold."""
    return _NO_XML.sub("", text)


def plain(text: str) -> str:
    """`text` such that a program which takes GPX texts for HTML, as many do, still reads these letters."""
    return text.replace("&", "&amp;") if unescape(text) != text else text


def figure(number: float) -> str:
    """The shortest decimal that reads back to `number`, without an exponent: `xs:decimal` knows none.

    After forty decimals, more than `roadbook.figures` reads, it ends.
    """
    exact = Decimal(repr(float(number)))
    text = format(exact, "f" if abs(number) >= _SMALL else ".40f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(number: float, unit: float) -> str:
    """`number` in a file's `unit`: the decimal which times `unit` gives the same number, or the nearest there is."""
    return figure(min(_about(number / unit), key=lambda quotient: abs(quotient * unit - number)))


def whole(number: float, unit: float = 1.0, least: int = 0) -> str:
    """`number` in a file's `unit`, rounded, where a schema asks for an integer."""
    return str(max(least, round(number / unit)))


def _about(quotient: float) -> Iterator[float]:
    yield quotient
    yield nextafter(quotient, -inf)
    yield nextafter(quotient, inf)
