#include "services/ingest/play_metadata.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "libs/media/audio_specific_config.h"
#include "libs/media/mpeg_audio_header.h"

namespace sluice::ingest {
namespace {

// What is heard: of AAC with SBR the doubled rate.
uint32_t SampleRateOf(const media::Track& audio) {
  if (audio.codec == media::Codec::kMp3) {
    auto header = media::ParseMpegAudioHeader(audio.codec_config);
    return header.has_value() ? header->sample_rate : 0;
  }
  auto config = media::ParseAudioSpecificConfig(audio.codec_config);
  return config.ok() ? config->output_sample_rate : audio.clock_rate;
}

amf::EcmaArray OwnMetadata(const media::Track* video, const media::Track* audio) {
  amf::EcmaArray metadata;
  auto add = [&](std::string name, amf::Value value) {
    metadata.properties.push_back({std::move(name), std::move(value)});
  };
  add("server", "Sluice");
  if (video != nullptr) {
    add("videocodecid", static_cast<double>(flv::VideoCodec::kH264));
    if (video->width > 0) add("width", static_cast<double>(video->width));
    if (video->height > 0) add("height", static_cast<double>(video->height));
    if (video->frame_rate > 0) add("framerate", video->frame_rate);
  }
  if (audio != nullptr) {
    bool mp3 = audio->codec == media::Codec::kMp3;
    add("audiocodecid", static_cast<double>(mp3 ? flv::AudioCodec::kMp3 : flv::AudioCodec::kAac));
    if (uint32_t rate = SampleRateOf(*audio); rate > 0) {
      add("audiosamplerate", static_cast<double>(rate));
    }
    add("audiochannels", static_cast<double>(audio->channels));
    add("stereo", audio->channels > 1);
  }
  return metadata;
}

}  // namespace

amf::EcmaArray PlayMetadata(const amf::Value& publisher, const media::Track* video,
                            const media::Track* audio) {
  amf::EcmaArray metadata = OwnMetadata(video, audio);
  const std::vector<amf::Property>* said = publisher.properties();
  if (said == nullptr) return metadata;
  size_t own = metadata.properties.size();
  for (const amf::Property& property : *said) {
    bool of_no_track = (video == nullptr && property.name == "videocodecid") ||
                       (audio == nullptr && property.name == "audiocodecid");
    auto end = metadata.properties.begin() + static_cast<ptrdiff_t>(own);
    bool ours = std::any_of(metadata.properties.begin(), end, [&](const amf::Property& known) {
      return known.name == property.name;
    });
    if (!ours && !of_no_track) metadata.properties.push_back(property);
  }
  return metadata;
}

}  // namespace sluice::ingest
