#include "services/http-gateway/console.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "libs/base/text.h"
#include "libs/daemon/publish_policy.h"
#include "libs/fanout/description_map.h"
#include "services/http-gateway/assets.h"

namespace sluice::http_gateway {
namespace {

using google::protobuf::Struct;

void SetText(Struct& object, const char* key, const std::string& value) {
  (*object.mutable_fields())[key].set_string_value(value);
}
void SetNumber(Struct& object, const char* key, double value) {
  (*object.mutable_fields())[key].set_number_value(value);
}
void SetBool(Struct& object, const char* key, bool value) {
  (*object.mutable_fields())[key].set_bool_value(value);
}
Struct* Child(Struct& object, const char* key) {
  return (*object.mutable_fields())[key].mutable_struct_value();
}

double UnixMs(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) * 1000 + time.nanos() / 1'000'000;
}

// The first of a kind stands for all; of simulcast video that is the highest layer.
void DescribeTrack(const v1::TrackStatus& status, Struct& stream) {
  media::Track track = fanout::FromProto(status.track());
  bool video = track.kind == media::MediaKind::kVideo;
  const char* kind = video ? "video" : "audio";
  if (stream.fields().contains(kind)) return;
  Struct& object = *Child(stream, kind);
  SetText(object, "codec", std::string(media::CodecName(track.codec)));
  if (video) {
    SetNumber(object, "width", track.width);
    SetNumber(object, "height", track.height);
    SetNumber(object, "frameRate", status.frame_rate());
    SetBool(object, "bFrames", status.has_b_frames());
  } else {
    SetNumber(object, "rate", track.clock_rate);
    SetNumber(object, "channels", track.channels);
  }
}

// The layers of a simulcast video, highest first; empty if there is one only.
void ListLayers(const v1::StreamStatus& status, Struct& stream) {
  auto* list = (*stream.mutable_fields())["layers"].mutable_list_value();
  for (const v1::TrackStatus& track_status : status.tracks()) {
    const v1::Track& track = track_status.track();
    if (track.rid().empty()) continue;
    Struct& layer = *list->add_values()->mutable_struct_value();
    SetText(layer, "rid", track.rid());
    SetNumber(layer, "width", track.width());
    SetNumber(layer, "height", track.height());
    SetNumber(layer, "bitrateBps", static_cast<double>(track_status.bitrate_bps()));
  }
}

uint64_t Bitrate(const v1::StreamStatus& status) {
  uint64_t bitrate = 0;
  for (const v1::TrackStatus& track : status.tracks()) bitrate += track.bitrate_bps();
  return bitrate;
}

// The renditions of the stream, which are nobody's streams.
void ListRenditions(const SuitePicture& picture, const std::string& name, Struct& stream) {
  auto* list = (*stream.mutable_fields())["renditions"].mutable_list_value();
  for (const KnownStream& known : picture.streams) {
    const v1::StreamStatus& status = known.status;
    if (status.key().name() != name || status.key().rendition().empty()) continue;
    Struct& rendition = *list->add_values()->mutable_struct_value();
    SetText(rendition, "profile", status.key().rendition());
    SetNumber(rendition, "bitrateBps", static_cast<double>(Bitrate(status)));
    SetNumber(rendition, "subscribers", status.subscribers());
    for (const v1::TrackStatus& track : status.tracks()) {
      SetText(rendition, "codec",
              std::string(media::CodecName(fanout::FromProto(track.track()).codec)));
    }
  }
}

void DescribeStream(const SuitePicture& picture, const KnownStream& known, Struct& stream) {
  const v1::StreamStatus& status = known.status;
  SetText(stream, "name", status.key().name());
  SetText(stream, "protocol", status.publisher_protocol());
  SetText(stream, "agent", status.publisher_agent());
  SetText(stream, "remark", status.remark());
  SetNumber(stream, "since", UnixMs(status.created()));
  SetNumber(stream, "players", picture.CountPlayers(status.key().name()));
  for (const v1::TrackStatus& track : status.tracks()) DescribeTrack(track, stream);
  SetNumber(stream, "bitrateBps", static_cast<double>(Bitrate(status)));
  ListLayers(status, stream);
  ListRenditions(picture, status.key().name(), stream);
}

// The different remarks of a stream's players, at most three.
std::string RemarkOfPlayers(const SuitePicture& picture, const std::string& stream_name) {
  constexpr size_t kMost = 3;
  std::set<std::string> remarks;
  for (const KnownPlayer& player : picture.players) {
    if (player.status.key().name() != stream_name || player.status.remark().empty()) continue;
    if (remarks.size() < kMost) remarks.insert(player.status.remark());
  }
  return absl::StrJoin(remarks, " | ");
}

// Of a ready ingest node's "rtmp 0.0.0.0:1935"; 0 if there is none.
int RtmpPort(const directory::Directory& directory) {
  for (const directory::NodePtr& node : directory.ListNodes("ingest")) {
    if (node->state() != v1::NODE_STATE_READY) continue;
    for (const std::string& listen : node->listen()) {
      int port = 0;
      if (listen.starts_with("rtmp ") &&
          absl::SimpleAtoi(listen.substr(listen.rfind(':') + 1), &port)) {
        return port;
      }
    }
  }
  return 0;
}

void AddAsset(http::Router& router, std::string_view path, std::string_view name,
              std::string_view media_type) {
  for (const Asset& asset : Assets()) {
    if (asset.name != name) continue;
    http::Response response;
    response.Set("Content-Type", std::string(media_type))
        .Set("ETag", StrCat("\"", asset.hash, "\""))
        .Set("Cache-Control", "no-cache")
        .Set("X-Content-Type-Options", "nosniff")
        .Set("Content-Security-Policy",
             "default-src 'self'; media-src 'self' blob: mediastream:; frame-ancestors 'self'");
    router.Add(http::Method::kGet, path,
               [asset, response](const http::Request& request, http::Responder responder) {
                 http::Response answer = response;
                 if (request.Header("if-none-match").find(asset.hash) != std::string_view::npos) {
                   answer.status = 304;
                 } else {
                   answer.body = std::string(asset.content);
                 }
                 responder.Send(std::move(answer));
               });
  }
}

}  // namespace

std::string ConsoleState(const SuitePicture& picture, const directory::Directory& directory,
                         bool open_publishing, const std::string& visitor) {
  Struct state;
  SetNumber(state, "rtmpPort", RtmpPort(directory));
  SetBool(state, "mayPublish", daemon::MayPublish(open_publishing, visitor).ok());
  auto* streams = (*state.mutable_fields())["streams"].mutable_list_value();
  for (const KnownStream& known : picture.streams) {
    if (!known.status.key().rendition().empty()) continue;
    const std::string& name = known.status.key().name();
    Struct& stream = *streams->add_values()->mutable_struct_value();
    DescribeStream(picture, known, stream);
    SetText(stream, "playersRemark", RemarkOfPlayers(picture, name));
  }
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(state, &json);
  return status.ok() ? json : "{\"streams\":[]}";
}

void AddConsoleRoutes(http::Router& router, SuiteStatus& suite,
                      const directory::Directory& directory, bool open_publishing) {
  AddAsset(router, "/", "index.html", "text/html; charset=utf-8");
  AddAsset(router, "/console/console.css", "console.css", "text/css; charset=utf-8");
  AddAsset(router, "/console/console.js", "console.js", "text/javascript; charset=utf-8");
  AddAsset(router, "/console/publish", "publish.html", "text/html; charset=utf-8");
  for (std::string_view script : {"http_session.js", "whep.js", "whip.js", "publish.js"}) {
    AddAsset(router, StrCat("/console/", script), script, "text/javascript; charset=utf-8");
  }
  AddAsset(router, "/console/icon.svg", "icon.svg", "image/svg+xml");
  AddAsset(router, "/favicon.ico", "icon.svg", "image/svg+xml");
  router.Add(http::Method::kGet, "/console/streams",
             [&suite, &directory, open_publishing](const http::Request& request,
                                                   http::Responder responder) {
               suite.Get([&directory, open_publishing, responder,
                          visitor = request.peer_address](const SuitePicture& picture) {
                 responder.Send(http::JsonResponse(
                     200, ConsoleState(picture, directory, open_publishing, visitor)));
               });
             });
}

}  // namespace sluice::http_gateway
