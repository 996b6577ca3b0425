// The parameter sets that a stream's key frames need, as they were last seen.
#pragma once

#include <map>
#include <vector>

#include "libs/base/bytes.h"

namespace sluice::rtp::payload::h264 {

class ParameterSets {
 public:
  // By their ids. A set beyond these limits, or one longer than kMaxBytes, is not kept.
  static constexpr size_t kMaxSps = 4;
  static constexpr size_t kMaxPps = 16;
  static constexpr size_t kMaxBytes = 512;

  // codec_config: an AVCDecoderConfigurationRecord; one that cannot be read is ignored.
  void TakeConfig(ByteView codec_config);
  // Keeps a NAL unit if it is a parameter set.
  void Take(ByteView nal_unit);

  bool complete() const { return !sps_.empty() && !pps_.empty(); }
  // SPS first. Borrowed until the next Take().
  std::vector<ByteView> NalUnits() const;
  // The AVCDecoderConfigurationRecord of them; empty while they are not complete.
  Bytes Config() const;
  // Grows with every change.
  uint32_t version() const { return version_; }

  struct Size {
    uint32_t width = 0;
    uint32_t height = 0;
  };
  // Of the SPS that was taken last; 0 while there is none that can be read.
  Size size() const { return size_; }

 private:
  using Sets = std::map<uint32_t, Bytes>;
  void Keep(Sets& sets, size_t most, uint32_t id, ByteView nal_unit);

  Sets sps_;
  Sets pps_;
  uint32_t version_ = 0;
  Size size_;
};

}  // namespace sluice::rtp::payload::h264
