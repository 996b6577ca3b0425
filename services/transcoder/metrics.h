// The daemon's figures for Prometheus.
#pragma once

#include "libs/fanout/fanout_server.h"
#include "libs/metrics/registry.h"
#include "services/transcoder/counters.h"

namespace sluice::transcoder {

void Collect(size_t renditions, const Counters& counters,
             const fanout::FanoutServer::Counters& fanout_counters, metrics::Scrape& scrape);

}  // namespace sluice::transcoder
