// Pictures to H.264 or VP8 that every browser shows.
#pragma once

#include <deque>
#include <map>

#include "libs/base/instant.h"
#include "services/transcoder/conversion.h"
#include "services/transcoder/picture_pipeline.h"
#include "services/transcoder/picture_source.h"
#include "services/transcoder/pipeline_runner.h"
#include "services/transcoder/rendition_timeline.h"
#include "services/transcoder/steady_positions.h"

namespace sluice::transcoder {

class PictureConversion final : public Conversion {
 public:
  // Target: kH264 or kVp8. source: H.264, VP8, VP9 or AV1.
  template <media::Codec Target>
  static absl::StatusOr<std::unique_ptr<Conversion>> Make(ConversionContext& context,
                                                          const media::Track& source,
                                                          Delegate delegate) {
    return std::unique_ptr<Conversion>(
        std::make_unique<PictureConversion>(context, source, Target, std::move(delegate)));
  }
  PictureConversion(ConversionContext& context, const media::Track& source, media::Codec target,
                    Delegate delegate);
  ~PictureConversion() override { Stop(); }

  TrackSource& source() override { return *source_; }
  media::Track track() const override { return track_; }
  fanout::GopCache::Limits cache_limits() const override { return {}; }
  void Start() override;
  void Stop() override;
  bool RequestKeyFrame() override;

 private:
  void OnStarted();
  void OnPicture(CodedPicture coded);
  void Wait(SourcePicture picture);
  void PushIntoPipeline(const SourcePicture& picture);
  void OnFrame(const EncodedPicture& picture);
  void PacketizeH264(const EncodedPicture& picture, uint32_t rtp_timestamp, Instant arrival);
  void PacketizeVp8(const EncodedPicture& picture, uint32_t rtp_timestamp, Instant arrival);
  void FollowParameterSets(std::span<const ByteView> nal_units);
  void FollowSize(uint32_t width, uint32_t height);
  void OnKeyFrameMissing();
  Instant ArrivalOf(int64_t position_ns);
  void CountLosses();

  ConversionContext& context_;
  Delegate delegate_;
  media::Track track_;  // as given to on_track last
  std::unique_ptr<PictureSource> source_;
  Instant asked_{};  // the source for a key frame
  RenditionTimeline timeline_;
  SteadyPositions positions_;
  PipelineRunner<PicturePipeline> runner_;
  // While the pipeline is being made: all since the last key frame, bounded as the pipeline's
  // queue.
  std::deque<SourcePicture> waiting_;
  size_t waiting_bytes_ = 0;
  std::map<int64_t, Instant> arrivals_;  // by position in the pipeline; at most 2048
  PicturePipeline::Counters counted_;    // of the pipeline's counters
  std::vector<rtp::Packet> packets_;     // of one frame
  bool key_frame_wanted_ = false;        // before the pipeline was there
  bool stopped_ = false;
};

}  // namespace sluice::transcoder
