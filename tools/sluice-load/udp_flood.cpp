#include "tools/sluice-load/udp_flood.h"

#include <sys/socket.h>

#include <array>
#include <thread>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/base/instant.h"
#include "libs/base/random.h"
#include "libs/base/status_macros.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"

namespace sluice::load {
namespace {

constexpr Duration kStep = 2ms;
constexpr size_t kSockets = 8;
constexpr size_t kSamples = 256;
constexpr size_t kMaxSize = 1200;
constexpr unsigned kBatch = 64;

// The first bytes by which a server tells what it has got (RFC 7983 §7), then random ones.
constexpr std::array<std::array<uint8_t, 4>, 6> kBeginnings = {{
    {0x00, 0x01, 0x00, 0x40},  // a STUN request without its cookie
    {0x16, 0xfe, 0xfd, 0x00},  // a DTLS handshake record
    {0x17, 0xfe, 0xfd, 0x00},  // DTLS application data
    {0x80, 0x60, 0x00, 0x01},  // RTP
    {0x81, 0xc9, 0x00, 0x07},  // RTCP
    {0xff, 0xff, 0xff, 0xff},
}};

std::vector<Bytes> MakeSamples() {
  SystemRandom random;
  std::vector<Bytes> samples;
  for (size_t i = 0; i < kSamples; ++i) {
    Bytes& sample = samples.emplace_back(1 + random.NextU32() % kMaxSize);
    random.Fill(sample);
    const auto& beginning = kBeginnings[i % kBeginnings.size()];
    for (size_t at = 0; at < beginning.size() && at < sample.size(); ++at)
      sample[at] = beginning[at];
  }
  return samples;
}

absl::StatusOr<std::vector<net::OwnedFd>> OpenSockets(const net::SocketAddress& to) {
  std::vector<net::OwnedFd> sockets;
  for (size_t i = 0; i < kSockets; ++i) {
    sockets.emplace_back(socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (connect(sockets.back().get(), to.raw(), to.raw_length()) != 0)
      return absl::UnavailableError("connect failed");
  }
  return sockets;
}

// Returns how many of `count` went out.
uint64_t SendSome(int fd, std::vector<Bytes>& samples, uint64_t first, unsigned count) {
  std::array<iovec, kBatch> vectors;
  std::array<mmsghdr, kBatch> messages{};
  for (unsigned i = 0; i < count; ++i) {
    Bytes& sample = samples[(first + i) % kSamples];
    vectors[i] = {sample.data(), sample.size()};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int sent = sendmmsg(fd, messages.data(), count, 0);
  return sent > 0 ? static_cast<uint64_t>(sent) : 0;
}

}  // namespace

absl::StatusOr<uint64_t> FloodUdp(const std::string& address, int per_second, int seconds) {
  SLUICE_ASSIGN_OR_RETURN(net::SocketAddress to, net::SocketAddress::ParseHostPort(address));
  SLUICE_ASSIGN_OR_RETURN(std::vector<net::OwnedFd> sockets, OpenSockets(to));
  std::vector<Bytes> samples = MakeSamples();
  const Instant begin = MonotonicNow();
  const Instant end = begin + std::chrono::seconds(seconds);
  uint64_t asked = 0;
  uint64_t sent = 0;
  for (Instant now = begin; now < end; now = MonotonicNow()) {
    auto due = static_cast<uint64_t>(ToSeconds(now - begin) * per_second);
    for (size_t turn = 0; asked < due; ++turn) {
      auto count = static_cast<unsigned>(std::min<uint64_t>(due - asked, kBatch));
      sent += SendSome(sockets[turn % kSockets].get(), samples, asked, count);
      asked += count;
    }
    std::this_thread::sleep_for(kStep);
  }
  return sent;
}

}  // namespace sluice::load
