#include "libs/config/configuration.h"

#include <catch2/catch.hpp>

namespace sluice::config {
namespace {

enum class Colour { kRed, kGreen };

struct Sample {
  bool on = false;
  int clients = 8;
  double share = 0.5;
  std::string title = "a \"b\": #c";
  std::vector<std::string> names = {"x", "y, z", "null", "- a"};
  Duration timeout = 1500ms;
  ByteSize buffer{8 << 20};
  Port port{1935};
  HostPort peer{"::1", 80};
  std::vector<HostPort> endpoints = {{"a", 1}, {"::2", 2}};
  Colour colour = Colour::kGreen;

  void Describe(Section& section) {
    section.Bind("on", on, "Doc of on.");
    section.Bind("clients", clients, {1, 64}, "connections", "Doc of clients.");
    section.Bind("share", share, {0.0, 1.0}, "of all", "Doc of share.");
    section.Bind("title", title, "Doc of title.");
    section.Bind("names", names, "Doc of names.");
    section.Bind("timeout", timeout, {1s, 60s}, "Doc of timeout.");
    section.Bind("buffer", buffer, {ByteSize{1}, ByteSize{1 << 30}}, "Doc of buffer.");
    section.Bind("port", port, "Doc of port.");
    section.Bind("peer", peer, "Doc of peer.");
    section.Bind("endpoints", endpoints, "Doc of endpoints.");
    section.Bind("colour", colour, {{"red", Colour::kRed}, {"green", Colour::kGreen}},
                 "Doc of colour.");
  }
  friend bool operator==(const Sample&, const Sample&) = default;
};

struct Loaded {
  Loaded() { configuration.Add("web-media", "A sample.", sample); }
  // The message of the refusal, or "ok".
  std::string Parse(std::string_view text) {
    absl::Status status = configuration.Parse(text, "f.yaml");
    return status.ok() ? "ok" : std::string(status.message());
  }
  std::string Apply(const std::vector<std::string>& environment) {
    absl::Status status = configuration.ApplyEnvironment(environment);
    return status.ok() ? "ok" : std::string(status.message());
  }

  Sample sample;
  Configuration configuration{{"common", "ingest"}};
};

TEST_CASE("every type of value is read into its field") {
  Loaded loaded;
  REQUIRE(loaded.Parse("web-media:\n"
                       "  on: yes\n  clients: 64\n  share: 0.25\n  title: it's\n"
                       "  names: [a, \"b c\"]\n  timeout: 2s\n  buffer: 64KiB\n  port: 0\n"
                       "  peer: host:9\n  endpoints:\n    - b:1\n    - \"[::1]:2\"\n"
                       "  colour: red\n") == "ok");
  Sample expected{.on = true,
                  .clients = 64,
                  .share = 0.25,
                  .title = "it's",
                  .names = {"a", "b c"},
                  .timeout = 2s,
                  .buffer = {65536},
                  .port = {0},
                  .peer = {"host", 9},
                  .endpoints = {{"b", 1}, {"::1", 2}},
                  .colour = Colour::kRed};
  CHECK(loaded.sample == expected);
}

TEST_CASE("an empty file, a comment, an empty section and other sections keep the defaults") {
  for (const char* text : {"", "# only this\n", "---\n", "web-media:\n", "web-media: {}\n",
                           "common:\n  whatever: [1]\ningest:\n"}) {
    CAPTURE(text);
    Loaded loaded;
    CHECK(loaded.Parse(text) == "ok");
    CHECK(loaded.sample == Sample());
  }
}

TEST_CASE("what is printed is read back to the same values, defaults or not") {
  Loaded first;
  first.sample = {.on = true, .title = "\x01 \\ \"quoted\" \xC3\xA4", .names = {}, .timeout = 61s};
  first.sample.timeout = 59s;
  first.sample.title.erase(0, 1);
  std::string printed = first.configuration.Print();
  Loaded second;
  CHECK(second.Parse(printed) == "ok");
  CHECK(second.sample == first.sample);
  CHECK(second.configuration.Print() == printed);
}

TEST_CASE("the print shows doc, type, bounds and default of each key") {
  Loaded loaded;
  loaded.sample.clients = 9;
  std::string printed = loaded.configuration.Print();
  CHECK(printed.find("# A sample.\nweb-media:\n") == 0);
  CHECK(printed.find("  # Doc of clients.\n"
                     "  # (whole number, 1 to 64 connections; default 8)\n"
                     "  clients: 9\n") != std::string::npos);
  CHECK(printed.find("(duration, 1s to 1m; default 1500ms)") != std::string::npos);
}

TEST_CASE("the documentation has a row for each key") {
  Loaded loaded;
  std::string text = loaded.configuration.Documentation();
  CHECK(text.find("| `colour` | Doc of colour. | one of red, green; default green | "
                  "`SLUICE_WEB_MEDIA_COLOUR` |\n") != std::string::npos);
}

TEST_CASE("an unknown key is refused with file, line and the nearest key") {
  Loaded loaded;
  CHECK(loaded.Parse("# c\nweb-media:\n  on: true\n  client: 3\n") ==
        "f.yaml:4: web-media.client: unknown key; did you mean clients?");
  CHECK(loaded.Parse("web-media:\n  zzzzzz: 3\n") == "f.yaml:2: web-media.zzzzzz: unknown key");
}

TEST_CASE("an unknown section is refused with the nearest section") {
  Loaded loaded;
  CHECK(loaded.Parse("ingset:\n  a: 1\n") ==
        "f.yaml:1: ingset: unknown section; did you mean ingest?");
}

TEST_CASE("a key or a section that stands twice is refused") {
  Loaded loaded;
  CHECK(loaded.Parse("web-media:\n  on: true\n  on: false\n") ==
        "f.yaml:3: web-media.on: key stands twice, first on line 2");
  CHECK(loaded.Parse("common:\n  a: 1\ncommon:\n  b: 1\n") ==
        "f.yaml:3: common: section stands twice, first on line 1");
}

TEST_CASE("a wrong value is refused with line, key and what is allowed, and not stored") {
  struct Case {
    const char* line;
    const char* message;
  };
  const Case cases[] = {
      {"on: 1", "on: expected true or false, found \"1\""},
      {"clients: 65", "clients: expected a whole number from 1 to 64 connections, found \"65\""},
      {"clients: many",
       "clients: expected a whole number from 1 to 64 connections, found \"many\""},
      {"clients: [1]", "clients: expected a whole number from 1 to 64 connections, found a list"},
      {"share: 1.01", "share: expected a number from 0 to 1 of all, found \"1.01\""},
      {"title: \"a\\nb\"", "title: expected a text without control characters, found \"a\nb\""},
      {"timeout: 5", "timeout: expected a duration from 1s to 1m, found \"5\""},
      {"timeout: 2h", "timeout: expected a duration from 1s to 1m, found \"2h\""},
      {"buffer: 2GiB", "buffer: expected a number of bytes from 1 to 1GiB, found \"2GiB\""},
      {"port: 65536", "port: expected a port from 0 to 65535, found \"65536\""},
      {"peer: host", "peer: expected host:port, found \"host\""},
      {"endpoints: [a]", "endpoints: expected host:port, found \"a\""},
      {"colour: gren", "colour: expected one of red, green, found \"gren\"; did you mean green?"},
  };
  for (const Case& one : cases) {
    Loaded loaded;
    CHECK(loaded.Parse(std::string("web-media:\n  ") + one.line) ==
          std::string("f.yaml:2: web-media.") + one.message);
    CHECK(loaded.sample == Sample());
  }
}

TEST_CASE("all faults of a file are told at once, up to twenty") {
  Loaded loaded;
  CHECK(loaded.Parse("web-media:\n  on: 1\n  port: x\n") ==
        "f.yaml:2: web-media.on: expected true or false, found \"1\"\n"
        "f.yaml:3: web-media.port: expected a port from 0 to 65535, found \"x\"");
  std::string many = "web-media:\n";
  for (int i = 0; i < 25; ++i) many += "  unknown" + std::to_string(i) + ": 1\n";
  CHECK(loaded.Parse(many).ends_with("\nand 5 more"));
}

TEST_CASE("YAML beyond sections, keys and lists is refused with its line") {
  for (const char* text :
       {"web-media:\n  on: {a: 1}\n", "web-media:\n  names: [[a]]\n", "web-media:\n  on: &a true\n",
        "web-media:\n  on: *a\n", "web-media:\n  on: !!bool true\n", "common: {}\n--- \n",
        "web-media:\n  on:\n", "web-media:\n  names: [a, ]\n  on: ~\n", "web-media:\n  on: \"x\n",
        "web-media: [on]\n", "web-media:\n  ? [a]\n"}) {
    CAPTURE(text);
    Loaded loaded;
    std::string message = loaded.Parse(text);
    CHECK(message.starts_with("f.yaml:"));
    CHECK(std::isdigit(message[7]));
  }
  Loaded loaded;
  CHECK(loaded.Parse("text\n").starts_with("f.yaml:1: "));
  CHECK(loaded.Parse("- a\n").starts_with("f.yaml:1: "));
  CHECK(loaded.Parse(std::string(10000, '[')).starts_with("f.yaml:1: "));
}

TEST_CASE("a file over one MiB is refused") {
  Loaded loaded;
  CHECK(loaded.Parse(std::string((1 << 20) + 1, '#')) ==
        "f.yaml:1: the file is larger than 1048576 bytes");
}

TEST_CASE("the environment overrides the file; lists are comma-separated") {
  Loaded loaded;
  REQUIRE(loaded.Parse("web-media:\n  clients: 5\n") == "ok");
  CHECK(loaded.Apply({"PATH=/bin", "SLUICE_WEB_MEDIA_CLIENTS=6", "SLUICE_WEB_MEDIA_TITLE=a,b=c",
                      "SLUICE_WEB_MEDIA_NAMES=p,q",
                      "SLUICE_WEB_MEDIA_ENDPOINTS=", "SLUICE_OTHER_X=1"}) == "ok");
  CHECK(loaded.sample.clients == 6);
  CHECK(loaded.sample.title == "a,b=c");
  CHECK(loaded.sample.names == std::vector<std::string>{"p", "q"});
  CHECK(loaded.sample.endpoints.empty());
}

TEST_CASE("a bad or unknown variable of our sections is refused") {
  Loaded loaded;
  CHECK(loaded.Apply({"SLUICE_WEB_MEDIA_PORT=x"}) ==
        "SLUICE_WEB_MEDIA_PORT: expected a port from 0 to 65535, found \"x\"");
  CHECK(loaded.Apply({"SLUICE_WEB_MEDIA_PROT=1"}) ==
        "SLUICE_WEB_MEDIA_PROT: unknown variable; did you mean SLUICE_WEB_MEDIA_PORT?");
}

TEST_CASE("a file that is not there is told") {
  Loaded loaded;
  absl::Status status = loaded.configuration.Load("/nonexistent/f.yaml");
  CHECK(absl::IsNotFound(status));
  CHECK(std::string(status.message()) == "/nonexistent/f.yaml: No such file or directory");
}

}  // namespace
}  // namespace sluice::config
