#include "libs/rtp/rtcp/message.h"

namespace sluice::rtp::rtcp {
namespace {

template <typename T>
std::optional<Message> Wrap(std::optional<T> parsed) {
  if (!parsed) return std::nullopt;
  return Message(*std::move(parsed));
}

std::optional<Message> ParseTransportLayerFeedback(const PacketView& packet) {
  if (auto nack = Wrap(ParseNack(packet))) return nack;
  return Wrap(ParseTransportFeedback(packet));
}

std::optional<Message> ParsePayloadFeedback(const PacketView& packet) {
  if (auto indication = Wrap(ParsePictureLossIndication(packet))) return indication;
  if (auto request = Wrap(ParseFullIntraRequest(packet))) return request;
  return Wrap(ParseReceiverEstimatedMaximumBitrate(packet));
}

}  // namespace

std::optional<Message> ParseMessage(const PacketView& packet) {
  switch (packet.type) {
    case PacketType::kSenderReport:
      return Wrap(ParseSenderReport(packet));
    case PacketType::kReceiverReport:
      return Wrap(ParseReceiverReport(packet));
    case PacketType::kSourceDescription:
      return Wrap(ParseSourceDescription(packet));
    case PacketType::kGoodbye:
      return Wrap(ParseGoodbye(packet));
    case PacketType::kApp:
      return Wrap(ParseApp(packet));
    case PacketType::kTransportFeedback:
      return ParseTransportLayerFeedback(packet);
    case PacketType::kPayloadFeedback:
      return ParsePayloadFeedback(packet);
  }
  return std::nullopt;
}

}  // namespace sluice::rtp::rtcp
