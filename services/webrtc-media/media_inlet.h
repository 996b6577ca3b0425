// The last step of a publisher's packets on the worker: what they are in the stream.
#pragma once

#include <memory>
#include <vector>

#include "libs/rtp/dependency_descriptor.h"
#include "libs/rtp/payload/inspector.h"
#include "services/webrtc-media/key_frame_wish.h"
#include "services/webrtc-media/published_item.h"
#include "services/webrtc-media/publisher_settings.h"
#include "services/webrtc-media/received_packet.h"

namespace sluice::webrtc_media {

// What a publisher has for the home loop in this turn.
struct PublishedTurn {
  PublishedItems items;
  size_t bytes = 0;  // footprint of the packets
};

// One encoding's packets, in order: finds their roles, puts the payloads into the fan-out's form,
// and lets video through only where it can be decoded: from a key frame on, up to the first hole.
// One thread.
class MediaInlet final : public PacketSink {
 public:
  // All outlive it.
  MediaInlet(const PublisherTrackSettings& track, uint16_t encoding, EncodingCounters& counters,
             PublishedTurn& turn);

  void OnPacket(const ReceivedPacket& packet) override;
  void OnHole() override;
  // What went out last did not arrive: as a hole, and the format is told again.
  void OnDropped();
  // False: nothing goes on until it is wanted again (not for sound).
  void SetWanted(bool wanted);
  bool wanted() const { return wanted_; }

  bool is_video() const { return track_.kind == media::MediaKind::kVideo; }
  // Of the format in use; the first agreed one's before the first packet.
  uint32_t clock_rate() const { return format_ != nullptr ? format_->clock_rate : 90000; }
  KeyFrameWish& key_frame() { return key_frame_; }

 private:
  bool ChangeFormat(uint8_t payload_type);
  void WaitForKeyFrame();
  void PassOn(const ReceivedPacket& packet, rtp::payload::InspectedPayload& payload);
  void NoteFormat(const rtp::payload::InspectedPayload& payload);

  const PublisherTrackSettings& track_;
  uint16_t encoding_;
  EncodingCounters& counters_;
  PublishedTurn& turn_;
  const PublisherFormat* format_ = nullptr;  // in track_
  std::unique_ptr<rtp::payload::PayloadInspector> inspector_;
  rtp::DependencyDescriptorReader dependency_;
  std::vector<rtp::payload::InspectedPayload> inspected_;  // reused
  FormatChange told_;
  bool format_told_ = false;
  bool waits_for_key_frame_ = true;  // video
  bool wanted_ = true;
  uint16_t shift_ = 0;  // of sequence numbers: payloads that were added by cutting
  KeyFrameWish key_frame_;
};

}  // namespace sluice::webrtc_media
