// H.264 as it is received (RFC 6184, packetization modes 0 and 1).
#pragma once

#include "libs/rtp/payload/frame_boundary.h"
#include "libs/rtp/payload/h264/parameter_sets.h"
#include "libs/rtp/payload/inspector.h"

namespace sluice::rtp::payload::h264 {

// An IDR picture without parameter sets in front gets the last known ones. NAL units before the
// first slice of an access unit are held back for it, since only it says what kind of picture
// comes.
class Inspector : public PayloadInspector {
 public:
  // Held back, in bytes; a picture with more before its first slice loses what is beyond it.
  static constexpr size_t kMaxHeld = 32 << 10;

  explicit Inspector(ByteView codec_config) { sets_.TakeConfig(codec_config); }

  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;

 private:
  // What the access unit in hand is, known from its first slice on.
  struct Picture {
    bool has_slice = false;
    bool key_frame = false;
    bool recovery_point = false;
    bool referenced = false;
    bool has_sps = false;
    bool has_pps = false;
    bool said_to_recover = false;
    bool from_start = false;  // its beginning was seen
    bool started = false;     // something of it was given out
  };

  void Begin();
  void TakeNalUnits(ByteView payload, const std::vector<ByteView>& nal_units);
  void TakeFragment(ByteView payload);
  void Hold(ByteView nal_unit);
  void HoldFragment(uint8_t header, ByteView payload);
  void OnSlice(ByteView slice);
  void OnLaterSlice(uint8_t header);
  void CompleteParameterSets();
  void Emit(const RtpView& packet, const DependencyInfo* dependency,
            std::vector<InspectedPayload>& out);
  void DescribeKeyFrame(InspectedPayload& payload);

  FrameBoundary frames_;
  Picture picture_;
  ParameterSets sets_;
  uint32_t delivered_version_ = 0;
  std::vector<Bytes> held_;  // NAL units, at most kMaxHeld bytes
  size_t held_bytes_ = 0;
  bool in_held_fragments_ = false;
  Bytes fragmented_;  // a NAL unit to be held that comes in fragments, at most kMaxHeld bytes
  std::vector<Bytes> payloads_;  // of the packet in hand
};

}  // namespace sluice::rtp::payload::h264
