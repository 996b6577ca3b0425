// FLV tags: any bytes are refused, or their body lies inside them.
#include <algorithm>
#include <cstdlib>

#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::ByteView message(data, size);
  auto inside = [&](sluice::ByteView body) {
    return body.size() < size && body.data() + body.size() == data + size;
  };
  auto video = sluice::flv::ParseVideoTag(message);
  if (video.tag.has_value()) {
    if (!inside(video.tag->body)) std::abort();
    sluice::Bytes header;
    sluice::flv::AppendAvcTagHeader(video.tag->frame_type, video.tag->packet_type,
                                    video.tag->composition_time_ms, header);
    bool avc = video.tag->codec == sluice::flv::VideoCodec::kH264;
    if (avc && !std::equal(header.begin(), header.end(), data)) std::abort();
  }
  auto audio = sluice::flv::ParseAudioTag(message);
  if (audio.has_value() && !inside(audio->body)) std::abort();
  return 0;
}
