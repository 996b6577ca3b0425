#include "tools/sluice-load/whep_player.h"

#include <algorithm>
#include <utility>

#include "libs/rtp/header_writer.h"
#include "libs/rtp/packet.h"

namespace sluice::load {
namespace {

constexpr Duration kSilence = 1s;
constexpr size_t kMaxTracks = 16;
constexpr size_t kMaxDelays = 20'000'000;  // of all players; more are not noted
using Carries = AnswerFacts::Carries;

// What can be read of a packet that is still encrypted: how long its padding is cannot.
std::optional<rtp::RtpView> ParseEncrypted(std::span<uint8_t> packet) {
  constexpr uint8_t kPaddingBit = 0x20;
  const uint8_t first = packet[0];
  packet[0] &= static_cast<uint8_t>(~kPaddingBit);
  auto view = rtp::ParseRtp(packet);
  packet[0] = first;
  return view;
}

}  // namespace

WhepPlayer::WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
                       const Settings& settings)
    : loop_(loop),
      settings_(settings),
      peer_(loop, random, dtls, settings.peer, *this),
      feedback_(random.NextU32()),
      bad_feedback_(settings.misbehaviour, random.NextU32()) {
  if (settings.sent != nullptr) delay_.emplace(*settings.sent);
}

void WhepPlayer::Start() {
  peer_.Start(PlayerOffer(peer_.offer_transport(), settings_.audio, settings_.feedback));
}

PlayerResult WhepPlayer::result() const {
  PlayerResult result = result_;
  result.failure = peer_.failure();
  result.connected = peer_.connected();
  result.ended_by_server = peer_.ended_by_server();
  result.srtp_profile = peer_.dtls().srtp_profile();
  result.dropped = peer_.dropped();
  result.nacked = feedback_.nacked();
  Instant now = loop_.now();
  result.playing = !tracks_.empty();
  for (const auto& [ssrc, track] : tracks_) {
    result.lost += track.meter.lost();
    result.repaired += track.meter.repaired();
    result.duplicates += track.meter.duplicates();
    Duration& pause = track.video ? result.longest_video_pause : result.longest_audio_pause;
    pause = std::max(pause, track.meter.LongestPause(now));
    result.playing &= now - track.meter.last() < kSilence;
  }
  return result;
}

void WhepPlayer::OnConnected() {
  result_.connected_after = loop_.now() - peer_.posted();
  const SrtpKey key = peer_.dtls().RemoteKey();
  srtp_ = std::make_unique<SrtpReceiver>(peer_.dtls().srtp_profile(), key.key, key.salt);
}

void WhepPlayer::OnRtp(std::span<uint8_t> packet, Instant received) {
  const auto view = ParseEncrypted(packet);
  if (!view.has_value()) return;
  const Instant now = loop_.now();
  if (!result_.first_packet.has_value()) result_.first_packet = now - peer_.posted();
  ++result_.packets;
  result_.bytes += packet.size();
  const AnswerFacts::PayloadType& type = peer_.answer().payload_types[view->payload_type];
  if (settings_.feedback) NoteArrival(*view, type);
  bad_feedback_.OnPacket(view->ssrc, view->sequence_number);
  if (type.carries == Carries::kRepair) return OnRepair(packet);
  const bool h264 = type.carries == Carries::kH264;
  if (Track* track = FindTrack(*view, h264)) track->meter.OnPacket(view->sequence_number, now);
  if (delay_ && h264 && view->marker) NoteDelay(*view, received);
  if (srtp_ != nullptr && decrypts_) CheckContents(packet, h264);
}

WhepPlayer::Track* WhepPlayer::FindTrack(const rtp::RtpView& packet, bool h264) {
  const auto found = tracks_.find(packet.ssrc);
  if (found != tracks_.end()) return &found->second;
  if (tracks_.size() == kMaxTracks) return nullptr;
  Track& track = tracks_[packet.ssrc];
  track.video = h264;
  return &track;
}

void WhepPlayer::NoteArrival(const rtp::RtpView& packet, const AnswerFacts::PayloadType& type) {
  ReceiverFeedback::Arrival arrival{.ssrc = packet.ssrc,
                                    .sequence_number = packet.sequence_number,
                                    .rtp_timestamp = packet.rtp_timestamp,
                                    .clock_rate = type.clock_rate,
                                    .nack = type.nack,
                                    .repair = type.carries == Carries::kRepair};
  if (peer_.answer().transport_sequence_id != 0) {
    const auto value = rtp::FindExtension(packet, peer_.answer().transport_sequence_id);
    if (value && value->size() == 2)
      arrival.transport_sequence = static_cast<uint16_t>((*value)[0] << 8 | (*value)[1]);
  }
  feedback_.OnPacket(arrival, loop_.now());
}

void WhepPlayer::NoteDelay(const rtp::RtpView& packet, Instant received) {
  const auto delay =
      delay_->OnPicture(packet.rtp_timestamp, received != Instant{} ? received : loop_.now());
  if (delay && settings_.delays->size() < kMaxDelays) settings_.delays->push_back(*delay);
}

// RFC 4588 §4: the payload begins with the number of the packet that is sent again. Which track it
// belongs to is not said here: the video's.
void WhepPlayer::OnRepair(std::span<uint8_t> packet) {
  ++result_.repairs;
  if (srtp_ == nullptr || srtp_->Open(packet) != SrtpReceiver::Verdict::kGood) return;
  const auto clear = rtp::ParseRtp(packet);
  if (!clear.has_value() || clear->payload.size() < 2) return;
  ++result_.opened;
  const auto number = static_cast<uint16_t>(clear->payload[0] << 8 | clear->payload[1]);
  for (auto& [ssrc, track] : tracks_) {
    if (!track.video) continue;
    track.meter.OnRepair(number);
    feedback_.OnRepaired(ssrc, number);
  }
}

void WhepPlayer::OnRtcp(ByteView compound) {
  if (!settings_.feedback) return;
  rtp::rtcp::CompoundReader reader(compound);
  while (const auto packet = reader.Next()) {
    if (const auto report = rtp::rtcp::ParseSenderReport(*packet))
      feedback_.OnSenderReport(*report, loop_.now());
  }
}

void WhepPlayer::OnRead() {
  if (!settings_.feedback || !peer_.connected()) return;
  peer_.SendRtcp(feedback_.TakeDue(loop_.now()));
  if (settings_.misbehaviour != Misbehaviour::kNone) Misbehave();
}

void WhepPlayer::Misbehave() {
  constexpr int kPerReading = 20;
  for (int i = 0; i < kPerReading; ++i) {
    if (settings_.misbehaviour == Misbehaviour::kRtcpReplay) {
      peer_.RepeatRtcp();
    } else {
      peer_.SendRtcp(bad_feedback_.Next());
    }
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
  Duration since_post = loop_.now() - peer_.posted();
  if (key_frame_.started() && !result_.first_key_frame_packet.has_value())
    result_.first_key_frame_packet = since_post;
  if (!key_frame_.done()) return;
  result_.first_key_frame = since_post;
  decrypts_ = settings_.decrypt;
}

}  // namespace sluice::load
