// What a run found, as JSON on one line per figure.
#pragma once

#include <string>
#include <vector>

#include "tools/sluice-load/whep_player.h"

namespace sluice::load {

// seconds: how long packets were counted.
std::string Report(const std::vector<PlayerResult>& results, double seconds);

}  // namespace sluice::load
