// SDP fragments for trickle ICE and ICE restarts, application/trickle-ice-sdpfrag (RFC 8840 §9,
// RFC 9725 §4.3), of one bundled transport.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

struct Fragment {
  bool ice_lite = false;
  std::vector<std::string> bundle;    // mids; empty = no group
  std::string media;                  // of the first m-line, "audio"; empty = no m-line
  std::string mid;                    // of the same; empty = none
  std::string ice_ufrag;              // empty = not said
  std::string ice_password;           // empty = not said
  std::vector<Candidate> candidates;  // of all m-lines; at most kMaxCandidates, more are left out
  bool end_of_candidates = false;
  friend bool operator==(const Fragment&, const Fragment&) = default;
};

// Lenient as Parse(), with the same bounds: candidates may stand in front of the first m-line, and
// credentials at either level. InvalidArgument, saying what is wrong: over a bound, nothing of ICE
// in it, a ufrag without a pwd or the other way round, or of wrong length (RFC 8839 §5.4), m-lines
// that disagree on them.
absl::StatusOr<Fragment> ParseFragment(std::string_view text);

// With CRLF. What ParseFragment() reads from it is equal to `fragment`, if that came from there.
std::string SerializeFragment(const Fragment& fragment);

}  // namespace sluice::sdp
