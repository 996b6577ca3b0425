// RTP and RTCP on byte streams: each packet behind its 16-bit length (RFC 4571 §2).
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::rtp {

inline constexpr size_t kMaxRfc4571Frame = 65535;  // bytes, without the length

// Bytes in any pieces to whole frames. Frames that lie whole in a piece are not copied.
//
//   reader.Feed(bytes);
//   while (auto frame = reader.Next()) Take(*frame);
//   if (!reader.ok()) Close();
class Rfc4571Reader {
 public:
  // max_frame: longest frame taken, in bytes. Also the bound of what is kept between pieces.
  explicit Rfc4571Reader(size_t max_frame = kMaxRfc4571Frame) : max_frame_(max_frame) {}

  // Borrows `bytes` until Next() has returned nullopt, which must happen before the next Feed().
  void Feed(ByteView bytes) { input_ = bytes; }
  // The next whole frame (it may be empty), borrowed until the next call. nullopt: feed more, or
  // !ok().
  std::optional<ByteView> Next();
  // False for good after a frame longer than max_frame.
  bool ok() const { return ok_; }
  // Kept of a frame that is not whole yet.
  size_t pending_bytes() const { return pending_.size(); }

 private:
  std::optional<ByteView> NextFromInput();
  std::optional<ByteView> NextFromPending();
  void TakeIntoPending(size_t wanted_size);

  size_t max_frame_;
  ByteView input_;
  Bytes pending_;  // length and bytes of one unfinished frame: at most 2 + max_frame_
  bool pending_was_returned_ = false;
  bool ok_ = true;
};

// Appends one frame. `packet` is at most kMaxRfc4571Frame bytes.
void AppendRfc4571Frame(ByteView packet, Bytes& out);

}  // namespace sluice::rtp
