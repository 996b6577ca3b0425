// A webrtc-media node with a publication "cam" and a transcoder beside it, on one loop over real
// sockets.
#pragma once

#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/directory/fake_directory.h"
#include "libs/relay/publications.h"
#include "libs/rpc/loop_service.h"
#include "libs/rpc/server.h"
#include "services/webrtc-media/players.h"
#include "sluice/v1/transcoder.grpc.pb.h"
#include "tests/support/directory_builders.h"
#include "tests/support/media_builders.h"
#include "tests/support/run_until.h"
#include "tests/unit/sdp/offers.h"

namespace sluice::test {

class QuietLog final : public log::LineSink {
 public:
  void Write(std::string_view) override {}
};

// Counts what it is asked for; answers with `answer`.
class FakeTranscoder final : public v1::Transcoder::CallbackService {
 public:
  explicit FakeTranscoder(loop::EventLoop& loop) : calls_(loop) {}
  grpc::ServerUnaryReactor* StartRendition(grpc::CallbackServerContext* context,
                                           const v1::StartRenditionRequest* request,
                                           v1::StartRenditionResponse* response) override {
    return calls_.Unary(*context, *request, *response,
                        [this](const v1::StartRenditionRequest& asked,
                               rpc::Reply<v1::StartRenditionResponse> reply) {
                          requests.push_back(asked.stream_name() + "/" + asked.profile());
                          reply(answer);
                        });
  }
  std::vector<std::string> requests;
  absl::StatusOr<v1::StartRenditionResponse> answer = absl::ResourceExhaustedError("busy");

 private:
  rpc::LoopService calls_;
};

struct MediaNode {
  explicit MediaNode(webrtc_media::Players::Settings settings = {.identity = {"sha-256 AA", {}}})
      : players(std::move(settings), relays, logger, random, watchers) {
    static int number = 0;
    const std::string path = "/tmp/sluice-media-node-" + std::to_string(getpid()) + "-" +
                             std::to_string(++number) + ".sock";
    REQUIRE(sockets.Listen(path).ok());
    server.AddService(transcoder);
    address = "127.0.0.1:" + std::to_string(*server.Start("127.0.0.1", 0));
    for (const char* service : {"ingest", "transcoder"}) {
      v1::Node node = MakeNode(std::string(service) + "-1", 0, service);
      node.set_grpc_address(address);
      node.set_host_id("host-1");
      directory.PutNode(node);
    }
    Publish();
    pool = StartPool();
    players.SetPool(*pool);
  }
  ~MediaNode() { server.Shutdown(Duration(0)); }

  // "cam" with H.264 High and AAC, ready, with a key frame.
  void Publish(bool ready = true) {
    publication = std::make_shared<fanout::Publication>(
        loop, random, fanout::Publication::Settings{.key = {"cam", ""}});
    media::Track video = VideoTrack();
    video.codec_config = {1, 0x64, 0x00, 0x1f};
    video_id = *publication->AddTrack(video);
    CHECK(publication->AddTrack(AudioTrack()).ok());
    if (ready) publication->SetReady();
    publication->Push(PacketBuilder(video_id).KeyFrame().Value());
    publications.Remove({"cam", ""});
    publications.Add(publication);
    directory.PutStream(MakeStream("cam", "ingest-1"));
  }
  void Unpublish(fanout::EndCause cause) {
    publications.Remove({"cam", ""});
    publication->End({cause, ""});
  }

  std::unique_ptr<webrtc_media::WorkerPool> StartPool() {
    auto certificate = dtls::Certificate::MakeSelfSigned(absl::Now());
    webrtc_media::WorkerPool::Settings settings{.first_port = 0};
    settings.dtls = *dtls::ServerContext::Make(*certificate);
    auto started = webrtc_media::WorkerPool::Start(settings, loop, random, players);
    REQUIRE(started.ok());
    return *std::move(started);
  }

  void Request(const std::string& session_id, const std::string& stream = "cam",
               std::string_view offer = sdp::kChromiumWhep) {
    players.Create({.session_id = session_id,
                    .stream_name = stream,
                    .offer_sdp = std::string(offer),
                    .owner = "gateway-1",
                    .protocol = "whep"},
                   [this, session_id](absl::StatusOr<webrtc_media::SessionAnswer> answer) {
                     auto& got = answers[session_id];
                     answer.ok() ? got.emplace_back(answer->sdp)
                                 : got.emplace_back(answer.status());
                   });
  }
  // The one answer to the request.
  absl::StatusOr<std::string> Create(const std::string& session_id,
                                     const std::string& stream = "cam",
                                     std::string_view offer = sdp::kChromiumWhep) {
    Request(session_id, stream, offer);
    REQUIRE(RunUntil(loop, [&] { return !answers[session_id].empty(); }));
    REQUIRE(answers[session_id].size() == 1);
    const auto answer = answers[session_id][0];
    answers.erase(session_id);
    return answer;
  }

  loop::EventLoop loop;
  SystemRandom random;
  log::Logger logger{{}, std::make_unique<QuietLog>()};
  fanout::FanoutServer sockets{loop, random};
  FakeTranscoder transcoder{loop};
  rpc::Server server;
  relay::Publications publications{loop, sockets, server};
  std::string address;
  std::shared_ptr<fanout::Publication> publication;
  uint32_t video_id = 0;
  directory::FakeDirectory directory{loop, v1::Node()};
  rpc::ChannelPool channels{loop};
  relay::RelayContext relays{loop, directory, channels, "webrtc-media-1", "host-1"};
  std::map<std::string, std::vector<absl::StatusOr<std::string>>> answers;
  std::unique_ptr<webrtc_media::WorkerPool> pool;
  webrtc_media::SessionWatchers watchers;
  webrtc_media::Players players;
};

// What the owner of sessions is told.
struct ToldEvents {
  explicit ToldEvents(MediaNode& node) {
    class Writer final : public webrtc_media::SessionWriter {
     public:
      explicit Writer(std::vector<v1::SessionEvent>& events) : events_(events) {}
      bool Write(const v1::SessionEvent& event) override {
        events_.push_back(event);
        return true;
      }

     private:
      std::vector<v1::SessionEvent>& events_;
    };
    std::vector<v1::SessionEvent> present;
    node.players.AppendPresent("gateway-1", present);
    node.watchers.Add("gateway-1", std::make_unique<Writer>(events), present);
  }
  bool HasEnded(const std::string& session_id) const {
    return !events.empty() && events.back().session_id() == session_id &&
           events.back().state() == v1::SESSION_STATE_ENDED;
  }
  std::vector<v1::SessionEvent> events;
};

}  // namespace sluice::test
