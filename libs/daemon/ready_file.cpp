#include "libs/daemon/ready_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "libs/base/text.h"
#include "libs/log/line.h"

namespace sluice::daemon {

using log::Quote;

std::string ReadyJson(const ReadyReport& report, int pid) {
  std::string listen;
  for (const std::string& one : report.listen) {
    listen.append(listen.empty() ? "" : ",").append(Quote(one));
  }
  return StrCat("{\"service\":", Quote(report.service), ",\"pid\":", pid,
                ",\"node_id\":", Quote(report.node_id), ",\"grpc\":", Quote(report.grpc),
                ",\"metrics\":", Quote(report.metrics), ",\"listen\":[", listen, "]}\n");
}

ReadyFile::ReadyFile(const std::string& run_dir, const std::string& service)
    : path_(StrCat(run_dir, "/", service, ".ready")) {
  std::remove(path_.c_str());
}

ReadyFile::~ReadyFile() { std::remove(path_.c_str()); }

absl::Status ReadyFile::Write(const ReadyReport& report) {
  std::string unfinished = path_ + ".new";
  std::ofstream file(unfinished, std::ios::trunc);
  file << ReadyJson(report, getpid());
  file.close();
  if (!file || std::rename(unfinished.c_str(), path_.c_str()) != 0) {
    return absl::UnavailableError(StrCat("cannot write ", path_));
  }
  return absl::OkStatus();
}

}  // namespace sluice::daemon
