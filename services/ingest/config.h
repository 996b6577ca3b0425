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
  Duration idle_timeout = 30s;
  config::ByteSize player_queue{12 << 20};

  void Describe(config::Section& section);
};

}  // namespace sluice::ingest
