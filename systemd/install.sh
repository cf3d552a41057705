#!/bin/sh
# Put codriver on a Raspberry Pi as its one task: `make pi-install`, or `sudo sh systemd/install.sh [kms|cage] [--dry-run]`.
#
# For 64-bit Raspberry Pi OS (Debian 12 or newer). What stands already is left alone, so that a second run changes
# nothing. Each version gets an environment of its own and the name `venv` is turned over last: a power cut, or a net
# that fails half-way, leaves the version that worked. With DESTDIR every file goes below it, for the tests; the
# commands that change a computer are then stand-ins.
set -eu

packages="python3-venv espeak-ng fonts-b612 alsa-utils libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri"
groups="dialout gpio audio video render input"
source=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}
opt=$root/opt/codriver
display=kms
dry=
changes=0

usage() {
  echo "usage: sudo sh systemd/install.sh [kms|cage] [--dry-run]" >&2
  exit 2
}

for word in "$@"; do
  case $word in
    kms | cage) display=$word ;;
    --dry-run) dry=yes ;;
    *) usage ;;
  esac
done

say() { echo "codriver: $*"; }

refuse() {
  say "$*" >&2
  exit 1
}

# Do a thing, or say that it would be done.
act() {
  changes=$((changes + 1))
  if [ -n "$dry" ]; then say "would: $*"; else "$@"; fi
}

# write MODE FROM TO: put a file in place whole, if it is not there as it should be.
write() {
  if cmp -s "$2" "$3" && [ "$(stat -c %a "$3")" = "$1" ]; then return 0; fi
  changes=$((changes + 1))
  if [ -n "$dry" ]; then
    say "would write $3"
    return 0
  fi
  mkdir -p "$(dirname "$3")"
  cp "$2" "$3.new"
  chmod "$1" "$3.new"
  mv "$3.new" "$3"
  say "wrote $3"
}

suits() {
  case $(dpkg --print-architecture) in
    arm64 | amd64) ;;
    *) refuse "this system is 32-bit, for which there is no screen library: install the 64-bit Raspberry Pi OS" ;;
  esac
  [ "$(id -u)" = 0 ] || [ -n "$dry" ] || refuse "this changes the system: run it with sudo"
  [ -f "$source/requirements.lock" ] || refuse "$source is no checkout of codriver: run it from there"
}

install_packages() {
  [ "$display" = kms ] || packages="$packages cage seatd"
  missing=
  for package in $packages; do
    # shellcheck disable=SC2016  # the dollar is dpkg's
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086  # one word a package
  { act apt-get update --quiet && act apt-get install --yes --quiet --no-install-recommends $missing; } ||
    refuse "apt cannot install$missing: is there a net, and the right date?"
}

make_user() {
  getent passwd codriver >/dev/null ||
    act useradd --system --user-group --home-dir /var/lib/codriver --shell /usr/sbin/nologin codriver
  for group in $groups; do
    getent group "$group" >/dev/null || continue
    case " $(id -nG codriver 2>/dev/null) " in
      *" $group "*) ;;
      *) act usermod --append --groups "$group" codriver ;;
    esac
  done
  [ -d "$root/var/lib/codriver" ] || act mkdir -p "$root/var/lib/codriver"
  [ "$(stat -c %U "$root/var/lib/codriver" 2>/dev/null)" = codriver ] ||
    act chown codriver:codriver "$root/var/lib/codriver"
}

# A name for exactly this source, these libraries and this Python.
version() {
  cd "$source"
  {
    python3 -c 'import sys; print(sys.version)'
    find codriver requirements.lock pyproject.toml -type f ! -name '*.pyc' | LC_ALL=C sort | xargs sha256sum
  } | sha256sum | cut -c1-12
}

build() {
  into=$1
  set -- --quiet --disable-pip-version-check --root-user-action=ignore
  rm -rf "$into" && mkdir -p "$opt" && python3 -m venv "$into" &&
    "$into/bin/python" -m pip install "$@" --require-hashes -r "$source/requirements.lock" &&
    "$into/bin/python" -m pip install "$@" --no-deps --no-build-isolation "$source" &&
    "$into/bin/codriver" --version >/dev/null &&
    touch "$into/complete" &&
    sync # before the name is turned over: the key may be, too
}

install_program() {
  [ -n "$dry" ] || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "codriver needs Python 3.11, which comes with Debian 12: update the system first"
  wanted=$(version)
  [ -f "$opt/$wanted/complete" ] || act build "$opt/$wanted" ||
    refuse "this version cannot be put in place: is there a net, and room? What worked before is still in use"
  before=$(readlink "$opt/venv" || true)
  if [ "$before" != "$wanted" ]; then
    act ln -sfn "$wanted" "$opt/venv.new"
    act mv -T "$opt/venv.new" "$opt/venv"
    for old in "$opt"/????????????; do
      case ${old##*/} in
        "$wanted" | "$before" | '????????????') ;;
        *) act rm -rf "$old" ;;
      esac
    done
  fi
  [ -d "$root/usr/local/bin" ] || act mkdir -p "$root/usr/local/bin"
  [ "$(readlink "$root/usr/local/bin/codriver" || true)" = /opt/codriver/venv/bin/codriver ] ||
    act ln -sfn /opt/codriver/venv/bin/codriver "$root/usr/local/bin/codriver"
  write 755 "$source/systemd/codriver-doctor" "$root/usr/local/sbin/codriver-doctor"
  write 755 "$source/systemd/codriver-stick" "$root/usr/local/sbin/codriver-stick"
}

# The settings are the crew's: written once, for the whole screen, and the receiver under the name the rules give it.
install_settings() {
  if [ ! -e "$root/etc/codriver/codriver.toml" ]; then
    draft=$(mktemp)
    sed -e '/^\[gps\]/,/^\[pod\]/ s|^port = ""|port = "/dev/codriver-gps"|' -e 's|^full = false|full = true|' \
      "$source/docs/codriver.toml" >"$draft"
    write 644 "$draft" "$root/etc/codriver/codriver.toml"
    rm -f "$draft"
  fi
  [ -e "$root/etc/codriver/options" ] || write 644 "$source/systemd/options" "$root/etc/codriver/options"
}

install_rules() {
  before=$changes
  write 644 "$source/systemd/99-codriver.rules" "$root/etc/udev/rules.d/99-codriver.rules"
  [ "$changes" != "$before" ] || return 0
  {
    act udevadm control --reload &&
      act udevadm trigger --subsystem-match=usb --subsystem-match=tty --subsystem-match=usb-serial
  } || say "the names of the ports hold from the next power-up"
}

install_unit() {
  before=$changes
  over=$root/etc/systemd/system/codriver.service.d/cage.conf
  for unit in codriver.service codriver-stick@.service codriver-eject.path codriver-eject.service; do
    write 644 "$source/systemd/$unit" "$root/etc/systemd/system/$unit"
  done
  if [ "$display" = cage ]; then
    write 644 "$source/systemd/cage.conf" "$over"
  elif [ -e "$over" ]; then
    act rm "$over"
  fi
  [ "$changes" = "$before" ] || act systemctl daemon-reload
  for unit in codriver.service codriver-eject.path; do
    systemctl is-enabled --quiet "$unit" 2>/dev/null || act systemctl enable --quiet "$unit"
  done
}

suits
install_packages
make_user
install_program
install_settings
install_rules
install_unit

if [ -n "$dry" ]; then
  say "$changes things would be done"
  exit 0
fi
if [ "$changes" = 0 ]; then
  say "everything stands already: nothing was changed"
else
  sync
  systemctl try-restart codriver.service
  systemctl start codriver-eject.path || say "the stick is given back from the next power-up on"
  say "installed, from $source"
fi
if [ -e "$root/etc/systemd/system/display-manager.service" ] &&
  [ "$(systemctl get-default)" = graphical.target ]; then
  say "a desktop starts with this system and would have the screen: sudo systemctl set-default multi-user.target"
fi
say "what the doctor says:"
"$root/usr/local/sbin/codriver-doctor" || say "mend what it says, then: sudo codriver-doctor"
say "the cockpit starts with the next power-up, or now: sudo systemctl start codriver"
