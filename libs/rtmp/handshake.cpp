#include "libs/rtmp/handshake.h"

#include <algorithm>

#include "libs/base/byte_writer.h"
#include "libs/base/text.h"

namespace sluice::rtmp {
namespace {

constexpr uint8_t kVersion = 3;  // §5.2.2
// Clients ask for 3 at least before they look for a digest; what comes after it tells nobody
// anything.
constexpr uint8_t kServerVersion[] = {4, 5, 0, 1};

}  // namespace

// C0, S0: version (1). C1, S1: time (4), zero (4), random (1528). C2, S2: time (4) and random
// (1528) of the other side, between them the time (4) when it was read.

absl::StatusOr<size_t> ServerHandshake::Receive(ByteView bytes, Bytes& out) {
  size_t taken = 0;
  if (state_ == State::kVersion && !bytes.empty()) {
    if (bytes[0] != kVersion) {
      return absl::InvalidArgumentError(
          StrCat("not RTMP version 3: first byte is ", static_cast<int>(bytes[0])));
    }
    taken = 1;
    state_ = State::kClientBlock;
  }
  if (state_ == State::kClientBlock) {
    size_t part = std::min(kHandshakeBlock - client_block_.size(), bytes.size() - taken);
    ByteView block = bytes.subspan(taken, part);
    client_block_.insert(client_block_.end(), block.begin(), block.end());
    taken += part;
    if (client_block_.size() == kHandshakeBlock) Answer(out);
  }
  if (state_ == State::kEcho) {
    size_t part = std::min(kHandshakeBlock - echo_bytes_, bytes.size() - taken);
    echo_bytes_ += part;
    taken += part;
    if (echo_bytes_ == kHandshakeBlock) state_ = State::kDone;
  }
  return taken;
}

void ServerHandshake::Answer(Bytes& out) {
  std::optional<ClientDigest> client = FindClientDigest(client_block_);
  out.push_back(kVersion);
  if (client.has_value()) {
    AnswerSigned(*client, out);
  } else {
    AnswerSimply(out);
  }
  client_block_ = {};
  state_ = State::kEcho;
}

void ServerHandshake::AnswerSimply(Bytes& out) {
  ByteWriter writer(out);
  writer.WriteU32(0);  // our time begins now
  writer.WriteU32(0);  // zero: clients look for a digest only if a version stands here
  Bytes random(kHandshakeBlock - 8);
  random_.Fill(random);
  writer.WriteBytes(random);
  writer.WriteBytes(client_block_);  // S2 echoes C1
}

void ServerHandshake::AnswerSigned(const ClientDigest& client, Bytes& out) {
  Bytes blocks(2 * kHandshakeBlock);
  random_.Fill(blocks);
  std::span<uint8_t> first = std::span<uint8_t>(blocks).first(kHandshakeBlock);
  std::span<uint8_t> second = std::span<uint8_t>(blocks).subspan(kHandshakeBlock);
  std::fill_n(first.begin(), 4, uint8_t{0});  // our time begins now
  std::copy(std::begin(kServerVersion), std::end(kServerVersion), first.begin() + 4);
  SignServerBlock(first, client.scheme);
  SignServerAnswer(second, client.digest);
  out.insert(out.end(), blocks.begin(), blocks.end());
}

}  // namespace sluice::rtmp
