# shellcheck shell=bash
# The one list of Debian packages, and their installation. Needs output.sh.

# Faster SRTP, on x86-64 only; elsewhere the build goes on without it.
packages_srtp=''
[[ $(uname -m) == x86_64 ]] && packages_srtp=libipsec-mb-dev
readonly packages_srtp

# package[=command]: where a command is named, having the command is enough, wherever it came from.
readonly packages_build="
  g++=g++ cmake=cmake ninja-build=ninja ccache=ccache pkg-config=pkg-config git=git
  libabsl-dev libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libuv1-dev libwebsockets-dev libwebsockets-evlib-uv libssl-dev libsrtp2-dev
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  prometheus-cpp-dev libcivetweb-dev zlib1g-dev libyaml-cpp-dev nlohmann-json3-dev libspdlog-dev catch2
  $packages_srtp"
readonly packages_run="
  etcd-server=etcd supervisor=supervisord openssl=openssl curl=curl procps=ps iproute2=ip
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly
  gstreamer1.0-libav"
readonly packages_demo="ffmpeg=ffmpeg fonts-dejavu-core"
readonly packages_test="
  ffmpeg=ffmpeg chromium=chromium nodejs=node npm=npm fonts-dejavu-core python3=python3
  gstreamer1.0-tools=gst-launch-1.0 rtmpdump=rtmpdump
  clang=clang++ clang-format=clang-format llvm=llvm-symbolizer libclang-rt-14-dev shellcheck=shellcheck
  nftables=nft"

# Packages whose service Debian starts by itself, as package:unit. Ours run under our supervisor.
readonly self_starting="etcd-server:etcd supervisor:supervisor"

has_package() {
  local state
  state=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) && [[ $state == installed ]]
}

# missing_packages LIST: those of the list that are not there.
missing_packages() {
  local entry package command
  for entry in $1; do
    package=${entry%%=*} command=${entry#*=}
    [[ $entry == *=* ]] && type -P "$command" >/dev/null && continue
    has_package "$package" || printf '%s ' "$package"
  done
}

# Prints how to become root ("" or "sudo"); fails if there is no way.
root_prefix() {
  [[ $(id -u) == 0 ]] && return 0
  type -P sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || [[ -t 0 ]] || return 1
  echo sudo
}

# install_missing LIST: installs what is not there; says nothing can be missing twice.
install_missing() {
  local missing root
  missing=$(missing_packages "$1")
  [[ -z $missing ]] && { done_line "all packages are there"; return 0; }
  type -P apt-get >/dev/null ||
    die "missing: $missing" "This is not Debian: install what these packages hold, then run this again"
  root=$(root_prefix) ||
    die "missing: $missing" "Run this as root, or: apt-get install --no-install-recommends $missing"
  note "installing: $missing"
  apt_install "$root" "$missing"
}

# apt_install ROOT PACKAGES
apt_install() {
  local root=$1 newly_started
  newly_started=$(units_of "$2")
  forbid_service_starts "$root"
  # shellcheck disable=SC2064  # expand now: ROOT is local
  trap "allow_service_starts '$root'" EXIT
  # The lists may be absent or old: update only when the first try fails.
  apt_get "$root" "$2" || { apt_update "$root" && apt_get "$root" "$2"; } ||
    die "the packages could not be installed" "See the lines above (offline? wrong apt sources?)"
  allow_service_starts "$root"
  trap - EXIT
  keep_stopped "$root" "$newly_started"
}

apt_get() {
  # shellcheck disable=SC2086  # lists of words
  $1 env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 $2
}

apt_update() { $1 apt-get update -q; }

# units_of PACKAGES: units that these packages would bring, for what was not there before.
units_of() {
  local pair
  for pair in $self_starting; do
    [[ " $1 " == *" ${pair%%:*} "* ]] && printf '%s ' "${pair#*:}"
  done
  return 0
}

# Debian's own switch: while this program says 101, no package starts a service.
readonly policy_file=/usr/sbin/policy-rc.d
readonly policy_mark="# put here by Sluice while packages are installed"

forbid_service_starts() {
  [[ -e $policy_file ]] && return 0  # the machine has its own policy
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" | $1 tee "$policy_file" >/dev/null
  $1 chmod 755 "$policy_file"
}

allow_service_starts() {
  if grep -qs "$policy_mark" "$policy_file"; then $1 rm -f "$policy_file"; fi
}

# keep_stopped ROOT UNITS: what was installed just now must not start with the next boot either.
keep_stopped() {
  local unit
  for unit in $2; do
    if type -P systemctl >/dev/null; then
      $1 systemctl disable "$unit" >/dev/null 2>&1 || warn "unit $unit stays enabled" \
        "Stop it from starting at boot: systemctl disable $unit"
    elif [[ -e /etc/init.d/$unit ]]; then
      $1 update-rc.d "$unit" disable >/dev/null
    fi
  done
}
