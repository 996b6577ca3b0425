// The section `admin`.
#pragma once

#include <string>

#include "libs/config/section.h"

namespace sluice::admin {

struct Config {
  std::string merged_metrics_address = "127.0.0.1";
  config::Port merged_metrics_port{7777};
  Duration scrape_timeout = 2s;

  void Describe(config::Section& section);
};

}  // namespace sluice::admin
