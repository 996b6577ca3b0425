// What one packet costs, from the shared payload to the kernel. See README.md.
// Prints one line per row: name, ns per packet, ratio to its reference.
#include <algorithm>
#include <cstdio>
#include <limits>

#include "tests/bench/rows.h"

namespace {

constexpr int kRounds = 7;

}  // namespace

int main() {
  using namespace sluice::bench;
  std::vector<Row> rows;
  AddCryptoRows(rows);
  AddQueueRows(rows);
  AddReceiveRows(rows);
  AddFanoutRows(rows);
  constexpr double kNone = std::numeric_limits<double>::max();
  std::vector<double> best(rows.size(), kNone);
  double gcm = kNone;
  double send = kNone;
  for (int round = 0; round < kRounds; ++round) {
    gcm = std::min(gcm, MeasureReferenceGcm());
    send = std::min(send, MeasureReferenceSend());
    for (size_t i = 0; i < rows.size(); ++i) best[i] = std::min(best[i], rows[i].measure());
  }
  std::printf("reference/gcm-1200\t%.1f\t1\n", gcm * 1e9);
  std::printf("reference/sendto-1200\t%.1f\t1\n", send * 1e9);
  for (size_t i = 0; i < rows.size(); ++i) {
    const double reference = rows[i].reference == Reference::kGcm ? gcm : send;
    std::printf("%s\t%.1f\t%.3f\n", rows[i].name.c_str(), best[i] * 1e9, best[i] / reference);
  }
}
