// The passive side of DTLS: any datagrams in any order. Each is a 16-bit length and its bytes.
#include <algorithm>
#include <cstdlib>

#include "libs/base/byte_reader.h"
#include "libs/dtls/server_connection.h"

using sluice::dtls::ServerConnection;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto context =
      sluice::dtls::ServerContext::Make(
          sluice::dtls::Certificate::MakeSelfSigned(absl::UnixEpoch()).value())
          .value();
  sluice::Instant now{};
  auto connection = ServerConnection::Make(context, {}, now).value();
  sluice::ByteReader reader({data, size});
  while (reader.remaining() > 2) {
    const size_t length = reader.ReadU16();
    const sluice::ByteView datagram = reader.ReadBytes(std::min(length, reader.remaining()));
    connection->OnDatagram(datagram, now);
    sluice::dtls::FinishedAssociation().OnDatagram(datagram);
    now += std::chrono::milliseconds(200);
    connection->OnTimeout(now);
    for (const sluice::Bytes& answer : connection->TakeDatagrams()) {
      if (answer.size() > ServerConnection::kMaxDatagram) std::abort();
    }
  }
  // Nobody can have proved to be the peer whose certificate hashes to zero.
  if (connection->state() == ServerConnection::State::kConnected) std::abort();
  return 0;
}
