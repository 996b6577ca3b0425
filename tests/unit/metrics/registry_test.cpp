#include "libs/metrics/registry.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/unit/metrics/running_loop.h"

namespace sluice::metrics {
namespace {

bool Has(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("names have the service in front, samples have it as a label") {
  RunningLoop runner;
  Registry registry("webrtc-media");
  RegistrationPtr registration = registry.Collect(runner.loop(), [](Scrape& scrape) {
    scrape.AddCounter("sent_bytes_total", "Bytes sent.", 1234567890123, {{"kind", "video"}});
    scrape.AddGauge("sluice_uptime_seconds", "Complete name.", 0.5);
  });
  std::string page = registry.Page();
  CHECK(Has(page, "# HELP sluice_webrtc_media_sent_bytes_total Bytes sent."));
  CHECK(Has(page, "# TYPE sluice_webrtc_media_sent_bytes_total counter"));
  CHECK(Has(page,
            "sluice_webrtc_media_sent_bytes_total"
            "{service=\"webrtc-media\",kind=\"video\"} 1234567890123"));
  CHECK(Has(page, "sluice_uptime_seconds{service=\"webrtc-media\"} 0.5"));
  runner.Do([&] { registration.reset(); });
}

TEST_CASE("collectors run on their own loops and equal samples are added up") {
  RunningLoop a;
  RunningLoop b;
  Registry registry("x");
  std::atomic<bool> on_loops = true;
  auto collect = [&](loop::EventLoop& loop, int value) {
    return registry.Collect(loop, [&loop, &on_loops, value](Scrape& scrape) {
      if (!loop.IsLoopThread()) on_loops = false;
      scrape.AddGauge("players", "Players.", value);
      scrape.AddGauge("workers", "One each.", 1, {{"worker", std::to_string(value)}});
    });
  };
  RegistrationPtr first = collect(a.loop(), 3);
  RegistrationPtr second = collect(b.loop(), 4);
  std::string page = registry.Page();
  CHECK(on_loops);
  CHECK(Has(page, "sluice_x_players{service=\"x\"} 7"));
  CHECK(Has(page, "sluice_x_workers{service=\"x\",worker=\"3\"} 1"));
  CHECK(Has(page, "sluice_x_workers{service=\"x\",worker=\"4\"} 1"));
  a.Do([&] { first.reset(); });
  CHECK(Has(registry.Page(), "sluice_x_players{service=\"x\"} 4"));
  b.Do([&] { second.reset(); });
  CHECK(registry.Page().empty());
}

TEST_CASE("a loop that does not answer is left out, the others are shown") {
  RunningLoop runner;
  loop::EventLoop hung;  // never runs
  Registry registry("x");
  RegistrationPtr first =
      registry.Collect(runner.loop(), [](Scrape& scrape) { scrape.AddGauge("here", "Here.", 1); });
  RegistrationPtr second =
      registry.Collect(hung, [](Scrape& scrape) { scrape.AddGauge("hung", "Hung.", 1); });
  std::string page = registry.Page();
  CHECK(Has(page, "sluice_x_here{service=\"x\"} 1"));
  CHECK(page.find("hung") == std::string::npos);
  runner.Do([&] { first.reset(); });
  second.reset();
  hung.Stop();
  hung.Run();  // takes the late question
}

TEST_CASE("a histogram is shown with cumulated buckets, sum and count") {
  Registry registry("x");
  Histogram& histogram = registry.AddHistogram("delay_seconds", "Delay.", {0.5, 1});
  histogram.Observe(0.25);
  histogram.Observe(0.75);
  histogram.Observe(2.0);
  std::string page = registry.Page();
  CHECK(Has(page, "# TYPE sluice_x_delay_seconds histogram"));
  CHECK(Has(page, "sluice_x_delay_seconds_bucket{service=\"x\",le=\"0.5\"} 1"));
  CHECK(Has(page, "sluice_x_delay_seconds_bucket{service=\"x\",le=\"1\"} 2"));
  CHECK(Has(page, "sluice_x_delay_seconds_bucket{service=\"x\",le=\"+Inf\"} 3"));
  CHECK(Has(page, "sluice_x_delay_seconds_sum{service=\"x\"} 3"));
  CHECK(Has(page, "sluice_x_delay_seconds_count{service=\"x\"} 3"));
}

TEST_CASE("equal histograms of several workers are added up") {
  RunningLoop runner;
  Registry registry("x");
  Histogram histogram({1});
  histogram.Observe(0.5);
  auto collect = [&](Scrape& scrape) { scrape.AddHistogram("d_seconds", "D.", histogram); };
  RegistrationPtr first = registry.Collect(runner.loop(), collect);
  RegistrationPtr second = registry.Collect(runner.loop(), collect);
  CHECK(Has(registry.Page(), "sluice_x_d_seconds_count{service=\"x\"} 2"));
  runner.Do([&] {
    first.reset();
    second.reset();
  });
}

TEST_CASE("a histogram counted elsewhere is shown; one with a bucket missing is left out") {
  RunningLoop runner;
  Registry registry("x");
  RegistrationPtr registration = registry.Collect(runner.loop(), [](Scrape& scrape) {
    const double bounds[] = {0.5, 1};
    const uint64_t counts[] = {1, 2, 3};
    scrape.AddHistogram("d_seconds", "D.", bounds, counts, 9.5);
    scrape.AddHistogram("e_seconds", "E.", bounds, std::span(counts).first(2), 1);
  });
  std::string page = registry.Page();
  CHECK(Has(page, "sluice_x_d_seconds_bucket{service=\"x\",le=\"1\"} 3"));
  CHECK(Has(page, "sluice_x_d_seconds_count{service=\"x\"} 6"));
  CHECK(Has(page, "sluice_x_d_seconds_sum{service=\"x\"} 9.5"));
  CHECK(page.find("sluice_x_e_seconds{") == std::string::npos);
  CHECK(page.find("sluice_x_e_seconds_count") == std::string::npos);
  runner.Do([&] { registration.reset(); });
}

TEST_CASE("a name that stands for two kinds keeps the first") {
  Registry registry("x");
  registry.AddCounter("a_total", "A.").Increment(3);
  registry.AddGauge("a_total", "A.").Set(9);
  std::string page = registry.Page();
  CHECK(Has(page, "sluice_x_a_total{service=\"x\"} 3"));
  CHECK(page.find("9") == std::string::npos);
}

TEST_CASE("label values are escaped") {
  Registry registry("x");
  registry.AddGauge("g", "G.", {{"stream", "a\"b\\c\nd"}}).Set(1);
  CHECK(Has(registry.Page(), "sluice_x_g{service=\"x\",stream=\"a\\\"b\\\\c\\nd\"} 1"));
}

}  // namespace
}  // namespace sluice::metrics
