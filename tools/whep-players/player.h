// One player: POST, ICE check, DTLS, then it counts what arrives.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "libs/base/instant.h"
#include "libs/base/random.h"
#include "tools/whep-players/dtls_client.h"
#include "tools/whep-players/http_client.h"
#include "tools/whep-players/offer.h"

namespace sluice::whep_players {

// What arrived of one RTP source, by its sequence numbers.
struct SourceCounts {
  uint64_t packets = 0;
  uint64_t lost = 0;     // holes that were not filled
  uint16_t highest = 0;  // sequence number
};

class Player {
 public:
  Player(const DtlsClientContext& context, const std::string& fingerprint, RandomSource& random);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Blocks for the HTTP exchange; then the socket is open and the first check is on its way.
  absl::Status Play(const HttpUrl& url);
  // Ends the session at the server.
  void Stop();

  int fd() const { return fd_; }
  // Reads what is there.
  void OnReadable();
  // Call every 100 ms: checks, and lost DTLS flights again.
  void OnTimer(Instant now);

  uint64_t packets() const;
  uint64_t lost() const;
  uint64_t bytes() const { return bytes_; }
  // Since the POST.
  std::optional<Duration> first_packet() const { return first_packet_; }

 private:
  absl::Status Open(const RemoteDescription& remote);
  void SendCheck();
  void OnDatagram(ByteView datagram);
  void OnRtp(ByteView packet);
  void Send(const std::vector<Bytes>& datagrams);

  DtlsClient dtls_;
  LocalDescription local_;
  RemoteDescription remote_;
  RandomSource& random_;
  std::optional<HttpUrl> session_;
  int fd_ = -1;
  bool checked_ = false;
  Instant posted_{};
  Instant next_check_{};
  uint64_t bytes_ = 0;
  std::optional<Duration> first_packet_;
  std::map<uint32_t, SourceCounts> sources_;  // by SSRC; at most kMaxSources
};

}  // namespace sluice::whep_players
