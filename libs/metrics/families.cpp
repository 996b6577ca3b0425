#include "libs/metrics/families.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

#include "libs/base/text.h"

namespace sluice::metrics {
namespace {

prometheus::MetricType ToPrometheus(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram ToPrometheus(const Sample& sample,
                                                 const std::vector<double>& upper_bounds) {
  prometheus::ClientMetric::Histogram out;
  for (size_t i = 0; i < sample.counts.size(); ++i) {
    out.sample_count += sample.counts[i];
    double bound =
        i < upper_bounds.size() ? upper_bounds[i] : std::numeric_limits<double>::infinity();
    out.bucket.push_back({.cumulative_count = out.sample_count, .upper_bound = bound});
  }
  out.sample_sum = sample.value;
  return out;
}

prometheus::ClientMetric ToPrometheus(const Family& family, const Labels& labels,
                                      const Sample& sample, const std::string& service) {
  prometheus::ClientMetric out;
  out.label.push_back({"service", service});
  for (const auto& [name, value] : labels) out.label.push_back({name, value});
  switch (family.kind) {
    case Kind::kCounter:
      out.counter.value = sample.value;
      break;
    case Kind::kGauge:
      out.gauge.value = sample.value;
      break;
    case Kind::kHistogram:
      out.histogram = ToPrometheus(sample, family.upper_bounds);
      break;
  }
  return out;
}

void AddTo(Sample& sample, double value, const std::vector<uint64_t>& counts) {
  sample.value += value;
  sample.counts.resize(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) sample.counts[i] += counts[i];
}

}  // namespace

std::string Scrape::Families::FullName(std::string_view name) const {
  bool complete = name.starts_with("sluice_") || name.starts_with("process_");
  return complete ? std::string(name) : StrCat(prefix, name);
}

Family* Scrape::Families::Find(Kind kind, const std::string& full_name, std::string_view help,
                               const std::vector<double>& upper_bounds) {
  auto [place, added] = by_name.try_emplace(
      full_name, Family{.kind = kind, .help = std::string(help), .upper_bounds = upper_bounds});
  Family& family = place->second;
  return family.kind == kind && family.upper_bounds == upper_bounds ? &family : nullptr;
}

void Scrape::Families::Add(Kind kind, std::string_view name, std::string_view help,
                           const Labels& labels, double value) {
  Family* family = Find(kind, FullName(name), help, {});
  if (family != nullptr) AddTo(family->samples[labels], value, {});
}

void Scrape::Families::AddHistogram(std::string_view name, std::string_view help,
                                    const Labels& labels, std::span<const double> upper_bounds,
                                    std::span<const uint64_t> counts, double sum) {
  if (counts.size() != upper_bounds.size() + 1) return;
  Family* family = Find(Kind::kHistogram, FullName(name), help,
                        std::vector<double>(upper_bounds.begin(), upper_bounds.end()));
  if (family == nullptr) return;
  AddTo(family->samples[labels], sum, std::vector<uint64_t>(counts.begin(), counts.end()));
}

void Scrape::Families::Merge(const Families& other) {
  for (const auto& [name, family] : other.by_name) {
    Family* ours = Find(family.kind, name, family.help, family.upper_bounds);
    if (ours == nullptr) continue;
    for (const auto& [labels, sample] : family.samples) {
      AddTo(ours->samples[labels], sample.value, sample.counts);
    }
  }
}

std::string Scrape::Families::Page(const std::string& service) const {
  std::vector<prometheus::MetricFamily> page;
  for (const auto& [name, family] : by_name) {
    prometheus::MetricFamily out{
        .name = name, .help = family.help, .type = ToPrometheus(family.kind)};
    for (const auto& [labels, sample] : family.samples) {
      out.metric.push_back(ToPrometheus(family, labels, sample, service));
    }
    page.push_back(std::move(out));
  }
  return prometheus::TextSerializer().Serialize(page);
}

}  // namespace sluice::metrics
