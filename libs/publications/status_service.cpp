#include "libs/publications/status_service.h"

#include <utility>

#include "libs/fanout/description_map.h"

namespace sluice::publications {
namespace {

v1::TrackStatus TrackStatusOf(const media::Track& track, const fanout::TrackCounters& counters) {
  v1::TrackStatus status;
  *status.mutable_track() = fanout::ToProto(track);
  status.set_packets(counters.packets);
  status.set_bytes(counters.bytes);
  status.set_bitrate_bps(counters.bitrate_bps);
  status.set_frame_rate(counters.frame_rate);
  status.set_key_frame_interval_s(counters.key_frame_interval_s);
  status.set_has_b_frames(counters.has_b_frames);
  return status;
}

}  // namespace

v1::StreamStatus StatusOf(const fanout::Publication& publication) {
  const fanout::Publication::Settings& settings = publication.settings();
  v1::StreamStatus status;
  *status.mutable_key() = fanout::ToProto(settings.key);
  status.set_media_session_id(settings.media_session_id);
  status.set_publisher_protocol(settings.publisher_protocol);
  status.set_publisher_address(settings.publisher_address);
  status.set_publisher_agent(settings.publisher_agent);
  status.mutable_created()->set_seconds(absl::ToUnixSeconds(publication.created()));
  status.set_subscribers(static_cast<uint32_t>(publication.fan().sink_count()));
  status.set_cached_bytes(publication.fan().cache().bytes());
  status.set_remark(publication.remark());
  if (publication.description() == nullptr) return status;
  for (const media::Track& track : publication.description()->tracks) {
    *status.add_tracks() = TrackStatusOf(track, publication.Counters(track.id));
  }
  return status;
}

StatusService::StatusService(loop::EventLoop& loop, const PublicationTable& table,
                             ListPlayersHere list_players)
    : table_(table), list_players_(std::move(list_players)), calls_(loop) {}

grpc::ServerUnaryReactor* StatusService::ListStreams(grpc::CallbackServerContext* context,
                                                     const v1::ListStreamsRequest* request,
                                                     v1::ListStreamsResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::ListStreamsRequest&, rpc::Reply<v1::ListStreamsResponse> reply) {
        v1::ListStreamsResponse answer;
        for (const fanout::Publication* publication : table_.List()) {
          *answer.add_streams() = StatusOf(*publication);
        }
        reply(std::move(answer));
      });
}

grpc::ServerUnaryReactor* StatusService::ListPlayers(grpc::CallbackServerContext* context,
                                                     const v1::ListPlayersRequest* request,
                                                     v1::ListPlayersResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::ListPlayersRequest& asked, rpc::Reply<v1::ListPlayersResponse> reply) {
        v1::ListPlayersResponse answer;
        if (list_players_) list_players_(asked, answer);
        reply(std::move(answer));
      });
}

}  // namespace sluice::publications
