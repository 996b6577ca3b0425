// Tracks, packets and a sink that remembers, for tests of everything behind a publication.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "libs/fanout/sink.h"

namespace sluice::test {

inline media::Track VideoTrack() {
  media::Track track;
  track.kind = media::MediaKind::kVideo;
  track.codec = media::Codec::kH264;
  track.clock_rate = 90000;
  return track;
}

inline media::Track AudioTrack() {
  media::Track track;
  track.kind = media::MediaKind::kAudio;
  track.codec = media::Codec::kAac;
  track.clock_rate = 48000;
  track.channels = 2;
  return track;
}

inline fanout::DescriptionPtr Describe(std::vector<media::Track> tracks, uint64_t epoch = 1) {
  auto description = std::make_shared<media::StreamDescription>();
  description->epoch = epoch;
  uint32_t id = 0;
  for (media::Track& track : tracks) {
    track.id = ++id;
    track.ssrc = 1000 + id;
    track.payload_type = static_cast<uint8_t>(95 + id);
  }
  description->tracks = std::move(tracks);
  description->ready = true;
  return description;
}

// A packet of its own access unit: marker and start are set. Change what differs with the builder
// calls.
class PacketBuilder {
 public:
  explicit PacketBuilder(uint32_t track_id) {
    packet_.track_id = track_id;
    packet_.ssrc = 1000 + track_id;
    packet_.payload_type = static_cast<uint8_t>(95 + track_id);
    packet_.marker = true;
    packet_.role.starts_access_unit = true;
    packet_.payload = Bytes(100, 0x41);
  }
  PacketBuilder& KeyFrame() {
    packet_.role.key_frame = true;
    return *this;
  }
  PacketBuilder& RecoveryPoint() {
    packet_.role.recovery_point = true;
    return KeyFrame();
  }
  PacketBuilder& Discardable() {
    packet_.role.discardable = true;
    return *this;
  }
  PacketBuilder& Marker(bool marker) {
    packet_.marker = marker;
    return *this;
  }
  PacketBuilder& Starts(bool starts) {
    packet_.role.starts_access_unit = starts;
    return *this;
  }
  PacketBuilder& Layer(uint8_t temporal_layer, bool sync = true) {
    packet_.role.temporal_layer = temporal_layer;
    packet_.role.layer_sync = sync;
    return *this;
  }
  PacketBuilder& Orientation(uint8_t orientation) {
    packet_.role.orientation = orientation;
    return *this;
  }
  PacketBuilder& Cts(int32_t cts) {
    packet_.role.cts = cts;
    return *this;
  }
  PacketBuilder& At(Instant arrival) {
    packet_.arrival = arrival;
    return *this;
  }
  PacketBuilder& Timestamp(uint32_t timestamp) {
    packet_.rtp_timestamp = timestamp;
    return *this;
  }
  PacketBuilder& Sequence(uint16_t number) {
    packet_.sequence_number = number;
    return *this;
  }
  PacketBuilder& Payload(Bytes payload) {
    packet_.payload = std::move(payload);
    return *this;
  }
  PacketBuilder& Size(size_t bytes) {
    packet_.payload = Bytes(bytes, 0x41);
    return *this;
  }

  rtp::Packet Value() const { return packet_; }
  rtp::PacketPtr Shared() const { return std::make_shared<const rtp::Packet>(packet_); }

 private:
  rtp::Packet packet_;
};

class RecordingSink final : public fanout::Sink {
 public:
  void OnItems(std::span<const fanout::Item> items) override {
    batches.push_back(items.size());
    all.insert(all.end(), items.begin(), items.end());
  }
  template <typename T>
  std::vector<T> Of() const {
    std::vector<T> found;
    for (const fanout::Item& item : all) {
      if (const T* value = std::get_if<T>(&item)) found.push_back(*value);
    }
    return found;
  }
  std::vector<rtp::PacketPtr> packets() const { return Of<rtp::PacketPtr>(); }

  std::vector<fanout::Item> all;
  std::vector<size_t> batches;
};

}  // namespace sluice::test
