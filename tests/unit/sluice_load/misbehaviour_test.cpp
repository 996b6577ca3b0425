#include "tools/sluice-load/misbehaviour.h"

#include <catch2/catch.hpp>
#include <variant>
#include <vector>

#include "libs/rtp/rtcp/message.h"

namespace sluice::load {
namespace {

std::vector<rtp::rtcp::Message> Read(ByteView compound) {
  std::vector<rtp::rtcp::Message> messages;
  rtp::rtcp::CompoundReader reader(compound);
  while (const auto packet = reader.Next()) {
    if (auto message = rtp::rtcp::ParseMessage(*packet)) messages.push_back(*std::move(message));
  }
  REQUIRE(reader.ok());
  return messages;
}

TEST_CASE("a NACK storm asks for the last 256 packets of each track, across the wrap") {
  BadFeedback bad(*ParseMisbehaviour("nack-storm"), 1);
  CHECK(bad.Next().empty());
  bad.OnPacket(7, 100);
  const Bytes compound = bad.Next();
  const auto messages = Read(compound);
  REQUIRE(messages.size() == 1);
  std::vector<uint16_t> asked;
  std::get<rtp::rtcp::Nack>(messages[0]).ForEach([&](uint16_t number) { asked.push_back(number); });
  REQUIRE(asked.size() == 256);
  CHECK(asked.front() == static_cast<uint16_t>(100 - 256));
  CHECK(asked.back() == 99);
}

TEST_CASE("a PLI storm repeats PLI and FIR, each FIR a new one") {
  BadFeedback bad(*ParseMisbehaviour("pli-storm"), 1);
  bad.OnPacket(7, 100);
  const Bytes first = bad.Next();
  const Bytes second = bad.Next();
  const auto number = [](const Bytes& compound) {
    const auto messages = Read(compound);
    REQUIRE(messages.size() == 2);
    CHECK(std::get<rtp::rtcp::PictureLossIndication>(messages[0]).media_ssrc == 7);
    return std::get<rtp::rtcp::FullIntraRequest>(messages[1]).items[0].sequence_number;
  };
  CHECK(number(first) != number(second));
}

TEST_CASE("lies are well-formed") {
  BadFeedback bad(*ParseMisbehaviour("rtcp-lies"), 1);
  bad.OnPacket(7, 100);
  CHECK(Read(bad.Next()).size() >= 5);
}

TEST_CASE("other kinds are unknown, and a replay makes nothing of its own") {
  CHECK_FALSE(ParseMisbehaviour("storm"));
  BadFeedback bad(*ParseMisbehaviour("rtcp-replay"), 1);
  bad.OnPacket(7, 100);
  CHECK(bad.Next().empty());
}

}  // namespace
}  // namespace sluice::load
