#include "services/webrtc-media/reorder_buffer.h"

#include <algorithm>
#include <utility>

namespace sluice::webrtc_media {

void ReorderBuffer::Begin(int64_t sequence) {
  missing_.Clear();
  kept_.reset();
  begun_ = true;
  next_ = sequence;
  newest_ = sequence - 1;
}

void ReorderBuffer::Reset() {
  if (!std::exchange(begun_, false)) return;
  Begin(0);
  begun_ = false;
  unwrapper_ = {};
  sink_.OnHole();
}

ReorderBuffer::Verdict ReorderBuffer::Take(const ReceivedPacket& packet, Instant now) {
  const int64_t sequence = Peek(packet.rtp.sequence_number);
  unwrapper_.Unwrap(packet.rtp.sequence_number);
  Verdict verdict = Verdict::kNew;
  if (!begun_) {
    Begin(sequence);
  } else if (sequence - newest_ > kWindow) {
    given_up_ += missing_.size();
    Begin(sequence);
    sink_.OnHole();
    verdict = Verdict::kJump;
  } else if (sequence - next_ >= kWindow) {
    AdvanceTo(sequence - kWindow + 1);
  }
  if (sequence < next_) return Verdict::kUseless;
  if (sequence > newest_) {
    missing_.Add(newest_ + 1, sequence - 1, now);
    newest_ = sequence;
  } else if (!missing_.Has(sequence)) {
    return Verdict::kUseless;
  } else {
    if (const auto time = missing_.Remove(sequence, now)) NoteAnswer(*time);
    ++recovered_;
    verdict = Verdict::kMissing;
  }
  if (sequence != next_) {
    Keep(sequence, packet);
    return verdict;
  }
  ++next_;
  sink_.OnPacket(packet);
  PassOnKept();
  return verdict;
}

// The first number is raised by 2^16, so that those just before it are positive, too.
int64_t ReorderBuffer::Peek(uint16_t sequence_number) const {
  return (int64_t{1} << 16) + unwrapper_.Peek(sequence_number);
}

bool ReorderBuffer::IsMissing(uint16_t sequence_number) const {
  return begun_ && missing_.Has(Peek(sequence_number));
}

bool ReorderBuffer::IsNewOrMissing(uint16_t sequence_number) const {
  const int64_t sequence = Peek(sequence_number);
  return begun_ &&
         (missing_.Has(sequence) || (sequence > newest_ && sequence <= newest_ + kWindow));
}

void ReorderBuffer::Keep(int64_t sequence, const ReceivedPacket& packet) {
  if (kept_ == nullptr) kept_ = std::make_unique<std::array<Kept, kWindow>>();
  Kept& kept = At(sequence);
  const ByteView payload = packet.rtp.payload;
  kept.bytes.reserve(payload.size() + packet.dependency.size());
  kept.bytes.assign(payload.begin(), payload.end());
  kept.bytes.insert(kept.bytes.end(), packet.dependency.begin(), packet.dependency.end());
  kept.packet = packet;
  kept.packet.rtp.extension = {};
  kept.packet.rtp.payload = ByteView(kept.bytes).first(payload.size());
  kept.packet.dependency = ByteView(kept.bytes).subspan(payload.size());
  kept.used = true;
}

void ReorderBuffer::PassOnKept() {
  while (kept_ != nullptr && next_ <= newest_ && At(next_).used) {
    Kept kept = std::exchange(At(next_), {});
    ++next_;
    sink_.OnPacket(kept.packet);
  }
}

// Everything before `sequence` goes on, or is given up.
void ReorderBuffer::AdvanceTo(int64_t sequence) {
  bool hole = false;
  for (; next_ < sequence && next_ <= newest_; ++next_) {
    if (kept_ != nullptr && At(next_).used) {
      if (std::exchange(hole, false)) sink_.OnHole();
      sink_.OnPacket(std::exchange(At(next_), {}).packet);
    } else {
      hole = true;
      ++given_up_;
    }
  }
  next_ = sequence;
  missing_.DropBefore(sequence);
  if (hole) sink_.OnHole();
  PassOnKept();
}

void ReorderBuffer::GiveUp(Patience patience, Instant now) {
  while (!missing_.empty()) {
    const bool too_many = patience.newer != 0 && newest_ - next_ >= patience.newer;
    if (now - missing_.oldest_since() < patience.time && !too_many) return;
    int64_t resumes = next_;
    while (resumes <= newest_ && !At(resumes).used) ++resumes;
    AdvanceTo(resumes);
  }
}

void ReorderBuffer::NoteAnswer(Duration time) {
  answer_time_ = answer_time_ == Duration(0) ? time : (answer_time_ * 7 + time) / 8;
}

}  // namespace sluice::webrtc_media
