#include "services/webrtc-media/ice_credentials.h"

#include <array>
#include <cstdio>

#include "libs/base/text.h"

namespace sluice::webrtc_media {

std::string EtagOf(const IceCredentials& credentials) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (char c : StrCat(credentials.local_ufrag, " ", credentials.local_password)) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace sluice::webrtc_media
