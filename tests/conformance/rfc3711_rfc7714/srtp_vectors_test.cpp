// The test vectors of RFC 3711 appendix B and RFC 7714 sections 16 and 17.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string_view>

#include "libs/srtp/engine.h"
#include "libs/srtp/initialization_vector.h"
#include "libs/srtp/rtcp_cipher.h"

namespace sluice::srtp {
namespace {

Bytes Hex(std::string_view text) {
  Bytes bytes;
  int high = -1;
  for (char c : text) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

template <size_t N>
void Set(std::array<uint8_t, N>& array, std::string_view hex) {
  const Bytes bytes = Hex(hex);
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), array.begin());
}

template <size_t N>
Bytes First(const std::array<uint8_t, N>& array, size_t count) {
  return Bytes(array.begin(), array.begin() + static_cast<long>(count));
}

CipherKeys GcmExampleKeys() {
  CipherKeys keys;
  Set(keys.key, "000102030405060708090a0b0c0d0e0f");
  Set(keys.salt, "517569642070726f2071756f");
  return keys;
}

}  // namespace

TEST_CASE("RFC 3711 B.2: AES-CM key stream") {
  CipherKeys keys;
  Set(keys.key, "2b7e151628aed2a6abf7158809cf4f3c");
  Set(keys.salt, "f0f1f2f3f4f5f6f7f8f9fafbfcfd");
  AesCtr cipher(keys.key);
  Bytes stream(48);
  REQUIRE(cipher.Apply(MakeIv(Profile::kAes128CmSha1_80, keys, 0, 0), stream, stream.data()));
  CHECK(stream == Hex("e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab"
                      "41e95b3bb0a2e8dd477901e4fca894c0"));
}

TEST_CASE("RFC 3711 B.3: key derivation") {
  MasterKey master{.profile = Profile::kAes128CmSha1_80};
  Set(master.key, "e1f97a0d3e018be0d64fa32c06de4139");
  Set(master.salt, "0ec675ad498afeebb6960b3aabe6");
  const SessionKeys keys = DeriveSessionKeys(master).value();
  CHECK(First(keys.rtp.key, 16) == Hex("c61e7a93744f39ee10734afe3ff7a087"));
  CHECK(First(keys.rtp.salt, 14) == Hex("30cbbc08863d8c85d49db34a9ae1"));
  CHECK(First(keys.rtp.auth_key, 20) == Hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4"));
}

TEST_CASE("RFC 7714 16.1.1: SRTP with AEAD_AES_128_GCM") {
  SessionKeys keys{.profile = Profile::kAeadAes128Gcm, .rtp = GcmExampleKeys()};
  const Bytes header = Hex("8040f17b 8041f8d3 5501a0b2");
  const Bytes payload =
      Hex("47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573");
  auto engine = MakeEngine(GENERATE(EngineChoice::kOpenssl, EngineChoice::kFastest)).value();
  auto protector = engine->MakeProtector(keys).value();
  Bytes out(header.size() + payload.size() + protector->overhead());
  std::copy(header.begin(), header.end(), out.begin());
  REQUIRE(protector->Protect({out, header.size(), 0xf17b, payload}) == out.size());
  CHECK(out == Hex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5"
                   "0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce"));
}

TEST_CASE("RFC 7714 17.1: SRTCP with AEAD_AES_128_GCM") {
  SessionKeys keys{.profile = Profile::kAeadAes128Gcm, .rtcp = GcmExampleKeys()};
  const Bytes plain =
      Hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"
          "deadbeef deadbeef deadbeef deadbeef deadbeef");
  auto sealer = RtcpCipher::Make(keys, RtcpCipher::Direction::kSeal).value();
  Bytes out(plain.size() + sealer->overhead());
  REQUIRE(sealer->Seal(plain, 0x5d4, out));
  CHECK(out == Hex("81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d"
                   "c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872"
                   "45d9eade 800005d4"));
  auto opener = RtcpCipher::Make(keys, RtcpCipher::Direction::kOpen).value();
  REQUIRE(opener->Open(out));
  CHECK(Bytes(out.begin(), out.begin() + static_cast<long>(plain.size())) == plain);
}

}  // namespace sluice::srtp
