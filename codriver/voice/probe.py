"""A child's work: open the sound device once, and say on stdout what is in the way. Exit code 1 where it fails."""

import sys

from codriver.voice.device import DeviceError, open_mixer


def main() -> int:
    """Try it."""
    try:
        open_mixer().quit()
    except DeviceError as error:
        print(error)  # noqa: T201 - to the parent
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
