#include "libs/rtp/rfc4571.h"

#include <algorithm>

#include "libs/base/byte_writer.h"

namespace sluice::rtp {
namespace {

constexpr size_t kLengthBytes = 2;

size_t LengthAt(const uint8_t* bytes) { return size_t{bytes[0]} << 8 | bytes[1]; }

}  // namespace

std::optional<ByteView> Rfc4571Reader::Next() {
  if (pending_was_returned_) {
    pending_.clear();
    pending_was_returned_ = false;
  }
  if (!ok_) return std::nullopt;
  return pending_.empty() ? NextFromInput() : NextFromPending();
}

std::optional<ByteView> Rfc4571Reader::NextFromInput() {
  if (input_.size() >= kLengthBytes) {
    size_t length = LengthAt(input_.data());
    if (length > max_frame_) {
      ok_ = false;
      return std::nullopt;
    }
    if (input_.size() >= kLengthBytes + length) {
      ByteView frame = input_.subspan(kLengthBytes, length);
      input_ = input_.subspan(kLengthBytes + length);
      return frame;
    }
  }
  TakeIntoPending(input_.size());
  return std::nullopt;
}

std::optional<ByteView> Rfc4571Reader::NextFromPending() {
  TakeIntoPending(kLengthBytes);
  if (pending_.size() < kLengthBytes) return std::nullopt;
  size_t length = LengthAt(pending_.data());
  if (length > max_frame_) {
    ok_ = false;
    return std::nullopt;
  }
  TakeIntoPending(kLengthBytes + length);
  if (pending_.size() < kLengthBytes + length) return std::nullopt;
  pending_was_returned_ = true;
  return ByteView(pending_).subspan(kLengthBytes);
}

void Rfc4571Reader::TakeIntoPending(size_t wanted_size) {
  if (wanted_size <= pending_.size()) return;
  size_t count = std::min(wanted_size - pending_.size(), input_.size());
  pending_.insert(pending_.end(), input_.begin(), input_.begin() + static_cast<ptrdiff_t>(count));
  input_ = input_.subspan(count);
}

void AppendRfc4571Frame(ByteView packet, Bytes& out) {
  ByteWriter writer(out);
  writer.WriteU16(static_cast<uint16_t>(packet.size()));
  writer.WriteBytes(packet);
}

}  // namespace sluice::rtp
