#include "services/ingest/publisher.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"
#include "tests/unit/ingest/ingest_fixture.h"
#include "tests/unit/ingest/media_samples.h"

namespace sluice::ingest {
namespace {

struct OnePublisher : IngestParts {
  void Start(const std::string& name = "cam") {
    publisher = std::make_unique<Publisher>(
        publishers, Publisher::Request{name, "127.0.0.1:5000", "test"},
        [this](const absl::Status& status) { decided = status; },
        [this](const absl::Status& status) { ended = status; });
  }
  bool Decided() {
    return RunUntil([this] { return decided.has_value(); });
  }
  void StartPublishing() {
    Start();
    REQUIRE(Decided());
    REQUIRE(decided->ok());
  }
  void Receive(const rtmp::MediaEvent& event) {
    publisher->OnMessage(event, {loop.now(), WallClockNow()});
  }
  directory::StreamPtr Entry() const { return directory.FindStream({"cam", ""}); }

  std::optional<absl::Status> decided;
  std::optional<absl::Status> ended;
  std::unique_ptr<Publisher> publisher;
};

TEST_CASE_METHOD(OnePublisher, "the name is claimed before publishing begins") {
  Start();
  CHECK_FALSE(decided.has_value());
  REQUIRE(Decided());
  CHECK(decided->ok());
  REQUIRE(Entry() != nullptr);
  CHECK(Entry()->node_id() == "ingest-1");
  CHECK(Entry()->publisher_address() == "127.0.0.1:5000");
  CHECK(publications.Find({"cam", ""}) != nullptr);
}

TEST_CASE_METHOD(OnePublisher, "a name that another node has is refused") {
  PutForeignStream("cam");
  Start();
  REQUIRE(Decided());
  CHECK(decided->code() == absl::StatusCode::kAlreadyExists);
  CHECK(publications.all().empty());
  publisher.reset();
  CHECK(Entry()->node_id() == "ingest-2");
}

TEST_CASE_METHOD(OnePublisher, "a name that this node has is refused, and stays its owner's") {
  StartPublishing();
  std::optional<absl::Status> second_decided;
  auto second = std::make_unique<Publisher>(
      publishers, Publisher::Request{"cam", "127.0.0.1:6000", ""},
      [&](const absl::Status& status) { second_decided = status; }, [](const absl::Status&) {});
  REQUIRE(RunUntil([&] { return second_decided.has_value(); }));
  CHECK(second_decided->code() == absl::StatusCode::kAlreadyExists);
  second.reset();
  CHECK(Entry() != nullptr);
  CHECK(publications.Find({"cam", ""}) != nullptr);
}

TEST_CASE_METHOD(OnePublisher, "what is not a stream name is refused") {
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string(256, 'x'), std::string("\xff\xfe")}) {
    decided.reset();
    Start(name);
    REQUIRE(Decided());
    CHECK(decided->code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE_METHOD(OnePublisher, "the tracks stand in the directory when the stream is ready") {
  StartPublishing();
  Receive(VideoHeader());
  CHECK(Entry()->description().tracks().empty());
  Receive(AudioHeader());
  CHECK(Entry()->description().ready());
  REQUIRE(Entry()->description().tracks_size() == 2);
  CHECK(Entry()->description().tracks(0).width() == 640);
  Receive(VideoHeader(OtherAvcConfiguration()));
  CHECK(Entry()->description().tracks(0).width() == 1920);
}

TEST_CASE_METHOD(OnePublisher, "a stream of one track is ready after a second") {
  StartPublishing();
  Receive(AudioHeader());
  CHECK_FALSE(Entry()->description().ready());
  REQUIRE(RunUntil([this] { return Entry()->description().ready(); }));
  CHECK(Entry()->description().tracks_size() == 1);
}

TEST_CASE_METHOD(OnePublisher, "a stream without any codec that is taken ends after a second") {
  StartPublishing();
  Receive({1, rtmp::MessageType::kVideo, 0, test::Hex("24 0102")});
  REQUIRE(RunUntil([this] { return ended.has_value(); }));
  CHECK(ended->code() == absl::StatusCode::kUnimplemented);
  CHECK(Entry() == nullptr);
  CHECK(publications.all().empty());
  Receive(VideoHeader());  // what still comes is ignored
}

TEST_CASE_METHOD(OnePublisher, "the end of publishing ends the publication and frees the name") {
  test::RecordingSink sink;
  StartPublishing();
  publications.Find({"cam", ""})->Attach(sink);
  publisher->End(fanout::EndCause::kPublisherStopped, "deleteStream");
  publisher->End(fanout::EndCause::kPublisherLost, "again");
  auto ends = sink.Of<fanout::StreamEnd>();
  REQUIRE(ends.size() == 1);
  CHECK(ends[0] == fanout::StreamEnd{fanout::EndCause::kPublisherStopped, "deleteStream"});
  CHECK(Entry() == nullptr);
  CHECK(publications.all().empty());
  CHECK(Logged("publishing ended"));
  CHECK_FALSE(ended.has_value());
}

TEST_CASE_METHOD(OnePublisher,
                 "a publisher that goes before its claim is answered frees the name") {
  Start();
  publisher.reset();
  test::RunPosted(loop);
  CHECK_FALSE(decided.has_value());
  CHECK(Entry() == nullptr);
}

TEST_CASE_METHOD(OnePublisher,
                 "a name lost to another node ends the publication, and stays there") {
  test::RecordingSink sink;
  StartPublishing();
  publications.Find({"cam", ""})->Attach(sink);
  v1::StreamEntry other;
  other.mutable_key()->set_name("cam");
  other.set_node_id("ingest-2");
  directory.PutStream(other);
  REQUIRE(RunUntil([this] { return ended.has_value(); }));
  REQUIRE(sink.Of<fanout::StreamEnd>().size() == 1);
  CHECK(sink.Of<fanout::StreamEnd>()[0].cause == fanout::EndCause::kNameLost);
  publisher.reset();
  CHECK(Entry()->node_id() == "ingest-2");
}

}  // namespace
}  // namespace sluice::ingest
