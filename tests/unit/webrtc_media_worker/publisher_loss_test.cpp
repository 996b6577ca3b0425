// A publisher's video over a bad network, by seeds and a simulated clock.
#include <catch2/catch.hpp>
#include <map>
#include <queue>

#include "services/webrtc-media/encoding_receiver.h"
#include "tests/support/simulated_link.h"
#include "tests/unit/webrtc_media_worker/test_publisher.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kStep = 1ms;
constexpr Duration kFrame = Duration(33'333);
constexpr Duration kTick = 10ms;
constexpr uint32_t kOurs = 5;

// What is on its way, by its arrival.
template <typename What>
class Way {
 public:
  Way(test::SimulatedLink::Shape shape, uint32_t seed) : link_(shape, seed) {}
  void Send(What what, size_t bytes, Instant now) {
    if (const auto arrival = link_.Send(bytes, now)) under_way_.emplace(*arrival, std::move(what));
  }
  std::vector<What> Take(Instant now) {
    std::vector<What> arrived;
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      arrived.push_back(std::move(under_way_.begin()->second));
      under_way_.erase(under_way_.begin());
    }
    return arrived;
  }

 private:
  test::SimulatedLink link_;
  std::multimap<Instant, What> under_way_;
};

// A browser: 30 frames a second, RTX for NACKs but once per round trip, key frames for PLIs.
class Sender {
 public:
  Sender(Way<TestRtp>& way, Duration round_trip) : way_(way), round_trip_(round_trip) {}

  void SendFrame(Instant now) {
    const bool key_frame = std::exchange(key_frame_wanted_, false);
    key_frames += key_frame;
    for (TestRtp& packet : Vp8Frame(next_, timestamp_, key_frame, key_frame ? 30 : 9)) {
      way_.Send(packet, 1200, now);
      history_[packet.sequence_number] = {packet, now};
    }
    next_ = static_cast<uint16_t>(next_ + (key_frame ? 30 : 9));
    timestamp_ += 3000;
    ++frames;
  }
  void OnFeedback(const Bytes& compound, Instant now) {
    if (!Find<rtp::rtcp::PictureLossIndication>({compound}).empty()) key_frame_wanted_ = true;
    for (const auto& nack : Find<rtp::rtcp::Nack>({compound})) {
      nack.ForEach([&](uint16_t number) {
        const auto sent = history_.find(number);
        if (sent == history_.end() || now - sent->second.second < round_trip_) return;
        sent->second.second = now;
        way_.Send(Rtx(sent->second.first, rtx_++), 1200, now);
      });
    }
  }

  int frames = 0;
  int key_frames = 0;

 private:
  Way<TestRtp>& way_;
  Duration round_trip_;
  std::map<uint16_t, std::pair<TestRtp, Instant>> history_;
  uint16_t next_ = 65000;
  uint16_t rtx_ = 1;
  uint32_t timestamp_ = 1;
  bool key_frame_wanted_ = true;
};

struct Outcome {
  int sent = 0;
  int complete = 0;
  int key_frames = 0;
  Duration longest_pause{};
};

Outcome Run(test::SimulatedLink::Shape shape, uint32_t seed, Duration time) {
  const PublisherSettings settings = TestPublisherSettings();
  EncodingCounters counters;
  PublishedTurn turn;
  EncodingReceiver receiver(settings.tracks[1], 1, counters, turn);
  receiver.OnSource(kPublishedVideo);
  Way<TestRtp> up(shape, seed);
  Way<Bytes> down(shape, seed + 1000);
  Sender sender(up, shape.delay * 2);
  Outcome outcome;
  Instant now{100s};
  Instant next_frame = now;
  Instant last_complete = now + 200ms;
  const auto feedback = [&] {
    Bytes compound;
    receiver.AppendFeedback(kOurs, now, compound);
    if (!compound.empty()) down.Send(compound, 100, now);
  };
  for (const Instant end = now + time; now < end; now += kStep) {
    if (now >= next_frame) {
      sender.SendFrame(now);
      next_frame += kFrame;
    }
    for (const Bytes& compound : down.Take(now)) sender.OnFeedback(compound, now);
    bool received = false;
    for (const TestRtp& packet : up.Take(now)) {
      const Bytes bytes = packet.Serialize();
      const ReceivedPacket arrived{.rtp = rtp::ParseRtp(bytes).value(), .arrival = now};
      packet.ssrc == kPublishedRtx ? receiver.OnRtx(arrived, now) : receiver.OnMedia(arrived, now);
      received = true;
    }
    if (received) feedback();
    if ((now - Instant{}) % kTick == 0ms) {
      receiver.OnTime(now);
      feedback();
    }
    for (const PublishedItem& item : std::exchange(turn.items, {})) {
      const auto* packet = std::get_if<rtp::Packet>(&item.content);
      if (packet == nullptr || !packet->marker) continue;
      ++outcome.complete;
      outcome.longest_pause = std::max(outcome.longest_pause, now - last_complete);
      last_complete = now;
    }
  }
  outcome.sent = sender.frames;
  outcome.key_frames = sender.key_frames;
  return outcome;
}

}  // namespace

TEST_CASE("5 % loss each way at 50 ms: nearly every frame comes, and none late by 250 ms") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u);
  CAPTURE(seed);
  const Outcome outcome = Run({.rate = 20e6, .delay = 25ms, .loss = 0.05}, seed, 60s);
  CHECK(outcome.sent == 1800);
  CHECK(outcome.complete * 100 >= outcome.sent * 99);
  CHECK(outcome.longest_pause <= 250ms);
  CHECK(outcome.key_frames <= 2);
}

TEST_CASE("20 % loss each way at 100 ms: what comes out goes on") {
  const auto seed = GENERATE(1u, 2u);
  CAPTURE(seed);
  const Outcome outcome = Run({.rate = 20e6, .delay = 50ms, .loss = 0.2}, seed, 30s);
  CHECK(outcome.complete * 100 >= outcome.sent * 75);
  CHECK(outcome.longest_pause <= 3s);
}

TEST_CASE("Without loss nothing is asked for, however the packets jitter") {
  const Outcome outcome = Run({.rate = 20e6, .delay = 25ms, .jitter = 20ms}, 1, 10s);
  CHECK(outcome.complete >= outcome.sent - 4);
  CHECK(outcome.key_frames == 1);
}

}  // namespace sluice::webrtc_media
