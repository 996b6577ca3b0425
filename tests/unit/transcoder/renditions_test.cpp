// Renditions of a stream that another daemon publishes, over real sockets on one loop.
#include "services/transcoder/renditions.h"

#include <catch2/catch.hpp>

#include "services/transcoder/rendition_timeline.h"
#include "tests/unit/transcoder/daemons.h"

namespace sluice::transcoder {
namespace {

using sluice::test::RecordingSink;
using sluice::test::RunPosted;
using sluice::test::RunUntil;
using test::Aac;
using test::Daemons;
using test::kBegin;
using test::kFirstTimestamp;
using test::kRate;
using test::Sound;
using test::TimedBytes;

TEST_CASE("a rendition sounds at the same moments of the stream's clock as its source") {
  Daemons daemons;
  daemons.source->SetClock(daemons.source_track, kBegin, kFirstTimestamp);
  REQUIRE(daemons.Start("cam").ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "opus"});
  REQUIRE(rendition != nullptr);
  rendition->Attach(sink);
  std::vector<Bytes> access_units = test::EncodeAac(test::ToneBursts(kRate, 3), 2);
  // Three seconds at once would be more than a rendition begins with: wait for its pipeline.
  for (size_t i = 0; i < access_units.size(); ++i) {
    daemons.Push(access_units[i], i);
    if (i == 4) REQUIRE(RunUntil(daemons.loop, [&] { return !sink.packets().empty(); }));
  }
  REQUIRE(RunUntil(daemons.loop, [&] { return sink.packets().size() > 140; }));
  rendition->Detach(sink);

  rtp::ClockReport clock = sink.Of<rtp::ClockReport>().front();
  CHECK(clock.clock_rate == 48000);
  std::vector<TimedBytes> packets;
  for (const rtp::PacketPtr& packet : sink.packets()) {
    int64_t ns = clock.TimeOf(packet->rtp_timestamp).Since(kBegin).count() * 1000;
    packets.push_back({packet->payload, ns + kOriginNs});
    CHECK(packet->arrival > Instant());
    CHECK(packet->payload.size() <= rtp::kMaxFanoutPayload);
  }
  Sound opus = test::DecodeOpus(packets, 2);
  opus.start_ns -= kOriginNs;
  Sound aac = test::DecodeAac(access_units, Aac().codec_config, kRate, 2);
  std::vector<double> expected = test::Onsets(aac);
  std::vector<double> heard = test::Onsets(opus);
  REQUIRE(heard.size() >= 5);
  for (size_t i = 0; i < heard.size(); ++i) CHECK(heard[i] == Approx(expected[i]).margin(0.001));
}

TEST_CASE("asking twice is the same as asking once") {
  Daemons daemons;
  auto first = daemons.Start("cam");
  auto second = daemons.Start("cam");
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->SerializeAsString() == second->SerializeAsString());
  CHECK(first->node_id() == "transcoder-1");
  CHECK(first->grpc_address() == daemons.self.grpc_address());
  CHECK(first->key().rendition() == "opus");
  CHECK(daemons.renditions->size() == 1);
  CHECK(daemons.counters.renditions_started == 1);
  REQUIRE(daemons.directory.FindStream({"cam", "opus"}) != nullptr);
  CHECK(daemons.directory.FindStream({"cam", "opus"})->description().tracks(0).codec() ==
        v1::CODEC_OPUS);
}

TEST_CASE("what cannot be converted is refused with the reason") {
  Daemons daemons;
  CHECK(daemons.Start("nobody").status().code() == absl::StatusCode::kNotFound);
  CHECK(daemons.Start("cam", "h265").status().code() == absl::StatusCode::kInvalidArgument);
  daemons.EndSource();
  RunPosted(daemons.loop);
  daemons.StartSource({sluice::test::VideoTrack()});
  CHECK(daemons.Start("cam").status().code() == absl::StatusCode::kFailedPrecondition);
  daemons.config.max_renditions = 0;
  CHECK(daemons.Start("cam").status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(daemons.counters.renditions_refused == 3);
}

TEST_CASE("a rendition that another transcoder has is found there") {
  Daemons daemons;
  v1::Node other = sluice::test::MakeNode("transcoder-2", 0, "transcoder");
  other.set_grpc_address("127.0.0.1:4999");
  daemons.directory.PutNode(other);
  daemons.directory.PutStream(sluice::test::MakeStream("cam", "transcoder-2", 1000, "opus"));
  RunPosted(daemons.loop);
  auto answer = daemons.Start("cam");
  REQUIRE(answer.ok());
  CHECK(answer->node_id() == "transcoder-2");
  CHECK(answer->grpc_address() == "127.0.0.1:4999");
  RunPosted(daemons.loop);
  CHECK(daemons.renditions->size() == 0);
}

TEST_CASE("a rendition ends with its source, and begins again with the next one") {
  Daemons daemons;
  REQUIRE(daemons.Start("cam").ok());
  RecordingSink sink;
  daemons.publications.Find({"cam", "opus"})->Attach(sink);
  daemons.EndSource();
  REQUIRE(RunUntil(daemons.loop, [&] { return daemons.renditions->size() == 0; }));
  REQUIRE(sink.Of<fanout::StreamEnd>().size() == 1);
  CHECK(sink.Of<fanout::StreamEnd>()[0].cause == fanout::EndCause::kPublisherLost);
  CHECK(daemons.publications.Find({"cam", "opus"}) == nullptr);
  CHECK(daemons.directory.FindStream({"cam", "opus"}) == nullptr);
  daemons.StartSource({Aac()});
  CHECK(daemons.Start("cam").ok());
}

TEST_CASE("a rendition ends when nobody has listened for a while") {
  Daemons daemons;
  daemons.config.rendition_linger = 1s;
  REQUIRE(daemons.Start("cam").ok());
  CHECK(RunUntil(daemons.loop, [&] { return daemons.renditions->size() == 0; }));
  CHECK(daemons.counters.renditions_ended == 1);
}

TEST_CASE("a draining transcoder starts nothing and is drained after the last rendition") {
  Daemons daemons;
  REQUIRE(daemons.Start("cam").ok());
  bool drained = false;
  daemons.renditions->Drain([&] { drained = true; });
  CHECK(daemons.Start("cam").ok());  // it runs
  CHECK_FALSE(drained);
  daemons.EndSource();
  REQUIRE(RunUntil(daemons.loop, [&] { return drained; }));
  daemons.StartSource({Aac()});
  CHECK(daemons.Start("cam").status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sluice::transcoder
