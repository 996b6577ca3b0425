#include "libs/sdp/player_offer.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/sdp/tokens.h"

namespace sluice::sdp {
namespace {

// RFC 8839 §5.4.
constexpr size_t kMinUfrag = 4;
constexpr size_t kMinPassword = 22;
constexpr size_t kMaxCredential = 256;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(StrCat("the offer ", what));
}

const MediaSection* FirstWanted(const SessionDescription& offer) {
  const auto found = std::find_if(offer.media.begin(), offer.media.end(), WantsMedia);
  return found == offer.media.end() ? nullptr : &*found;
}

const Group* BundleOf(const SessionDescription& offer, const MediaSection& section) {
  for (const Group& group : offer.groups) {
    if (group.semantics != "BUNDLE") continue;
    const auto& mids = group.mids;
    if (std::find(mids.begin(), mids.end(), section.mid) != mids.end()) return &group;
  }
  return nullptr;
}

absl::StatusOr<std::string> FindSha256(const Transport& transport) {
  for (const std::string& fingerprint : transport.fingerprints) {
    std::string_view rest = fingerprint;
    if (EqualIgnoringCase(TakeWord(rest), "sha-256")) return fingerprint;
  }
  if (transport.fingerprints.empty()) return Wrong("has no a=fingerprint");
  return Wrong("has no sha-256 fingerprint");
}

bool IsWithin(const std::string& text, size_t min) {
  return text.size() >= min && text.size() <= kMaxCredential;
}

}  // namespace

bool WantsMedia(const MediaSection& section) {
  const bool known = section.media == "audio" || section.media == "video";
  const bool receives =
      section.direction == Direction::kRecvOnly || section.direction == Direction::kSendRecv;
  // A bundled m-line may stand on port 0 as "bundle-only" (RFC 9143 §6).
  const bool bundle_only =
      std::any_of(section.other.begin(), section.other.end(),
                  [](const Attribute& attribute) { return attribute.name == "bundle-only"; });
  return known && receives && (section.port != 0 || bundle_only) && !section.formats.empty();
}

bool SharesTransport(const SessionDescription& offer, const MediaSection& section) {
  const MediaSection* first = FirstWanted(offer);
  if (first == &section) return true;
  if (first == nullptr) return false;
  const Group* bundle = BundleOf(offer, *first);
  return bundle != nullptr && bundle == BundleOf(offer, section);
}

absl::StatusOr<RemoteTransport> ReadRemoteTransport(const SessionDescription& offer) {
  if (offer.media.empty()) return Wrong("has no m-line");
  const MediaSection* first = FirstWanted(offer);
  if (first == nullptr) return Wrong("has no audio or video that is to be received");
  const Transport transport = offer.TransportOf(*first);
  if (transport.ice_ufrag.empty()) return Wrong("has no a=ice-ufrag");
  if (transport.ice_password.empty()) return Wrong("has no a=ice-pwd");
  if (!IsWithin(transport.ice_ufrag, kMinUfrag)) return Wrong("has an a=ice-ufrag of wrong length");
  if (!IsWithin(transport.ice_password, kMinPassword)) {
    return Wrong("has an a=ice-pwd of wrong length");
  }
  if (transport.setup == "passive") return Wrong("says a=setup:passive, which is our part");
  if (!first->rtcp_mux) return Wrong("has no a=rtcp-mux");
  auto fingerprint = FindSha256(transport);
  if (!fingerprint.ok()) return fingerprint.status();
  return RemoteTransport{transport.ice_ufrag, transport.ice_password, *std::move(fingerprint)};
}

absl::Status CheckPlayerOffer(const SessionDescription& offer) {
  return ReadRemoteTransport(offer).status();
}

}  // namespace sluice::sdp
