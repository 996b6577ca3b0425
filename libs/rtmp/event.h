// What a client's bytes meant, in order.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "libs/amf/value.h"
#include "libs/rtmp/message.h"

namespace sluice::rtmp {

// A text of a client: at most kMaxName bytes, cut there if it is longer; any bytes.
inline constexpr size_t kMaxName = 1024;

// The first command. Answer: AcceptConnect or RejectConnect.
struct ConnectEvent {
  std::string app;            // without query
  std::string query;          // what stood after '?' in app, or else in tcUrl
  std::string tc_url;         // as sent
  std::string flash_version;  // what the client calls itself: "FMLE/3.0 (compatible; Lavf59...)"
};

// Answer: AcceptPublish or RejectPublish. Media of the stream may follow before it is answered.
struct PublishEvent {
  uint32_t stream_id = 0;
  std::string name;   // without query
  std::string query;  // "key=1&x=2", without '?'
};

// Answer: AcceptPlay or RejectPlay.
struct PlayEvent {
  uint32_t stream_id = 0;
  std::string name;
  std::string query;
};

// One audio or video message of a stream that is being published.
struct MediaEvent {
  uint32_t stream_id = 0;
  MessageType type = MessageType::kVideo;  // kAudio or kVideo
  uint32_t timestamp = 0;                  // milliseconds, decoding time, wraps
  Bytes payload;                           // an FLV tag body; may be empty
};

// onMetaData, also inside @setDataFrame, of a stream that is being published.
struct MetadataEvent {
  uint32_t stream_id = 0;
  amf::Value metadata;  // an object or an ECMA array
};

// Any other data message of a stream that is being published: "onTextData", "onCuePoint", ...
struct DataEvent {
  uint32_t stream_id = 0;
  std::vector<amf::Value> values;  // the name first; at most kMaxCommandLength bytes as AMF0
};

// pause of a stream that is played, both ways. The client has been answered.
struct PauseEvent {
  uint32_t stream_id = 0;
  bool paused = false;
};

// receiveAudio or receiveVideo of a stream that is played. The client has been answered.
struct ReceiveEvent {
  uint32_t stream_id = 0;
  MessageType type = MessageType::kVideo;  // kAudio or kVideo
  bool wanted = true;
};

// The client ended publishing or playing: closeStream, deleteStream, FCUnpublish, or another
// publish or play on the same message stream.
struct StreamEndEvent {
  uint32_t stream_id = 0;
  std::string command;  // which of them
};

using Event = std::variant<ConnectEvent, PublishEvent, PlayEvent, MediaEvent, MetadataEvent,
                           StreamEndEvent, DataEvent, PauseEvent, ReceiveEvent>;

}  // namespace sluice::rtmp
