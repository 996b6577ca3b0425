// Any bytes as a client's handshake, C1 signed or not: the answer is whole, or there is none.
#include <algorithm>
#include <cstdlib>

#include "libs/rtmp/handshake.h"
#include "tests/support/fixed_random.h"

// Byte 0: signs C1 in one of the schemes, or not. The rest: what the client sends.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::rtmp;
  if (size == 0) return 0;
  sluice::Bytes bytes(data + 1, data + size);
  bool whole = bytes.size() > kHandshakeBlock;
  if (whole && data[0] % 3 != 0) {
    SignClientBlock(std::span<uint8_t>(bytes).subspan(1, kHandshakeBlock),
                    static_cast<DigestScheme>(data[0] % 3 - 1));
  }
  sluice::test::FixedRandom random;
  ServerHandshake handshake(random);
  sluice::Bytes out;
  sluice::ByteView rest(bytes);
  while (!rest.empty() && !handshake.done()) {
    auto taken = handshake.Receive(rest.first(std::min<size_t>(rest.size(), 700)), out);
    if (!taken.ok()) return 0;
    if (*taken == 0) std::abort();
    rest = rest.subspan(*taken);
  }
  if (whole != (out.size() == 1 + 2 * kHandshakeBlock)) std::abort();
  return 0;
}
