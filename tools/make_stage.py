"""Make the bundled stage anew: lay its piste, draw its book, write it where the demo reads it.

    python tools/make_stage.py [FILE]

The same course gives the same bytes on any machine; a test holds the file in the package to this script.
"""

import sys
from pathlib import Path
from typing import Final

from stage import course, openrally, piste

BUNDLED: Final = Path(__file__).parents[1] / "codriver" / "simulate" / "stages" / "black-reg.gpx"


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLED
    way = piste.lay(course.START, course.COURSE)
    target.write_text(openrally.write(course.NAME, course.ABOUT, way), encoding="utf-8", newline="\n")
    print(f"{target}: {len(way.boxes)} boxes, {way.boxes[-1][0] / 1000:.2f} km, {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
