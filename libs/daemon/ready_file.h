// Tells other programs that a daemon is ready, and where it listens.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sluice::daemon {

struct ReadyReport {
  std::string service;
  std::string node_id;
  std::string grpc;     // host:port
  std::string metrics;  // host:port
  std::vector<std::string> listen;
};

// {"service":"ingest","pid":1,"node_id":"ingest-a","grpc":"127.0.0.1:9","metrics":"127.0.0.1:8",
//  "listen":["rtmp 0.0.0.0:1935"]}
std::string ReadyJson(const ReadyReport& report, int pid);

// <run_dir>/<service>.ready, there while the daemon is ready. A file left by a process that died is
// removed first.
class ReadyFile {
 public:
  ReadyFile(const std::string& run_dir, const std::string& service);
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;

  // Appears whole or not at all. Unavailable: it cannot be written.
  absl::Status Write(const ReadyReport& report);

 private:
  std::string path_;
};

}  // namespace sluice::daemon
