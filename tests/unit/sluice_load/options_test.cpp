#include "tools/sluice-load/options.h"

#include <catch2/catch.hpp>

using namespace sluice;

TEST_CASE("Options are read, server-pid again and again") {
  auto options = load::ReadOptions({"--url", "http://a/b", "--players", "7", "--no-gro", "--srtp",
                                    "cm-sha1", "--server-pid", "12", "--server-pid", "13"});
  REQUIRE(options.ok());
  CHECK(options->players == 7);
  CHECK_FALSE(options->bursts);
  CHECK(options->srtp == load::SrtpChoice::kCmSha1);
  CHECK(options->server_pids == std::vector<pid_t>{12, 13});
}

TEST_CASE("Wrong options are refused") {
  using Arguments = std::vector<std::string>;
  for (const Arguments& wrong : std::initializer_list<Arguments>{
           {},
           {"--url"},
           {"--url", "http://a/b", "--players", "0"},
           {"--url", "http://a/b", "--players", "many"},
           {"--url", "http://a/b", "--srtp", "none"},
           {"--url", "http://a/b", "--what", "1"},
           {"--url", "http://a/b", "--delay"},
           {"--url", "http://a/b", "--leave-after", "0"},
           {"--whip", "http://a/b"},
           {"--whip", "http://a/b", "--publish", "rtmp://127.0.0.1/live/cam", "--flv", "a.flv"},
           {"--publish", "rtmp://127.0.0.1/live/cam"}}) {
    CHECK_FALSE(load::ReadOptions(wrong).ok());
  }
}

TEST_CASE("Servers and what players do are options") {
  auto options =
      load::ReadOptions({"--url", "http://a/b", "--url", "http://c/d", "--video-only",
                         "--no-feedback", "--tcp", "--local", "127.0.0.2", "--leave-after", "1.5"});
  REQUIRE(options.ok());
  CHECK(options->urls == std::vector<std::string>{"http://a/b", "http://c/d"});
  CHECK((options->video_only && options->tcp && !options->feedback));
  CHECK(options->leave_after == 1500ms);
  CHECK(options->local == "127.0.0.2");
}

TEST_CASE("Streams are numbered from 1") {
  CHECK(load::UrlOfStream("rtmp://h/live/cam{n}", 0) == "rtmp://h/live/cam1");
  CHECK(load::UrlOfStream("rtmp://h/live/cam", 5) == "rtmp://h/live/cam");
}
