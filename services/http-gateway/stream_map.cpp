#include "services/http-gateway/stream_map.h"

#include <cmath>
#include <map>
#include <string>

#include "libs/base/text.h"
#include "libs/fanout/description_map.h"

namespace sluice::http_gateway {
namespace {

int64_t UnixMs(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

// "/clientIp:port", as WCS begins its session ids.
std::string SessionId(const std::string& address) {
  return address.empty() ? "" : StrCat("/", address);
}

// WCS calls everything over RTMP by the name of the plug-in that spoke it first.
std::string MediaProvider(const std::string& protocol) {
  if (protocol == "rtmp") return "Flash";
  if (protocol == "whep" || protocol == "whip" || protocol == "websdk" || protocol == "webrtc") {
    return "WebRTC";
  }
  return protocol;
}

// WCS has the names of SDP (RFC 3640 for AAC).
std::string WcsCodecName(media::Codec codec) {
  if (codec == media::Codec::kAac) return "mpeg4-generic";
  if (codec == media::Codec::kUnknown) return "";
  return std::string(media::CodecName(codec));
}

wcs::StreamObject Publisher(const KnownStream& known) {
  const v1::StreamStatus& status = known.status;
  wcs::StreamObject stream{.session_id = SessionId(status.publisher_address()),
                           .media_session_id = status.media_session_id(),
                           .name = status.key().name(),
                           .published = true,
                           .has_video = false,
                           .has_audio = false,
                           .status = wcs::StreamStatus::kPublishing,
                           .info = status.remark(),
                           .create_date_ms = UnixMs(status.created()),
                           .media_provider = MediaProvider(status.publisher_protocol()),
                           .node_id = known.node_id};
  for (const v1::TrackStatus& track_status : status.tracks()) {
    media::Track track = fanout::FromProto(track_status.track());
    uint64_t kbps = track_status.bitrate_bps() / 1000;
    if (track.kind == media::MediaKind::kAudio) {
      stream.has_audio = true;
      stream.audio_codec = WcsCodecName(track.codec);
      stream.audio_bitrate = kbps;
      continue;
    }
    // Of simulcast video the highest layer, which comes first, stands for all.
    stream.bitrate += kbps;
    if (stream.has_video) continue;
    stream.has_video = true;
    stream.video_codec = WcsCodecName(track.codec);
    stream.width = track.width;
    stream.height = track.height;
    stream.fps = std::round(track_status.frame_rate() * 10) / 10;
    stream.gop = static_cast<uint32_t>(
        std::lround(track_status.key_frame_interval_s() * track_status.frame_rate()));
  }
  return stream;
}

wcs::StreamObject Player(const KnownPlayer& known, const wcs::StreamObject* source) {
  const v1::PlayerStatus& status = known.status;
  wcs::StreamObject stream{.session_id = SessionId(status.address()),
                           .media_session_id = status.media_session_id().empty()
                                                   ? status.id()
                                                   : status.media_session_id(),
                           .name = status.key().name(),
                           .published = false,
                           .status = status.state() == "playing" ? wcs::StreamStatus::kPlaying
                                                                 : wcs::StreamStatus::kPending,
                           .info = status.remark(),
                           .create_date_ms = UnixMs(status.created()),
                           .media_provider = MediaProvider(status.protocol()),
                           .node_id = known.node_id};
  if (source != nullptr) {
    stream.has_video = source->has_video;
    stream.has_audio = source->has_audio;
    stream.video_codec = source->video_codec;
    stream.audio_codec = stream.media_provider == "WebRTC" && source->audio_codec == "mpeg4-generic"
                             ? "opus"  // browsers hear the Opus rendition
                             : source->audio_codec;
    stream.width = source->width;
    stream.height = source->height;
  }
  return stream;
}

}  // namespace

std::vector<wcs::StreamObject> ToStreamObjects(const SuitePicture& picture) {
  std::vector<wcs::StreamObject> streams;
  std::map<std::string, size_t> by_name;
  for (const KnownStream& known : picture.streams) {
    if (!known.status.key().rendition().empty()) continue;
    by_name[known.status.key().name()] = streams.size();
    streams.push_back(Publisher(known));
  }
  for (const KnownPlayer& known : picture.players) {
    auto source = by_name.find(known.status.key().name());
    streams.push_back(Player(known, source == by_name.end() ? nullptr : &streams[source->second]));
  }
  return streams;
}

}  // namespace sluice::http_gateway
