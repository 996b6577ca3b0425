// The publishers and players of one client, from the request to the final status.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libs/wcs/action.h"
#include "libs/wcs/stream_object.h"

namespace sluice::wcs {

struct ClientStreamsOptions {
  size_t max_streams = 100;  // publishers and players together
  // Seconds between two messages of connection quality; 0 = none.
  uint32_t inbound_rate_seconds = 1;   // to publishers
  uint32_t outbound_rate_seconds = 1;  // to players
  int64_t (*unix_ms)() = nullptr;      // for createDate; nullptr = 0
};

// One state machine for both kinds: pending, then publishing or playing, then gone. Every stream
// that was taken ends in a final status or with its socket. Without I/O: what is to be done goes
// into the queue of actions.
class ClientStreams {
 public:
  // What all stream objects of the session have in common.
  struct Owner {
    std::string app_key;
    std::string session_id;
    std::string node_id;
  };

  // `actions` must outlive this.
  ClientStreams(ClientStreamsOptions options, ActionQueue& actions);
  void set_owner(Owner owner) { owner_ = std::move(owner); }

  // From the client. `connected`: it may start streams.
  void Start(const StreamRequest& request, bool connected);
  void Stop(const StopStreamRequest& request);
  void SendEvent(const SendStreamEventRequest& request);
  // The socket has gone: everything is stopped without a message.
  void StopAll(bool client_lost);

  // As in ClientSession. Unknown ids (stopped in the meantime) are ignored.
  void OnAnswered(std::string_view id, std::string_view answer_sdp);
  void OnStarted(std::string_view id);
  void OnNews(std::string_view id, const StreamNews& news);
  void OnEnded(std::string_view id, StreamStatus status, std::string_view info);

  std::vector<StreamObject> List() const;

 private:
  struct Stream {
    StreamObject object;
    uint64_t video_bits = 0;  // since the last message of connection quality
    uint32_t video_seconds = 0;
  };

  void Add(const StreamRequest& request);
  StreamObject NewObject(bool published, std::string_view id, std::string_view name) const;
  // Ends in FAILED what has never become a stream.
  void Refuse(const StreamRequest& request, std::string_view info);
  bool MayTell(const Stream& stream, const StreamEvent& event) const;
  bool TakeEarlyMute(const SendStreamEventRequest& request);

  void Apply(Stream& stream, const PlayedStream& played);
  void Apply(Stream& stream, const StreamEvent& event);
  void Apply(Stream& stream, const VideoRate& rate);
  void Apply(Stream& stream, const NotEnoughBandwidth& lack);
  void TellSize(const StreamObject& object);
  void TellMute(StreamObject& object, Mute mute);

  ClientStreamsOptions options_;
  ActionQueue& actions_;
  Owner owner_;
  std::map<std::string, Stream, std::less<>> streams_;  // at most options_.max_streams
  // A page that mutes as soon as it has its tracks does so before its publishStream.
  struct EarlyMute {
    bool audio = false;
    bool video = false;
  };
  static constexpr size_t kMaxEarlyMutes = 16;  // more are refused
  std::map<std::string, EarlyMute> early_mutes_;
};

}  // namespace sluice::wcs
