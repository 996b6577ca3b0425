// The samples of one scrape, as they are gathered.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libs/metrics/registry.h"

namespace sluice::metrics {

enum class Kind { kCounter, kGauge, kHistogram };

struct Sample {
  double value = 0;              // counter, gauge; the sum of a histogram
  std::vector<uint64_t> counts;  // histogram: per bucket, +Inf last
};

struct Family {
  Kind kind = Kind::kGauge;
  std::string help;
  std::vector<double> upper_bounds;  // histogram
  std::map<Labels, Sample> samples;
};

// By full name. What is added under a name with another kind or other buckets than the first is
// left out: a mistake of ours must not cost the page.
struct Scrape::Families {
  std::string prefix;  // "sluice_ingest_"
  std::map<std::string, Family, std::less<>> by_name;

  void Add(Kind kind, std::string_view name, std::string_view help, const Labels& labels,
           double value);
  // Also left out: counts that are not one more than the bounds.
  void AddHistogram(std::string_view name, std::string_view help, const Labels& labels,
                    std::span<const double> upper_bounds, std::span<const uint64_t> counts,
                    double sum);
  // Adds all of `other`.
  void Merge(const Families& other);
  // The text format 0.0.4; `service` becomes a label of each sample.
  std::string Page(const std::string& service) const;

 private:
  // nullptr if the name stands for something else already.
  Family* Find(Kind kind, const std::string& full_name, std::string_view help,
               const std::vector<double>& upper_bounds);
  std::string FullName(std::string_view name) const;
};

}  // namespace sluice::metrics
