#include "tools/sluice-load/receiver_feedback.h"

#include <catch2/catch.hpp>

#include "libs/rtp/rtcp/message.h"
#include "libs/rtp/rtcp/transport_feedback.h"

using namespace sluice;
using load::ReceiverFeedback;

namespace {

constexpr uint32_t kVideo = 7;
const Instant kStart{1000s};

ReceiverFeedback::Arrival Video(uint16_t number) {
  return {.ssrc = kVideo, .sequence_number = number, .rtp_timestamp = 0, .nack = true};
}

std::vector<uint16_t> Nacked(ByteView compound) {
  std::vector<uint16_t> numbers;
  rtp::rtcp::CompoundReader reader(compound);
  while (auto packet = reader.Next()) {
    if (auto nack = rtp::rtcp::ParseNack(*packet))
      nack->ForEach([&](uint16_t number) { numbers.push_back(number); });
  }
  return numbers;
}

}  // namespace

TEST_CASE("A report each second tells losses and the last sender report") {
  ReceiverFeedback feedback(1);
  for (uint16_t number : {10, 11, 13}) feedback.OnPacket(Video(number), kStart);
  feedback.OnSenderReport({.ssrc = kVideo, .ntp = {uint64_t{0x12345678} << 16}, .blocks = {}},
                          kStart);
  const Bytes due = feedback.TakeDue(kStart + 500ms);
  rtp::rtcp::CompoundReader reader(due);
  const auto report = rtp::rtcp::ParseReceiverReport(*reader.Next());
  REQUIRE(report.has_value());
  REQUIRE(report->blocks.size() == 1);
  CHECK(report->blocks[0].ssrc == kVideo);
  CHECK(report->blocks[0].cumulative_lost == 1);
  CHECK(report->blocks[0].fraction_lost == 64);
  CHECK(report->blocks[0].extended_highest_sequence == 13);
  CHECK(report->blocks[0].last_sender_report == 0x12345678);
  CHECK(report->blocks[0].delay_since_last_sender_report == 0x8000);
  feedback.OnPacket(Video(14), kStart + 600ms);
  CHECK(Nacked(feedback.TakeDue(kStart + 600ms)) == std::vector<uint16_t>{12});
  CHECK(feedback.TakeDue(kStart + 601ms).empty());
}

TEST_CASE("Missing packets are asked for again until they come, are repaired, or are given up") {
  ReceiverFeedback feedback(1);
  for (uint16_t number : {1, 3, 6}) feedback.OnPacket(Video(number), kStart);
  CHECK(Nacked(feedback.TakeDue(kStart)) == std::vector<uint16_t>{2, 4, 5});
  CHECK(Nacked(feedback.TakeDue(kStart + 10ms)).empty());
  feedback.OnPacket(Video(4), kStart + 20ms);
  feedback.OnRepaired(kVideo, 5);
  Instant now = kStart;
  for (int i = 1; i < ReceiverFeedback::kMaxNacks; ++i) {
    now += ReceiverFeedback::kNackInterval;
    CHECK(Nacked(feedback.TakeDue(now)) == std::vector<uint16_t>{2});
  }
  CHECK(Nacked(feedback.TakeDue(now + 1s)).empty());
  CHECK(feedback.nacked() == 2 + ReceiverFeedback::kMaxNacks);
}

TEST_CASE("Holes of tracks without NACK are not asked for, and their number is bounded") {
  ReceiverFeedback feedback(1);
  for (uint16_t number : {1, 3}) {
    auto arrival = Video(number);
    arrival.nack = false;
    feedback.OnPacket(arrival, kStart);
  }
  CHECK(Nacked(feedback.TakeDue(kStart)).empty());
  ReceiverFeedback other(1);
  for (uint16_t number : {1, 5000}) other.OnPacket(Video(number), kStart);
  CHECK(Nacked(other.TakeDue(kStart)).size() == ReceiverFeedback::kMaxMissing);
}

TEST_CASE("Transport-wide feedback tells every packet since the last one, each 62 ms") {
  ReceiverFeedback feedback(1);
  const auto come = [&](uint16_t transport, Instant at) {
    auto arrival = Video(transport);
    arrival.nack = false;
    arrival.transport_sequence = transport;
    feedback.OnPacket(arrival, at);
  };
  const auto told = [&](Instant now) {
    std::vector<std::pair<uint16_t, bool>> packets;
    const Bytes due = feedback.TakeDue(now);
    rtp::rtcp::CompoundReader reader(due);
    while (auto packet = reader.Next()) {
      if (auto transport = rtp::rtcp::ParseTransportFeedback(*packet)) {
        transport->ForEach([&](uint16_t number, std::optional<Duration> arrival) {
          packets.emplace_back(number, arrival.has_value());
        });
      }
    }
    return packets;
  };
  using Told = std::vector<std::pair<uint16_t, bool>>;
  come(65534, kStart);
  come(0, kStart + 5ms);
  CHECK(told(kStart + 5ms) == Told{{65534, true}, {65535, false}, {0, true}});
  come(2, kStart + 30ms);
  CHECK(told(kStart + 30ms).empty());
  come(3, kStart + 70ms);
  CHECK(told(kStart + 70ms) == Told{{1, false}, {2, true}, {3, true}});
}
