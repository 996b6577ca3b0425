// The shared parts of an ingest daemon, with a directory in memory and no listeners.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/directory/fake_directory.h"
#include "services/ingest/rtmp_connection.h"
#include "tests/support/fixed_random.h"
#include "tests/support/run_until.h"

namespace sluice::ingest {

class LogLines final : public log::LineSink {
 public:
  explicit LogLines(std::vector<std::string>& lines) : lines_(lines) {}
  void Write(std::string_view line) override { lines_.emplace_back(line); }

 private:
  std::vector<std::string>& lines_;
};

struct IngestParts {
  static v1::Node Self() {
    v1::Node node;
    node.set_id("ingest-1");
    node.set_service("ingest");
    node.set_incarnation("1");
    return node;
  }
  // A stream that another node has.
  void PutForeignStream(const std::string& name) {
    v1::Node node;
    node.set_id("ingest-2");
    node.set_service("ingest");
    node.set_incarnation("2");
    directory.PutNode(node);
    v1::StreamEntry entry;
    entry.mutable_key()->set_name(name);
    entry.set_node_id("ingest-2");
    entry.set_incarnation("2");
    directory.PutStream(entry);
  }
  bool RunUntil(const std::function<bool()>& condition) { return test::RunUntil(loop, condition); }
  bool Logged(std::string_view text) const {
    for (const std::string& line : log_lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

  loop::EventLoop loop;
  std::vector<std::string> log_lines;
  log::Logger log{{"ingest"}, std::make_unique<LogLines>(log_lines)};
  SystemRandom random;
  Counters counters;
  Config config;
  directory::FakeDirectory directory{loop, Self()};
  rpc::Server rpc;
  rpc::ChannelPool channels{loop};
  fanout::FanoutServer fanout_server{loop, random};
  relay::Publications publications{loop, fanout_server, rpc};
  relay::RelayContext relays{loop, directory, channels, "ingest-1", "host-1"};
  StreamMessages messages;
  PlayedStreams streams{publications, relays, messages, counters};
  PublisherContext publishers{loop, log, random, directory, publications, messages, counters};
  ConnectionContext context{publishers, streams, config};
};

}  // namespace sluice::ingest
