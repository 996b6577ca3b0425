#include "libs/rtp/payload/mpeg_audio/depacketizer.h"

#include <algorithm>
#include <utility>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::payload::mpeg_audio {

bool Depacketizer::Push(const Packet& packet, std::vector<Frame>& out) {
  CountGap(packet.sequence_number);
  ByteReader reader(packet.payload);
  reader.Skip(2);  // "must be zero", which nothing depends on
  size_t offset = reader.ReadU16();
  ByteView bytes = reader.rest();
  bool readable = reader.ok() && !bytes.empty();
  if (readable &&
      (offset == 0 ? TakeFrames(packet, bytes, out) : TakeFragment(packet, offset, bytes, out))) {
    return true;
  }
  ++counters_.malformed_packets;
  DropFragments();
  lost_ = true;
  return false;
}

void Depacketizer::Reset() {
  last_sequence_number_.reset();
  fragmented_.reset();
  lost_ = false;
}

void Depacketizer::CountGap(uint16_t sequence_number) {
  auto missing = last_sequence_number_
                     ? static_cast<uint16_t>(sequence_number - *last_sequence_number_ - 1)
                     : uint16_t{0};
  last_sequence_number_ = sequence_number;
  counters_.lost_packets += missing;
  if (missing == 0) return;
  DropFragments();
  lost_ = true;
}

bool Depacketizer::TakeFrames(const Packet& packet, ByteView bytes, std::vector<Frame>& out) {
  std::vector<Frame> frames;
  uint64_t samples = 0;
  while (!bytes.empty()) {
    std::optional<media::MpegAudioHeader> header = media::ParseMpegAudioHeader(bytes);
    if (!header.has_value()) return false;
    size_t size = std::min(header->size, bytes.size());
    // Only the first frame of a packet may go on in the next one (§3.5).
    if (size < header->size && !frames.empty()) return false;
    Frame& frame = frames.emplace_back();
    frame.bytes = ToBytes(bytes.first(size));
    frame.header = *header;
    frame.rtp_timestamp =
        packet.rtp_timestamp + static_cast<uint32_t>(samples * kClockRate / header->sample_rate);
    frame.arrival = packet.arrival;
    samples += header->samples;
    bytes = bytes.subspan(size);
  }
  DropFragments();
  if (frames.front().bytes.size() < frames.front().header.size) {
    fragmented_ = std::move(frames.front());
    return true;
  }
  for (Frame& frame : frames) Emit(std::move(frame), out);
  return true;
}

bool Depacketizer::TakeFragment(const Packet& packet, size_t offset, ByteView bytes,
                                std::vector<Frame>& out) {
  if (!fragmented_.has_value()) {
    lost_ = true;
    return true;  // of a frame whose beginning was lost
  }
  Bytes& joined = fragmented_->bytes;
  if (packet.rtp_timestamp != fragmented_->rtp_timestamp || offset != joined.size() ||
      joined.size() + bytes.size() > fragmented_->header.size) {
    return false;
  }
  joined.insert(joined.end(), bytes.begin(), bytes.end());
  if (joined.size() == fragmented_->header.size) {
    Emit(*std::exchange(fragmented_, std::nullopt), out);
  }
  return true;
}

void Depacketizer::DropFragments() {
  if (!fragmented_.has_value()) return;
  fragmented_.reset();
  lost_ = true;
}

void Depacketizer::Emit(Frame frame, std::vector<Frame>& out) {
  frame.after_loss = std::exchange(lost_, false);
  out.push_back(std::move(frame));
}

}  // namespace sluice::rtp::payload::mpeg_audio
