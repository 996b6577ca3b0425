// What a run found, as JSON.
#pragma once

#include <string>

#include "tools/sluice-load/load_run.h"

namespace sluice::load {

std::string Report(const RunResult& run);
// Every player got media, every stream was published to the end.
bool Succeeded(const RunResult& run, const Options& options);

}  // namespace sluice::load
