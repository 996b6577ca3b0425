// RFC 4571 §2:
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   ---------------------------------------------------------------
//   |             LENGTH            |  RTP or RTCP packet ...       |
//   ---------------------------------------------------------------
#include "libs/net/frame_batch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

namespace sluice::net {

FramePath::FramePath(int fd, std::function<void()> on_kept)
    : fd_(fd), on_kept_(std::move(on_kept)) {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const int low_water = kUnsentLowWater;
  setsockopt(fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low_water, sizeof(low_water));
}

// One frame more than the bound, so that the bound holds for frames of any size.
bool FramePath::Takes(size_t size, bool video) {
  if (broken_) return false;
  if (video) return unsent_bytes() < kVideoBound;
  if (unsent_bytes() + size <= kBound) return true;
  ++refused_;
  return false;
}

size_t FramePath::SendAll(ByteView bytes) {
  size_t calls = 0;
  while (!broken_ && (wants_writable() || !bytes.empty())) {
    ++calls;
    const size_t sent = Write(bytes);
    if (sent == 0) break;
    const size_t of_kept = std::min(sent, kept_.size() - kept_sent_);
    TakeFromKept(of_kept);
    bytes = bytes.subspan(sent - of_kept);
  }
  if (broken_ || bytes.empty()) return calls;
  const bool first = !wants_writable();
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  if (first) on_kept_();
  return calls;
}

// Returns what the kernel took of the kept bytes and then of `bytes`; 0: nothing now, or broken_.
size_t FramePath::Write(ByteView bytes) {
  std::array<iovec, 2> slices = {{{kept_.data() + kept_sent_, kept_.size() - kept_sent_},
                                  {const_cast<uint8_t*>(bytes.data()), bytes.size()}}};
  const bool has_kept = wants_writable();
  msghdr message{};
  message.msg_iov = has_kept ? slices.data() : &slices[1];
  message.msg_iovlen = has_kept ? 2 : 1;
  ssize_t sent = 0;
  do {
    sent = sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return static_cast<size_t>(sent);
  if (errno != EAGAIN && errno != EWOULDBLOCK) {
    broken_ = true;
    kept_ = {};
    kept_sent_ = 0;
  }
  return 0;
}

void FramePath::TakeFromKept(size_t sent) {
  kept_sent_ += sent;
  if (kept_sent_ == kept_.size()) {
    kept_ = {};
    kept_sent_ = 0;
  } else if (kept_sent_ > kVideoBound / 2) {
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<ptrdiff_t>(kept_sent_));
    kept_sent_ = 0;
  }
}

std::span<uint8_t> FrameBatch::Add(FramePath& path, size_t size, bool video) {
  if (!HasRoom(size) || !path.Takes(size, video)) return {};
  uint8_t* frame = &buffer_[used_];
  frame[0] = static_cast<uint8_t>(size >> 8);
  frame[1] = static_cast<uint8_t>(size);
  const size_t whole = kLengthBytes + size;
  if (runs_.empty() || runs_.back().path != &path) runs_.push_back({&path, used_, 0});
  runs_.back().size += whole;
  used_ += whole;
  path.built_bytes_ += whole;
  ++counters_.frames;
  counters_.bytes += whole;
  return {frame + kLengthBytes, size};
}

void FrameBatch::Flush() {
  for (const Run& run : runs_) {
    if (run.path == nullptr) continue;
    run.path->built_bytes_ -= run.size;
    counters_.calls += run.path->SendAll({&buffer_[run.start], run.size});
  }
  runs_.clear();
  used_ = 0;
}

void FrameBatch::Forget(const FramePath& path) {
  for (Run& run : runs_) {
    if (run.path == &path) run.path = nullptr;
  }
}

}  // namespace sluice::net
