// The section `ingest`.
#pragma once

#include <string>

#include "libs/config/section.h"

namespace sluice::ingest {

struct Config {
  std::string rtmp_address;  // numeric; empty = all
  config::Port rtmp_port{1935};
  uint32_t max_connections = 10'000;
  Duration handshake_timeout = 10s;
  uint32_t max_silent = 500;
  Duration idle_timeout = 30s;
  Duration publisher_timeout = 30s;
  bool takeover = false;
  config::ByteSize player_queue{12 << 20};

  void Describe(config::Section& section);
};

}  // namespace sluice::ingest
