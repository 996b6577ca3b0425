// Any bytes as messages of a client, one per line, and as a body of /stream/find.
#include <cstdint>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/wcs/client_session.h"
#include "libs/wcs/stream_object.h"

namespace {

using namespace sluice;

// What an owner tells of a stream, with numbers and texts of the client's.
void Run(wcs::ClientSession& session, const wcs::StreamRequest& request) {
  const std::string& id = request.media_session_id;
  session.OnAnswered(id, request.sdp);
  session.OnNews(id, wcs::PlayedStream{.width = request.width, .height = request.height});
  session.OnNews(id, wcs::StreamEvent{"audioMuted", request.custom});
  session.OnStarted(id);
  session.OnNews(id, wcs::StreamEvent{"data", request.name});
  session.OnNews(id, wcs::VideoRate{request.max_bitrate});
  session.OnNews(id, wcs::NotEnoughBandwidth{request.bitrate, request.min_bitrate});
  session.OnTick(Instant{std::chrono::seconds(5)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = AsText({data, size});
  if (absl::StatusOr<wcs::StreamFilter> filter = wcs::ParseStreamFilter(text); filter.ok()) {
    filter->Matches(wcs::StreamObject{});
  }
  SystemRandom random;
  wcs::ClientSession session({.streams = {.max_streams = 4}}, random, Instant{});
  while (!text.empty()) {
    size_t end = text.find('\n');
    session.OnText(text.substr(0, end));
    for (const wcs::Action& action : session.TakeActions()) {
      if (const auto* start = std::get_if<wcs::StartStream>(&action)) Run(session, start->request);
      if (const auto* told = std::get_if<wcs::SendStreamEvent>(&action)) {
        session.OnNews(told->media_session_id, told->event);  // as if the publisher played itself
      }
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  session.OnSocketClosed(true);
  session.TakeActions();
  return 0;
}
