#include "services/ingest/config.h"

namespace sluice::ingest {

void Config::Describe(config::Section& section) {
  section.Bind("rtmp_address", rtmp_address,
               "Numeric address of the RTMP listener; empty: all, IPv6 and IPv4.");
  section.Bind("rtmp_port", rtmp_port, "TCP port of RTMP publishers and players.");
  section.Bind("max_connections", max_connections, {1, 100'000}, "connections",
               "Open RTMP connections; more are closed at once.");
  section.Bind("handshake_timeout", handshake_timeout, {1s, 60s},
               "A client that has not sent its connect command by then is closed.");
  section.Bind("idle_timeout", idle_timeout, {5s, 600s},
               "A client from which nothing comes and to which nothing gets is closed.");
  section.Bind("player_queue", player_queue,
               {config::ByteSize{1 << 20}, config::ByteSize{256 << 20}},
               "Unsent bytes of one player, a joiner's first group of pictures (at most 8 MiB) "
               "included; beyond it video is skipped to the next key frame.");
}

}  // namespace sluice::ingest
