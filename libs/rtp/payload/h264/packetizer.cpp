#include "libs/rtp/payload/h264/packetizer.h"

#include <utility>

#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/h264/cutter.h"

namespace sluice::rtp::payload::h264 {
void Packetizer::Packetize(const AccessUnitView& access_unit, std::vector<Packet>& out) const {
  const size_t first = out.size();
  std::vector<Bytes> payloads;
  Cutter cutter(max_payload_, payloads);
  for (ByteView nal_unit : access_unit.nal_units) {
    if (IsCarried(nal_unit)) cutter.Add(nal_unit);
  }
  cutter.Finish();
  for (Bytes& payload : payloads) out.emplace_back().payload = std::move(payload);
  if (out.size() == first) return;
  media::H264PictureKind kind = media::KindOf(access_unit.nal_units);
  for (size_t i = first; i < out.size(); ++i) {
    out[i].rtp_timestamp = access_unit.rtp_timestamp;
    out[i].arrival = access_unit.arrival;
    out[i].role.key_frame = kind.idr || kind.recovery_point;
    out[i].role.recovery_point = kind.recovery_point;
    out[i].role.discardable = kind.has_slice && !kind.referenced;
  }
  out[first].role.starts_access_unit = true;
  out[first].role.cts = access_unit.cts;
  out.back().marker = true;
}

}  // namespace sluice::rtp::payload::h264
