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
  section.Bind(
      "max_silent", max_silent, {1, 100'000}, "connections",
      "Connections that have not sent their connect command; a further one takes the place "
      "of the oldest.");
  section.Bind("idle_timeout", idle_timeout, {5s, 600s},
               "A client from which nothing comes and to which nothing gets is closed.");
  section.Bind("publisher_timeout", publisher_timeout, {1s, 3600s},
               "A publisher that sends neither audio nor video for this long is closed, and its "
               "stream ends.");
  section.Bind("takeover", takeover,
               "Whether a publisher may take over a name that another connection of this daemon "
               "publishes: the other is closed, the players stay. false: the name is refused until "
               "the other has gone. With true, whoever may publish may also cut others off.");
  section.Bind("player_queue", player_queue,
               {config::ByteSize{1 << 20}, config::ByteSize{256 << 20}},
               "Unsent bytes of one player, a joiner's first group of pictures (at most 8 MiB) "
               "included; beyond it video is skipped to the next key frame.");
}

}  // namespace sluice::ingest
