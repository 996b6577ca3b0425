// What a received RTP packet is in its stream, and the payload that goes into the fan-out for it:
// the way in of media from WebRTC publishers.
#pragma once

#include <memory>
#include <vector>

#include "libs/media/track.h"
#include "libs/rtp/dependency_descriptor.h"
#include "libs/rtp/packet.h"

namespace sluice::rtp::payload {

// A payload as it stands in the fan-out: at most kMaxFanoutPayload bytes, and of VP8 and of VP9
// with one spatial layer, without what payload descriptors say of layers and picture numbers (it is
// in the role), so that packets can be left out and layers be joined without rewriting.
struct InspectedPayload {
  PacketRole role;              // its orientation and cts are left as they are
  bool first_of_frame = false;  // of all spatial layers that share a timestamp; audio: always
  bool last_of_frame = false;   // the marker
  // Samples since the RTP timestamp of the packet that it was cut out of; only of audio.
  uint32_t timestamp_offset = 0;
  // Of a key frame's first payload, if its headers say them.
  uint32_t width = 0;
  uint32_t height = 0;
  // Track.codec_config (of H.264), on the first payload of the key frame from which on it is
  // another one; empty = as before.
  Bytes codec_config;
  Bytes payload;
};

// One codec's payloads. Takes the packets of one SSRC in order of sequence number; a packet that
// comes after ones that stand behind it must be left out. No I/O, one thread at a time.
class PayloadInspector {
 public:
  virtual ~PayloadInspector() = default;

  // Appends the payloads to be sent on, in order. True with nothing appended is no loss: the packet
  // carries nothing (padding) or its content is held back for the next packet of its frame.
  //   dependency: of the packet's dependency descriptor; nullptr if it has none.
  //   Returns false for a malformed payload, of which nothing is taken; the caller counts it.
  virtual bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
                       std::vector<InspectedPayload>& out) = 0;
};

// nullptr: not a codec of WebRTC publishers (H.264, VP8, VP9, AV1, Opus, PCMU, PCMA, G.722).
//   codec_config: parameter sets from the session description (Track.codec_config); may be empty.
std::unique_ptr<PayloadInspector> MakeInspector(media::Codec codec, ByteView codec_config = {});

}  // namespace sluice::rtp::payload
