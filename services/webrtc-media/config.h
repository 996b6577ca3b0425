// The section `webrtc-media`.
#pragma once

#include <string>
#include <vector>

#include "libs/config/section.h"
#include "libs/srtp/engine.h"

namespace sluice::webrtc_media {

struct Config {
  config::Port first_port{31000};
  uint32_t port_count = 128;
  uint32_t workers = 0;
  bool ipv6 = true;
  bool tcp = true;
  uint32_t max_players = 4000;
  Duration ice_timeout = 30s;
  uint32_t max_publishers = 1000;
  Duration publisher_grace = 10s;
  Duration publisher_stop_grace{};
  std::vector<std::string> codecs;
  srtp::EngineChoice srtp_engine = srtp::EngineChoice::kFastest;

  void Describe(config::Section& section);
};

}  // namespace sluice::webrtc_media
