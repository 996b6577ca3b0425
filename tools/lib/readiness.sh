# shellcheck shell=bash
# Waits until what was started answers. Needs output.sh, instance.sh, supervisor.sh.

readonly ready_seconds=40

# wait_until_ready BIN
wait_until_ready() {
  local service deadline=$((SECONDS + ready_seconds))
  for service in $services; do
    until service_is_ready "$1" "$service"; do
      ((SECONDS < deadline)) || not_ready "$service"
      sleep 0.1
    done
  done
  until gateway_answers; do
    ((SECONDS < deadline)) || not_ready http-gateway
    sleep 0.1
  done
  done_line "all daemons are ready"
}

# The file is there, and written by a process that still runs today's program.
service_is_ready() {
  local file=$instance_run_dir/$2.ready process
  process=$(ready_field "$file" pid) || return 1
  [[ $(readlink "/proc/$process/exe" 2>/dev/null) == "$(realpath "$1/sluice-$2")" ]]
}

# ready_field FILE NAME: a number or a string of the flat JSON object.
ready_field() {
  [[ -s $1 ]] || return 1
  sed -nE "s/.*\"$2\": ?\"?([^\",}]*).*/\1/p" "$1" | head -n1
}

# ready_listen FILE: "rtmp *:1935, ..." for people; that IPv6 is there too goes without saying.
ready_listen() {
  tr -d '\n' <"$1" | sed -nE 's/.*"listen": ?\[(.*)\].*/\1/p' | tr -d '"' |
    sed -E 's/0\.0\.0\.0:/*:/g; s/, *[a-z ]+\[::\]:[0-9]+//g; s/, */, /g'
}

gateway_answers() {
  curl -fsS -o /dev/null --max-time 2 \
    "http://127.0.0.1:$(port_of http-gateway http_port 8081)/ready" 2>/dev/null
}

not_ready() {
  complain "$1 is not ready after $ready_seconds s" "Its log: $instance_dir/log/$1.log, which ends with"
  tail -n 15 "$instance_dir/log/$1.log" >&2 || true
  note "What runs: tools/up starts again; tools/down stops all"
  exit 1
}
