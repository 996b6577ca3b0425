#include "services/signalling-gateway/config.h"

namespace sluice::signalling_gateway {

void Config::Describe(config::Section& section) {
  section.Bind("ws_address", ws_address,
               "Numeric address of the listeners; empty: all, IPv6 and IPv4.");
  section.Bind("ws_port", ws_port, "TCP port of WebSocket signalling.");
  section.Bind("wss_port", wss_port,
               "TCP port of the same over TLS; opened when common.tls_certificate is given.");
  section.Bind("max_clients", max_clients, {1, 100'000}, "clients",
               "Connected clients; more are told to come back later.");
  section.Bind("max_streams_per_client", max_streams_per_client, {1, 10'000}, "streams",
               "Streams of one client at a time; more end in FAILED.");
  section.Bind("ping_period", ping_period, {100ms, 60s},
               "Time between two ping messages to a client.");
  section.Bind("max_missed_pongs", max_missed_pongs, {1, 1000}, "pings",
               "A client that has left this many pings unanswered is disconnected.");
  section.Bind("handshake_timeout", handshake_timeout, {1s, 60s},
               "How long a connection may take to become a WebSocket; then it is closed.");
  section.Bind("connect_timeout", connect_timeout, {100ms, 60s},
               "How long a WebSocket may take to send its connection message; then it is closed.");
  section.Bind("call_timeout", call_timeout, {100ms, 30s},
               "How long a media node may take to answer an offer.");
  section.Bind("inbound_video_rate_stat_send_interval", inbound_video_rate_stat_send_interval,
               {0, 3600}, "seconds",
               "Time between two messages that tell a publisher what has arrived of its video, for "
               "the SDK's connection quality; 0: none.");
  section.Bind("outbound_video_rate_stat_send_interval", outbound_video_rate_stat_send_interval,
               {0, 3600}, "seconds", "The same for players: what has been sent.");
}

}  // namespace sluice::signalling_gateway
