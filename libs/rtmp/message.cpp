#include "libs/rtmp/message.h"

namespace sluice::rtmp {

uint32_t ChunkStreamOf(MessageType type) {
  switch (type) {
    case MessageType::kAudio:
      return kAudioChunkStream;
    case MessageType::kVideo:
      return kVideoChunkStream;
    case MessageType::kDataAmf0:
    case MessageType::kDataAmf3:
      return kDataChunkStream;
    case MessageType::kCommandAmf0:
    case MessageType::kCommandAmf3:
      return kCommandChunkStream;
    default:
      return kControlChunkStream;
  }
}

}  // namespace sluice::rtmp
