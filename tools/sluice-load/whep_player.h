// One WHEP player: POST, ICE check, DTLS, then it counts what comes. Nothing is decrypted.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "libs/base/random.h"
#include "libs/loop/fd_watcher.h"
#include "libs/loop/timer.h"
#include "libs/net/owned_fd.h"
#include "libs/rtp/sequence_number.h"
#include "tools/sluice-load/dtls_client.h"
#include "tools/sluice-load/http_exchange.h"

namespace sluice::load {

struct PlayerResult {
  std::string failure;  // empty = none
  bool connected = false;
  bool ended_by_server = false;
  std::string srtp_profile;
  uint64_t packets = 0;                  // RTP
  uint64_t bytes = 0;                    // UDP payload of those
  uint64_t lost = 0;                     // holes in the sequence numbers, never filled
  std::optional<Duration> first_packet;  // since the POST began
};

class WhepPlayer {
 public:
  WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsClientContext& dtls,
             HttpUrl url);
  ~WhepPlayer();

  void Start();
  // DELETEs the session, blocking.
  void Stop();
  PlayerResult result() const;

 private:
  struct Source {
    rtp::SequenceUnwrapper sequence;
    int64_t first = 0;
    int64_t highest = 0;
    uint64_t received = 0;
  };

  void OnAnswer(const absl::StatusOr<HttpAnswer>& answer);
  absl::Status Connect(const std::string& answer_sdp);
  void OnReadable();
  void OnDatagram(ByteView datagram);
  void OnRtp(ByteView packet);
  void OnTick();
  void SendCheck();
  void Send(ByteView datagram);
  void SendAll(const std::vector<Bytes>& datagrams);

  loop::EventLoop& loop_;
  RandomSource& random_;
  HttpUrl url_;
  std::string fingerprint_;
  std::string ufrag_;
  std::string password_;
  std::string remote_ufrag_;
  std::string remote_password_;
  std::string location_;
  net::OwnedFd fd_;
  std::unique_ptr<loop::FdWatcher> watcher_;
  loop::Timer tick_;
  int ticks_ = 0;
  DtlsClient dtls_;
  bool checked_ = false;
  Instant posted_{};
  std::map<uint32_t, Source> sources_;  // by SSRC; at most 16
  PlayerResult result_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sluice::load
