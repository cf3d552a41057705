"""The installer, whole, into a folder, with stand-ins for what would change this computer.

The stand-ins remember: a package is installed once apt was asked for it, a user is there once he was made.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the installer is for Debian", allow_module_level=True)

HOUSE = Path(__file__).parents[2]
SCRIPT = HOUSE / "systemd" / "install.sh"

STAND_INS = {
    "dpkg": 'echo "${ARCH:-arm64}"',
    "dpkg-query": 'for last; do :; done; grep -qx "$last" "$MEMORY/packages" && printf installed',
    "apt-get": """[ -z "${NO_NET:-}" ] || exit 100
for word in "$@"; do case $word in -*|install|update) ;; *) echo "$word" >>"$MEMORY/packages" ;; esac; done""",
    "getent": """case $1 in
  passwd) [ -e "$MEMORY/user" ] ;;
  group) [ "$2" != gpio ] ;;
esac""",
    "useradd": 'touch "$MEMORY/user"',
    "usermod": 'printf "%s " "$3" >>"$MEMORY/groups"',
    "id": 'case $1 in -u) echo "${UID_IS:-0}" ;; *) cat "$MEMORY/groups" ;; esac',
    "chown": 'touch "$MEMORY/owned"',
    "stat": 'if [ "$2" = %U ]; then [ -e "$MEMORY/owned" ] && echo codriver; else exec /usr/bin/stat "$@"; fi',
    "systemctl": """case $1 in
  is-enabled) [ -e "$MEMORY/enabled" ] ;;
  enable) touch "$MEMORY/enabled" ;;
  get-default) echo "${TARGET:-multi-user.target}" ;;
esac""",
    "udevadm": ":",
    "runuser": 'echo "OK    doctor"; exit "${DOCTOR:-0}"',
    # An environment in a moment: its python takes any order, and leaves a codriver beside itself.
    "python3": """[ "${1:-}" = -m ] || exec "$REAL_PYTHON" "$@"
mkdir -p "$3/bin"
cp "$MEMORY/python" "$3/bin/python\"""",
}
PYTHON = """#!/bin/sh
[ -z "${NO_NET:-}" ] || exit 1
printf '#!/bin/sh\\n' >"${0%/*}/codriver"
chmod +x "${0%/*}/codriver"
"""


class Pi:
    """A Raspberry Pi that is a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.memory = folder / "memory"
        self.log = self.memory / "log"
        bin_ = folder / "bin"
        for made in (self.root, self.memory, bin_):
            made.mkdir()
        for name in ("packages", "groups", "log"):
            (self.memory / name).touch()
        (self.memory / "python").write_text(PYTHON)
        (self.memory / "python").chmod(0o755)
        for name, body in STAND_INS.items():
            (bin_ / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"$MEMORY/log"\n{body}\n')
            (bin_ / name).chmod(0o755)
        self.environ = {
            "PATH": f"{bin_}:{os.environ['PATH']}",
            "MEMORY": str(self.memory),
            "DESTDIR": str(self.root),
            "REAL_PYTHON": sys.executable,
        }

    def install(self, *words: str, code: int = 0, script: Path = SCRIPT, environ: dict[str, str] | None = None) -> str:
        self.log.write_text("")
        done = subprocess.run(
            ["sh", str(script), *words],
            env={**self.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def asked(self, *of: str) -> list[str]:
        """What the stand-ins were asked to change."""
        return [line for line in self.log.read_text().splitlines() if line.split()[0] in of]

    def files(self) -> dict[str, tuple[str, int]]:
        """Every file and link: what is in it, and when it was written."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink():
                found[str(path.relative_to(self.root))] = (f"-> {path.readlink()}", path.lstat().st_mtime_ns)
            elif path.is_file():
                found[str(path.relative_to(self.root))] = (path.read_text(), path.stat().st_mtime_ns)
        return found

    def read(self, path: str) -> str:
        return (self.root / path).read_text()


CHANGING = ("apt-get", "useradd", "usermod", "chown", "udevadm")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout that a test may change; its installer."""
    copy = tmp_path / "checkout"
    shutil.copytree(HOUSE / "systemd", copy / "systemd")
    for name in ("requirements.lock", "pyproject.toml", "docs/codriver.toml", "codriver/__init__.py"):
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(HOUSE / name, copy / name)
    return copy


def test_a_bare_system_becomes_a_cockpit(pi: Pi) -> None:
    said = pi.install()
    assert {
        "etc/codriver/codriver.toml",
        "etc/codriver/options",
        "etc/systemd/system/codriver.service",
        "etc/systemd/system/codriver-stick@.service",
        "etc/systemd/system/codriver-eject.path",
        "etc/systemd/system/codriver-eject.service",
        "usr/local/sbin/codriver-stick",
        "etc/udev/rules.d/99-codriver.rules",
        "opt/codriver/venv",
        "usr/local/bin/codriver",
        "usr/local/sbin/codriver-doctor",
    } <= pi.files().keys()
    assert (pi.root / "opt/codriver/venv/bin/codriver").exists()
    assert "OK    doctor" in said


def test_a_second_run_changes_no_file_and_says_so(pi: Pi) -> None:
    pi.install()
    before = pi.files()
    said = pi.install()
    assert pi.files() == before
    assert "nothing was changed" in said
    assert pi.asked(*CHANGING) == []
    assert not any("restart" in line or "enable " in line for line in pi.asked("systemctl"))


def test_only_what_is_missing_is_installed(pi: Pi) -> None:
    (pi.memory / "packages").write_text("python3-venv\nespeak-ng\n")
    pi.install()
    [_, order] = pi.asked("apt-get")
    assert "fonts-b612" in order
    assert "espeak-ng" not in order


def test_the_user_is_in_the_groups_that_there_are(pi: Pi) -> None:
    """Debian has no group gpio; Raspberry Pi OS has."""
    pi.install()
    joined = [order.split()[3] for order in pi.asked("usermod")]
    assert joined == ["dialout", "audio", "video", "render", "input"]


def test_the_settings_of_the_crew_are_never_touched(pi: Pi) -> None:
    settings = pi.root / "etc/codriver/codriver.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("ours = true\n")
    pi.install()
    assert settings.read_text() == "ours = true\n"


def test_the_first_settings_name_the_receiver_as_the_rules_do_and_take_the_whole_screen(pi: Pi) -> None:
    pi.install()
    written = pi.read("etc/codriver/codriver.toml").splitlines()
    before = (HOUSE / "docs/codriver.toml").read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, written, strict=True) if old != new]
    assert changed == [('port = ""', 'port = "/dev/codriver-gps"'), ("full = false", "full = true")]


def test_a_new_version_stands_beside_the_old_one_and_takes_its_name_last(pi: Pi, checkout: Path) -> None:
    script = checkout / "systemd" / "install.sh"
    pi.install(script=script)
    first = (pi.root / "opt/codriver/venv").readlink()
    (checkout / "codriver" / "new.py").touch()
    assert "installed, from" in pi.install(script=script)
    assert (pi.root / "opt/codriver/venv").readlink() != first
    assert (pi.root / "opt/codriver" / first / "complete").exists()
    assert any("try-restart" in line for line in pi.asked("systemctl"))


def test_of_the_versions_before_only_the_last_is_kept(pi: Pi, checkout: Path) -> None:
    for number in range(3):
        (checkout / "codriver" / f"new{number}.py").touch()
        pi.install(script=checkout / "systemd" / "install.sh")
    assert len([path for path in (pi.root / "opt/codriver").iterdir() if not path.is_symlink()]) == 2


def test_a_net_that_fails_leaves_the_version_that_worked(pi: Pi, checkout: Path) -> None:
    script = checkout / "systemd" / "install.sh"
    pi.install(script=script)
    first = (pi.root / "opt/codriver/venv").readlink()
    (checkout / "codriver" / "new.py").touch()
    assert "still in use" in pi.install(script=script, code=1, environ={"NO_NET": "1"})
    assert (pi.root / "opt/codriver/venv").readlink() == first
    pi.install(script=script)
    assert (pi.root / "opt/codriver/venv").readlink() != first


def test_the_compositor_comes_and_goes_with_the_word_for_it(pi: Pi) -> None:
    over = pi.root / "etc/systemd/system/codriver.service.d/cage.conf"
    pi.install("cage")
    assert over.exists()
    assert {"cage", "seatd"} <= set((pi.memory / "packages").read_text().split())
    pi.install("kms")
    assert not over.exists()
    assert any("daemon-reload" in line for line in pi.asked("systemctl"))


def test_a_desktop_that_would_have_the_screen_is_told(pi: Pi) -> None:
    """Debian's default is the graphical target also where there is no desktop."""
    desktop = {"TARGET": "graphical.target"}
    assert "set-default" not in pi.install(environ=desktop)
    (pi.root / "etc/systemd/system/display-manager.service").touch()
    assert "set-default multi-user.target" in pi.install(environ=desktop)


def test_what_the_doctor_finds_does_not_undo_the_installation(pi: Pi) -> None:
    assert "mend what it says" in pi.install(environ={"DOCTOR": "1"})


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ARCH": "armhf"}, "the 64-bit Raspberry Pi OS"),
        ({"UID_IS": "1000"}, "run it with sudo"),
        ({"NO_NET": "1"}, "is there a net"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(pi: Pi, environ: dict[str, str], words: str) -> None:
    said = pi.install(code=1, environ=environ)
    assert words in said.splitlines()[-1]
    assert pi.files() == {}


def test_a_word_it_does_not_know_is_a_question_of_usage(pi: Pi) -> None:
    assert "usage" in pi.install("wayland", code=2)


def test_a_dry_run_says_everything_and_does_nothing(pi: Pi) -> None:
    said = pi.install("--dry-run", environ={"UID_IS": "1000"})
    assert pi.files() == {}
    assert pi.asked(*CHANGING) == []
    assert "would: apt-get install" in said


@pytest.mark.parametrize("script", ["install.sh", "codriver-doctor", "codriver-stick"])
def test_the_shell_is_written_as_its_linter_likes_it(script: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed here")
    done = subprocess.run(["shellcheck", HOUSE / "systemd" / script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_doctor_asks_as_the_cockpit_does(pi: Pi, tmp_path: Path) -> None:
    """Of its options those that the doctor knows; what is said on the command line comes last, and so wins."""
    options = tmp_path / "options"
    options.write_text("# ours\nCODRIVER_OPTIONS=--roadbook /sd/s3.gpx --headless --set gps.baud=9600 --profile=raid\n")
    environ = {**pi.environ, "CODRIVER_OPTIONS_FILE": str(options)}
    subprocess.run(["sh", HOUSE / "systemd" / "codriver-doctor", "--profile", "baja", "a b"], env=environ, check=True)
    [order] = pi.asked("runuser")
    assert order.startswith("runuser -u codriver -- env HOME=/var/lib/codriver STATE_DIRECTORY=/var/lib/codriver")
    assert order.endswith(
        "doctor --config /etc/codriver/codriver.toml"
        " --roadbook /sd/s3.gpx --set gps.baud=9600 --profile=raid --profile baja a b"
    )


def test_the_doctor_is_asked_by_root(pi: Pi) -> None:
    script = HOUSE / "systemd" / "codriver-doctor"
    done = subprocess.run(
        ["sh", script], env={**pi.environ, "UID_IS": "1000"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "sudo codriver-doctor" in done.stderr
