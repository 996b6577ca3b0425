// Which library protects packets, chosen at run time.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "libs/srtp/packet_protector.h"

namespace sluice::srtp {

enum class EngineChoice {
  kFastest,  // libipsec-mb where it was built in and the processor can, else OpenSSL
  kOpenssl,
  kIpsecMb,
};

// "auto", "openssl", "ipsec-mb"; nullopt for anything else.
std::optional<EngineChoice> ParseEngineChoice(std::string_view text);

// Unimplemented: kIpsecMb was asked for, but this build or this processor lacks it.
absl::StatusOr<std::unique_ptr<ProtectorEngine>> MakeEngine(EngineChoice choice);

// OpenSSL's EVP with contexts that are made once per session; Protect() is complete at once.
std::unique_ptr<ProtectorEngine> MakeOpensslEngine();

// libipsec-mb: GCM at once, straight from the payload to its place; AES-CM and HMAC-SHA1 in bursts
// across players, complete after Flush(). nullptr if this build or this processor lacks it.
std::unique_ptr<ProtectorEngine> MakeIpsecMbEngine();

}  // namespace sluice::srtp
