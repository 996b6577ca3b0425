# shellcheck shell=bash
# Who holds a port, read from /proc: a bare machine has no ss.

# port_inodes PROTOCOL PORT: socket inodes of listeners (tcp) or bound sockets (udp).
port_inodes() {
  local hex state=0A
  hex=$(printf '%04X' "$2")
  [[ $1 == udp ]] && state=07
  cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null |
    awk -v port=":$hex" -v state="$state" '
      $4 == state && substr($2, length($2) - 4) == port { print $10 }'
}

# process_of_inode INODE: a process id, if we may see it.
process_of_inode() {
  local link
  link=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null) || true
  [[ -n $link ]] && cut -d/ -f3 <<<"$link"
}

# port_holder PROTOCOL PORT: fails if the port is free; else prints the process id, or "?".
port_holder() {
  local inode process
  inode=$(port_inodes "$1" "$2" | head -n1)
  [[ -n $inode ]] || return 1
  process=$(process_of_inode "$inode") || true
  echo "${process:-?}"
}

# is_descendant PROCESS ANCESTOR
is_descendant() {
  local process=$1
  while [[ $process =~ ^[0-9]+$ && $process -gt 1 ]]; do
    [[ $process == "$2" ]] && return 0
    process=$(awk '/^PPid:/ { print $2 }' "/proc/$process/status" 2>/dev/null) || return 1
  done
  return 1
}
