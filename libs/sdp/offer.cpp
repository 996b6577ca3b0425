#include "libs/sdp/offer.h"

#include <algorithm>

#include "libs/base/status_macros.h"
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

const MediaSection* FirstWanted(OfferKind kind, const SessionDescription& offer) {
  const auto found =
      std::find_if(offer.media.begin(), offer.media.end(),
                   [kind](const MediaSection& section) { return WantsMedia(kind, section); });
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

absl::Status CheckCredentials(std::string_view what, const std::string& ufrag,
                              const std::string& password) {
  const auto wrong = [what](std::string_view fault) {
    return absl::InvalidArgumentError(StrCat("the ", what, " has ", fault));
  };
  if (ufrag.empty()) return wrong("no a=ice-ufrag");
  if (password.empty()) return wrong("no a=ice-pwd");
  if (!IsWithin(ufrag, kMinUfrag)) return wrong("an a=ice-ufrag of wrong length");
  if (!IsWithin(password, kMinPassword)) return wrong("an a=ice-pwd of wrong length");
  return absl::OkStatus();
}

bool WantsMedia(OfferKind kind, const MediaSection& section) {
  const bool known = section.media == "audio" || section.media == "video";
  const Direction one_way =
      kind == OfferKind::kPlayer ? Direction::kRecvOnly : Direction::kSendOnly;
  const bool wanted = section.direction == one_way || section.direction == Direction::kSendRecv;
  // A bundled m-line may stand on port 0 as "bundle-only" (RFC 9143 §6).
  const bool bundle_only =
      std::any_of(section.other.begin(), section.other.end(),
                  [](const Attribute& attribute) { return attribute.name == "bundle-only"; });
  return known && wanted && (section.port != 0 || bundle_only) && !section.formats.empty();
}

bool SharesTransport(OfferKind kind, const SessionDescription& offer, const MediaSection& section) {
  const MediaSection* first = FirstWanted(kind, offer);
  if (first == &section) return true;
  if (first == nullptr) return false;
  const Group* bundle = BundleOf(offer, *first);
  return bundle != nullptr && bundle == BundleOf(offer, section);
}

absl::StatusOr<RemoteTransport> ReadRemoteTransport(OfferKind kind,
                                                    const SessionDescription& offer) {
  if (offer.media.empty()) return Wrong("has no m-line");
  const MediaSection* first = FirstWanted(kind, offer);
  if (first == nullptr) {
    return Wrong(kind == OfferKind::kPlayer ? "has no audio or video that is to be received"
                                            : "has no audio or video that is to be sent");
  }
  const Transport transport = offer.TransportOf(*first);
  SLUICE_RETURN_IF_ERROR(CheckCredentials("offer", transport.ice_ufrag, transport.ice_password));
  if (transport.setup == "passive") return Wrong("says a=setup:passive, which is our part");
  if (!first->rtcp_mux) return Wrong("has no a=rtcp-mux");
  auto fingerprint = FindSha256(transport);
  if (!fingerprint.ok()) return fingerprint.status();
  return RemoteTransport{transport.ice_ufrag, transport.ice_password, *std::move(fingerprint)};
}

}  // namespace sluice::sdp
