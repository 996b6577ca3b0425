#include "tools/sluice-load/memory_slope.h"

namespace sluice::load {

void MemorySlope::Add(size_t players, size_t bytes) {
  auto x = static_cast<double>(players);
  auto y = static_cast<double>(bytes);
  count_ += 1;
  sum_x_ += x;
  sum_y_ += y;
  sum_xx_ += x * x;
  sum_xy_ += x * y;
}

double MemorySlope::bytes_per_player() const {
  double spread = count_ * sum_xx_ - sum_x_ * sum_x_;
  return spread <= 0 ? 0 : (count_ * sum_xy_ - sum_x_ * sum_y_) / spread;
}

}  // namespace sluice::load
