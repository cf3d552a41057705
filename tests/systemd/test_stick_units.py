"""A stick on the Pi: noticed by a rule, mounted for reading alone, and let go of when the cockpit asks for it."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codriver import stick
from tests.systemd.test_rules import RULES, Token, parsed
from tests.systemd.test_units import SYSTEMD, analyze, analyzed, settings, stand_in

if sys.platform != "linux":
    pytest.skip("the units are for Debian", allow_module_level=True)

SCRIPT = SYSTEMD / "codriver-stick"
MAKERS = {
    "vfat": ["mkfs.vfat"],
    "exfat": ["mkfs.exfat"],
    "ntfs": ["mkfs.ntfs", "-F", "-Q"],
    "ext4": ["mkfs.ext4", "-q", "-F"],
}
SAFE = {"ro", "noexec", "nosuid", "nodev"}
# What stands in for the programs that need a device, each remembering what it was asked.
STAND_INS = {
    "blockdev": "exit 0",
    "lsblk": 'case "$*" in *MOUNTPOINTS*) cat "$MEMORY/mounted" ;; esac',
    "mount": '[ -z "${REFUSED:-}" ] || exit 32',
    "mountpoint": "exit 1",
}


class Computer:
    """A computer whose devices are images, and whose programs remember."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.memory = folder, folder / "memory"
        bin_ = folder / "bin"
        for made in (folder / "dev", self.memory, bin_):
            made.mkdir()
        (self.memory / "mounted").touch()
        (self.memory / "log").touch()
        for name, body in STAND_INS.items():
            path = stand_in(bin_, name)
            path.write_text(f'#!/bin/sh\necho "{name} $*" >>"$MEMORY/log"\n{body}\n')
        self.environ = {
            **os.environ,
            "PATH": f"{bin_}:{os.environ['PATH']}:/usr/sbin:/sbin",
            "MEMORY": str(self.memory),
            "CODRIVER_STICKS": str(folder / "run"),
            "CODRIVER_DEVICES": str(folder / "dev"),
        }

    def image(self, name: str, kind: str) -> Path:
        """A device with a file system of this kind."""
        maker = MAKERS[kind]
        program = shutil.which(maker[0], path=self.environ["PATH"])
        if program is None:
            pytest.skip(f"{maker[0]} is not installed here")
        image = self.folder / "dev" / name
        with image.open("wb") as file:
            file.truncate(16 << 20)
        subprocess.run([program, *maker[1:], image], check=True, capture_output=True)
        return image

    def run(self, *words: str, code: int = 0, **environ: str) -> str:
        done = subprocess.run(
            ["sh", SCRIPT, *words], env={**self.environ, **environ}, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stderr

    def asked(self, of: str) -> list[list[str]]:
        return [line.split() for line in (self.memory / "log").read_text().splitlines() if line.split()[0] == of]


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


@pytest.mark.parametrize(
    ("kind", "driver", "own"),
    [
        ("vfat", "vfat", {"umask=0022", "utf8=1"}),
        ("exfat", "exfat", {"umask=0022", "iocharset=utf8"}),
        ("ntfs", "ntfs3", {"umask=0022", "iocharset=utf8"}),
        ("ext4", "ext4", {"noload"}),
    ],
)
def test_a_stick_is_mounted_for_reading_and_nothing_else(
    computer: Computer, kind: str, driver: str, own: set[str]
) -> None:
    image = computer.image("sda1", kind)
    computer.run("mount", "sda1")
    [[_, _, type_, _, options, device, folder]] = computer.asked("mount")
    assert (type_, device, folder) == (driver, str(image), str(computer.folder / "run" / "sda1"))
    assert set(options.split(",")) >= SAFE | own
    assert computer.asked("blockdev") == [["blockdev", "--setro", str(image)]]


def test_a_disk_that_the_system_uses_is_left_alone(computer: Computer) -> None:
    computer.image("sda1", "ext4")
    (computer.memory / "mounted").write_text("\n/boot/firmware\n/\n")
    assert "left alone" in computer.run("mount", "sda1")
    assert computer.asked("mount") == computer.asked("blockdev") == []


def test_the_second_part_of_a_stick_is_mounted_beside_the_first(computer: Computer) -> None:
    computer.image("sda2", "ext4")
    (computer.memory / "mounted").write_text(f"\n{computer.folder}/run/sda1\n\n")
    computer.run("mount", "sda2")
    assert len(computer.asked("mount")) == 1


def test_what_is_no_file_system_is_told_and_left_alone(computer: Computer) -> None:
    (computer.folder / "dev" / "sda1").write_bytes(os.urandom(1 << 20))
    assert "format the stick as FAT or exFAT" in computer.run("mount", "sda1")
    assert computer.asked("mount") == []


def test_a_stick_that_cannot_be_mounted_leaves_no_folder(computer: Computer) -> None:
    computer.image("sda1", "ext4")
    assert "is the stick damaged?" in computer.run("mount", "sda1", code=1, REFUSED="yes")
    assert not (computer.folder / "run" / "sda1").exists()


@pytest.mark.parametrize("name", ["../sda1", "", ".", "..", "a/b"])
def test_only_a_device_has_a_name(computer: Computer, name: str) -> None:
    assert "is no device's name" in computer.run("mount", name, code=2)


def test_what_is_not_mounted_is_let_go_of_all_the_same(computer: Computer) -> None:
    (computer.folder / "run" / "sda1").mkdir(parents=True)
    computer.run("umount", "sda1")
    assert not (computer.folder / "run" / "sda1").exists()
    computer.run("umount", "sda1")


# With a real device, where this may be had.


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[str]:
    """A block device with a file system on it, and a book and a program that any user could run; its name."""
    if os.geteuid() != 0 or shutil.which("losetup") is None or shutil.which("mkfs.ext4") is None:
        pytest.skip("a block device is root's to make")
    files = tmp_path / "files"
    files.mkdir()
    (files / "SS1.csv").write_text("distance,words\n0,start\n")
    (files / "evil").write_text("#!/bin/sh\necho run\n")
    (files / "evil").chmod(0o4755)
    image = tmp_path / "stick.img"
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-d", files, image], check=True)
    made = subprocess.run(["losetup", "--find", "--show", image], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no block device here: {made.stderr.strip()}")
    yield made.stdout.strip().removeprefix("/dev/")
    subprocess.run(["losetup", "--detach", made.stdout.strip()], check=False)


def test_a_real_stick_can_be_read_by_anybody_and_neither_written_nor_run(loop: str, tmp_path: Path) -> None:
    environ = {**os.environ, "CODRIVER_STICKS": str(tmp_path / "run")}
    before = (tmp_path / "stick.img").read_bytes()

    def script(verb: str) -> None:
        subprocess.run(["sh", SCRIPT, verb, loop], env=environ, check=True)

    script("mount")
    folder = tmp_path / "run" / loop
    try:
        found, _ = stick.listed(tmp_path / "run")
        assert [each.path for each in found] == [f"{loop}/SS1.csv"]
        assert os.statvfs(folder).f_flag & (os.ST_RDONLY | os.ST_NOSUID) == os.ST_RDONLY | os.ST_NOSUID
        with pytest.raises(OSError, match="Read-only file system"):
            (folder / "new").touch()
        with pytest.raises(PermissionError):
            subprocess.run([folder / "evil"], check=False)
        held = (folder / "SS1.csv").open()
    finally:
        script("umount")
    assert not folder.exists()
    assert held.read().startswith("distance")
    held.close()
    assert (tmp_path / "stick.img").read_bytes() == before


def test_a_mount_reaches_a_service_that_has_its_own_view_of_the_files(loop: str, tmp_path: Path) -> None:
    """systemd makes the cockpit's view a slave of the system's: what comes there later comes here, and goes again."""
    script = f"""
set -e
mount --bind {tmp_path} {tmp_path} && mount --make-shared {tmp_path}
mkdir -p {tmp_path}/run
unshare --mount --propagation slave sh -c '
  echo ready >{tmp_path}/ready
  until [ -e {tmp_path}/mounted ]; do :; done; ls {tmp_path}/run/{loop} >{tmp_path}/seen
  echo looked >{tmp_path}/looked
  until [ -e {tmp_path}/gone ]; do :; done; ls {tmp_path}/run >{tmp_path}/seen2; echo done >{tmp_path}/done' &
until [ -e {tmp_path}/ready ]; do :; done
CODRIVER_STICKS={tmp_path}/run sh {SCRIPT} mount {loop}; echo >{tmp_path}/mounted
until [ -e {tmp_path}/looked ]; do :; done
CODRIVER_STICKS={tmp_path}/run sh {SCRIPT} umount {loop}; echo >{tmp_path}/gone
wait
umount --lazy {tmp_path}
"""
    unshared = ["unshare", "--mount", "--propagation", "private", "timeout", "20", "sh", "-c", script]
    done = subprocess.run(unshared, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SS1.csv" in (tmp_path / "seen").read_text()
    assert (tmp_path / "seen2").read_text() == ""


# The rule and the units.


def test_a_stick_is_a_file_system_on_usb_that_can_be_taken_out() -> None:
    [rule] = [rule for rule in parsed(RULES.read_text()) if Token("SUBSYSTEM", "", "==", "block") in rule]
    assert {
        Token("ENV", "ID_BUS", "==", "usb"),
        Token("ENV", "ID_FS_USAGE", "==", "filesystem"),
        Token("ATTRS", "removable", "==", "1"),
        Token("ENV", "SYSTEMD_WANTS", "+=", "codriver-stick@%k.service"),
    } <= set(rule)


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units as installed, but that what they start stands in a folder of the test's."""
    copies = []
    program = stand_in(tmp_path, "codriver-stick")
    for name in ("codriver-stick@.service", "codriver-eject.path", "codriver-eject.service"):
        copies.append(tmp_path / name.replace("@", "@sda1"))
        copies[-1].write_text((SYSTEMD / name).read_text().replace("/usr/local/sbin/codriver-stick", str(program)))
    return copies


@analyze
def test_systemd_finds_nothing_to_say_against_them(units: list[Path]) -> None:
    assert analyzed("verify", "--man=no", *units) == ""


def test_the_mount_goes_with_the_stick_and_is_seen_by_all() -> None:
    unit, service = settings("codriver-stick@.service", "Unit"), settings("codriver-stick@.service", "Service")
    assert unit["BindsTo"] == ["dev-%i.device"]
    assert service["RemainAfterExit"] == ["yes"]
    hiding = {"PrivateMounts", "PrivateTmp", "ProtectSystem", "ProtectHome", "PrivateDevices", "MountFlags"}
    assert not hiding & set(service)


def test_the_cockpit_asks_for_the_stick_where_the_unit_looks() -> None:
    [watched] = settings("codriver-eject.path", "Path")["PathExists"]
    [state] = settings("codriver.service", "Service")["StateDirectory"]
    assert watched == f"/var/lib/{state}/{stick.EJECT}"
    removed, stopped = settings("codriver-eject.service", "Service")["ExecStart"]
    assert removed.endswith(f" {watched}")
    assert stopped == "/usr/bin/systemctl stop codriver-stick@*.service"


def test_sticks_are_mounted_where_the_cockpit_looks() -> None:
    assert f"CODRIVER_STICKS:-{stick.MOUNTED}" in SCRIPT.read_text()
    assert stat.S_IMODE(SCRIPT.stat().st_mode) & 0o111
