"""What Tulip's glyphs say: a tag, or words in plain English. A glyph is known by the name of its file alone.

Names are English already; those that begin with `abbr-` are abbreviations, of which an unknown one is kept as it is
written, to be spelt. Source: the glyph lists of storm-factory/tulip and of its fork drid/tulip.
"""

import re
from dataclasses import dataclass
from typing import Final

from codriver.roadbook.limits import NAME
from codriver.roadbook.vocabulary import Tag, code

_ENDING = re.compile(r"\.[A-Za-z]{2,4}\Z")
_DANGER = re.compile(r"danger-([123])(?:-global)?")
_SPEED = re.compile(r"speed-(\d{1,3})(-end)?")
_DISTANCE = re.compile(r"distance-?(\d{1,4})")
_VARIANT = re.compile(r"[-_ ]?\d{1,2}\Z")
_PATH: Final = 2000  # letters
_ROAD_SIGN = re.compile(r"(?:ru_road_?sign|roadsign)_?(.*)")

_TAGS: Final = {
    "speed-start": Tag("dz"),
    "speed-end": Tag("fz"),
    "waypoint-masked": Tag("wpm"),
    "waypoint-visible": Tag("wpv"),
    "waypoint-eclipsed": Tag("wpe"),
    "waypoint-control": Tag("wpc"),
    "waypoint-navigation": Tag("wpn"),
    "waypoint-precise": Tag("wpp"),
    "waypoint-security": Tag("wps"),
    "waypoint-safety": Tag("wps"),
    "start-of-selective-section": Tag("dss"),
    "control-start-selective-section": Tag("dss"),
    "finish-of-selective-section": Tag("ass"),
    "control-arrival-selective-section": Tag("ass"),
    "control-checkpoint": Tag("checkpoint"),
    "control-start-neutralization": Tag("dn"),
    "control-start-neutralization-speed-limit": Tag("dn"),
    "control-finish-neutralization": Tag("fn"),
    "control-start-transfer": Tag("dt"),
    "control-start-transfer-speed-limit": Tag("dt"),
    "control-finish-transfer": Tag("ft"),
    "clock": Tag("timecontrol"),
    "reset-distance": Tag("reset", "0"),
    "fuel-zone": Tag("fuel"),
    "stop-round": Tag("stop"),
    "medical-vehicle-point": Tag("medical"),
    "medical": Tag("medical"),
    "helicopter": Tag("helicopter"),
    "police": Tag("police"),
    "firetruck": Tag("fire"),
    "spectators": Tag("spectators"),
    "media": Tag("media"),
}
_ABBREVIATIONS: Final = {
    "A": "at",
    "ALT": "alternating",
    "BAD": "bad",
    "BTW": "between",
    "CAPMOY": "average heading",
    "CX": "stones",
    "DN": "dune",
    "DNT": "small dune",
    "DNX": "many dunes",
    "during": "during",
    "EFF": "collapsed",
    "ET": "then",
    "FPP": "follow the main track",
    "FRO": "follow the road",
    "GV": "gravel",
    "HP": "off track",
    "IMP": "imperative",
    "IN": "into",
    "kpL": "keep left",
    "kpR": "keep right",
    "kpS": "keep straight",
    "L": "left",
    "L-R": "left then right",
    "L1": "dune level 1",
    "L2": "dune level 2",
    "L3": "dune level 3",
    "NBX": "many",
    "OBLIC": "turning heading",
    "onL": "on the left",
    "onR": "on the right",
    "ORN": "ruts",
    "P": "track",
    "P--": "parallel tracks",
    "PP": "main track",
    "R": "right",
    "R-L": "right then left",
    "RO": "road",
    "RP": "rejoin",
    "SA": "sand",
    "TJS": "always",
    "VG": "vegetation",
}
_WORDS: Final = {
    "bearing": "heading",
    "bumpy_broken": "bumpy, broken",
    "CAP": "",
    "CAP-A": "",
    "CAP-C": "",
    "cut-danger-left": "do not cut left",
    "cut-danger-right": "do not cut right",
    "distance-arrow": "",
    "dunette": "small dune",
    "left-right": "left then right",
    "rio": "river",
    "right-left": "right then left",
    "missing-glyph": "",
    "MODIF": "changed by the opening car",
    "NEWNOTE": "new from the opening car",
    "plain-chott": "chott",
    "to-take": "take",
    "triangle-warning": "warning",
    "wading_water-cross": "water crossing",
}
# The Vienna Convention's numbers in the names of road signs say nothing to a crew.
_SIGNS: Final = {
    "1.2": "level crossing without barriers",
    "1.12.1": "dangerous bends",
    "1.12.2": "dangerous bends",
    "1.15": "slippery road",
    "1.18": "loose chippings",
    "1.19": "dangerous roadside",
    "1.20.1": "road narrows",
    "1.20.2": "road narrows",
    "1.20.3": "road narrows",
    "1.21": "two-way traffic",
    "1.22": "pedestrian crossing",
    "1.23": "children",
    "1.28": "falling stones",
    "1.29": "crosswinds",
    "1.30": "low-flying aircraft",
    "2.1": "priority road",
    "2.2": "end of priority road",
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """What a glyph says: a tag, words, or nothing where it only decorates."""

    words: str = ""
    tag: Tag | None = None


def glyph(source: str) -> Glyph:
    """The meaning of the glyph whose picture is at `source`; nothing where that is a picture without a name."""
    source = source[:_PATH].strip().partition("?")[0]
    if source.startswith("data:"):
        return Glyph()
    name = _ENDING.sub("", re.split(r"[/\\]", source)[-1])
    tag = _tag(name)
    return Glyph(tag=tag) if tag else Glyph(_words(name)[:NAME])


def _tag(name: str) -> Tag | None:
    danger, speed = _DANGER.fullmatch(name), _SPEED.fullmatch(name)
    if danger:
        return Tag("danger", danger[1])
    if speed:
        return Tag("fz") if speed[2] else Tag("speed", speed[1])
    if name.startswith("abbr-") and name.removeprefix("abbr-") not in _ABBREVIATIONS:
        return code(name.removeprefix("abbr-"))
    return _TAGS.get(name)


def _words(name: str) -> str:
    if name.startswith("abbr-"):
        short = name.removeprefix("abbr-")
        return _ABBREVIATIONS.get(short, short)
    distance, sign = _DISTANCE.fullmatch(name), _ROAD_SIGN.fullmatch(name)
    if distance:
        return f"{distance[1]} metres"
    if sign and sign[1] in _SIGNS:
        return _SIGNS[sign[1]]
    name = sign[1] if sign else name
    return _WORDS.get(name, re.sub(r"[-_ ]+", " ", _VARIANT.sub("", name)).strip())
