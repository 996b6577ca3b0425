// Cuts NAL units into payloads of packetization-mode 1 (RFC 6184 §5.6, §5.7.1, §5.8).
#pragma once

#include <vector>

#include "libs/base/bytes.h"

namespace sluice::rtp::payload::h264 {

// False for access unit delimiters, end of sequence or stream, and filler: RFC 6184 §5.2 does
// without.
bool IsCarried(ByteView nal_unit);

// Small NAL units that follow each other share a payload (STAP-A), large ones are cut into
// fragments (FU-A) that are equal in size but for the last. Borrows the NAL units until Finish().
class Cutter {
 public:
  // max_payload: bytes, at least 16.
  Cutter(size_t max_payload, std::vector<Bytes>& out) : max_payload_(max_payload), out_(out) {}

  // nal_unit: not empty, without start code or length.
  void Add(ByteView nal_unit);
  // Appends what waits for more small ones.
  void Finish();

 private:
  void Fragment(ByteView nal_unit);

  size_t max_payload_;
  std::vector<Bytes>& out_;
  std::vector<ByteView> group_;  // small NAL units that will share a packet
  size_t group_size_ = 0;        // bytes of the STAP-A that they would make
};

// Cuts a fragment (FU-A, at least 3 bytes) into fragments of at most `max_payload` bytes.
void CutFragment(ByteView fragment, size_t max_payload, std::vector<Bytes>& out);

}  // namespace sluice::rtp::payload::h264
