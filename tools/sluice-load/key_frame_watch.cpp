#include "tools/sluice-load/key_frame_watch.h"

namespace sluice::load {
namespace {

constexpr uint8_t kIdr = 5;
constexpr uint8_t kSps = 7;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kFuA = 28;

struct Contents {
  bool starts = false;  // parameter sets, or the first fragment of an IDR slice
  bool idr = false;
};

Contents ContentsOf(uint8_t nal_type) {
  return {.starts = nal_type == kIdr || nal_type == kSps, .idr = nal_type == kIdr};
}

Contents ContentsOfAggregate(ByteView units) {
  Contents contents;
  while (units.size() > 2) {
    size_t size = static_cast<size_t>(units[0] << 8 | units[1]);
    if (size == 0 || size > units.size() - 2) break;
    Contents unit = ContentsOf(units[2] & 0x1f);
    contents.starts |= unit.starts;
    contents.idr |= unit.idr;
    units = units.subspan(2 + size);
  }
  return contents;
}

Contents ContentsOf(ByteView payload) {
  if (payload.empty()) return {};
  uint8_t type = payload[0] & 0x1f;
  if (type == kStapA) return ContentsOfAggregate(payload.subspan(1));
  if (type != kFuA) return ContentsOf(type);
  if (payload.size() < 2) return {};
  Contents contents = ContentsOf(static_cast<uint8_t>(payload[1] & 0x1f));
  contents.starts &= (payload[1] & 0x80) != 0;
  return contents;
}

}  // namespace

bool KeyFrameWatch::OnPacket(const rtp::RtpView& packet) {
  if (done_) return true;
  Contents contents = ContentsOf(packet.payload);
  bool goes_on =
      in_key_frame_ && packet.rtp_timestamp == timestamp_ && packet.sequence_number == next_;
  if (!goes_on) {
    in_key_frame_ = contents.starts;
    whole_ = false;
    timestamp_ = packet.rtp_timestamp;
  }
  next_ = static_cast<uint16_t>(packet.sequence_number + 1);
  whole_ |= contents.idr;
  done_ = in_key_frame_ && whole_ && packet.marker;
  return done_;
}

}  // namespace sluice::load
