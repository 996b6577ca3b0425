#include "libs/directory/claims.h"

#include <catch2/catch.hpp>
#include <map>

#include "libs/base/text.h"
#include "libs/directory/values.h"
#include "tests/support/directory_builders.h"

namespace sluice::directory {
namespace {

using test::MakeStream;

const media::StreamKey kCam{"cam", ""};

// The node "us", incarnation "2", whose clock the test moves.
struct Fixture {
  Fixture() { claims.Online(); }

  void Claim(int64_t created = 1000) {
    claims.Claim(
        MakeStream("cam", "", created),
        [this](const absl::Status& status) { answers.push_back(status); },
        [this](const absl::Status& status) { lost.push_back(status); }, now);
  }
  Claims::Write Next() {
    const auto write = claims.NextWrite();
    REQUIRE(write.has_value());
    return *write;
  }
  // As if the write had arrived.
  void Written(int64_t revision) {
    Next();
    claims.OnWritten(kCam, revision);
    claims.TellResults();
  }
  static Standing By(const std::string& node, int64_t created, int64_t revision,
                     const std::string& incarnation = "1") {
    v1::StreamEntry entry = MakeStream("cam", node, created);
    entry.set_incarnation(incarnation);
    return {std::make_shared<v1::StreamEntry>(entry), revision};
  }

  LocalCopy copy;
  Claims claims{copy, "us", "2"};
  Instant now{1s};
  std::vector<absl::Status> answers;
  std::vector<absl::Status> lost;
};

TEST_CASE("a free name is written as absent, accepted, and found at once") {
  Fixture f;
  f.Claim();
  CHECK(f.copy.FindStream(kCam) == nullptr);
  const Claims::Write write = f.Next();
  CHECK(write.expected_revision == 0);
  CHECK_FALSE(write.remove);
  const StreamPtr written = ParseStream(kCam, write.value);
  REQUIRE(written != nullptr);
  CHECK(written->node_id() == "us");
  CHECK(written->incarnation() == "2");
  f.claims.OnWritten(kCam, 7);
  CHECK(f.answers.empty());
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
  CHECK(f.copy.FindStream(kCam) != nullptr);
  CHECK_FALSE(f.claims.NextWrite().has_value());
}

TEST_CASE("a name that another has is refused with who has it") {
  Fixture f;
  f.Claim();
  f.Next();
  f.claims.OnRefused(kCam, Fixture::By("them", 5000, 3));
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(absl::IsAlreadyExists(f.answers[0]));
  CHECK(f.answers[0].message() == "stream cam is published on node them");
  CHECK(f.copy.FindStream(kCam)->node_id() == "them");
  CHECK_FALSE(f.claims.NextWrite().has_value());
}

TEST_CASE("a name that we have is refused to ourselves") {
  Fixture f;
  f.Claim();
  f.Written(1);
  f.Claim();
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 2);
  CHECK(absl::IsAlreadyExists(f.answers[1]));
}

TEST_CASE("a claim of our own earlier incarnation is taken over") {
  Fixture f;
  f.Claim();
  f.Next();
  f.claims.OnRefused(kCam, Fixture::By("us", 10, 3, "1"));
  CHECK(f.Next().expected_revision == 3);
  f.claims.OnWritten(kCam, 4);
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
}

TEST_CASE("a value that cannot be read is overwritten") {
  Fixture f;
  f.Claim();
  f.Next();
  f.claims.OnRefused(kCam, {nullptr, 9});
  CHECK(f.Next().expected_revision == 9);
}

TEST_CASE("while the shared directory is away a claim is accepted at once and written later") {
  Fixture f;
  f.claims.Offline();
  f.Claim();
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
  CHECK(f.copy.FindStream(kCam) != nullptr);
  CHECK_FALSE(f.claims.NextWrite().has_value());
  f.claims.Online();
  CHECK(f.Next().expected_revision == 0);
}

TEST_CASE("while it is away, a name known to be another's is refused") {
  Fixture f;
  f.claims.Offline();
  f.copy.SetStream(Fixture::By("them", 1, 1).entry);
  f.Claim();
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(absl::IsAlreadyExists(f.answers[0]));
  f.claims.Online();
  CHECK_FALSE(f.claims.NextWrite().has_value());
}

TEST_CASE("a claim that is not decided within a second is accepted") {
  Fixture f;
  f.Claim();
  f.Next();
  const auto due = f.claims.DecideOverdue(f.now);
  REQUIRE(due.has_value());
  CHECK(*due == f.now + 1s);
  CHECK_FALSE(f.claims.DecideOverdue(*due).has_value());
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
  SECTION("and the late answer is no second one") {
    f.claims.OnWritten(kCam, 5);
    f.claims.TellResults();
    CHECK(f.answers.size() == 1);
  }
  SECTION("and lost if the name was taken by an older stream") {
    f.claims.OnRefused(kCam, Fixture::By("them", 999, 5));
    f.claims.TellResults();
    REQUIRE(f.lost.size() == 1);
    CHECK(f.copy.FindStream(kCam)->node_id() == "them");
  }
}

TEST_CASE("of two who publish one name since etcd was away, the newer one ends") {
  Fixture f;
  f.claims.Offline();
  f.Claim(1000);
  f.claims.TellResults();
  f.claims.Online();
  f.Next();
  SECTION("us, if the other is older") {
    f.claims.OnRefused(kCam, Fixture::By("them", 999, 3));
    f.claims.TellResults();
    REQUIRE(f.lost.size() == 1);
    CHECK(absl::IsAlreadyExists(f.lost[0]));
    CHECK(f.claims.lost() == 1);
    CHECK_FALSE(f.claims.NextWrite().has_value());
  }
  SECTION("the other, if we are older") {
    f.claims.OnRefused(kCam, Fixture::By("them", 1001, 3));
    CHECK(f.Next().expected_revision == 3);
    CHECK(f.lost.empty());
  }
  SECTION("the one with the greater node id, if both are of one millisecond") {
    f.claims.OnRefused(kCam, Fixture::By("zeus", 1000, 3));
    CHECK(f.Next().expected_revision == 3);
  }
}

TEST_CASE("a name that is taken away is told") {
  Fixture f;
  f.Claim();
  f.Written(4);
  CHECK(f.claims.OnShared(kCam, Fixture::By("them", 1, 5), 5));
  f.claims.TellResults();
  REQUIRE(f.lost.size() == 1);
  CHECK(f.copy.FindStream(kCam)->node_id() == "them");
  CHECK(absl::IsNotFound(f.claims.Update(MakeStream("cam"))));
}

TEST_CASE("a notice that overtakes the answer to our write counts afterwards") {
  Fixture f;
  f.Claim();
  f.claims.DecideOverdue(f.now + 1s);
  f.Next();
  SECTION("taken away after it") {
    f.claims.OnShared(kCam, Fixture::By("them", 1, 6), 6);
    f.claims.OnWritten(kCam, 5);
    f.claims.TellResults();
    CHECK(f.lost.size() == 1);
  }
  SECTION("deleted after it") {
    f.claims.OnShared(kCam, {}, 6);
    f.claims.OnWritten(kCam, 5);
    CHECK(f.Next().expected_revision == 0);
  }
  SECTION("deleted before it") {
    f.claims.OnShared(kCam, {}, 4);
    f.claims.OnWritten(kCam, 5);
    CHECK_FALSE(f.claims.NextWrite().has_value());
  }
}

TEST_CASE("an entry that vanishes is put again, also after a new lease") {
  Fixture f;
  f.Claim();
  f.Written(4);
  SECTION("told by a notice") { f.claims.OnShared(kCam, {}, 5); }
  SECTION("gone with the lease") { f.claims.LeaseLost(); }
  CHECK(f.Next().expected_revision == 0);
  CHECK(f.copy.FindStream(kCam) != nullptr);
}

TEST_CASE("after a lost lease another's newer claim is taken back, not believed") {
  Fixture f;
  f.Claim(1000);
  f.Written(4);
  f.claims.Offline();
  f.claims.LeaseLost();
  f.claims.OnShared(kCam, {}, 5);
  f.claims.OnShared(kCam, Fixture::By("them", 2000, 6), 6);
  CHECK(f.copy.FindStream(kCam)->node_id() == "us");
  f.claims.Online();
  f.Next();
  f.claims.OnRefused(kCam, Fixture::By("them", 2000, 6));
  CHECK(f.Next().expected_revision == 6);
  CHECK(f.lost.empty());
}

TEST_CASE("an update is written after the write on its way, once for all changes") {
  Fixture f;
  f.Claim();
  f.Next();
  v1::StreamEntry changed = MakeStream("cam");
  for (const char* address : {"1.2.3.4:5", "1.2.3.4:6"}) {
    changed.set_publisher_address(address);
    CHECK(f.claims.Update(changed).ok());
  }
  CHECK_FALSE(f.claims.NextWrite().has_value());
  f.claims.OnWritten(kCam, 4);
  const Claims::Write write = f.Next();
  CHECK(write.expected_revision == 4);
  CHECK(ParseStream(kCam, write.value)->publisher_address() == "1.2.3.4:6");
  f.claims.OnWritten(kCam, 5);
  CHECK_FALSE(f.claims.NextWrite().has_value());
  CHECK(f.copy.FindStream(kCam)->publisher_address() == "1.2.3.4:6");
}

TEST_CASE("a write whose outcome is unknown is done again and finds itself") {
  Fixture f;
  f.Claim();
  f.Next();
  f.claims.Offline();
  f.claims.Online();
  CHECK(f.Next().expected_revision == 0);
  f.claims.OnRefused(kCam, Fixture::By("us", 1000, 3, "2"));
  CHECK(f.Next().expected_revision == 3);
  f.claims.OnWritten(kCam, 4);
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].ok());
}

TEST_CASE("a released name is gone at once and deleted where it stood") {
  Fixture f;
  f.Claim();
  SECTION("before a write: nothing is to be deleted") {
    f.claims.Release(kCam);
    CHECK_FALSE(f.claims.NextWrite().has_value());
  }
  SECTION("while a write is on its way: after it") {
    f.Next();
    f.claims.Release(kCam);
    CHECK_FALSE(f.claims.NextWrite().has_value());
    f.claims.OnWritten(kCam, 4);
    CHECK(f.Next().remove);
  }
  SECTION("after it, late notices of it are not believed") {
    f.Written(4);
    f.claims.Release(kCam);
    CHECK(f.copy.FindStream(kCam) == nullptr);
    CHECK(f.Next().remove);
    f.claims.OnRemoved(kCam);
    CHECK(f.claims.OnShared(kCam, Fixture::By("us", 1000, 4, "2"), 4));
    CHECK(f.copy.FindStream(kCam) == nullptr);
    CHECK_FALSE(f.claims.NextWrite().has_value());
  }
  SECTION("while the shared directory is away: when it is back, unless the lease is gone") {
    f.Written(4);
    f.claims.Offline();
    f.claims.Release(kCam);
    f.claims.LeaseLost();
    f.claims.Online();
    CHECK_FALSE(f.claims.NextWrite().has_value());
  }
}

TEST_CASE("a release takes back results that have not been told") {
  Fixture f;
  f.claims.Offline();
  f.Claim();
  CHECK(f.claims.has_results());
  f.claims.Release(kCam);
  f.claims.TellResults();
  CHECK(f.answers.empty());
}

TEST_CASE("a name may be claimed again while its removal is on its way") {
  Fixture f;
  f.Claim();
  f.Written(4);
  f.claims.Release(kCam);
  CHECK(f.Next().remove);
  f.Claim();
  CHECK_FALSE(f.claims.NextWrite().has_value());
  f.claims.OnRemoved(kCam);
  const Claims::Write write = f.Next();
  CHECK_FALSE(write.remove);
  CHECK(write.expected_revision == 0);
  f.claims.OnWritten(kCam, 9);
  f.claims.TellResults();
  CHECK(f.answers.size() == 2);
}

TEST_CASE("not more than 64 writes are on their way, nor more than 10000 claims") {
  Fixture f;
  int refused = 0;
  for (size_t i = 0; i <= Claims::kMaxClaims; ++i) {
    f.claims.Claim(
        MakeStream(StrCat("s", i)),
        [&](const absl::Status& status) { refused += absl::IsResourceExhausted(status); },
        [](const absl::Status&) {}, f.now);
  }
  f.claims.TellResults();
  CHECK(refused == 1);
  size_t writes = 0;
  while (f.claims.NextWrite()) ++writes;
  CHECK(writes == Claims::kMaxWritesOnTheWay);
  f.claims.Offline();
  f.claims.Online();
  CHECK(f.claims.NextWrite().has_value());
}

TEST_CASE("what is not a stream name is refused") {
  Fixture f;
  f.claims.Claim(
      MakeStream(""), [&](const absl::Status& status) { f.answers.push_back(status); },
      [](const absl::Status&) {}, f.now);
  f.claims.TellResults();
  REQUIRE(f.answers.size() == 1);
  CHECK(absl::IsInvalidArgument(f.answers[0]));
}

}  // namespace
}  // namespace sluice::directory
