#include "libs/stun/transport_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "libs/base/text.h"

namespace sluice::stun {

TransportAddress TransportAddress::From(const sockaddr* address) {
  TransportAddress result;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof(v4));
    result.family = Family::kIpv4;
    result.port = ntohs(v4.sin_port);
    std::memcpy(result.bytes.data(), &v4.sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof(v6));
    result.family = Family::kIpv6;
    result.port = ntohs(v6.sin6_port);
    std::memcpy(result.bytes.data(), &v6.sin6_addr, 16);
  }
  return result;
}

std::string TransportAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family == Family::kIpv4) {
    inet_ntop(AF_INET, bytes.data(), text, sizeof(text));
    return StrCat(std::string(text), ":", port);
  }
  if (family == Family::kIpv6) {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
    return StrCat("[", std::string(text), "]:", port);
  }
  return "none";
}

}  // namespace sluice::stun
