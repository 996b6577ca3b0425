// Any bytes as messages of a client, one per line, and as a body of /stream/find.
#include <cstdint>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/wcs/client_session.h"
#include "libs/wcs/stream_object.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  std::string_view text = AsText({data, size});
  if (absl::StatusOr<wcs::StreamFilter> filter = wcs::ParseStreamFilter(text); filter.ok()) {
    filter->Matches(wcs::StreamObject{});
  }
  SystemRandom random;
  wcs::ClientSession session({.max_streams = 4}, random, Instant{});
  while (!text.empty()) {
    size_t end = text.find('\n');
    session.OnText(text.substr(0, end));
    for (const wcs::Action& action : session.TakeActions()) {
      if (const auto* play = std::get_if<wcs::StartPlay>(&action)) {
        session.OnPlayAnswered(play->request.media_session_id, play->request.sdp);
        session.OnPlaying(play->request.media_session_id, {.width = play->request.width});
        session.OnTick(Instant{std::chrono::seconds(5)});
      }
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  session.OnSocketClosed();
  session.TakeActions();
  return 0;
}
