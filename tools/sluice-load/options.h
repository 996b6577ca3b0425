// The command line.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/instant.h"
#include "tools/sluice-load/dtls_endpoint.h"
#include "tools/sluice-load/misbehaviour.h"

namespace sluice::load {

extern const char kHelp[];

struct Options {
  bool help = false;
  std::vector<std::string> urls;  // empty: nobody plays
  int players = 100;
  int rate = 25;     // joins per second
  int seconds = 20;  // of the measured window
  int settle = 2;    // seconds between the last join and the window
  int idle = 5;      // seconds before the joins, if servers are watched
  SrtpChoice srtp = SrtpChoice::kAny;
  int decrypt = 0;
  bool bursts = true;
  int read_every = 0;  // milliseconds between two readings, in the window; 0: as it comes
  std::string token;
  bool video_only = false;
  bool feedback = true;                             // reports, NACK, transport-wide feedback
  Misbehaviour misbehaviour = Misbehaviour::kNone;  // beside the feedback
  bool tcp = false;                                 // ICE-TCP
  bool delay = false;                               // measure publisher to player
  std::string local;                                // the players' address; empty: any
  Duration leave_after{0};                          // 0: players stay
  std::string publish;                              // by RTMP; empty: not
  std::string whip;                                 // by WHIP; empty: not
  std::string flv;
  int streams = 1;
  std::vector<pid_t> server_pids;
  std::string flood;  // ADDRESS:PORT; empty: no flood, and nothing else if there is one
  int flood_rate = 100'000;
};

// InvalidArgument, with the option that is wrong.
absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments);

// `url` of stream number `index`, counted from 0: "{n}" becomes 1, 2, ...
std::string UrlOfStream(const std::string& url, int index);

}  // namespace sluice::load
