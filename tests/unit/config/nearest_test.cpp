#include "libs/config/nearest.h"

#include <catch2/catch.hpp>

namespace sluice::config {
namespace {

const std::vector<std::string> kWords = {"rtmp_port", "rtsp_port", "workers"};

TEST_CASE("a misspelt word finds what was meant") {
  CHECK(Nearest("rtmp_prot", kWords) == "rtmp_port");
  CHECK(Nearest("worker", kWords) == "workers");
  CHECK(Nearest("rtmpport", kWords) == "rtmp_port");
  CHECK(DidYouMean("worker", kWords) == "; did you mean workers?");
}

TEST_CASE("a word that is like none finds none") {
  CHECK(Nearest("certificate", kWords).empty());
  CHECK(Nearest("", kWords).empty());
  CHECK(Nearest("worker", {}).empty());
  CHECK(Nearest(std::string(65, 'w'), {std::string(65, 'w')}).empty());
  CHECK(DidYouMean("certificate", kWords).empty());
}

}  // namespace
}  // namespace sluice::config
