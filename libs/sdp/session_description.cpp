#include "libs/sdp/session_description.h"

#include <algorithm>

#include "libs/sdp/tokens.h"

namespace sluice::sdp {

bool IsEncoding(const Format& format, std::string_view name) {
  return EqualIgnoringCase(format.encoding, name);
}

std::optional<std::string_view> FindParameter(const Format& format, std::string_view name) {
  std::string_view rest = format.parameters;
  while (!rest.empty()) {
    const auto [parameter, behind] = Split(rest, ';');
    const auto [key, value] = Split(parameter, '=');
    if (EqualIgnoringCase(key, name)) return value;
    rest = behind;
  }
  return std::nullopt;
}

const Format* MediaSection::FindFormat(uint8_t payload_type) const {
  const auto found = std::find_if(
      formats.begin(), formats.end(),
      [payload_type](const Format& format) { return format.payload_type == payload_type; });
  return found == formats.end() ? nullptr : &*found;
}

Transport SessionDescription::TransportOf(const MediaSection& section) const {
  Transport result = section.transport;
  if (result.ice_ufrag.empty()) result.ice_ufrag = transport.ice_ufrag;
  if (result.ice_password.empty()) result.ice_password = transport.ice_password;
  if (result.fingerprints.empty()) result.fingerprints = transport.fingerprints;
  if (result.setup.empty()) result.setup = transport.setup;
  return result;
}

}  // namespace sluice::sdp
