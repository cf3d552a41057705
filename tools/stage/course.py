"""The course of the bundled stage, in the order in which it is driven.

An invented way through empty country south of the Moroccan Anti-Atlas: black reg, a wadi, small dunes, a palmeraie,
a pass and out over the plain. Distances in metres, bearings in degrees; see `box.py` for the words.
"""

from typing import Final

from stage.box import Across, Beside, Box, Course, Ground, Leg, Mark, Side, bends, tag
from stage.piste import Spot

NAME: Final = "Black Reg"
ABOUT: Final = (
    "15 km of desert piste: black reg, a wadi, small dunes, a palmeraie with a speed zone, a stony pass. "
    "An invented course for demonstration and practice: do not drive it."
)
START: Final = Spot(s=0, lat=30.572, lon=-4.831, alt=748, heading=112)

# Fast, gravel, wide
_REG: Final[Course] = (
    Box(
        "Start of special, PP on reg",
        Leg(0, ground=Ground.MAIN),
        lines=("REG PP",),
        signs=("flag",),
        cap=True,
        tags=(tag("dss", open=1000, clear=90),),
        across=Across.GATE,
        marks=(Mark("post", -28, -11), Mark("post", 28, -11)),
    ),
    Leg(580, turn=-10, swing=4, climb=-2, ground=Ground.MAIN),
    Box(
        "Fork: kpR on PP",
        Leg(40, turn=24, ground=Ground.MAIN),
        lines=("kpR PP",),
        cap=True,
        sides=(Side(-16),),
        marks=(Mark("cairn", 30, 12),),
    ),
    Leg(780, turn=16, swing=6, waves=2, climb=-4, ground=Ground.MAIN),
    Box(
        "Crossing: kpS on PP, cairn onR",
        Leg(20, ground=Ground.MAIN),
        lines=("kpS PP",),
        sides=(Side(-68), Side(112)),
        marks=(Mark("cairn", 27, -16),),
    ),
    Leg(900, turn=-20, swing=3, climb=-3, ground=Ground.MAIN),
    Box("Dip in wash", Leg(20, ground=Ground.MAIN), lines=("DIP",), signs=("dip",), danger=1, across=Across.WASH),
    Leg(50, ground=Ground.MAIN),
    Box(
        "Bend right after the dip",
        Leg(40, turn=38, ground=Ground.MAIN),
        lines=("PP",),
        cap=True,
        marks=(Mark("rock", -30, -6),),
    ),
    Leg(550, turn=8, swing=8, waves=2, climb=-4, ground=Ground.MAIN),
    Box(
        "Leave PP: left on P, cairn onL",
        Leg(40, turn=-46),
        lines=("P",),
        cap=True,
        tags=(tag("wpm", open=800, clear=90),),
        sides=(Side(0, Ground.MAIN),),
        marks=(Mark("cairn", -22, 14),),
    ),
    Leg(660, turn=10, swing=12, waves=2, climb=-9),
)

# Down a step, then in the bed of it
_WADI: Final[Course] = (
    Box(
        "Step down into oued: slow",
        Leg(20, climb=-2),
        lines=("RAL", "OUED"),
        signs=("step down",),
        danger=2,
        across=Across.STEP_DOWN,
    ),
    Leg(40),
    Box(
        "Left in oued, sand",
        Leg(40, turn=-56),
        lines=("OUED SA",),
        signs=("sand",),
        cap=True,
        right=Beside.BANK,
        marks=(Mark("tree", -24, 18),),
    ),
    *bends((80, 40), (120, -76), (100, 58), (60, 0), (110, 50), (120, -84), (90, 48), (80, -30), (120, 34), climb=-5),
    Box(
        "Rocks onR: kpL in oued",
        lines=("kpL", "OUED"),
        signs=("stones",),
        danger=1,
        left=Beside.BANK,
        marks=(Mark("rock", 22, -14), Mark("rock", 27, 8)),
    ),
    *bends((90, -50), (130, 74), (90, -40), (60, 0), (100, -54), (80, 32), climb=-3),
    Box(
        "Narrow, between rocks",
        lines=("NARROW",),
        signs=("narrow", "sand"),
        danger=1,
        marks=(Mark("rock", -19, -6), Mark("rock", 20, -8), Mark("rock", -24, 16), Mark("rock", 26, 14)),
    ),
    *bends((100, 36), (90, -30), (60, 0), climb=-1),
    Box(
        "Leave oued right: step up, stones",
        Leg(40, turn=64, climb=3),
        lines=("CX",),
        signs=("step up",),
        danger=2,
        cap=True,
        sides=(Side(-12),),
        marks=(Mark("tree", -46, 8),),
    ),
    Leg(310, swing=6, climb=8),
)

# No piste any more
_DUNES: Final[Course] = (
    Box(
        "Tree onL, P ends: HP on average cap",
        lines=("HP CM",),
        cap=True,
        tags=(tag("wpe", open=1000, clear=200),),
        marks=(Mark("tree", -26, -4),),
    ),
    *bends((180, -30), (200, 40), (160, -34), (120, 10), climb=5, ground=Ground.OFF),
    Box(
        "Small dunes start: HP on average cap",
        Leg(20, ground=Ground.OFF),
        lines=("HP CM",),
        signs=("dunes",),
        danger=1,
        cap=True,
        marks=(Mark("dune", -28, -14), Mark("dune", 28, -26)),
    ),
    *bends((110, 36), (140, -62), (150, 58), (100, -24), climb=9, ground=Ground.OFF),
    Box(
        "Dune crest, drop behind: slow, imperative cap",
        Leg(40, turn=26, ground=Ground.OFF),
        lines=("IMP",),
        signs=("crest",),
        danger=3,
        cap=True,
        tags=(tag("wps", open=1000, clear=90),),
        across=Across.CREST,
        marks=(Mark("post", -34, 26),),
    ),
    Leg(260, swing=12, climb=-8, ground=Ground.OFF),
    Box(
        "Pass right of the high dune",
        Leg(40, turn=32, ground=Ground.OFF),
        lines=("HP",),
        signs=("sand",),
        cap=True,
        marks=(Mark("dune", -32, 2), Mark("dune", -20, -26)),
    ),
    Leg(320, swing=16, climb=-6, ground=Ground.OFF),
    Box(
        "End of dunes: kpL on P",
        Leg(40, turn=-28),
        lines=("kpL P",),
        cap=True,
        tags=(tag("wpc", clear=300),),
        sides=(Side(140),),
        marks=(Mark("dune", -28, 14), Mark("post", 30, -22)),
    ),
    Leg(600, turn=16, swing=8, climb=-4),
)

# Over the road, into the gardens, slowly
_PALMERAIE: Final[Course] = (
    Box(
        "Stop at road, then kpS",
        lines=("kpS",),
        tags=(tag("stop", 3),),
        sides=(Side(-82, Ground.ROAD), Side(98, Ground.ROAD)),
    ),
    Leg(330, swing=5, climb=-2),
    Box(
        "Start of speed zone, palmeraie",
        lines=("PALM",),
        tags=(tag("dz", open=500, clear=90), tag("speed", 50)),
        marks=(Mark("palm", -24, -20), Mark("palm", 24, -20), Mark("palm", 32, 4)),
    ),
    Leg(220, swing=8, climb=-2),
    Box(
        "Left at well, between walls",
        Leg(40, turn=-74),
        signs=("narrow",),
        lines=("WELL",),
        sides=(Side(4),),
        marks=(Mark("well", 44, -4), Mark("house", -28, 22)),
    ),
    Leg(40),
    Box(
        "Right at water tank",
        Leg(40, turn=82),
        lines=("TANK",),
        cap=True,
        sides=(Side(0), Side(-88)),
        marks=(Mark("tank", 2, 20), Mark("palm", 28, 30)),
    ),
    Leg(220, swing=6),
    Box(
        "Neutralisation, fuel onR",
        tags=(tag("neutralization", 120), tag("fuel")),
        marks=(Mark("pump", 25, -4), Mark("house", -27, -4)),
    ),
    Leg(280, turn=10),
    Box(
        "End of neutralisation",
        lines=("P",),
        tags=(tag("fn", open=200, clear=50),),
        marks=(Mark("palm", -25, -14), Mark("palm", 26, 10)),
    ),
    Leg(120),
    Box(
        "Ditch: slow",
        lines=("RAL", "DITCH"),
        signs=("ditch",),
        danger=2,
        across=Across.DITCH,
        marks=(Mark("palm", 26, 26), Mark("palm", -26, -26)),
    ),
    Leg(220, turn=10, climb=1),
    Box(
        "End of speed zone, last palms",
        lines=("TD P",),
        tags=(tag("fz", open=200, clear=90),),
        marks=(Mark("palm", -25, 20), Mark("palm", 26, 24)),
    ),
)

# Stones, hairpins, a drop
_PASS: Final[Course] = (
    Leg(530, turn=14, swing=8, climb=12),
    Box(
        "Fork: kpR to the pass, stony",
        Leg(40, turn=40, climb=2),
        lines=("kpR CX",),
        cap=True,
        sides=(Side(-10, Ground.MAIN),),
        marks=(Mark("ruin", -32, 18),),
    ),
    *bends((120, 30), (140, -46), (100, 44), (120, -34), (120, 40), climb=26),
    Box(
        "Climb, big stones",
        Leg(20, climb=1),
        lines=("CLIMB CX",),
        signs=("climb", "stones"),
        danger=1,
        right=Beside.BANK,
        marks=(Mark("rock", -24, -16),),
    ),
    Leg(210, swing=10, climb=14),
    Box(
        "Hairpin left, stones",
        Leg(80, turn=-158, climb=7),
        lines=("HAIRPIN", "CX"),
        danger=1,
        marks=(Mark("rock", -42, 24),),
    ),
    Leg(100, climb=9),
    Box(
        "Hairpin right, drop onL",
        Leg(80, turn=162, climb=7),
        lines=("HAIRPIN",),
        signs=("drop",),
        danger=2,
        left=Beside.DROP,
    ),
    Leg(90, climb=8),
    Box("Hairpin left, narrow", Leg(80, turn=-152, climb=6), lines=("HAIRPIN",), signs=("narrow",), right=Beside.BANK),
    Leg(120, climb=8),
    Box(
        "Col: right, then downhill",
        Leg(40, turn=70, climb=1),
        lines=("COL",),
        signs=("descent",),
        cap=True,
        marks=(Mark("cairn", -46, 6),),
    ),
    Leg(260, turn=20, swing=20, waves=2, climb=-16),
    Box(
        "Track washed out onR: kpL, drop",
        Leg(20, climb=-2),
        lines=("kpL",),
        signs=("drop",),
        danger=2,
        right=Beside.DROP,
    ),
    *bends((90, -34), (120, 60), (110, -42), (100, 32), climb=-28),
)

# Out and home
_PLAIN: Final[Course] = (
    Box(
        "Bend right, foot of the pass",
        Leg(40, turn=36, climb=-2),
        lines=("REG",),
        cap=True,
        marks=(Mark("rock", -31, -8),),
    ),
    Leg(460, swing=8, climb=-8),
    Box(
        "Many parallel tracks: keep to the cap",
        lines=("NBX P//",),
        signs=("parallel",),
        cap=True,
        left=Beside.TRACK,
        right=Beside.TRACK,
    ),
    Leg(640, turn=-22, swing=7, waves=2, climb=-5),
    Box(
        "Fork: kpL, cairn onR",
        Leg(40, turn=-34),
        lines=("kpL P",),
        cap=True,
        tags=(tag("wpm", open=800, clear=90),),
        sides=(Side(16),),
        marks=(Mark("cairn", 33, 16),),
    ),
    Leg(560, swing=6, climb=-3),
    Box("Fesh-fesh, deep ruts", lines=("F-F RUTS",), signs=("ruts",), danger=1, across=Across.SOFT),
    Leg(50),
    Box(
        "Left on PP",
        Leg(40, turn=-42),
        lines=("PP",),
        cap=True,
        sides=(Side(88, Ground.MAIN),),
        marks=(Mark("post", 22, -22),),
    ),
    Leg(700, turn=18, swing=4, ground=Ground.MAIN),
    Box(
        "Finish of special",
        Leg(0, ground=Ground.MAIN),
        signs=("flag",),
        tags=(tag("ass", open=800, clear=90),),
        across=Across.GATE,
        marks=(Mark("post", -28, -11), Mark("post", 28, -11)),
    ),
)

COURSE: Final[Course] = (*_REG, *_WADI, *_DUNES, *_PALMERAIE, *_PASS, *_PLAIN)
