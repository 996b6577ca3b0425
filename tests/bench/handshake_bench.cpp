// What a DTLS handshake costs the server: CPU of its side alone, and what a finished one keeps.
// Usage: handshake_bench [handshakes]
#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "libs/dtls/server_connection.h"
#include "tests/unit/dtls/openssl_client.h"

namespace {

using namespace sluice;

double ThreadCpuSeconds() {
  timespec spec{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spec);
  return static_cast<double>(spec.tv_sec) + static_cast<double>(spec.tv_nsec) / 1e9;
}

struct Totals {
  double seconds = 0;
  int64_t kept_bytes = 0;
};

// Adds what the server's half took.
template <typename Half>
auto Server(Totals& totals, Half&& half) {
  const double begun = ThreadCpuSeconds();
  const size_t before = mallinfo2().uordblks;
  auto result = half();
  totals.seconds += ThreadCpuSeconds() - begun;
  totals.kept_bytes += static_cast<int64_t>(mallinfo2().uordblks) - static_cast<int64_t>(before);
  return result;
}

std::vector<Bytes> Feed(dtls::ServerConnection& server, const std::vector<Bytes>& datagrams,
                        Instant now) {
  for (const Bytes& datagram : datagrams) server.OnDatagram(datagram, now);
  return server.TakeDatagrams();
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 2000;
  const Instant now(1s);
  const auto context =
      dtls::ServerContext::Make(dtls::Certificate::MakeSelfSigned(absl::Now()).value()).value();

  Totals totals;
  std::vector<std::unique_ptr<dtls::ServerConnection>> kept;
  for (int i = 0; i < count; ++i) {
    dtls::OpensslClient client;
    auto server = Server(totals, [&] {
      return dtls::ServerConnection::Make(context, client.fingerprint(), now).value();
    });
    std::vector<Bytes> to_server = client.Handshake();
    while (!to_server.empty()) {
      const auto to_client = Server(totals, [&] { return Feed(*server, to_server, now); });
      to_server.clear();
      for (const Bytes& datagram : to_client) {
        for (Bytes& answer : client.OnDatagram(datagram)) to_server.push_back(std::move(answer));
      }
    }
    if (server->state() != dtls::ServerConnection::State::kConnected) return 1;
    kept.push_back(std::move(server));
  }
  std::printf("handshake/server\t%.0f us\t%.0f a second\n", totals.seconds / count * 1e6,
              count / totals.seconds);
  std::printf("connection/kept\t%.1f kB\n", static_cast<double>(totals.kept_bytes) / count / 1e3);
}
