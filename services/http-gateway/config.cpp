#include "services/http-gateway/config.h"

namespace sluice::http_gateway {

void Config::Describe(config::Section& section) {
  section.Bind("http_address", http_address,
               "Numeric address of the listeners; empty: all, IPv6 and IPv4.");
  section.Bind("http_port", http_port, "TCP port of HTTP: console, WHIP, WHEP, REST.");
  section.Bind("https_port", https_port,
               "TCP port of HTTPS; opened when common.tls_certificate is given.");
  section.Bind("max_connections", max_connections, {1, 100'000}, "connections",
               "Open connections; more are closed at once.");
  section.Bind("request_timeout", request_timeout, {1s, 600s},
               "How long a request's header, and again its body, may take to arrive; then 408.");
  section.Bind("call_timeout", call_timeout, {100ms, 30s},
               "How long a media node may take to answer a player's offer; whatever waits for no "
               "stream has 900 ms.");
  section.Bind("rest_allow_origin", rest_allow_origin,
               "Access-Control-Allow-Origin of /rest-api and /api; empty: pages of other origins "
               "cannot read them.");
  section.Bind(
      "ice_servers", ice_servers,
      "STUN and TURN servers that WHIP and WHEP clients are told of, each \"stun:HOST\" or "
      "\"turn:HOST?transport=udp USER CREDENTIAL\".");
}

}  // namespace sluice::http_gateway
