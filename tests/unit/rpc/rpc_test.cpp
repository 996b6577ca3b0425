#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "health.grpc.pb.h"
#include "libs/base/text.h"
#include "libs/loop/timer.h"
#include "libs/rpc/client.h"
#include "libs/rpc/loop_service.h"
#include "libs/rpc/server.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::rpc {
namespace {

using WebRtcMethods = Methods<v1::WebRtc>;

// A service whose handlers are the test's.
class TestService final : public v1::WebRtc::CallbackService {
 public:
  using Writer = std::unique_ptr<StreamWriter<v1::SessionEvent>>;

  explicit TestService(loop::EventLoop& loop) : calls_(loop) {}

  grpc::ServerUnaryReactor* CloseSession(grpc::CallbackServerContext* context,
                                         const v1::CloseSessionRequest* request,
                                         v1::CloseSessionResponse* response) override {
    return calls_.Unary(*context, *request, *response,
                        [this](const v1::CloseSessionRequest& asked,
                               Reply<v1::CloseSessionResponse> reply) { on_close(asked, reply); });
  }
  grpc::ServerUnaryReactor* CreatePlayer(grpc::CallbackServerContext* context,
                                         const v1::CreatePlayerRequest* request,
                                         v1::CreatePlayerResponse* response) override {
    return calls_.Unary(
        *context, *request, *response,
        [](const v1::CreatePlayerRequest& asked, Reply<v1::CreatePlayerResponse> reply) {
          v1::CreatePlayerResponse answer;
          answer.set_answer_sdp(StrCat("answer to ", asked.offer_sdp()));
          reply(answer);
        });
  }
  grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
      grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) override {
    return calls_.Stream<v1::SessionEvent>(
        *context, *request, [this](const v1::WatchSessionsRequest& asked, Writer writer) {
          on_watch(asked, std::move(writer));
        });
  }

  std::function<void(const v1::CloseSessionRequest&, Reply<v1::CloseSessionResponse>)> on_close;
  std::function<void(const v1::WatchSessionsRequest&, Writer)> on_watch;

 private:
  LoopService calls_;
};

// A server and a pool of clients on one loop. A test that hangs fails after five seconds.
struct Daemon {
  Daemon() {
    server.AddService(*service);
    const absl::StatusOr<uint16_t> port = server.Start("127.0.0.1", 0);
    REQUIRE(port.ok());
    address = StrCat("127.0.0.1:", *port);
    limit.Start(5s);
  }
  ~Daemon() { server.Shutdown(0s); }
  void Run() {
    loop.Run();
    REQUIRE_FALSE(timed_out);
  }
  void Close(const std::string& id, Duration timeout,
             std::function<void(absl::StatusOr<v1::CloseSessionResponse>)> callback) {
    v1::CloseSessionRequest request;
    request.set_session_id(id);
    CallUnary<v1::WebRtc>(*channels, address, &WebRtcMethods::CloseSession, request, timeout,
                          std::move(callback));
  }
  std::unique_ptr<ClientStream> Watch(std::function<void(const v1::SessionEvent&)> on_message,
                                      std::function<void(const absl::Status&)> on_end) {
    return OpenStream<v1::WebRtc>(*channels, address, &WebRtcMethods::WatchSessions,
                                  v1::WatchSessionsRequest(), std::move(on_message),
                                  std::move(on_end));
  }

  loop::EventLoop loop;
  std::unique_ptr<TestService> service = std::make_unique<TestService>(loop);
  Server server;
  std::unique_ptr<ChannelPool> channels = std::make_unique<ChannelPool>(loop);
  std::string address;
  bool timed_out = false;
  loop::Timer limit{loop, [this] {
                      timed_out = true;
                      loop.Stop();
                    }};
};

v1::SessionEvent Event(const std::string& id) {
  v1::SessionEvent event;
  event.set_session_id(id);
  return event;
}

TEST_CASE("a unary call is handled on the loop and its answer comes back on the loop") {
  Daemon daemon;
  v1::CreatePlayerRequest request;
  request.set_offer_sdp("v=0");
  std::string answer;
  bool on_loop = false;
  CallUnary<v1::WebRtc>(*daemon.channels, daemon.address, &WebRtcMethods::CreatePlayer, request, 3s,
                        [&](absl::StatusOr<v1::CreatePlayerResponse> response) {
                          on_loop = daemon.loop.IsLoopThread();
                          if (response.ok()) answer = response->answer_sdp();
                          daemon.loop.Stop();
                        });
  daemon.Run();
  CHECK(answer == "answer to v=0");
  CHECK(on_loop);
}

TEST_CASE("a refusal keeps its code and message") {
  Daemon daemon;
  daemon.service->on_close = [](const auto&, auto reply) { reply(absl::NotFoundError("ended")); };
  absl::Status status;
  daemon.Close("a", 3s, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK(status == absl::NotFoundError("ended"));
}

TEST_CASE("a call that is not answered ends at its deadline, and a late answer is dropped") {
  Daemon daemon;
  std::optional<Reply<v1::CloseSessionResponse>> kept;
  daemon.service->on_close = [&](const auto&, auto reply) { kept = reply; };
  absl::Status status;
  daemon.Close("a", 100ms, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
  REQUIRE(kept.has_value());
  (*kept)(v1::CloseSessionResponse());
}

TEST_CASE("a reply that is dropped answers Unavailable") {
  Daemon daemon;
  daemon.service->on_close = [](const auto&, const auto&) {};
  absl::Status status;
  daemon.Close("a", 3s, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK(status.code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("a call to nobody fails Unavailable before its deadline") {
  Daemon daemon;
  daemon.server.Shutdown(0s);
  absl::Status status;
  daemon.Close("a", 60s, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK(status.code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("a server stops from the loop while a call waits for the loop") {
  Daemon daemon;
  std::vector<Reply<v1::CloseSessionResponse>> kept;
  absl::Status status;
  daemon.service->on_close = [&](const auto&, auto reply) {
    kept.push_back(reply);
    daemon.server.Shutdown(0s);
    daemon.service.reset();
  };
  daemon.Close("a", 3s, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK_FALSE(status.ok());
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().over());
}

TEST_CASE("destroying the pool drops the callbacks of calls that run") {
  Daemon daemon;
  auto captured = std::make_shared<int>(0);
  std::optional<Reply<v1::CloseSessionResponse>> kept;
  daemon.service->on_close = [&](const auto&, auto reply) {
    kept = reply;
    daemon.channels.reset();
    daemon.loop.Stop();
  };
  daemon.Close("a", 3s, [captured](const auto&) { ++*captured; });
  daemon.Run();
  CHECK(*captured == 0);
  CHECK(captured.use_count() == 1);
}

TEST_CASE("a stream's messages come in order, then its end") {
  Daemon daemon;
  daemon.service->on_watch = [](const auto&, auto writer) {
    for (int i = 0; i < 500; ++i) CHECK(writer->Write(Event(StrCat(i))));
    writer->Finish(absl::OkStatus());
  };
  std::vector<std::string> seen;
  absl::Status end = absl::UnknownError("not ended");
  auto stream =
      daemon.Watch([&](const v1::SessionEvent& event) { seen.push_back(event.session_id()); },
                   [&](const absl::Status& status) {
                     end = status;
                     daemon.loop.Stop();
                   });
  daemon.Run();
  CHECK(end.ok());
  REQUIRE(seen.size() == 500);
  for (int i = 0; i < 500; ++i) CHECK(seen[static_cast<size_t>(i)] == StrCat(i));
}

TEST_CASE("a client that goes is noticed on the loop, where the writer may be destroyed") {
  Daemon daemon;
  TestService::Writer kept;
  std::unique_ptr<ClientStream> stream;
  daemon.service->on_watch = [&](const auto&, auto writer) {
    kept = std::move(writer);
    kept->OnClosed([&] {
      kept.reset();
      daemon.loop.Stop();
    });
    kept->Write(Event("a"));
  };
  stream = daemon.Watch([&](const v1::SessionEvent&) { stream.reset(); },
                        [](const absl::Status&) { FAIL("called after the stream was destroyed"); });
  daemon.Run();
  CHECK(kept == nullptr);
}

TEST_CASE("a reader that does not read is ended when the writer's queue is full") {
  Daemon daemon;
  TestService::Writer kept;
  bool closed = false;
  absl::Status end;
  daemon.service->on_watch = [&](const auto&, auto writer) {
    kept = std::move(writer);
    kept->OnClosed([&] {
      closed = true;
      if (!end.ok()) daemon.loop.Stop();
    });
    // Nothing is read while the loop is busy here; the wire takes some, the queue the rest.
    int written = 0;
    while (kept->Write(Event(std::string(10'000, 'x'))) && written < 1'000'000) ++written;
    CHECK(written < 1'000'000);
    CHECK_FALSE(kept->Write(Event("more")));
  };
  auto stream = daemon.Watch([](const v1::SessionEvent&) {},
                             [&](const absl::Status& status) {
                               end = status;
                               if (closed) daemon.loop.Stop();
                             });
  daemon.Run();
  CHECK(closed);
  CHECK(end.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a stream ends when its server stops, and the handler is told") {
  Daemon daemon;
  TestService::Writer kept;
  daemon.service->on_watch = [&](const auto&, auto writer) {
    kept = std::move(writer);
    kept->Write(Event("a"));
  };
  absl::Status end;
  auto stream = daemon.Watch([&](const v1::SessionEvent&) { daemon.server.Shutdown(0s); },
                             [&](const absl::Status& status) {
                               end = status;
                               daemon.loop.Stop();
                             });
  daemon.Run();
  CHECK_FALSE(end.ok());
  CHECK_FALSE(kept->Write(Event("b")));
}

TEST_CASE("requests over the bound are refused") {
  Daemon daemon;
  absl::Status status;
  daemon.Close(std::string(2 << 20, 'x'), 3s, [&](auto answer) {
    status = answer.status();
    daemon.loop.Stop();
  });
  daemon.Run();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a port that is taken is refused, and a second start too") {
  Daemon daemon;
  Server other;
  const auto port =
      static_cast<uint16_t>(std::stoi(daemon.address.substr(daemon.address.find(':') + 1)));
  CHECK(other.Start("127.0.0.1", port).status().code() == absl::StatusCode::kUnavailable);
  CHECK(daemon.server.Start("127.0.0.1", 0).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("grpc.health.v1 tells whether the daemon serves") {
  using Health = grpc::health::v1::Health;
  Daemon daemon;
  std::vector<grpc::health::v1::HealthCheckResponse::ServingStatus> seen;
  std::function<void()> ask = [&] {
    CallUnary<Health>(*daemon.channels, daemon.address, &Methods<Health>::Check,
                      grpc::health::v1::HealthCheckRequest(), 3s,
                      [&](absl::StatusOr<grpc::health::v1::HealthCheckResponse> answer) {
                        REQUIRE(answer.ok());
                        seen.push_back(answer->status());
                        if (seen.size() == 2) return daemon.loop.Stop();
                        daemon.server.SetServing(false);
                        ask();
                      });
  };
  ask();
  daemon.Run();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == grpc::health::v1::HealthCheckResponse::SERVING);
  CHECK(seen[1] == grpc::health::v1::HealthCheckResponse::NOT_SERVING);
}

TEST_CASE("the pool gives one channel per address and drops the one used least recently") {
  loop::EventLoop loop;
  ChannelPool pool(loop);
  auto first = pool.Get("127.0.0.1:1");
  CHECK(pool.Get("127.0.0.1:1") == first);
  for (size_t i = 0; i < ChannelPool::kMaxChannels; ++i) pool.Get(StrCat("127.0.0.1:", 2 + i));
  CHECK(pool.Get("127.0.0.1:1") != first);
}

TEST_CASE("a forgotten address gets a new channel") {
  loop::EventLoop loop;
  ChannelPool pool(loop);
  const auto first = pool.Get("127.0.0.1:1");
  pool.Forget("127.0.0.1:1");
  CHECK(pool.Get("127.0.0.1:1") != first);
}

}  // namespace
}  // namespace sluice::rpc
