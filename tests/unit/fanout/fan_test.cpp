#include "libs/fanout/fan.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::PacketBuilder;
using test::RecordingSink;

struct FanFixture {
  FanFixture() { fan.Push(test::Describe({test::VideoTrack()})); }
  loop::EventLoop loop;
  Fan fan{loop, {}};
};

TEST_CASE_METHOD(FanFixture, "a batch leaves at the marker bit") {
  RecordingSink sink;
  fan.Attach(sink);
  fan.Push(PacketBuilder(1).KeyFrame().Marker(false).Shared());
  fan.Push(PacketBuilder(1).KeyFrame().Starts(false).Marker(false).Shared());
  CHECK(sink.packets().empty());
  fan.Push(PacketBuilder(1).KeyFrame().Starts(false).Shared());
  CHECK(sink.batches == std::vector<size_t>{1, 3});
}

TEST_CASE_METHOD(FanFixture, "a batch leaves with its 16th packet") {
  RecordingSink sink;
  fan.Attach(sink);
  for (int i = 0; i < 20; ++i) fan.Push(PacketBuilder(1).Marker(false).Shared());
  CHECK(sink.packets().size() == 16);
}

TEST_CASE_METHOD(FanFixture, "a batch leaves 1 ms after its first packet") {
  struct StoppingSink : Sink {
    explicit StoppingSink(loop::EventLoop& event_loop) : loop(event_loop) {}
    void OnItems(std::span<const Item> items) override {
      if (std::holds_alternative<rtp::PacketPtr>(items[0])) loop.Stop();
    }
    loop::EventLoop& loop;
  } sink(loop);
  fan.Attach(sink);
  fan.Push(PacketBuilder(1).Marker(false).Shared());
  loop.Run();  // ends only if the batch leaves
}

TEST_CASE_METHOD(FanFixture, "a joiner gets each packet once, also those waiting in the batch") {
  fan.Push(PacketBuilder(1).KeyFrame().Marker(false).Shared());
  RecordingSink sink;
  fan.Attach(sink);
  fan.Push(PacketBuilder(1).Shared());
  CHECK(sink.packets().size() == 2);
}

TEST_CASE_METHOD(FanFixture, "a sink may detach itself and others while a batch is delivered") {
  struct Detacher : Sink {
    explicit Detacher(Fan& a_fan) : fan(a_fan) {}
    void OnItems(std::span<const Item> items) override {
      if (!std::holds_alternative<rtp::PacketPtr>(items[0])) return;
      fan.Detach(*this);
      fan.Detach(*other);
    }
    Fan& fan;
    Sink* other = nullptr;
  } first(fan);
  RecordingSink second;
  RecordingSink third;
  first.other = &second;
  for (Sink* sink : std::initializer_list<Sink*>{&first, &second, &third}) fan.Attach(*sink);
  fan.Push(PacketBuilder(1).Shared());
  CHECK(second.packets().empty());
  CHECK(third.packets().size() == 1);
  CHECK(fan.sink_count() == 1);
}

TEST_CASE_METHOD(FanFixture, "the end is the last item, detaches all, and stands") {
  RecordingSink sink;
  fan.Attach(sink);
  fan.Push(StreamEnd{EndCause::kPublisherStopped, "bye"});
  fan.Push(StreamEnd{EndCause::kFailed, ""});
  fan.Push(PacketBuilder(1).Shared());
  CHECK(sink.Of<StreamEnd>() == std::vector<StreamEnd>{{EndCause::kPublisherStopped, "bye"}});
  CHECK(sink.packets().empty());
  CHECK(fan.ended());
  CHECK(fan.sink_count() == 0);
  RecordingSink late;
  fan.Attach(late);
  CHECK(late.all.empty());
}

TEST_CASE_METHOD(FanFixture, "a replay gives one sink the cached group once more") {
  RecordingSink sink;
  fan.Attach(sink);
  fan.Push(PacketBuilder(1).KeyFrame().Shared());
  fan.Replay(sink);
  CHECK(sink.packets().size() == 2);
}

}  // namespace
}  // namespace sluice::fanout
