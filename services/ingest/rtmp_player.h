// One player of one stream over RTMP.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/net/stream_connection.h"
#include "services/ingest/played_streams.h"
#include "services/ingest/player_queue.h"

namespace sluice::ingest {

// Sends a stream's shared messages on its connection. Home loop only.
class RtmpPlayer final : public RtmpPlay::Player {
 public:
  struct Request {
    std::string name;
    uint32_t stream_id = 1;  // RTMP message stream
    size_t queue_limit = 0;  // bytes, see PlayerQueue
    Instant asked{};         // when the play command was read
    std::string id;          // unique in this daemon
  };
  // Ok: playing begins, the first messages follow at once: answer now. Else why not.
  using OnDecided = std::function<void(const absl::Status&)>;
  // The stream has ended. The player may be deleted inside.
  using OnEnded = std::function<void(const fanout::StreamEnd&)>;

  // All outlive this.
  RtmpPlayer(PlayedStreams& streams, net::StreamConnection& connection, loop::EventLoop& loop,
             Counters& counters, Request request, OnDecided on_decided, OnEnded on_ended);
  ~RtmpPlayer() override;

  void OnMessages(std::span<const PlayMessage> messages) override;
  void OnEnd(const fanout::StreamEnd& end) override;

  // Paused: nothing is sent. Afterwards it goes on at the live edge: with the cached group, or with
  // the next key frame if there is none.
  void SetPaused(bool paused);
  // type: kAudio or kVideo. Video that is wanted again goes on with the next key frame.
  void SetWanted(rtmp::MessageType type, bool wanted);

  const Request& request() const { return request_; }
  bool playing() const { return playing_; }
  absl::Time created() const { return created_; }
  uint64_t sent_messages() const { return sent_messages_; }
  uint64_t sent_bytes() const { return sent_bytes_; }
  uint64_t skipped_messages() const { return queue_.skipped_video() + queue_.skipped_audio(); }

 private:
  // Not paused, of a kind that is wanted, and decodable.
  bool Passes(const PlayMessage& message);
  net::SharedBytes BytesOf(const PlayMessage& message);

  PlayedStreams& streams_;
  net::StreamConnection& connection_;
  loop::EventLoop& loop_;
  Counters& counters_;
  Request request_;
  OnEnded on_ended_;
  PlayerQueue queue_;
  absl::Time created_;
  bool playing_ = false;
  bool picture_sent_ = false;
  bool paused_ = false;
  bool replaying_ = false;  // the cached group, after a pause
  bool audio_wanted_ = true;
  bool video_wanted_ = true;
  bool wait_for_key_frame_ = true;
  uint32_t last_timestamp_ = 0;  // of what was sent
  uint64_t sent_messages_ = 0;
  uint64_t sent_bytes_ = 0;
  std::vector<net::SharedBytes> slices_;  // of the batch in hand
};

}  // namespace sluice::ingest
