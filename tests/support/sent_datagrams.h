// A BatchSender that keeps what it is given.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "libs/net/batch_sender.h"

namespace sluice::net {

class SentDatagrams final : public BatchSender {
 public:
  struct Datagram {
    SocketAddress to;
    Bytes bytes;
  };

  size_t Send(std::span<const UdpMessage> messages) override {
    size_t done = 0;
    for (const UdpMessage& message : messages) {
      if (message.path != nullptr) {
        if (room == 0) break;
        --room;
        messages_sent.push_back(message.segments);
        Split(message);
      }
      ++done;
    }
    return done;
  }

  // What has been sent since the last call.
  std::vector<Datagram> Take() { return std::exchange(datagrams, {}); }

  size_t room = std::numeric_limits<size_t>::max();  // messages that are still taken
  std::vector<Datagram> datagrams;
  std::vector<uint16_t> messages_sent;  // segments of each

 private:
  void Split(const UdpMessage& message) {
    for (size_t at = 0; at < message.bytes.size(); at += message.segment_size) {
      const size_t size = std::min<size_t>(message.segment_size, message.bytes.size() - at);
      datagrams.push_back({message.path->to, ToBytes(message.bytes.subspan(at, size))});
    }
    counters_.datagrams += message.segments;
    counters_.bytes += message.bytes.size();
  }
};

}  // namespace sluice::net
