// Publishes one FLV file by RTMP again and again, in real time.
#pragma once

#include <memory>
#include <string>

#include "libs/loop/timer.h"
#include "libs/net/socket_address.h"
#include "libs/net/stream_connection.h"
#include "tools/sluice-load/delay_meter.h"
#include "tools/sluice-load/flv_file.h"
#include "tools/sluice-load/rtmp_publish_protocol.h"

namespace sluice::load {

struct RtmpUrl {
  net::SocketAddress server;
  RtmpPublishProtocol::Target target;
};
// "rtmp://127.0.0.1:1935/live/cam": a numeric address. InvalidArgument otherwise.
absl::StatusOr<RtmpUrl> ParseRtmpUrl(std::string_view url);

class RtmpPublisher final : public net::StreamConnection::Delegate {
 public:
  // file and random outlive the publisher. Loop thread only.
  // sent: where pictures are noted; nullptr: nowhere.
  RtmpPublisher(loop::EventLoop& loop, RandomSource& random, RtmpUrl url, const FlvFile& file,
                SentPictures* sent = nullptr);

  void Start();
  // Says goodbye; the connection closes with the publisher.
  void End();
  bool publishing() const { return protocol_.publishing() && failure_.empty(); }
  const std::string& failure() const { return failure_; }  // empty = none
  uint64_t sent_bytes() const { return connection_ ? connection_->sent_bytes() : 0; }

 private:
  void OnBytes(ByteView bytes) override;
  void OnClosed(const absl::Status& status) override;
  void OnTick();
  void Flush();

  loop::EventLoop& loop_;
  RtmpUrl url_;
  const FlvFile& file_;
  SentPictures* sent_;
  RtmpPublishProtocol protocol_;
  std::unique_ptr<net::StreamConnection> connection_;
  loop::Timer tick_;
  Instant began_{};
  uint64_t next_ = 0;  // tags sent, all rounds
  std::string failure_;
};

}  // namespace sluice::load
