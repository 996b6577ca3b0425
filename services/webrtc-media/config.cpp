#include "services/webrtc-media/config.h"

namespace sluice::webrtc_media {

void Config::Describe(config::Section& section) {
  section.Bind("first_port", first_port,
               "First UDP port for media; one port per worker. 0 = any free ones.");
  section.Bind("port_count", port_count, {1, 4096}, "ports",
               "Ports from first_port on that may be used; the first free block is taken.");
  section.Bind("workers", workers, {0, 64}, "threads",
               "Threads that serve players; 0 = one per core.");
  section.Bind("ipv6", ipv6, "Serve players over IPv6 too, if the host has it.");
  section.Bind("max_players", max_players, {1, 100'000}, "players",
               "More are refused; all workers together.");
  section.Bind("ice_timeout", ice_timeout, {2s, 120s},
               "A player whose ICE checks do not come or stop for so long is ended.");
  section.Bind("srtp_engine", srtp_engine,
               {{"auto", srtp::EngineChoice::kFastest},
                {"ipsec-mb", srtp::EngineChoice::kIpsecMb},
                {"openssl", srtp::EngineChoice::kOpenssl}},
               "Library that encrypts media; auto = libipsec-mb where the processor can.");
}

}  // namespace sluice::webrtc_media
