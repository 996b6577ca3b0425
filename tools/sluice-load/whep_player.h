// One WHEP player: POST, ICE check, DTLS, then it counts what comes. Packets are decrypted until
// the first key frame is there, and after that only by players that are told to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "libs/base/random.h"
#include "libs/loop/fd_watcher.h"
#include "libs/loop/timer.h"
#include "tools/sluice-load/dtls_endpoint.h"
#include "tools/sluice-load/http_exchange.h"
#include "tools/sluice-load/ice_check.h"
#include "tools/sluice-load/key_frame_watch.h"
#include "tools/sluice-load/offer.h"
#include "tools/sluice-load/player_result.h"
#include "tools/sluice-load/srtp_receiver.h"
#include "tools/sluice-load/track_meter.h"
#include "tools/sluice-load/udp_receiver.h"

namespace sluice::load {

class WhepPlayer {
 public:
  struct Settings {
    HttpUrl url;
    std::string token;
    bool bursts = true;    // see UdpReceiver
    bool decrypt = false;  // all the time
  };

  // random and dtls outlive the player. Loop thread only.
  WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
             Settings settings);
  ~WhepPlayer();

  void Start();
  // DELETEs the session, blocking.
  void Stop();
  bool has_media() const { return result_.packets > 0; }
  PlayerResult result() const;

 private:
  void OnAnswer(const absl::StatusOr<HttpAnswer>& answer);
  absl::Status Connect(const HttpAnswer& answer);
  void OnReadable();
  void OnDatagram(std::span<uint8_t> datagram);
  void OnStun(ByteView datagram);
  void OnDtls(ByteView datagram);
  void OnRtp(std::span<uint8_t> packet);
  void CheckContents(std::span<uint8_t> packet, bool h264);
  void OnTick();
  void SendAll(const std::vector<Bytes>& datagrams);

  loop::EventLoop& loop_;
  RandomSource& random_;
  Settings settings_;
  std::string fingerprint_;
  IceCredentials ice_;
  AnswerFacts answer_;
  std::optional<HttpUrl> session_;  // what DELETE goes to
  UdpReceiver socket_;
  std::unique_ptr<loop::FdWatcher> watcher_;
  loop::Timer tick_;
  DtlsEndpoint dtls_;
  bool checked_ = false;
  Instant posted_{};
  std::unique_ptr<SrtpReceiver> srtp_;  // while packets are decrypted
  KeyFrameWatch key_frame_;
  struct Track {
    TrackMeter meter;
    bool video = false;
  };
  std::map<uint32_t, Track> tracks_;  // by SSRC, repairs left out; at most kMaxTracks
  PlayerResult result_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sluice::load
