#include "tools/sluice-load/report.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"

namespace sluice::load {
namespace {

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

std::string Report(const std::vector<PlayerResult>& results, double seconds) {
  PlayerResult sum;
  size_t connected = 0;
  size_t with_media = 0;
  std::vector<double> first_ms;
  std::map<std::string, int> profiles;
  std::string failure;
  for (const PlayerResult& result : results) {
    connected += result.connected;
    with_media += result.packets > 0;
    sum.packets += result.packets;
    sum.bytes += result.bytes;
    sum.lost += result.lost;
    if (result.first_packet.has_value()) first_ms.push_back(ToSeconds(*result.first_packet) * 1000);
    if (!result.srtp_profile.empty()) ++profiles[result.srtp_profile];
    if (failure.empty()) failure = result.failure;
  }
  std::string text = absl::StrFormat(
      "{\n  \"players\": %d,\n  \"connected\": %d,\n  \"with_media\": %d,\n  \"packets\": %d,\n  "
      "\"lost\": %d,\n"
      "  \"megabits_per_second\": %.1f,\n  \"first_packet_ms\": {\"p50\": %.1f, \"p99\": %.1f},\n  "
      "\"srtp\": {",
      results.size(), connected, with_media, sum.packets, sum.lost,
      static_cast<double>(sum.bytes) * 8e-6 / seconds, Percentile(first_ms, 0.5),
      Percentile(first_ms, 0.99));
  std::string comma;
  for (const auto& [profile, count] : profiles) {
    absl::StrAppendFormat(&text, "%s\"%s\": %d", comma, profile, count);
    comma = ", ";
  }
  text += "}";
  if (!failure.empty()) {
    std::replace(failure.begin(), failure.end(), '"', '\'');
    std::replace(failure.begin(), failure.end(), '\n', ' ');
    absl::StrAppendFormat(&text, ",\n  \"first_failure\": \"%s\"", failure);
  }
  return text + "\n}\n";
}

}  // namespace sluice::load
