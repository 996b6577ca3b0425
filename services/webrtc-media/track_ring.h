// One track's recent packets on a worker, shared by all of its players there.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "libs/fanout/gop_cache.h"
#include "libs/media/track.h"
#include "libs/rtp/packet.h"

namespace sluice::webrtc_media {

// References, numbered by position: 0, 1, 2, ... without gaps, so that a player is a position in
// here and a NACK log entry is one, too. Keeps what a joiner needs (from the last key frame on,
// within fanout::GopCache::Limits) and at least the last kRecent packets for NACKs.
//
// A position sequence can always be sent as it is: where packets are missing (the queue was full,
// the feed was attached anew), video continues with the next key frame, and packets that come a
// second time are dropped. One thread.
class TrackRing {
 public:
  static constexpr size_t kRecent = 512;
  static constexpr Duration kRecentAudio = 1s;
  static constexpr size_t kMaxPadding = 64;  // bytes; a message of its own costs more

  explicit TrackRing(media::MediaKind kind) : kind_(kind) {}

  // False if the packet was dropped for one of the reasons above.
  bool Push(const rtp::PacketPtr& packet);

  uint64_t begin() const { return begin_; }
  uint64_t end() const { return begin_ + packets_.size(); }
  // begin() <= position < end().
  const rtp::Packet& at(uint64_t position) const { return *packets_[position - begin_].packet; }
  // Bytes of RTP padding that the packet is sent with; see EvenOut().
  uint8_t padding(uint64_t position) const { return packets_[position - begin_].padding; }

  // Pads the packets that came since the last call, where a few bytes make them as long as the one
  // behind them: browsers cut a picture into parts that differ by a byte or two, and only equal
  // datagrams leave in one message. Once per turn, before they are sent; not per player.
  void EvenOut();
  // Where decoding can begin: the first packet of the last key frame. nullopt: not yet, or its
  // group became too long. Always nullopt for audio.
  std::optional<uint64_t> key_frame() const { return key_frame_; }
  // Where a new player begins: key_frame(), or the last `audio` of sound. nullopt: wait.
  std::optional<uint64_t> JoinPosition(Duration audio) const;

  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    rtp::PacketPtr packet;
    uint8_t padding = 0;
  };

  bool AcceptVideo(const rtp::Packet& packet);
  void Trim();
  size_t SizeOf(uint64_t position) const;  // of the payload as it is sent
  void Lengthen(uint64_t position, size_t wanted);
  void PopFront();

  media::MediaKind kind_;
  std::deque<Entry> packets_;  // bounded by the limits, or kRecent packets
  uint64_t begin_ = 0;
  uint64_t evened_ = 0;  // positions before it are not changed any more
  size_t bytes_ = 0;     // footprint
  std::optional<uint64_t> key_frame_;
  std::optional<uint16_t> newest_sequence_number_;
  bool waits_for_key_frame_ = true;  // video
};

}  // namespace sluice::webrtc_media
