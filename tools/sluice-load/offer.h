// The offer of a player, as a browser makes it.
#pragma once

#include <string>

namespace sluice::load {

// Receives H.264 (42e01f, mode 1, with rtx) and Opus over one bundled transport. fingerprint:
// "sha-256 AB:...".
std::string PlayerOffer(const std::string& ufrag, const std::string& password,
                        const std::string& fingerprint);

}  // namespace sluice::load
