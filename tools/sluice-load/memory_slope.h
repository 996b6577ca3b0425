// How a server's memory grows with its players: the line of least squares.
#pragma once

#include <cstddef>

namespace sluice::load {

class MemorySlope {
 public:
  void Add(size_t players, size_t bytes);
  // Bytes per player; 0 with fewer than two different numbers of players.
  double bytes_per_player() const;

 private:
  double count_ = 0;
  double sum_x_ = 0;
  double sum_y_ = 0;
  double sum_xx_ = 0;
  double sum_xy_ = 0;
};

}  // namespace sluice::load
