#include "tools/sluice-load/report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace sluice::load {
namespace {

using Json = nlohmann::ordered_json;

// parts: of one, so that no digits come behind those that are wanted.
double Rounded(double value, double parts = 100) { return std::round(value * parts) / parts; }

Json Percentiles(std::vector<double> values) {
  if (values.empty()) return nullptr;
  std::sort(values.begin(), values.end());
  auto at = [&values](double share) {
    return Rounded(values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))], 10);
  };
  return {
      {"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"max", Rounded(values.back(), 10)}};
}

// In milliseconds, of those players that have it.
Json Times(const std::vector<PlayerResult>& players, std::optional<Duration> PlayerResult::*time) {
  std::vector<double> values;
  for (const PlayerResult& player : players) {
    if ((player.*time).has_value()) values.push_back(ToSeconds(*(player.*time)) * 1000);
  }
  return Percentiles(std::move(values));
}

// Of those players that got something.
Json Pauses(const std::vector<PlayerResult>& players, Duration PlayerResult::*pause) {
  std::vector<double> values;
  for (const PlayerResult& player : players) {
    if (player.packets > 0) values.push_back(ToSeconds(player.*pause) * 1000);
  }
  return Percentiles(std::move(values));
}

Json Delays(const std::vector<Duration>& delays) {
  std::vector<double> values;
  for (Duration delay : delays) values.push_back(ToSeconds(delay) * 1000);
  Json json = Percentiles(std::move(values));
  json["pictures"] = delays.size();
  return json;
}

void AddPlayers(const std::vector<PlayerResult>& players, Json& json) {
  PlayerResult sum;
  std::map<std::string, int> profiles;
  size_t connected = 0;
  size_t with_media = 0;
  size_t ended = 0;
  size_t playing = 0;
  for (const PlayerResult& player : players) {
    connected += player.connected;
    with_media += player.packets > 0;
    ended += player.ended_by_server;
    playing += player.playing;
    sum.packets += player.packets;
    sum.bytes += player.bytes;
    sum.repairs += player.repairs;
    sum.lost += player.lost;
    sum.repaired += player.repaired;
    sum.nacked += player.nacked;
    sum.duplicates += player.duplicates;
    sum.dropped += player.dropped;
    sum.opened += player.opened;
    sum.not_authentic += player.not_authentic;
    if (!player.srtp_profile.empty()) ++profiles[player.srtp_profile];
    if (!player.failure.empty() && !json.contains("first_failure"))
      json["first_failure"] = player.failure;
  }
  json["connected"] = connected;
  json["with_media"] = with_media;
  json["playing_at_end"] = playing;
  json["ended_by_server"] = ended;
  json["packets"] = sum.packets;
  json["bytes"] = sum.bytes;
  json["lost"] = sum.lost;
  json["duplicates"] = sum.duplicates;
  json["repairs"] = sum.repairs;
  json["repaired"] = sum.repaired;
  json["nacked"] = sum.nacked;
  json["receiver_drops"] = sum.dropped;
  json["authenticated"] = sum.opened;
  json["authentication_failures"] = sum.not_authentic;
  json["srtp"] = profiles;
}

double CpuMs(const ProcessUsage& from, const ProcessUsage& to) {
  return ToSeconds(to.cpu - from.cpu) * 1000;
}

struct Cost {
  double gross_ms = 0;
  double net_ms = 0;  // without what it used in as long a time before the players
};

// What a cost is divided by; 0: that one is left out.
struct Counts {
  double packets = 0;
  double player_seconds = 0;
  double published = 0;
  double joins = 0;
};

Counts CountsOf(const RunResult& run) {
  const bool churns = run.end.joined > run.begin.joined;
  return {.packets = static_cast<double>(run.end.packets - run.begin.packets),
          .player_seconds = churns ? 0
                                   : ToSeconds(run.end.when - run.begin.when) *
                                         static_cast<double>(run.players.size()),
          .published = run.players.empty()
                           ? static_cast<double>(run.end.published - run.begin.published)
                           : 0,
          .joins = static_cast<double>(run.end.joined - run.begin.joined)};
}

Json CostJson(const Cost& cost, const Counts& counts) {
  Json json;
  auto per = [&json](const char* name, double gross, double net) {
    json[name] = {{"gross", Rounded(gross, 1000)}, {"net", Rounded(net, 1000)}};
  };
  const auto add = [&](const char* name, double scale, double count) {
    if (count > 0) per(name, cost.gross_ms * scale / count, cost.net_ms * scale / count);
  };
  add("us_per_packet", 1000, counts.packets);
  add("ms_per_player_second", 1, counts.player_seconds);
  add("us_per_published_packet", 1000, counts.published);
  add("ms_per_join", 1, counts.joins);
  return json;
}

Json Servers(const RunResult& run, const Counts& counts) {
  Json json = Json::array();
  double window = ToSeconds(run.end.when - run.begin.when);
  double idle = ToSeconds(run.idle_end.when - run.idle_begin.when);
  for (size_t i = 0; i < run.server_names.size(); ++i) {
    Cost cost{.gross_ms = CpuMs(run.begin.servers[i], run.end.servers[i])};
    double before = idle > 0 ? CpuMs(run.idle_begin.servers[i], run.idle_end.servers[i]) / idle : 0;
    cost.net_ms = cost.gross_ms - before * window;
    Json server = {{"name", run.server_names[i]},
                   {"running", run.end.servers[i].running},
                   {"cpu_percent", Rounded(cost.gross_ms / window / 10)},
                   {"idle_cpu_percent", Rounded(before / 10)}};
    server.update(CostJson(cost, counts));
    server["rss_kb_idle"] = run.idle_end.servers[i].rss / 1024;
    server["rss_kb"] = run.end.servers[i].rss / 1024;
    server["kb_per_player"] = Rounded(run.server_bytes_per_player[i] / 1024, 10);
    json.push_back(std::move(server));
  }
  return json;
}

}  // namespace

std::string Report(const RunResult& run) {
  double window = ToSeconds(run.end.when - run.begin.when);
  auto packets = static_cast<double>(run.end.packets - run.begin.packets);
  Json json = {{"players", run.players.size()}};
  AddPlayers(run.players, json);
  json["connected_ms"] = Times(run.players, &PlayerResult::connected_after);
  json["first_packet_ms"] = Times(run.players, &PlayerResult::first_packet);
  json["first_key_frame_packet_ms"] = Times(run.players, &PlayerResult::first_key_frame_packet);
  json["first_key_frame_ms"] = Times(run.players, &PlayerResult::first_key_frame);
  json["longest_pause_ms"] = {{"video", Pauses(run.players, &PlayerResult::longest_video_pause)},
                              {"audio", Pauses(run.players, &PlayerResult::longest_audio_pause)}};
  json["published"] = run.published;
  if (!run.publish_failure.empty()) json["publish_failure"] = run.publish_failure;
  if (!run.delays.empty()) json["delay_ms"] = Delays(run.delays);
  if (run.end.published > 0) {
    json["published_packets"] = run.end.published;
    json["publisher_repairs"] = run.publisher_repairs;
    json["key_frame_requests"] = run.key_frame_requests;
  }
  json["window"] = {
      {"seconds", Rounded(window)},
      {"packets", run.end.packets - run.begin.packets},
      {"megabits_per_second",
       Rounded(static_cast<double>(run.end.bytes - run.begin.bytes) * 8e-6 / window, 10)},
      {"joins_per_second",
       Rounded(static_cast<double>(run.end.joined - run.begin.joined) / window, 10)}};
  if (!run.server_names.empty()) {
    json["servers"] = Servers(run, CountsOf(run));
  }
  double own_ms = CpuMs(run.begin.own, run.end.own);
  json["own"] = {{"cpu_percent", Rounded(own_ms / window / 10)},
                 {"us_per_packet", packets > 0 ? Rounded(own_ms * 1000 / packets, 1000) : 0},
                 {"rss_kb", run.end.own.rss / 1024}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool Succeeded(const RunResult& run, const Options& options) {
  // Of those that come and go, the last ones may have had no time.
  bool all_play = options.leave_after > Duration(0) ||
                  std::all_of(run.players.begin(), run.players.end(),
                              [](const PlayerResult& player) { return player.packets > 0; });
  const bool publishes = !options.publish.empty() || !options.whip.empty();
  size_t wanted = publishes ? static_cast<size_t>(options.streams) : 0;
  return all_play && run.published == wanted;
}

}  // namespace sluice::load
