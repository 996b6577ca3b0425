# shellcheck shell=bash
# The supervisor of one instance: start, stop, ask. Needs output.sh, config.sh, instance.sh.

# supervisor_environment BIN: what deploy/supervisor/supervisord.conf reads.
supervisor_environment() {
  local etcd
  etcd=$(local_directory "$instance_config") || true
  export SLUICE_DIR=$instance_dir SLUICE_ROOT=$PWD SLUICE_BIN=$1 SLUICE_CONFIG=$instance_config
  export SLUICE_ETCD=false SLUICE_ETCD_URL=http://127.0.0.1:2379 SLUICE_ETCD_PEER_URL=http://127.0.0.1:2380
  if [[ $etcd ]]; then
    SLUICE_ETCD=true SLUICE_ETCD_URL=http://$etcd
    SLUICE_ETCD_PEER_URL=http://${etcd%:*}:$((${etcd##*:} + 1))
  fi
  SLUICE_FILES=$(ulimit -Sn)
  [[ $SLUICE_FILES == unlimited ]] && SLUICE_FILES=65536
  SLUICE_RTMP=rtmp://127.0.0.1:$(port_of ingest rtmp_port 1935)/live/cam
  export SLUICE_FILES SLUICE_RTMP
}

# port_of SECTION KEY DEFAULT
port_of() {
  local port
  port=$(config_value "$instance_config" "$1" "$2")
  echo "${port:-$3}"
}

# supervisor_process: its process id; fails if it does not run.
supervisor_process() {
  local process
  process=$(cat "$instance_dir/supervisor.pid" 2>/dev/null) || return 1
  grep -qs supervisord "/proc/$process/cmdline" || return 1
  echo "$process"
}

ctl() { supervisorctl -c deploy/supervisor/supervisord.conf "$@"; }

start_supervisor() {
  rm -f "$instance_dir"/started.*
  supervisord -c deploy/supervisor/supervisord.conf ||
    die "the supervisor did not start" "Look into $instance_dir/log/supervisor.log"
  # Daemons that find no etcd at first try again only after some seconds.
  if [[ $SLUICE_ETCD == true ]]; then wait_for_etcd; fi
  ctl start 'daemons:*' >/dev/null
}

wait_for_etcd() {
  curl -fsS -o /dev/null --retry 50 --retry-connrefused --retry-delay 0 --retry-max-time 20 \
    "$SLUICE_ETCD_URL/health" 2>/dev/null ||
    die "etcd does not answer at $SLUICE_ETCD_URL" "Its log: $instance_dir/log/etcd.log"
}

# stop_supervisor: and all that it runs; waits for the end.
stop_supervisor() {
  local process
  process=$(supervisor_process) || return 0
  kill -TERM "$process"
  # tail ends with the process: no polling.
  timeout 60 tail --pid="$process" -f /dev/null ||
    die "process $process (supervisor) does not end" "kill -KILL $process, then look for what it left"
}

# program_stamp BIN SERVICE: changes whenever the program has to be started anew.
program_stamp() {
  sha256sum "$1/sluice-$2" "$instance_config" | sha256sum
}

# A supervisor that was started with other settings cannot take new ones.
supervisor_stamp() {
  { cat deploy/supervisor/supervisord.conf; env | grep '^SLUICE_' | sort; } | sha256sum
}

# apply_to_running BIN: starts anew what has changed since it was started, and nothing else.
apply_to_running() {
  local service stamp changed=''
  for service in $services; do
    stamp=$(program_stamp "$1" "$service")
    [[ $(cat "$instance_dir/started.$service" 2>/dev/null) == "$stamp" ]] && continue
    changed+=" daemons:$service"
  done
  [[ -z $changed ]] && { done_line "running, unchanged"; return 0; }
  note "restarting:$changed"
  # shellcheck disable=SC2086  # a list of words
  ctl restart $changed >/dev/null
}

# remember_started BIN
remember_started() {
  local service
  for service in $services; do
    program_stamp "$1" "$service" >"$instance_dir/started.$service"
  done
  supervisor_stamp >"$instance_dir/started.supervisor"
}

# run_suite BIN: everything runs when this returns, ready or not.
run_suite() {
  if supervisor_process >/dev/null &&
    [[ $(cat "$instance_dir/started.supervisor" 2>/dev/null) == "$(supervisor_stamp)" ]]; then
    apply_to_running "$1"
  else
    stop_supervisor
    start_supervisor
  fi
  remember_started "$1"
}

# run_demo WANTED: the test picture follows the last call of tools/up.
run_demo() {
  local state
  state=$(ctl status demo | awk '{ print $2 }') || true
  if [[ $1 && $state != RUNNING && $state != STARTING ]]; then ctl start demo >/dev/null; fi
  if [[ ! $1 && $state != STOPPED ]]; then ctl stop demo >/dev/null; fi
}
