# shellcheck shell=bash
# What must be true of this machine before anything is installed or built. Every check says in one
# line what is wrong and what to do. Needs output.sh, config.sh, ports.sh, packages.sh.

readonly minimum_files=4096
readonly minimum_disk_mb=3000   # packages, build folder and compiler cache
readonly minimum_memory_mb=1800 # the largest single compilation, measured

# check_machine CONFIG LIST SUPERVISOR: LIST of packages needed; SUPERVISOR: process id of our
# running instance, or empty. Names every fault, then ends.
check_machine() {
  local faults=0
  check_system || faults=$((faults + 1))
  check_rights "$2" || faults=$((faults + 1))
  check_files || faults=$((faults + 1))
  check_disk || faults=$((faults + 1))
  check_ports "$1" "$3" || faults=$((faults + 1))
  check_aes
  check_memory
  [[ $faults == 0 ]] || die "$faults of the checks failed" "Nothing was changed"
  done_line "system, rights, ports, file handles, disk"
}

check_system() {
  [[ $(uname -s) == Linux ]] && return 0
  complain "this is $(uname -s)" "Sluice runs on Linux: take a Debian 12 machine or container"
  return 1
}

check_rights() {
  local missing
  missing=$(missing_packages "$1")
  [[ -z $missing ]] && return 0
  root_prefix >/dev/null && return 0
  complain "packages are missing ($missing) and we are neither root nor have sudo" \
    "As root: $(pwd)/tools/packages build run"
  return 1
}

# Raises the soft limit as far as it may go.
check_files() {
  local hard
  [[ $(id -u) == 0 ]] && ulimit -Hn 65536 2>/dev/null
  hard=$(ulimit -Hn)
  [[ $hard == unlimited ]] && hard=65536
  ulimit -Sn "$hard" 2>/dev/null
  (($(ulimit -n) >= minimum_files)) && return 0
  complain "only $(ulimit -n) file handles per process, $minimum_files needed" \
    "Add '$(id -un) hard nofile 65536' to /etc/security/limits.conf and log in again"
  return 1
}

check_disk() {
  local free_mb
  [[ -e build/release/build.ninja ]] && return 0  # the large things are there already
  free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
  ((free_mb >= minimum_disk_mb)) && return 0
  complain "only $free_mb MB are free under $(pwd), $minimum_disk_mb needed" \
    "Make room, or move the checkout to a larger file system"
  return 1
}

# check_ports CONFIG SUPERVISOR
check_ports() {
  local section key port faults=0
  while read -r section key port; do
    # Media takes the first free block from there on.
    [[ $section.$key == webrtc-media.first_port ]] && continue
    check_port tcp "$port" "$section.$key" "$2" || faults=1
  done < <(config_ports "$1")
  for port in $(directory_ports "$1"); do
    check_port tcp "$port" "common.directory" "$2" || faults=1
  done
  return $faults
}

check_port() {
  local holder name
  holder=$(port_holder "$1" "$2") || return 0
  [[ -n $4 ]] && is_descendant "$holder" "$4" && return 0
  name=$(cat "/proc/$holder/comm" 2>/dev/null) || name="a process of another user"
  complain "$1 port $2 is taken by $name (process $holder)" \
    "Stop it, or set another $3 in the configuration file"
  return 1
}

check_aes() {
  grep -qwE 'aes' /proc/cpuinfo && return 0
  warn "this processor shows no AES instructions: encryption will cost ten times as much" \
    "In a virtual machine give it the host's processor type (QEMU: -cpu host)"
}

check_memory() {
  local total_mb
  total_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  ((total_mb >= minimum_memory_mb)) && return 0
  warn "only $total_mb MB of memory: the build may run out of it" "Add memory or swap for the build"
}
