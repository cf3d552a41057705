"""What the fuzzing begins with: a small book of each format there is, and the real files where they are at hand."""

import io
import json
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from codriver.roadbook.load import read
from codriver.roadbook.write import exact

SMALL: Final = 60_000  # of a large file the first bytes and the last, too: they are read a hundred times a second

OPENRALLY: Final = b"""<?xml version="1.0" encoding="utf-8"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:o="http://www.openrally.org/xmlschemas/GpxExtensions/v1.0.3"><metadata><name>S</name><extensions><o:units>metric</o:units><o:distance>3.5</o:distance></extensions></metadata>
 <wpt lat="31.0" lon="2.5"><ele>7</ele><name>1</name><extensions><o:distance>0</o:distance>
  <o:dss open="500" clear="50"/>
  <o:tulip><![CDATA[data:image/png;base64,iVBORw0KGgo=]]></o:tulip></extensions></wpt>
 <wpt lat="31.01" lon="2.5"><name>2</name><cmt>gu\xc3\xa9&#13; &amp;nbsp;</cmt><extensions><o:distance>1.2</o:distance>
  <o:danger>3</o:danger><o:cap>7</o:cap><o:dz>40</o:dz><o:wps open="800" clear="90"/>
  <o:neutralization>900</o:neutralization>
  <o:notes><svg><path d="M0 0"/></svg></o:notes></extensions></wpt>
 <wpt lat="31.02" lon="2.5"><name>3</name><extensions><o:distance>3.5</o:distance><o:fz/><o:stop>3</o:stop><o:reset/>
  <o:notes href="x.png"/><o:timecontrol allowed="60"/><o:dt time="9"/></extensions></wpt>
 <trk><name>T</name><trkseg><trkpt lat="31" lon="2.5"><ele>5</ele></trkpt><trkpt lat="31.02" lon="2.5"/></trkseg></trk>
</gpx>
"""
PLAIN: Final = b"""<gpx version="1.0"><name>Course</name>
<wpt lat="31.00" lon="2.50"><name>001</name><cmt>Start&#13;
!! ford</cmt><sym>WPM</sym></wpt>
<wpt lat="31.01" lon="2.50"><name>SZ01 37MPH</name><desc>&lt;b&gt;x</desc><type>DZ</type></wpt>
<rte><rtept lat="31.0" lon="2.5"><name>a</name></rtept><rtept lat="31.1" lon="2.5"/></rte>
<trk><trkseg><trkpt lat="31.00" lon="2.50"/><trkpt lat="31.005" lon="2.501"/>
<trkpt lat="31.01" lon="2.50"/></trkseg></trk>
</gpx>"""
BLITZ: Final = b"""<gpx version="1.1"><wpt lat="31.00" lon="2.50"><name>DSS1:200:0.00</name><desc>WP1</desc></wpt>
<wpt lat="31.01" lon="2.50"><name>WPM2:400:1.11</name><desc>!!!</desc></wpt>
<wpt lat="31.02" lon="2.50"><name>DSZ3:50</name><desc>SZ50</desc></wpt>
<wpt lat="31.03" lon="2.50"><name>FSZ4:50:3.30</name></wpt>
<wpt lat="31.04" lon="2.50"><name>FSS5:200:4.45</name></wpt></gpx>
"""


def _point(name: str, metres: int) -> str:
    place = f"<Point><coordinates>-116.0,{31 + metres / 111_000:.6f},0</coordinates></Point>"
    return f"<Placemark><name>{name}</name><description>&amp;nbsp;</description>{place}</Placemark>"


_NAMES: Final = (
    "RM 45",
    "SZ08 60MPH",
    "DANGER 4",
    "END SZ08",
    "VCP A5",
    "CHECK 2-SZ09 37MPH",
    "RM 50",
    "STOP 11",
    "PIT 3",
)
KML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Course</name><Folder>'
    + "".join(_point(name, 500 + 900 * n) for n, name in enumerate(sorted(_NAMES)))
    + "<Placemark><name>Track</name><LineString><coordinates>"
    + " ".join(f"-116.0,{31 + n / 1000:.4f},0" for n in range(100))
    + "</coordinates></LineString></Placemark></Folder></Document></kml>"
).encode()
COURSE: Final = (
    '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    + "".join(f'<wpt lat="{31 + n / 120:.5f}" lon="-116"><name>{name}</name></wpt>' for n, name in enumerate(_NAMES))
    + "<trk><trkseg>"
    + "".join(f'<trkpt lat="{31 + n / 1000:.4f}" lon="-116"/>' for n in range(100))
    + "</trkseg></trk></gpx>"
).encode()
TULIP: Final = json.dumps(
    {
        "name": "Loop",
        "desc": "north",
        "totalDistance": 2.4,
        "waypoints": [
            {
                "lat": 31 + n / 100,
                "long": 2.5,
                "waypoint": True,
                "kmFromStart": n * 1.2,
                "kmFromPrev": 1.2,
                "heading": 80.0,
                "relativeAngle": -20,
                "showHeading": n == 1,
                "entryTrackType": "track",
                "exitTrackType": "offPiste",
                "notes": {"text": "<p>left</p>", "glyphs": ["danger-3", "stop"]},
                "tulipJson": {"entry": {"point": [[90, 171]], "path": []}, "tracks": [], "glyphs": []},
                "notification": {"type": "wpm", "openrallytype": "wpm", "bubble": 400, "modifier": 100, "fill": "#f00"},
            }
            for n in range(3)
        ],
    }
).encode()
BOXES: Final = json.dumps(
    {
        "schemaVersion": 1,
        "name": "Loop",
        "boxes": [
            {
                "index": n,
                "type": "DZ",
                "distTotalKm": n * 0.4,
                "distPartialM": 400,
                "capDeg": 80,
                "dangerLevel": n,
                "turnDir": "left",
                "pictograms": ["SAND"],
                "note": "well",
                "lat": 31.0,
                "lon": 2.5 + n / 100,
                "tulip": {"entry": [0, 0], "points": [[0, 0], [1, 1]], "exit": {"at": [1, 1], "headingDeg": 90}},
            }
            for n in range(3)
        ],
        "route": [{"lat": 31.0, "lon": 2.5}, {"lat": 31.0, "lon": 2.52}],
    }
).encode()
ROUTE_SHEET: Final = b"""# Enduro Route Sheet
title Sandy Loop
speed 0.00 24
start 0.00
note 0.20 LBT
reset 3.10 3.25
reset_0 7.00
free_zone 1.0 2.5
free_time 4.20 10
known 5.0
break 6.0
note 8.20 GAS
end 9.00
"""
TYPED: Final = b'distance;cap;danger;speed;type;note\n0;118;;;DSS;start\n1,25;80;!!;50;DZ;"left\nhere"\n3;;;;FZ;\n'
NOTES: Final = b"""Course notes
line# text partial cumulative
78 Left at the fork 0.80 52.87
79 Caution!!! Begin silt area 1.64 54.51
98 CHECKPOINT 1 (full stop) 22.51 77.02
"""
SPEEDS: Final = b"from km,to km,average\n0,2.5,50\n2.5,6,45\n6,9.75,40\n"


def kmz() -> bytes:
    return archive({"doc.kml": KML, "files/icon.png": b"\x89PNG\r\n\x1a\n"})


_OOXML: Final = "http://schemas.openxmlformats.org/"
_TYPES: Final = "application/vnd.openxmlformats-"


def xlsx() -> bytes:
    """As small as a workbook can be: one sheet, strings in their cells."""
    main, related = f"{_OOXML}spreadsheetml/2006/main", f"{_OOXML}officeDocument/2006/relationships"
    rows = [
        ["distance km", "cap", "danger", "speed", "note"],
        ["0", "118", "", "", "start"],
        ["1.25", "80", "2", "50", "well"],
    ]
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_OOXML}package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{_TYPES}package.relationships+xml"/>'
        + _part("workbook.xml", "sheet.main")
        + _part("worksheets/sheet1.xml", "worksheet")
        + "</Types>",
        "_rels/.rels": _related(f"{related}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets>'
        '<sheet name="Book" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _related(f"{related}/worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'
        + "".join(_row(number, cells) for number, cells in enumerate(rows, start=1))
        + "</sheetData></worksheet>",
    }
    return archive({name: text.encode() for name, text in members.items()})


def _part(name: str, kind: str) -> str:
    return f'<Override PartName="/xl/{name}" ContentType="{_TYPES}officedocument.spreadsheetml.{kind}+xml"/>'


def _related(kind: str, target: str) -> str:
    space = f"{_OOXML}package/2006/relationships"
    return f'<Relationships xmlns="{space}"><Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'


def _row(number: int, cells: list[str]) -> str:
    told = (f'<c r="{"ABCDE"[c]}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(cells))
    return f'<row r="{number}">{"".join(told)}</row>'


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members, the same bytes each time."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content)
    return data.getvalue()


def pdf() -> bytes:
    """Two pages of boxes: a frame around each, its number and its distances in the text layer."""
    pages = []
    for page in range(2):
        marks = []
        for row in range(4):
            top = 780 - 180 * row
            marks.append(f"40 {top - 160} 500 160 re S BT /F1 14 Tf 50 {top - 40} Td ({page * 4 + row + 1}) Tj ET")
            marks.append(
                f"BT /F1 18 Tf 50 {top - 80} Td ({(page * 4 + row) * 1.25:.2f}) Tj ET 200 {top - 150} 150 140 re S"
            )
        pages.append("\n".join(marks).encode())
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>"]
    for n, marks_ in enumerate(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 7 0 R>>>>/Contents %d 0 R>>"
            % (4 + 2 * n)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(marks_), marks_))
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + tail


def synthetic() -> dict[str, bytes]:
    """A small book of each format, by the name of the format."""
    return {
        "openrally": OPENRALLY,
        "openrally16": OPENRALLY.decode().replace("utf-8", "utf-16").encode("utf-16"),
        "plain": PLAIN,
        "blitz": BLITZ,
        "kml": KML,
        "kmz": kmz(),
        "course": COURSE,
        "tulip": TULIP,
        "boxes": BOXES,
        "route_sheet": ROUTE_SHEET,
        "typed": TYPED,
        "exact": exact.table(read(OPENRALLY, "x").book).encode(),
        "xlsx": xlsx(),
        "notes": NOTES,
        "speeds": SPEEDS,
        "pdf": pdf(),
    }


def real(folder: Path) -> dict[str, bytes]:
    """The bundled stage and the files in `folder`, whole; of the large ones also a small part."""
    found = {"black-reg": (files("codriver.simulate") / "stages" / "black-reg.gpx").read_bytes()}
    if folder.is_dir():
        found |= {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    parts = {
        f"{name} part": data[:SMALL] + data[-SMALL // 10 :] for name, data in found.items() if len(data) > 2 * SMALL
    }
    return found | parts
