#include "libs/fanout/subscriber_connection.h"

#include <utility>

namespace sluice::fanout {
namespace {

constexpr Duration kTokenTimeout = 10s;
// Bounds of one subscriber's unsent bytes. Beyond the first, video waits for the next key frame;
// beyond the second, sound is left out, too.
constexpr size_t kVideoBound = 4 << 20;
constexpr size_t kAudioBound = 8 << 20;

}  // namespace

SubscriberConnection::SubscriberConnection(FanoutServer& server, net::OwnedFd fd)
    : server_(server),
      connection_(server.loop_, std::move(fd), *this),
      token_timer_(server.loop_, [this] { Drop(); }) {
  token_timer_.Start(kTokenTimeout);
}

SubscriberConnection::~SubscriberConnection() {
  if (auto publication = publication_.lock(); publication != nullptr && attached_) {
    publication->Detach(*this);
  }
}

void SubscriberConnection::OnBytes(ByteView bytes) {
  std::vector<Upstream> messages;
  if (!reader_.Read(bytes, messages).ok()) return Drop();
  if (!attached_ && !reader_.token().empty()) Redeem();
  const auto publication = publication_.lock();
  if (publication == nullptr) return;
  for (const Upstream& message : messages) {
    std::visit([&](const auto& known) { Handle(*publication, known); }, message);
  }
}

void SubscriberConnection::Redeem() {
  auto found = server_.tickets_.find(reader_.token());
  if (found != server_.tickets_.end()) {
    publication_ = found->second.publication;
    track_ids_.insert(found->second.track_ids.begin(), found->second.track_ids.end());
    bool valid = found->second.expires >= server_.loop_.now();
    server_.tickets_.erase(found);
    if (!valid) publication_.reset();
  }
  auto publication = publication_.lock();
  if (publication == nullptr) {
    ++server_.counters_.refused;
    return Drop();
  }
  token_timer_.Stop();
  attached_ = true;
  publication->Attach(*this);
}

void SubscriberConnection::Handle(Publication& publication, const KeyFrameRequest& request) {
  for (const media::Track& track : publication.description()->tracks) {
    if (track.ssrc == request.ssrc) publication.RequestKeyFrame(track.id);
  }
}

void SubscriberConnection::Handle(Publication& publication, const WantedLayers& wanted) {
  const std::vector<uint32_t> again = gate_.SetWanted(wanted);
  publication.SetWanted(*this, wanted);
  for (uint32_t track_id : again) publication.RequestKeyFrame(track_id);
}

void SubscriberConnection::OnItems(std::span<const Item> items) {
  Bytes frames;
  for (const Item& item : items) {
    if (Takes(item)) AppendFrame(item, frames);
  }
  if (!frames.empty()) connection_.Send(std::move(frames));
  if (std::holds_alternative<StreamEnd>(items.back())) {
    attached_ = false;
    connection_.CloseWhenDrained();
    token_timer_.Start(kTokenTimeout);  // a subscriber that does not read is not waited for
  }
}

bool SubscriberConnection::Takes(const Item& item) {
  if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) return Wants(clock->track_id);
  if (const auto* description = std::get_if<DescriptionPtr>(&item)) {
    gate_.OnDescription(**description);
  }
  const auto* packet = std::get_if<rtp::PacketPtr>(&item);
  return packet == nullptr || TakesPacket(**packet);
}

bool SubscriberConnection::TakesPacket(const rtp::Packet& packet) {
  if (!Wants(packet.track_id)) return false;
  auto publication = publication_.lock();
  const media::Track* track =
      publication == nullptr ? nullptr : publication->description()->FindTrack(packet.track_id);
  const bool video = track != nullptr && track->kind == media::MediaKind::kVideo;
  const size_t unsent = connection_.unsent_bytes();
  const bool behind = unsent > (video ? kVideoBound : kAudioBound);
  if (video && gate_.wanted().unwanted.contains(packet.track_id)) return false;
  if (video && behind) gate_.Skip(packet.track_id);
  if (behind || (video && !gate_.Passes(packet))) {
    ++server_.counters_.skipped_packets;
    return false;
  }
  return true;
}

bool SubscriberConnection::Wants(uint32_t track_id) const {
  return track_ids_.empty() || track_ids_.contains(track_id);
}

void SubscriberConnection::OnClosed(const absl::Status&) { Drop(); }

void SubscriberConnection::Drop() {
  // Deletes this, once the callback that led here has returned.
  token_timer_.Stop();
  server_.Remove(*this);
}

}  // namespace sluice::fanout
