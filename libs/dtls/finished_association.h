// A DTLS 1.2 association after its handshake (RFC 6347 §4.1, RFC 5288), as far as WebRTC uses it:
// alerts, and the peer's repeated Finished.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "libs/base/bytes.h"

typedef struct ssl_st SSL;

namespace sluice::dtls {

// OpenSSL keeps some 40 kB for an association that will only ever say goodbye; this keeps 48 bytes.
// For the suites with AES-128-GCM and SHA-256. No I/O. One thread.
class FinishedAssociation {
 public:
  // What the records of a datagram have said. Those that are not authentic say nothing.
  enum class Said : uint8_t { kNothing, kFinishedAgain, kClosed, kFatalAlert };

  // ssl: a server whose handshake is done; it may go afterwards. nullopt for other suites.
  static std::optional<FinishedAssociation> From(SSL* ssl);

  // Any bytes.
  Said OnDatagram(ByteView datagram) const;
  // One datagram. Call it once: the record has a fixed number.
  Bytes MakeCloseNotify() const;

 private:
  struct Keys {
    std::array<uint8_t, 16> key{};
    std::array<uint8_t, 4> salt{};
  };

  std::optional<Bytes> Open(ByteView record) const;

  Keys peers_;
  Keys ours_;
};

}  // namespace sluice::dtls
