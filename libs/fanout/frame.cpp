#include "libs/fanout/frame.h"

#include <array>
#include <utility>

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "libs/rtp/header_writer.h"
#include "libs/rtp/rtcp/compound.h"
#include "libs/rtp/rtcp/message.h"
#include "sluice/v1/fanout.pb.h"

namespace sluice::fanout {
namespace {

namespace rtcp = rtp::rtcp;

// Header extensions and their ids (docs/fanout.md).
constexpr uint8_t kCtsId = 1;
constexpr uint8_t kRoleId = 2;
constexpr uint8_t kArrivalId = 3;
constexpr uint8_t kOrientationId = 4;
constexpr uint8_t kStartsAccessUnit = 1;
constexpr uint8_t kKeyFrame = 2;
constexpr uint8_t kDiscardable = 4;
constexpr uint8_t kRecoveryPoint = 8;
constexpr uint8_t kTemporalLayerShift = 4;
constexpr uint8_t kTemporalLayerMask = 3;
constexpr uint8_t kLayerSync = 64;
constexpr std::array<char, 4> kDescriptionName = {'S', 'L', 'S', 'D'};
constexpr std::array<char, 4> kEventName = {'S', 'L', 'E', 'V'};
constexpr std::array<char, 4> kWantedLayersName = {'S', 'L', 'W', 'L'};

// Writes what `write` appends as one frame.
template <typename Write>
void AppendFramed(Bytes& out, Write&& write) {
  size_t start = out.size();
  ByteWriter(out).WriteU16(0);
  write();
  ByteWriter(out).PatchU16(start, static_cast<uint16_t>(out.size() - start - 2));
}

// The lowest `width` bytes of a number. On the packet path: no allocation.
template <size_t width>
std::array<uint8_t, width> BigEndian(uint64_t value) {
  std::array<uint8_t, width> bytes;
  for (size_t i = 0; i < width; ++i) bytes[i] = static_cast<uint8_t>(value >> 8 * (width - 1 - i));
  return bytes;
}

uint8_t RoleFlags(const rtp::PacketRole& role) {
  return static_cast<uint8_t>(
      (role.starts_access_unit ? kStartsAccessUnit : 0) | (role.key_frame ? kKeyFrame : 0) |
      (role.discardable ? kDiscardable : 0) | (role.recovery_point ? kRecoveryPoint : 0) |
      (role.temporal_layer & kTemporalLayerMask) << kTemporalLayerShift |
      (role.layer_sync ? kLayerSync : 0));
}

void AppendMedia(const rtp::Packet& packet, Bytes& out) {
  auto cts = BigEndian<3>(static_cast<uint64_t>(packet.role.cts));
  auto arrival = BigEndian<8>(static_cast<uint64_t>(packet.arrival.time_since_epoch().count()));
  uint8_t role = RoleFlags(packet.role);
  std::array<rtp::Extension, 4> extensions = {{{kRoleId, {&role, 1}}, {kArrivalId, arrival}}};
  size_t count = 2;
  if (packet.role.cts != 0) extensions[count++] = {kCtsId, cts};
  if (packet.role.orientation != 0) {
    extensions[count++] = {kOrientationId, {&packet.role.orientation, 1}};
  }
  std::span<const rtp::Extension> used(extensions.data(), count);
  rtp::Header header{packet.marker, packet.payload_type, packet.sequence_number,
                     packet.rtp_timestamp, packet.ssrc};
  std::array<uint8_t, 64> bytes;
  size_t size = rtp::WriteHeader(header, used, bytes);
  out.insert(out.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
  out.insert(out.end(), packet.payload.begin(), packet.payload.end());
}

template <typename Message>
void AppendMessage(std::array<char, 4> name, const Message& message, Bytes& out) {
  std::string text = message.SerializeAsString();
  Bytes data;
  ByteWriter writer(data);
  writer.WriteU32(static_cast<uint32_t>(text.size()));
  writer.WriteBytes(AsBytes(text));
  rtcp::Serialize(rtcp::AppView{.name = name, .data = data}, out);
}

v1::StreamEvent ToProto(const StreamEvent& event) {
  v1::StreamEvent message;
  message.set_type(event.type);
  message.set_payload(event.payload);
  return message;
}

std::string EndReason(const StreamEnd& end) {
  return StrCat(EndCauseName(end.cause), ": ", end.detail);
}

StreamEnd ParseEndReason(const std::string& reason) {
  size_t colon = reason.find(": ");
  if (colon == std::string::npos) return {EndCauseFromName(reason), ""};
  return {EndCauseFromName(reason.substr(0, colon)), reason.substr(colon + 2)};
}

// The serialised message behind its 32-bit length. InvalidArgument if the length lies.
absl::StatusOr<ByteView> AppMessage(const rtcp::AppView& app) {
  ByteReader reader(app.data);
  uint32_t size = reader.ReadU32();
  ByteView message = reader.ReadBytes(size);
  if (!reader.ok()) return absl::InvalidArgumentError("an APP packet's length leads outside it");
  return message;
}

absl::StatusOr<WantedLayers> ParseWantedLayers(const rtcp::AppView& app) {
  SLUICE_ASSIGN_OR_RETURN(ByteView bytes, AppMessage(app));
  v1::WantedLayers message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      static_cast<size_t>(message.layers_size()) > WantedLayers::kMaxTracks) {
    return absl::InvalidArgumentError("an SLWL packet holds no WantedLayers");
  }
  WantedLayers wanted;
  for (const v1::WantedLayers::Layer& layer : message.layers()) {
    if (!layer.wanted()) wanted.unwanted.insert(layer.track_id());
  }
  wanted.bitrate_bps = message.bitrate_bps();
  return wanted;
}

int32_t SignExtend24(uint32_t value) { return static_cast<int32_t>(value << 8) >> 8; }

void ReadExtensions(const rtp::RtpView& view, rtp::Packet& packet) {
  if (auto role = rtp::FindExtension(view, kRoleId)) {
    uint8_t flags = ByteReader(*role).ReadU8();
    packet.role.starts_access_unit = (flags & kStartsAccessUnit) != 0;
    packet.role.key_frame = (flags & kKeyFrame) != 0;
    packet.role.discardable = (flags & kDiscardable) != 0;
    packet.role.recovery_point = (flags & kRecoveryPoint) != 0;
    packet.role.temporal_layer = flags >> kTemporalLayerShift & kTemporalLayerMask;
    packet.role.layer_sync = (flags & kLayerSync) != 0;
  }
  if (auto orientation = rtp::FindExtension(view, kOrientationId)) {
    packet.role.orientation = ByteReader(*orientation).ReadU8();
  }
  if (auto cts = rtp::FindExtension(view, kCtsId)) {
    packet.role.cts = SignExtend24(ByteReader(*cts).ReadU24());
  }
  if (auto arrival = rtp::FindExtension(view, kArrivalId)) {
    packet.arrival = Instant(Duration(static_cast<int64_t>(ByteReader(*arrival).ReadU64())));
  }
}

}  // namespace

void AppendFrame(const Item& item, Bytes& out) {
  AppendFramed(out, [&] {
    if (const auto* packet = std::get_if<rtp::PacketPtr>(&item)) {
      AppendMedia(**packet, out);
    } else if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) {
      rtcp::Serialize(
          rtcp::SenderReport{
              .ssrc = clock->ssrc, .ntp = clock->ntp, .rtp_timestamp = clock->rtp_timestamp},
          out);
    } else if (const auto* description = std::get_if<DescriptionPtr>(&item)) {
      AppendMessage(kDescriptionName, ToProto(**description), out);
    } else if (const auto* event = std::get_if<StreamEventPtr>(&item)) {
      AppendMessage(kEventName, ToProto(**event), out);
    } else {
      rtcp::Serialize(rtcp::Goodbye{.reason = EndReason(std::get<StreamEnd>(item))}, out);
    }
  });
}

void AppendToken(std::string_view token, Bytes& out) {
  rtp::AppendRfc4571Frame(AsBytes(token), out);
}

void AppendFrame(const KeyFrameRequest& request, Bytes& out) {
  AppendFramed(
      out, [&] { rtcp::Serialize(rtcp::PictureLossIndication{.media_ssrc = request.ssrc}, out); });
}

void AppendFrame(const WantedLayers& wanted, Bytes& out) {
  v1::WantedLayers message;
  for (uint32_t id : wanted.unwanted) message.add_layers()->set_track_id(id);
  message.set_bitrate_bps(wanted.bitrate_bps);
  AppendFramed(out, [&] { AppendMessage(kWantedLayersName, message, out); });
}

absl::Status DownstreamReader::Read(ByteView bytes, std::vector<Item>& items) {
  frames_.Feed(bytes);
  while (auto frame = frames_.Next()) SLUICE_RETURN_IF_ERROR(ReadFrame(*frame, items));
  return absl::OkStatus();
}

absl::Status DownstreamReader::ReadFrame(ByteView frame, std::vector<Item>& items) {
  return rtcp::IsRtcp(frame) ? ReadControl(frame, items) : ReadMedia(frame, items);
}

absl::Status DownstreamReader::ReadMedia(ByteView frame, std::vector<Item>& items) {
  auto view = rtp::ParseRtp(frame);
  if (!view.has_value()) return absl::InvalidArgumentError("a frame is neither RTP nor RTCP");
  const media::Track* track = FindBySsrc(view->ssrc);
  if (track == nullptr)
    return absl::InvalidArgumentError("media of a track that was never described");
  rtp::Packet packet;
  packet.track_id = track->id;
  packet.marker = view->marker;
  packet.payload_type = view->payload_type;
  packet.sequence_number = view->sequence_number;
  packet.rtp_timestamp = view->rtp_timestamp;
  packet.ssrc = view->ssrc;
  packet.payload = ToBytes(view->payload);
  ReadExtensions(*view, packet);
  items.emplace_back(std::make_shared<const rtp::Packet>(std::move(packet)));
  return absl::OkStatus();
}

absl::Status DownstreamReader::ReadControl(ByteView frame, std::vector<Item>& items) {
  rtcp::CompoundReader reader(frame);
  while (auto view = reader.Next()) {
    auto message = rtcp::ParseMessage(*view);
    if (!message.has_value()) continue;
    if (const auto* report = std::get_if<rtcp::SenderReport>(&*message)) {
      const media::Track* track = FindBySsrc(report->ssrc);
      if (track == nullptr)
        return absl::InvalidArgumentError("the clock of a track that was never described");
      items.emplace_back(rtp::ClockReport{track->id, report->ssrc, report->ntp,
                                          report->rtp_timestamp, track->clock_rate});
    } else if (const auto* app = std::get_if<rtcp::AppView>(&*message)) {
      SLUICE_RETURN_IF_ERROR(ReadApp(*app, items));
    } else if (const auto* goodbye = std::get_if<rtcp::Goodbye>(&*message)) {
      items.emplace_back(ParseEndReason(goodbye->reason));
      return absl::OkStatus();
    }
  }
  return reader.ok() ? absl::OkStatus() : absl::InvalidArgumentError("a frame is no RTCP");
}

absl::Status DownstreamReader::ReadApp(const rtcp::AppView& app, std::vector<Item>& items) {
  if (app.name == kDescriptionName) return ReadDescription(app, items);
  if (app.name == kEventName) return ReadEvent(app, items);
  return absl::OkStatus();
}

absl::Status DownstreamReader::ReadEvent(const rtcp::AppView& app, std::vector<Item>& items) {
  SLUICE_ASSIGN_OR_RETURN(ByteView message, AppMessage(app));
  v1::StreamEvent event;
  if (!event.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return absl::InvalidArgumentError("an event is no StreamEvent");
  }
  items.emplace_back(
      std::make_shared<const StreamEvent>(StreamEvent{event.type(), event.payload()}));
  return absl::OkStatus();
}

absl::Status DownstreamReader::ReadDescription(const rtcp::AppView& app, std::vector<Item>& items) {
  SLUICE_ASSIGN_OR_RETURN(ByteView message, AppMessage(app));
  v1::StreamDescription description;
  if (!description.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return absl::InvalidArgumentError("a description is no StreamDescription");
  }
  description_ = std::make_shared<const media::StreamDescription>(FromProto(description));
  items.emplace_back(description_);
  return absl::OkStatus();
}

const media::Track* DownstreamReader::FindBySsrc(uint32_t ssrc) const {
  if (description_ == nullptr) return nullptr;
  for (const media::Track& track : description_->tracks) {
    if (track.ssrc == ssrc) return &track;
  }
  return nullptr;
}

absl::Status UpstreamReader::Read(ByteView bytes, std::vector<Upstream>& messages) {
  frames_.Feed(bytes);
  while (auto frame = frames_.Next()) {
    if (token_.empty()) {
      if (frame->size() != kTokenBytes) return absl::InvalidArgumentError("a token has 16 bytes");
      token_ = std::string(AsText(*frame));
    } else {
      SLUICE_RETURN_IF_ERROR(ReadFrame(*frame, messages));
    }
  }
  return absl::OkStatus();
}

absl::Status UpstreamReader::ReadFrame(ByteView frame, std::vector<Upstream>& messages) {
  if (!rtcp::IsRtcp(frame)) return absl::InvalidArgumentError("a subscriber sends RTCP only");
  rtcp::CompoundReader reader(frame);
  while (auto view = reader.Next()) {
    if (auto indication = rtcp::ParsePictureLossIndication(*view)) {
      messages.emplace_back(KeyFrameRequest{indication->media_ssrc});
      continue;
    }
    auto app = rtcp::ParseApp(*view);
    if (!app.has_value() || app->name != kWantedLayersName) continue;
    SLUICE_ASSIGN_OR_RETURN(WantedLayers wanted, ParseWantedLayers(*app));
    messages.emplace_back(std::move(wanted));
  }
  return reader.ok() ? absl::OkStatus() : absl::InvalidArgumentError("a frame is no RTCP");
}

}  // namespace sluice::fanout
