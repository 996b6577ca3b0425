// What a daemon shows to Prometheus.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libs/loop/event_loop.h"
#include "libs/metrics/values.h"

namespace sluice::metrics {

using Labels = std::map<std::string, std::string>;

// The samples of one scrape. Samples of the same name and labels are added up, so that each worker
// may report its own share.
class Scrape {
 public:
  struct Families;
  explicit Scrape(Families& families) : families_(families) {}

  // name: without the prefix, "sent_bytes_total"; ends in _total for counters, in its unit else. A
  // name that begins with "sluice_" or "process_" is complete already.
  void AddCounter(std::string_view name, std::string_view help, double value,
                  const Labels& labels = {});
  void AddGauge(std::string_view name, std::string_view help, double value,
                const Labels& labels = {});
  void AddHistogram(std::string_view name, std::string_view help, const Histogram& value,
                    const Labels& labels = {});
  // Of one counted elsewhere: counts per bucket, not cumulated, +Inf last; one more than bounds.
  void AddHistogram(std::string_view name, std::string_view help,
                    std::span<const double> upper_bounds, std::span<const uint64_t> counts,
                    double sum, const Labels& labels = {});

 private:
  Families& families_;
};

// A collector stays registered as long as this lives. Delete it on the collector's loop, before the
// registry.
class Registration {
 public:
  virtual ~Registration() = default;
};
using RegistrationPtr = std::unique_ptr<Registration>;

// Every name begins with "sluice_<service>_" (dashes to underscores), every sample has the label
// service="<service>". Any thread.
class Registry {
 public:
  explicit Registry(std::string service);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  using Collector = std::function<void(Scrape&)>;
  // `collect` is called on `loop`'s thread at each scrape, so it may read what lives there without
  // a lock; it must be quick. A loop that does not answer within 1 s is left out of that scrape.
  [[nodiscard]] RegistrationPtr Collect(loop::EventLoop& loop, Collector collect);

  // Values that live as long as the registry, for those who have one to update and no loop to ask.
  Counter& AddCounter(std::string name, std::string help, Labels labels = {});
  Gauge& AddGauge(std::string name, std::string help, Labels labels = {});
  Histogram& AddHistogram(std::string name, std::string help, std::vector<double> upper_bounds,
                          Labels labels = {});

  // The page, text format 0.0.4. Blocks for up to 1 s; never on a loop that has collectors.
  std::string Page() const;

 private:
  struct State;
  void Keep(std::function<void(Scrape&)> add);

  std::shared_ptr<State> state_;  // shared with the registrations
};

}  // namespace sluice::metrics
