#include "libs/srtp/engine.h"

namespace sluice::srtp {

std::optional<EngineChoice> ParseEngineChoice(std::string_view text) {
  if (text == "auto") return EngineChoice::kFastest;
  if (text == "openssl") return EngineChoice::kOpenssl;
  if (text == "ipsec-mb") return EngineChoice::kIpsecMb;
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<ProtectorEngine>> MakeEngine(EngineChoice choice) {
  if (choice != EngineChoice::kOpenssl) {
    if (auto engine = MakeIpsecMbEngine(); engine != nullptr) return engine;
    if (choice == EngineChoice::kIpsecMb) {
      return absl::UnimplementedError(
          "SRTP by libipsec-mb: this build or this processor lacks it; use auto or openssl");
    }
  }
  return MakeOpensslEngine();
}

}  // namespace sluice::srtp
