// Sound to Opus.
#pragma once

#include <deque>

#include "libs/rtp/payload/opus/payload.h"
#include "services/transcoder/conversion.h"
#include "services/transcoder/opus_pipeline.h"
#include "services/transcoder/pipeline_runner.h"
#include "services/transcoder/rendition_timeline.h"
#include "services/transcoder/sound_source.h"

namespace sluice::transcoder {

class SoundConversion final : public Conversion {
 public:
  // InvalidArgument: the track's codec_config cannot be read.
  static absl::StatusOr<std::unique_ptr<Conversion>> Make(ConversionContext& context,
                                                          const media::Track& source,
                                                          Delegate delegate);
  ~SoundConversion() override { Stop(); }

  TrackSource& source() override { return source_; }
  media::Track track() const override;
  fanout::GopCache::Limits cache_limits() const override;
  void Start() override;
  void Stop() override;

 private:
  struct WaitingAccessUnit {
    Bytes bytes;
    int64_t position_ns = 0;
  };

  SoundConversion(ConversionContext& context, const media::Track& source, SoundFormat format,
                  Delegate delegate);

  void OnStarted();
  void OnSound(CodedSound sound);
  void PushIntoPipeline(ByteView bytes, int64_t position_ns);
  void OnFrame(OpusFrame frame);

  ConversionContext& context_;
  Delegate delegate_;
  SoundFormat format_;
  SoundSource source_;
  RenditionTimeline timeline_;
  rtp::payload::opus::Packetizer packetizer_;
  PipelineRunner<OpusPipeline> runner_;
  // While the pipeline is being made: the newest 50 ms, and no more than 64.
  std::deque<WaitingAccessUnit> waiting_;
  Instant newest_arrival_{};  // of the source's access units
  bool stopped_ = false;
};

}  // namespace sluice::transcoder
