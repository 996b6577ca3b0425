// A ProtectorEngine that protects nothing, so that tests can read what is sent.
#pragma once

#include <cstring>

#include "libs/srtp/packet_protector.h"

namespace sluice::srtp {

class PlainProtector final : public PacketProtector {
 public:
  size_t overhead() const override { return 0; }
  size_t Protect(const ProtectJob& job) override {
    if (!job.payload.empty()) {
      std::memmove(&job.out[job.header_size], job.payload.data(), job.payload.size());
    }
    indices.push_back(job.index);
    return job.header_size + job.payload.size();
  }

  std::vector<uint64_t> indices;  // in the order of protection
};

class PlainEngine final : public ProtectorEngine {
 public:
  std::string_view name() const override { return "plain"; }
  absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(const SessionKeys&) override {
    return std::make_unique<PlainProtector>();
  }
  absl::StatusOr<std::unique_ptr<PacketOpener>> MakeOpener(const SessionKeys&) override {
    return absl::UnimplementedError("nothing is received here");
  }
  void Flush() override {}
};

}  // namespace sluice::srtp
