// What every daemon says about itself.
#pragma once

#include <string>

#include "libs/metrics/registry.h"

namespace sluice::metrics {

// process_* under Prometheus' usual names (resident memory, CPU seconds, open and most file
// descriptors, threads, start time), sluice_uptime_seconds, sluice_build_info{version}; read from
// /proc on `loop`.
[[nodiscard]] RegistrationPtr CollectProcess(Registry& registry, loop::EventLoop& loop,
                                             std::string version);

// sluice_loop_delay_seconds{loop}: the longest lateness of `loop`'s 100 ms timer since the last
// scrape. One per loop, workers included.
[[nodiscard]] RegistrationPtr CollectLoopDelay(Registry& registry, loop::EventLoop& loop,
                                               std::string name);

}  // namespace sluice::metrics
