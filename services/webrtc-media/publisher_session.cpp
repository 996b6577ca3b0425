#include "services/webrtc-media/publisher_session.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sluice::webrtc_media {
namespace {

constexpr Duration kReportInterval = 1s;

}  // namespace

PublisherSession::PublisherSession(PeerTransport::Environment& environment, Listener& listener,
                                   PublisherSettings settings, PublisherNumber number, Instant now)
    : PeerSession(environment, settings.transport, PeerTransport::Media::kPeers, now),
      listener_(listener),
      settings_(std::move(settings)),
      number_(number),
      ids_(ExtensionIds::Of(settings_)),
      sources_(settings_),
      own_ssrc_(environment.random.NextU32()) {
  uint16_t next = 0;
  for (const PublisherTrackSettings& track : settings_.tracks) {
    for (const PublisherEncoding& encoding : track.encodings) {
      encodings_.push_back(std::make_unique<EncodingReceiver>(
          track, next, settings_.counters->encodings[next], turn_));
      if (encoding.ssrc != 0) encodings_.back()->OnSource(encoding.ssrc);
      ++next;
    }
  }
}

void PublisherSession::OnRtp(std::span<uint8_t> datagram, Instant now) {
  if (!transport_.ready()) return;
  const auto opened = transport_.OpenRtp(datagram);
  if (!opened) return;
  const auto packet = rtp::ParseRtp(*opened);
  if (!packet) return transport_.environment().counters.bad_rtp.Add(1);
  const ReceivedExtensions extensions = ReadExtensions(*packet, ids_);
  if (extensions.transport_sequence) arrivals_.Add(*extensions.transport_sequence, now);
  NoteMedia(now);
  const SourceMap::Source* source = FindSource(*packet, extensions);
  if (source == nullptr) return transport_.environment().counters.unknown_ssrc.Add(1);
  const ReceivedPacket received{.rtp = *packet,
                                .arrival = now,
                                .orientation = extensions.orientation,
                                .dependency = extensions.dependency};
  EncodingReceiver& encoding = *encodings_[source->encoding];
  if (source->rtx) {
    encoding.OnRtx(received, now);
  } else {
    encoding.OnMedia(received, now);
  }
}

const SourceMap::Source* PublisherSession::FindSource(const rtp::RtpView& packet,
                                                      const ReceivedExtensions& extensions) {
  if (const SourceMap::Source* known = sources_.Find(packet.ssrc)) return known;
  const SourceMap::Source* learned = sources_.Learn(packet, extensions);
  if (learned != nullptr && !learned->rtx) encodings_[learned->encoding]->OnSource(packet.ssrc);
  return learned;
}

void PublisherSession::NoteMedia(Instant now) {
  transport_.environment().counters.received_rtp_packets.Add(1);
  if (last_media_ != now) {
    last_media_ = now;
    settings_.counters->last_media_us.Set(static_cast<uint64_t>(now.time_since_epoch().count()));
  }
  if (!std::exchange(started_, true)) listener_.OnStarted(*this);
  if (std::exchange(silent_, false)) listener_.OnSilent(*this, false);
  NoteReceived();
}

void PublisherSession::NoteReceived() {
  if (!std::exchange(received_, true)) listener_.OnReceived(*this);
}

void PublisherSession::GiveUp(Instant now) {
  for (auto& encoding : encodings_) encoding->OnTime(now);
}

void PublisherSession::OnTurnEnd(Instant now) {
  received_ = false;
  if (!turn_.items.empty()) {
    settings_.counters->queue_drops.Add(turn_.items.size());
    for (auto& encoding : encodings_) encoding->inlet().OnDropped();
    turn_.items.clear();
  }
  turn_.bytes = 0;
  if (transport_.ready()) SendFeedback(now);
}

void PublisherSession::OnFeedback(Instant now) {
  GiveUp(now);
  if (!turn_.items.empty()) NoteReceived();
  if (started_ && !silent_ && now - last_media_ >= settings_.silence) {
    silent_ = true;
    listener_.OnSilent(*this, true);
  }
  if (transport_.ready()) SendFeedback(now);
}

void PublisherSession::SendFeedback(Instant now) {
  Bytes compound;
  for (auto& encoding : encodings_) encoding->AppendFeedback(own_ssrc_, now, compound);
  arrivals_.AppendDue(own_ssrc_, AnySsrc(), now, compound);
  if (!compound.empty()) transport_.SendRtcp(std::move(compound), now);
}

void PublisherSession::OnReadyTick(Instant now) {
  if (started_ && now >= next_reports_) SendReports(now);
}

void PublisherSession::SendReports(Instant now) {
  next_reports_ = now + kReportInterval;
  rtp::rtcp::ReceiverReport report{.ssrc = own_ssrc_, .blocks = {}};
  Duration answer_time{0};
  for (auto& encoding : encodings_) {
    if (const auto block = encoding->TakeBlock(now)) report.blocks.push_back(*block);
    answer_time = std::max(answer_time, encoding->answer_time());
  }
  settings_.counters->round_trip_us.Set(static_cast<uint64_t>(answer_time.count()));
  Bytes compound;
  rtp::rtcp::Serialize(report, compound);
  rtp::rtcp::SourceDescription names;
  names.chunks.push_back({.ssrc = own_ssrc_, .cname = transport_.settings().cname});
  rtp::rtcp::Serialize(names, compound);
  AddBitrateLimit(compound);
  transport_.SendRtcp(std::move(compound), now);
}

uint64_t PublisherSession::BitrateLimit() const {
  uint64_t limit = settings_.max_bitrate_bps;
  if (wanted_bitrate_ != 0) limit = limit == 0 ? wanted_bitrate_ : std::min(limit, wanted_bitrate_);
  return limit == 0 ? 0 : std::max(limit, settings_.min_bitrate_bps);
}

// Browsers take it as a cap beside their own estimate.
void PublisherSession::AddBitrateLimit(Bytes& compound) {
  rtp::rtcp::ReceiverEstimatedMaximumBitrate limit{
      .sender_ssrc = own_ssrc_, .bitrate_bps = BitrateLimit(), .ssrcs = {}};
  if (limit.bitrate_bps == 0) return;
  for (const auto& encoding : encodings_) {
    if (encoding->active() && encoding->inlet().is_video()) limit.ssrcs.push_back(encoding->ssrc());
  }
  if (!limit.ssrcs.empty()) rtp::rtcp::Serialize(limit, compound);
}

uint32_t PublisherSession::AnySsrc() const {
  for (const auto& encoding : encodings_) {
    if (encoding->active()) return encoding->ssrc();
  }
  return 0;
}

void PublisherSession::RequestKeyFrame(uint16_t encoding, Instant now) {
  if (encoding >= encodings_.size()) return;
  encodings_[encoding]->RequestKeyFrame();
  if (transport_.ready()) SendFeedback(now);
}

void PublisherSession::SetWanted(uint32_t encodings, uint64_t bitrate_bps, Instant now) {
  wanted_bitrate_ = bitrate_bps;
  for (size_t i = 0; i < encodings_.size(); ++i) {
    encodings_[i]->inlet().SetWanted((encodings >> i & 1) != 0);
  }
  if (!transport_.ready()) return;
  SendFeedback(now);
  if (started_) SendReports(now);
}

void PublisherSession::OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) {
  const auto message = rtp::rtcp::ParseMessage(packet);
  if (message) std::visit([&](const auto& known) { OnMessage(known, now); }, *message);
}

void PublisherSession::OnMessage(const rtp::rtcp::SenderReport& report, Instant now) {
  const SourceMap::Source* source = sources_.Find(report.ssrc);
  if (source == nullptr || source->rtx) return;
  encodings_[source->encoding]->OnSenderReport(report, now);
  NoteReceived();
}

// Of a source. The last one's ends the session.
void PublisherSession::OnMessage(const rtp::rtcp::Goodbye& goodbye, Instant now) {
  bool any = false;
  for (uint32_t ssrc : goodbye.ssrcs) {
    const SourceMap::Source* source = sources_.Find(ssrc);
    if (source == nullptr || source->rtx || !encodings_[source->encoding]->active()) continue;
    encodings_[source->encoding]->OnGoodbye();
    any = true;
  }
  const bool others = std::any_of(encodings_.begin(), encodings_.end(),
                                  [](const auto& encoding) { return encoding->active(); });
  if (any && !others) End(EndReason::kClosed, "the publisher said goodbye", now);
}

}  // namespace sluice::webrtc_media
