#include "libs/wcs/client_streams.h"

#include <utility>

#include "libs/base/text.h"
#include "libs/wcs/info.h"
#include "libs/wcs/server_message.h"

namespace sluice::wcs {
namespace {

std::string_view MethodOf(const StreamRequest& request) {
  return request.published ? "publishStream" : "playStream";
}

bool IsPending(const StreamObject& object) { return object.status == StreamStatus::kPending; }

// What a stream that runs does not do of what was asked; empty: it does all of it.
std::string Remarks(const StreamRequest& request) {
  std::string remarks;
  auto add = [&remarks](std::string_view remark) {
    remarks += StrCat(remarks.empty() ? "" : "; ", remark);
  };
  if (request.record) add(info::kNoRecording);
  if (!request.rtmp_url.empty()) add(info::kNoRepublishing);
  return remarks;
}

}  // namespace

ClientStreams::ClientStreams(ClientStreamsOptions options, ActionQueue& actions)
    : options_(options), actions_(actions) {}

std::vector<StreamObject> ClientStreams::List() const {
  std::vector<StreamObject> objects;
  for (const auto& [id, stream] : streams_) objects.push_back(stream.object);
  return objects;
}

// --- From the client ---

void ClientStreams::Start(const StreamRequest& request, bool connected) {
  const std::string& id = request.media_session_id;
  if (id.empty()) {
    actions_.Fail(MethodOf(request), "", info::kMediaSessionIdNull);
  } else if (streams_.contains(id)) {
    // Not a stream status: that would end the stream which has this id.
    actions_.Fail(MethodOf(request), id, info::kMediaSessionIdAlreadyInUse);
  } else if (!connected) {
    Refuse(request, info::kSessionNotReady);
  } else if (!request.media_provider.empty() && request.media_provider != "WebRTC") {
    Refuse(request, info::kNotWebRtc);
  } else if (streams_.size() >= options_.max_streams) {
    Refuse(request, info::kTooManyStreams);
  } else {
    StreamRequest wanted = request;
    if (auto early = early_mutes_.extract(id)) {
      wanted.audio_muted = early.mapped().audio;
      wanted.video_muted = early.mapped().video;
    }
    Add(wanted);
  }
}

void ClientStreams::Add(const StreamRequest& request) {
  StreamObject object = NewObject(request.published, request.media_session_id, request.name);
  object.status = StreamStatus::kPending;
  object.has_video = request.has_video;
  object.has_audio = request.has_audio;
  object.record = request.record;
  object.width = request.width;
  object.height = request.height;
  object.bitrate = request.bitrate;
  object.min_bitrate = request.min_bitrate;
  object.max_bitrate = request.max_bitrate;
  object.quality = request.quality;
  object.transport = request.transport;
  object.custom = request.custom;
  object.create_date_ms = options_.unix_ms ? options_.unix_ms() : 0;
  if (request.published) {
    object.info = Remarks(request);
    if (!object.info.empty()) actions_.Refused(MethodOf(request), object.info);
  } else {
    object.audio_muted = object.video_muted = false;
  }
  // The SDK has told its page PENDING by itself; a message of ours would tell it twice.
  streams_.emplace(request.media_session_id, Stream{.object = std::move(object)});
  actions_.Push(StartStream{request});
}

StreamObject ClientStreams::NewObject(bool published, std::string_view id,
                                      std::string_view name) const {
  return {.app_key = owner_.app_key,
          .session_id = owner_.session_id,
          .media_session_id = std::string(id),
          .name = std::string(name),
          .published = published,
          .node_id = owner_.node_id};
}

void ClientStreams::Refuse(const StreamRequest& request, std::string_view info) {
  actions_.Refused(MethodOf(request), info);
  StreamObject object = NewObject(request.published, request.media_session_id, request.name);
  object.status = StreamStatus::kFailed;
  object.info = std::string(info);
  actions_.Send(StreamStatusMessage(object));
}

void ClientStreams::Stop(const StopStreamRequest& request) {
  const std::string& id = request.media_session_id;
  auto found = streams_.find(id);
  if (found == streams_.end()) {
    // It may have ended while the request was on its way: what the client waits for is an end.
    StreamObject object = NewObject(request.published, id, request.name);
    object.status = request.published ? StreamStatus::kUnpublished : StreamStatus::kStopped;
    object.info = std::string(info::kStreamNotFound);
    // The end of its media may have come before the word that it was meant.
    if (request.published) actions_.Push(StopStream{id});
    return actions_.Send(StreamStatusMessage(object));
  }
  actions_.Push(StopStream{id});
  bool published = found->second.object.published;
  OnEnded(id, published ? StreamStatus::kUnpublished : StreamStatus::kStopped,
          info::kStoppedByUser);
}

void ClientStreams::StopAll(bool client_lost) {
  for (const auto& [id, stream] : streams_) actions_.Push(StopStream{id, client_lost});
  streams_.clear();
}

void ClientStreams::SendEvent(const SendStreamEventRequest& request) {
  constexpr std::string_view kMethod = "sendStreamEvent";
  const std::string& id = request.media_session_id;
  auto found = streams_.find(id);
  if (found == streams_.end() && TakeEarlyMute(request)) return;
  if (found == streams_.end() || !found->second.object.published) {
    actions_.Fail(kMethod, id, info::kStreamNotFound);
  } else if (!IsStreamEventType(request.event.type)) {
    actions_.Fail(kMethod, id, info::kUnknownStreamEvent);
  } else if (request.event.payload.size() > kMaxEventPayloadBytes) {
    actions_.Fail(kMethod, id, info::kLongStreamEvent);
  } else if (!MayTell(found->second, request.event)) {
    actions_.Fail(kMethod, id, info::kPublishStreamIsNotReady);
  } else {
    actions_.Push(SendStreamEvent{id, request.event});
  }
}

bool ClientStreams::TakeEarlyMute(const SendStreamEventRequest& request) {
  const std::string& id = request.media_session_id;
  std::optional<Mute> mute = MuteOf(request.event.type);
  if (!mute || id.empty()) return false;
  if (early_mutes_.size() >= kMaxEarlyMutes && !early_mutes_.contains(id)) return false;
  (mute->audio ? early_mutes_[id].audio : early_mutes_[id].video) = mute->muted;
  return true;
}

// Pages mute as soon as they have asked to publish, and the players are to know that.
bool ClientStreams::MayTell(const Stream& stream, const StreamEvent& event) const {
  return !IsPending(stream.object) || MuteOf(event.type).has_value();
}

// --- From the owner ---

void ClientStreams::OnAnswered(std::string_view id, std::string_view answer_sdp) {
  if (streams_.contains(id)) actions_.Send(SetRemoteSdpMessage(id, answer_sdp));
}

void ClientStreams::OnStarted(std::string_view id) {
  auto found = streams_.find(id);
  if (found == streams_.end() || !IsPending(found->second.object)) return;
  StreamObject& object = found->second.object;
  object.status = object.published ? StreamStatus::kPublishing : StreamStatus::kPlaying;
  actions_.Send(StreamStatusMessage(object));
  if (!object.published) TellSize(object);
}

void ClientStreams::OnNews(std::string_view id, const StreamNews& news) {
  auto found = streams_.find(id);
  if (found == streams_.end()) return;
  std::visit([&](const auto& what) { Apply(found->second, what); }, news);
}

void ClientStreams::OnEnded(std::string_view id, StreamStatus status, std::string_view info) {
  auto found = streams_.find(id);
  if (found == streams_.end()) return;
  found->second.object.status = status;
  found->second.object.info = std::string(info);
  actions_.Send(StreamStatusMessage(found->second.object));
  streams_.erase(found);
}

// --- News ---

void ClientStreams::Apply(Stream& stream, const PlayedStream& played) {
  StreamObject& object = stream.object;
  object.has_video = played.has_video;
  object.has_audio = played.has_audio;
  if (IsPending(object)) {  // told by OnStarted
    bool other_size = object.width != 0 && object.height != 0 &&
                      (object.width != played.width || object.height != played.height);
    if (other_size || object.bitrate != 0) object.info = info::kNearestPlayed;
    object.width = played.width;
    object.height = played.height;
    object.audio_muted = played.audio_muted;
    object.video_muted = played.video_muted;
    return;
  }
  bool resized = object.width != played.width || object.height != played.height;
  object.width = played.width;
  object.height = played.height;
  if (resized) TellSize(object);
  // Its event may have been lost on the way, or another publisher has taken the stream over.
  TellMute(object, {.audio = true, .muted = played.audio_muted});
  TellMute(object, {.audio = false, .muted = played.video_muted});
}

void ClientStreams::TellSize(const StreamObject& object) {
  if (object.width == 0 || object.height == 0) return;
  // Pages listen to the one or to the other, by their age.
  actions_.Send(ResizeMessage(object.media_session_id, object.width, object.height));
  actions_.Send(VideoFormatMessage(object.media_session_id, object.width, object.height));
}

void ClientStreams::TellMute(StreamObject& object, Mute mute) {
  std::optional<bool>& state = mute.audio ? object.audio_muted : object.video_muted;
  if (std::exchange(state, mute.muted) == mute.muted) return;
  StreamEvent event{.type = std::string(TypeOf(mute))};
  actions_.Send(StreamEventMessage(object.media_session_id, event, object.name));
}

void ClientStreams::Apply(Stream& stream, const StreamEvent& event) {
  if (!IsStreamEventType(event.type)) return;
  StreamObject& object = stream.object;
  if (std::optional<Mute> mute = MuteOf(event.type)) {
    std::optional<bool>& state = mute->audio ? object.audio_muted : object.video_muted;
    if (std::exchange(state, mute->muted) == mute->muted) return;  // known already
    if (IsPending(object)) return;                                 // told with PLAYING
  }
  actions_.Send(StreamEventMessage(object.media_session_id, event, object.name));
}

// Clients compare what they are told with what they have counted since they were told last: bits,
// whatever the time between.
void ClientStreams::Apply(Stream& stream, const VideoRate& rate) {
  const StreamObject& object = stream.object;
  uint32_t period =
      object.published ? options_.inbound_rate_seconds : options_.outbound_rate_seconds;
  if (period == 0) return;
  stream.video_bits += rate.bits_per_second;
  if (++stream.video_seconds < period) return;
  actions_.Send(VideoRateMessage(object.media_session_id, object.published, stream.video_bits));
  stream.video_bits = 0;
  stream.video_seconds = 0;
}

void ClientStreams::Apply(Stream& stream, const NotEnoughBandwidth& lack) {
  const std::string& id = stream.object.media_session_id;
  actions_.Send(NotEnoughBandwidthEventMessage(id, lack));   // for pages as they are today,
  actions_.Send(NotEnoughBandwidthStatusMessage(id, lack));  // and for older ones
}

}  // namespace sluice::wcs
