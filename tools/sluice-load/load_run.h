// One run: publish, watch the idle server, let the players join, measure.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "libs/base/random.h"
#include "libs/loop/timer.h"
#include "tools/sluice-load/memory_slope.h"
#include "tools/sluice-load/options.h"
#include "tools/sluice-load/process_usage.h"
#include "tools/sluice-load/rtmp_publisher.h"
#include "tools/sluice-load/whep_player.h"
#include "tools/sluice-load/whip_publisher.h"

namespace sluice::load {

// What is read at the ends of a window.
struct Snapshot {
  Instant when{};
  std::vector<ProcessUsage> servers;  // as Options::server_pids
  ProcessUsage own;
  uint64_t packets = 0;  // of all players
  uint64_t bytes = 0;
  uint64_t published = 0;  // RTP packets of all WHIP publishers
  size_t joined = 0;       // players that have begun
};

struct RunResult {
  std::vector<PlayerResult> players;
  size_t published = 0;  // streams at the end
  std::string publish_failure;
  uint64_t publisher_repairs = 0;  // WHIP
  uint64_t key_frame_requests = 0;
  std::vector<Duration> delays;                 // publisher to player, in the window
  std::vector<std::string> server_names;        // as Options::server_pids
  Snapshot idle_begin, idle_end;                // equal if no server is watched
  Snapshot begin, end;                          // the measured window
  std::vector<double> server_bytes_per_player;  // the slope of each server's RSS while players join
};

class LoadRun {
 public:
  // file: empty if nothing is published. All outlive the run.
  LoadRun(loop::EventLoop& loop, const Options& options, const FlvFile& file);
  ~LoadRun();

  // InvalidArgument: a URL that cannot be read. Afterwards Run() may be called, once.
  absl::Status Prepare();
  // Runs the loop to the end of the measured window.
  RunResult Run();
  // Ends sessions and publications in order, blocking.
  void End();

 private:
  void Publish();
  void PublishRtmp();
  void PublishWhip();
  bool AllPublished() const;
  void AwaitPublished();
  void Idle();
  void Join();
  void AddPlayer();
  void LetLeave();
  void NotePublished();
  void Measure();
  Snapshot Take() const;
  void NoteMemory();
  // `next` is called once, after `delay`.
  void After(Duration delay, void (LoadRun::*next)());

  loop::EventLoop& loop_;
  const Options& options_;
  const FlvFile& file_;
  SystemRandom random_;
  DtlsContext dtls_;
  std::vector<RtmpUrl> publish_urls_;
  std::vector<HttpUrl> whip_urls_;
  std::vector<HttpUrl> play_urls_;  // those of stream 1, of stream 2, ...
  std::vector<SentPictures> sent_;  // by stream; empty if delays are not measured
  RtpClip clip_;                    // for WHIP
  std::unique_ptr<srtp::ProtectorEngine> engine_;
  std::vector<std::unique_ptr<RtmpPublisher>> publishers_;
  std::vector<std::unique_ptr<WhipPublisher>> whip_publishers_;
  std::deque<std::unique_ptr<WhepPlayer>> players_;  // that play, the oldest first
  size_t joined_ = 0;
  uint64_t left_packets_ = 0;  // of players that have left
  uint64_t left_bytes_ = 0;
  void (LoadRun::*next_)() = nullptr;
  loop::Timer phase_;
  loop::Timer join_;
  loop::Timer memory_;
  loop::Timer rest_;
  Instant began_{};
  Instant join_began_{};
  std::vector<MemorySlope> slopes_;  // as Options::server_pids
  RunResult result_;
};

}  // namespace sluice::load
