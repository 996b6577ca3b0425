// All publishers of the node, and their streams: made from offers, taken over, ended, shown.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/sdp/publisher_answer.h"
#include "services/webrtc-media/answer_settings.h"
#include "services/webrtc-media/ice_patch.h"
#include "services/webrtc-media/published_stream.h"
#include "services/webrtc-media/session_watchers.h"
#include "services/webrtc-media/status_map.h"
#include "services/webrtc-media/worker_pool.h"

namespace sluice::webrtc_media {

// Home loop only.
class Publishers final : public PublisherDelegate, private PublishedStream::Listener {
 public:
  // One that takes a stream over has this long, or the grace if that is longer.
  static constexpr Duration kConnecting = 10s;

  struct Settings {
    NodeIdentity identity;
    size_t max_publishers = 1000;
    // A publisher that has sent something within this time keeps its name against others.
    Duration alive = 2s;
    // A stream whose publisher has vanished waits for another one; and one whose publisher has
    // said that it stops.
    Duration grace = 10s;
    Duration stop_grace{};
    std::vector<media::Codec> codec_order;  // in answers; empty = the offer's
  };
  struct Request {
    std::string session_id;  // 1..128 printable characters
    std::string stream_name;
    std::string offer_sdp;
    std::string owner;
    std::string protocol;
    std::string client_address;
    std::string agent;
    uint64_t min_bitrate_bps = 0;
    uint64_t max_bitrate_bps = 0;
    bool orientation = false;
    bool report_video_rate = false;
    bool audio_muted = false;
    bool video_muted = false;
    v1::IceTransport transport = v1::ICE_TRANSPORT_ANY;
  };
  using OnAnswer = std::function<void(absl::StatusOr<SessionAnswer>)>;

  // All of it outlives this. watchers: are told of the sessions.
  Publishers(Settings settings, relay::ClaimContext context, SessionWatchers& watchers);
  ~Publishers() override;

  // Before anything else. It outlives the publishers' last call.
  void SetPool(WorkerPool& pool);

  // Makes a publisher; on_answer is called once, in here or later. Errors as
  // WebRtc.CreatePublisher.
  void Create(Request request, OnAnswer on_answer);
  // client_lost: the stream waits for it as for one whose media has stopped. A publisher whose
  // session has ended by itself is still one that stops, while its stream waits. NotFound.
  absl::Status Close(const std::string& session_id, bool client_lost);
  // Trickle ICE and ICE restart. NotFound, else as PatchIce().
  absl::StatusOr<PatchedIce> Patch(const std::string& session_id, const IcePatch& patch);
  // To all players of the publisher's stream. NotFound, InvalidArgument (too long).
  absl::Status Tell(const std::string& session_id, fanout::StreamEvent event);
  bool Has(const std::string& session_id) const { return sessions_.contains(session_id); }
  // Appends the present state of `owner`'s publishers.
  void AppendPresent(const std::string& owner, std::vector<v1::SessionEvent>& present) const;

  // Takes no new publishers; calls back once when the last one has ended.
  void Drain(std::function<void()> drained);

  // What the daemon shows of itself.
  struct Counters {
    uint64_t created = 0;
    uint64_t refused = 0;
    uint64_t taken_over = 0;
    uint64_t ended[kEndReasons] = {};
    uint64_t key_frame_requests = 0;
  };
  const Counters& counters() const { return counters_; }
  size_t publisher_count() const { return sessions_.size(); }
  size_t stream_count() const { return streams_.size(); }
  // Sums over the encodings of all publishers, those that have ended included.
  struct Received {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t lost = 0;
    uint64_t recovered = 0;
  };
  Received received() const;

  // PublisherDelegate:
  void OnPublisherStarted(const std::string& session_id) override;
  void OnPublisherMedia(const std::string& session_id, PublishedItems items) override;
  void OnPublisherSilent(const std::string& session_id, bool silent) override;
  void OnPublisherEnded(const std::string& session_id, EndReason reason,
                        const std::string& detail) override;

 private:
  enum class State { kClaiming, kPending, kPublishing };
  struct Session {
    Request request;  // offer_sdp is cleared
    State state = State::kClaiming;
    Instant asked{};
    size_t worker = 0;
    IceCredentials ice;
    std::shared_ptr<PublisherCounters> counters;
    PublisherSettings settings;         // until the worker has them
    std::string answer;                 // until it is given
    OnAnswer on_answer;                 // until it is called
    PublishedStream* stream = nullptr;  // nullptr: it fills none any more
  };

  absl::Status Check(const Request& request) const;
  absl::StatusOr<Session> Negotiate(Request request);
  absl::Status CloseWaiting(const std::string& session_id, bool client_lost);
  PublishedStream::Source SourceOf(const Session& session) const;
  bool IsAlive(const Session& session) const;
  absl::Status TakeOver(PublishedStream& stream, Session& session);
  void Start(Session& session);
  void Refuse(const std::string& session_id, const absl::Status& status);
  void LogRefusal(const Request& request, const absl::Status& status);
  void LetGo(Session& session, const std::string& why);
  void EndStream(PublishedStream& stream, fanout::EndCause cause, const std::string& detail);
  void Remove(Session& session, EndReason reason);
  void Forget(const std::string& session_id);
  void OnTick();
  void TellVideoRate(const Session& session);
  v1::SessionEvent PresentOf(const Session& session) const;
  void Tell(const Session& session, v1::SessionEvent event);
  void CheckDrained();
  Session* Find(const std::string& session_id);

  // PublishedStream::Listener:
  void OnStreamDecided(PublishedStream& stream, const absl::Status& status) override;
  void OnNameLost(PublishedStream& stream, const absl::Status& reason) override;
  void OnGraceOver(PublishedStream& stream) override;
  void OnKeyFrameWanted(const std::string& session_id, uint16_t encoding) override;
  void OnLayersWanted(const std::string& session_id, uint32_t encodings,
                      uint64_t bitrate_bps) override;

  Settings settings_;
  relay::ClaimContext context_;
  SessionWatchers& watchers_;
  WorkerPool* pool_ = nullptr;
  std::map<std::string, Session> sessions_;  // by session id; at most max_publishers
  // By name; at most max_publishers, those that wait for one included.
  std::map<std::string, std::unique_ptr<PublishedStream>> streams_;
  std::vector<std::unique_ptr<PublishedStream>> ended_;  // in this turn of the loop
  Counters counters_;
  Received ended_received_;  // of publishers that have ended
  loop::Timer second_timer_;
  bool draining_ = false;
  std::function<void()> drained_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::webrtc_media
