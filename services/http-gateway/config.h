// The section `http-gateway`.
#pragma once

#include <string>
#include <vector>

#include "libs/config/section.h"

namespace sluice::http_gateway {

struct Config {
  std::string http_address;  // numeric; empty = all
  config::Port http_port{8081};
  config::Port https_port{8444};
  uint32_t max_connections = 10'000;
  Duration request_timeout = 10s;
  Duration call_timeout = 5s;
  std::string rest_allow_origin;
  std::vector<std::string> ice_servers;

  void Describe(config::Section& section);
};

}  // namespace sluice::http_gateway
