// Puts the packets of one source in order, for a bounded time (RFC 3550 §A.1).
#pragma once

#include <array>
#include <memory>

#include "libs/rtp/sequence_number.h"
#include "services/webrtc-media/nack_list.h"
#include "services/webrtc-media/received_packet.h"

namespace sluice::webrtc_media {

// Packets in order go straight on, without a copy. What is behind a gap is kept, at most kWindow
// packets and so long as Patience says; then the gap is given up and becomes a hole. One thread.
class ReorderBuffer {
 public:
  static constexpr int64_t kWindow = 512;  // packets

  struct Patience {
    Duration time{};    // that a packet is waited for
    int64_t newer = 0;  // packets that have come since; 0 = any number
  };
  enum class Verdict : uint8_t {
    kNew,      // the newest so far
    kMissing,  // has filled a gap
    kUseless,  // has been here already, or is too late
    kJump,     // far ahead: everything begins anew with it
  };

  explicit ReorderBuffer(PacketSink& sink) : sink_(sink) {}

  // Takes one packet; what can go on goes to the sink in here.
  Verdict Take(const ReceivedPacket& packet, Instant now);
  // True if Take() would give kMissing.
  bool IsMissing(uint16_t sequence_number) const;
  // True if Take() would give kMissing, or kNew of the next window.
  bool IsNewOrMissing(uint16_t sequence_number) const;
  // Gives up gaps that have been waited for long enough.
  void GiveUp(Patience patience, Instant now);
  // Another source begins: forgets everything. The sink is told of a hole if anything had come.
  void Reset();

  // What is to be asked for; see NackList::TakeDue().
  size_t TakeDue(Duration round_trip, Instant now, rtp::rtcp::Nack& nack) {
    return missing_.TakeDue(newest_, round_trip, now, nack);
  }
  bool complete() const { return missing_.empty(); }
  // Of the last packets that were asked for once: from the question to the answer; 0 = not known.
  Duration answer_time() const { return answer_time_; }
  uint64_t given_up() const { return given_up_; }    // packets, ever
  uint64_t recovered() const { return recovered_; }  // packets that filled a gap

 private:
  struct Kept {
    bool used = false;
    ReceivedPacket packet;  // borrows from `bytes`
    Bytes bytes;            // payload, then dependency descriptor
  };

  int64_t Peek(uint16_t sequence_number) const;
  void Begin(int64_t sequence);
  void Keep(int64_t sequence, const ReceivedPacket& packet);
  void PassOnKept();
  void AdvanceTo(int64_t sequence);
  void NoteAnswer(Duration time);
  Kept& At(int64_t sequence) { return (*kept_)[static_cast<size_t>(sequence) % kWindow]; }

  PacketSink& sink_;
  rtp::SequenceUnwrapper unwrapper_;
  bool begun_ = false;
  int64_t next_ = 0;    // to go to the sink
  int64_t newest_ = 0;  // that has come
  NackList missing_;    // in [next_, newest_]
  // Made at the first gap; slot of a sequence number: modulo.
  std::unique_ptr<std::array<Kept, kWindow>> kept_;
  Duration answer_time_{0};
  uint64_t given_up_ = 0;
  uint64_t recovered_ = 0;
};

}  // namespace sluice::webrtc_media
