#include "tools/sluice-load/whep_player.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/loop/work_pool.h"
#include "libs/rtp/packet.h"
#include "libs/rtp/rtcp/compound.h"
#include "libs/stun/message.h"

namespace sluice::load {
namespace {

constexpr Duration kTick = 100ms;  // until connected: repeats what may be lost
constexpr Duration kConsent = 5s;  // RFC 7675 §5.1
constexpr Duration kSilence = 1s;
constexpr size_t kMaxTracks = 16;
constexpr int kUfragBytes = 4;
constexpr int kPasswordBytes = 12;

}  // namespace

WhepPlayer::WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
                       Settings settings)
    : loop_(loop),
      random_(random),
      settings_(std::move(settings)),
      fingerprint_(dtls.fingerprint()),
      tick_(loop, [this] { OnTick(); }),
      dtls_(dtls),
      alive_(std::make_shared<bool>(true)) {
  ice_.local_ufrag = random.NextHex(kUfragBytes);
  ice_.local_password = random.NextHex(kPasswordBytes);
}

WhepPlayer::~WhepPlayer() { *alive_ = false; }

void WhepPlayer::Start() {
  posted_ = loop_.now();
  auto answer = std::make_shared<absl::StatusOr<HttpAnswer>>(absl::UnknownError("not asked"));
  HttpRequest request{.method = "POST",
                      .content_type = "application/sdp",
                      .body = PlayerOffer(ice_.local_ufrag, ice_.local_password, fingerprint_),
                      .token = settings_.token};
  loop::RunBlocking(
      loop_, [answer, request, url = settings_.url] { *answer = Exchange(url, request); },
      [this, alive = alive_, answer] {
        if (*alive) OnAnswer(*answer);
      });
}

void WhepPlayer::Stop() {
  if (!session_.has_value()) return;
  HttpRequest request{.method = "DELETE", .token = settings_.token};
  Exchange(*session_, request).status().IgnoreError();
}

PlayerResult WhepPlayer::result() const {
  PlayerResult result = result_;
  result.connected = dtls_.connected();
  result.ended_by_server |= dtls_.closed();
  result.srtp_profile = dtls_.srtp_profile();
  result.dropped = socket_.dropped();
  Instant now = loop_.now();
  result.playing = !tracks_.empty();
  for (const auto& [ssrc, track] : tracks_) {
    result.lost += track.meter.lost();
    result.duplicates += track.meter.duplicates();
    Duration& pause = track.video ? result.longest_video_pause : result.longest_audio_pause;
    pause = std::max(pause, track.meter.LongestPause(now));
    result.playing &= now - track.meter.last() < kSilence;
  }
  return result;
}

void WhepPlayer::OnAnswer(const absl::StatusOr<HttpAnswer>& answer) {
  absl::Status status = answer.status();
  if (answer.ok() && answer->status != 201)
    status = absl::UnknownError(StrCat("HTTP ", answer->status, ": ", answer->body));
  if (status.ok()) status = Connect(*answer);
  if (!status.ok()) result_.failure = std::string(status.message());
}

absl::Status WhepPlayer::Connect(const HttpAnswer& answer) {
  if (!answer.location.empty()) {
    SLUICE_ASSIGN_OR_RETURN(session_, ResolveLocation(settings_.url, answer.location));
  }
  SLUICE_ASSIGN_OR_RETURN(answer_, ReadAnswer(answer.body));
  ice_.remote_ufrag = answer_.remote_ufrag;
  ice_.remote_password = answer_.remote_password;
  SLUICE_ASSIGN_OR_RETURN(socket_, UdpReceiver::Connect(answer_.server, settings_.bursts));
  watcher_ = std::make_unique<loop::FdWatcher>(loop_, socket_.fd(),
                                               [this](loop::FdWatcher::Ready) { OnReadable(); });
  watcher_->Watch(true, false);
  tick_.Start(kTick, kTick);
  socket_.Send(MakeCheck(ice_, random_));
  return absl::OkStatus();
}

void WhepPlayer::OnReadable() {
  bool open = socket_.Receive([this](std::span<uint8_t> datagram) { OnDatagram(datagram); });
  if (!open) result_.ended_by_server = true;
}

void WhepPlayer::OnDatagram(std::span<uint8_t> datagram) {
  uint8_t first = datagram[0];
  if (first >= 128 && first <= 191) return OnRtp(datagram);  // RFC 7983 §7
  if (first >= 20 && first <= 63) return OnDtls(datagram);
  OnStun(datagram);
}

void WhepPlayer::OnStun(ByteView datagram) {
  auto message = stun::ParseMessage(datagram);
  if (!message.has_value()) return;
  if (message->message_class == stun::Class::kRequest)
    return socket_.Send(AnswerCheck(ice_, *message, answer_.server));
  if (message->message_class != stun::Class::kSuccess || std::exchange(checked_, true)) return;
  SendAll(dtls_.Start(answer_.dtls_active));
}

void WhepPlayer::OnDtls(ByteView datagram) {
  bool was_connected = dtls_.connected();
  SendAll(dtls_.OnDatagram(datagram));
  if (was_connected || !dtls_.connected()) return;
  SrtpKey key = dtls_.RemoteKey();
  if (!dtls_.srtp_profile().empty())
    srtp_ = std::make_unique<SrtpReceiver>(dtls_.srtp_profile(), key.key, key.salt);
  tick_.Start(kConsent, kConsent);
}

void WhepPlayer::OnRtp(std::span<uint8_t> packet) {
  auto view = rtp::rtcp::IsRtcp(packet) ? std::nullopt : rtp::ParseRtp(packet);
  if (!view.has_value()) return;
  Instant now = loop_.now();
  if (!result_.first_packet.has_value()) result_.first_packet = now - posted_;
  ++result_.packets;
  result_.bytes += packet.size();
  AnswerFacts::Carries carries = answer_.carries[view->payload_type];
  const bool h264 = carries == AnswerFacts::Carries::kH264;
  if (srtp_ != nullptr) CheckContents(packet, h264);
  if (carries == AnswerFacts::Carries::kRepair) {
    ++result_.repairs;
  } else if (tracks_.contains(view->ssrc) || tracks_.size() < kMaxTracks) {
    Track& track = tracks_[view->ssrc];
    track.video = h264;
    track.meter.OnPacket(view->sequence_number, now);
  }
}

void WhepPlayer::CheckContents(std::span<uint8_t> packet, bool h264) {
  switch (srtp_->Open(packet)) {
    case SrtpReceiver::Verdict::kGood:
      ++result_.opened;
      break;
    case SrtpReceiver::Verdict::kNotAuthentic:
      ++result_.not_authentic;
      return;
    default:
      return;
  }
  auto clear = h264 && !key_frame_.done() ? rtp::ParseRtp(packet) : std::nullopt;
  if (!clear.has_value()) return;
  key_frame_.OnPacket(*clear);
  Duration since_post = loop_.now() - posted_;
  if (key_frame_.started() && !result_.first_key_frame_packet.has_value())
    result_.first_key_frame_packet = since_post;
  if (!key_frame_.done()) return;
  result_.first_key_frame = since_post;
  if (!settings_.decrypt) srtp_.reset();
}

void WhepPlayer::OnTick() {
  socket_.Send(MakeCheck(ice_, random_));
  if (checked_) SendAll(dtls_.OnTick());
}

void WhepPlayer::SendAll(const std::vector<Bytes>& datagrams) {
  for (const Bytes& datagram : datagrams) socket_.Send(datagram);
}

}  // namespace sluice::load
