// What publishers of this daemon say about their streams beside the media, for its RTMP players.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/amf/value.h"
#include "libs/base/bytes.h"

namespace sluice::ingest {

// By stream name: the last onMetaData, kept for those who come later, and other data messages,
// passed on at once. Players of other daemons' streams get none of it: the fan-out carries media
// only. Home loop only.
class StreamMessages {
 public:
  // The players of one stream.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnMetadata(const amf::Value& metadata) = 0;
    // values: the payload of a data message in AMF0.
    virtual void OnData(ByteView values) = 0;
    // Another publisher goes on with the stream: what is cached of the one before is past.
    virtual void OnTakenOver() = 0;
  };

  // What is longer than kMaxCommandLength in AMF0 is left out.
  void SetMetadata(const std::string& name, const amf::Value& metadata);
  void Push(const std::string& name, const std::vector<amf::Value>& values);
  void TakeOver(const std::string& name);
  // The stream has ended.
  void Forget(const std::string& name);

  // One listener a name: a second takes the place of the first. It gets the metadata inside.
  void Attach(const std::string& name, Listener& listener);
  void Detach(const std::string& name, Listener& listener);

 private:
  std::map<std::string, amf::Value> metadata_;  // of the streams being published
  std::map<std::string, Listener*> listeners_;  // of the streams being played
};

}  // namespace sluice::ingest
