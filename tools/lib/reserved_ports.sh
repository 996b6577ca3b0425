# shellcheck shell=bash
# Keeps the kernel from handing out our ranges as local ports of outgoing connections.

readonly reserved_ranges=30000-35000  # all client and media ranges of the design
readonly reserved_file=/proc/sys/net/ipv4/ip_local_reserved_ports

reserve_ports() {
  local present
  [[ -w $reserved_file ]] || return 0
  present=$(cat "$reserved_file")
  [[ ,$present, == *,$reserved_ranges,* ]] && return 0
  echo "${present:+$present,}$reserved_ranges" >"$reserved_file" 2>/dev/null ||
    warn "the ports $reserved_ranges could not be reserved" \
      "Outgoing connections may take one of them: sysctl net.ipv4.ip_local_reserved_ports"
}
