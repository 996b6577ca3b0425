// The figures of this daemon, as Prometheus sees them.
#pragma once

#include "libs/fanout/fanout_server.h"
#include "libs/metrics/registry.h"
#include "libs/relay/publications.h"
#include "services/ingest/counters.h"

namespace sluice::ingest {

// What is so at the moment of the scrape.
struct Gauges {
  size_t connections = 0;
  size_t publishers = 0;
  size_t players = 0;
  size_t played_streams = 0;
  size_t unsent_bytes = 0;  // to all RTMP clients
};

void Collect(const Gauges& gauges, const Counters& counters,
             const fanout::FanoutServer::Counters& fanout_counters,
             const relay::Publications& publications, metrics::Scrape& scrape);

}  // namespace sluice::ingest
