#include "services/webrtc-media/config.h"

namespace sluice::webrtc_media {

void Config::Describe(config::Section& section) {
  section.Bind("first_port", first_port,
               "First UDP port for media; one port per worker. 0 = any free ones.");
  section.Bind("port_count", port_count, {1, 4096}, "ports",
               "Ports from first_port on that may be used; the first free block is taken.");
  section.Bind("workers", workers, {0, 64}, "threads",
               "Threads that serve players and publishers; 0 = one per core.");
  section.Bind("ipv6", ipv6, "Serve players over IPv6 too, if the host has it.");
  section.Bind("tcp", tcp, "Serve players over ICE-TCP too, on the same port numbers.");
  section.Bind("max_players", max_players, {1, 100'000}, "players",
               "More are refused; all workers together.");
  section.Bind("max_publishers", max_publishers, {1, 100'000}, "publishers",
               "More are refused; streams that wait for their publisher included.");
  section.Bind("publisher_grace", publisher_grace, {0s, 600s},
               "A stream whose publisher has vanished, or has sent nothing for 2 s, waits for so "
               "long for another publisher of its name; its players stay.");
  section.Bind("publisher_stop_grace", publisher_stop_grace, {0s, 600s},
               "The same after a publisher has said that it stops.");
  section.Bind("codecs", codecs,
               "Codecs that publishers are asked for first, \"H264\" for example; empty = in the "
               "order of their offers.");
  section.Bind("ice_timeout", ice_timeout, {2s, 120s},
               "A session whose ICE checks do not come or stop for so long is ended.");
  section.Bind("srtp_engine", srtp_engine,
               {{"auto", srtp::EngineChoice::kFastest},
                {"ipsec-mb", srtp::EngineChoice::kIpsecMb},
                {"openssl", srtp::EngineChoice::kOpenssl}},
               "Library that encrypts media; auto = libipsec-mb where the processor can.");
}

}  // namespace sluice::webrtc_media
