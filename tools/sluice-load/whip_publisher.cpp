#include "tools/sluice-load/whip_publisher.h"

#include <algorithm>
#include <vector>

#include "libs/rtp/header_writer.h"
#include "libs/rtp/rtcp/message.h"
#include "libs/srtp/key_derivation.h"

namespace sluice::load {
namespace {

constexpr Duration kTick = 5ms;
constexpr Duration kAudioFrame = 20ms;
constexpr Duration kReportInterval = 1s;
constexpr size_t kMaxBehind = 8;  // pictures sent at once after a pause of ours; more are skipped

// 20 ms of stereo silence, padded to the size of ordinary sound (RFC 6716 §3.2.5: code 3, one
// frame, padding).
Bytes QuietOpus() {
  constexpr uint8_t kPadding = 100;
  Bytes packet = {0xfc | 3, 0x41, kPadding, 0xff, 0xfe};
  packet.resize(packet.size() + kPadding);
  return packet;
}

}  // namespace

WhipPublisher::WhipPublisher(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
                             srtp::ProtectorEngine& engine, const RtpClip& clip,
                             const Settings& settings)
    : loop_(loop),
      engine_(engine),
      clip_(clip),
      settings_(settings),
      peer_(loop, random, dtls, settings.peer, *this),
      tick_(loop, [this] { OnTick(); }),
      video_(random),
      rtx_(random),
      audio_(random) {}

void WhipPublisher::Start() {
  peer_.Start(PublisherOffer(peer_.offer_transport(),
                             {.audio = audio_.ssrc, .video = video_.ssrc, .video_rtx = rtx_.ssrc},
                             settings_.audio, clip_.profile_level_id));
}

void WhipPublisher::Stop() {
  tick_.Stop();
  peer_.Stop();
}

void WhipPublisher::OnConnected() {
  auto master = peer_.dtls().LocalMaster();
  auto keys = master.ok() ? srtp::DeriveSessionKeys(*master) : master.status();
  if (!keys.ok()) return;
  auto protector = engine_.MakeProtector(*keys);
  if (!protector.ok()) return;
  protector_ = *std::move(protector);
  began_ = next_picture_ = next_audio_ = next_report_ = loop_.now();
  tick_.Start(0ms, kTick);
}

uint32_t WhipPublisher::VideoTime(Instant now) const {
  return static_cast<uint32_t>((now - began_).count() * 9 / 100);
}

void WhipPublisher::OnTick() {
  const Instant now = loop_.now();
  if (peer_.ended_by_server()) return tick_.Stop();
  for (size_t sent = 0; next_picture_ <= now; ++sent) {
    if (key_frame_wanted_) SkipToKeyFrame();
    const RtpClip::Picture& picture = clip_.pictures[picture_];
    if (sent < kMaxBehind) SendPicture(picture, VideoTime(next_picture_));
    const bool last = ++picture_ == clip_.pictures.size();
    const uint32_t end = last ? clip_.duration : clip_.pictures[picture_].timestamp;
    if (last) picture_ = 0;
    next_picture_ += std::max<Duration>((end - picture.timestamp) * 1ms, 1ms);
  }
  if (settings_.audio && peer_.answer().opus != 0) SendAudio(now);
  if (now >= next_report_) SendReports(now);
}

void WhipPublisher::SkipToKeyFrame() {
  key_frame_wanted_ = false;
  while (!clip_.pictures[picture_].key) picture_ = (picture_ + 1) % clip_.pictures.size();
}

void WhipPublisher::SendPicture(const RtpClip::Picture& picture, uint32_t timestamp) {
  for (const rtp::Packet& packet : picture.packets) {
    const auto number = static_cast<uint16_t>(video_.index.next());
    kept_[number % kKept] = {packet.payload, timestamp, number, packet.marker};
    if (packet.marker && settings_.sent != nullptr) settings_.sent->Add(timestamp, loop_.now());
    SendPacket(
        video_,
        {.payload_type = peer_.answer().h264, .marker = packet.marker, .timestamp = timestamp},
        packet.payload);
  }
}

void WhipPublisher::SendAudio(Instant now) {
  static const Bytes packet = QuietOpus();
  for (; next_audio_ <= now; next_audio_ += kAudioFrame) {
    const auto timestamp = static_cast<uint32_t>((next_audio_ - began_).count() * 48 / 1000);
    SendPacket(audio_, {.payload_type = peer_.answer().opus, .timestamp = timestamp, .audio = true},
               packet);
  }
}

// With the extensions that the answer took: mid, transport-wide sequence number.
void WhipPublisher::SendPacket(Track& track, const Outgoing& outgoing, ByteView payload) {
  const AnswerFacts& answer = peer_.answer();
  const uint8_t mid = outgoing.audio ? '0' : '1';
  const std::array<uint8_t, 2> transport = {static_cast<uint8_t>(transport_sequence_ >> 8),
                                            static_cast<uint8_t>(transport_sequence_)};
  std::array<rtp::Extension, 2> extensions;
  size_t count = 0;
  if (answer.mid_id != 0) extensions[count++] = {answer.mid_id, {&mid, 1}};
  if (answer.transport_sequence_id != 0) {
    extensions[count++] = {answer.transport_sequence_id, transport};
    ++transport_sequence_;
  }
  std::array<uint8_t, 1500> datagram;
  const uint64_t index = track.index.Take();
  const size_t header = rtp::WriteHeader({.marker = outgoing.marker,
                                          .payload_type = outgoing.payload_type,
                                          .sequence_number = static_cast<uint16_t>(index),
                                          .rtp_timestamp = outgoing.timestamp,
                                          .ssrc = track.ssrc},
                                         std::span(extensions).first(count), datagram);
  const size_t size = protector_->Protect({datagram, header, index, payload});
  engine_.Flush();
  peer_.Send(std::span(datagram).first(size));
  ++track.packets;
  track.octets += static_cast<uint32_t>(payload.size());
  ++packets_;
}

void WhipPublisher::SendReports(Instant now) {
  next_report_ = now + kReportInterval;
  const NtpTime ntp = WallClockNow();
  Bytes compound;
  const auto add = [&](const Track& track, uint32_t timestamp) {
    rtp::rtcp::Serialize(rtp::rtcp::SenderReport{.ssrc = track.ssrc,
                                                 .ntp = ntp,
                                                 .rtp_timestamp = timestamp,
                                                 .packet_count = track.packets,
                                                 .octet_count = track.octets,
                                                 .blocks = {}},
                         compound);
  };
  add(video_, VideoTime(now));
  if (settings_.audio) add(audio_, static_cast<uint32_t>((now - began_).count() * 48 / 1000));
  rtp::rtcp::SourceDescription names;
  names.chunks.push_back({.ssrc = video_.ssrc, .cname = "load"});
  if (settings_.audio) names.chunks.push_back({.ssrc = audio_.ssrc, .cname = "load"});
  rtp::rtcp::Serialize(names, compound);
  peer_.SendRtcp(compound);
}

void WhipPublisher::OnRtcp(ByteView compound) {
  rtp::rtcp::CompoundReader reader(compound);
  while (const auto packet = reader.Next()) {
    if (const auto nack = rtp::rtcp::ParseNack(*packet)) {
      if (nack->media_ssrc == video_.ssrc)
        nack->ForEach([this](uint16_t sequence_number) { Resend(sequence_number); });
    } else if (rtp::rtcp::ParsePictureLossIndication(*packet) ||
               rtp::rtcp::ParseFullIntraRequest(*packet)) {
      ++key_frame_requests_;
      key_frame_wanted_ = true;
    }
  }
}

void WhipPublisher::Resend(uint16_t sequence_number) {
  const Kept& kept = kept_[sequence_number % kKept];
  if (protector_ == nullptr || peer_.answer().h264_rtx == 0 || kept.payload.empty() ||
      kept.sequence_number != sequence_number) {
    return;
  }
  Bytes payload = {static_cast<uint8_t>(sequence_number >> 8),
                   static_cast<uint8_t>(sequence_number)};
  payload.insert(payload.end(), kept.payload.begin(), kept.payload.end());
  SendPacket(
      rtx_,
      {.payload_type = peer_.answer().h264_rtx, .marker = kept.marker, .timestamp = kept.timestamp},
      payload);
  ++repairs_;
}

}  // namespace sluice::load
