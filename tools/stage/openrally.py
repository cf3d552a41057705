"""Write a stage as OpenRally GPX v1.0.3: GPX 1.1, its boxes as waypoints, its piste as one track.

The file's units: kilometres (the boxes stand on whole tens of metres), km/h, seconds, metres for radii. Elements come
in the order that GPX 1.1 lays down. The words, for which OpenRally has no element, stand in GPX's own `desc`.
"""

from collections.abc import Iterator
from html import escape
from math import fsum
from typing import Final

from stage.box import Box, Tag
from stage.notes import notes
from stage.piste import Piste, Spot
from stage.tulip import tulip

GPX: Final = "http://www.topografix.com/GPX/1/1"
OPENRALLY: Final = "http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3"
# The heading out is measured where the bend at the box is over and the next has not begun.
EXIT: Final = (25.0, 55.0)


def write(name: str, about: str, piste: Piste) -> str:
    """The whole file as text."""
    kilometres = piste.boxes[-1][0] / 1000
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<gpx xmlns="{GPX}" xmlns:openrally="{OPENRALLY}" version="1.1" creator="codriver">',
        f"<metadata><name>{escape(name)}</name><desc>{escape(about)}</desc><extensions>",
        f"<openrally:units>metric</openrally:units><openrally:distance>{kilometres:.2f}</openrally:distance>",
        "</extensions></metadata>",
        *(line for number, (s, box) in enumerate(piste.boxes, 1) for line in _waypoint(piste, number, s, box)),
        f"<trk><name>{escape(name)}</name><trkseg>",
        *(f"{_place('trkpt', piste.spots[s])}</trkpt>" for s in piste.vertices),
        "</trkseg></trk>",
        "</gpx>",
    ]
    return "\n".join(lines) + "\n"


def _place(element: str, spot: Spot) -> str:
    return f'<{element} lat="{spot.lat:.7f}" lon="{spot.lon:.7f}"><ele>{spot.alt:.1f}</ele>'


def _waypoint(piste: Piste, number: int, s: int, box: Box) -> Iterator[str]:
    cap = heading_out(piste, s) if box.cap else None
    words = escape(box.words, quote=False)
    yield f"{_place('wpt', piste.spots[s])}<name>{number}</name><desc>{words}</desc><extensions>"
    yield f"<openrally:distance>{s / 1000:.2f}</openrally:distance>"
    if box.danger:
        yield f"<openrally:danger>{box.danger}</openrally:danger>"
    if cap is not None:
        yield f"<openrally:cap>{cap}</openrally:cap>"
    yield from map(_element, box.tags)
    yield f"<openrally:tulip><![CDATA[{tulip(piste, s, box)}]]></openrally:tulip>"
    yield f"<openrally:notes><![CDATA[{notes(box, cap)}]]></openrally:notes>"
    yield "</extensions></wpt>"


def _element(tag: Tag) -> str:
    radii = "".join(f' {name}="{metres}"' for name, metres in tag.radii.items())
    if tag.value is None:
        return f"<openrally:{tag.name}{radii}/>"
    return f"<openrally:{tag.name}{radii}>{tag.value}</openrally:{tag.name}>"


def heading_out(piste: Piste, s: int) -> int:
    """The heading out of the box at `s`, in whole true degrees from 0 to 359."""
    near, far = (round(s + d) for d in EXIT)
    headings = [piste.at(metre).heading for metre in range(near, far)]
    return round(fsum(headings) / len(headings)) % 360
