# shellcheck shell=bash
# One running suite: the folder that holds its configuration, secrets, logs and sockets.
# Needs output.sh, config.sh. Everything works on these variables, set by choose_instance:
#   instance_dir, instance_config, instance_run_dir (the daemons' sockets and ready files)

# In the order in which they are shown.
readonly services="ingest webrtc-media transcoder signalling-gateway http-gateway admin"

# choose_instance DIR: DIR may be empty.
choose_instance() {
  local default="$PWD/run"
  [[ $(id -u) == 0 ]] && default=/var/lib/sluice
  instance_dir=$(realpath -m "${1:-$default}")
  instance_config=$instance_dir/sluice.yaml
}

# make_instance_dir: the folder and what is made once. Mode 700: it holds secrets.
make_instance_dir() {
  mkdir -p "$instance_dir"/{log,etcd} ||
    die "$instance_dir cannot be made" "Name a folder of your own: tools/up --dir DIR"
  chmod 700 "$instance_dir"
  make_admin_password
  make_certificate
}

# Random, once; a user's own is kept.
make_admin_password() {
  local file=$instance_dir/admin-password
  [[ -s $file ]] && return 0
  (umask 077 && head -c 15 /dev/urandom | base64 | tr '+/' '-_' >"$file")
  note "made a random password for the user admin: $file"
}

# Self-signed, for the addresses that this host has today.
make_certificate() {
  local certificate=$instance_dir/certificate.pem key=$instance_dir/private-key.pem
  [[ -s $certificate && -s $key ]] && return 0
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 825 -subj "/CN=$(hostname)" -addext "subjectAltName=$(certificate_names)" \
    -keyout "$key" -out "$certificate" 2>/dev/null) ||
    die "the certificate could not be made" "Look at what openssl says: openssl version"
  note "made a self-signed certificate: $certificate"
}

certificate_names() {
  local address
  printf 'DNS:localhost,DNS:%s' "$(hostname)"
  for address in 127.0.0.1 ::1 $(hostname -I 2>/dev/null); do printf ',IP:%s' "$address"; done
}

# make_configuration PORT_OFFSET: DIR/sluice.yaml from deploy/sluice.yaml; one that the user edited
# is left alone.
make_configuration() {
  local made=$instance_dir/.sluice.yaml.made
  if [[ -e $instance_config ]] && ! cmp -s "$instance_config" "$made"; then
    return 0
  fi
  wanted_configuration "$1" >"$made"
  cp "$made" "$instance_config"
  echo "$1" >"$instance_dir/.port-offset"
}

# instance_offset: the offset that the configuration was made with.
instance_offset() { cat "$instance_dir/.port-offset" 2>/dev/null || echo 0; }

# wanted_configuration PORT_OFFSET: prints it.
wanted_configuration() {
  local run_dir=$instance_dir/run
  [[ $instance_dir == /var/lib/sluice ]] && run_dir=/run/sluice
  config_shift_ports "$1" <deploy/sluice.yaml |
    config_set common run_dir "$run_dir" |
    config_set common directory "[\"127.0.0.1:$((2379 + $1))\"]" |
    config_set common tls_certificate "$instance_dir/certificate.pem" |
    config_set common tls_private_key "$instance_dir/private-key.pem" |
    config_set common admin_password_file "$instance_dir/admin-password"
}

# read_configuration: what the scripts need to know of it.
read_configuration() {
  instance_run_dir=$(config_value "$instance_config" common run_dir)
  instance_run_dir=${instance_run_dir:-/run/sluice}
}

# local_directory CONFIG: host:port of an etcd that we have to run; empty if it is another's.
local_directory() {
  local endpoint
  endpoint=$(config_value "$1" common directory | tr -d '[] ')
  endpoint=${endpoint:-127.0.0.1:2379}
  [[ $endpoint =~ ^(127\.[0-9.]+|localhost):[0-9]+$ ]] && echo "$endpoint"
}

# directory_ports CONFIG: the client's and the peers' port of our etcd.
directory_ports() {
  local endpoint
  endpoint=$(local_directory "$1") || return 0
  echo "${endpoint##*:}" "$((${endpoint##*:} + 1))"
}
