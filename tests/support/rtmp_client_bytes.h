// What an RTMP client sends, for tests of everything that reads it.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "libs/amf/amf0.h"
#include "libs/rtmp/chunk_writer.h"
#include "libs/rtmp/command.h"
#include "libs/rtmp/handshake.h"

namespace sluice::test {

// Appends messages in order; Take() gives the bytes.
class RtmpClientBytes {
 public:
  // C0, C1 and C2 at once: a server does not need to be waited for.
  RtmpClientBytes& Handshake() {
    bytes_.push_back(3);
    bytes_.resize(bytes_.size() + 2 * rtmp::kHandshakeBlock);
    return *this;
  }
  RtmpClientBytes& Add(const rtmp::Message& message) {
    rtmp::AppendMessage(message, rtmp::kDefaultChunkSize, bytes_);
    return *this;
  }
  RtmpClientBytes& Command(std::string_view name, double transaction_id,
                           std::vector<amf::Value> arguments, uint32_t stream_id = 0) {
    return Add(rtmp::ToMessage(
        rtmp::Command{std::string(name), transaction_id, std::move(arguments)}, stream_id));
  }
  RtmpClientBytes& Connect(std::string_view app = "live") {
    return Command(
        "connect", 1,
        {amf::MakeObject(
            {{"app", app}, {"flashVer", "FMLE/3.0 (test)"}, {"tcUrl", "rtmp://127.0.0.1/live"}})});
  }
  RtmpClientBytes& CreateStream() { return Command("createStream", 2, {amf::Null()}); }
  RtmpClientBytes& Publish(std::string_view name, uint32_t stream_id = 1) {
    return Command("publish", 3, {amf::Null(), name, "live"}, stream_id);
  }
  RtmpClientBytes& Play(std::string_view name, uint32_t stream_id = 1) {
    return Command("play", 4, {amf::Null(), name, -2000}, stream_id);
  }
  RtmpClientBytes& DeleteStream(uint32_t stream_id = 1) {
    return Command("deleteStream", 5, {amf::Null(), static_cast<double>(stream_id)});
  }
  RtmpClientBytes& Metadata(amf::Value metadata, uint32_t stream_id = 1) {
    return Add(rtmp::DataMessage({"@setDataFrame", "onMetaData", std::move(metadata)}, stream_id));
  }
  RtmpClientBytes& Media(rtmp::MessageType type, uint32_t timestamp, Bytes payload,
                         uint32_t stream_id = 1) {
    return Add({type, timestamp, stream_id, std::move(payload)});
  }

  Bytes Take() { return std::exchange(bytes_, {}); }

 private:
  Bytes bytes_;
};

}  // namespace sluice::test
