#include "services/signalling-gateway/session_news.h"

namespace sluice::signalling_gateway {

std::optional<wcs::StreamNews> NewsOf(const v1::SessionEvent& event) {
  switch (event.news_case()) {
    case v1::SessionEvent::kPlayed:
      return wcs::PlayedStream{.has_video = event.played().has_video(),
                               .has_audio = event.played().has_audio(),
                               .width = event.played().width(),
                               .height = event.played().height(),
                               .video_muted = event.played().video_muted(),
                               .audio_muted = event.played().audio_muted()};
    case v1::SessionEvent::kStreamEvent:
      return wcs::StreamEvent{event.stream_event().type(), event.stream_event().payload()};
    case v1::SessionEvent::kVideoRate:
      return wcs::VideoRate{event.video_rate().bits_per_second()};
    case v1::SessionEvent::kNotEnoughBandwidth:
      return wcs::NotEnoughBandwidth{
          .stream_bps = event.not_enough_bandwidth().stream_bitrate_bps(),
          .network_bps = event.not_enough_bandwidth().network_bandwidth_bps()};
    case v1::SessionEvent::NEWS_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace sluice::signalling_gateway
