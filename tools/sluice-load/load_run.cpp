#include "tools/sluice-load/load_run.h"

#include <algorithm>
#include <thread>

#include "libs/base/status_macros.h"

namespace sluice::load {
namespace {

constexpr Duration kPublishPatience = 10s;
constexpr Duration kPublishLead = 2s;  // a server's own first seconds with a new stream
constexpr Duration kPoll = 50ms;
constexpr Duration kMemoryStep = 100ms;
constexpr size_t kSharedPart = 5;  // memory is noted when a fifth of the players play

}  // namespace

LoadRun::LoadRun(loop::EventLoop& loop, const Options& options, const FlvFile& file)
    : loop_(loop),
      options_(options),
      file_(file),
      dtls_(options.srtp),
      phase_(loop, [this] { next_ == nullptr ? loop_.Stop() : (this->*next_)(); }),
      join_(loop, [this] { Join(); }),
      memory_(loop, [this] { NoteMemory(); }),
      // Nobody waits for the sockets meanwhile, so that what comes wakes nobody.
      rest_(loop, [this] { std::this_thread::sleep_for(options_.read_every * 1ms); }),
      slopes_(options.server_pids.size()) {}

LoadRun::~LoadRun() = default;

absl::Status LoadRun::Prepare() {
  for (int i = 0; i < options_.streams; ++i) {
    if (!options_.publish.empty()) {
      SLUICE_ASSIGN_OR_RETURN(publish_urls_.emplace_back(),
                              ParseRtmpUrl(UrlOfStream(options_.publish, i)));
    }
    if (!options_.whip.empty()) {
      SLUICE_ASSIGN_OR_RETURN(whip_urls_.emplace_back(),
                              ParseHttpUrl(UrlOfStream(options_.whip, i)));
    }
    for (const std::string& url : options_.urls) {
      SLUICE_ASSIGN_OR_RETURN(play_urls_.emplace_back(), ParseHttpUrl(UrlOfStream(url, i)));
    }
  }
  if (!whip_urls_.empty()) {
    SLUICE_ASSIGN_OR_RETURN(clip_, MakeRtpClip(file_));
    SLUICE_ASSIGN_OR_RETURN(engine_, srtp::MakeEngine(srtp::EngineChoice::kFastest));
  }
  if (options_.delay) sent_.resize(static_cast<size_t>(options_.streams));
  return absl::OkStatus();
}

RunResult LoadRun::Run() {
  After(0ms, &LoadRun::Publish);
  loop_.Run();
  result_.end = Take();
  for (const auto& player : players_) result_.players.push_back(player->result());
  NotePublished();
  for (pid_t pid : options_.server_pids) result_.server_names.push_back(NameOf(pid));
  for (const MemorySlope& slope : slopes_)
    result_.server_bytes_per_player.push_back(slope.bytes_per_player());
  return result_;
}

void LoadRun::NotePublished() {
  const auto note = [this](const auto& publisher) {
    result_.published += publisher->publishing();
    if (result_.publish_failure.empty()) result_.publish_failure = publisher->failure();
  };
  for (const auto& publisher : publishers_) note(publisher);
  for (const auto& publisher : whip_publishers_) {
    note(publisher);
    result_.publisher_repairs += publisher->repairs();
    result_.key_frame_requests += publisher->key_frame_requests();
  }
}

void LoadRun::End() {
  for (const auto& player : players_) player->Stop();
  for (const auto& publisher : publishers_) publisher->End();
  for (const auto& publisher : whip_publishers_) publisher->Stop();
}

void LoadRun::Publish() {
  began_ = loop_.now();
  PublishRtmp();
  PublishWhip();
  AwaitPublished();
}

void LoadRun::PublishRtmp() {
  for (size_t i = 0; i < publish_urls_.size(); ++i) {
    publishers_.push_back(std::make_unique<RtmpPublisher>(loop_, random_, publish_urls_[i], file_,
                                                          sent_.empty() ? nullptr : &sent_[i]));
    publishers_.back()->Start();
  }
}

void LoadRun::PublishWhip() {
  for (size_t i = 0; i < whip_urls_.size(); ++i) {
    const WhipPublisher::Settings settings{.peer = {.url = whip_urls_[i],
                                                    .token = options_.token,
                                                    .local = options_.local,
                                                    .tcp = options_.tcp},
                                           .audio = !options_.video_only,
                                           .sent = sent_.empty() ? nullptr : &sent_[i]};
    whip_publishers_.push_back(
        std::make_unique<WhipPublisher>(loop_, random_, dtls_, *engine_, clip_, settings));
    whip_publishers_.back()->Start();
  }
}

bool LoadRun::AllPublished() const {
  const auto publishing = [](const auto& publisher) { return publisher->publishing(); };
  return std::all_of(publishers_.begin(), publishers_.end(), publishing) &&
         std::all_of(whip_publishers_.begin(), whip_publishers_.end(), publishing);
}

void LoadRun::AwaitPublished() {
  if (!AllPublished() && loop_.now() - began_ < kPublishPatience)
    return After(kPoll, &LoadRun::AwaitPublished);
  const bool none = publishers_.empty() && whip_publishers_.empty();
  After(none ? 0ms : kPublishLead, &LoadRun::Idle);
}

void LoadRun::Idle() {
  result_.idle_begin = Take();
  bool watch = !options_.server_pids.empty() && !play_urls_.empty();
  After(watch ? Duration(std::chrono::seconds(options_.idle)) : Duration(0), &LoadRun::Join);
}

// The first call begins; then one player per call.
void LoadRun::Join() {
  if (joined_ == 0) {
    result_.idle_end = Take();
    if (play_urls_.empty()) return Measure();
    join_.Start(Duration(1'000'000 / options_.rate), Duration(1'000'000 / options_.rate));
    memory_.Start(kMemoryStep, kMemoryStep);
    join_began_ = loop_.now();
    if (options_.leave_after > Duration(0)) Measure();
  }
  LetLeave();
  // A timer ticks in whole milliseconds, and late when there is much to do.
  const auto due = 1 + static_cast<size_t>(ToSeconds(loop_.now() - join_began_) * options_.rate);
  while (joined_ < due && players_.size() < static_cast<size_t>(options_.players)) AddPlayer();
  if (options_.leave_after > Duration(0)) return;
  if (players_.size() < static_cast<size_t>(options_.players)) return;
  join_.Stop();
  After(std::chrono::seconds(options_.settle), &LoadRun::Measure);
}

void LoadRun::AddPlayer() {
  const size_t url = joined_ % play_urls_.size();
  const size_t stream = url / options_.urls.size();
  WhepPlayer::Settings settings{.peer = {.url = play_urls_[url],
                                         .token = options_.token,
                                         .local = options_.local,
                                         .tcp = options_.tcp,
                                         .bursts = options_.bursts,
                                         .time_stamps = options_.delay},
                                .audio = !options_.video_only,
                                .feedback = options_.feedback,
                                .misbehaviour = options_.misbehaviour,
                                .decrypt = joined_ < static_cast<size_t>(options_.decrypt)};
  if (!sent_.empty()) {
    settings.sent = &sent_[stream];
    settings.delays = &result_.delays;
  }
  players_.push_back(std::make_unique<WhepPlayer>(loop_, random_, dtls_, settings));
  players_.back()->Start();
  ++joined_;
}

void LoadRun::LetLeave() {
  if (options_.leave_after == Duration(0)) return;
  while (!players_.empty() && loop_.now() - players_.front()->posted() >= options_.leave_after) {
    players_.front()->Leave();
    result_.players.push_back(players_.front()->result());
    left_packets_ += result_.players.back().packets;
    left_bytes_ += result_.players.back().bytes;
    players_.pop_front();
  }
}

void LoadRun::Measure() {
  memory_.Stop();
  NoteMemory();
  if (options_.read_every > 0) rest_.Start(1ms, 1ms);
  result_.begin = Take();
  result_.delays.clear();
  next_ = nullptr;
  phase_.Start(std::chrono::seconds(options_.seconds));
}

Snapshot LoadRun::Take() const {
  Snapshot snapshot{.when = loop_.now(),
                    .own = OwnUsage(),
                    .packets = left_packets_,
                    .bytes = left_bytes_,
                    .joined = joined_};
  for (pid_t pid : options_.server_pids) snapshot.servers.push_back(UsageOf(pid));
  for (const auto& player : players_) {
    PlayerResult result = player->result();
    snapshot.packets += result.packets;
    snapshot.bytes += result.bytes;
  }
  for (const auto& publisher : whip_publishers_) snapshot.published += publisher->packets();
  return snapshot;
}

void LoadRun::NoteMemory() {
  if (options_.server_pids.empty()) return;
  auto playing = static_cast<size_t>(std::count_if(
      players_.begin(), players_.end(), [](const auto& player) { return player->has_media(); }));
  // The first players also bring what all share: subscriptions, caches.
  if (playing * kSharedPart < static_cast<size_t>(options_.players)) return;
  for (size_t i = 0; i < slopes_.size(); ++i)
    slopes_[i].Add(playing, UsageOf(options_.server_pids[i]).rss);
}

void LoadRun::After(Duration delay, void (LoadRun::*next)()) {
  next_ = next;
  phase_.Start(delay);
}

}  // namespace sluice::load
