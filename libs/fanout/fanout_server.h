// The socket side of a daemon's publications: subscribers of other daemons connect here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "libs/fanout/publication.h"
#include "libs/net/stream_listener.h"

namespace sluice::fanout {

class SubscriberConnection;

// Listens on a Unix socket. A subscriber first asks over gRPC (Fanout.Subscribe) and gets a token;
// the token is its first frame on the socket. Format: docs/fanout.md. Home loop only.
class FanoutServer {
 public:
  FanoutServer(loop::EventLoop& loop, RandomSource& random);
  ~FanoutServer();

  // path: at most 107 bytes; a stale socket file is replaced.
  absl::Status Listen(const std::string& path);
  // "unix:<path>", for SubscribeResponse.
  std::string address() const;

  // A token for one connection, 16 bytes, valid for 10 s. At most 1024 wait at a time
  // (ResourceExhausted). track_ids: empty = all tracks. `publication` may go: the token is then
  // void.
  absl::StatusOr<std::string> IssueToken(std::weak_ptr<Publication> publication,
                                         std::vector<uint32_t> track_ids);

  struct Counters {
    uint64_t connections = 0;      // ever accepted
    uint64_t refused = 0;          // no or wrong token
    uint64_t skipped_packets = 0;  // a subscriber was behind
    size_t unsent_bytes = 0;       // now, over all subscribers
    size_t subscribers = 0;        // now
  };
  Counters counters() const;

 private:
  friend class SubscriberConnection;
  struct Ticket {
    std::weak_ptr<Publication> publication;
    std::vector<uint32_t> track_ids;
    Instant expires;
  };

  void Accept(net::OwnedFd fd);
  void Remove(SubscriberConnection& connection);
  void DropExpiredTickets();

  loop::EventLoop& loop_;
  RandomSource& random_;
  std::unique_ptr<net::StreamListener> listener_;
  std::string path_;
  std::map<std::string, Ticket> tickets_;  // by token; at most 1024
  std::map<SubscriberConnection*, std::unique_ptr<SubscriberConnection>> connections_;
  Counters counters_;
  std::shared_ptr<bool> alive_;  // false once this is deleted
};

}  // namespace sluice::fanout
