// What this daemon shows to Prometheus.
#pragma once

#include "libs/metrics/registry.h"
#include "services/webrtc-media/players.h"

namespace sluice::webrtc_media {

// Adds everything to one scrape. Home loop.
void CollectMetrics(metrics::Scrape& scrape, const Players& players, const WorkerPool& pool);

}  // namespace sluice::webrtc_media
