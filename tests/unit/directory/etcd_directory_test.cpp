#include "libs/directory/etcd_directory.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "etcd/rpc.grpc.pb.h"
#include "libs/base/text.h"
#include "libs/directory/keys.h"
#include "libs/rpc/client.h"
#include "tests/support/directory_builders.h"
#include "tests/support/etcd_process.h"
#include "tests/support/run_until.h"

namespace sluice::directory {
namespace {

using test::EtcdProcess;
using test::MakeNode;
using test::MakeStream;
using test::RunUntil;

const media::StreamKey kCam{"cam", ""};

// One daemon's directory, entered as node `id`.
struct TestNode {
  TestNode(rpc::ChannelPool& channels, EtcdOptions options, const std::string& id,
           const std::string& incarnation = "1")
      : loop(channels.loop()),
        directory(std::make_unique<EtcdDirectory>(channels, std::move(options),
                                                  MakeNode(id, 0, "ingest", incarnation))) {
    directory->SetNode(MakeNode(id));
    directory->Start();
  }
  void Claim(const std::string& name, int64_t created = 1000) {
    directory->ClaimStream(
        MakeStream(name, "", created),
        [this](const absl::Status& status) { answers.push_back(status); },
        [this](const absl::Status& status) { lost.push_back(status); });
  }
  // The status of the next claim to be decided.
  absl::Status ClaimAndWait(const std::string& name, int64_t created = 1000) {
    const size_t before = answers.size();
    Claim(name, created);
    REQUIRE(RunUntil(loop, [&] { return answers.size() > before; }));
    return answers.back();
  }
  bool Sees(const std::string& name) const { return directory->FindStream({name, ""}) != nullptr; }
  bool SeesOf(const std::string& name, const std::string& node) const {
    const StreamPtr entry = directory->FindStream({name, ""});
    return entry != nullptr && entry->node_id() == node;
  }
  EtcdDirectory* operator->() { return directory.get(); }

  loop::EventLoop& loop;
  std::unique_ptr<EtcdDirectory> directory;
  std::vector<absl::Status> answers;
  std::vector<absl::Status> lost;
};

struct Fixture {
  EtcdOptions Options(Duration ttl = 10s) {
    EtcdOptions options;
    options.endpoints = {etcd.endpoint()};
    options.lease_ttl = ttl;
    return options;
  }
  TestNode Node(const std::string& id, Duration ttl = 10s) { return {channels, Options(ttl), id}; }
  bool Until(const std::function<bool()>& condition, Duration limit = 15s) {
    return RunUntil(loop, condition, limit);
  }
  bool Connected(TestNode& node) {
    return Until([&] { return node->connected(); });
  }

  EtcdProcess etcd;
  loop::EventLoop loop;
  rpc::ChannelPool channels{loop};
};

TEST_CASE("a claimed stream is seen by the other nodes, with changes and its end") {
  Fixture f;
  TestNode a = f.Node("a");
  TestNode b = f.Node("b");
  int told = 0;
  const auto watch = b->WatchStreams([&](const auto&, const auto&) { ++told; });
  CHECK(a.ClaimAndWait("cam").ok());
  CHECK(a.SeesOf("cam", "a"));
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a"); }));
  CHECK(b->FindNode("a") != nullptr);

  v1::StreamEntry changed = MakeStream("cam");
  changed.set_publisher_address("192.0.2.1:9");
  CHECK(a->UpdateStream(changed).ok());
  REQUIRE(f.Until([&] { return b->FindStream(kCam)->publisher_address() == "192.0.2.1:9"; }));
  a->ReleaseStream(kCam);
  CHECK_FALSE(a.Sees("cam"));
  REQUIRE(f.Until([&] { return !b.Sees("cam"); }));
  CHECK(told == 3);
}

TEST_CASE("a name is held by one node; when it goes, another may have it") {
  Fixture f;
  TestNode a = f.Node("a");
  TestNode b = f.Node("b");
  CHECK(a.ClaimAndWait("cam").ok());
  const absl::Status refused = b.ClaimAndWait("cam");
  CHECK(refused == absl::AlreadyExistsError("stream cam is published on node a"));
  CHECK(b.SeesOf("cam", "a"));
  a->ReleaseStream(kCam);
  REQUIRE(f.Until([&] { return !b.Sees("cam"); }));
  CHECK(b.ClaimAndWait("cam").ok());
}

TEST_CASE("of many claims of one name at once, one is accepted") {
  Fixture f;
  std::vector<std::unique_ptr<TestNode>> nodes;
  for (const char* id : {"a", "b", "c", "d"}) {
    nodes.push_back(std::make_unique<TestNode>(f.channels, f.Options(), id));
  }
  for (auto& node : nodes) REQUIRE(f.Connected(*node));
  for (auto& node : nodes) node->Claim("cam");
  int accepted = 0;
  for (auto& node : nodes) {
    REQUIRE(f.Until([&] { return !node->answers.empty(); }));
    accepted += node->answers[0].ok();
  }
  CHECK(accepted == 1);
}

TEST_CASE("entries of a node that dies vanish when its lease runs out") {
  Fixture f;
  TestNode a = f.Node("a", 2s);
  TestNode b = f.Node("b");
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(f.Until([&] { return b.Sees("cam") && b->FindNode("a") != nullptr; }));
  a.directory.reset();
  REQUIRE(f.Until([&] { return !b.Sees("cam") && b->FindNode("a") == nullptr; }));
}

TEST_CASE("a lease outlives its time while its node lives") {
  Fixture f;
  TestNode a = f.Node("a", 2s);
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(f.Connected(a));
  const uint64_t failures = a->counters().failures;
  loop::Timer timer(f.loop, [] {});
  timer.Start(5s);
  REQUIRE(f.Until([&] { return !timer.running(); }));
  CHECK(a->connected());
  CHECK(a->counters().leases == 1);
  CHECK(a->counters().failures == failures);
}

TEST_CASE("entries of a node that stops vanish at once") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b");
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(f.Until([&] { return b.Sees("cam") && b->FindNode("a") != nullptr; }));
  bool stopped = false;
  a->Stop([&] { stopped = true; });
  REQUIRE(f.Until([&] { return stopped; }, 2s));
  REQUIRE(f.Until([&] { return !b.Sees("cam") && b->FindNode("a") == nullptr; }, 2s));
}

TEST_CASE("a restarted node revokes its old lease first") {
  Fixture f;
  EtcdOptions options = f.Options(60s);
  options.lease_file = f.etcd.folder() + "/a.lease";
  TestNode first(f.channels, options, "a", "1");
  TestNode b = f.Node("b");
  CHECK(first.ClaimAndWait("cam").ok());
  CHECK(first.ClaimAndWait("gone").ok());
  REQUIRE(f.Until([&] { return b.Sees("gone") && std::ifstream(options.lease_file).good(); }));
  first.directory.reset();

  TestNode second(f.channels, options, "a", "2");
  REQUIRE(f.Until([&] { return !b.Sees("gone") && !b.Sees("cam"); }, 5s));
  CHECK(second.ClaimAndWait("cam").ok());
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a"); }));
  CHECK(b->FindStream(kCam)->incarnation() == "2");
}

TEST_CASE("a new incarnation takes over what its old one still holds") {
  Fixture f;
  TestNode first(f.channels, f.Options(60s), "a", "1");
  CHECK(first.ClaimAndWait("cam").ok());
  first.directory.reset();
  TestNode second(f.channels, f.Options(60s), "a", "2");
  CHECK(second.ClaimAndWait("cam").ok());
  CHECK(second->FindStream(kCam)->incarnation() == "2");
}

TEST_CASE("the watch resumes after etcd has restarted, and what is known stays known meanwhile") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b", 60s);
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(f.Until([&] { return b.Sees("cam"); }));
  f.etcd.Kill();
  REQUIRE(f.Until([&] { return !a->connected() && !b->connected(); }));
  CHECK(b.SeesOf("cam", "a"));
  CHECK(b->FindNode("a") != nullptr);
  a->ReleaseStream(kCam);

  f.etcd.Start();
  REQUIRE(f.Until([&] { return !b.Sees("cam"); }));
  CHECK(a.ClaimAndWait("next").ok());
  REQUIRE(f.Until([&] { return b.SeesOf("next", "a"); }));
  CHECK(b->counters().full_reads == 1);
  CHECK(b->counters().watch_resumes >= 1);
  CHECK(b->counters().leases == 1);
}

TEST_CASE("while etcd is away a publication is taken, and the others see it when etcd is back") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b", 60s);
  REQUIRE(f.Connected(a));
  REQUIRE(f.Connected(b));
  f.etcd.Kill();
  REQUIRE(f.Until([&] { return !a->connected(); }));
  CHECK(a.ClaimAndWait("cam").ok());
  CHECK(a.SeesOf("cam", "a"));
  CHECK_FALSE(b.Sees("cam"));
  f.etcd.Start();
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a"); }));
}

TEST_CASE("of two who took one name while etcd was away, the newer one is told that it is lost") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b", 60s);
  REQUIRE(f.Connected(a));
  REQUIRE(f.Connected(b));
  f.etcd.Kill();
  REQUIRE(f.Until([&] { return !a->connected() && !b->connected(); }));
  CHECK(a.ClaimAndWait("cam", 2000).ok());
  CHECK(b.ClaimAndWait("cam", 1000).ok());
  f.etcd.Start();
  REQUIRE(f.Until([&] { return !a.lost.empty(); }));
  REQUIRE(f.Until([&] { return a.SeesOf("cam", "b") && b->connected(); }));
  CHECK(b.lost.empty());
  CHECK(absl::IsAlreadyExists(a.lost[0]));
}

TEST_CASE("an etcd that does not answer keeps no publisher waiting for more than a second or so") {
  Fixture f;
  TestNode a = f.Node("a");
  REQUIRE(f.Connected(a));
  f.etcd.Freeze();
  const Instant before = f.loop.now();
  CHECK(a.ClaimAndWait("cam").ok());
  CHECK(f.loop.now() - before < 1500ms);
  f.etcd.Thaw();
  TestNode b = f.Node("b");
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a"); }));
}

TEST_CASE("after a long silence all is as it was") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  CHECK(a.ClaimAndWait("cam").ok());
  TestNode b = f.Node("b", 60s);
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a"); }));
  f.etcd.Freeze();
  a->SetState(v1::NODE_STATE_DRAINING);
  REQUIRE(f.Until([&] { return a->counters().failures >= 3; }, 30s));
  f.etcd.Thaw();
  REQUIRE(f.Until([&] { return a->connected() && b->connected(); }));
  // Whichever of the two was back first.
  REQUIRE(f.Until([&] {
    const NodePtr seen = b->FindNode("a");
    return b.SeesOf("cam", "a") && seen != nullptr && seen->state() == v1::NODE_STATE_DRAINING;
  }));
  CHECK(a.lost.empty());
}

TEST_CASE("a daemon that never met etcd works alone") {
  Fixture f;
  f.etcd.Kill();
  TestNode a = f.Node("a");
  CHECK(a.ClaimAndWait("cam").ok());
  CHECK_FALSE(a->synced());
  CHECK(a->FindNode("a") != nullptr);
  CHECK(a->ChooseNode("ingest", nullptr) != nullptr);
}

TEST_CASE("an etcd that has lost its data is filled again") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b", 60s);
  for (int i = 0; i < 20; ++i) CHECK(a.ClaimAndWait(StrCat("s", i)).ok());
  REQUIRE(f.Until([&] { return b.Sees("s19") && b->FindNode("a") != nullptr; }));
  // Meanwhile nobody forgets the others.
  bool forgot = false;
  const auto nodes = b->WatchNodes(
      [&](const std::string&, const NodePtr& node) { forgot = forgot || node == nullptr; });
  const auto streams = b->WatchStreams(
      [&](const media::StreamKey&, const StreamPtr& stream) { forgot = forgot || !stream; });
  f.etcd.Kill();
  f.etcd.EraseData();
  f.etcd.Start();
  REQUIRE(f.Until([&] { return a->counters().leases == 2 && a->connected() && b->connected(); }));
  TestNode c = f.Node("c");
  REQUIRE(f.Until([&] { return c->ListStreams().size() == 20 && c->ListNodes("").size() == 3; }));
  REQUIRE(f.Until([&] { return b->ListStreams().size() == 20; }));
  CHECK(a.lost.empty());
  CHECK_FALSE(forgot);
}

TEST_CASE("who does not come back to an etcd that has lost its data is forgotten") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  TestNode b = f.Node("b", 60s);
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(f.Until([&] { return b.Sees("cam") && b->FindNode("a") != nullptr; }));
  f.etcd.Kill();
  a.directory.reset();
  f.etcd.EraseData();
  f.etcd.Start();
  REQUIRE(f.Until([&] { return !b.Sees("cam") && b->FindNode("a") == nullptr; }));
}

// A raw call to etcd, beside the directory.
template <typename Service, typename Response, typename Request>
Response Ask(Fixture& f, rpc::UnaryMethod<Service, Request, Response> method,
             const Request& request) {
  absl::StatusOr<Response> answer = absl::UnknownError("no answer");
  bool done = false;
  rpc::CallUnary<Service>(f.channels, f.etcd.endpoint(), method, request, 5s,
                          [&](absl::StatusOr<Response> response) {
                            answer = std::move(response);
                            done = true;
                          });
  REQUIRE(RunUntil(f.loop, [&] { return done; }));
  REQUIRE(answer.ok());
  return *answer;
}

TEST_CASE("a lease that etcd has dropped is replaced and own entries are put again") {
  Fixture f;
  TestNode a = f.Node("a", 3s);
  TestNode b = f.Node("b");
  CHECK(a.ClaimAndWait("cam").ok());
  etcdserverpb::RangeRequest range;
  range.set_key(StreamPath(kCam));
  const auto found = Ask<etcdserverpb::KV>(f, &rpc::Methods<etcdserverpb::KV>::Range, range);
  REQUIRE(found.kvs_size() == 1);
  etcdserverpb::LeaseRevokeRequest revoke;
  revoke.set_id(found.kvs(0).lease());
  Ask<etcdserverpb::Lease>(f, &rpc::Methods<etcdserverpb::Lease>::LeaseRevoke, revoke);
  REQUIRE(f.Until([&] { return a->counters().leases == 2 && a->connected(); }));
  REQUIRE(f.Until([&] { return b.SeesOf("cam", "a") && b->FindNode("a") != nullptr; }));
  CHECK(a.lost.empty());
}

TEST_CASE("after a compaction all is read again") {
  Fixture f;
  TestNode a = f.Node("a", 60s);
  CHECK(a.ClaimAndWait("before").ok());
  // A node whose loop stands still while the history it would resume from is dropped.
  loop::EventLoop sleeping_loop;
  rpc::ChannelPool sleeping_channels(sleeping_loop);
  TestNode sleeper(sleeping_channels, f.Options(60s), "sleeper");
  REQUIRE(RunUntil(sleeping_loop, [&] { return sleeper.Sees("before"); }));
  f.etcd.Kill();
  REQUIRE(RunUntil(sleeping_loop, [&] { return !sleeper->connected(); }));

  f.etcd.Start();
  REQUIRE(f.Until([&] { return a->counters().watch_resumes >= 1 && a->connected(); }));
  a->ReleaseStream({"before", ""});
  CHECK(a.ClaimAndWait("after").ok());
  etcdserverpb::RangeRequest range;
  range.set_key("x");
  const auto now = Ask<etcdserverpb::KV>(f, &rpc::Methods<etcdserverpb::KV>::Range, range);
  etcdserverpb::CompactionRequest compaction;
  compaction.set_revision(now.header().revision());
  Ask<etcdserverpb::KV>(f, &rpc::Methods<etcdserverpb::KV>::Compact, compaction);

  REQUIRE(RunUntil(sleeping_loop, [&] { return sleeper.Sees("after"); }));
  CHECK_FALSE(sleeper.Sees("before"));
  CHECK(sleeper->counters().full_reads == 2);
}

TEST_CASE("a directory of several pages is read whole") {
  Fixture f;
  TestNode a = f.Node("a");
  for (int i = 0; i < 450; ++i) a.Claim(StrCat("s", i));
  REQUIRE(f.Until([&] { return a.answers.size() == 450; }));
  TestNode b = f.Node("b");
  REQUIRE(f.Until([&] { return b->ListStreams().size() == 450; }));
  CHECK(b->counters().full_reads == 1);
}

TEST_CASE("values that cannot be read are counted and left out") {
  Fixture f;
  TestNode a = f.Node("a");
  REQUIRE(f.Connected(a));
  etcdserverpb::PutRequest put;
  put.set_key(StreamPath({"broken", ""}));
  put.set_value("\xff\xff");
  Ask<etcdserverpb::KV>(f, &rpc::Methods<etcdserverpb::KV>::Put, put);
  put.set_key("/sluice/v1/of-a-later-version");
  Ask<etcdserverpb::KV>(f, &rpc::Methods<etcdserverpb::KV>::Put, put);
  REQUIRE(f.Until([&] { return a->counters().refused_values == 1; }));
  CHECK_FALSE(a.Sees("broken"));
  CHECK(a.ClaimAndWait("broken").ok());
}

TEST_CASE("the next endpoint is used when one is dead") {
  Fixture f;
  EtcdProcess dead;
  dead.Kill();
  EtcdOptions options = f.Options();
  options.endpoints = {dead.endpoint(), f.etcd.endpoint()};
  std::vector<absl::Status> told;
  options.on_connection = [&](const absl::Status& status) { told.push_back(status); };
  TestNode a(f.channels, options, "a");
  REQUIRE(f.Connected(a));
  CHECK(a.ClaimAndWait("cam").ok());
  REQUIRE(told.size() >= 2);
  CHECK(absl::IsUnavailable(told.front()));
  CHECK(told.back().ok());
}

TEST_CASE(
    "a node's state and load reach the others, load in steps and not more than once a second") {
  Fixture f;
  TestNode a = f.Node("a");
  TestNode b = f.Node("b");
  REQUIRE(f.Until([&] { return b->FindNode("a") != nullptr; }));
  int changes = 0;
  const auto watch =
      b->WatchNodes([&](const std::string& id, const auto&) { changes += id == "a"; });
  a->SetLoad(0.01);
  for (int i = 0; i < 50; ++i) a->SetLoad(0.3 + i * 0.01);
  REQUIRE(f.Until([&] { return b->FindNode("a")->load() > 0.78; }));
  CHECK(changes <= 2);
  a->SetState(v1::NODE_STATE_DRAINING);
  REQUIRE(f.Until([&] { return b->FindNode("a")->state() == v1::NODE_STATE_DRAINING; }));
  CHECK(b->ChooseNode("ingest", nullptr)->id() == "b");
}

}  // namespace
}  // namespace sluice::directory
