// The rows of the packet-path benchmark. Each measures one round when it is called; main() goes
// through all of them several times and keeps the best round, so that other work on the machine
// disturbs little.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/srtp/engine.h"

namespace sluice::bench {

// What a row is divided by: an operation that is not ours, measured in the same run.
enum class Reference { kGcm, kSend };

struct Row {
  std::string name;     // "protect/ipsec-mb/gcm/1150"
  Reference reference;  // of the same kind of work
  // One round: CPU seconds of this thread per packet.
  std::function<double()> measure;
};

double ThreadCpuSeconds();
srtp::SessionKeys KeysOf(srtp::Profile profile, uint8_t seed);

// AES-128-GCM of 1200 bytes by OpenSSL's EVP with a context that is made once.
double MeasureReferenceGcm();
// sendto of 1200 bytes to a socket on loopback.
double MeasureReferenceSend();

// Header writing, protection and opening, by engine, profile and size.
void AddCryptoRows(std::vector<Row>& rows);
// Frames through PlayerTrack: to nowhere, and to sockets on loopback.
void AddFanoutRows(std::vector<Row>& rows);
// A publisher's datagrams to packets of the stream.
void AddReceiveRows(std::vector<Row>& rows);
// Home loop -> worker.
void AddQueueRows(std::vector<Row>& rows);

}  // namespace sluice::bench
