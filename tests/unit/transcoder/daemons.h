// A transcoder, and another daemon with a stream to convert.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>

#include "libs/directory/fake_directory.h"
#include "libs/relay/publication_map.h"
#include "libs/rtp/payload/aac/packetizer.h"
#include "services/transcoder/renditions.h"
#include "tests/support/directory_builders.h"
#include "tests/support/media_builders.h"
#include "tests/support/run_until.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder::test {

using sluice::test::RunPosted;
using sluice::test::RunUntil;

class NoLines final : public log::LineSink {
 public:
  void Write(std::string_view) override {}
};

inline constexpr int kRate = 44100;
inline const NtpTime kBegin{uint64_t{4'000'000'000} << 32};
inline constexpr uint32_t kFirstTimestamp = 0xffffff00;  // wraps soon

inline media::Track Aac() {
  media::Track track = sluice::test::AudioTrack();
  track.clock_rate = kRate;
  track.codec_config = {0x12, 0x10};
  return track;
}

// A transcoder, and an ingest daemon with the stream "cam".
struct Daemons {
  Daemons() {
    LoadPlugins();
    std::string path = "/tmp/sluice-renditions-test-" + std::to_string(getpid()) + ".sock";
    REQUIRE(sockets.Listen(path).ok());
    self.set_grpc_address("127.0.0.1:" + std::to_string(*server.Start("127.0.0.1", 0)));
    directory.SetNode(self);
    v1::Node ingest = sluice::test::MakeNode("ingest-1");
    ingest.set_grpc_address(self.grpc_address());
    directory.PutNode(ingest);
    StartSource({Aac()});
  }
  ~Daemons() {
    renditions.reset();
    RunPosted(loop);
    server.Shutdown(0s);
  }

  void StartSource(const std::vector<media::Track>& tracks) {
    source = std::make_shared<fanout::Publication>(
        loop, random, fanout::Publication::Settings{.key = {"cam", ""}});
    for (const media::Track& track : tracks) source_track = *source->AddTrack(track);
    source->SetReady();
    publications.Add(source);
    v1::StreamEntry entry = relay::EntryOf(*source);
    entry.set_node_id("ingest-1");
    entry.set_incarnation("1");
    directory.PutStream(entry);
    RunPosted(loop);
  }
  void EndSource() {
    publications.Remove({"cam", ""});
    directory.RemoveStream({"cam", ""});
    source->End({fanout::EndCause::kPublisherLost, "cable"});
  }
  void Push(const Bytes& access_unit, size_t index) {
    ByteView view = access_unit;
    std::vector<rtp::Packet> packets;
    rtp::payload::aac::Packetizer().Packetize(
        {.access_units = {&view, 1},
         .rtp_timestamp = kFirstTimestamp + static_cast<uint32_t>(index) * 1024,
         .arrival = loop.now()},
        packets);
    for (rtp::Packet& packet : packets) {
      packet.track_id = source_track;
      source->Push(std::move(packet));
    }
  }

  void Push(std::vector<rtp::Packet> packets) {
    for (rtp::Packet& packet : packets) {
      packet.track_id = source_track;
      source->Push(std::move(packet));
    }
  }

  absl::StatusOr<v1::StartRenditionResponse> Start(const std::string& name,
                                                   const std::string& profile = "opus") {
    absl::StatusOr<v1::StartRenditionResponse> answer = absl::UnknownError("no answer");
    bool answered = false;
    v1::StartRenditionRequest request;
    request.set_stream_name(name);
    request.set_profile(profile);
    renditions->Start(request, [&](const absl::StatusOr<v1::StartRenditionResponse>& given) {
      answer = given;
      answered = true;
    });
    CHECK(RunUntil(loop, [&] { return answered; }));
    return answer;
  }

  loop::EventLoop loop;
  SystemRandom random;
  log::Logger log{{.service = "test"}, std::make_unique<NoLines>()};
  Config config;
  Counters counters;
  fanout::FanoutServer sockets{loop, random};
  rpc::Server server;
  relay::Publications publications{loop, sockets, server};
  v1::Node self = sluice::test::MakeNode("transcoder-1", 0, "transcoder");
  directory::FakeDirectory directory{loop, self};
  rpc::ChannelPool channels{loop};
  relay::RelayContext relays{loop, directory, channels, "transcoder-1", ""};
  RenditionContext context{loop, log, random, relays, publications, config, counters};
  std::unique_ptr<Renditions> renditions = std::make_unique<Renditions>(context);
  std::shared_ptr<fanout::Publication> source;
  uint32_t source_track = 0;
};

}  // namespace sluice::transcoder::test
