// What this daemon shows to Prometheus.
#pragma once

#include "libs/metrics/registry.h"
#include "services/webrtc-media/players.h"
#include "services/webrtc-media/publishers.h"

namespace sluice::webrtc_media {

// Adds everything to one scrape. Home loop.
void CollectMetrics(metrics::Scrape& scrape, const Players& players, const Publishers& publishers,
                    const WorkerPool& pool);

}  // namespace sluice::webrtc_media
