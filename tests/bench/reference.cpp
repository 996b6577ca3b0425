#include <openssl/evp.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <memory>

#include "libs/net/udp_socket.h"
#include "tests/bench/rows.h"

namespace sluice::bench {
namespace {

constexpr size_t kBytes = 1200;

}  // namespace

double ThreadCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double MeasureReferenceGcm() {
  constexpr int kPackets = 20'000;
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::array<uint8_t, 16> key{};
  std::array<uint8_t, 12> iv{};
  std::array<uint8_t, 16> tag;
  std::array<uint8_t, kBytes> bytes{};
  int length = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr);
  const double begun = ThreadCpuSeconds();
  for (int i = 0; i < kPackets; ++i) {
    iv[0] = static_cast<uint8_t>(i);
    EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, iv.data());
    EVP_EncryptUpdate(context.get(), nullptr, &length, iv.data(), 12);
    EVP_EncryptUpdate(context.get(), bytes.data(), &length, bytes.data(), kBytes);
    EVP_EncryptFinal_ex(context.get(), tag.data(), &length);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  }
  return (ThreadCpuSeconds() - begun) / kPackets;
}

double MeasureReferenceSend() {
  constexpr int kPackets = 5'000;
  constexpr int kAtOnce = 100;  // then the sink is emptied, outside the measured time
  const auto any = net::SocketAddress::Parse("127.0.0.1", 0).value();
  const auto socket = net::UdpSocket::Bind(any).value();
  const auto sink = net::UdpSocket::Bind(any).value();
  const std::array<uint8_t, kBytes> bytes{};
  double seconds = 0;
  for (int i = 0; i < kPackets; i += kAtOnce) {
    const double begun = ThreadCpuSeconds();
    for (int j = 0; j < kAtOnce; ++j) {
      sendto(socket->fd(), bytes.data(), bytes.size(), 0, sink->local_address().raw(),
             sink->local_address().raw_length());
    }
    seconds += ThreadCpuSeconds() - begun;
    sink->Receive([](const net::UdpDatagram&) {});
  }
  return seconds / kPackets;
}

}  // namespace sluice::bench
