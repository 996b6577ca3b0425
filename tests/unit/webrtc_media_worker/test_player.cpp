#include "tests/unit/webrtc_media_worker/test_player.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/stun/message_builder.h"

namespace sluice::webrtc_media {

PlayerSettings TestPlayer::Settings(Instant created) const {
  PlayerSettings settings;
  settings.transport.session_id = name_;
  settings.transport.cname = "cname";
  settings.transport.local_ufrag = "ufrag-" + name_;
  settings.transport.local_password = "password-of-the-server";
  settings.transport.remote_ufrag = "peer";
  settings.transport.fingerprint = dtls_.fingerprint();
  settings.tracks.push_back(
      {.kind = media::MediaKind::kVideo,
       .ssrc = kVideoSsrc,
       .rtx_ssrc = kVideoRtxSsrc,
       .playout_delay_id = 5,
       .formats = {{.codec = media::Codec::kH264, .payload_type = 102, .rtx_payload_type = 103}}});
  settings.tracks.push_back({.kind = media::MediaKind::kAudio,
                             .ssrc = kAudioSsrc,
                             .formats = {{.codec = media::Codec::kOpus, .payload_type = 111}}});
  settings.counters = std::make_shared<PlayerCounters>();
  settings.created = created;
  return settings;
}

Bytes TestPlayer::Check(std::string_view password) const {
  Bytes check;
  stun::MessageBuilder builder(stun::Class::kRequest, stun::kBinding, {1, 2, 3}, check);
  builder.AddUsername(StrCat("ufrag-", name_, ":peer"));
  builder.AddPriority(1);
  builder.AddIceControlling(42);
  builder.AddUseCandidate();
  builder.AddMessageIntegrity(password);
  builder.AddFingerprint();
  return check;
}

bool TestPlayer::AcceptsAnswer(ByteView datagram) const {
  const auto answer = stun::ParseMessage(datagram);
  return answer && answer->message_class == stun::Class::kSuccess &&
         stun::HasValidIntegrity(*answer, "password-of-the-server") && answer->has_fingerprint;
}

std::vector<Bytes> TestPlayer::OnDatagram(const Bytes& datagram) {
  if (datagram[0] >= 20 && datagram[0] <= 63) {
    const bool before = connected();
    auto answers = dtls_.OnDatagram(datagram);
    if (!before && connected()) OnConnected();
    return answers;
  }
  if (inbound_ == nullptr || stun::IsStun(datagram)) return {};
  const bool is_rtcp = rtp::rtcp::IsRtcp(datagram);
  order.push_back(is_rtcp);
  const auto opened =
      is_rtcp ? inbound_->UnprotectRtcp(datagram) : inbound_->UnprotectRtp(datagram);
  if (!opened) {
    ++refused;
  } else if (is_rtcp) {
    compounds.push_back(*opened);
    rtp::rtcp::CompoundReader reader(*opened);
    while (const auto packet = reader.Next()) {
      if (auto report = rtp::rtcp::ParseSenderReport(*packet)) reports.push_back(*report);
    }
  } else {
    auto received = std::make_unique<Received>();
    received->bytes = *opened;
    received->view = rtp::ParseRtp(received->bytes).value();
    packets.push_back(std::move(received));
  }
  return {};
}

void TestPlayer::OnConnected() {
  const auto profile = static_cast<srtp::Profile>(dtls_.srtp_profile());
  const size_t salt = srtp::SaltLength(profile);
  const Bytes material = dtls_.KeyingMaterial(salt);
  srtp::MasterKey client{.profile = profile};
  srtp::MasterKey server{.profile = profile};
  auto from = material.begin();
  auto take = [&](auto& to, size_t count) {
    std::copy_n(from, count, to.begin());
    from += static_cast<long>(count);
  };
  take(client.key, srtp::kKeyLength);
  take(server.key, srtp::kKeyLength);
  take(client.salt, salt);
  take(server.salt, salt);
  using Direction = srtp::SrtpOracle::Direction;
  inbound_ = std::make_unique<srtp::SrtpOracle>(server, Direction::kUnprotect);
  outbound_ = std::make_unique<srtp::SrtpOracle>(client, Direction::kProtect);
}

Bytes TestPlayer::ProtectRtp(const Bytes& packet) { return outbound_->ProtectRtp(packet).value(); }

Bytes TestPlayer::ProtectRtcp(const Bytes& compound) {
  return outbound_->ProtectRtcp(compound).value();
}

}  // namespace sluice::webrtc_media
