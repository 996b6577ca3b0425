// The section `common`: what every daemon of the suite reads.
#pragma once

#include <string>
#include <vector>

#include "libs/config/section.h"
#include "libs/log/logger.h"

namespace sluice::daemon {

struct CommonConfig {
  // Addresses that clients outside reach us by ("203.0.113.5"), for ICE candidates and URLs; empty
  // = the loopback and interface addresses. "public=inside" pairs for one-to-one NAT.
  std::vector<std::string> advertise;
  std::vector<config::HostPort> directory = {{"127.0.0.1", 2379}};  // etcd endpoints
  // Unix sockets and ready files. Made (mode 700) if it is not there.
  std::string run_dir = "/run/sluice";
  // Distinguishes this host's nodes in the directory and is part of node ids; empty = host name.
  std::string node_name;
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  Duration drain_timeout = 10s;
  std::string tls_certificate;  // PEM files; empty = listeners with TLS stay closed
  std::string tls_private_key;
  std::string admin_password_file;  // one line; empty = no credentials exist
  // false: publishing is taken from loopback and private networks only.
  bool open_publishing = false;
  // Where gRPC and metrics listen.
  std::string control_address = "127.0.0.1";

  void Describe(config::Section& section);
};

// Keys that stand at the end of every service's own section.
struct EndpointConfig {
  config::Port grpc_port{0};     // 0 = chosen, found by the directory
  config::Port metrics_port{0};  // 0 = chosen, found by the directory
  void Describe(config::Section& section);
};

}  // namespace sluice::daemon
