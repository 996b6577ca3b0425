// The section `signalling-gateway`.
#pragma once

#include <string>

#include "libs/config/section.h"

namespace sluice::signalling_gateway {

struct Config {
  std::string ws_address;  // numeric; empty = all
  config::Port ws_port{8080};
  config::Port wss_port{8443};
  uint32_t max_clients = 15'000;
  uint32_t max_streams_per_client = 100;
  Duration ping_period = 5s;
  uint32_t max_missed_pongs = 10;
  Duration connect_timeout = 10s;
  Duration handshake_timeout = 10s;
  Duration call_timeout = 5s;
  uint32_t inbound_video_rate_stat_send_interval = 1;
  uint32_t outbound_video_rate_stat_send_interval = 1;

  void Describe(config::Section& section);
};

}  // namespace sluice::signalling_gateway
