#include "services/webrtc-media/received_extensions.h"

#include "libs/rtp/header_writer.h"

namespace sluice::webrtc_media {
namespace {

std::string_view Text(ByteView value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

}  // namespace

ExtensionIds ExtensionIds::Of(const PublisherSettings& settings) {
  ExtensionIds ids;
  const auto take = [](uint8_t& id, uint8_t agreed) {
    if (id == 0) id = agreed;
  };
  for (const PublisherTrackSettings& track : settings.tracks) {
    take(ids.mid, track.mid_id);
    take(ids.rid, track.rid_id);
    take(ids.repaired_rid, track.repaired_rid_id);
    take(ids.transport_sequence, track.transport_sequence_id);
    take(ids.orientation, track.orientation_id);
    take(ids.dependency, track.dependency_descriptor_id);
  }
  return ids;
}

ReceivedExtensions ReadExtensions(const rtp::RtpView& packet, const ExtensionIds& ids) {
  ReceivedExtensions found;
  rtp::ForEachExtension(packet, [&](uint8_t id, ByteView value) {
    if (id == ids.transport_sequence && value.size() == 2) {
      found.transport_sequence = static_cast<uint16_t>(value[0] << 8 | value[1]);
    } else if (id == ids.dependency) {
      found.dependency = value;
    } else if (id == ids.orientation && value.size() == 1) {
      found.orientation = value[0];
    } else if (id == ids.mid) {
      found.mid = Text(value);
    } else if (id == ids.rid) {
      found.rid = Text(value);
    } else if (id == ids.repaired_rid) {
      found.repaired_rid = Text(value);
    }
  });
  return found;
}

}  // namespace sluice::webrtc_media
