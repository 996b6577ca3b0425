#include "libs/directory/lease_file.h"

#include <cstdio>
#include <fstream>

#include "libs/loop/work_pool.h"

namespace sluice::directory {

int64_t LeaseFile::Load() const {
  if (path_.empty()) return 0;
  int64_t lease = 0;
  std::ifstream file(path_);
  if (!(file >> lease)) return 0;
  return lease;
}

void LeaseFile::Save(int64_t lease) const {
  if (path_.empty()) return;
  loop::RunBlocking(
      loop_,
      [path = path_, lease] {
        const std::string written = path + ".new";
        std::ofstream file(written);
        file << lease << '\n';
        file.close();
        if (file) std::rename(written.c_str(), path.c_str());
      },
      [] {});
}

}  // namespace sluice::directory
