#include "services/admin/config.h"

#include <catch2/catch.hpp>

#include "libs/config/configuration.h"

namespace sluice::admin {
namespace {

TEST_CASE("the keys of the section reach their fields, and the print is read back") {
  Config config;
  config::Configuration configuration;
  configuration.Add("admin", "Admin.", config);
  CHECK(config.merged_metrics_address == "127.0.0.1");
  CHECK(config.merged_metrics_port.value == 7777);
  REQUIRE(configuration
              .Parse("admin:\n  merged_metrics_address: \"::\"\n  merged_metrics_port: 1\n"
                     "  scrape_timeout: 5s\n",
                     "f")
              .ok());
  CHECK(config.merged_metrics_address == "::");
  CHECK(config.merged_metrics_port.value == 1);
  CHECK(config.scrape_timeout == 5s);
  CHECK(configuration.Parse(configuration.Print(), "f").ok());
}

}  // namespace
}  // namespace sluice::admin
