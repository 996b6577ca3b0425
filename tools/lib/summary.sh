# shellcheck shell=bash
# The table at the end of tools/up. Needs output.sh, instance.sh, supervisor.sh, readiness.sh.

# print_summary DEMO DIR: DIR as the user gave it.
print_summary() {
  local host service
  host=$(outside_address)
  printf '\n%sSluice is up.%s\n\n' "$bold" "$plain"
  [[ $SLUICE_ETCD == true ]] && row etcd "${SLUICE_ETCD_URL#http://}"
  for service in $services; do
    row "$service" "$(ready_listen "$instance_run_dir/$service.ready")"
  done
  echo
  row "console" "http://$host:$(port_of http-gateway http_port 8081)/"
  row "publish" "rtmp://$host:$(port_of ingest rtmp_port 1935)/live/NAME"
  row "play" "http://$host:$(port_of http-gateway http_port 8081)/whep/NAME (WHEP)"
  row "" "ws://$host:$(port_of signalling-gateway ws_port 8080) (WCS web pages)"
  row "" "rtmp://$host:$(port_of ingest rtmp_port 1935)/live/NAME"
  row "metrics" "http://127.0.0.1:$(port_of admin merged_metrics_port 7777)/metrics"
  [[ $1 ]] && row "test picture" "stream cam, published by ffmpeg"
  echo
  row "configuration" "$instance_config"
  row "password" "$instance_dir/admin-password (user admin)"
  row "logs" "$instance_dir/log/"
  row "stop" "tools/down${2:+ --dir $2}"
}

row() { printf '  %-20s %s\n' "$1" "${2:--}"; }

# The address by which others most likely reach this host.
outside_address() {
  local address
  address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -nE 's/.* src ([0-9.]+).*/\1/p')
  echo "${address:-127.0.0.1}"
}
