// RFC 8840 §9.2: session attributes, then for each m-line "m=", "a=mid:", credentials, candidates.
// It is a session description without its first lines, and read as one.
#include "libs/sdp/fragment.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/offer.h"

namespace sluice::sdp {
namespace {

void TakeCandidates(const MediaSection& section, Fragment& fragment) {
  for (const Candidate& candidate : section.candidates) {
    if (fragment.candidates.size() >= kMaxCandidates) return;
    fragment.candidates.push_back(candidate);
  }
}

void TakeSessionAttributes(const std::vector<Attribute>& attributes, Fragment& fragment) {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == "end-of-candidates") fragment.end_of_candidates = true;
    if (attribute.name == "mid" && fragment.mid.empty()) fragment.mid = attribute.value;
    if (attribute.name != "candidate" || fragment.candidates.size() >= kMaxCandidates) continue;
    if (auto candidate = ParseCandidate(attribute.value)) {
      fragment.candidates.push_back(*std::move(candidate));
    }
  }
}

absl::Status TakeCredentials(const Transport& transport, Fragment& fragment) {
  if (transport.ice_ufrag.empty() && transport.ice_password.empty()) return absl::OkStatus();
  const bool known = !fragment.ice_ufrag.empty() || !fragment.ice_password.empty();
  if (known && (fragment.ice_ufrag != transport.ice_ufrag ||
                fragment.ice_password != transport.ice_password)) {
    return absl::InvalidArgumentError("the fragment has m-lines of different credentials");
  }
  fragment.ice_ufrag = transport.ice_ufrag;
  fragment.ice_password = transport.ice_password;
  return absl::OkStatus();
}

absl::Status CheckFragment(const Fragment& fragment) {
  const bool has_credentials = !fragment.ice_ufrag.empty() || !fragment.ice_password.empty();
  if (has_credentials) {
    SLUICE_RETURN_IF_ERROR(CheckCredentials("fragment", fragment.ice_ufrag, fragment.ice_password));
  }
  if (!has_credentials && fragment.candidates.empty() && !fragment.end_of_candidates) {
    return absl::InvalidArgumentError("the fragment has neither candidates nor ICE credentials");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Fragment> ParseFragment(std::string_view text) {
  SLUICE_ASSIGN_OR_RETURN(SessionDescription session, ParseLines(text));
  Fragment fragment;
  fragment.ice_lite = session.ice_lite;
  for (Group& group : session.groups) {
    if (group.semantics == "BUNDLE") fragment.bundle = std::move(group.mids);
  }
  TakeSessionAttributes(session.other, fragment);
  SLUICE_RETURN_IF_ERROR(TakeCredentials(session.transport, fragment));
  if (!session.media.empty()) {
    fragment.media = session.media.front().media;
    if (!session.media.front().mid.empty()) fragment.mid = session.media.front().mid;
  }
  for (const MediaSection& section : session.media) {
    SLUICE_RETURN_IF_ERROR(TakeCredentials(section.transport, fragment));
    TakeCandidates(section, fragment);
    fragment.end_of_candidates = fragment.end_of_candidates || section.end_of_candidates;
  }
  SLUICE_RETURN_IF_ERROR(CheckFragment(fragment));
  return fragment;
}

std::string SerializeFragment(const Fragment& fragment) {
  std::string text;
  const auto line = [&text](const auto&... pieces) { text += StrCat(pieces..., "\r\n"); };
  if (fragment.ice_lite) line("a=ice-lite");
  std::string mids;
  for (const std::string& mid : fragment.bundle) mids += " " + mid;
  if (!mids.empty()) line("a=group:BUNDLE", mids);
  // RFC 8840 §4.4: an m-line of the session, with port 9 and any of its formats.
  if (!fragment.media.empty()) line("m=", fragment.media, " 9 UDP/TLS/RTP/SAVPF 0");
  if (!fragment.mid.empty()) line("a=mid:", fragment.mid);
  if (!fragment.ice_ufrag.empty()) line("a=ice-ufrag:", fragment.ice_ufrag);
  if (!fragment.ice_password.empty()) line("a=ice-pwd:", fragment.ice_password);
  for (const Candidate& candidate : fragment.candidates) {
    line("a=candidate:", Serialize(candidate));
  }
  if (fragment.end_of_candidates) line("a=end-of-candidates");
  return text;
}

}  // namespace sluice::sdp
