#include "libs/daemon/common_config.h"

#include <catch2/catch.hpp>

#include "libs/config/configuration.h"

namespace sluice::daemon {
namespace {

TEST_CASE("the common section prints all defaults as it reads them") {
  CommonConfig first;
  config::Configuration printed;
  printed.Add("common", "Common.", first);
  CommonConfig second;
  config::Configuration read;
  read.Add("common", "Common.", second);
  CHECK(read.Parse(printed.Print(), "f").ok());
  CHECK(read.Print() == printed.Print());
}

TEST_CASE("the keys of the common section reach their fields") {
  CommonConfig common;
  config::Configuration configuration;
  configuration.Add("common", "Common.", common);
  REQUIRE(configuration
              .Parse("common:\n"
                     "  advertise: [203.0.113.5, 203.0.113.6=10.0.0.6]\n"
                     "  directory: [etcd-0:2379, \"[::1]:2379\"]\n"
                     "  run_dir: /tmp/x\n  node_name: a\n  log_level: debug\n"
                     "  log_format: json\n  drain_timeout: 0\n  tls_certificate: c.pem\n"
                     "  tls_private_key: k.pem\n  admin_password_file: p\n"
                     "  open_publishing: true\n  control_address: \"::1\"\n",
                     "f")
              .ok());
  CHECK(common.advertise == std::vector<std::string>{"203.0.113.5", "203.0.113.6=10.0.0.6"});
  CHECK(common.directory == std::vector<config::HostPort>{{"etcd-0", 2379}, {"::1", 2379}});
  CHECK(common.run_dir == "/tmp/x");
  CHECK(common.node_name == "a");
  CHECK(common.log_level == log::Level::kDebug);
  CHECK(common.log_format == log::Format::kJson);
  CHECK(common.drain_timeout == 0s);
  CHECK(common.tls_certificate == "c.pem");
  CHECK(common.tls_private_key == "k.pem");
  CHECK(common.admin_password_file == "p");
  CHECK(common.open_publishing);
  CHECK(common.control_address == "::1");
}

}  // namespace
}  // namespace sluice::daemon
