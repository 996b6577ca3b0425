// The configuration file's parser: any bytes are read or refused, and what is printed is read back.
#include <cstdlib>

#include "libs/config/configuration.h"

namespace {

struct Sample {
  bool on = false;
  int clients = 8;
  std::string title;
  std::vector<std::string> names;
  sluice::Duration timeout = std::chrono::seconds(5);
  sluice::config::ByteSize buffer{1024};
  sluice::config::HostPort peer{"host", 80};
  std::vector<sluice::config::HostPort> endpoints;

  void Describe(sluice::config::Section& section) {
    using sluice::operator""s;
    section.Bind("on", on, "Doc.");
    section.Bind("clients", clients, {1, 64}, "connections", "Doc.");
    section.Bind("title", title, "Doc.");
    section.Bind("names", names, "Doc.");
    section.Bind("timeout", timeout, {0s, 3600s}, "Doc.");
    section.Bind("buffer", buffer,
                 {sluice::config::ByteSize{1}, sluice::config::ByteSize{~uint64_t{0}}}, "Doc.");
    section.Bind("peer", peer, "Doc.");
    section.Bind("endpoints", endpoints, "Doc.");
  }
  friend bool operator==(const Sample&, const Sample&) = default;
};

struct Loaded {
  Loaded() { configuration.Add("sample", "A sample.", sample); }
  Sample sample;
  sluice::config::Configuration configuration{{"common"}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Loaded first;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!first.configuration.Parse(text, "f").ok()) return 0;
  Loaded second;
  if (!second.configuration.Parse(first.configuration.Print(), "f").ok()) std::abort();
  if (!(first.sample == second.sample)) std::abort();
  return 0;
}
